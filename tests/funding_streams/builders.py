"""A person, a council and a case to start a test from; a test changes only what it is about."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from services.funding_streams.domain.adapter import Allocation, AllocationOutcome, Case
from services.funding_streams.domain.council_settings import CouncilSettings, SettingValue
from services.funding_streams.domain.decision import ADULT_SOCIAL_CARE, SUPPORTING_PEOPLE, Cadence, Decision, Status
from services.funding_streams.domain.facts import Facts
from services.funding_streams.rule_files import rule_files

PILOT = date(2007, 6, 1)
NO_FACT = object()


def pence(pounds: str | int) -> Fraction:
    """Return a sum written in pounds as exact pence."""
    return Fraction(str(pounds).replace(",", "")) * 100


def whole_pence(pounds: str | int) -> int:
    """Return a sum written in pounds as whole pence."""
    exact = pence(pounds)
    assert exact.denominator == 1, f"{pounds} is not whole pence"
    return int(exact)


def incomes(**pounds: str) -> list[dict[str, Any]]:
    """Return incomes as an agreed assessment carries them."""
    return [{"code": code, "pence_per_week": whole_pence(sum_)} for code, sum_ in pounds.items()]


def a_person(**changes: Any) -> dict[str, Any]:
    """Return the facts of somebody eligible for all three streams in 2007; a change to ``NO_FACT`` leaves one out."""
    facts: dict[str, Any] = {
        "date_of_birth": "1967-03-14",
        "ordinarily_resident": True,
        "uk_resident": True,
        "household": "single",
        "dependent_children": 0,
        "disabled_children": 0,
        "entitled_to_carers_allowance": False,
        "facs_band": "critical",
        "need_from_impairment": True,
        "outcomes_not_achieved": 4,
        "significant_impact": True,
        "capital_pence": 200_000,
        "incomes": incomes(income_support="96.70", severe_disability_premium="48.45", dla_care_highest="64.50"),
        "housing_costs_pence_per_week": 0,
        "disability_related_expenditure_pence_per_week": 1_000,
        "council_funds_night_care": False,
        "housing_support_need": True,
        "housing_support_in_plan": True,
        "housing_support_contract_pence_per_week": 2_500,
        "housing_support_planned_months": 36,
        "housing_support_by_home_improvement_agency": False,
        "receives_housing_benefit": True,
        "elects_to_self_pay": False,
        "dla_care_rate": "highest",
        "receives_income_support": True,
        "ilf_existing_user": False,
        "at_risk_of_residential_care": True,
        "can_live_at_home_six_months": True,
        "hours_worked_per_week": 16,
        "qualifying_support_hours_per_week": 60,
        "qualifying_support_pence_per_hour": 1_100,
        "supporting_people_meets_pence_per_week": 0,
    }
    facts.update(changes)
    return {name: value for name, value in facts.items() if value is not NO_FACT}


def a_case(
    on: date = PILOT,
    *,
    weekly: str | None = "369.39",
    facts: Mapping[str, Any] | None = None,
    council: Mapping[str, Any] | None = None,
    decisions: Mapping[str, Decision] | None = None,
    **changes: Any,
) -> Case:
    """Return a case on a day with an allocation of so many pounds a week; further changes are to the person's facts."""
    allocation = None
    if weekly is not None:
        allocation = Allocation(whole_pence(weekly) * 52, AllocationOutcome.CALCULATED)
    return Case(
        facts=Facts.from_mapping(a_person(**changes) if facts is None else facts),
        on=on,
        figures=rule_files().figures,
        council=a_council(council or {}),
        allocation=allocation,
        decisions=decisions or {},
    )


def a_council(choices: Mapping[str, SettingValue]) -> CouncilSettings:
    """Return the platform's defaults with a council's own choices."""
    return rule_files().council_defaults.choosing(choices)


def social_care_of(weekly: str, *, on: date = PILOT, charge: str = "0") -> dict[str, Decision]:
    """Return adult social care decided at so many pounds a week, with a weekly charge in pounds."""
    return {ADULT_SOCIAL_CARE: _decided(ADULT_SOCIAL_CARE, weekly, on, charge)}


def housing_support_of(weekly: str, *, on: date = PILOT) -> dict[str, Decision]:
    """Return Supporting People decided at so many pounds a week, free to the person."""
    return {SUPPORTING_PEOPLE: _decided(SUPPORTING_PEOPLE, weekly, on, "0")}


def _decided(stream: str, weekly: str, on: date, charge: str) -> Decision:
    return Decision(
        stream=stream,
        status=Status.CONFIRMED,
        decided_by="The council",
        rules_as_of=on,
        starts_on=on,
        ends_on=date.fromordinal(on.toordinal() + 363),
        pence_per_week=whole_pence(weekly),
        amount_pence=whole_pence(weekly) * 52,
        contribution_pence=int(pence(charge) * 52),
        cadence=Cadence.FOUR_WEEKLY_IN_ADVANCE,
        permitted_uses=(),
        conditions=(),
        missing_facts=(),
        trace=(),
    )
