"""The fit report: every way beside each other, then the chosen one in pictures and tables; and the same as data."""

from dataclasses import asdict
from typing import Any

import numpy as np

from braid.kit.reports.page import Section, page
from braid.kit.reports.pictures import Cell, Picture, Table, bars, cloud, lines
from services.ras.calibration.accuracy import Accuracy
from services.ras.calibration.comparison import Comparison, Judged

PENCE = 100
PER_CENT = 100
MEASURES = (
    "R²",
    "mean error £/week",
    "root mean square error £/week",
    "within 10%, %",
    "within 20%, %",
    "within £50, %",
    "mean fold",
    "rank correlation",
    "bias £/week",
    "bias, % of mean cost",
    "all figures / all costs",
    "covers the cost, %",
    "needs settling, %",
    "wins over 10%, %",
    "loses over 10%, %",
    "holding all harmless costs, %",
    "no figure, people",
    "people",
)

NOT_MEASURED = (
    "Two measures of a good resource allocation system are not here, because no table of past people holds them:"
    " how far"
    " two assessors agree about the same person, and how many days a figure takes."
)


def report(comparison: Comparison, shown: Judged) -> str:
    """The report as one HTML file.

    Args:
        shown: the way to show in pictures: the chosen one, or the best that may be chosen.
    """
    about = (
        f"{len(np.unique(comparison.past.person)):,} people, divided into {comparison.folds} parts; each part was"
        " predicted by"
        " a fit to the others, and a person is never in both. A figure is a starting point for planning, not a"
        " decision; no"
        " statistic chooses a table, a person does."
    )
    title = "How well allocation tables fit past people"
    if comparison.past.synthetic:
        title = f"{title} (synthetic people)"
    return page(title, about, comparison.warnings, [*_compared(comparison), *_shown(comparison, shown)])


def as_data(comparison: Comparison, shown: Judged) -> dict[str, Any]:
    """The same as plain data, for a file that programs read."""
    return {
        "people": len(np.unique(comparison.past.person)),
        "rows": len(comparison.past),
        "synthetic": comparison.past.synthetic,
        "folds": comparison.folds,
        "seed": comparison.settings.seed,
        "top_slice": comparison.top_slice,
        "tolerance": comparison.tolerance,
        "warnings": list(comparison.warnings),
        "shown": shown.method.code,
        "methods": {one.method.code: _method_data(one) for one in comparison.judged},
    }


def best(comparison: Comparison) -> Judged:
    """Of the ways that may be chosen, the one that explains most of the differences between people it never saw.

    Not the one with the smallest mean error: that prefers medians, whose totals are far too low for skewed costs.
    """
    return min(
        (one for one in comparison.judged if not one.refused),
        key=lambda one: one.out_of_sample.rmse,
        default=comparison.judged[0],
    )


def _method_data(one: Judged) -> dict[str, Any]:
    return {
        "title": one.method.title,
        "refused": list(one.refused),
        "in_sample": asdict(one.in_sample),
        "out_of_sample": asdict(one.out_of_sample),
        "r2_by_fold": list(one.r2_by_fold),
        "slices": [asdict(part) for part in one.out_of_sample_slices],
        "tenths": [asdict(part) for part in one.tenths],
        "largest_step_pence_per_week": one.largest_step,
        "falls": one.falls,
        "scaled_by": one.factor,
    }


def _compared(comparison: Comparison) -> list[Section]:
    judged = comparison.judged
    ranked = Table(
        "On people that the fit never saw, before scaling",
        ("way", *MEASURES, "R² of the folds, from - to", "R² on the people it was fitted to"),
        tuple((one.method.title, *_row(one.out_of_sample), _spread(one), one.in_sample.r2) for one in judged),
    )
    shape = Table(
        "What kind of table each way makes",
        ("way", "largest step £/week", "falls", "scaled by", "may be chosen", "watch"),
        tuple(
            (
                one.method.title,
                None if one.largest_step is None else one.largest_step / PENCE,
                one.falls,
                f"{one.factor:.4f}",
                "; ".join(one.refused) or "yes",
                one.method.watch,
            )
            for one in judged
        ),
    )
    words = (
        "R² is the share of the differences between people's costs that the figures explain. Mean fold is the"
        " mean of the"
        " larger over the smaller of figure and cost: three English councils had 2.45, 2.59 and 2.81 in 2011-12.",
        "Every sum of a chosen table is multiplied by the factor under 'scaled by', so that all figures together"
        " spend what"
        f" was spent, less {comparison.top_slice:.0%} held back. A table that is scaled down gives less than the"
        " people it was"
        " fitted to were given: whoever releases it must say that this is enough to meet needs.",
        NOT_MEASURED,
    )
    return [Section("Ways of making the table", words, (ranked, shape))]


def _shown(comparison: Comparison, one: Judged) -> list[Section]:
    title = one.method.title
    parts = Table(
        "By user group, and by quarter of actual and of predicted cost",
        ("people", *MEASURES),
        tuple((f"{part.by}: {part.name}", *_row(part.accuracy)) for part in one.out_of_sample_slices),
    )
    words = (
        "A quarter of actual cost always looks biased, because predictions return to the mean; a quarter of"
        " predicted cost"
        " does not. Where the highest predicted quarter is too low, people with the highest needs are sold short.",
    )
    sections = [
        Section(f"{title}: is £200 what such packages cost?", (), (_tenths(one),)),
        Section(f"{title}: who is it wrong for?", words, (_residuals(one), parts)),
    ]
    if one.fit.curve is None:
        return sections
    return [Section(f"{title}: the fit", (), (_fit(comparison, one),)), *sections, _cliffs(comparison, one)]


def _fit(comparison: Comparison, one: Judged) -> Picture:
    points = one.fit.weights.points(comparison.past)
    table = _curve_table(comparison, one)
    places = (points, comparison.past.to_fit / PENCE)
    alt = f"Points and weekly cost of each person, and the sum that {one.method.title.lower()} gives."
    return cloud("Fit", alt, ("points", "£ a week"), places, table)


def _curve_table(comparison: Comparison, one: Judged) -> Table:
    at = _whole_points(comparison, one)
    assert one.fit.curve is not None, "ways without a curve have no such picture"
    sums = one.fit.curve.scaled(one.factor).at(at) / PENCE
    rows = tuple((int(points), round(float(sum_), 2)) for points, sum_ in zip(at, sums, strict=True))
    return Table("The sum for every whole score, scaled", ("points", "£ a week"), rows)


def _cliffs(comparison: Comparison, one: Judged) -> Section:
    sums = [float(row[1] or 0) for row in _curve_table(comparison, one).rows]
    steps = Table(
        "What the next point adds",
        ("points", "£ a week more"),
        tuple((at, round(step, 2)) for at, step in enumerate(np.diff(sums).tolist(), 1)),
    )
    alt = "What each next point adds to the weekly sum; a high place is a cliff."
    return Section(f"{one.method.title}: cliffs", (), (lines("Cliffs", alt, "points", "£ a week more", steps),))


def _tenths(one: Judged) -> Picture:
    rows = tuple(
        (part.number, round(part.mean_figure / PENCE, 2), round(part.mean_cost / PENCE, 2)) for part in one.tenths
    )
    table = Table("Tenths of the people by figure", ("tenth", "mean figure £/week", "mean cost £/week"), rows)
    return bars("Calibration by decile", "Mean figure and mean cost in each tenth of the figures.", "£ a week", table)


def _residuals(one: Judged) -> Picture:
    rows = tuple(
        (part.name, round(part.accuracy.bias / PENCE, 2), round(part.accuracy.mae / PENCE, 2))
        for part in one.out_of_sample_slices
        if part.by == "user group"
    )
    table = Table("Figure less cost, by user group", ("group", "mean £/week", "mean size £/week"), rows)
    alt = "Mean of figure less cost in each user group: below nothing, the group is sold short."
    return bars("Residuals by group", alt, "£ a week", table)


def _whole_points(comparison: Comparison, one: Judged) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.arange(np.ceil(one.fit.weights.points(comparison.past).max()) + 1)


def _spread(one: Judged) -> str:
    return f"{min(one.r2_by_fold):.2f} - {max(one.r2_by_fold):.2f}" if one.r2_by_fold else "–"


def _row(found: Accuracy) -> tuple[Cell, ...]:
    return (
        found.r2,
        found.mae / PENCE,
        found.rmse / PENCE,
        found.within_10 * PER_CENT,
        found.within_20 * PER_CENT,
        found.within_50_pounds * PER_CENT,
        found.fold,
        found.spearman,
        found.bias / PENCE,
        None if found.bias_share is None else found.bias_share * PER_CENT,
        found.total_ratio,
        found.covered * PER_CENT,
        found.adjusted * PER_CENT,
        found.won * PER_CENT,
        found.lost * PER_CENT,
        None if found.hold_harmless is None else found.hold_harmless * PER_CENT,
        found.without_figure,
        found.people,
    )
