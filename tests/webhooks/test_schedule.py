"""When a message is sent again: over three days, by chance a little sooner or later, and when the receiver says."""

from datetime import UTC, datetime, timedelta

import pytest

from services.webhooks.domain.schedule import ATTEMPTS_MOST, RETRY_AFTER_MOST, WAITS, retry_after, wait_after

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_the_waits_grow_and_last_over_a_long_weekend() -> None:
    assert sorted(WAITS) == list(WAITS)
    assert timedelta(days=3) < sum(WAITS, timedelta(0)) < timedelta(days=4)


@pytest.mark.parametrize("attempt", range(1, ATTEMPTS_MOST))
def test_chance_moves_a_wait_by_a_fifth(attempt: int) -> None:
    plain = WAITS[attempt - 1]

    assert wait_after(attempt, 0.0) == plain * 0.8
    assert wait_after(attempt, 0.5) == plain
    assert wait_after(attempt, 1.0) == plain * 1.2


def test_after_the_last_attempt_there_is_no_other_even_where_one_is_asked_for() -> None:
    assert wait_after(ATTEMPTS_MOST, 0.5) is None
    assert wait_after(ATTEMPTS_MOST, 0.5, timedelta(hours=1)) is None


def test_a_receiver_may_ask_for_more_time_and_not_for_less() -> None:
    assert wait_after(1, 0.5, timedelta(hours=1)) == timedelta(hours=1)
    assert wait_after(4, 0.5, timedelta(seconds=1)) == WAITS[3]


@pytest.mark.parametrize(
    ("told", "asked"),
    [
        (None, None),
        ("120", timedelta(seconds=120)),
        (" 120 ", timedelta(seconds=120)),
        ("0", timedelta(0)),
        ("9" * 400, RETRY_AFTER_MOST),
        ("Mon, 23 Nov 2026 12:10:00 GMT", timedelta(minutes=10)),
        ("Mon, 23 Nov 2026 11:00:00 GMT", timedelta(0)),
        ("Mon, 23 Nov 2099 11:00:00 GMT", RETRY_AFTER_MOST),
        ("-5", None),
        ("soon", None),
        ("", None),
        ("\u00b2", None),
    ],
)
def test_retry_after_is_read_in_both_its_forms_and_within_bounds(told: str | None, asked: timedelta | None) -> None:
    assert retry_after(told, NOW) == asked
