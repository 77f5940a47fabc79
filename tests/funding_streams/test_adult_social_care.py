"""Adult social care: eligibility in two eras, its examples, who may be paid, and the terms of its awards."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from braid.contracts.facts import INCOME_CODES
from services.funding_streams.domain.adapter import Allocation, AllocationOutcome
from services.funding_streams.domain.decision import Decision, Outcome, Status, TermKind
from services.funding_streams.domain.errors import NoValueInForce
from services.funding_streams.rule_files import rule_files
from services.funding_streams.streams.adult_social_care.eligibility import (
    CareActOutcome,
    Extent,
    Manner,
    extent,
    facs_band,
    outcomes_not_achieved,
)
from services.funding_streams.streams.adult_social_care.reviews import review_due
from services.funding_streams.streams.adult_social_care.rules import AdultSocialCare

from .builders import NO_FACT, a_case

ADAPTER = AdultSocialCare()
PILOT_2007 = date(2007, 6, 1)
CARE_ACT = date(2025, 6, 1)
EXAMPLES = rule_files().examples["adult_social_care"]


def an_example(name: str) -> Decision:
    example = EXAMPLES[name]
    pence = example.allocation_pence_per_year
    allocation = None if pence is None else Allocation(pence, AllocationOutcome.CALCULATED)
    return ADAPTER.decide(replace(a_case(example.on, facts=example.facts), allocation=allocation))


# -- examples


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_comes_out_as_it_says(name: str) -> None:
    decision, example = an_example(name), EXAMPLES[name]

    assert (decision.status.value, decision.amount_pence) == (example.status, example.amount_pence)


def test_an_example_is_refused_settled_or_held_up_by_a_figure_and_never_by_a_fact() -> None:
    assert [name for name in EXAMPLES if an_example(name).missing_facts] == []


# -- the Care Act's outcomes


@pytest.mark.parametrize("manner", [manner for manner in Manner if manner is not Manner.ALONE])
def test_an_outcome_that_is_achieved_otherwise_than_alone_and_well_counts_as_not_achieved(manner: Manner) -> None:
    assert outcomes_not_achieved({CareActOutcome.NUTRITION: {manner}, CareActOutcome.TOILET: {Manner.ALONE}}) == 1


def test_there_are_ten_outcomes() -> None:
    assert outcomes_not_achieved({outcome: {Manner.NOT_AT_ALL} for outcome in CareActOutcome}) == 10


# -- Fair Access to Care


@pytest.mark.parametrize(
    ("failing", "of", "vital", "band"),
    [
        (0, 8, False, "none"),
        (2, 8, False, "low"),
        (3, 8, False, "moderate"),
        (4, 8, False, "moderate"),
        (5, 8, False, "substantial"),
        (1, 1, False, "substantial"),
        (1, 8, True, "critical"),
    ],
)
def test_counts_of_failing_routines_come_to_a_band(failing: int, of: int, vital: bool, band: str) -> None:
    assert facs_band(extent(failing, of, vital=vital)) == band


def test_the_highest_band_that_routines_or_roles_show_is_theirs() -> None:
    assert facs_band(Extent.SEVERAL, Extent.MOST) == "substantial"


def test_failing_routines_settle_eligibility_without_an_agreed_band() -> None:
    case = a_case(PILOT_2007, facs_band=NO_FACT, failing_routines="vital")

    decision = ADAPTER.decide(case)
    assert decision.status is Status.CONFIRMED
    assert decision.step("facs_band.shown") is not None


def test_failing_routines_that_settle_nothing_leave_the_agreed_band_to_ask_for() -> None:
    decision = ADAPTER.decide(a_case(PILOT_2007, facs_band=NO_FACT, failing_routines="several", failing_roles="none"))

    assert decision.missing_facts == ("facs_band",)


@pytest.mark.parametrize(("agreed", "status"), [("critical", Status.CONFIRMED), ("low", Status.NOT_ELIGIBLE)])
def test_the_agreed_band_holds_where_it_is_the_higher(agreed: str, status: Status) -> None:
    assert ADAPTER.decide(a_case(PILOT_2007, facs_band=agreed, failing_routines="several")).status is status


def test_a_young_person_is_an_adult_from_the_birthday_at_18() -> None:
    on = CARE_ACT

    assert ADAPTER.decide(a_case(on, date_of_birth="2007-06-01")).status is Status.CONFIRMED
    assert ADAPTER.decide(a_case(on, date_of_birth="2007-06-02")).status is Status.NOT_ELIGIBLE


# -- who may be paid, and the terms


@pytest.mark.parametrize("on", [PILOT_2007, CARE_ACT])
def test_an_award_says_who_may_not_be_paid(on: date) -> None:
    spouse, relative = ADAPTER.decide(a_case(on)).payee_bars

    assert (spouse.only_in_same_household, relative.only_in_same_household) == (False, True)
    assert {spouse.unless, relative.unless} == {"necessity"}


@pytest.mark.parametrize("on", [date(2004, 6, 1), PILOT_2007, date(2010, 6, 1), CARE_ACT])
def test_an_award_has_terms_of_every_kind(on: date) -> None:
    decision = ADAPTER.decide(a_case(on))

    assert decision.status is Status.CONFIRMED
    assert {term.kind for term in decision.terms} == set(TermKind)
    assert all(term.citation for term in decision.terms)


def test_reviews_fall_due_as_the_law_of_the_day_says() -> None:
    def due(on: date) -> set[date | None]:
        return {term.due_on for term in ADAPTER.decide(a_case(on)).terms if term.kind is TermKind.REVIEW}

    assert due(CARE_ACT) == {date(2025, 7, 27), date(2025, 12, 1), date(2026, 6, 1)}
    assert due(PILOT_2007) == {date(2008, 5, 30)}


def test_complaints_follow_the_regulations_of_the_day() -> None:
    def complaints(on: date) -> str:
        refusal = ADAPTER.decide(a_case(on, ordinarily_resident=False))
        return " ".join(term.text for term in refusal.terms if term.kind is TermKind.CHALLENGE)

    assert "regulations of 2006" in complaints(date(2006, 9, 1))
    assert "regulations of 2006" not in complaints(date(2006, 8, 31))
    assert "within twelve months" in complaints(CARE_ACT)


def test_a_review_of_a_payment_made_before_the_care_act_is_not_made_up() -> None:
    with pytest.raises(NoValueInForce, match="direct_payment_first_review_months"):
        review_due(rule_files().figures, date(2014, 1, 10))


def test_no_code_shows_in_what_a_person_reads() -> None:
    for on in (PILOT_2007, CARE_ACT):
        decision = ADAPTER.decide(a_case(on, dependent_children=1, capital_pence=1_500_000))
        texts = [step.text.split(" Not yet confirmed")[0] for step in decision.trace]
        assert [text for text in texts if "_" in text] == []


# -- for everybody, on every day

SUMS = st.integers(0, 60_000)
INCOMES = st.dictionaries(st.sampled_from(INCOME_CODES), SUMS, max_size=5)
HOUSEHOLDS = st.fixed_dictionaries(
    {
        "date_of_birth": st.dates(date(1920, 1, 1), date(1985, 1, 1)).map(date.isoformat),
        "household": st.sampled_from(["single", "couple"]),
        "dependent_children": st.integers(0, 4),
        "disabled_children": st.integers(0, 2),
        "entitled_to_carers_allowance": st.booleans(),
        "housing_costs_pence_per_week": SUMS,
        "disability_related_expenditure_pence_per_week": SUMS,
        "council_funds_night_care": st.booleans(),
    }
)
#: Days on which all that an assessment may need is loaded, children and carers included.
DAYS_WITH_FIGURES = st.one_of(
    st.dates(date(2005, 4, 11), date(2010, 4, 11)), st.dates(date(2015, 4, 1), date(2026, 4, 5))
)


def _listed(found: dict[str, int]) -> list[dict[str, Any]]:
    return [{"code": code, "pence_per_week": sum_} for code, sum_ in found.items()]


def _contribution(on: date, **changes: Any) -> int:
    decision = ADAPTER.decide(a_case(on, **changes))
    assert decision.status is Status.CONFIRMED, [step.text for step in decision.trace]
    assert 0 <= decision.contribution_pence <= decision.amount_pence
    return decision.contribution_pence


@settings(max_examples=150, deadline=None)
@given(DAYS_WITH_FIGURES, HOUSEHOLDS, INCOMES, SUMS)
def test_more_of_an_income_never_lowers_a_charge(
    on: date, household: dict[str, Any], found: dict[str, int], more: int
) -> None:
    # A new income may bring a premium with it; more of one that is there already cannot.
    for code, sum_ in found.items():
        raised = found | {code: sum_ + more} if sum_ else found
        assert _contribution(on, **household, incomes=_listed(found)) <= _contribution(
            on, **household, incomes=_listed(raised)
        )


@settings(max_examples=150, deadline=None)
@given(DAYS_WITH_FIGURES, HOUSEHOLDS, INCOMES, st.integers(0, 3_000_000), st.integers(0, 3_000_000))
def test_more_capital_never_lowers_a_charge_and_only_the_upper_limit_is_a_cliff(
    on: date, household: dict[str, Any], found: dict[str, int], one: int, other: int
) -> None:
    less, more = sorted((one, other))
    person = {**household, "incomes": _listed(found)}
    before, after = (_contribution(on, **person, capital_pence=sum_) for sum_ in (less, more))

    assert before <= after
    upper = rule_files().figures.at("adult_social_care.capital_limit_upper", on).pence
    if more <= upper:
        # A pound a week for each 250 pounds or part of it, and a penny a week for rounding.
        assert after - before <= (-(-(more - less) // 25_000) + 1) * 100 * 52 + 52


@settings(max_examples=150, deadline=None)
@given(DAYS_WITH_FIGURES, HOUSEHOLDS, INCOMES, st.integers(1, 500))
def test_a_little_more_income_raises_the_charge_by_no_more_than_itself(
    on: date, household: dict[str, Any], found: dict[str, int], more: int
) -> None:
    found = found | {"other": 5_000}
    before = _contribution(on, **household, incomes=_listed(found))
    after = _contribution(on, **household, incomes=_listed(found | {"other": 5_000 + more}))

    assert after - before <= (more + 1) * 52


@settings(max_examples=300, deadline=None)
@given(st.dates(date(2003, 1, 1), date(2027, 12, 31)), HOUSEHOLDS, INCOMES, st.integers(0, 3_000_000))
def test_every_day_decides_or_names_the_figure_that_is_missing(
    on: date, household: dict[str, Any], found: dict[str, int], capital: int
) -> None:
    decision = ADAPTER.decide(a_case(on, **household, incomes=_listed(found), capital_pence=capital))

    assert decision.missing_facts == ()
    if decision.status is Status.UNDECIDED:
        missing = [step for step in decision.trace if step.outcome is Outcome.MISSING]
        assert missing
        assert all("is loaded for" in step.text for step in missing)


@settings(max_examples=200, deadline=None)
@given(st.dates(date(2003, 1, 1), date(2027, 12, 31)), HOUSEHOLDS, INCOMES, st.integers(0, 3_000_000))
def test_without_its_trace_a_decision_is_the_same(
    on: date, household: dict[str, Any], found: dict[str, int], capital: int
) -> None:
    case = a_case(on, **household, incomes=_listed(found), capital_pence=capital)

    traced, quick = ADAPTER.decide(case), ADAPTER.decide(replace(case, traced=False))
    assert quick == replace(traced, trace=(), terms=())
