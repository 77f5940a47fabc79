"""Case rows of calibration, worked out: every published way on the twelve people of S4, and budget-neutral scaling."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from services.ras.calibration.accuracy import Accuracy, accuracy, budget_neutral
from services.ras.calibration.comparison import compare, why_refused
from services.ras.calibration.curves import Line, Price, Steps
from services.ras.calibration.methods import METHODS
from services.ras.calibration.past_people import Numbers
from tests.ras.calibration.material import BANDS, fitted, people_of_s4
from tests.ras.case_rows import Row, rows

Given = Mapping[str, Any]


@pytest.mark.parametrize("row", rows("calibration"), ids=lambda row: f"{row['id']} ({row['class']})")
def test_the_case_comes_out_as_its_source_says(row: Row) -> None:
    outcome = WORKED_OUT[row["kind"]](row["given"])

    assert {name: outcome[name] for name in row["expect"]} == row["expect"], row["rule"]


def _price(_given: Given) -> Given:
    curve = fitted("price_per_point").curve
    assert isinstance(curve, Price)
    return {"pence_per_point": str(curve.pence_per_point), "pounds": f"{float(curve.pence_per_point) / 100:.6f}"}


def _figures(given: Given) -> Given:
    return {"figures": _pounds(fitted(given["method"]).figures(people_of_s4()))}


def _measured(given: Given) -> Given:
    past = people_of_s4()
    figures = fitted(given["method"]).figures(past)
    found = accuracy(figures, past.pence_per_week.astype(np.float64))
    covered = round(found.covered * len(past))
    return {**_told(found), "total": round(float(figures.sum()) / 100), "covered": covered}


def _line(_given: Given) -> Given:
    fit, past = fitted("least_squares"), people_of_s4()
    assert isinstance(fit.curve, Line)
    return {
        "intercept": f"{fit.curve.intercept / 100:.4f}",
        "slope": f"{fit.curve.slope / 100:.4f}",
        "first": f"{fit.figures(past)[0] / 100:.2f}",
        "may_be_chosen": not list(why_refused(fit, past)),
    }


def _bands(_given: Given) -> Given:
    return {code: _band_sums(code, 1.0) for code in METHODS if code.startswith("band_")}


def _left_out(given: Given) -> Given:
    past = people_of_s4()
    (one,) = compare(past, BANDS, folds=len(past), codes=[given["method"]]).judged
    return {**_told(one.out_of_sample), "total_ratio": f"{one.out_of_sample.total_ratio:.4f}"}


def _top_slice(given: Given) -> Given:
    past = people_of_s4()
    figures = fitted(given["method"]).figures(past)
    cost = past.pence_per_week.astype(np.float64)
    factor = budget_neutral(figures, cost, given["top_slice"])
    return {
        "figures": _pounds(figures * factor),
        "factor": f"{factor:.6f}",
        "held_back": f"{(cost.sum() - (figures * factor).sum()) / 100:.2f}",
        "bands": _band_sums(given["method"], factor) if given["method"].startswith("band_") else [],
    }


def _scaling(given: Given) -> Given:
    actual = np.asarray([float(given["actual"])])
    factors = [budget_neutral(np.asarray([float(predicted)]), actual) for predicted in given["predicted"]]
    return {"factors": [f"{factor:.4f}" for factor in factors]}


def _band_sums(code: str, factor: float) -> list[float]:
    curve = fitted(code).curve
    assert isinstance(curve, Steps)
    return [round(pence * factor / 100, 2) for pence in curve.pence]


def _told(found: Accuracy) -> Given:
    return {
        "r2": f"{found.r2:.4f}",
        "mae": f"{found.mae / 100:.2f}",
        "rmse": f"{found.rmse / 100:.2f}",
        "within_20": f"{found.within_20 * 100:.1f}",
        "fold": None if found.fold is None else f"{found.fold:.4f}",
    }


def _pounds(pence: Numbers) -> list[float]:
    return [round(float(sum_) / 100, 2) for sum_ in pence]


WORKED_OUT: Mapping[str, Callable[[Given], Given]] = {
    "price": _price,
    "figures": _figures,
    "measured": _measured,
    "line": _line,
    "bands": _bands,
    "left_out": _left_out,
    "top_slice": _top_slice,
    "scaling": _scaling,
}
