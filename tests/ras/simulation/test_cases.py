"""Case rows of simulation, worked out: winners and losers, transitional protection, and what may not fall."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from services.ras.domain.protection import Phasing, ShareOf
from services.ras.population.people import Whole
from services.ras.simulation.protection import lawful_targets, priced, sums_by_year
from services.ras.simulation.protection_rule import Protection
from tests.ras.case_rows import Row, rows

Given = Mapping[str, Any]

POINTS = np.asarray([8, 12, 15, 20, 22, 27, 31, 36, 40, 47, 55, 64])
CURRENT = 100 * np.asarray([55, 40, 110, 90, 160, 150, 140, 320, 260, 420, 700, 640])
#: The price per point of S4, 308,500 pence over 377 points, each sum rounded half up to the penny.
TARGET = (2 * POINTS * 308_500 + 377) // (2 * 377)
A_TENTH = Protection(Phasing(Fraction(1, 10), years=20))


@pytest.mark.parametrize("row", rows("simulation"), ids=lambda row: f"{row['id']} ({row['class']})")
def test_the_case_comes_out_as_its_source_says(row: Row) -> None:
    outcome = WORKED_OUT[row["kind"]](row["given"])

    assert {name: outcome[name] for name in row["expect"]} == row["expect"], row["rule"]


def _winners(_given: Given) -> Given:
    moved = TARGET - CURRENT
    return {
        "moved": _pounds(moved),
        "per_cent": [round(float(share), 1) for share in 100 * moved / CURRENT],
        "winners": int((moved > 0).sum()),
        "losers": int((moved < 0).sum()),
        "gained": _pound(moved[moved > 0].sum()),
        "lost": _pound(-moved[moved < 0].sum()),
    }


def _protection(given: Given) -> Given:
    rule = Protection(Phasing(Fraction(given["share"]), ShareOf(given["against"]), given["years"]))
    return {
        "sums": {
            person: [_pound(sums[0]) for sums in sums_by_year(_pence(current), _pence(target), rule)]
            for person, (current, target) in given["people"].items()
        }
    }


def _first_year(_given: Given) -> Given:
    first = priced(CURRENT, TARGET, A_TENTH)[0]
    harmless = priced(CURRENT, TARGET, Protection(Phasing(Fraction(0), years=1)))[0]
    return {
        "first_year": _pound(first.pence),
        "protection": _pound(first.cost_pence),
        "hold_harmless": _pound(harmless.pence),
        "hold_harmless_cost": _pound(harmless.cost_pence),
    }


def _guard(given: Given) -> Given:
    current, target = _pence(given["current"]), _pence(given["target"])
    kept, refused = lawful_targets(current, target, np.asarray([False]))
    later, _ = lawful_targets(current, target, np.asarray([True]))
    return {
        "refused": bool(refused[0]),
        "kept": _pound(sums_by_year(current, kept, A_TENTH)[-1][0]),
        "after_reassessment": _pound(sums_by_year(current, later, A_TENTH)[-1][0]),
    }


def _pence(pounds: float) -> Whole:
    return np.asarray([round(pounds * 100)], np.int64)


def _pound(pence: Any) -> float:
    return round(int(pence) / 100, 2)


def _pounds(pence: Whole) -> list[float]:
    return [_pound(sum_) for sum_ in pence]


WORKED_OUT: Mapping[str, Callable[[Given], Given]] = {
    "winners": _winners,
    "protection": _protection,
    "first_year": _first_year,
    "guard": _guard,
}
