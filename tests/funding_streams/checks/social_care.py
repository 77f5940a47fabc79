"""What is run for the rows of adult social care and Supporting People."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

from braid.contracts.uses import PayeeBar, PermittedUse, SpendItem, may_pay
from services.funding_streams.domain.adapter import Allocation, AllocationOutcome
from services.funding_streams.domain.facts import Income
from services.funding_streams.domain.figures import DatedUses
from services.funding_streams.domain.financial_assessment.assessment import Assessment, Means, assess
from services.funding_streams.domain.financial_assessment.capital import CapitalLimits, limits_in_force, tariff_income
from services.funding_streams.domain.financial_assessment.care_home import CareHomeStay, charge_in_care_home
from services.funding_streams.domain.financial_assessment.free_support import (
    SupportItem,
    SupportKind,
    chargeable_cost,
    days_charged,
)
from services.funding_streams.domain.financial_assessment.income import counted_and_ignored
from services.funding_streams.domain.financial_assessment.protected_income import protected_income
from services.funding_streams.domain.money import half_up, in_pounds
from services.funding_streams.domain.working import Working
from services.funding_streams.rule_files import rule_files
from services.funding_streams.streams.adult_social_care.eligibility import CareActOutcome, Manner, outcomes_not_achieved
from services.funding_streams.streams.adult_social_care.reviews import review_due
from services.funding_streams.streams.adult_social_care.rules import AdultSocialCare, person_and_council_share
from services.funding_streams.streams.supporting_people.charging import charge_by_route, charging_route
from services.funding_streams.streams.supporting_people.rules import SupportingPeople
from tests.funding_streams.builders import a_case, incomes, pence, social_care_of, whole_pence
from tests.funding_streams.case_rows import expect_decision, facts_of

Row = dict[str, Any]


def adult_social_care_case(row: Row) -> None:
    facts, expected = facts_of(row), row["expected"]
    if "achieved" in row:
        facts["outcomes_not_achieved"] = outcomes_not_achieved(
            {CareActOutcome(name): {Manner(manner)} for name, manner in row["achieved"].items()}
        )
    case = a_case(row["date"], weekly=row.get("weekly", "200"), **facts)
    decision = AdultSocialCare().decide(case)
    expect_decision(decision, expected)
    if "protected" in expected:
        assert protected_income(Working(case)) == pence(expected["protected"])
        step = decision.step("protected_income")
        assert step is not None
        assert in_pounds(half_up(pence(expected["protected"]))) in step.text
    if "available" in expected:
        assert assess(Working(case)).available_pence == pence(expected["available"])


def support_plan_case(row: Row) -> None:
    """A plan's lines make the year's sum; the adapter, given that sum, asks for the contribution expected."""
    lines, expected = row["inputs"]["lines"], row["expected"]
    total = sum((pence(line["each"]) * line["times"] for line in lines), Fraction(0))
    assert total == pence(expected["total"])
    allocation = Allocation(int(total), AllocationOutcome.CALCULATED)
    decision = AdultSocialCare().decide(replace(a_case(row["date"], **facts_of(row)), allocation=allocation))
    assert decision.amount_pence == total
    assert decision.contribution_pence == whole_pence(expected["contribution"])
    item = {"use": "respite.residential", "circumstances": {"weeks_in_a_year_at_most": row["inputs"]["respite_weeks"]}}
    assert _verdict("adult_social_care", row["date"], item) == "permitted"


def supporting_people_case(row: Row) -> None:
    case = a_case(row["date"], decisions=social_care_of("200", on=row["date"]), **facts_of(row))
    decision, expected = SupportingPeople().decide(case), row["expected"]
    expect_decision(decision, expected)
    if "person" in expected:
        assert decision.contribution_pence == whole_pence(expected["person"]) * 52
        assert decision.amount_pence - decision.contribution_pence == whole_pence(expected["stream"]) * 52


def supporting_people_charge_case(row: Row) -> None:
    """The charging rule alone, where the assessed charge is given and not worked out."""
    assessed, expected = pence(row["inputs"]["assessed"]), row["expected"]
    working = Working(a_case(row["date"], **facts_of(row)))
    price = working.case.facts.pence("housing_support_contract_pence_per_week")
    route = charging_route(working)
    charge = charge_by_route(route, price, assessed)
    assert route == expected["route"]
    assert charge == pence(expected["person"])
    assert price - charge == pence(expected["stream"])


def _limits(on: date) -> CapitalLimits:
    return limits_in_force(a_case(on))


def tariff_case(row: Row) -> None:
    limits = _limits(row["date"])
    for capital, expected in zip(row["inputs"], row["expected"], strict=True):
        if expected == "full cost":
            assert limits.are_passed_by(whole_pence(capital)), capital
        else:
            assert not limits.are_passed_by(whole_pence(capital)), capital
            assert tariff_income(whole_pence(capital), limits) == whole_pence(expected), capital


def means_case(row: Row) -> None:
    inputs, expected = row["inputs"], row["expected"]
    tariff = tariff_income(whole_pence(inputs.get("capital", "0")), _limits(row["date"]))
    protected = sum((pence(part) for part in inputs["protected"]), Fraction(0))
    counted = sum((pence(line) for line in inputs["income"]), Fraction(0))
    means = Means(counted, tariff, protected_income=protected)
    charge = Assessment(means.available()).charge(pence(inputs["cost"]))
    assert charge == pence(expected["charge"])
    if "protected" in expected:
        assert protected == pence(expected["protected"])


def care_home_case(row: Row) -> None:
    inputs, expected = row["inputs"], row["expected"]
    listed = [Income(code, whole_pence(sum_)) for code, sum_ in inputs["incomes"].items()]
    stay = CareHomeStay(whole_pence(inputs["cost"]), whole_pence(inputs["capital"]), listed)
    charge = charge_in_care_home(Working(a_case(row["date"])), stay)
    assert tariff_income(stay.capital_pence, _limits(row["date"])) == whole_pence(expected["tariff"])
    assert charge == whole_pence(expected["charge"])
    if "council_pays" in expected:
        assert stay.cost_pence - charge == whole_pence(expected["council_pays"])


def protected_case(row: Row) -> None:
    working, expected = Working(a_case(row["date"], **facts_of(row))), row["expected"]
    protected = protected_income(working)
    if "exact" in expected:
        assert protected == pence(expected["exact"])
    if "rounded" in expected:
        assert half_up(protected) == whole_pence(expected["rounded"])
    if "unconfirmed" in expected:
        assert bool(working.unconfirmed) is expected["unconfirmed"]


def share_case(row: Row) -> None:
    inputs, expected = row["inputs"], row["expected"]
    shares = person_and_council_share(whole_pence(inputs["cost"]), whole_pence(inputs["most"]))
    assert shares == (whole_pence(expected["person"]), whole_pence(expected["council"]))


def counted_case(row: Row) -> None:
    listed = [Income(code, whole_pence(sum_)) for code, sum_ in row["inputs"].items()]
    counted, _ = counted_and_ignored(listed)
    assert sum(income.pence_per_week for income in counted) == whole_pence(row["expected"]["counted"])


def ignored_case(row: Row) -> None:
    """An income that never counts leaves the charge of a whole decision as it was."""
    facts = facts_of(row)
    without = AdultSocialCare().decide(a_case(row["date"], **facts))
    facts["incomes"] = [*facts["incomes"], *incomes(**row["inputs"])]
    with_it = AdultSocialCare().decide(a_case(row["date"], **facts))
    assert without.contribution_pence == with_it.contribution_pence == whole_pence(row["expected"]["charge"]) * 52


def free_days_case(row: Row) -> None:
    charged = days_charged(row["inputs"]["days"], rule_files().figures, row["date"])
    assert charged == row["expected"]["days_charged"]


def free_support_case(row: Row) -> None:
    items = [SupportItem(SupportKind(kind), whole_pence(cost)) for kind, cost in row["inputs"].items()]
    charged_for = chargeable_cost(items, rule_files().figures, row["date"])
    assert charged_for == whole_pence(row["expected"]["charged_for"])


def reviews_case(row: Row) -> None:
    inputs, expected, figures = row["inputs"], row["expected"], rule_files().figures
    assert review_due(figures, inputs["first_paid"]) == expected["first_due"]
    assert review_due(figures, inputs["first_paid"], inputs["held"]) == expected["next_due"]


def spend_case(row: Row) -> None:
    """Whether the stream's money may pay for an item, by the contract that planning and ledger read as well."""
    for item, verdict in zip(row["inputs"]["items"], row["expected"], strict=True):
        assert _verdict(row["inputs"]["stream"], row["date"], item) == verdict, item


def _verdict(stream: str, on: date, item: dict[str, Any]) -> str:
    dated: DatedUses = rule_files().figures.uses(stream, on)
    uses = [PermittedUse.model_validate(one, from_attributes=True) for one in dated.uses]
    bars = [PayeeBar.model_validate(one, from_attributes=True) for one in dated.bars]
    return may_pay(SpendItem.model_validate(item, strict=False), uses, bars).verdict


CHECKS: dict[str, Callable[[Row], None]] = {
    "adult_social_care": adult_social_care_case,
    "support_plan": support_plan_case,
    "supporting_people": supporting_people_case,
    "supporting_people_charge": supporting_people_charge_case,
    "tariff": tariff_case,
    "means": means_case,
    "care_home": care_home_case,
    "protected": protected_case,
    "share": share_case,
    "counted": counted_case,
    "ignored": ignored_case,
    "free_days": free_days_case,
    "free_support": free_support_case,
    "reviews": reviews_case,
    "spend": spend_case,
}
