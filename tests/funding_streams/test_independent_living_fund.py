"""The Independent Living Fund: one trust until 2015, what followed it, and what must hold on every day."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from braid.contracts.facts import INCOME_CODES
from services.funding_streams.domain.adapter import Allocation, AllocationOutcome, Case
from services.funding_streams.domain.decide_all import decide_all
from services.funding_streams.domain.decision import INDEPENDENT_LIVING_FUND, Decision, Outcome, Status, TermKind
from services.funding_streams.domain.facts import Facts
from services.funding_streams.rule_files import rule_files
from services.funding_streams.rule_files.stream_files import ExamplePart
from services.funding_streams.streams.adult_social_care import ADAPTER as SOCIAL_CARE
from services.funding_streams.streams.independent_living_fund import ADAPTER as FUND
from services.funding_streams.streams.independent_living_fund.eligibility import PRIORITY_FIRST_DAY
from services.funding_streams.streams.independent_living_fund.facts_needed import SCOTLAND_REOPENED_ON
from services.funding_streams.streams.independent_living_fund.sums import FundSums, over_a_year
from services.funding_streams.streams.supporting_people import ADAPTER as HOUSING_SUPPORT

from .builders import NO_FACT, PILOT, a_case, a_council, a_person, housing_support_of, incomes, social_care_of

FIGURES = rule_files().figures
EXAMPLES = rule_files().examples[INDEPENDENT_LIVING_FUND]
A_USER: dict[str, Any] = {
    "ilf_existing_user": True,
    "ilf_applied_on": "2001-05-01",
    "ilf_asks_for_more_hours": False,
}
OF_GROUP_1: dict[str, Any] = {
    "ilf_existing_user": True,
    "ilf_applied_on": "1991-10-01",
    "ilf_protected_from_contribution": False,
}
NEW_IN_SCOTLAND: dict[str, Any] = {
    "lives_in": "scotland",
    "receives_self_directed_support": True,
    "net_council_budget_pence_per_week": 80_000,
}
USER_IN_SCOTLAND: dict[str, Any] = {
    **A_USER,
    "lives_in": "scotland",
    "net_council_budget_pence_per_week": 30_000,
    "council_charge_pence_per_week": 1_000,
}


def decide(on: date = PILOT, council: str = "300", beside: str | None = None, **facts: Any) -> Decision:
    """Decide with so many pounds a week of the council, and of Supporting People where it is named."""
    decisions = social_care_of(council, on=on)
    if beside is not None:
        decisions |= housing_support_of(beside, on=on)
    return FUND.decide(a_case(on, decisions=decisions, **facts))


def told(decision: Decision, code: str) -> str:
    step = decision.step(code)
    assert step is not None, [one.code for one in decision.trace]
    return step.text


# -- worked examples of the API's documents


@pytest.mark.parametrize("name", EXAMPLES)
def test_example(name: str) -> None:
    example: ExamplePart = EXAMPLES[name]
    allocation = example.allocation_pence_per_year
    case = Case(
        Facts.from_mapping(example.facts),
        example.on,
        FIGURES,
        a_council({}),
        None if allocation is None else Allocation(allocation, AllocationOutcome.CALCULATED),
    )
    *_, fund = decide_all(case, (SOCIAL_CARE, HOUSING_SUPPORT, FUND))
    assert (fund.status, fund.amount_pence) == (example.status, example.amount_pence), fund.trace


# -- the benefit gate


def test_a_new_applicant_needs_the_highest_rate_of_care() -> None:
    refused = decide(dla_care_rate="middle", incomes=incomes(dla_care_middle="43.15"))

    assert refused.status is Status.NOT_ELIGIBLE
    assert "disability living allowance for care at the middle rate" in told(refused, "benefit_for_care")


@pytest.mark.parametrize(("paid", "status"), [("64.50", Status.INDICATIVE), ("64.49", Status.NOT_ELIGIBLE)])
def test_a_constant_attendance_allowance_of_as_much_does_as_well(paid: str, status: Status) -> None:
    assert decide(dla_care_rate="none", incomes=incomes(constant_attendance_allowance=paid)).status is status


@pytest.mark.parametrize("benefit", ["pip_daily_living_standard", "armed_forces_independence_payment"])
def test_a_user_keeps_the_award_on_transfer_to_a_new_benefit(benefit: str) -> None:
    moved: dict[str, Any] = {**A_USER, "dla_care_rate": "none", "incomes": incomes(**{benefit: "60"})}

    assert decide(date(2014, 6, 2), **moved).status is Status.INDICATIVE
    assert decide(date(2012, 6, 1), **moved).status is Status.UNDECIDED, "these benefits began in 2013"


def test_whether_an_appeal_runs_is_asked_only_once_the_benefit_is_lost() -> None:
    lost = decide(**A_USER, dla_care_rate="middle")

    assert lost.missing_facts == ("benefit_appeal_running",)
    assert "benefit_appeal_running" not in decide(**A_USER, incomes=NO_FACT).missing_facts


def test_an_appeal_suspends_payments_and_ends_nothing() -> None:
    suspended = decide(**A_USER, dla_care_rate="middle", benefit_appeal_running=True)

    assert (suspended.status, suspended.amount_pence) == (Status.UNDECIDED, 0)
    assert any("suspended" in condition for condition in suspended.conditions)


def test_an_appeal_keeps_no_award_that_another_test_refuses() -> None:
    gone = decide(**A_USER, dla_care_rate="middle", benefit_appeal_running=True, uk_resident=False)

    assert gone.status is Status.NOT_ELIGIBLE


def test_the_award_ends_with_the_benefit_where_no_appeal_runs() -> None:
    ended = decide(**A_USER, dla_care_rate="middle", benefit_appeal_running=False)

    assert ended.status is Status.NOT_ELIGIBLE
    assert "the award ends" in told(ended, "benefit_for_care")


# -- priorities of 2008 to 2010


@pytest.mark.parametrize(
    ("facts", "priority"),
    [
        ({"hours_worked_per_week": 16}, "priority 1"),
        ({"hours_worked_per_week": 15}, "priority 2"),
        ({"hours_worked_per_week": 15, "receives_income_support": False}, "neither"),
        ({"hours_worked_per_week": NO_FACT}, "not told"),
    ],
    ids=["at work", "on income support", "neither", "nothing told of work"],
)
def test_an_application_of_2008_to_2010_is_told_its_priority(facts: dict[str, Any], priority: str) -> None:
    decision = decide(date(2009, 6, 1), council="400", **facts)

    assert decision.status is Status.INDICATIVE
    assert priority in told(decision, "priority")


@pytest.mark.parametrize("on", [date(2008, 3, 31), date(2010, 5, 1)])
def test_there_are_no_priorities_before_2008_or_once_all_must_work(on: date) -> None:
    assert decide(on, council="400").step("priority") is None


# -- Supporting People beside the package


def test_supporting_people_that_takes_over_support_lowers_the_funds_part_alone() -> None:
    without = decide(beside="25", supporting_people_meets_pence_per_week=0)
    with_it = decide(beside="25", supporting_people_meets_pence_per_week=1_500)

    assert without.pence_per_week - with_it.pence_per_week == 1_500
    assert "council's input stays level" in told(with_it, "supporting_people")


def test_supporting_people_takes_over_no_more_than_it_pays() -> None:
    assert "£25.00" in told(decide(beside="25", supporting_people_meets_pence_per_week=9_000), "supporting_people")


def test_what_supporting_people_takes_over_is_asked_only_where_it_pays() -> None:
    unknown: dict[str, Any] = {"supporting_people_meets_pence_per_week": NO_FACT}

    assert decide(beside="25", **unknown).missing_facts == ("supporting_people_meets_pence_per_week",)
    assert decide(beside="0", **unknown).missing_facts == ()
    assert decide(date(2004, 4, 18), beside="25", **unknown).step("supporting_people") is None


def test_the_fund_waits_for_supporting_people_to_be_decided() -> None:
    waiting = {name: replace(one, status=Status.UNDECIDED) for name, one in housing_support_of("0").items()}
    decision = FUND.decide(a_case(decisions={**social_care_of("300"), **waiting}))

    assert decision.status is Status.UNDECIDED
    assert "decided first" in told(decision, "supporting_people")


# -- cost and income


def test_costs_of_employing_are_part_of_the_cost_of_support() -> None:
    assert decide(employer_costs_pence_per_week=2_000).pence_per_week - decide().pence_per_week == 2_000
    assert "no further costs of employing are told" in told(decide(), "support_cost")


def test_a_special_transitional_addition_counts_in_full() -> None:
    without = decide(incomes=incomes(dla_care_highest="64.50"))
    with_it = decide(incomes=incomes(dla_care_highest="64.50", special_transitional_addition="10"))

    assert without.pence_per_week - with_it.pence_per_week == 1_000


def test_a_protected_user_of_group_1_contributes_nothing() -> None:
    pays, protected = (
        decide(qualifying_support_hours_per_week=90, **(OF_GROUP_1 | {"ilf_protected_from_contribution": is_protected}))
        for is_protected in (False, True)
    )

    assert protected.pence_per_week - pays.pence_per_week == 8_070
    assert "makes no contribution" in told(protected, "available_income")


def test_a_user_of_group_1_is_asked_whether_they_are_protected() -> None:
    unknown = OF_GROUP_1 | {"ilf_protected_from_contribution": NO_FACT}

    assert decide(**unknown).missing_facts == ("ilf_protected_from_contribution",)


def test_sums_are_told_to_the_penny() -> None:
    assert "£77.88" in told(
        decide(date(2006, 6, 1), incomes=incomes(severe_disability_premium="46.75", dla_care_highest="62.25")),
        "available_income",
    )


# -- more hours


def test_a_user_who_asks_for_more_hours_meets_the_threshold_of_the_day() -> None:
    asks: dict[str, Any] = {**A_USER, "ilf_asks_for_more_hours": True, "ilf_award_pence_per_week": 10_000}
    on = date(2009, 6, 1)

    reached, short = decide(on, council="320", **asks), decide(on, council="319.99", **asks)
    assert reached.pence_per_week > 10_000
    assert short.pence_per_week == 10_000
    assert "does not reach £320.00" in told(short, "more_hours")


@pytest.mark.parametrize("user", [A_USER, OF_GROUP_1], ids=["group 2", "group 1"])
def test_nobody_gets_more_hours_after_17_june_2010(user: dict[str, Any]) -> None:
    asks = {**user, "ilf_asks_for_more_hours": True, "ilf_award_pence_per_week": 10_000}

    assert decide(date(2010, 6, 17), council="400", **asks).pence_per_week > 10_000
    assert decide(date(2010, 6, 18), council="400", **asks).pence_per_week == 10_000


def test_an_award_may_rise_with_employers_costs_after_17_june_2010() -> None:
    on = date(2012, 6, 1)

    raised = decide(on, employer_costs_pence_per_week=2_000, **A_USER)
    assert raised.pence_per_week - decide(on, **A_USER).pence_per_week == 2_000


def test_a_user_of_group_1_is_not_asked_about_more_hours_while_they_may_have_them() -> None:
    assert decide(date(2009, 6, 1), **OF_GROUP_1).missing_facts == ()
    assert decide(date(2010, 6, 18), **OF_GROUP_1).missing_facts == ("ilf_asks_for_more_hours",)


# -- after 30 June 2015


def test_where_no_nation_is_told_england_is_taken_and_that_is_said() -> None:
    assert "England is taken" in told(decide(), "nation")
    assert told(decide(lives_in="wales"), "nation") == "Lives in Wales."


@pytest.mark.parametrize(
    ("nation", "on", "successor"),
    [
        ("england", date(2015, 7, 1), "the council is responsible from 1 July 2015"),
        ("wales", date(2015, 7, 1), "Welsh Independent Living Grant"),
        ("wales", date(2018, 4, 1), "In Wales the council is responsible from 1 April 2018"),
    ],
)
def test_the_fund_closed_and_its_successor_is_told(nation: str, on: date, successor: str) -> None:
    closed = decide(on, lives_in=nation, **A_USER)

    assert closed.status is Status.NOT_ELIGIBLE
    assert successor in told(closed, "in_force")


@pytest.mark.parametrize(
    ("nation", "on", "why"),
    [
        ("scotland", date(2015, 7, 1), "takes new applicants from 1 April 2024 only"),
        ("scotland", date(2024, 3, 31), "takes new applicants from 1 April 2024 only"),
        ("northern_ireland", date(2025, 6, 2), "takes nobody new"),
    ],
)
def test_those_who_came_too_late_are_refused_outside_england_as_well(nation: str, on: date, why: str) -> None:
    assert why in told(decide(on, **(NEW_IN_SCOTLAND | {"lives_in": nation})), "in_force")


def test_users_in_scotland_are_paid_by_independent_living_fund_scotland() -> None:
    decision = decide(date(2024, 6, 3), **USER_IN_SCOTLAND)

    # 60 x 11.00 less 310 of the council, less a contribution held to 43.
    assert (decision.status, decision.pence_per_week) == (Status.INDICATIVE, 30_700)
    assert decision.decided_by == "Independent Living Fund Scotland"
    assert decision.days == 364


@pytest.mark.parametrize(("capital", "status"), [(3_500_000, Status.INDICATIVE), (3_500_001, Status.NOT_ELIGIBLE)])
def test_capital_of_users_in_scotland(capital: int, status: Status) -> None:
    assert decide(date(2024, 6, 3), **USER_IN_SCOTLAND, capital_pence=capital).status is status


def test_a_limit_that_no_source_gives_is_named_and_not_guessed() -> None:
    open_ = decide(date(2018, 6, 1), **USER_IN_SCOTLAND)

    assert open_.status is Status.UNDECIDED
    assert open_.missing_facts == ()
    assert open_.step("figure.independent_living_fund.scotland_capital_limit") is not None


@pytest.mark.parametrize(("weeks", "outcome"), [(25, Outcome.FAILED), (26, Outcome.PASSED)])
def test_26_of_the_last_52_weeks_are_asked_of_people_in_northern_ireland(weeks: int, outcome: Outcome) -> None:
    step = decide(lives_in="northern_ireland", weeks_in_uk_of_last_52=weeks).step("weeks_of_residence")

    assert step is not None
    assert step.outcome is outcome


def test_a_new_applicant_in_scotland_gets_what_the_council_leaves_up_to_the_limit() -> None:
    on = date(2024, 6, 3)
    small = decide(on, **NEW_IN_SCOTLAND, qualifying_support_hours_per_week=80)
    large = decide(on, **NEW_IN_SCOTLAND, qualifying_support_hours_per_week=150)

    assert (small.pence_per_week, large.pence_per_week) == (8_000, 33_000)


def test_a_new_applicant_in_scotland_is_asked_nothing_about_means() -> None:
    person: dict[str, Any] = {**NEW_IN_SCOTLAND, "qualifying_support_hours_per_week": 80}
    poor = decide(date(2024, 6, 3), **person)
    rich = decide(date(2024, 6, 3), **person, capital_pence=9_000_000, incomes=NO_FACT)

    assert rich == poor


@pytest.mark.parametrize(
    ("changes", "failed"),
    [
        ({"date_of_birth": "2008-06-04"}, "age"),
        ({"receives_self_directed_support": False}, "self_directed_support"),
        ({"net_council_budget_pence_per_week": 79_999}, "council_budget"),
        ({"qualifying_support_hours_per_week": 10}, "award"),
    ],
)
def test_what_refuses_a_new_applicant_in_scotland(changes: dict[str, Any], failed: str) -> None:
    decision = decide(date(2024, 6, 3), **(NEW_IN_SCOTLAND | changes))

    assert decision.status is Status.NOT_ELIGIBLE
    assert [step.code for step in decision.trace if step.outcome is Outcome.FAILED] == [failed]


def test_social_care_in_england_need_not_be_decided_for_somebody_in_scotland() -> None:
    case = a_case(date(2024, 6, 3), **NEW_IN_SCOTLAND, qualifying_support_hours_per_week=80)

    assert FUND.decide(case).status is Status.INDICATIVE


def test_an_award_of_a_year_may_be_above_the_weekly_limit_in_one_week() -> None:
    assert over_a_year(Fraction(47_500)) == 2_470_000
    assert over_a_year(Fraction(47_500), eligible_weeks=50) == 2_375_000
    assert "£24,700.00" in told(decide(date(2024, 6, 3), **USER_IN_SCOTLAND), "limit_over_the_year")


# -- terms and days


def test_reviews_fall_six_months_and_two_years_after_the_award_begins() -> None:
    due = [term.due_on for term in decide().terms if term.kind is TermKind.REVIEW]

    assert due == [date(2007, 12, 1), date(2009, 6, 1)]


def test_payments_go_on_through_28_days_in_hospital_from_2010() -> None:
    def told_of_absence(on: date) -> bool:
        return any("28 days" in term.text for term in decide(on, council="400").terms)

    assert (told_of_absence(date(2010, 3, 14)), told_of_absence(date(2010, 3, 15))) == (False, True)


def test_days_in_the_code_are_the_days_in_the_rule_files() -> None:
    reopened = FIGURES.at("independent_living_fund.scotland_reopened_on", SCOTLAND_REOPENED_ON)

    assert reopened.day == SCOTLAND_REOPENED_ON
    assert FIGURES.by_name["independent_living_fund.priority_hours_of_work"].values[0].start == PRIORITY_FIRST_DAY


# -- what must hold for everybody, on every day

DAYS = st.dates(date(2003, 1, 1), date(2027, 12, 31))
PENCE = st.integers(0, 150_000)
LINES = st.dictionaries(st.sampled_from(INCOME_CODES), st.integers(0, 20_000), max_size=4)
PEOPLE = st.fixed_dictionaries(
    {
        "uk_resident": st.sampled_from([True, True, True, False]),
        "capital_pence": st.integers(0, 4_000_000),
        "household": st.sampled_from(["single", "couple"]),
        "partner_capital_pence": st.integers(0, 1_000_000),
        "dla_care_rate": st.sampled_from(["none", "middle", "highest", "highest", "highest"]),
        "receives_income_support": st.booleans(),
        "incomes": LINES.map(lambda lines: [{"code": code, "pence_per_week": sum_} for code, sum_ in lines.items()]),
        "housing_costs_pence_per_week": st.integers(0, 20_000),
        "qualifying_support_hours_per_week": st.integers(0, 168),
        "qualifying_support_pence_per_hour": st.integers(500, 3_000),
        "employer_costs_pence_per_week": st.integers(0, 5_000),
        "supporting_people_meets_pence_per_week": st.integers(0, 5_000),
        "ilf_existing_user": st.booleans(),
        "ilf_applied_on": st.dates(date(1989, 1, 1), date(2010, 12, 31)).map(date.isoformat),
        "ilf_asks_for_more_hours": st.booleans(),
        "ilf_award_pence_per_week": st.integers(0, 90_000),
        "ilf_protected_from_contribution": st.booleans(),
        "benefit_appeal_running": st.booleans(),
        "lives_in": st.sampled_from(["england", "wales", "scotland", "northern_ireland"]),
        "weeks_in_uk_of_last_52": st.integers(0, 52),
        "receives_self_directed_support": st.booleans(),
        "net_council_budget_pence_per_week": PENCE,
        "council_charge_pence_per_week": st.integers(0, 10_000),
    }
)


def decided(on: date, person: dict[str, Any], council: int, charge: int = 0, *, traced: bool = True) -> Decision:
    decisions = social_care_of(str(Fraction(council, 100)), on=on, charge=str(Fraction(min(charge, council), 100)))
    case = a_case(on, decisions=decisions | housing_support_of("25", on=on), **person)
    return FUND.decide(replace(case, traced=traced))


@settings(max_examples=300, deadline=None)
@given(DAYS, PEOPLE, PENCE)
def test_every_day_is_decided_or_the_missing_figure_is_named(on: date, person: dict[str, Any], council: int) -> None:
    decision = decided(on, person, council)

    failed = any(step.outcome is Outcome.FAILED for step in decision.trace)
    assert failed == (decision.status is Status.NOT_ELIGIBLE)
    if decision.status is Status.UNDECIDED:
        waits = {step.code for step in decision.trace if step.outcome is Outcome.MISSING}
        assert decision.missing_facts == ()
        assert waits
        assert all(code.startswith("figure.") or code in ("payments_suspended", "application") for code in waits)


@settings(max_examples=300, deadline=None)
@given(DAYS, PEOPLE, PENCE)
def test_an_award_is_never_above_the_limit_of_the_persons_group(on: date, person: dict[str, Any], council: int) -> None:
    decision = decided(on, person, council)

    if decision.status is Status.INDICATIVE:
        group_1 = person["ilf_existing_user"] and person["ilf_applied_on"] < "1993-04-01"
        limit = FIGURES.at(f"independent_living_fund.award_limit_group_{1 if group_1 else 2}", on).pence
        assert 0 < decision.pence_per_week <= limit
        if not person["ilf_existing_user"] and on < date(2015, 7, 1):
            joint = FIGURES.at("independent_living_fund.joint_limit", on).pence
            assert council + decision.pence_per_week <= joint + 1


@settings(max_examples=300, deadline=None)
@given(DAYS, PEOPLE, PENCE, PENCE)
def test_more_council_input_never_raises_a_users_award(on: date, person: dict[str, Any], one: int, other: int) -> None:
    # A new applicant's input may open the door, and a user's more hours: the threshold is a cliff that the law has.
    user = person | {"ilf_existing_user": True, "ilf_asks_for_more_hours": False}

    assert decided(on, user, max(one, other)).amount_pence <= decided(on, user, min(one, other)).amount_pence


@settings(max_examples=300, deadline=None)
@given(DAYS, PEOPLE, PENCE, st.integers(0, 20_000), st.integers(0, 20_000))
def test_a_higher_charge_of_the_council_never_lowers_the_award(
    on: date, person: dict[str, Any], council: int, one: int, other: int
) -> None:
    lower, higher = (decided(on, person, council, charge) for charge in sorted((one, other)))

    assert lower.amount_pence <= higher.amount_pence


@settings(max_examples=300, deadline=None)
@given(DAYS, PEOPLE, PENCE)
def test_without_the_trace_the_decision_is_the_same(on: date, person: dict[str, Any], council: int) -> None:
    traced, untraced = decided(on, person, council), decided(on, person, council, traced=False)

    assert (untraced.trace, untraced.terms) == ((), ())
    assert replace(traced, trace=(), terms=()) == untraced


POUNDS = st.fractions(0, 200_000, max_denominator=8)
LIMITS = st.one_of(st.none(), POUNDS)


@given(POUNDS, POUNDS, POUNDS, POUNDS, POUNDS, LIMITS, LIMITS, LIMITS)
def test_no_limit_is_ever_passed(
    cost: Fraction,
    council: Fraction,
    available: Fraction,
    charge: Fraction,
    limit: Fraction,
    joint: Fraction | None,
    most: Fraction | None,
    held: Fraction | None,
) -> None:
    sums = FundSums(cost, council, available, charge, limit, joint, most, held)

    assert 0 <= sums.award <= min(limit, max(Fraction(0), cost - council))
    assert joint is None or sums.award == 0 or council + sums.award <= joint
    assert most is None or sums.contribution <= most
    assert held is None or sums.award <= held


def test_a_person_with_every_common_fact_is_asked_for_nothing_else() -> None:
    for on in (date(2005, 6, 1), PILOT, date(2009, 6, 1), date(2010, 5, 20)):
        assert FUND.decide(a_case(on, facts=a_person(), decisions=social_care_of("400", on=on))).missing_facts == ()
