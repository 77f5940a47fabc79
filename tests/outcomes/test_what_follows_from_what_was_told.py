"""What follows for reports and for the return from what was told of one person; nothing is made up."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.outcomes.domain.awards_in_force import Days, confirmed_pence
from services.outcomes.domain.client_level_data.from_told import persons_return
from services.outcomes.domain.council_reports.from_told import journey
from services.outcomes.domain.plans_in_force import items_over_time, pence_per_year
from services.outcomes.domain.told import (
    AgreementTold,
    AwardTold,
    CaseTold,
    HeldItemTold,
    HeldTold,
    HoldingTold,
    ItemTold,
    PlanTold,
    SubmissionTold,
    Told,
    WithdrawalTold,
)

PERSON = UUID("5d6223a2-b393-4074-8fde-3a8b56def9f0")
ASSESSMENT, FIRST_PLAN, SECOND_PLAN, ITEM = (uuid5(PERSON, name) for name in ("assessment", "one", "two", "item"))
OPENED = date(2026, 1, 1)
YEAR = Days(OPENED, date(2026, 12, 31))
AWARD = AwardTold(
    stream="adult_social_care",
    version=1,
    status="confirmed",
    assessment_id=ASSESSMENT,
    rules_as_of=OPENED,
    starts_on=OPENED,
    ends_on=date(2026, 12, 31),
    amount_pence=365_00,
    cadence="four_weekly_in_advance",
    uses=("care.personal",),
    failed=(),
)
DIRECT = (HeldTold("direct_payment", 10_000),)
AN_ITEM = ItemTold(ITEM, "care.personal", "weekly", 10_000, OPENED, date(2026, 12, 30), None, None, {}, DIRECT)
PLAN = PlanTold(FIRST_PLAN, 1, OPENED, OPENED, OPENED, date(2026, 12, 30), (AN_ITEM,))
CASE = Told(cases=(CaseTold(OPENED),), user_group="older_people")


def after(days: int) -> date:
    return OPENED + timedelta(days)


def test_whoever_withdrew_has_left_until_they_come_back() -> None:
    left = replace(CASE, withdrawals=(WithdrawalTold(after(10), "own_wish"),))
    back = replace(left, submissions=(SubmissionTold(ASSESSMENT, 1, after(50)),))

    assert [one and one.left_on for one in (journey(left, YEAR), journey(back, YEAR))] == [after(10), None]
    assert journey(left, Days(after(11), after(20))) is None
    # On the fortieth day they were still away.
    assert journey(back, Days(after(5), after(40))).left_on == after(10)  # type: ignore[union-attr]


def test_a_case_that_was_opened_later_is_in_no_report_of_earlier_days() -> None:
    assert journey(CASE, Days(date(2025, 1, 1), date(2025, 12, 31))) is None


def test_each_version_of_an_award_counts_until_the_next_begins() -> None:
    # A pound a day, from 1 July on two.
    second = replace(AWARD, version=2, starts_on=date(2026, 7, 1), ends_on=date(2027, 6, 30), amount_pence=730_00)

    assert confirmed_pence([AWARD, second], YEAR) == 181_00 + 2 * 184_00
    assert confirmed_pence([AWARD, second], Days(date(2026, 6, 30), date(2026, 7, 1))) == 1_00 + 2_00


def test_an_award_that_is_refused_later_ends_there() -> None:
    refused = replace(AWARD, version=2, status="not_eligible", starts_on=date(2026, 2, 1), amount_pence=0)

    assert confirmed_pence([AWARD, refused], YEAR) == 31_00


def test_what_is_paid_on_completion_counts_whole_and_what_is_in_kind_is_no_money() -> None:
    works = replace(AWARD, cadence="on_completion")

    assert confirmed_pence([works], Days(OPENED, after(9))) == AWARD.amount_pence
    assert confirmed_pence([works], Days(after(1), after(9))) == 0
    assert confirmed_pence([replace(AWARD, cadence="in_kind")], YEAR) == 0


@given(st.lists(st.integers(0, 364), min_size=1, max_size=6, unique=True))
def test_the_parts_of_a_year_never_come_to_more_than_the_award(cuts: list[int]) -> None:
    award = replace(AWARD, amount_pence=1_000_003)
    starts = sorted({0, *cuts})
    ends = [*(start - 1 for start in starts[1:]), 364]
    parts = [confirmed_pence([award], Days(after(start), after(end))) for start, end in zip(starts, ends, strict=True)]

    assert award.amount_pence - len(parts) <= sum(parts) <= award.amount_pence


@pytest.mark.parametrize(
    ("cadence", "pence"),
    [("weekly", 520_000), ("fortnightly", 260_000), ("four_weekly", 130_000), ("monthly", 120_000), ("yearly", 10_000)],
)
def test_an_item_comes_to_so_much_a_year(cadence: str, pence: int) -> None:
    assert pence_per_year(replace(AN_ITEM, cadence=cadence), PLAN) == pence


def test_an_item_for_half_the_plan_counts_half_and_what_is_due_once_counts_once() -> None:
    half = replace(AN_ITEM, ends_on=after(181))

    assert pence_per_year(half, PLAN) == 260_000
    assert pence_per_year(replace(half, cadence="one_off"), PLAN) == 10_000


def test_an_item_that_is_held_otherwise_is_another_line_from_that_day_on() -> None:
    by_council = (HeldTold("council_managed", 10_000),)
    change = HoldingTold(FIRST_PLAN, after(90), 1, (HeldItemTold(ITEM, by_council),))
    told = replace(CASE, plans=(PLAN,), holdings=(change,), awards=(AWARD,))
    found = persons_return(PERSON, told).items

    assert [(one.starts_on, one.ended_on, dict(one.pence_by_way)) for one in found] == [
        (OPENED, after(89), {"direct_payment": 10_000}),
        (after(90), PLAN.ends_on, {"council_managed": 10_000}),
    ]
    assert [one.item_id for one in found] == [f"{ITEM}:2026-01-01", f"{ITEM}:2026-04-01"]


def test_an_item_that_a_new_plan_has_unchanged_is_one_line_and_one_that_it_drops_ends() -> None:
    dropped = replace(AN_ITEM, item_id=uuid5(PERSON, "dropped"))
    first = replace(PLAN, items=(AN_ITEM, dropped))
    goes_on = replace(AN_ITEM, starts_on=after(100), ends_on=after(500))
    second = replace(PLAN, plan_id=SECOND_PLAN, effective_from=after(100), ends_on=after(500), items=(goes_on,))
    found = {
        one.item.item_id: (one.starts_on, one.ends_on) for one in items_over_time(replace(CASE, plans=(second, first)))
    }

    assert found == {ITEM: (OPENED, after(500)), dropped.item_id: (OPENED, after(99))}


def test_an_item_that_one_stream_alone_can_pay_is_paid_by_it() -> None:
    other = replace(AWARD, stream="supporting_people", uses=("housing.support",))
    found = persons_return(PERSON, replace(CASE, plans=(PLAN,), awards=(AWARD, other)))

    assert [dict(one.pence_by_stream) for one in found.items] == [{"adult_social_care": 10_000}]


def test_who_pays_an_item_that_two_streams_can_pay_is_not_guessed() -> None:
    other = replace(AWARD, stream="independent_living_fund")
    found = persons_return(PERSON, replace(CASE, plans=(PLAN,), awards=(AWARD, other)))

    assert found.items == ()
    assert found.nobody_told_who_pays == (f"{ITEM}:2026-01-01",)


def test_shares_that_come_to_just_what_is_due_tell_who_pays() -> None:
    other = replace(AWARD, stream="independent_living_fund")
    shares = {"adult_social_care": 4_000, "independent_living_fund": 6_000}
    plan = replace(PLAN, items=(replace(AN_ITEM, shares=shares),))
    found = persons_return(PERSON, replace(CASE, plans=(plan,), awards=(AWARD, other)))

    assert [dict(one.pence_by_stream) for one in found.items] == [shares]


@pytest.mark.parametrize(
    ("status", "failed", "eligible"),
    [
        ("confirmed", (), True),
        ("not_eligible", ("outcomes_not_achieved",), False),
        # Whoever lives elsewhere may have needs.
        ("not_eligible", ("ordinary_residence",), None),
        ("undecided", (), None),
    ],
)
def test_needs_are_eligible_where_adult_social_care_found_them_so(
    status: str, failed: tuple[str, ...], eligible: bool | None
) -> None:
    agreed = AgreementTold(ASSESSMENT, after(30), date(1950, 5, 1), ())
    handed_in = SubmissionTold(ASSESSMENT, 2, after(10))
    told = replace(
        CASE, agreements=(agreed,), submissions=(handed_in,), awards=(replace(AWARD, status=status, failed=failed),)
    )
    found = persons_return(PERSON, told)

    assert [one.has_eligible_needs for one in found.assessments] == [eligible]
    assert [(one.begun_on, one.agreed_on) for one in found.assessments] == [(after(10), after(30))]
    assert found.person.born_on == date(1950, 5, 1)


def test_a_case_ends_as_a_request_where_the_person_withdrew_before_they_answered() -> None:
    left = replace(CASE, withdrawals=(WithdrawalTold(after(10), "moved_away"),))
    answered = replace(left, submissions=(SubmissionTold(ASSESSMENT, 1, after(5)),))

    assert [(one.ended_on, one.came_of_it) for one in persons_return(PERSON, left).cases] == [(after(10), "moved_away")]
    assert [(one.ended_on, one.came_of_it) for one in persons_return(PERSON, answered).cases] == [
        (after(5), "assessed")
    ]


@pytest.mark.parametrize(("born", "band"), [((1961, 12, 31), "65 to 74"), ((1962, 1, 1), "18 to 64")])
def test_an_age_is_the_one_of_the_last_day(born: tuple[int, int, int], band: str) -> None:
    told = replace(CASE, agreements=(AgreementTold(ASSESSMENT, OPENED, date(*born), None),))
    found = journey(told, YEAR)

    assert found is not None
    assert found.characteristics["age_group"] == band
