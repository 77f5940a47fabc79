"""What falls due by approved plans and who pays it, over all the plans, funds and payments that there can be."""

from collections import defaultdict
from datetime import date, timedelta
from fractions import Fraction
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.ledger.domain.braiding.plan import Payment
from services.ledger.domain.payments.periods import Period
from services.ledger.domain.payments.plan_funding import PaidOut, paid_by, pieces, still_needed, with_contributions
from services.ledger.domain.payments.plans_in_force import (
    ApprovedPlan,
    HeldFrom,
    Holding,
    Route,
    Way,
    what_falls_due,
)
from services.ledger.domain.payments.schedules import DatedSum
from services.ledger.domain.payments.shares import shared_out
from services.ledger.domain.spending.planned_items import ItemCadence, PlannedItem

FIRST_DAY = date(2009, 6, 1)
ROUTES = [Route(Way.DIRECT_PAYMENT), Route(Way.TRUST, "t"), Route(Way.COUNCIL_MANAGED)]
FUNDS = [UUID(int=number) for number in (1, 2)]

#: A machine that is busy with other things is no reason to fail.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def held(draw: st.DrawFn, items: list[PlannedItem], effective_from: date) -> HeldFrom:
    holdings = {str(at): Holding(route, draw(st.booleans())) for at, route in enumerate(ROUTES)}
    parts = {}
    for item in items:
        first = draw(st.integers(0, item.pence))
        other = draw(st.integers(0, item.pence - first))
        sums = [first, other, item.pence - first - other]
        parts[item.item_id] = tuple((str(at), pence) for at, pence in enumerate(sums))
    return HeldFrom(effective_from, holdings, parts)


@st.composite
def some_plans(draw: st.DrawFn) -> list[ApprovedPlan]:
    found = []
    for number in range(draw(st.integers(1, 3))):
        begins = FIRST_DAY + timedelta(days=draw(st.integers(0, 60)))
        items = [
            PlannedItem(
                UUID(int=1000 + draw(st.integers(0, 1)) * 10 + at),
                "Help",
                "care.personal",
                draw(st.integers(1, 50_000)),
                draw(st.sampled_from(ItemCadence)),
                FIRST_DAY + timedelta(days=draw(st.integers(0, 30))),
                FIRST_DAY + timedelta(days=draw(st.integers(30, 120))),
            )
            for at in range(draw(st.integers(1, 2)))
        ]
        changes = [
            draw(held(items, begins + timedelta(days=days)))
            for days in [0, *sorted(draw(st.lists(st.integers(0, 60), max_size=2)))]
        ]
        spread = frozenset(item.item_id for item in items if draw(st.booleans()))
        approved_on = FIRST_DAY - timedelta(days=10 - number)
        found.append(ApprovedPlan(UUID(int=number), approved_on, begins, tuple(items), tuple(changes), spread))
    return found


@st.composite
def paid_before(draw: st.DrawFn, days: list[tuple[UUID, date]]) -> list[PaidOut]:
    chosen = draw(st.lists(st.sampled_from(days), max_size=6, unique=True)) if days else []
    return [
        PaidOut(draw(st.sampled_from(ROUTES)), draw(st.sampled_from(FUNDS)), DatedSum(item_id, on, pence, pence // 3))
        for item_id, on in chosen
        for pence in [draw(st.integers(1, 60_000))]
    ]


@unhurried
@given(some_plans())
def test_one_plan_is_in_force_on_a_day_and_no_part_is_more_than_the_whole(plans: list[ApprovedPlan]) -> None:
    falling, _ = what_falls_due(plans)

    for on in {one.on for one in falling}:
        in_force = [plan for plan in plans if plan.effective_from <= on]
        assert {one.plan_id for one in falling if one.on == on} == {in_force[-1].plan_id}
    for one in falling:
        assert sum(pence for _, pence in one.parts) <= one.pence


@unhurried
@given(some_plans())
def test_plans_heard_in_another_order_fall_due_alike(plans: list[ApprovedPlan]) -> None:
    assert what_falls_due(plans) == what_falls_due(plans[::-1])


@unhurried
@given(st.data())
def test_what_is_paid_stays_and_with_the_rest_comes_to_what_the_plans_need(data: st.DataObject) -> None:
    falling, _ = what_falls_due(data.draw(some_plans()))
    paid = data.draw(paid_before([(one.item.item_id, one.on) for one in falling]))

    kept, left = still_needed(falling, paid)
    cut = pieces(left, [Period(FIRST_DAY, FIRST_DAY + timedelta(days=40))])

    assert sum(one.sum.pence for one in kept) + sum(one.pence for one in left) == sum(one.pence for one in falling)
    assert sum(piece.item.pence for piece in cut) == sum(one.pence for one in left)
    assert {(one.route, one.fund_id) for one in kept} <= {(one.route, one.fund_id) for one in paid}
    before = {(one.sum.item_id, one.sum.on): one.sum.pence for one in paid}
    assert all(one.sum.pence <= before[one.sum.item_id, one.sum.on] for one in kept)


@unhurried
@given(st.data())
def test_what_each_fund_pays_of_a_piece_is_spread_to_the_penny(data: st.DataObject) -> None:
    _, left = still_needed(what_falls_due(data.draw(some_plans()))[0], [])
    for piece in pieces(left, []):
        first = data.draw(st.integers(0, piece.item.pence))
        second = data.draw(st.integers(0, piece.item.pence - first))
        days = piece.item.starts_on, piece.item.ends_on
        payments = [
            Payment(piece.item.item_id, str(fund), *days, pence)
            for fund, pence in zip(FUNDS, (first, second), strict=True)
        ]

        by_fund: dict[UUID, int] = defaultdict(int)
        for one in paid_by(piece, payments):
            by_fund[one.fund_id] += one.sum.pence

        is_whole = all(sum(pence for _, pence in day.parts) == day.pence for day in piece.days)
        for payment in payments:
            spread = by_fund[UUID(payment.fund_id)]
            assert spread == payment.pence if is_whole else spread <= payment.pence


@unhurried
@given(st.lists(st.integers(0, 10_000), min_size=1), st.data())
def test_rows_and_columns_both_come_to_what_is_asked_and_later_rows_come_out_the_same_alone(
    rows: list[int], data: st.DataObject
) -> None:
    total = sum(rows)
    first = data.draw(st.integers(0, total))
    columns = [first, total - first]

    shares = shared_out(rows, columns)

    assert [sum(parts) for parts in shares] == rows
    assert [sum(column) for column in zip(*shares, strict=True)] == columns
    assert all(part >= 0 for parts in shares for part in parts)
    left = [column - part for column, part in zip(columns, shares[0], strict=True)]
    assert shared_out(rows[1:], left) == shares[1:]


@unhurried
@given(st.lists(st.integers(1, 10_000), min_size=1, max_size=30), st.integers(0, 100), st.integers(0, 30))
def test_contributions_come_to_their_share_whatever_is_paid_already(pence: list[int], per_cent: int, paid: int) -> None:
    share = Fraction(per_cent, 100)
    sums = [DatedSum(FUNDS[0], FIRST_DAY + timedelta(days=at), one) for at, one in enumerate(pence)]
    whole = with_contributions([], sums, share)

    again = with_contributions(whole[:paid], sums[paid:], share)

    assert again == whole
    assert abs(sum(one.contribution_pence for one in whole) - share * sum(pence)) <= Fraction(1, 2)
    assert all(0 <= one.contribution_pence <= one.pence for one in whole)
