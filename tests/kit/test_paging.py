"""Cursors of lists: each leads back to where it stood, and what is none of ours is refused."""

import base64
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from braid.kit.paging import cursor_of, day_place, moment_place
from braid.kit.problems import Problem

ID = UUID(int=7)
DAY, MOMENT = date(2009, 6, 1), datetime(2009, 6, 1, 12, 30, 0, 5, UTC)


def test_a_cursor_leads_back_to_its_place() -> None:
    assert day_place(cursor_of(DAY, ID)) == (DAY, ID)
    assert moment_place(cursor_of(MOMENT, ID)) == (MOMENT, ID)


@pytest.mark.parametrize("place", [day_place, moment_place])
@pytest.mark.parametrize(
    "cursor", ["", "/", "2009-06-01", "é", "A", base64.urlsafe_b64encode(b"\xff/").decode(), cursor_of(DAY, ID)[:-8]]
)
def test_what_is_no_cursor_is_refused(place: Callable[[str], Any], cursor: str) -> None:
    with pytest.raises(Problem) as refused:
        place(cursor)
    assert refused.value.status == 422


def test_a_moment_without_its_zone_or_of_another_kind_of_list_is_refused() -> None:
    for place, cursor in (
        (moment_place, cursor_of(MOMENT.replace(tzinfo=None), ID)),
        (moment_place, cursor_of(DAY, ID)),
        (day_place, cursor_of(MOMENT, ID)),
    ):
        with pytest.raises(Problem):
            place(cursor)
