"""What is run for the rows of the Independent Living Fund."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from typing import Any

from braid.contracts.facts import FactKind
from braid.contracts.uses import PayeeBar, PermittedUse, SpendItem, may_pay
from services.funding_streams.domain.decision import Decision
from services.funding_streams.domain.money import half_up, in_pounds
from services.funding_streams.rule_files import rule_files
from services.funding_streams.streams.independent_living_fund import sums
from services.funding_streams.streams.independent_living_fund.rules import IndependentLivingFund
from tests.funding_streams.builders import (
    a_case,
    housing_support_of,
    incomes,
    pence,
    social_care_of,
    whole_pence,
)
from tests.funding_streams.case_rows import expect_decision

FUND = "independent_living_fund"
SUMS = (FactKind.PENCE, FactKind.PENCE_PER_WEEK)
#: Sums that a step tells, by the name that rows give them: the step's code and the words after the sum.
TOLD = {
    "uncapped": ("award", " a week"),
    "tariff": ("income_from_capital", " a week"),
    "available": ("available_income", " a week"),
    "assessed": ("contribution", " a week"),
    "contribution": ("award", ":"),
    "over_the_year": ("limit_over_the_year", ""),
}


def facts_in_pounds(facts: dict[str, Any]) -> dict[str, Any]:
    """Return a row's facts as an assessment carries them: sums, which rows write in pounds, in pence."""
    return {name: _fact(name, value) for name, value in facts.items()}


def _fact(name: str, value: Any) -> Any:
    if name == "incomes":
        return incomes(**value)
    if rule_files().facts[name].kind in SUMS:
        return whole_pence(value)
    return value.isoformat() if isinstance(value, date) else value


def fund_case(row: dict[str, Any]) -> None:
    on = row["date"]
    decisions = social_care_of(row.get("council_input", "0"), on=on, charge=row.get("council_charge", "0"))
    if "housing_support" in row:
        decisions |= housing_support_of(row["housing_support"], on=on)
    decision = IndependentLivingFund().decide(a_case(on, decisions=decisions, **facts_in_pounds(row["facts"])))
    expect_decision(decision, row["expected"])
    _expect_sums(decision, row["expected"])


def _expect_sums(decision: Decision, expected: dict[str, Any]) -> None:
    if "award" in expected:
        exact = pence(expected["award"])
        assert decision.pence_per_week == half_up(exact)
        assert decision.amount_pence == half_up(exact * decision.days / 7)
    if "amount" in expected:
        assert decision.amount_pence == whole_pence(expected["amount"])
    for name, (code, after) in TOLD.items():
        if name in expected:
            step = decision.step(code)
            assert step is not None, code
            assert f"{in_pounds(half_up(pence(expected[name])))}{after}" in step.text


def fund_sums_case(row: dict[str, Any]) -> None:
    inputs, figures = row["inputs"], rule_files().figures
    care = figures.at("benefits.dla_care_highest", row["date"]).pence
    assert care == pence(inputs["dla"])
    share = figures.at(f"{FUND}.care_component_share_percent", row["date"]).whole
    made = sums.FundSums(
        support_cost=pence(inputs["cost"]),
        council_input=pence(inputs["council"]),
        available_income=sums.available_income(care, share, pence(inputs["sdp"])),
        council_charge=pence(inputs.get("charge", "0")),
        fund_limit=figures.at(f"{FUND}.award_limit_group_2", row["date"]).pence,
    )
    assert made.contribution == pence(row["expected"]["contribution"])


def over_a_year_case(row: dict[str, Any]) -> None:
    weekly = rule_files().figures.at(row["inputs"], row["date"]).pence
    assert sums.over_a_year(weekly) == pence(row["expected"])


def threshold_over_a_year_case(row: dict[str, Any]) -> None:
    weekly = rule_files().figures.at(f"{FUND}.council_input_threshold", row["date"]).pence
    assert sums.yearly_threshold(weekly) == pence(row["expected"])


def fund_may_pay_case(row: dict[str, Any]) -> None:
    rule = rule_files().figures.uses(FUND, row["date"])
    permitted = [PermittedUse.model_validate(asdict(use)) for use in rule.uses]
    bars = [PayeeBar.model_validate(asdict(bar)) for bar in rule.bars]
    verdict = may_pay(SpendItem.model_validate(row["inputs"]), permitted, bars)
    assert verdict.verdict == row["expected"]["verdict"], verdict
    assert row["expected"].get("reason", "") in " ".join(verdict.reasons)


CHECKS: dict[str, Callable[[dict[str, Any]], None]] = {
    "independent_living_fund": fund_case,
    "fund_sums": fund_sums_case,
    "over_a_year": over_a_year_case,
    "threshold_over_a_year": threshold_over_a_year_case,
    "fund_may_pay": fund_may_pay_case,
}
