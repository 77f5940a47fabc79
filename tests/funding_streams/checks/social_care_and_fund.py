"""What is run for the rows of adult social care, Supporting People and the fund, and for rows of several streams."""

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import Any

from services.funding_streams.discovery import adapters
from services.funding_streams.domain import charging, income_guarantee
from services.funding_streams.domain.adapter import StreamAdapter
from services.funding_streams.domain.decide_all import decide_all
from services.funding_streams.domain.decision import Decision, Outcome
from services.funding_streams.domain.facts import Income
from services.funding_streams.domain.money import half_up, in_pounds
from services.funding_streams.domain.working import Working
from services.funding_streams.rule_files import rule_files
from services.funding_streams.streams.adult_social_care import rules as adult_social_care
from services.funding_streams.streams.adult_social_care.rules import AdultSocialCare
from services.funding_streams.streams.independent_living_fund import sums as ilf_sums
from services.funding_streams.streams.independent_living_fund.rules import IndependentLivingFund
from services.funding_streams.streams.supporting_people import rules as supporting_people
from services.funding_streams.streams.supporting_people.rules import HomeImprovementCharge, SupportingPeople
from tests.funding_streams.builders import a_case, a_council, incomes, pence, social_care_of, whole_pence

#: Short names of sums in the case files, which are in pounds there and in pence among the facts.
SUMS = {
    "capital": "capital_pence",
    "partner_capital": "partner_capital_pence",
    "housing": "housing_costs_pence_per_week",
    "dre": "disability_related_expenditure_pence_per_week",
    "housing_support_contract": "housing_support_contract_pence_per_week",
}


def _facts(row: dict[str, Any]) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    for name, value in row.get("facts", {}).items():
        if name in SUMS:
            changes[SUMS[name]] = whole_pence(value)
        elif name == "incomes":
            changes[name] = incomes(**value)
        elif name == "night_care":
            changes["council_funds_night_care"] = value
        else:
            changes[name] = value.isoformat() if isinstance(value, date) else value
    return changes


def _limits(on: date) -> charging.CapitalLimits:
    return charging.limits_in_force(Working(a_case(on)))[0]


def _expect_decision(decision: Decision, expected: dict[str, Any]) -> None:
    outcomes = {step.code: step.outcome for step in decision.trace}
    told = " ".join(step.text for step in decision.trace)
    if "status" in expected:
        assert decision.status == expected["status"], told
    if "failed" in expected:
        assert outcomes[expected["failed"]] is Outcome.FAILED
    if "passed" in expected:
        assert outcomes[expected["passed"]] is Outcome.PASSED
    if "text" in expected:
        assert expected["text"] in told
    weekly = Fraction(decision.contribution_pence, 52)
    if "charge" in expected:
        assert weekly == pence(expected["charge"])
    if "council_pays" in expected:
        assert Fraction(decision.amount_pence, 52) - weekly == pence(expected["council_pays"])
    for key, code in (("protected", "protected_income"), ("available", "means.available")):
        if key in expected and decision.stream == "adult_social_care":
            step = decision.step(code)
            assert step is not None
            assert in_pounds(pence(expected[key])) in step.text


def adult_social_care_case(row: dict[str, Any]) -> None:
    case = a_case(row["date"], weekly=row.get("weekly", "200"), **_facts(row))
    _expect_decision(AdultSocialCare().decide(case), row["expected"])


def supporting_people_case(row: dict[str, Any]) -> None:
    decision = _alone(SupportingPeople(), row, social_care_of("200", on=row["date"]))
    expected = row["expected"]
    _expect_decision(decision, expected)
    if "person" in expected:
        assert decision.contribution_pence == whole_pence(expected["person"]) * 52
        assert decision.amount_pence - decision.contribution_pence == whole_pence(expected["stream"]) * 52


def independent_living_fund_case(row: dict[str, Any]) -> None:
    social_care = social_care_of(row["council_input"], on=row["date"], charge=row.get("council_charge", "0"))
    decision = _alone(IndependentLivingFund(), row, social_care)
    expected = row["expected"]
    _expect_decision(decision, expected)
    if "award" in expected:
        assert decision.pence_per_week == half_up(pence(expected["award"]))
        if (decision.ends_on - decision.starts_on).days + 1 == 364:
            assert decision.amount_pence == half_up(pence(expected["award"]) * 52)
    if "amount" in expected:
        assert decision.amount_pence == whole_pence(expected["amount"])
    for key, code in (("uncapped", "award"), ("tariff", "income_from_capital"), ("available", "available_income")):
        if key in expected:
            step = decision.step(code)
            assert step is not None
            assert f"{in_pounds(pence(expected[key]))} a week" in step.text


def _alone(adapter: StreamAdapter, row: dict[str, Any], decisions: dict[str, Decision]) -> Decision:
    return adapter.decide(a_case(row["date"], decisions=decisions, **_facts(row)))


def everything_case(row: dict[str, Any]) -> None:
    expected = row["expected"]
    for decision in decide_all(a_case(row["date"], **_facts(row)), adapters()):
        assert decision.status == expected[decision.stream]
        if decision.stream != "adult_social_care":
            step = decision.step(expected["failed"])
            assert step is not None
            assert step.outcome is Outcome.FAILED


def tariff_case(row: dict[str, Any]) -> None:
    limits = _limits(row["date"])
    for capital, expected in zip(row["inputs"], row["expected"], strict=True):
        if expected == "full cost":
            assert limits.are_passed_by(whole_pence(capital)), capital
        else:
            assert not limits.are_passed_by(whole_pence(capital)), capital
            assert charging.tariff_income(whole_pence(capital), limits) == whole_pence(expected), capital


def means_case(row: dict[str, Any]) -> None:
    inputs, expected = row["inputs"], row["expected"]
    tariff = charging.tariff_income(whole_pence(inputs.get("capital", "0")), _limits(row["date"]))
    parts = inputs.get("protected_parts", [inputs.get("protected", "0")])
    protected = sum((pence(part) for part in parts), Fraction(0))
    counted = sum((pence(line) for line in inputs["income"]), Fraction(0))
    means = charging.Means(counted, Fraction(tariff), protected_income=protected)
    charge = charging.Assessment(means.available()).charge(pence(inputs["cost"]))
    assert charge == pence(expected["charge"])
    if "tariff" in expected:
        assert tariff == whole_pence(expected["tariff"])
    if "protected" in expected:
        assert protected == pence(expected["protected"])
    if "council_pays" in expected:
        assert pence(inputs["cost"]) - charge == pence(expected["council_pays"])


def protected_case(row: dict[str, Any]) -> None:
    working, expected = Working(a_case(row["date"], **_facts(row))), row["expected"]
    protected = income_guarantee.protected_income(working)
    if "exact" in expected:
        assert protected == pence(expected["exact"])
    if "rounded" in expected:
        assert half_up(protected) == whole_pence(expected["rounded"])
    if "unconfirmed" in expected:
        assert any(figure.unconfirmed for step in working.steps for figure in step.figures) is expected["unconfirmed"]


def share_case(row: dict[str, Any]) -> None:
    inputs, expected = row["inputs"], row["expected"]
    shares = adult_social_care.person_and_council_share(whole_pence(inputs["cost"]), whole_pence(inputs["most"]))
    assert shares == (whole_pence(expected["person"]), whole_pence(expected["council"]))


def counted_case(row: dict[str, Any]) -> None:
    listed = [Income(code, whole_pence(sum_)) for code, sum_ in row["inputs"].items()]
    counted, _ = charging.counted_and_ignored(listed)
    assert sum(income.pence_per_week for income in counted) == whole_pence(row["expected"]["counted"])


def supporting_people_charge_case(row: dict[str, Any]) -> None:
    inputs, expected = row["inputs"], row["expected"]
    months = rule_files().figures.at("supporting_people.short_term_months", row["date"]).whole
    local = HomeImprovementCharge(a_council({}).code("supporting_people.home_improvement_charge"))
    known = (inputs["months"], months, inputs["agency"], inputs["benefit"], inputs["self_pay"], local)
    route = supporting_people.charging_route(*known)
    charge = supporting_people.charge_by_route(route, pence(inputs["price"]), pence(inputs["assessed"]))
    assert route == expected["route"]
    assert charge == pence(expected["person"])
    assert pence(inputs["price"]) - charge == pence(expected["stream"])


def fund_sums_case(row: dict[str, Any]) -> None:
    inputs = row["inputs"]
    sums = ilf_sums.FundSums(
        support_cost=pence(inputs["cost"]),
        council_input=pence(inputs["council"]),
        available_income=ilf_sums.available_income(pence(inputs["dla"]), 50, pence(inputs["sdp"])),
        council_charge=pence(inputs.get("charge", "0")),
        fund_limit=pence("455"),
    )
    assert sums.contribution == pence(row["expected"]["contribution"])


def yearly_case(row: dict[str, Any]) -> None:
    weekly = rule_files().figures.at(row["inputs"], row["date"]).pence
    assert ilf_sums.yearly_threshold(weekly) == pence(row["expected"])


def uses_case(row: dict[str, Any]) -> None:
    inputs, expected = row["inputs"], row["expected"]
    listed = {line.use: line for line in rule_files().figures.uses(inputs["stream"], row["date"]).uses}
    assert (inputs["use"] in listed) is expected["allowed"]
    if "condition" in expected:
        assert expected["condition"] in (listed[inputs["use"]].condition or "")


CHECKS: dict[str, Callable[[dict[str, Any]], None]] = {
    "adult_social_care": adult_social_care_case,
    "supporting_people": supporting_people_case,
    "independent_living_fund": independent_living_fund_case,
    "everything": everything_case,
    "tariff": tariff_case,
    "means": means_case,
    "protected": protected_case,
    "share": share_case,
    "counted": counted_case,
    "supporting_people_charge": supporting_people_charge_case,
    "fund_sums": fund_sums_case,
    "yearly": yearly_case,
    "uses": uses_case,
}
