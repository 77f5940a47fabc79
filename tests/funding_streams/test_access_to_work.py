"""What Access to Work does, told by name, and what must hold for everybody on every day."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.funding_streams.domain.adapter import Allocation, AllocationOutcome, Case
from services.funding_streams.domain.decision import Cadence, Decision, MoneyKind, Outcome, Status, TermKind
from services.funding_streams.domain.errors import WrongFact
from services.funding_streams.domain.facts import Facts
from services.funding_streams.domain.money import half_up
from services.funding_streams.rule_files import rule_files
from services.funding_streams.streams.access_to_work import ADAPTER
from services.funding_streams.streams.access_to_work.claims import Claim, refusals
from services.funding_streams.streams.access_to_work.sums import Element, award_lines, whole_pence

from .builders import NO_FACT, a_case
from .checks.access_to_work import a_worker, decide

PILOT = date(2007, 6, 1)
OLD_BANDS = date(2011, 6, 1)
TODAY = date(2025, 6, 2)
FIGURES = rule_files().figures
EXAMPLES = rule_files().examples["access_to_work"]


def failed(decision: Decision) -> set[str]:
    return {step.code for step in decision.trace if step.outcome is Outcome.FAILED}


def text_of(decision: Decision, code: str) -> str:
    step = decision.step(code)
    assert step is not None, [one.code for one in decision.trace]
    return step.text


# -- examples


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_comes_out_as_it_says(name: str) -> None:
    example = EXAMPLES[name]
    pence = example.allocation_pence_per_year
    allocation = None if pence is None else Allocation(pence, AllocationOutcome.CALCULATED)

    decision = ADAPTER.decide(replace(a_case(example.on, facts=example.facts), allocation=allocation))

    assert (decision.status.value, decision.amount_pence) == (example.status, example.amount_pence)


def test_an_example_asks_for_no_fact_that_an_earlier_answer_makes_needless() -> None:
    example = EXAMPLES["today_costs_not_known_yet"]

    missing = ADAPTER.decide(a_case(example.on, facts=example.facts)).missing_facts
    assert "work_premises_cost_pence" in missing
    assert not {"employer_staff", "weeks_in_post", "incomes", "supported_permitted_work"} & set(missing)


# -- who is helped


@pytest.mark.parametrize(
    ("changes", "test"),
    [
        ({"date_of_birth": "2009-06-03"}, "age"),
        ({"works_in_great_britain": False}, "great_britain"),
        ({"condition_affects_work": False}, "condition"),
        ({"condition_lasts_twelve_months": False}, "length_of_condition"),
        ({"work_status": "voluntary"}, "work"),
        ({"work_status": "none"}, "work"),
        ({"employer_is_ministerial_department": True}, "ministerial_department"),
    ],
)
def test_each_test_alone_refuses(changes: dict[str, Any], test: str) -> None:
    helped: dict[str, Any] = {"work_support_hours_per_week": 5, "work_support_pence_per_hour": 1_500}
    assert decide(TODAY, **helped).status is Status.INDICATIVE

    decision = decide(TODAY, **helped, **changes)
    assert (decision.status, failed(decision)) == (Status.NOT_ELIGIBLE, {test})
    assert decision.amount_pence == 0


def test_somebody_is_helped_from_the_sixteenth_birthday() -> None:
    decision = decide(TODAY, date_of_birth="2009-06-02", work_premises_cost_pence=1, weeks_in_post=0)

    assert decision.status is Status.INDICATIVE


def test_ministerial_departments_pay_for_their_own_staff_from_october_2006() -> None:
    civil_servant: dict[str, Any] = {
        "employer_is_ministerial_department": True,
        "interview_communicator_cost_pence": 20_000,
    }

    assert decide(date(2006, 9, 30), **civil_servant).status is Status.INDICATIVE
    assert failed(decide(date(2006, 10, 1), **civil_servant)) == {"ministerial_department"}


@pytest.mark.parametrize("benefit", ["income_support", "employment_and_support_allowance", "incapacity_benefit"])
def test_a_benefit_for_people_out_of_work_bars_unless_the_work_is_permitted_or_supported(benefit: str) -> None:
    person: dict[str, Any] = {
        "incomes": [{"code": benefit, "pence_per_week": 6_000}],
        "interview_communicator_cost_pence": 20_000,
    }

    assert decide(PILOT, **person).missing_facts == ("supported_permitted_work",)
    assert failed(decide(PILOT, **person, supported_permitted_work=False)) == {"benefits"}
    assert decide(PILOT, **person, supported_permitted_work=True).status is Status.INDICATIVE


@pytest.mark.parametrize("benefit", ["universal_credit", "dla_care_highest", "pip_daily_living_enhanced", "earnings"])
def test_other_incomes_bar_nothing(benefit: str) -> None:
    decision = decide(TODAY, incomes=[{"code": benefit, "pence_per_week": 9_000}], interview_communicator_cost_pence=1)

    assert decision.status is Status.INDICATIVE


@pytest.mark.parametrize(
    ("applied", "begins", "passes"),
    [
        ("2017-12-31", "2018-02-11", True),
        ("2017-12-31", "2018-02-12", False),
        ("2018-01-01", "2018-03-26", True),
        ("2018-01-01", "2018-03-27", False),
    ],
)
def test_an_application_can_come_six_weeks_before_the_job_and_twelve_since_2018(
    applied: str, begins: str, passes: bool
) -> None:
    decision = decide(
        date.fromisoformat(applied),
        work_status="starting_soon",
        work_starts_on=begins,
        access_to_work_applied_on=applied,
        interview_communicator_cost_pence=10_000,
    )

    assert (decision.status is Status.INDICATIVE) == passes
    assert failed(decision) == (set() if passes else {"time_of_application"})


def test_an_application_that_is_too_early_is_told_from_when_it_can_be_made() -> None:
    decision = decide(TODAY, work_status="starting_soon", work_starts_on="2025-12-01")

    assert "an application can be made from 8 September 2025 on" in text_of(decision, "time_of_application")
    assert "the day of this decision is taken" in text_of(decision, "time_of_application")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"work_status": "starting_soon", "work_starts_on": "2025-06-01"}, "work_starts_on"),
        ({"access_to_work_applied_on": "2025-06-03"}, "application"),
    ],
)
def test_days_that_contradict_the_decision_leave_it_open(changes: dict[str, Any], told: str) -> None:
    decision = decide(TODAY, interview_communicator_cost_pence=10_000, **changes)

    assert (decision.status, decision.missing_facts) == (Status.UNDECIDED, ())
    assert [step.code for step in decision.trace if step.outcome is Outcome.MISSING] == [told]


def test_a_kind_of_work_that_the_catalogue_has_not_is_refused_by_name() -> None:
    with pytest.raises(WrongFact, match="work_status must be one of employed, self_employed"):
        decide(TODAY, work_status="retired")


def test_out_of_work_a_communicator_at_interviews_can_be_paid_for_and_nothing_else() -> None:
    decision = decide(
        TODAY,
        work_status="none",
        incomes=[{"code": "employment_and_support_allowance", "pence_per_week": 13_000}],
        work_equipment_cost_pence=100_000,
        interview_communicator_cost_pence=18_000,
    )

    assert [(line.code, line.amount_pence) for line in decision.lines] == [("interview_communicator", 18_000)]
    assert "access_to_work.interview_communicator_out_of_work" in decision.unconfirmed


# -- how much


def test_the_lines_tell_what_is_paid_for_and_how() -> None:
    decision = decide(
        TODAY,
        employer_staff=20,
        work_equipment_cost_pence=100_000,
        work_premises_cost_pence=50_000,
        work_support_hours_per_week=4,
        work_support_pence_per_hour=1_500,
        travel_to_work_pence_per_week=6_000,
        travel_to_work_usual_pence_per_week=1_000,
        travel_in_work_pence_per_week=2_000,
        travel_in_work_usual_pence_per_week=2_500,
        interview_communicator_cost_pence=9_000,
    )

    assert [(line.code, line.money, line.pence, line.amount_pence, line.use) for line in decision.lines] == [
        ("equipment", MoneyKind.REIMBURSABLE, 100_000, 100_000, "work.equipment"),
        ("premises", MoneyKind.REIMBURSABLE, 50_000, 50_000, "work.premises"),
        ("support_worker", MoneyKind.WEEKLY, 6_000, 312_000, "work.support"),
        ("travel_to_work", MoneyKind.WEEKLY, 5_000, 260_000, "travel.to_work"),
        ("interview_communicator", MoneyKind.REIMBURSABLE, 9_000, 9_000, "work.support"),
    ]
    assert (decision.amount_pence, decision.pence_per_week, decision.contribution_pence) == (731_000, 11_000, 0)
    assert "The person pays £10.00 a week of the journeys to work: what they would cost otherwise." in (
        decision.conditions
    )


def test_the_department_decides_and_pays_in_arrears() -> None:
    decision = decide(TODAY, interview_communicator_cost_pence=10_000)

    assert decision.decided_by == "Department for Work and Pensions (Access to Work)"
    assert (decision.status, decision.cadence) == (Status.INDICATIVE, Cadence.ARREARS_ON_RECEIPTS)
    assert decision.days == 364


def test_a_tablet_used_privately_on_three_days_is_paid_for_four_sevenths() -> None:
    decision = decide(
        TODAY, work_status="self_employed", work_equipment_cost_pence=100_000, work_equipment_private_days_per_week=3
    )

    assert decision.amount_pence == 57_143
    assert "£428.57 of the equipment is for private use, which Access to Work does not pay." in decision.conditions


def test_equipment_and_premises_share_one_threshold() -> None:
    decision = decide(TODAY, work_equipment_cost_pence=100_000, work_premises_cost_pence=200_000)

    # 3,000 in all: the employer pays 1,000 and 20 percent of 2,000; 1,600 is left, a third of it for equipment.
    assert [(line.code, line.amount_pence) for line in decision.lines] == [("equipment", 53_333), ("premises", 106_667)]


@pytest.mark.parametrize(
    ("on", "weeks", "shares"), [(PILOT, 6, False), (PILOT, 7, True), (TODAY, 5, False), (TODAY, 6, True)]
)
def test_an_employer_shares_after_six_weeks_in_the_pilot_years_and_from_six_weeks_since(
    on: date, weeks: int, shares: bool
) -> None:
    decision = decide(on, weeks_in_post=weeks, work_equipment_cost_pence=300_000)

    assert (decision.amount_pence < 300_000) == shares


@pytest.mark.parametrize("status", ["self_employed", "starting_soon", "work_trial"])
def test_no_employer_shares_where_there_is_no_employment_yet_or_ever(status: str) -> None:
    decision = decide(TODAY, work_status=status, work_starts_on="2025-06-30", work_equipment_cost_pence=300_000)

    assert decision.amount_pence == 300_000


@pytest.mark.parametrize(
    ("on", "staff", "employer"),
    [
        (OLD_BANDS, 9, 0),
        (OLD_BANDS, 10, 70_000),
        (OLD_BANDS, 49, 70_000),
        (OLD_BANDS, 50, 86_000),
        (OLD_BANDS, 249, 86_000),
        (OLD_BANDS, 250, 126_000),
        (TODAY, 49, 0),
        (TODAY, 50, 86_000),
        (TODAY, 249, 86_000),
        (TODAY, 250, 126_000),
    ],
)
def test_the_employers_share_goes_by_the_number_of_staff(on: date, staff: int, employer: int) -> None:
    assert decide(on, employer_staff=staff, work_equipment_cost_pence=230_000).amount_pence == 230_000 - employer


def test_in_the_pilot_years_the_size_of_the_employer_is_not_asked_and_the_disputed_band_not_read() -> None:
    decision = decide(
        PILOT,
        {"access_to_work.cost_share_band": "above_threshold"},
        employer_staff=NO_FACT,
        work_equipment_cost_pence=1_500_000,
    )

    assert decision.amount_pence == 1_500_000 - 30_000 - 194_000


def test_a_cost_below_the_threshold_is_the_employers_alone_and_no_award_is_made() -> None:
    decision = decide(TODAY, work_equipment_cost_pence=90_000)

    assert (decision.status, failed(decision)) == (Status.NOT_ELIGIBLE, {"cost_left"})
    assert "The employer pays £900.00 of the equipment and adaptations." in decision.conditions


def test_weekly_costs_arise_once_the_job_has_begun() -> None:
    decision = decide(
        TODAY,
        work_status="starting_soon",
        work_starts_on="2025-06-30",
        work_support_hours_per_week=10,
        work_support_pence_per_hour=1_500,
    )

    (line,) = decision.lines
    assert (line.pence, line.amount_pence) == (15_000, 15_000 * 48)
    assert any("must end when the job begins" in condition for condition in decision.conditions)


def test_there_is_no_yearly_limit_before_october_2015() -> None:
    assert decide(date(2015, 9, 30), interview_communicator_cost_pence=9_000_000).amount_pence == 9_000_000
    assert decide(date(2015, 10, 1), interview_communicator_cost_pence=9_000_000).amount_pence == 4_080_000


def test_the_yearly_limit_lowers_every_line_in_proportion() -> None:
    # 138,520 in all is twice the limit of 69,260.
    decision = decide(
        date(2026, 6, 1),
        work_status="self_employed",
        work_premises_cost_pence=6_000_000,
        interview_communicator_cost_pence=7_852_000,
    )

    assert [line.amount_pence for line in decision.lines] == [3_000_000, 3_926_000]
    assert "The yearly limit leaves £69,260.00 of the cost without money; a person must look at that." in (
        decision.conditions
    )


def test_odd_pennies_of_a_limit_go_to_the_largest_remainders_and_among_equals_to_the_first() -> None:
    equal = dict.fromkeys((Element.EQUIPMENT, Element.PREMISES, Element.INTERVIEW_COMMUNICATOR), Fraction(100))

    assert [line.amount_pence for line in award_lines(equal, Fraction(100), 364)] == [34, 33, 33]


def test_a_year_whose_limit_is_not_known_is_named_and_not_guessed() -> None:
    decision = decide(date(2027, 4, 1), interview_communicator_cost_pence=10_000)

    assert decision.status is Status.UNDECIDED
    assert "No value of access_to_work.annual_cap is loaded for 2027-04-01" in (
        text_of(decision, "figure.access_to_work.annual_cap")
    )


def test_before_access_to_work_began_the_missing_figures_are_named() -> None:
    decision = ADAPTER.decide(a_case(date(1994, 5, 31), facts={}))

    assert decision.status is Status.UNDECIDED
    assert decision.step("figure.access_to_work.age_least_years") is not None


# -- claims


def a_claim(**changes: Any) -> Claim:
    return replace(Claim(date(2025, 7, 1), date(2025, 8, 1), for_work=True, countersigned=True), **changes)


def test_a_claim_with_all_that_it_needs_is_paid() -> None:
    window = FIGURES.at("access_to_work.claim_window_months", date(2025, 8, 1))

    assert refusals(a_claim(receipt_dated=TODAY), TODAY, window) == ()
    assert refusals(a_claim(claimed_on=date(2026, 4, 1)), TODAY, window) == ()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"receipt_dated": date(2025, 6, 1)}, "dated before the award was decided"),
        ({"for_work": False}, "does not arise from work"),
        ({"countersigned": False}, "counter-signed"),
        ({"claimed_on": date(2026, 4, 2)}, "more than 9 months after the cost"),
    ],
)
def test_a_claim_is_refused_for_what_it_lacks(changes: dict[str, Any], told: str) -> None:
    (reason,) = refusals(a_claim(**changes), TODAY, FIGURES.at("access_to_work.claim_window_months", TODAY))

    assert told in reason


def test_no_time_limit_is_held_against_a_claim_where_none_is_known() -> None:
    assert refusals(a_claim(claimed_on=date(2035, 1, 1)), TODAY, None) == ()


# -- what is told


def test_every_kind_of_term_is_told_with_an_award_in_both_eras() -> None:
    for on in (PILOT, TODAY):
        terms = decide(on, interview_communicator_cost_pence=10_000).terms
        assert {term.kind for term in terms} == set(TermKind)


def test_a_refusal_tells_how_to_challenge_it_and_by_when() -> None:
    terms = decide(TODAY, work_status="voluntary").terms

    assert {term.kind for term in terms} == {TermKind.DECISION_TIME_LIMIT, TermKind.CHALLENGE}
    assert [term.due_on for term in terms if term.due_on] == [date(2025, 6, 30)]


def test_every_use_is_on_a_condition_that_a_plan_can_check() -> None:
    uses = decide(TODAY, interview_communicator_cost_pence=10_000).permitted_uses

    assert {use.use for use in uses} >= {"work.support", "work.equipment", "work.premises", "travel.to_work"}
    assert all("agreed_before_bought" in {one.requirement for one in use.requires} for use in uses)


# -- for everybody, on every day

DAYS = st.dates(date(2003, 1, 1), date(2027, 12, 31))
COSTS = st.one_of(st.just(0), st.integers(0, 200_000), st.integers(0, 12_000_000))
WEEKLY = st.one_of(st.just(0), st.integers(0, 300_000))
CHANGES: dict[str, st.SearchStrategy[Any]] = {
    "date_of_birth": st.dates(date(1940, 1, 1), date(2012, 1, 1)).map(date.isoformat),
    "works_in_great_britain": st.sampled_from([True, True, True, False]),
    "condition_affects_work": st.sampled_from([True, True, True, False]),
    "condition_lasts_twelve_months": st.sampled_from([True, True, True, False]),
    "work_status": st.sampled_from(
        ["employed", "employed", "self_employed", "starting_soon", "work_trial", "voluntary", "none"]
    ),
    "work_starts_on": st.dates(date(2003, 1, 1), date(2028, 3, 1)).map(date.isoformat),
    "access_to_work_applied_on": st.dates(date(1993, 1, 1), date(2028, 3, 1)).map(date.isoformat),
    "employer_is_ministerial_department": st.booleans(),
    "incomes": st.lists(st.sampled_from(["income_support", "earnings", "dla_mobility"]), unique=True).map(
        lambda codes: [{"code": code, "pence_per_week": 5_000} for code in codes]
    ),
    "supported_permitted_work": st.booleans(),
    "work_equipment_cost_pence": COSTS,
    "work_equipment_private_days_per_week": st.integers(0, 7),
    "work_premises_cost_pence": COSTS,
    "weeks_in_post": st.integers(0, 12),
    "employer_staff": st.sampled_from([0, 9, 10, 49, 50, 249, 250, 9_999]),
    "work_support_hours_per_week": st.integers(0, 168),
    "work_support_pence_per_hour": st.integers(0, 10_000),
    "travel_to_work_pence_per_week": WEEKLY,
    "travel_to_work_usual_pence_per_week": WEEKLY,
    "travel_in_work_pence_per_week": WEEKLY,
    "travel_in_work_usual_pence_per_week": WEEKLY,
    "interview_communicator_cost_pence": COSTS,
}
READINGS = st.sampled_from(["to_band_top", "above_threshold"])
#: Facts of people, some of which may not be known.
PEOPLE = st.builds(lambda facts: a_worker(**facts), st.fixed_dictionaries({}, optional=CHANGES))
STRANGERS = st.fixed_dictionaries({}, optional=CHANGES)


def case_of(facts: dict[str, Any], on: date, reading: str = "to_band_top") -> Case:
    return a_case(on, facts=facts, council={"access_to_work.cost_share_band": reading})


def yearly_cost(facts: dict[str, Any]) -> dict[str, Fraction]:
    """The whole cost of each element over an award, whoever pays it."""
    weekly = {
        "support_worker": facts["work_support_hours_per_week"] * facts.get("work_support_pence_per_hour", 0),
        "travel_to_work": facts["travel_to_work_pence_per_week"],
        "travel_in_work": facts["travel_in_work_pence_per_week"],
    }
    once = {
        "equipment": facts["work_equipment_cost_pence"],
        "premises": facts["work_premises_cost_pence"],
        "interview_communicator": facts["interview_communicator_cost_pence"],
    }
    return {
        **{code: Fraction(sum_ * 52) for code, sum_ in weekly.items()},
        **{code: Fraction(s) for code, s in once.items()},
    }


def test_the_people_of_these_tests_may_have_every_fact_that_the_stream_asks_for() -> None:
    assert set(CHANGES) == set(ADAPTER.needs(TODAY)) <= set(rule_files().facts)
    assert set(a_worker()) <= set(CHANGES)


@settings(max_examples=400, deadline=None)
@given(st.one_of(PEOPLE, STRANGERS), DAYS, READINGS)
def test_every_case_is_decided_or_says_what_is_missing(facts: dict[str, Any], on: date, reading: str) -> None:
    decision = ADAPTER.decide(case_of(facts, on, reading))

    told = {step.code for step in decision.trace if step.outcome is Outcome.MISSING}
    assert told or decision.status is not Status.UNDECIDED
    assert not told or decision.status is not Status.INDICATIVE
    assert {f"fact.{name}" for name in decision.missing_facts} <= told
    assert bool(failed(decision)) == (decision.status is Status.NOT_ELIGIBLE)
    assert not set(decision.missing_facts) & set(facts)
    assert decision.status is not Status.CONFIRMED


@settings(max_examples=300, deadline=None)
@given(PEOPLE, DAYS, READINGS)
def test_an_award_is_above_nothing_and_never_above_cost_or_yearly_limit(
    facts: dict[str, Any], on: date, reading: str
) -> None:
    decision = ADAPTER.decide(case_of(facts, on, reading))

    assert sum(line.amount_pence for line in decision.lines) == decision.amount_pence
    assert (decision.amount_pence > 0) == (decision.status is Status.INDICATIVE)
    assert decision.contribution_pence == 0
    if decision.status is Status.INDICATIVE:
        cost = yearly_cost(facts)
        assert all(0 <= line.amount_pence <= cost[line.code] for line in decision.lines)
        if on >= date(2015, 10, 1):
            assert decision.amount_pence <= FIGURES.at("access_to_work.annual_cap", on).pence


@settings(max_examples=300, deadline=None)
@given(
    PEOPLE,
    DAYS,
    READINGS,
    st.sampled_from(
        [
            "work_equipment_cost_pence",
            "work_premises_cost_pence",
            "travel_to_work_pence_per_week",
            "travel_in_work_pence_per_week",
            "interview_communicator_cost_pence",
            "work_support_hours_per_week",
        ]
    ),
    st.integers(1, 150),
)
def test_a_higher_cost_never_lowers_the_award(
    facts: dict[str, Any], on: date, reading: str, rising: str, by: int
) -> None:
    lower, higher = (ADAPTER.decide(case_of({**facts, rising: facts[rising] + more}, on, reading)) for more in (0, by))

    if Status.UNDECIDED not in (lower.status, higher.status):
        assert lower.amount_pence <= higher.amount_pence


@settings(max_examples=200, deadline=None)
@given(st.one_of(PEOPLE, STRANGERS), DAYS, READINGS)
def test_a_decision_without_its_trace_is_the_same_decision(facts: dict[str, Any], on: date, reading: str) -> None:
    case = case_of(facts, on, reading)

    traced = ADAPTER.decide(case)
    untraced = ADAPTER.decide(replace(case, facts=Facts.from_mapping(facts), traced=False))
    assert replace(traced, trace=(), terms=()) == untraced


@settings(max_examples=200, deadline=None)
@given(STRANGERS, st.fixed_dictionaries(CHANGES), DAYS)
def test_answering_what_is_asked_for_leaves_nothing_to_ask(
    known: dict[str, Any], answers: dict[str, Any], on: date
) -> None:
    facts = dict(known)
    for _ in range(3):
        facts |= {name: answers[name] for name in ADAPTER.decide(case_of(facts, on)).missing_facts}

    assert ADAPTER.decide(case_of(facts, on)).missing_facts == ()


@settings(max_examples=200, deadline=None)
@given(st.fixed_dictionaries(CHANGES), DAYS, st.data())
def test_a_fact_that_is_not_asked_for_changes_nothing(answers: dict[str, Any], on: date, data: st.DataObject) -> None:
    # Leave out any one fact but the day of the application, whose absence means that nobody has applied yet.
    name = data.draw(st.sampled_from([name for name in answers if name != "access_to_work_applied_on"]))
    whole = ADAPTER.decide(case_of(answers, on))
    without = ADAPTER.decide(case_of({key: value for key, value in answers.items() if key != name}, on))

    if not without.missing_facts:
        assert (without.status, without.lines) == (whole.status, whole.lines)


@given(st.lists(st.fractions(0, 10**7, max_denominator=700), max_size=6))
def test_rounding_to_whole_pence_keeps_the_total_and_moves_no_line_by_a_penny(parts: list[Fraction]) -> None:
    rounded = whole_pence(parts)

    assert sum(rounded) == half_up(sum(parts, Fraction(0)))
    assert all(abs(line - part) < 1 for line, part in zip(rounded, parts, strict=True))


@given(
    st.dictionaries(st.sampled_from(list(Element)), st.fractions(0, 10**7, max_denominator=700), min_size=1),
    st.integers(0, 10**7),
)
def test_a_limit_is_used_up_exactly_and_no_line_is_above_its_need(needed: dict[Element, Fraction], limit: int) -> None:
    lines = award_lines(needed, Fraction(limit), 364)

    whole = sum(needed.values(), Fraction(0))
    assert sum(line.amount_pence for line in lines) == (limit if whole > limit else half_up(whole))
    assert all(line.amount_pence < needed[Element(line.code)] + 1 for line in lines)
