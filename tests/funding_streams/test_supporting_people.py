"""Supporting People: what a person pays for housing-related support, its dates, examples and terms."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.funding_streams.domain.adapter import Case
from services.funding_streams.domain.decision import ADULT_SOCIAL_CARE, Decision, Status, TermKind
from services.funding_streams.rule_files import rule_files
from services.funding_streams.streams.adult_social_care.rules import AdultSocialCare
from services.funding_streams.streams.supporting_people.rules import SupportingPeople

from .builders import NO_FACT, a_case, a_person, incomes, social_care_of

ADAPTER = SupportingPeople()
PILOT_2007 = date(2007, 6, 1)
EXAMPLES = rule_files().examples["supporting_people"]
PASSPORT = {"supporting_people.local_passports": ("income_support",)}


def after_social_care(case: Case) -> tuple[Decision, Decision]:
    """Decide on social care, and then on the support in the light of it."""
    social_care = AdultSocialCare().decide(case)
    return social_care, ADAPTER.decide(case.knowing({ADULT_SOCIAL_CARE: social_care}))


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_comes_out_as_it_says(name: str) -> None:
    example = EXAMPLES[name]

    decision = ADAPTER.decide(a_case(example.on, facts=example.facts))
    assert (decision.status.value, decision.amount_pence) == (example.status, example.amount_pence)


# -- the same income


def test_the_same_income_is_not_charged_twice_by_social_care_then_housing_support() -> None:
    social_care, support = after_social_care(a_case(receives_housing_benefit=False))

    assert social_care.contribution_pence > 0
    assert support.contribution_pence == 0
    step = support.step("same_income.adult_social_care")
    assert step is not None
    assert "taken off here, so the same income is not charged twice" in step.text


def test_housing_support_takes_what_social_care_leaves_of_the_assessed_charge() -> None:
    social_care, support = after_social_care(a_case(weekly="5.00", receives_housing_benefit=False))

    assert social_care.contribution_pence == 500 * 52
    assert support.contribution_pence == 2_500 * 52


def test_the_councils_limit_is_shared_by_social_care_with_housing_support() -> None:
    case = a_case(weekly="5.00", receives_housing_benefit=False, charge_limit_pence_per_week=700)

    assert after_social_care(case)[1].contribution_pence == 200 * 52


def test_a_charge_waits_until_the_charge_for_social_care_is_known() -> None:
    assert after_social_care(a_case(weekly=None, receives_housing_benefit=False))[1].status is Status.UNDECIDED


# -- what makes it free


def test_a_council_may_make_home_improvement_agency_support_free() -> None:
    case = a_case(
        council={"supporting_people.home_improvement_charge": "free"},
        housing_support_by_home_improvement_agency=True,
        receives_housing_benefit=False,
    )

    assert ADAPTER.decide(case).contribution_pence == 0


@pytest.mark.parametrize(("received", "free"), [("96.70", True), ("0", False)])
def test_an_income_that_the_council_names_makes_the_support_free(received: str, free: bool) -> None:
    listed = incomes(income_support=received, severe_disability_premium="48.45", dla_care_highest="64.50", other="200")
    case = a_case(council=PASSPORT, receives_housing_benefit=False, incomes=listed)

    assert (ADAPTER.decide(case).contribution_pence == 0) is free


def test_incomes_are_asked_for_where_one_may_be_a_passport_although_capital_is_high() -> None:
    case = a_case(council=PASSPORT, receives_housing_benefit=False, incomes=NO_FACT, capital_pence=9_000_000)

    assert ADAPTER.decide(case).missing_facts == ("incomes",)


def test_who_chooses_to_pay_pays_the_price_whatever_their_means() -> None:
    case = a_case(incomes=[], receives_housing_benefit=False, elects_to_self_pay=True)

    assert ADAPTER.decide(case).contribution_pence == 2_500 * 52


def test_nobody_pays_for_what_housing_benefit_makes_free() -> None:
    assert ADAPTER.decide(a_case(receives_housing_benefit=True, elects_to_self_pay=True)).contribution_pence == 0


def test_capital_above_the_limit_means_the_full_charge() -> None:
    case = a_case(receives_housing_benefit=False, capital_pence=9_000_000, incomes=NO_FACT)

    assert ADAPTER.decide(case).contribution_pence == 2_500 * 52


def test_a_charge_tells_for_which_support_it_is_lawful() -> None:
    case = a_case(receives_housing_benefit=False, incomes=incomes(state_pension="300"))

    assert ADAPTER.decide(case).step("charge_lawful_for") is not None
    assert ADAPTER.decide(a_case()).step("charge_lawful_for") is None


# -- dates and terms


def test_it_ends_on_31_march_2011() -> None:
    last, gone = date(2011, 3, 31), date(2011, 4, 1)

    assert ADAPTER.decide(a_case(last)).status is Status.CONFIRMED
    refused = ADAPTER.decide(a_case(gone))
    assert refused.status is Status.NOT_ELIGIBLE
    assert "successor" in refused.trace[0].text
    assert ADAPTER.needs(gone) == ()
    assert any("no national stream" in term.text for term in refused.terms)


def test_it_does_not_begin_before_1_april_2003() -> None:
    assert ADAPTER.decide(a_case(date(2003, 3, 31))).status is Status.NOT_ELIGIBLE


def test_an_award_stops_with_the_stream() -> None:
    award = ADAPTER.decide(a_case(date(2011, 3, 18)))

    assert (award.ends_on, award.days) == (date(2011, 3, 31), 14)
    assert award.amount_pence == 2 * 2_500


def test_an_award_has_terms_of_every_kind() -> None:
    terms = ADAPTER.decide(a_case(PILOT_2007)).terms

    assert {term.kind for term in terms} == set(TermKind)
    assert any("each quarter" in term.text for term in terms)


# -- for everybody, on every day


@settings(max_examples=150, deadline=None)
@given(
    st.dates(date(2005, 4, 11), date(2010, 4, 11)),
    st.integers(0, 60_000),
    st.integers(0, 3_000_000),
    st.integers(0, 30_000),
    st.integers(0, 10_000),
)
def test_more_income_or_capital_never_lowers_the_charge_nor_lifts_it_above_the_price(
    on: date, income: int, capital: int, more: int, price: int
) -> None:
    def charged(income: int, capital: int) -> int:
        case = a_case(
            on,
            decisions=social_care_of("200", on=on, charge="5"),
            receives_housing_benefit=False,
            incomes=[{"code": "other", "pence_per_week": income}],
            capital_pence=capital,
            housing_support_contract_pence_per_week=price,
        )
        decision = ADAPTER.decide(case)
        assert decision.status is Status.CONFIRMED
        assert 0 <= decision.contribution_pence <= decision.amount_pence
        return decision.contribution_pence

    assert charged(income, capital) <= charged(income + more, capital)
    assert charged(income, capital) <= charged(income, capital + more * 100)


@settings(max_examples=150, deadline=None)
@given(st.dates(date(2003, 1, 1), date(2027, 12, 31)), st.booleans(), st.integers(0, 40))
def test_without_its_trace_a_decision_is_the_same(on: date, benefit: bool, months: int) -> None:
    changes: dict[str, Any] = {"receives_housing_benefit": benefit, "housing_support_planned_months": months}
    case = a_case(on, facts=a_person(**changes))

    traced, quick = ADAPTER.decide(case), ADAPTER.decide(replace(case, traced=False))
    assert quick == replace(traced, trace=(), terms=())
