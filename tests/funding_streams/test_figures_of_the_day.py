"""Figures looked up once for all days on which the same ones are in force, and values that are made quickly."""

from dataclasses import dataclass, replace
from datetime import date

import pytest

from services.funding_streams.domain.errors import NoValueInForce, UnknownFigure
from services.funding_streams.domain.figures import (
    Citation,
    Dated,
    Figure,
    Figures,
    FiguresOfTheDay,
    Period,
    Unit,
    once_while_in_force,
)
from services.funding_streams.domain.quick_values import made_quickly

RATE = "a_stream.rate"
A_SOURCE = Citation("A source", "page 1", "S1")
BEFORE, FIRST_DAY, SECOND_DAY = date(2007, 3, 31), date(2007, 4, 1), date(2007, 4, 2)
NEW_RATE = date(2008, 4, 1)
ENDED = date(2009, 4, 1)


def some_figures() -> Figures:
    values = tuple(
        Dated(RATE, start, pence, Unit.PENCE, Period.WEEK, A_SOURCE)
        for start, pence in ((FIRST_DAY, 100), (NEW_RATE, 110), (ENDED, None))
    )
    return Figures({RATE: Figure(RATE, "A rate.", Unit.PENCE, Period.WEEK, values)}, {})


def test_a_day_has_the_value_in_force_on_it_whichever_day_was_asked_about_first() -> None:
    figures = some_figures()
    for day, pence in ((NEW_RATE, 110), (SECOND_DAY, 100), (FIRST_DAY, 100), (date(2009, 3, 31), 110)):
        assert figures.on(day)[RATE].pence == pence


@pytest.mark.parametrize("day", [BEFORE, date(2006, 1, 1), ENDED, date(2020, 1, 1)])
def test_a_day_without_a_value_is_told_by_its_own_date(day: date) -> None:
    figures = some_figures()
    for asked in (BEFORE, ENDED, day):
        with pytest.raises(NoValueInForce) as told:
            figures.on(asked)[RATE]
        assert told.value.day == asked
    assert figures.on(day).if_any(RATE) is None


def test_a_figure_that_no_file_holds_is_an_error_even_where_it_may_have_no_value() -> None:
    figures = some_figures().on(FIRST_DAY)
    with pytest.raises(UnknownFigure):
        figures["a_stream.other"]
    with pytest.raises(UnknownFigure):
        figures.if_any("a_stream.other")


def test_a_rule_is_asked_once_for_all_days_with_the_same_figures_and_again_when_one_changes() -> None:
    asked = list[tuple[date, int]]()

    @once_while_in_force
    def for_so_many(figures: FiguresOfTheDay, times: int) -> int:
        asked.append((figures.day, times))
        return int(figures[RATE].pence) * times

    figures = some_figures()
    found = [for_so_many(figures.on(day), times) for day in (FIRST_DAY, SECOND_DAY, NEW_RATE) for times in (2, 3)]
    assert found == [200, 300, 200, 300, 220, 330]
    assert asked == [(FIRST_DAY, 2), (FIRST_DAY, 3), (NEW_RATE, 2), (NEW_RATE, 3)]


def test_what_a_rule_could_not_give_is_not_kept() -> None:
    @once_while_in_force
    def rate(figures: FiguresOfTheDay) -> int:
        return int(figures[RATE].pence)

    figures = some_figures()
    for day in (ENDED, date(2010, 1, 1)):
        with pytest.raises(NoValueInForce) as told:
            rate(figures.on(day))
        assert told.value.day == day


@made_quickly
@dataclass(frozen=True)
class Quick:
    code: str
    pence: int = 0


def test_a_value_that_is_made_quickly_is_like_any_other() -> None:
    assert Quick("a") == Quick(code="a", pence=0) != Quick("a", 1)
    assert replace(Quick("a"), pence=5) == Quick("a", 5)
    assert len({Quick("a"), Quick("a", 0), Quick("b")}) == 2
    assert repr(Quick("a")) == "Quick(code='a', pence=0)"
    with pytest.raises(TypeError):
        Quick(pence=1)  # type: ignore[call-arg]
