"""Which funds an item is committed from: with care for the rest of the plan."""

import random
from datetime import date
from uuid import UUID, uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from services.ledger.domain.braiding.plan import Fund, Payment, Per, Plan
from services.ledger.domain.braiding.verdicts import check_plan
from services.ledger.domain.committing import less_done, pieces_of, who_commits
from services.ledger.domain.spending.planned_items import ItemCadence, PlannedItem
from tests.ledger.braiding.plans import SOLVERS, a_fund, an_item, permits

FIRST, LAST = date(2009, 6, 1), date(2010, 5, 30)


def planned(pence: int, cadence: ItemCadence, first: date = FIRST, last: date = LAST) -> PlannedItem:
    return PlannedItem(uuid4(), "Assistant", "care.personal", pence, cadence, first, last)


def money(fund_id: str, first: date, last: date, pence: int = 1_000_000) -> Fund:
    return Fund(fund_id, fund_id, pence, Per.ONCE, first, last, 1)


def test_money_that_alone_can_pay_for_another_item_is_left_for_it() -> None:
    permitted = {"a": ["f1", "f2"], "b": ["f1", "f3"], "c": ["f1"]}
    funds = [a_fund(fund_id, 100, per=Per.ONCE) for fund_id in ("f1", "f2", "f3")]
    plan = Plan([an_item(name, 100, per=Per.ONCE) for name in "abc"], funds, permits(permitted))

    paid_by = {name: [one.fund_id for one in who_commits(plan, frozenset(name), SOLVERS) or ()] for name in "abc"}

    assert paid_by == {"a": ["f2"], "b": ["f3"], "c": ["f1"]}


def test_where_not_all_can_be_paid_the_item_that_is_asked_for_comes_first() -> None:
    plan = Plan(
        [an_item("small", 10, per=Per.ONCE), an_item("large", 100, per=Per.ONCE)],
        [a_fund("f", 100, per=Per.ONCE)],
        permits({"small": ["f"], "large": ["f"]}),
    )

    for name, pence in (("small", 10), ("large", 100)):
        payments = who_commits(plan, frozenset({name}), SOLVERS)
        assert payments is not None
        assert [(one.item_id, one.pence) for one in payments] == [(name, pence)]


def test_indicative_money_is_never_committed() -> None:
    plan = Plan([an_item("a", 10)], [a_fund("f", 100, confirmed=False)], permits({"a": ["f"]}))

    assert who_commits(plan, frozenset("a"), SOLVERS) is None


@given(st.integers(0, 2**32), st.data())
@settings(max_examples=150, deadline=None)
def test_a_payable_plan_is_committed_item_by_item_in_any_order(seed: int, data: st.DataObject) -> None:
    chance = random.Random(seed)
    items = [an_item(f"i{place}", chance.randrange(1, 60), per=Per.ONCE) for place in range(chance.randrange(1, 6))]
    funds = [
        a_fund(f"f{place}", chance.randrange(120), chance.randrange(1, 4), per=Per.ONCE)
        for place in range(chance.randrange(1, 5))
    ]
    names = [one.fund_id for one in funds]
    permitted = permits({item.item_id: chance.sample(names, chance.randrange(1, len(names) + 1)) for item in items})
    plan = Plan(items, funds, permitted)
    is_payable = check_plan(plan, SOLVERS).is_payable
    left, waiting = {one.fund_id: one.pence for one in funds}, list(items)

    for item in data.draw(st.permutations(items)):
        have = [a_fund(one.fund_id, left[one.fund_id], one.flexibility, per=Per.ONCE) for one in funds]
        payments = who_commits(Plan(waiting, have, permitted), frozenset({item.item_id}), SOLVERS)
        assert payments is not None or not is_payable
        for one in payments or ():
            left[one.fund_id] -= one.pence
            assert one.item_id == item.item_id
            assert (one.item_id, one.fund_id) in permitted
        waiting.remove(item)
    assert min(left.values()) >= 0


def test_an_item_is_cut_where_a_fund_begins_or_ends_and_costs_what_falls_due() -> None:
    funds = [money("f1", FIRST, date(2009, 8, 30)), money("f2", date(2009, 8, 1), LAST)]

    pieces = pieces_of(planned(100, ItemCadence.FORTNIGHTLY), funds)

    assert [(one.item.starts_on, one.item.ends_on, one.times, one.item.pence) for one in pieces] == [
        (FIRST, date(2009, 7, 31), 5, 500),
        (date(2009, 8, 1), date(2009, 8, 30), 2, 200),
        (date(2009, 8, 31), LAST, 19, 1_900),
    ]


def test_what_is_due_once_is_not_cut() -> None:
    (piece,) = pieces_of(planned(100, ItemCadence.ONE_OFF), [money("f1", FIRST, date(2009, 8, 30))])

    assert (piece.item.starts_on, piece.item.ends_on, piece.item.pence) == (FIRST, LAST, 100)


@given(
    st.sampled_from(list(ItemCadence)),
    st.integers(1, 10**6),
    st.integers(0, 800),
    st.lists(st.tuples(st.integers(-50, 700), st.integers(0, 400), st.integers(0, 10**7)), max_size=4),
)
def test_pieces_less_what_is_done_add_up_to_what_falls_due(
    cadence: ItemCadence, pence: int, length: int, days: list[tuple[int, int, int]]
) -> None:
    item = planned(pence, cadence, FIRST, _later(FIRST, length))
    funds = [
        money(f"f{place}", _later(FIRST, first), _later(FIRST, first + more))
        for place, (first, more, _) in enumerate(days)
    ]
    done = {fund.fund_id: held for fund, (_, _, held) in zip(funds, days, strict=True)}

    pieces = less_done(pieces_of(item, funds), done, funds)

    taken: list[Payment] = [payment for piece in pieces for payment in piece.done]
    still = sum(piece.item.pence for piece in pieces)
    assert still + sum(payment.pence for payment in taken) == item.planned_pence(item.starts_on, item.ends_on)
    for fund in funds:
        assert sum(one.pence for one in taken if one.fund_id == fund.fund_id) <= done[fund.fund_id]
    assert {UUID(piece.item_id) for piece in pieces} <= {item.item_id}


def _later(day: date, days: int) -> date:
    return date.fromordinal(day.toordinal() + days)
