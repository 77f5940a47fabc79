"""Kinds of table: what each refuses, and that none has a cap."""

from collections.abc import Callable
from fractions import Fraction

import pytest

from services.ras.domain.errors import NotAWeek, NothingToShareBy, TableNotSound
from services.ras.domain.good_and_bad_days import DayProfile, weighed_days
from services.ras.domain.sums import plain_number, pounds, shared
from services.ras.domain.tables import Band, Bands, Knot, LinearBetweenKnots, MoneyTable, PricePerPoint
from tests.ras.material import a_table


def knots(*pairs: tuple[int, int]) -> LinearBetweenKnots:
    return LinearBetweenKnots(tuple(Knot(Fraction(points), Fraction(pence)) for points, pence in pairs))


def bands(*rows: tuple[int, int, int]) -> Bands:
    return Bands(tuple(Band(start, end, Fraction(pence)) for start, end, pence in rows))


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: knots((0, 0), (10, 500), (20, 400)), "falls at 20 points"),
        (lambda: knots((0, 0), (10, 500), (10, 600)), "two rows for 10 points"),
        (lambda: knots((5, 0), (10, 500)), "some scores have no row"),
        (lambda: knots((0, 0)), "some scores have no row"),
        (lambda: knots((0, -1), (10, 500)), "below nothing"),
        (lambda: bands((0, 9, 100), (10, 19, 50)), "falls at 10 points"),
        (lambda: bands((0, 9, 0), (11, 19, 50)), "no row for 10 points"),
        (lambda: bands((0, 10, 0), (10, 19, 50)), "two rows for 10 points"),
        (lambda: bands((1, 10, 0)), "no row for 0 points"),
        (bands, "no row for 0 points"),
        (lambda: bands((0, 9, 0), (10, 8, 50)), "ends before it begins"),
        (lambda: bands((0, 9, -5)), "below nothing"),
        (lambda: PricePerPoint(Fraction(-1), Fraction(10)), "less than nothing"),
        (lambda: PricePerPoint(Fraction(1), Fraction(0)), "last score"),
    ],
)
def test_a_table_that_is_not_sound_cannot_be_made(make: Callable[[], MoneyTable], reason: str) -> None:
    with pytest.raises(TableNotSound, match=reason):
        make()


def test_a_score_between_two_bands_is_in_the_lower_one() -> None:
    assert a_table("norfolk-children").money.exact_pence_per_year(Fraction("69.5")) == 0


def test_a_score_just_above_the_last_row_has_no_figure() -> None:
    for table_id, above in (("norfolk-children", "185.1"), ("example-council", "55.001"), ("ratio", "64.01")):
        assert a_table(table_id).money.exact_pence_per_year(Fraction(above)) is None


def test_uprating_multiplies_every_kind_of_table_exactly() -> None:
    factor = Fraction("1.0157")
    for table_id in ("norfolk-children", "example-council", "ratio"):
        money = a_table(table_id).money
        before = money.exact_pence_per_year(money.points_max)
        assert before is not None
        assert money.uprated(factor).exact_pence_per_year(money.points_max) == before * factor


def test_days_above_the_table_are_for_a_person() -> None:
    days = [DayProfile("good", 5), DayProfile("bad", 2)]

    assert weighed_days(a_table("synthetic").money, {"good": Fraction(20), "bad": Fraction(101)}, days) is None


def test_days_that_do_not_make_a_week_are_refused() -> None:
    with pytest.raises(NotAWeek):
        weighed_days(a_table("synthetic").money, {"good": Fraction(20)}, [DayProfile("good", 6)])


def test_a_sum_cannot_be_shared_by_nothing() -> None:
    with pytest.raises(NothingToShareBy):
        shared(1, {"home": Fraction(0)})
    assert shared(0, {"home": Fraction(0)}) == {"home": 0}


def test_sums_are_written_as_people_write_them() -> None:
    assert pounds(8_467_800) == "£84,678.00"
    assert pounds(Fraction(5, 2)) == "£0.03"
    assert [plain_number(Fraction(number)) for number in ("55", "33.6", "220/7", "0", "100")] == [
        "55",
        "33.6",
        "31.429",
        "0",
        "100",
    ]
