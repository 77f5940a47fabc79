"""What is run for the rows of the Disabled Facilities Grant."""

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import Any

from services.funding_streams.domain.decision import Outcome, TermKind
from services.funding_streams.domain.money import half_up
from services.funding_streams.domain.working import Working
from services.funding_streams.rule_files import rule_files
from services.funding_streams.streams.disabled_facilities_grant.applicable_amount import applicable_amount
from services.funding_streams.streams.disabled_facilities_grant.grant import (
    LimitReading,
    Nation,
    Works,
    maximum_grant,
    repayable,
)
from services.funding_streams.streams.disabled_facilities_grant.means_test import assessed_contribution
from services.funding_streams.streams.disabled_facilities_grant.notional_loan import (
    for_tenure,
    less_earlier,
    loan_bands,
)
from services.funding_streams.streams.disabled_facilities_grant.rules import DisabledFacilitiesGrant
from tests.funding_streams.builders import a_case, incomes, pence, whole_pence

FIGURES = rule_files().figures
PENCE_PER_POUND = 100


def an_applicant(**changes: Any) -> dict[str, Any]:
    """Return the facts of a single owner of 45 who needs a shower for 9,000 pounds and is not spared the means test."""
    facts: dict[str, Any] = {
        "works_purpose": "bath_or_shower",
        "works_cost_pence": 900_000,
        "counts_as_disabled": True,
        "works_necessary_and_appropriate": True,
        "works_reasonable_and_practicable": True,
        "home_owned_by_council": False,
        "home_tenure": "owner",
        "main_home_for_condition_period": True,
        "works_state": "not_started",
        "date_of_birth": "1963-03-14",
        "receives_income_support": False,
        "receives_housing_benefit": False,
        "receives_council_tax_benefit": False,
        "receives_low_income_tax_credits": False,
        "household": "single",
        "dependent_children": 0,
        "disabled_children": 0,
        "entitled_to_carers_allowance": False,
        "incomes": [],
        "capital_pence": 0,
        "partner_date_of_birth": "1964-03-14",
        "partner_incomes": [],
        "partner_capital_pence": 0,
        "lives_without_other_adult_or_paid_carer": False,
    }
    facts.update(changes)
    return facts


def _rounded_to_the_pound(contribution: Fraction) -> int:
    return half_up(contribution / PENCE_PER_POUND)


def grant_reckoner_case(row: dict[str, Any]) -> None:
    """Run the whole means test on the household of a point of the published reckoner."""
    inputs, expected = row["inputs"], row["expected"]
    young, couple = inputs["household"] == "single_under_25", inputs["household"] == "couple"
    facts = an_applicant(
        date_of_birth="1985-01-01" if young else "1970-01-01",
        household="couple" if couple else "single",
        dependent_children=inputs["children"],
        disabled_children=inputs.get("disabled_children", 0),
        incomes=incomes(earnings=inputs["income"]),
    )
    working = Working(a_case(row["date"], facts=facts))
    assert applicable_amount(working) == pence(expected["allowance"])
    assert _rounded_to_the_pound(Fraction(assessed_contribution(working))) == int(expected["contribution"])
    if "published" in expected:
        assert int(expected["contribution"]) - int(expected["published"]) == 1
        assert row["note"]


def grant_loan_case(row: dict[str, Any]) -> None:
    for tenure, contribution in row["expected"].items():
        bands, _ = loan_bands(FIGURES, tenure, row["date"])
        assert half_up(bands.contribution(pence(row["inputs"]["surplus"]))) == whole_pence(contribution)


def grant_means_case(row: dict[str, Any]) -> None:
    inputs, expected = row["inputs"], row["expected"]
    facts = an_applicant(
        date_of_birth=inputs["born"].isoformat(),
        household=inputs["household"],
        incomes=incomes(occupational_pension=inputs["income"], **inputs.get("ignored", {})),
    )
    assert applicable_amount(Working(a_case(row["date"], facts=facts))) == pence(expected["allowance"])
    for tenure in ("owner", "tenant"):
        working = Working(a_case(row["date"], facts={**facts, "home_tenure": tenure}))
        assert half_up(assessed_contribution(working)) == whole_pence(expected[tenure])


def grant_sum_case(row: dict[str, Any]) -> None:
    inputs = row["inputs"]
    works = Works(
        cost=whole_pence(inputs["cost"]),
        contribution=whole_pence(inputs["contribution"]),
        limit=int(maximum_grant(FIGURES, row["date"], Nation(inputs.get("nation", "england"))).pence),
        reading=LimitReading(inputs.get("reading", "cap_amount_paid")),
    )
    assert works.grant == whole_pence(row["expected"]["grant"])


def grant_earlier_case(row: dict[str, Any]) -> None:
    inputs = row["inputs"]
    years = for_tenure(FIGURES, f"look_back_years_{inputs['tenure']}", row["date"]).whole
    left = less_earlier(
        pence(inputs["contribution"]), whole_pence(inputs["earlier"]), inputs["approved_on"], row["date"], years
    )
    assert left == pence(row["expected"])


def grant_repayment_case(row: dict[str, Any]) -> None:
    inputs = row["inputs"]
    back = repayable(FIGURES, whole_pence(inputs["grant"]), inputs["tenure"], row["date"], inputs["sold_on"])
    assert back == whole_pence(row["expected"])


def grant_decision_case(row: dict[str, Any]) -> None:
    changes = {
        name: value.isoformat() if isinstance(value, date) else value for name, value in row.get("facts", {}).items()
    }
    decision = DisabledFacilitiesGrant().decide(a_case(row["date"], facts=an_applicant(**changes)))
    expected, outcomes = row["expected"], {step.code: step.outcome for step in decision.trace}
    assert decision.status == expected["status"], [step.text for step in decision.trace]
    for key, outcomes_meant in (
        ("passed", {Outcome.PASSED, Outcome.WORKED_OUT}),
        ("failed", {Outcome.FAILED}),
        ("missing", {Outcome.MISSING}),
    ):
        if key in expected:
            assert outcomes[expected[key]] in outcomes_meant
    if "contribution" in expected:
        assert decision.contribution_pence == whole_pence(expected["contribution"])
    if "works_due_by" in expected:
        due = {term.due_on for term in decision.terms if term.kind is TermKind.PAYMENT}
        assert expected["works_due_by"] in due


CHECKS: dict[str, Callable[[dict[str, Any]], None]] = {
    "grant_reckoner": grant_reckoner_case,
    "grant_loan": grant_loan_case,
    "grant_means": grant_means_case,
    "grant_sum": grant_sum_case,
    "grant_earlier": grant_earlier_case,
    "grant_repayment": grant_repayment_case,
    "grant_decision": grant_decision_case,
}
