"""The Disabled Facilities Grant: what it decides, told by name, and what must hold for every applicant."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.funding_streams.domain.decision import Decision, MoneyKind, Outcome, Status, TermKind
from services.funding_streams.domain.errors import NoValueInForce
from services.funding_streams.rule_files import rule_files
from services.funding_streams.rule_files.stream_files import ExamplePart
from services.funding_streams.streams.disabled_facilities_grant.grant import LimitReading, Works, repayable
from services.funding_streams.streams.disabled_facilities_grant.notional_loan import less_earlier, loan_bands
from services.funding_streams.streams.disabled_facilities_grant.rules import DisabledFacilitiesGrant

from .builders import a_case, incomes, social_care_of, whole_pence
from .checks.disabled_facilities_grant import an_applicant

IN_2009, NOW = date(2009, 6, 1), date(2026, 6, 1)
FIGURES = rule_files().figures
EXAMPLES = rule_files().examples["disabled_facilities_grant"]
SUMS = st.integers(0, 6_000_000)
WEEKLY = st.integers(0, 100_000)
DAYS = st.dates(date(2003, 1, 1), date(2027, 12, 31))


def decide(on: date = NOW, council: dict[str, Any] | None = None, **changes: Any) -> Decision:
    case = a_case(on, facts=an_applicant(**changes), council=council)
    return DisabledFacilitiesGrant().decide(case)


def contribution(**changes: Any) -> int:
    return decide(**{"works_cost_pence": 90_000_000, **changes}).contribution_pence


def told(decision: Decision, code: str) -> str:
    step = decision.step(code)
    assert step is not None, [step.code for step in decision.trace]
    return step.text


@pytest.mark.parametrize("name", EXAMPLES)
def test_example(name: str) -> None:
    example: ExamplePart = EXAMPLES[name]
    decision = DisabledFacilitiesGrant().decide(a_case(example.on, facts=example.facts))

    assert (decision.status, decision.amount_pence) == (example.status, example.amount_pence)


# -- eligibility


@pytest.mark.parametrize(
    ("changes", "failed"),
    [
        ({"counts_as_disabled": False}, "disabled_person"),
        ({"works_purpose": "none"}, "purpose"),
        ({"works_purpose": "other"}, "purpose"),
        ({"works_cost_pence": 100_000}, "not_minor"),
        ({"works_necessary_and_appropriate": False}, "necessary_and_appropriate"),
        ({"works_reasonable_and_practicable": False}, "reasonable_and_practicable"),
        ({"home_owned_by_council": True}, "council_home"),
        ({"main_home_for_condition_period": False}, "main_home"),
        ({"works_state": "begun"}, "works_not_begun"),
        ({"works_state": "completed"}, "works_not_begun"),
    ],
)
def test_one_test_that_fails_refuses_the_grant(changes: dict[str, Any], failed: str) -> None:
    decision = decide(**changes)

    assert decision.status is Status.NOT_ELIGIBLE
    assert [step.code for step in decision.trace if step.outcome is Outcome.FAILED] == [failed]


def test_works_begun_with_good_reason_may_have_a_grant() -> None:
    assert decide(works_state="begun_with_good_reason").status is Status.INDICATIVE


def test_an_adaptation_a_penny_above_the_minor_limit_may_have_a_grant() -> None:
    assert decide(works_cost_pence=100_001).status is Status.INDICATIVE


def test_a_council_may_use_the_grant_for_its_own_homes() -> None:
    council: dict[str, Any] = {"disabled_facilities_grant.grants_for_council_homes": True}

    assert decide(home_owned_by_council=True, council=council).status is Status.INDICATIVE


def test_who_neither_owns_nor_rents_is_told_what_the_authority_must_see() -> None:
    decision = decide(home_tenure="other")

    assert decision.status is Status.INDICATIVE
    assert "houseboat or caravan" in told(decision, "applicant")


def test_no_loan_is_known_for_who_neither_owns_nor_rents() -> None:
    decision = decide(home_tenure="other", incomes=incomes(earnings="400"))

    assert decision.status is Status.UNDECIDED
    assert decision.step("figure.disabled_facilities_grant.loan_other_band_1") is not None


def test_a_test_that_fails_refuses_although_the_means_are_not_known() -> None:
    case = a_case(NOW, facts={"works_state": "completed"})

    assert DisabledFacilitiesGrant().decide(case).status is Status.NOT_ELIGIBLE


# -- who is spared the means test


RICH: dict[str, Any] = {"incomes": incomes(occupational_pension="900"), "capital_pence": 5_000_000}


@pytest.mark.parametrize(
    ("on", "changes"),
    [
        (IN_2009, {"receives_income_support": True}),
        (IN_2009, {"receives_housing_benefit": True}),
        (IN_2009, {"receives_council_tax_benefit": True}),
        (IN_2009, {"receives_low_income_tax_credits": True}),
        (NOW, {"incomes": incomes(universal_credit="50", earnings="700")}),
        (IN_2009, {"date_of_birth": "1995-06-01", "child_benefit_in_payment": True}),
    ],
    ids=["income support", "housing benefit", "council tax benefit", "tax credits", "universal credit", "child"],
)
def test_some_are_not_tested_whatever_their_means(on: date, changes: dict[str, Any]) -> None:
    decision = decide(on, **{**RICH, **changes})

    assert (decision.status, decision.contribution_pence) == (Status.INDICATIVE, 0)
    assert decision.step("means.spared") is not None


def test_council_tax_benefit_that_has_ended_spares_nobody() -> None:
    on = date(2013, 3, 31)

    assert decide(on, receives_council_tax_benefit=True, **RICH).contribution_pence == 0
    assert decide(on + timedelta(days=1), receives_council_tax_benefit=True, **RICH).contribution_pence > 0


def test_a_young_person_without_child_benefit_is_tested() -> None:
    changes: dict[str, Any] = {"date_of_birth": "2008-06-02", "child_benefit_in_payment": False, **RICH}

    assert decide(**changes).contribution_pence > 0


def test_at_nineteen_nobody_is_a_young_person() -> None:
    assert decide(date_of_birth="2007-06-01", child_benefit_in_payment=True, **RICH).contribution_pence > 0


def test_a_benefit_before_its_rule_is_loaded_leaves_the_grant_open_by_name() -> None:
    decision = decide(date(2005, 6, 1), receives_housing_benefit=True)

    assert decision.status is Status.UNDECIDED
    assert decision.step("figure.disabled_facilities_grant.passport_housing_benefit") is not None


def test_a_council_may_spare_works_up_to_a_cost() -> None:
    council: dict[str, Any] = {"disabled_facilities_grant.no_means_test_up_to_pence": 500_000}

    assert decide(council=council, works_cost_pence=500_000, **RICH).contribution_pence == 0
    assert decide(council=council, works_cost_pence=500_001, **RICH).contribution_pence == 500_001


# -- applicable amount: pounds of 2008 onwards, 61.30 of them for housing


@pytest.mark.parametrize(
    ("changes", "together"),
    [
        ({"date_of_birth": "2002-01-01"}, "109.25"),
        ({"date_of_birth": "2002-01-01", "dependent_children": 1}, "196.59"),
        ({"household": "couple", "dependent_children": 2, "disabled_children": 1}, "326.90"),
        ({"entitled_to_carers_allowance": True}, "149.55"),
        ({"date_of_birth": "1940-01-01"}, "205.10"),
        ({"household": "couple", "partner_date_of_birth": "1940-01-01"}, "276.80"),
        ({"incomes": incomes(pip_mobility="50")}, "147.65"),
        ({"incomes": incomes(pip_daily_living_enhanced="100")}, "160.25"),
        ({"date_of_birth": "1940-01-01", "incomes": incomes(attendance_allowance_higher="100")}, "205.10"),
        (
            {
                "date_of_birth": "1940-01-01",
                "incomes": incomes(attendance_allowance_higher="100"),
                "lives_without_other_adult_or_paid_carer": True,
            },
            "255.45",
        ),
        ({"household": "couple", "partner_incomes": incomes(pip_daily_living_enhanced="100")}, "211.25"),
        ({"incomes": incomes(employment_and_support_allowance="90"), "esa_main_phase": True}, "125.60"),
        ({"incomes": incomes(employment_and_support_allowance="90"), "esa_main_phase": False}, "121.80"),
    ],
    ids=[
        "single under 25",
        "lone parent under 25",
        "couple with two children, one disabled",
        "carer",
        "of 65 or more",
        "couple, the elder of 65 or more",
        "disability premium",
        "enhanced as well",
        "no disability premium at pension age",
        "severe disability premium at any age",
        "a partner's benefit counts for the couple",
        "main phase",
        "not in the main phase",
    ],
)
def test_the_applicable_amount_follows_the_household(changes: dict[str, Any], together: str) -> None:
    assert f"Together £{together}." in told(decide(**changes), "means.applicable_amount")


def test_between_pension_age_and_65_the_lower_of_the_two_allowances_is_given() -> None:
    # Pension age was 60 for everybody in May 2008.
    on = date(2008, 5, 22)

    assert "£124.05" in told(decide(on, date_of_birth="1943-05-23"), "means.applicable_amount")
    assert "£143.80" in told(decide(on, date_of_birth="1943-05-22"), "means.applicable_amount")


def test_a_couple_who_both_need_care_have_the_severe_disability_premium_twice() -> None:
    changes: dict[str, Any] = {
        "household": "couple",
        "incomes": incomes(pip_daily_living_standard="70"),
        "partner_incomes": incomes(pip_daily_living_standard="70"),
        "lives_without_other_adult_or_paid_carer": True,
    }

    assert "severe disability premium £100.70" in told(decide(**changes), "means.applicable_amount")


# -- resources


def test_benefits_for_disability_do_not_count_as_income() -> None:
    benefits = incomes(
        earnings="100", pip_daily_living_enhanced="114.60", pip_mobility="80", independent_living_fund="300"
    )

    assert "£100.00 a week" in told(decide(incomes=benefits), "means.income")


def test_tax_credits_stop_counting_on_31_december_2008() -> None:
    credits = incomes(working_tax_credit="60", earnings="100")

    assert "£160.00 a week" in told(decide(date(2008, 12, 30), incomes=credits), "means.income")
    assert "£100.00 a week" in told(decide(date(2008, 12, 31), incomes=credits), "means.income")


def test_a_couples_means_are_added_up() -> None:
    decision = decide(
        date_of_birth="1970-01-01",
        partner_date_of_birth="1972-01-01",
        household="couple",
        incomes=incomes(earnings="100"),
        partner_incomes=incomes(earnings="150"),
        capital_pence=500_000,
        partner_capital_pence=150_001,
    )

    assert "£250.00 a week" in told(decision, "means.income")
    assert "counts as income of £3.00 a week" in told(decision, "means.capital")


@pytest.mark.parametrize(
    ("born", "capital", "weekly"),
    [("1970-01-01", "6000.01", "1.00"), ("1970-01-01", "6250.01", "2.00"), ("1966-06-01", "6250.01", "1.00")],
)
def test_capital_counts_by_steps_that_are_wider_from_60(born: str, capital: str, weekly: str) -> None:
    text = told(decide(date_of_birth=born, capital_pence=whole_pence(capital)), "means.capital")

    assert f"counts as income of £{weekly} a week" in text


def test_capital_that_is_ignored_counts_as_nothing() -> None:
    assert "counts as no income" in told(decide(capital_pence=600_000), "means.capital")


# -- the contribution and earlier ones


def test_an_earlier_contribution_of_the_last_ten_years_is_taken_off_an_owners() -> None:
    changes: dict[str, Any] = {"incomes": incomes(earnings="180"), "earlier_grant_contribution_pence": 60_000}

    assert decide(**changes, earlier_grant_approved_on="2016-06-01").contribution_pence == 129_018 - 60_000
    assert decide(**changes, earlier_grant_approved_on="2016-05-31").contribution_pence == 129_018


def test_the_look_back_counts_from_the_application() -> None:
    decision = decide(
        incomes=incomes(earnings="180"),
        earlier_grant_contribution_pence=60_000,
        earlier_grant_approved_on="2016-05-31",
        grant_applied_on="2026-05-31",
    )

    assert decision.contribution_pence == 129_018 - 60_000


def test_an_earlier_contribution_never_leaves_less_than_nothing() -> None:
    assert less_earlier(Fraction(50_000), 60_000, date(2020, 1, 1), NOW, 10) == 0


def test_the_same_income_that_social_care_charges_is_told() -> None:
    case = a_case(
        NOW, facts=an_applicant(incomes=incomes(earnings="180")), decisions=social_care_of("200", charge="20")
    )

    assert any("same income" in step.text for step in DisabledFacilitiesGrant().decide(case).trace)


def test_no_multipliers_of_the_years_between_are_guessed() -> None:
    for on in (date(2006, 4, 10), date(2008, 5, 21)):
        with pytest.raises(NoValueInForce):
            loan_bands(FIGURES, "owner", on)
    with pytest.raises(NoValueInForce):
        loan_bands(FIGURES, "tenant", date(2005, 6, 1))


# -- the award


def test_the_award_is_one_sum_for_works_within_twelve_months() -> None:
    decision = decide(incomes=incomes(earnings="180"))

    (line,) = decision.lines
    assert (line.money, line.use, line.amount_pence) == (MoneyKind.ONE_OFF, "adaptation.major", 900_000)
    assert (decision.starts_on, decision.ends_on) == (NOW, date(2027, 5, 31))
    assert decision.pence_per_week == 0
    assert "grant of £7,709.82 and the person's own £1,290.18" in decision.conditions[0]


def test_a_contribution_that_meets_the_whole_cost_leaves_no_grant() -> None:
    decision = decide(incomes=incomes(earnings="500"))

    assert decision.contribution_pence == decision.amount_pence == 900_000
    assert "leaves no grant to pay" in decision.conditions[0]


def test_a_council_may_add_to_the_limit() -> None:
    council: dict[str, Any] = {"disabled_facilities_grant.top_up_at_most_pence": 500_000}
    decision = decide(council=council, works_cost_pence=3_800_000)

    assert [line.amount_pence for line in decision.lines] == [3_000_000, 500_000]
    assert any("£3,000.00 of the cost" in condition for condition in decision.conditions)


def test_works_within_the_limit_are_paid_alike_under_both_readings() -> None:
    council: dict[str, Any] = {"disabled_facilities_grant.limit_reading": "limit_less_contribution"}
    changes: dict[str, Any] = {"works_cost_pence": 3_000_000, "incomes": incomes(earnings="300")}

    assert decide(council=council, **changes).amount_pence == decide(**changes).amount_pence


def test_a_council_may_read_the_limit_less_the_contribution() -> None:
    council: dict[str, Any] = {"disabled_facilities_grant.limit_reading": "limit_less_contribution"}
    changes: dict[str, Any] = {"works_cost_pence": 3_500_000, "incomes": incomes(earnings="180")}

    assert decide(**changes).amount_pence == 3_000_000 + 129_018
    assert decide(council=council, **changes).amount_pence == 3_000_000


def test_terms_say_by_when_the_authority_must_decide() -> None:
    due = {term.kind: term.due_on for term in decide(grant_applied_on="2026-04-10").terms}

    assert due[TermKind.DECISION_TIME_LIMIT] == date(2026, 10, 10)
    assert set(due) == set(TermKind)


def test_part_of_an_owners_grant_may_be_asked_back_and_a_tenants_may_not() -> None:
    owner, tenant = (decide(home_tenure=tenure).conditions for tenure in ("owner", "tenant"))

    assert any("Up to £4,000.00 may be asked back" in condition for condition in owner)
    assert not any("asked back" in condition for condition in tenant)


def test_nothing_is_asked_back_ten_years_after_the_certified_date() -> None:
    certified = date(2010, 3, 1)

    assert repayable(FIGURES, 1_200_000, "owner", certified, date(2020, 2, 29)) == 700_000
    assert repayable(FIGURES, 1_200_000, "owner", certified, date(2020, 3, 1)) == 0


# -- missing facts


def test_all_missing_facts_are_listed_at_once() -> None:
    missing = DisabledFacilitiesGrant().decide(a_case(NOW, facts={})).missing_facts

    assert {"works_cost_pence", "date_of_birth", "household", "incomes", "capital_pence", "partner_incomes"} <= set(
        missing
    )
    assert not {"receives_council_tax_benefit", "grant_applied_on", "earlier_grant_contribution_pence"} & set(missing)


def test_means_are_not_asked_of_somebody_who_is_spared_the_test() -> None:
    facts = {"receives_housing_benefit": True}

    missing = DisabledFacilitiesGrant().decide(a_case(NOW, facts=facts)).missing_facts
    assert not {"household", "incomes", "capital_pence", "date_of_birth"} & set(missing)


def test_a_single_person_is_asked_nothing_of_a_partner() -> None:
    missing = DisabledFacilitiesGrant().decide(a_case(NOW, facts={"household": "single"})).missing_facts

    assert not [name for name in missing if name.startswith("partner_")]


@pytest.mark.parametrize(
    ("changes", "asked"),
    [
        ({"incomes": incomes(pip_daily_living_standard="70")}, "lives_without_other_adult_or_paid_carer"),
        ({"incomes": incomes(employment_and_support_allowance="90")}, "esa_main_phase"),
        ({"date_of_birth": "2009-01-01"}, "child_benefit_in_payment"),
        ({"earlier_grant_contribution_pence": 1, "incomes": incomes(earnings="180")}, "earlier_grant_approved_on"),
    ],
)
def test_some_facts_are_asked_for_only_where_they_matter(changes: dict[str, Any], asked: str) -> None:
    def missing(**changes: Any) -> tuple[str, ...]:
        facts = {name: value for name, value in an_applicant(**changes).items() if name != asked}
        return DisabledFacilitiesGrant().decide(a_case(NOW, facts=facts)).missing_facts

    assert missing(**changes) == (asked,)
    assert missing() == ()


# -- what must hold for everybody


@given(SUMS, SUMS, SUMS, st.sampled_from(LimitReading), SUMS)
def test_a_grant_is_never_below_nothing_nor_above_cost_or_limit(
    cost: int, asked: int, limit: int, reading: LimitReading, top_up: int
) -> None:
    works = Works(cost, asked, limit, reading, top_up)

    assert 0 <= works.grant <= min(cost, limit)
    assert 0 <= works.top_up <= top_up
    assert works.paid_by_person + works.grant + works.top_up + works.not_met == cost
    assert works.not_met >= 0


@given(st.sampled_from(["owner", "tenant"]), WEEKLY, WEEKLY)
def test_a_contribution_rises_with_the_surplus_without_a_break(tenure: str, one: int, other: int) -> None:
    bands, _ = loan_bands(FIGURES, tenure, NOW)
    less, more = (bands.contribution(Fraction(surplus)) for surplus in sorted((one, other)))

    # A penny more a week never adds more than the highest rate for a penny.
    assert 0 <= more - less <= Fraction(abs(one - other) * max(bands.pence_per_pound), 100)


@settings(max_examples=100, deadline=None)
@given(WEEKLY, WEEKLY, SUMS, SUMS, st.sampled_from([date(2005, 6, 1), IN_2009, NOW]))
def test_more_income_or_capital_never_lowers_the_contribution(
    one: int, other: int, capital: int, more_capital: int, on: date
) -> None:
    def asked(pension: int, savings: int) -> int:
        listed = [{"code": "occupational_pension", "pence_per_week": pension}]
        return contribution(on=on, incomes=listed, capital_pence=savings)

    low, high = sorted((one, other))
    assert asked(low, capital) <= asked(high, capital) <= asked(high, capital + more_capital)


@settings(max_examples=150, deadline=None)
@given(
    DAYS,
    WEEKLY,
    SUMS,
    st.sampled_from(["owner", "tenant", "other"]),
    st.sampled_from(["single", "couple"]),
    st.integers(0, 3),
)
def test_every_day_from_2003_to_2027_is_decided_or_names_the_missing_figure(
    on: date, pension: int, capital: int, tenure: str, household: str, children: int
) -> None:
    decision = decide(
        on,
        incomes=[{"code": "occupational_pension", "pence_per_week": pension}],
        capital_pence=capital,
        home_tenure=tenure,
        household=household,
        dependent_children=children,
    )
    if decision.status is Status.UNDECIDED:
        assert any(step.code.startswith("figure.") for step in decision.trace)
    else:
        assert decision.status is Status.INDICATIVE
        assert 0 <= decision.contribution_pence <= decision.amount_pence <= 900_000


@settings(max_examples=150, deadline=None)
@given(DAYS, WEEKLY, SUMS, st.sampled_from(["bath_or_shower", "garden", "other"]), st.booleans())
def test_a_decision_without_its_trace_is_the_same(
    on: date, pension: int, cost: int, purpose: str, on_benefit: bool
) -> None:
    case = a_case(
        on,
        facts=an_applicant(
            works_purpose=purpose,
            works_cost_pence=cost,
            receives_housing_benefit=on_benefit,
            incomes=[{"code": "occupational_pension", "pence_per_week": pension}],
        ),
    )
    traced = DisabledFacilitiesGrant().decide(case)
    untraced = DisabledFacilitiesGrant().decide(replace(case, facts=case.facts.afresh(), traced=False))

    assert untraced == replace(traced, trace=(), terms=())
