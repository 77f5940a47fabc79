"""Reads every case in ``cases`` and works it out: published figures, arithmetic on them, synthetic ones."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.assessment.questionnaire_files import released_questionnaire
from services.ras.domain.allocation import allocate
from services.ras.domain.costed_lines import SupportNeed, costed_line
from services.ras.domain.errors import ReasonMissing
from services.ras.domain.final_figure import FinalFigure
from services.ras.domain.good_and_bad_days import DayProfile, weighed_days
from services.ras.domain.points import score
from services.ras.domain.sums import WEEKS_PER_YEAR, rounded_half_up, shared
from services.ras.domain.tables import Knot, LinearBetweenKnots, PricePerPoint
from tests.assessment import people
from tests.ras.material import a_table

Given = Mapping[str, Any]


@dataclass(frozen=True)
class Case:
    """One case; ``of_class`` is P, D or S."""

    case_id: str
    of_class: str
    source: str
    rule: str
    kind: str
    given: Given
    expect: Given


def _cases() -> list[Case]:
    files = sorted((Path(__file__).parent / "cases").glob("*.yaml"))
    entries = [entry for file in files for entry in yaml.safe_load(file.read_text())]
    return [
        Case(
            entry["id"], entry["class"], entry["source"], entry["rule"], entry["kind"], entry["given"], entry["expect"]
        )
        for entry in entries
    ]


@pytest.mark.parametrize("case", _cases(), ids=lambda case: f"{case.case_id} ({case.of_class})")
def test_the_case_comes_out_as_its_source_says(case: Case) -> None:
    outcome = WORKED_OUT[case.kind](case.given)

    assert {name: outcome[name] for name in case.expect} == case.expect, case.rule


def test_every_case_says_what_kind_of_truth_it_is() -> None:
    assert {case.of_class for case in _cases()} == {"P", "D", "S"}
    assert all(case.source and case.rule for case in _cases())


def _person(given: Given) -> Given:
    agreed = people.read(given["name"]).assessed(released_questionnaire("example-council", 1))
    support = [SupportNeed(line.code, line.text, line.minutes_per_day) for line in agreed.specialist_support]
    table = a_table("example-council")
    allocation = allocate(table, agreed.answers, agreed.informal_help, agreed.carer_willing_and_able, support)
    return {
        "points_thousandths": allocation.points_thousandths,
        "pence_per_year": allocation.pence_per_year,
        "pence_per_week": _weekly(Fraction(allocation.pence_per_year)),
        "lines": {line.code: line.pence_per_year for line in allocation.lines},
    }


def _money(given: Given) -> Given:
    exact = [a_table(given["table"]).money.exact_pence_per_year(Fraction(points)) for points in given["points"]]
    return {
        "pence_per_year": [None if sum_ is None else rounded_half_up(sum_) for sum_ in exact],
        "pence_per_week": [_weekly(sum_) for sum_ in exact],
    }


def _largest_step(given: Given) -> Given:
    money = a_table(given["table"]).money
    sums = [money.exact_pence_per_year(Fraction(points)) or Fraction(0) for points in range(given["points_max"] + 1)]
    step, points = max((after - before, at) for at, (before, after) in enumerate(pairwise(sums), 1))
    return {"pence_per_year": step, "at_points": points}


def _costed_line(given: Given) -> Given:
    need = SupportNeed(given["code"], "Support", given["minutes_per_day"])
    line = costed_line(need, a_table("example-council").rate_card)
    assert line is not None
    return {"pence_per_year": line.pence_per_year}


def _final_figure(given: Given) -> Given:
    before = given.get("before")
    sums = {name: given[name] for name in ("indicative_pence", "final_pence")}
    points = Fraction(given["points"])
    try:
        FinalFigure(points, **sums)
        needs_a_reason = False
    except ReasonMissing:
        needs_a_reason = True
    figure = FinalFigure(points, **sums, reason="Decided by the panel")
    assert figure.ratio is not None
    earlier = FinalFigure(**before, reason="Decided by the panel") if before else None
    return {
        "departure_pence": figure.departure_pence,
        "ratio": f"{float(figure.ratio):.4f}",
        "needs_a_reason": needs_a_reason,
        "flags": list(figure.flags_since(earlier)) if earlier else [],
    }


def _proportional(given: Given) -> Given:
    points = [Fraction(value) for value in given["points"]]
    prices = [Fraction(pence) / at for pence, at in zip(given["pence_per_week"], points, strict=True)]
    tables = [PricePerPoint(price * WEEKS_PER_YEAR, max(points)) for price in prices]
    fits = [[_weekly(table.exact_pence_per_year(at)) for at in points] == given["pence_per_week"] for table in tables]
    return {"prices": [f"{float(price / 100):.4f}" for price in prices], "fits_both": any(fits)}


def _uprated(given: Given) -> Given:
    uprated = [_flat(pence).uprated(Fraction(given["factor"])) for pence in given["pence"]]
    return {"pence": [rounded_half_up(table.knots[-1].pence_per_year) for table in uprated]}


def _drift(given: Given) -> Given:
    factor = Fraction(given["factor"])
    drifts = [
        abs(rounded_half_up(pence * factor) * WEEKS_PER_YEAR - pence * WEEKS_PER_YEAR * factor)
        for pence in given["pence_per_week"]
    ]
    assert max(drifts) > 0, "rounding twice does drift, which is why the tables do not"
    return {"within_pence_per_year": 52 if max(drifts) <= 52 else max(drifts)}


def _scored(given: Given) -> Given:
    table = a_table(given["table"])
    asked = (given["answers"], given["informal_help"], given["willing_and_able"])
    scored = score(table.scoring, *asked)
    allocation = allocate(table, *asked)
    weekly = _weekly(table.money.exact_pence_per_year(scored.net)) or 0
    shares = shared(weekly, {domain.domain: domain.net for domain in scored.domains})
    return {
        "points_gross_thousandths": allocation.points_gross_thousandths,
        "points_thousandths": allocation.points_thousandths,
        "net_thousandths": [share.points_net_thousandths for share in allocation.points_explanation],
        "pence_per_week": _weekly(Fraction(allocation.pence_per_year)),
        "pence_per_week_before_help": _weekly(Fraction(allocation.pence_per_year_before_help or 0)),
        "shares_per_week": list(shares.values()),
    }


def _days(given: Given) -> Given:
    points = {kind: Fraction(value) for kind, value in given["points"].items()}
    days = [DayProfile(kind, count) for kind, count in given["days"].items()]
    weighed = weighed_days(a_table(given["table"]).money, points, days)
    assert weighed is not None
    return {
        "pence_per_week": _weekly(weighed.exact_pence_per_year),
        "average_points_thousandths": rounded_half_up(weighed.average_points * 1000),
        "pence_per_week_of_average": _weekly(weighed.exact_pence_per_year_of_average),
    }


def _flat(pence: int) -> LinearBetweenKnots:
    return LinearBetweenKnots((Knot(Fraction(0), Fraction(0)), Knot(Fraction(1), Fraction(pence))))


def _weekly(exact_pence_per_year: Fraction | None) -> int | None:
    return None if exact_pence_per_year is None else rounded_half_up(exact_pence_per_year / WEEKS_PER_YEAR)


WORKED_OUT: Mapping[str, Callable[[Given], Given]] = {
    "person": _person,
    "money": _money,
    "largest_step": _largest_step,
    "costed_line": _costed_line,
    "final_figure": _final_figure,
    "proportional": _proportional,
    "uprated": _uprated,
    "drift": _drift,
    "scored": _scored,
    "days": _days,
}
