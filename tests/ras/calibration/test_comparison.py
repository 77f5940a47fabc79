"""Ways are judged by people they never saw, repeatably, and a reader is warned where there are too few."""

import numpy as np
import pytest

from services.ras.calibration.accuracy import accuracy, by_tenth, slices
from services.ras.calibration.comparison import compare, divided
from services.ras.calibration.errors import PastPeopleRefused
from services.ras.calibration.methods import METHODS, Settings
from tests.ras.calibration.material import of_points, past, people_of_s4

QUICK = ("price_per_point", "least_squares", "quantile_50", "quantile_80", "few_knots", "band_percentile_80")


def several_years_each() -> list[int]:
    return [number // 3 for number in range(60)]


def test_a_person_is_never_on_both_sides_and_everybody_is_predicted_once() -> None:
    people = of_points(list(range(1000, 61_000, 1000)), list(range(60)), several_years_each())

    folds = divided(people, 5, seed=1)

    for rows, others in folds:
        assert not set(people.person[rows]) & set(people.person[others])
    assert sorted(np.concatenate([others for _, others in folds])) == list(range(60))


def test_the_same_seed_divides_alike_and_another_does_not() -> None:
    people = past()

    first, again, other = ([others.tolist() for _, others in divided(people, 5, seed)] for seed in (1, 1, 2))

    assert first == again
    assert first != other


def test_what_is_measured_out_of_sample_never_saw_the_person() -> None:
    """With one person far out, a fit that had seen them would be much closer."""
    people = of_points([1000, 2000, 3000, 4000, 50_000], [100, 200, 300, 400, 900_000])

    (one,) = compare(people, Settings(), folds=5, codes=["isotonic"]).judged

    assert one.in_sample.mae == pytest.approx(0)
    assert one.figures[-1] <= 400


def test_every_way_is_judged_and_told() -> None:
    told: list[str] = []
    compared = compare(past(), Settings(), folds=3, progress=told.append)

    assert told == list(METHODS) == [one.method.code for one in compared.judged]
    for one in compared.judged:
        assert len(one.r2_by_fold) == 3
        assert one.out_of_sample.people == len(past())
        assert one.falls in (0, None) or one.refused
        by = [part.by for part in one.out_of_sample_slices]
        assert by.count("actual cost") == by.count("predicted cost") == 4


def test_scaling_makes_all_figures_spend_what_was_spent_less_what_is_held_back() -> None:
    compared = compare(past(), Settings(), codes=QUICK, top_slice=0.1)
    spent = float(past().pence_per_week.sum())

    for one in compared.judged:
        figures = (one.fit.figures(past()) + past().lines_pence_per_week) * one.factor
        assert figures.sum() == pytest.approx(0.9 * spent)


def test_too_few_people_are_warned_of() -> None:
    warnings = " ".join(compare(people_of_s4(), Settings((0, 16, 31, 46)), folds=3, codes=QUICK).warnings)

    assert "Only 12 people" in warnings
    assert "Only 12 people in the group older_people" in warnings
    assert "Fewer than 20 people in the bands from 0, 16, 31, 46 points" in warnings
    assert "made up" in warnings


def test_enough_people_are_not_warned_of() -> None:
    warnings = compare(past(1200), Settings(), folds=3, codes=QUICK).warnings

    assert [warning for warning in warnings if "made up" not in warning] == []


@pytest.mark.parametrize(
    ("points", "pence", "folds", "reason"),
    [
        ([1000, 2000], [1, 2], 5, "cannot be divided"),
        ([1000, 2000, 3000], [0, 0, 0], 2, "nobody costs anything"),
        ([0, 0, 0], [1, 2, 3], 2, "nobody has points"),
    ],
)
def test_people_that_nothing_can_be_learnt_from_are_refused(
    points: list[int], pence: list[int], folds: int, reason: str
) -> None:
    with pytest.raises(PastPeopleRefused, match=reason):
        compare(of_points(points, pence), Settings(), folds=folds)


def test_points_that_cost_falls_with_are_not_chosen() -> None:
    points = list(range(1000, 31_000, 1000))
    contrary = of_points(points, [300_000 - 10 * each for each in points])

    judged = compare(contrary, Settings(), folds=3, codes=["least_squares", "few_knots"]).judged

    assert "falls as points rise" in " ".join(judged[0].refused)
    assert judged[1].refused == (), "it is level where it would fall"


def test_measures_of_two_people_by_hand() -> None:
    found = accuracy(np.asarray([90.0, 300.0, 0.0]), np.asarray([100.0, 200.0, 60.0]))

    assert found.mae == pytest.approx((10 + 100 + 60) / 3)
    assert found.bias == pytest.approx((-10 + 100 - 60) / 3)
    for share in (found.within_10, found.covered, found.won, found.lost):
        assert share == pytest.approx(1 / 3)
    assert found.fold == pytest.approx((100 / 90 + 300 / 200) / 2), "who has no figure has no fold"
    assert found.without_figure == 1
    assert found.hold_harmless == pytest.approx(100 / 360)


def test_a_figure_below_nothing_has_no_fold() -> None:
    assert accuracy(np.asarray([-1.0, 5.0]), np.asarray([1.0, 5.0])).fold is None


def test_figures_that_are_right_have_perfect_measures() -> None:
    cost = np.asarray([100.0, 200.0, 400.0])
    found = accuracy(cost, cost)

    assert (found.r2, found.fold, found.covered, found.adjusted) == (1, 1, 1, 0)
    assert found.spearman == pytest.approx(1)


def test_slices_hold_everybody_once() -> None:
    cost = past().pence_per_week.astype(np.float64)
    parts = slices(cost[::-1], cost, past().user_group, 0.05)

    for by in ("user group", "actual cost", "predicted cost"):
        assert sum(part.accuracy.people for part in parts if part.by == by) == len(past())
    assert sum(tenth.people for tenth in by_tenth(cost, cost)) == len(past())
