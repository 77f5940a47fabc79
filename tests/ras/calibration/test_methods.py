"""Every way that may become a table never falls and is never below nothing, whatever the people."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ras.calibration.comparison import why_refused
from services.ras.calibration.curves import Knots, Line, Price, Steps
from services.ras.calibration.methods import METHODS, Settings, band_starts, few_knots
from services.ras.calibration.weights import fitted_weights
from tests.ras.calibration.material import of_points, past

PAIRS = st.lists(st.tuples(st.integers(1, 100_000), st.integers(0, 500_000)), min_size=6, max_size=60)
NEVER_FALL = ("price_per_point", "isotonic", "rank_matched", "few_knots", "ridge", "ridge_few_knots")
#: Libraries warm up at the first example: time is no part of these rules.
UNHURRIED = settings(deadline=None, max_examples=25)


@pytest.mark.parametrize("code", NEVER_FALL)
@UNHURRIED
@given(pairs=PAIRS)
def test_a_way_that_rises_by_construction_has_no_fault(code: str, pairs: list[tuple[int, int]]) -> None:
    people = of_points([points for points, _ in pairs], [pence for _, pence in pairs])

    fit = METHODS[code].fit(people, Settings())

    assert fit.curve is not None
    assert fit.curve.faults(100.0) == []
    figures = fit.figures(people)[np.argsort(people.points, kind="stable")]
    assert (np.diff(figures) >= -1e-6).all()
    assert (figures >= 0).all()


@UNHURRIED
@given(pairs=PAIRS)
def test_few_knots_begin_at_0_points_and_end_at_the_highest_score(pairs: list[tuple[int, int]]) -> None:
    points = np.asarray([points for points, _ in pairs]) / 1000
    curve = few_knots(points, np.asarray([float(pence) for _, pence in pairs]))

    assert curve.points[0] == 0.0
    assert curve.pence[0] >= 0.0
    assert curve.points[-1] == np.ceil(points.max())
    assert len(curve.points) <= 10


def test_few_knots_find_what_every_package_begins_with() -> None:
    points = np.arange(101.0)

    assert few_knots(points, 700 + 30 * points).at(np.asarray([0.0]))[0] == pytest.approx(700)


def test_few_knots_find_lines_that_are_there() -> None:
    points = np.arange(1.0, 101)
    there = np.interp(points, [0, 50, 100], [0, 1000, 9000])

    assert np.abs(few_knots(points, there).at(points) - there).max() < 0.05 * 9000


def test_boosted_trees_never_fall_either_and_may_not_be_a_table() -> None:
    people = past()
    fit = METHODS["boosted"].fit(people, Settings())
    deeper = people.chosen(np.arange(len(people)))
    deeper.points_thousandths[:] += 3000

    assert fit.curve is None
    assert (fit.figures(deeper) >= fit.figures(people)).all()


def test_points_set_from_people_are_never_below_nothing_and_add_up_to_about_a_hundred() -> None:
    weights = fitted_weights(past(), seed=1)

    assert weights.tenths is not None
    assert min(weights.tenths) >= 0
    # Each of some forty weights is rounded to a tenth.
    assert sum(weights.tenths) == pytest.approx(1000, abs=25)


def test_the_same_people_and_seed_give_the_same_points() -> None:
    assert fitted_weights(past(), seed=3) == fitted_weights(past(), seed=3)


@pytest.mark.parametrize(
    ("curve", "reason"),
    [
        (Price(Fraction(-1)), "less than nothing"),
        (Line(-5.0, 3.0), "below nothing"),
        (Line(5.0, -3.0), "falls as points rise"),
        (Knots((0.0, 10.0), (5.0, 4.0)), "falls at 10 points"),
        (Knots((0.0, 10.0), (-5.0, 4.0)), "below nothing"),
        (Steps((0, 10), (5.0, 4.0)), "falls at 10 points"),
    ],
)
def test_a_curve_says_why_it_may_not_be_a_table(curve: Price | Line | Knots | Steps, reason: str) -> None:
    assert reason in " ".join(curve.faults(100.0))


def test_bands_have_enough_people_each() -> None:
    points = past().points
    starts = band_starts(points)
    counts = np.bincount(np.searchsorted(starts, points, side="right") - 1)

    assert starts[0] == 0
    assert min(counts) >= 20


def test_people_with_equal_points_share_what_their_ranks_got() -> None:
    fit = METHODS["rank_matched"].fit(of_points([5000, 5000, 9000], [300, 100, 200]), Settings())

    assert fit.figures(of_points([5000, 9000], [0, 0])).tolist() == [150.0, 300.0]


def test_points_that_are_worth_nothing_are_not_chosen() -> None:
    nobody_costs_more = of_points([1000] * 6, [0, 0, 0, 0, 0, 0])

    fit = METHODS["ridge_few_knots"].fit(nobody_costs_more, Settings())

    assert list(why_refused(fit, nobody_costs_more)) == [
        "no answer is worth any points: cost does not rise with need among these people"
    ]
