"""Writes a fit as a new version of an allocation table, in the form that `services.ras.table_files` reads.

A person chooses the fit and later releases the file; nothing here does either.
"""

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import accumulate
from math import ceil
from typing import Any

import numpy as np
import yaml

from services.ras.calibration.comparison import Comparison, Judged
from services.ras.calibration.errors import FitRefused
from services.ras.calibration.weights import TENTHS, Weights
from services.ras.domain.sums import WEEKS_PER_YEAR
from services.ras.named_tables import NamedTable, as_named

#: A knot is rounded to the penny a year, so the lines between two knots are off by as much at most; the float adds
#: less.
PENCE_A_YEAR_OFF_MOST = 1.0


@dataclass(frozen=True)
class Release:
    """What a person decides about the new version.

    Args:
        why: in plain words; shown with every allocation.
    """

    version: int
    in_force_from: date
    why: str


def as_new_version(base: NamedTable, comparison: Comparison, judged: Judged, release: Release) -> NamedTable:
    """Make the new version, and make sure that it says what the report says.

    Raises:
        FitRefused: the fit may not become a table, or the version is not newer.
        TableRefused: the file would not be sound.
    """
    if judged.refused or judged.fit.curve is None:
        raise FitRefused(f"{judged.method.code} cannot be chosen: {'; '.join(judged.refused)}")
    if release.version <= base.table.version:
        raise FitRefused(f"version {release.version} is not newer than version {base.table.version}")
    source = _source(comparison, judged)
    points_max = Fraction(ceil(judged.fit.weights.points(comparison.past).max()))
    document = base.document | {
        "version": release.version,
        "in_force_from": release.in_force_from,
        "statement": f"{release.why} {_told(comparison, judged)}",
        "money": judged.fit.curve.scaled(judged.factor).written(points_max, source),
    }
    document.pop("in_force_to", None)
    document.pop("held_back", None)
    if comparison.top_slice:
        document["held_back"] = {"share": str(comparison.top_slice), "source": source}
    if judged.fit.weights.tenths is not None:
        document["points"] = document["points"] | {
            "source": source,
            "by_question": _points(base, judged.fit.weights, comparison.past.domains),
        }
    text = _header(base, comparison, judged) + yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=120)
    written = as_named(text, base.questionnaires, f"{base.table.table_id}/{release.version}.yaml")
    _must_say_the_same(written, judged, points_max)
    return written


def _source(comparison: Comparison, judged: Judged) -> Mapping[str, str]:
    made_up = comparison.past.synthetic
    people = f"{len(np.unique(comparison.past.person)):,} {'made-up' if made_up else 'past'} people"
    return {
        "kind": "made_up" if made_up else "inferred",
        "title": f"Fitted to the agreed packages of {people}: {judged.method.title.lower()}",
        "pinpoint": (
            f"method {judged.method.code}, {comparison.folds} folds, seed {comparison.settings.seed}, every sum times"
            f" {judged.factor:.6f}"
        ),
    }


def _told(comparison: Comparison, judged: Judged) -> str:
    people = "made-up people" if comparison.past.synthetic else "past people"
    held = (
        f" {comparison.top_slice:.0%} of all spending is held back for what tables miss."
        if comparison.top_slice
        else ""
    )
    return (
        f"The sums were fitted to the agreed packages of {len(np.unique(comparison.past.person)):,} {people}"
        f" ({judged.method.title.lower()}) and scaled so that together they spend what those packages"
        f" cost.{held}"
    )


def _header(base: NamedTable, comparison: Comparison, judged: Judged) -> str:
    found = judged.out_of_sample
    words = (
        f"Made from {base.name} by braid ras calibrate. On people it never saw: {found.within_20:.0%} of figures within"
        f" 20% of the cost, mean error £{found.mae / 100:,.2f} a week. Nothing is released until a person lists"
        " this file in"
        " released.json."
    )
    if comparison.past.synthetic:
        words = f"SYNTHETIC: fitted to made-up people. {words}"
    return "".join(f"# {line}\n" for line in textwrap.wrap(words, 116))


def _points(base: NamedTable, weights: Weights, domains: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    if not weights.levels:
        worth = dict(zip(domains, weights.tenths or (), strict=True))
        return {
            asked.question_id: {
                choice.code: _exact(choice.points * Fraction(worth[asked.domain], TENTHS)) for choice in asked.choices
            }
            for asked in base.table.scoring.questions
        }
    steps = weights.by_question()
    found = {}
    for asked in base.table.scoring.questions:
        codes = [choice.code for choice in asked.choices]
        tenths = [0, *(steps[asked.question_id][code] for code in codes[1:])]
        if asked.counting.value != "add":
            tenths = list(accumulate(tenths))
        found[asked.question_id] = {
            code: _exact(Fraction(value, TENTHS)) for code, value in zip(codes, tenths, strict=True)
        }
    return found


def _exact(points: Fraction) -> int | str:
    return (
        int(points)
        if points.denominator == 1
        else str(points)
        if points.denominator % 2 and points.denominator % 5
        else str(float(points))
    )


def _must_say_the_same(written: NamedTable, judged: Judged, points_max: Fraction) -> None:
    """A table that differed from its report would be worse than none."""
    curve = judged.fit.curve
    assert curve is not None, "checked before"
    for points in range(int(points_max) + 1):
        sum_ = written.table.money.exact_pence_per_year(Fraction(points))
        wanted = float(curve.scaled(judged.factor).at(np.asarray([float(points)]))[0]) * WEEKS_PER_YEAR
        assert sum_ is not None
        assert abs(float(sum_) - wanted) <= PENCE_A_YEAR_OFF_MOST, f"{points} points: {float(sum_)} is not {wanted}"
