"""What plans need when one takes the place of another: just what payments follow, and what is held beyond it."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.ledger.domain.braiding.plan import Fund, Per
from services.ledger.domain.changing_plans import left_over, lowered, needs_of, pieces_of
from services.ledger.domain.payments.plans_in_force import (
    ApprovedPlan,
    HeldFrom,
    Holding,
    Route,
    Way,
    what_falls_due,
)
from services.ledger.domain.spending.planned_items import ItemCadence, PlannedItem

FIRST, LAST = date(2009, 6, 1), date(2010, 5, 30)
ITEMS = [UUID(int=number) for number in range(1, 4)]
COUNCIL = {"council": Holding(Route(Way.COUNCIL_MANAGED), is_ready=True)}
DAYS = st.integers(0, (LAST - FIRST).days).map(lambda number: FIRST + timedelta(days=number))
AGAIN = [one for one in ItemCadence if one is not ItemCadence.ONE_OFF]


@st.composite
def items(draw: st.DrawFn, cadences: Sequence[ItemCadence]) -> list[PlannedItem]:
    """Some of three items, each with a price and days of its own."""
    return [
        PlannedItem(
            item_id,
            "Help",
            "care.personal",
            draw(st.integers(1, 100_000)),
            draw(st.sampled_from(cadences)),
            draw(DAYS),
            LAST,
        )
        for item_id in ITEMS
        if draw(st.booleans())
    ]


@st.composite
def plans(draw: st.DrawFn, cadences: Sequence[ItemCadence] = AGAIN) -> list[ApprovedPlan]:
    """Up to three plans, each approved after the one before it."""
    found = []
    for number in range(draw(st.integers(1, 3))):
        planned, effective_from = draw(items(cadences)), draw(DAYS)
        held = {one.item_id: (("council", one.pence),) for one in planned}
        spread = frozenset(one.item_id for one in planned if one.cadence is ItemCadence.ONE_OFF)
        held_from = HeldFrom(effective_from, COUNCIL, held)
        approved_on = FIRST + timedelta(days=number)
        found.append(ApprovedPlan(UUID(int=number), approved_on, effective_from, tuple(planned), (held_from,), spread))
    return found


@given(plans(list(ItemCadence)))
def test_what_plans_need_is_what_payments_follow_to_the_penny_and_the_day(approved: list[ApprovedPlan]) -> None:
    falling, _ = what_falls_due(approved)
    paid = Counter[tuple[UUID, UUID, date]]()
    for one in falling:
        paid[one.plan_id, one.item.item_id, one.on] += one.pence

    needed = Counter[tuple[UUID, UUID, date]]()
    for need in needs_of(approved):
        for on, pence in need.due:
            needed[need.plan_id, need.item.item_id, on] += pence

    assert needed == paid


@given(plans(), st.integers(0, 10_000_000), DAYS)
def test_what_is_held_covers_the_earliest_needs_and_no_more_than_the_rest_is_let_go_of(
    approved: list[ApprovedPlan], held_pence: int, border: date
) -> None:
    funds = [
        Fund("1" * 32, "Early", 10**9, Per.ONCE, FIRST, border, 1),
        Fund("2" * 32, "Late", 10**9, Per.ONCE, border + timedelta(days=1), LAST + timedelta(days=400), 1),
    ]
    (item_id, *_) = ITEMS
    held = {item_id: {funds[0].fund_id: held_pence}}
    needs = needs_of(approved)

    pieces = pieces_of(needs, funds, paid_out=(), done=held)
    free = left_over(pieces, held, held)

    of_fund = sum(
        pence for one in needs if one.item.item_id == item_id for on, pence in one.due if on <= funds[0].ends_on
    )
    assert sum(one.whole_pence for one in pieces) == sum(one.pence for one in needs)
    assert sum(free.values()) == max(held_pence - of_fund, 0)


@given(plans())
def test_a_plan_that_is_approved_again_as_it_is_lowers_nothing(approved: list[ApprovedPlan]) -> None:
    *_, last = approved
    again = ApprovedPlan(UUID(int=9), date.max, LAST, last.items, (), last.spread)

    assert lowered(needs_of(approved), needs_of([*approved, again])) == frozenset()


def test_what_is_needed_once_is_needed_once_in_whatever_plans_it_stands_at_the_dearer_price_once_it_was_due() -> None:
    def plan(number: int, effective_from: date, *pence: int) -> ApprovedPlan:
        chair = [
            PlannedItem(ITEMS[0], "A chair", "care.personal", one, ItemCadence.ONE_OFF, FIRST, LAST) for one in pence
        ]
        approved_on = FIRST + timedelta(days=number)
        return ApprovedPlan(UUID(int=number), approved_on, effective_from, tuple(chair), ())

    october = date(2009, 10, 5)
    bought = plan(1, FIRST, 50_000)
    for later, needed in (((30_000,), 50_000), ((80_000,), 80_000), ((), 50_000)):
        assert [one.pence for one in needs_of([bought, plan(2, october, *later)])] == [needed]
    # One that is new is bought from the plan's own day on, though its days began before.
    assert [one.pence for one in needs_of([plan(1, FIRST), plan(2, october, 30_000)])] == [30_000]
