"""What the streams do, told by name."""

from dataclasses import fields
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest

from braid.contracts import award, uses
from services.funding_streams.discovery import adapters
from services.funding_streams.domain import decision as domain
from services.funding_streams.domain.adapter import Allocation, AllocationOutcome, Case, StreamAdapter
from services.funding_streams.domain.decide_all import decide_all, in_order
from services.funding_streams.domain.decision import (
    ADULT_SOCIAL_CARE,
    INDEPENDENT_LIVING_FUND,
    SUPPORTING_PEOPLE,
    Decision,
    Outcome,
    Status,
)
from services.funding_streams.domain.errors import CircularDependency, UnknownStream, WrongFact
from services.funding_streams.domain.facts import Facts
from services.funding_streams.domain.money import in_pounds
from services.funding_streams.domain.pension_age import has_pension_age
from services.funding_streams.domain.settling import without_award
from services.funding_streams.domain.working import Working
from services.funding_streams.rule_files import rule_files
from services.funding_streams.streams.adult_social_care.rules import STREAM, AdultSocialCare
from services.funding_streams.streams.independent_living_fund.rules import IndependentLivingFund

from .builders import NO_FACT, PILOT, a_case, incomes, social_care_of

CARE_ACT = date(2025, 6, 1)
#: Steps that only tell what the assessment or another service gave; there is no rule in them to cite.
GIVEN = {"allocation", "price", "support_cost"}


class AnAdapter(StreamAdapter):
    def __init__(self, stream: str, depends_on: tuple[str, ...] = (), displaces: tuple[str, ...] = ()) -> None:
        self.stream, self.depends_on, self.displaces = stream, depends_on, displaces

    def needs(self, on: date) -> tuple[str, ...]:
        return ()

    def decide(self, case: Case) -> Decision:
        raise NotImplementedError


def by_stream(case: Case) -> dict[str, Decision]:
    return {decision.stream: decision for decision in decide_all(case, adapters())}


# -- the mirror of the contract


def test_a_decision_has_the_fields_of_the_event_less_its_ids() -> None:
    ids = {"person_id", "council", "award_id", "version", "assessment_id", "assessment_version"}

    assert {field.name for field in fields(Decision)} == set(award.AwardDecided.model_fields) - ids
    assert {field.name for field in fields(domain.TraceStep)} == set(award.TraceStep.model_fields)
    assert {field.name for field in fields(domain.FigureUsed)} == set(award.FigureUsed.model_fields)
    assert {field.name for field in fields(domain.AwardLine)} == set(award.AwardLine.model_fields)
    assert {field.name for field in fields(domain.Term)} == set(award.Term.model_fields)
    assert {field.name for field in fields(domain.PermittedUse)} == set(uses.PermittedUse.model_fields)
    assert {field.name for field in fields(domain.Condition)} == set(uses.Condition.model_fields)
    assert {field.name for field in fields(domain.PayeeBar)} == set(uses.PayeeBar.model_fields)


def test_codes_are_those_of_the_contract() -> None:
    assert {status.value for status in Status} == {status.value for status in award.AwardStatus}
    assert {one.value for one in domain.Cadence} == {one.value for one in award.Cadence}
    assert {one.value for one in domain.MoneyKind} == {one.value for one in award.MoneyKind}
    assert {one.value for one in domain.TermKind} == {one.value for one in award.TermKind}
    told = award.TraceStep.model_fields["outcome"].description or ""
    assert all(outcome.value in told for outcome in Outcome)


# -- three streams at once


def test_three_streams_are_decided_for_one_person_in_a_fixed_order() -> None:
    assert [decision.stream for decision in decide_all(a_case(), adapters())] == [
        adapter.stream for adapter in adapters()
    ]


def test_one_person_on_1_june_2009_worked_through_by_hand() -> None:
    # Charge: 105.20 + 52.85 + 70.35 - night 23.25 - 1.25 x (64.30 + 27.50 + 13.40) = 73.65.
    # Fund: 60 x 11.00 - 369.39 - (70.35 / 2 + 52.85 - 73.65) = 276.235.
    case = a_case(
        date(2009, 6, 1),
        date_of_birth="1969-02-10",
        incomes=incomes(income_support="105.20", severe_disability_premium="52.85", dla_care_highest="70.35"),
        disability_related_expenditure_pence_per_week=0,
    )

    decisions = [by_stream(case)[stream] for stream in (ADULT_SOCIAL_CARE, SUPPORTING_PEOPLE, INDEPENDENT_LIVING_FUND)]
    sums = [(told.pence_per_week, told.amount_pence, told.contribution_pence) for told in decisions]
    assert sums == [(36_939, 1_920_828, 382_980), (2_500, 130_000, 0), (27_624, 1_436_422, 0)]


def test_the_councils_money_is_confirmed_while_the_trustees_is_indicative() -> None:
    decisions = by_stream(a_case())

    assert decisions[ADULT_SOCIAL_CARE].status is Status.CONFIRMED
    assert decisions[SUPPORTING_PEOPLE].status is Status.CONFIRMED
    assert decisions[INDEPENDENT_LIVING_FUND].status is Status.INDICATIVE
    assert decisions[INDEPENDENT_LIVING_FUND].decided_by == "Independent Living Fund trustees"


def test_an_award_lasts_fifty_two_weeks() -> None:
    decisions = by_stream(a_case())

    for stream in (ADULT_SOCIAL_CARE, SUPPORTING_PEOPLE, INDEPENDENT_LIVING_FUND):
        assert decisions[stream].days == 364


def test_supporting_people_money_is_not_council_input() -> None:
    case = a_case(date(2009, 6, 1), weekly="310", ilf_applied_on="2009-06-01")

    fund = by_stream(case)[INDEPENDENT_LIVING_FUND]
    assert fund.status is Status.NOT_ELIGIBLE
    step = fund.step("council_input")
    assert step is not None
    assert step.outcome is Outcome.FAILED


def test_the_fund_nets_off_what_the_council_charges() -> None:
    alone = IndependentLivingFund()
    free = alone.decide(a_case(decisions=social_care_of("300")))
    charged = alone.decide(a_case(decisions=social_care_of("300", charge="30")))

    assert charged.amount_pence - free.amount_pence == 3_000 * 52


def test_the_fund_rounds_once_at_the_very_end() -> None:
    case = a_case(
        date(2006, 6, 1),
        decisions=social_care_of("250", on=date(2006, 6, 1)),
        incomes=incomes(severe_disability_premium="46.75", dla_care_highest="62.25"),
        qualifying_support_pence_per_hour=1_000,
    )

    fund = IndependentLivingFund().decide(case)
    assert (fund.pence_per_week, fund.amount_pence) == (27_213, 1_415_050)


def test_the_joint_limit_holds_the_fund_to_what_it_leaves() -> None:
    case = a_case(date(2005, 6, 1), decisions=social_care_of("600"), qualifying_support_hours_per_week=90)

    fund = IndependentLivingFund().decide(case)
    assert fund.pence_per_week == 11_500
    assert any("leaves" in condition for condition in fund.conditions)


def test_council_input_at_the_joint_limit_leaves_no_award() -> None:
    case = a_case(date(2005, 6, 1), decisions=social_care_of("715"), qualifying_support_hours_per_week=100)

    fund = IndependentLivingFund().decide(case)
    assert fund.status is Status.NOT_ELIGIBLE
    assert fund.step("joint_limit") is not None


def test_the_joint_limit_is_not_asked_of_a_user_who_has_an_award() -> None:
    case = a_case(decisions=social_care_of("900"), ilf_existing_user=True, ilf_applied_on="1999-01-01",
                  ilf_asks_for_more_hours=False, qualifying_support_hours_per_week=120)  # fmt: skip

    assert IndependentLivingFund().decide(case).status is Status.INDICATIVE


def test_group_1_has_no_council_threshold_and_its_own_limit() -> None:
    case = a_case(decisions=social_care_of("10"), ilf_existing_user=True, ilf_applied_on="1990-01-01",
                  ilf_protected_from_contribution=False, qualifying_support_hours_per_week=120)  # fmt: skip

    assert IndependentLivingFund().decide(case).pence_per_week == 81_500


def test_the_trust_says_that_it_owes_nobody_an_award() -> None:
    assert any("discretionary" in condition for condition in by_stream(a_case())[INDEPENDENT_LIVING_FUND].conditions)


def test_council_input_at_the_threshold_exactly_reaches_it() -> None:
    on = date(2009, 6, 1)

    assert IndependentLivingFund().decide(a_case(on, decisions=social_care_of("320"))).status is Status.INDICATIVE


def test_income_above_notional_income_support_is_available_to_the_fund() -> None:
    # 2007/08: basic 59.15 + 25.25 + 12.30 = 96.70; 16,000 is 3,000 above 13,000, so 12 a week.
    case = a_case(
        decisions=social_care_of("250"),
        receives_income_support=False,
        incomes=incomes(occupational_pension="150", dla_care_highest="64.50", dla_mobility="45"),
        capital_pence=1_600_000,
        housing_costs_pence_per_week=2_000,
    )

    step = IndependentLivingFund().decide(case).step("available_income")
    assert step is not None
    assert "£45.30 above notional income support of £96.70" in step.text
    assert "£77.55 a week" in step.text


def test_the_fund_counts_the_benefit_that_is_in_payment() -> None:
    case = a_case(decisions=social_care_of("250"), incomes=incomes(dla_care_highest="30"))

    step = IndependentLivingFund().decide(case).step("available_income")
    assert step is not None
    assert "£15.00 a week" in step.text


def test_the_fund_takes_the_rate_in_force_where_the_benefit_is_not_among_the_incomes() -> None:
    step = IndependentLivingFund().decide(a_case(decisions=social_care_of("250"), incomes=[])).step("available_income")

    assert step is not None
    assert "£32.25 a week" in step.text
    assert "benefits.dla_care_highest" in {figure.name for figure in step.figures}


# -- the gate


@pytest.mark.parametrize(
    "changes", [{"facs_band": "low"}, {"ordinarily_resident": False}, {"date_of_birth": "1995-01-01"}]
)
def test_who_is_not_eligible_for_social_care_gets_no_individual_budget(changes: dict[str, Any]) -> None:
    for decision in decide_all(a_case(**changes), adapters()):
        assert decision.status is Status.NOT_ELIGIBLE
        assert decision.amount_pence == 0
        assert decision.stream == ADULT_SOCIAL_CARE or decision.step("individual_budget_gate") is not None


def test_without_the_gate_each_stream_follows_its_own_law() -> None:
    case = a_case(facs_band="low", council={"individual_budget.adult_social_care_is_the_gate": False})

    assert by_stream(case)[SUPPORTING_PEOPLE].status is Status.CONFIRMED


def test_money_of_other_streams_is_indicative_until_social_care_is_decided() -> None:
    decisions = by_stream(a_case(weekly=None))

    assert decisions[ADULT_SOCIAL_CARE].status is Status.UNDECIDED
    assert decisions[SUPPORTING_PEOPLE].status is Status.INDICATIVE
    assert decisions[INDEPENDENT_LIVING_FUND].status is Status.UNDECIDED


# -- undecided


def test_an_allocation_that_needs_a_person_leaves_social_care_undecided() -> None:
    case = a_case()
    needing = Case(case.facts, case.on, case.figures, case.council, Allocation(0, AllocationOutcome.NEEDS_A_PERSON))

    decision = AdultSocialCare().decide(needing)
    step = decision.step("allocation")
    assert decision.status is Status.UNDECIDED
    assert step is not None
    assert "needs a person" in step.text


def test_all_missing_facts_are_listed_at_once() -> None:
    decision = AdultSocialCare().decide(a_case(facts={}))

    assert decision.missing_facts == AdultSocialCare().needs(PILOT)


def test_care_act_facts_are_asked_for_only_under_the_care_act() -> None:
    before, after = (AdultSocialCare().needs(day) for day in (date(2015, 3, 31), date(2015, 4, 1)))

    assert ("facs_band" in before, "significant_impact" in before) == (True, False)
    assert ("facs_band" in after, "significant_impact" in after) == (False, True)


def test_capital_above_the_limit_makes_other_means_needless() -> None:
    case = a_case(capital_pence=3_000_000, incomes=NO_FACT, household=NO_FACT, housing_costs_pence_per_week=NO_FACT)

    decision = AdultSocialCare().decide(case)
    assert decision.status is Status.CONFIRMED
    assert decision.contribution_pence == decision.amount_pence


def test_a_test_that_fails_refuses_although_other_facts_are_missing() -> None:
    decision = AdultSocialCare().decide(a_case(facts={"facs_band": "low"}))

    assert decision.status is Status.NOT_ELIGIBLE
    assert decision.missing_facts == ()


def test_a_figure_that_is_not_loaded_leaves_the_decision_open_by_name() -> None:
    decision = AdultSocialCare().decide(a_case(date(2026, 6, 1), household="couple"))

    assert decision.status is Status.UNDECIDED
    assert any("minimum_income_guarantee_couple" in step.text for step in decision.trace)


def test_a_user_who_lost_the_benefit_is_not_ended_by_the_platform() -> None:
    case = a_case(decisions=social_care_of("300"), dla_care_rate="middle", ilf_existing_user=True,
                  ilf_applied_on="2001-01-01")  # fmt: skip

    assert IndependentLivingFund().decide(case).status is Status.UNDECIDED


def test_an_application_of_a_later_day_leaves_the_fund_undecided() -> None:
    case = a_case(decisions=social_care_of("400"), ilf_applied_on="2010-05-02", hours_worked_per_week=NO_FACT)

    assert IndependentLivingFund().decide(case).status is Status.UNDECIDED


def test_a_new_applicant_without_a_day_of_application_is_told_which_day_was_taken() -> None:
    step = IndependentLivingFund().decide(a_case(decisions=social_care_of("300"))).step("open_to_new_applicants")

    assert step is not None
    assert "the day of this decision is taken" in step.text


# -- ends of schemes


def test_the_fund_ends_on_30_june_2015() -> None:
    user: dict[str, Any] = {
        "ilf_existing_user": True,
        "ilf_applied_on": "2001-01-01",
        "ilf_asks_for_more_hours": False,
    }

    last = IndependentLivingFund().decide(a_case(date(2015, 6, 30), decisions=social_care_of("300"), **user))
    gone = IndependentLivingFund().decide(a_case(date(2015, 7, 1), decisions=social_care_of("300"), **user))
    assert (last.status, last.days) == (Status.INDICATIVE, 1)
    assert gone.status is Status.NOT_ELIGIBLE


def test_an_application_of_17_june_2010_is_the_last_that_the_fund_takes() -> None:
    fund, decisions = IndependentLivingFund(), social_care_of("400")

    assert fund.decide(a_case(date(2010, 6, 17), decisions=decisions)).status is Status.INDICATIVE
    assert fund.decide(a_case(date(2010, 6, 18), decisions=decisions)).status is Status.NOT_ELIGIBLE


def test_nobody_becomes_a_user_after_2010_on_an_earlier_application() -> None:
    case = a_case(date(2011, 1, 1), decisions=social_care_of("400"), ilf_applied_on="2010-06-01")

    assert IndependentLivingFund().decide(case).status is Status.NOT_ELIGIBLE


def test_the_threshold_is_that_of_the_day_of_application() -> None:
    case = a_case(date(2008, 5, 1), decisions=social_care_of("210"), ilf_applied_on="2008-03-31")

    assert IndependentLivingFund().decide(case).status is Status.INDICATIVE


def test_the_birthday_at_65_is_too_late_to_apply() -> None:
    case = a_case(date(2009, 6, 1), decisions=social_care_of("400"), date_of_birth="1944-06-01")

    assert IndependentLivingFund().decide(case).status is Status.NOT_ELIGIBLE


# -- trace


@pytest.mark.parametrize("on", [PILOT, date(2010, 5, 20), CARE_ACT])
def test_every_test_or_sum_rests_on_a_cited_figure(on: date) -> None:
    for decision in decide_all(a_case(on, capital_pence=1_600_000, receives_income_support=False), adapters()):
        for step in decision.trace:
            if step.outcome in (Outcome.PASSED, Outcome.FAILED, Outcome.WORKED_OUT) and step.code not in GIVEN:
                assert step.figures, step
                assert all(figure.citation for figure in step.figures)


def test_reliance_on_an_unconfirmed_figure_shows_in_the_step() -> None:
    step = by_stream(a_case())[INDEPENDENT_LIVING_FUND].step("fund_limit")

    assert step is not None
    assert step.figures[0].unconfirmed
    assert "Not yet confirmed in a source: independent_living_fund.award_limit_group_2" in step.text


def test_a_confirmed_figure_carries_no_warning() -> None:
    step = AdultSocialCare().decide(a_case(CARE_ACT)).step("care_act_test")

    assert step is not None
    assert "Not yet confirmed" not in step.text


def test_a_figure_is_shown_with_its_unit() -> None:
    step = AdultSocialCare().decide(a_case(CARE_ACT)).step("protected_income")

    assert step is not None
    assert "11250 pence a week" in {figure.value for figure in step.figures}


# -- order


def test_a_circle_of_dependencies_is_refused() -> None:
    one = AnAdapter(ADULT_SOCIAL_CARE, (SUPPORTING_PEOPLE,))
    other = AnAdapter(SUPPORTING_PEOPLE, (ADULT_SOCIAL_CARE,))

    with pytest.raises(CircularDependency):
        in_order((one, other))


def test_a_stream_that_displaces_another_comes_before_all_that_look_at_the_other() -> None:
    care, health, fund = AnAdapter("care"), AnAdapter("health", displaces=("care",)), AnAdapter("fund", ("care",))

    assert [adapter.stream for adapter in in_order((fund, health, care))] == ["care", "health", "fund"]


def test_streams_that_displace_each_other_are_refused() -> None:
    with pytest.raises(CircularDependency):
        in_order((AnAdapter("one", displaces=("other",)), AnAdapter("other", displaces=("one",))))


def test_a_dependency_without_an_adapter_is_refused() -> None:
    with pytest.raises(UnknownStream):
        in_order((AnAdapter(SUPPORTING_PEOPLE, (ADULT_SOCIAL_CARE,)),))


def test_decisions_do_not_hang_on_the_order_of_the_adapters() -> None:
    backwards = decide_all(a_case(), tuple(reversed(adapters())))

    assert backwards == tuple(reversed(decide_all(a_case(), adapters())))


# -- ages, money, facts


@pytest.mark.parametrize(
    ("born", "reached"),
    [
        (date(1950, 4, 5), date(2010, 4, 5)),
        (date(1950, 4, 6), date(2010, 5, 6)),
        (date(1951, 11, 6), date(2013, 7, 6)),
        (date(1953, 3, 6), date(2016, 3, 6)),
        (date(1953, 12, 31), date(2019, 3, 6)),
        (date(1954, 10, 6), date(2020, 10, 6)),
        (date(1960, 4, 6), date(2026, 5, 6)),
        (date(1961, 3, 6), date(2028, 3, 6)),
    ],
)
def test_pension_age_is_reached_on_the_day_that_the_statute_fixes(born: date, reached: date) -> None:
    figures = rule_files().figures

    assert not has_pension_age(figures, born, reached - timedelta(days=1))
    assert has_pension_age(figures, born, reached)


@pytest.mark.parametrize(
    ("sum_", "told"), [(123_456, "£1,234.56"), (Fraction(17_605, 2), "£88.025"), (0, "£0.00"), (-695, "-£6.95")]
)
def test_sums_are_told_in_pounds(sum_: Fraction | int, told: str) -> None:
    assert in_pounds(sum_) == told


def test_a_fact_of_the_wrong_kind_is_named() -> None:
    facts = Facts.from_mapping({"household": 3, "date_of_birth": "soon", "uk_resident": "yes", "capital_pence": True})

    for read in (
        lambda: facts.code("household"),
        lambda: facts.date("date_of_birth"),
        lambda: facts.yes_no("uk_resident"),
        lambda: facts.pence("capital_pence"),
    ):
        with pytest.raises(WrongFact):
            read()


def test_an_undecided_decision_holds_no_money() -> None:
    working = Working(a_case())
    decision = without_award(STREAM, working, Status.UNDECIDED)

    assert (decision.amount_pence, decision.contribution_pence, decision.permitted_uses) == (0, 0, ())
