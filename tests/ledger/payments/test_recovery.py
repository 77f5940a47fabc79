"""Asking money back: two people, a reason, notice, a right to reply."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ledger.domain.payments.periods import Every
from services.ledger.domain.payments.recovery import (
    DecidedByItsAuthor,
    MoreThanIsOwed,
    NoticeTooShort,
    NotInThisState,
    Plan,
    ReasonMissing,
    Recovery,
    RecoveryRefused,
    RecoveryState,
    appeal,
    close_appeal,
    decide,
    instalments,
    receive,
    write_off,
)

NOTICE, REPLY, FIRST_DUE = date(2010, 6, 1), date(2010, 6, 29), date(2010, 7, 1)
APPEALED = date(2010, 6, 10)


def a_plan(pence: int = 40_000, *, count: int = 4, every: Every = Every.MONTH) -> Plan:
    return Plan(pence, count, every, FIRST_DUE, NOTICE, REPLY)


def proposed(plan: Plan | None = None) -> Recovery:
    return Recovery(plan or a_plan(), author="officer", reason="Paid for days after the award ended.")


def decided(plan: Plan | None = None) -> Recovery:
    return decide(proposed(plan), by="approver")


def test_nothing_is_owed_before_somebody_else_has_decided() -> None:
    assert instalments(proposed()) == ()
    with pytest.raises(DecidedByItsAuthor):
        decide(proposed(), by="officer")
    with pytest.raises(NotInThisState):
        receive(proposed(), pence=1)
    with pytest.raises(NotInThisState):
        write_off(proposed(), pence=1, reason="Hardship")

    assert len(instalments(decided())) == 4


def test_a_recovery_is_decided_once() -> None:
    with pytest.raises(NotInThisState):
        decide(decided(), by="another")


@pytest.mark.parametrize("reason", ["", "  "])
def test_nothing_is_asked_appealed_or_let_off_without_a_reason(reason: str) -> None:
    with pytest.raises(ReasonMissing):
        Recovery(a_plan(), author="officer", reason=reason)
    with pytest.raises(ReasonMissing):
        appeal(decided(), on=APPEALED, reason=reason)
    with pytest.raises(ReasonMissing):
        write_off(decided(), pence=100, reason=reason)


@pytest.mark.parametrize(
    ("notice", "reply", "first_due"),
    [(NOTICE, NOTICE, FIRST_DUE), (NOTICE, FIRST_DUE, FIRST_DUE), (FIRST_DUE, REPLY, NOTICE)],
)
def test_without_notice_and_time_to_reply_there_is_no_recovery(notice: date, reply: date, first_due: date) -> None:
    with pytest.raises(NoticeTooShort):
        Plan(40_000, 4, Every.MONTH, first_due, notice, reply)


@pytest.mark.parametrize(("pence", "count"), [(0, 1), (3, 4), (100, 0), (10**6, 521)])
def test_a_plan_has_instalments_that_are_each_for_something(pence: int, count: int) -> None:
    with pytest.raises(RecoveryRefused):
        a_plan(pence, count=count)


@given(st.integers(1, 10**7), st.integers(1, 520), st.sampled_from(Every))
def test_instalments_add_up_to_what_is_owed(pence: int, count: int, every: Every) -> None:
    parts = instalments(decided(a_plan(max(pence, count), count=count, every=every)))

    assert len(parts) == count
    assert sum(part.pence for part in parts) == max(pence, count)
    assert [part.due_on for part in parts] == sorted({part.due_on for part in parts})


def test_while_an_appeal_is_open_nothing_falls_due_that_was_not_due_before() -> None:
    """L29, with an appeal after the first instalment."""
    appealed = appeal(decided(), on=date(2010, 7, 15), reason="It was spent on care.")

    assert [part.due_on for part in instalments(appealed)] == [FIRST_DUE]

    closed = close_appeal(appealed, on=date(2010, 7, 25), let_off_pence=0, reason="Heard")
    assert [part.due_on for part in instalments(closed)] == [
        FIRST_DUE,
        date(2010, 8, 11),
        date(2010, 9, 11),
        date(2010, 10, 11),
    ]


@given(st.lists(st.tuples(st.integers(0, 90), st.integers(0, 60)), max_size=4))
def test_no_instalment_falls_due_on_a_day_of_an_appeal(appeals: list[tuple[int, int]]) -> None:
    recovery, day = decided(), APPEALED
    for after, length in appeals:
        day += timedelta(days=after)
        recovery = appeal(recovery, on=day, reason="A reason")
        day += timedelta(days=length)
        recovery = close_appeal(recovery, on=day, let_off_pence=0, reason="Heard")

    for part in instalments(recovery):
        assert not any(each.opened_on <= part.due_on < (each.closed_on or date.max) for each in recovery.appeals)


def test_an_appeal_may_take_all_of_it_off() -> None:
    appealed = appeal(decided(), on=APPEALED, reason="It was spent on care.")

    upheld = close_appeal(appealed, on=FIRST_DUE, let_off_pence=40_000, reason="It was")

    assert (upheld.state, upheld.owed_pence, instalments(upheld)) == (RecoveryState.ENDED, 0, ())


def test_an_appeal_is_opened_once_and_closed_after_it_was_opened() -> None:
    appealed = appeal(decided(), on=APPEALED, reason="A reason")

    with pytest.raises(NotInThisState):
        appeal(appealed, on=APPEALED, reason="Another")
    with pytest.raises(NotInThisState):
        close_appeal(appealed, on=APPEALED - timedelta(days=1), let_off_pence=0, reason="Heard")
    with pytest.raises(NotInThisState):
        close_appeal(decided(), on=APPEALED, let_off_pence=0, reason="Heard")


def test_paying_back_and_letting_off_together_end_it() -> None:
    recovery = write_off(receive(decided(), pence=25_000), pence=15_000, reason="Hardship")

    assert (recovery.state, recovery.owed_pence) == (RecoveryState.ENDED, 0)


@pytest.mark.parametrize("pence", [0, -1, 15_001])
def test_no_more_is_taken_or_let_off_than_is_owed(pence: int) -> None:
    recovery = replace(decided(), received_pence=25_000)

    with pytest.raises(MoreThanIsOwed):
        receive(recovery, pence=pence)
    with pytest.raises(MoreThanIsOwed):
        write_off(recovery, pence=pence, reason="Hardship")
