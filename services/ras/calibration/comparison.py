"""Every way of making a table, judged alike: by people it never saw."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.model_selection import GroupKFold
from threadpoolctl import threadpool_limits

from services.ras.calibration.accuracy import (
    ROUNDING_PENCE,
    Accuracy,
    Slice,
    Tenth,
    accuracy,
    budget_neutral,
    by_tenth,
    slices,
)
from services.ras.calibration.curves import Curve
from services.ras.calibration.errors import PastPeopleRefused
from services.ras.calibration.methods import BAND_PEOPLE_MIN, METHODS, Fit, Method, Settings, band_starts
from services.ras.calibration.past_people import Numbers, PastPeople

#: Councils drew their tables from samples of about 100 (an unnamed council) to 200 people (Wiltshire 2009-10).
PEOPLE_MIN = 100
GROUP_PEOPLE_MIN = 30
SCORES_CHECKED = 1001


@dataclass(frozen=True)
class Judged:
    """One way with its measures; sums are pence a week.

    Args:
        refused: why it may not become a table; empty where it may.
        in_sample: measured on the people it was fitted to: flattering.
        out_of_sample: measured on people it never saw, each once.
        r2_by_fold: out-of-sample R2 of each fold: how much chance is in it.
        largest_step: the most that one more point adds; None for what is no table.
        falls: how often the sum falls as points rise, over the whole table; must be 0.
        factor: what every sum is multiplied by so that all figures spend what was spent, less the top slice.
        figures: out-of-sample figures with costed lines, in the order of the people.
    """

    method: Method
    fit: Fit
    refused: tuple[str, ...]
    in_sample: Accuracy
    out_of_sample: Accuracy
    r2_by_fold: tuple[float, ...]
    out_of_sample_slices: tuple[Slice, ...]
    tenths: tuple[Tenth, ...]
    largest_step: float | None
    falls: int | None
    factor: float
    figures: Numbers


@dataclass(frozen=True)
class Comparison:
    """All ways beside each other, and what a reader must be warned of."""

    past: PastPeople
    settings: Settings
    folds: int
    top_slice: float
    tolerance: float
    judged: tuple[Judged, ...]
    warnings: tuple[str, ...]


def compare(
    past: PastPeople,
    settings: Settings,
    folds: int = 5,
    top_slice: float = 0.0,
    tolerance: float = 0.05,
    codes: Sequence[str] = (),
    progress: Callable[[str], None] = lambda _: None,
) -> Comparison:
    """Fit and judge.

    Args:
        folds: parts that people are divided into; each is predicted by a fit to the others. As many as people leaves
            one out at a time.
        top_slice: share of all spending that is held back.
        codes: which ways; all where empty.
        progress: told each way's code when it is judged.

    Raises:
        PastPeopleRefused: fewer people than folds, or all of them cost nothing or have no points.
    """
    if len(np.unique(past.person)) < max(folds, 2):
        raise PastPeopleRefused(f"{len(np.unique(past.person))} people cannot be divided into {folds} folds")
    if not past.pence_per_week.any() or not past.total_thousandths.any():
        raise PastPeopleRefused("nobody costs anything, or nobody has points")
    judged = []
    # One thread: the same sums on every machine, and trees that do not wait for a busy core.
    with threadpool_limits(limits=1):
        for code in codes or METHODS:
            judged.append(_judged(METHODS[code], past, settings, folds, top_slice, tolerance))
            progress(code)
    return Comparison(
        past, settings, folds, top_slice, tolerance, tuple(judged), tuple(_warnings(past, settings, judged))
    )


def divided(past: PastPeople, folds: int, seed: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Rows to fit to and rows to predict, fold by fold; a person's rows are all in one of the two."""
    splitter = GroupKFold(n_splits=folds, shuffle=True, random_state=seed)
    return list(splitter.split(past.points, groups=past.person))


def _judged(
    method: Method, past: PastPeople, settings: Settings, folds: int, top_slice: float, tolerance: float
) -> Judged:
    fit = method.fit(past, settings)
    cost = past.pence_per_week.astype(np.float64)
    seen = fit.figures(past) + past.lines_pence_per_week
    unseen, r2_by_fold = np.empty(len(past)), []
    for rows, others in divided(past, folds, settings.seed):
        held = past.chosen(others)
        unseen[others] = method.fit(past.chosen(rows), settings).figures(held) + held.lines_pence_per_week
        fold_r2 = accuracy(unseen[others], cost[others]).r2
        r2_by_fold += [] if fold_r2 is None else [fold_r2]
    return Judged(
        method=method,
        fit=fit,
        refused=tuple(why_refused(fit, past)),
        in_sample=accuracy(seen, cost, tolerance),
        out_of_sample=accuracy(unseen, cost, tolerance),
        r2_by_fold=tuple(r2_by_fold),
        out_of_sample_slices=tuple(slices(unseen, cost, past.user_group, tolerance)),
        tenths=tuple(by_tenth(unseen, cost)),
        largest_step=None if fit.curve is None else _largest_step(fit.curve, _points_max(fit, past)),
        falls=None if fit.curve is None else _falls(fit.curve, _points_max(fit, past)),
        factor=budget_neutral(seen, cost, top_slice),
        figures=unseen,
    )


def why_refused(fit: Fit, past: PastPeople) -> Iterator[str]:
    """Why a fit may not become a table."""
    if fit.curve is None:
        yield "it cannot be told as points and sums: nobody could follow it"
        return
    if not fit.weights.points(past).any():
        yield "no answer is worth any points: cost does not rise with need among these people"
    yield from fit.curve.faults(_points_max(fit, past))


def _points_max(fit: Fit, past: PastPeople) -> float:
    return float(np.ceil(fit.weights.points(past).max()))


def _largest_step(curve: Curve, points_max: float) -> float:
    return float(np.diff(curve.at(np.arange(points_max + 1))).max(initial=0.0))


def _falls(curve: Curve, points_max: float) -> int:
    sums = curve.at(np.linspace(0, points_max, SCORES_CHECKED))
    return int((np.diff(sums) < -ROUNDING_PENCE).sum())


def _warnings(past: PastPeople, settings: Settings, judged: Sequence[Judged]) -> Iterator[str]:
    people = len(np.unique(past.person))
    if people < PEOPLE_MIN:
        yield f"Only {people} people: councils' own samples had {PEOPLE_MIN} and more. Treat every figure as a guess."
    for group, count in zip(*np.unique(past.user_group, return_counts=True), strict=True):
        if count < GROUP_PEOPLE_MIN:
            yield f"Only {count} people in the group {group}: its figures are too uncertain to compare with others."
    starts = settings.band_starts or band_starts(past.points)
    in_bands = np.bincount(np.searchsorted(starts, past.points, side="right") - 1, minlength=len(starts))
    if thin := [start for start, count in zip(starts, in_bands, strict=True) if count < BAND_PEOPLE_MIN]:
        where = ", ".join(str(start) for start in thin)
        yield f"Fewer than {BAND_PEOPLE_MIN} people in the bands from {where} points: their percentiles are chance."
    by_code = {one.method.code: one for one in judged}
    if {"quantile_50", "quantile_80"} <= by_code.keys():
        middle, high = (by_code[code].fit.figures(past) for code in ("quantile_50", "quantile_80"))
        if (crossed := int((high < middle).sum())) > 0:
            yield f"The lines for one in two and four in five people cross: {crossed} people are on the wrong side."
    if past.synthetic:
        yield "These people are made up: the measures show how the methods behave, not how well they predict costs."
