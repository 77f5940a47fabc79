"""Case rows of points, sums, help, days and costed lines."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest

from services.assessment.questionnaire_files import released_questionnaire
from services.ras.domain.allocation import allocate
from services.ras.domain.costed_lines import SupportNeed, costed_line
from services.ras.domain.good_and_bad_days import DayProfile, weighed_days
from services.ras.domain.packages import PackageLine, Unit
from services.ras.domain.points import score
from services.ras.domain.sums import WEEKS_PER_YEAR, rounded_half_up, shared
from services.ras.domain.tables import Knot, LinearBetweenKnots, PricePerPoint
from services.ras.table_files import TableRefused, read_table
from tests.assessment import people
from tests.ras.material import QUESTIONNAIRES, a_table, table_text

Given = Mapping[str, Any]


def person(given: Given) -> Given:
    agreed = people.read(given["name"]).assessed(released_questionnaire("example-council", 2))
    support = [SupportNeed(line.code, line.text, line.minutes_per_day) for line in agreed.specialist_support]
    table = a_table("example-council")
    allocation = allocate(table, agreed.answers, agreed.informal_help, agreed.carer_willing_and_able, support)
    return {
        "points_thousandths": allocation.points_thousandths,
        "pence_per_year": allocation.pence_per_year,
        "pence_per_week": weekly(Fraction(allocation.pence_per_year)),
        "lines": {line.code: line.pence_per_year for line in allocation.lines},
    }


def money(given: Given) -> Given:
    exact = [a_table(given["table"]).money.exact_pence_per_year(Fraction(points)) for points in given["points"]]
    return {
        "pence_per_year": [None if sum_ is None else rounded_half_up(sum_) for sum_ in exact],
        "pence_per_week": [weekly(sum_) for sum_ in exact],
    }


def largest_step(given: Given) -> Given:
    money = a_table(given["table"]).money
    sums = [money.exact_pence_per_year(Fraction(points)) or Fraction(0) for points in range(given["points_max"] + 1)]
    step, points = max((after - before, at) for at, (before, after) in enumerate(pairwise(sums), 1))
    return {"pence_per_year": step, "at_points": points}


def costed_line_(given: Given) -> Given:
    need = SupportNeed(given["code"], "Support", given["minutes_per_day"])
    line = costed_line(need, a_table("example-council").rate_card)
    assert line is not None
    return {"pence_per_year": line.pence_per_year}


def proportional(given: Given) -> Given:
    points = [Fraction(value) for value in given["points"]]
    prices = [Fraction(pence) / at for pence, at in zip(given["pence_per_week"], points, strict=True)]
    tables = [PricePerPoint(price * WEEKS_PER_YEAR, max(points)) for price in prices]
    fits = [[weekly(table.exact_pence_per_year(at)) for at in points] == given["pence_per_week"] for table in tables]
    return {"prices": [f"{float(price / 100):.4f}" for price in prices], "fits_both": any(fits)}


def uprated(given: Given) -> Given:
    uprated = [_flat(pence).uprated(Fraction(given["factor"])) for pence in given["pence"]]
    return {"pence": [rounded_half_up(table.knots[-1].pence_per_year) for table in uprated]}


def drift(given: Given) -> Given:
    factor = Fraction(given["factor"])
    drifts = [
        abs(rounded_half_up(pence * factor) * WEEKS_PER_YEAR - pence * WEEKS_PER_YEAR * factor)
        for pence in given["pence_per_week"]
    ]
    assert max(drifts) > 0, "rounding twice does drift, which is why the tables do not"
    return {"within_pence_per_year": 52 if max(drifts) <= 52 else max(drifts)}


def scored(given: Given) -> Given:
    table = a_table(given["table"])
    asked = (given["answers"], given["informal_help"], given["willing_and_able"])
    scored = score(table.scoring, *asked)
    allocation = allocate(table, *asked)
    whole = weekly(table.money.exact_pence_per_year(scored.net)) or 0
    shares = shared(whole, {domain.domain: domain.net for domain in scored.domains})
    return {
        "points_gross_thousandths": allocation.points_gross_thousandths,
        "points_thousandths": allocation.points_thousandths,
        "net_thousandths": [share.points_net_thousandths for share in allocation.points_explanation],
        "pence_per_week": weekly(Fraction(allocation.pence_per_year)),
        "pence_per_week_before_help": weekly(Fraction(allocation.pence_per_year_before_help or 0)),
        "shares_per_week": list(shares.values()),
    }


def days(given: Given) -> Given:
    points = {kind: Fraction(value) for kind, value in given["points"].items()}
    days = [DayProfile(kind, count) for kind, count in given["days"].items()]
    money = a_table(given["table"]).money
    weighed = weighed_days(money, points, days)
    assert weighed is not None
    return {
        "pence_per_week": weekly(weighed.exact_pence_per_year),
        "average_points_thousandths": rounded_half_up(weighed.average_points * 1000),
        "pence_per_week_of_average": weekly(money.exact_pence_per_year(weighed.average_points)),
    }


def _flat(pence: int) -> LinearBetweenKnots:
    return LinearBetweenKnots((Knot(Fraction(0), Fraction(0)), Knot(Fraction(1), Fraction(pence))))


def weekly(exact_pence_per_year: Fraction | None) -> int | None:
    return None if exact_pence_per_year is None else rounded_half_up(exact_pence_per_year / WEEKS_PER_YEAR)


def package(given: Given) -> Given:
    """A package by the week: each line exact, rounded once at the end."""
    lines = [
        PackageLine(line["text"], Fraction(str(line["units"])), Unit(line["unit"]), Fraction(line["pence"]))
        for line in given["lines"]
    ]
    exact = [line.exact_pence_per_week for line in lines]
    return {
        "lines_per_week": [rounded_half_up(sum_) for sum_ in exact],
        "pence_per_week": rounded_half_up(sum(exact, Fraction(0))),
    }


def refused_table(given: Given) -> Given:
    """A table file that must be refused, with the reason."""
    text, questions = table_text(given["table"]), dict(QUESTIONNAIRES)
    if "add" in given:
        text += given["add"]
    for before, after in given.get("question", {}).items():
        text = text.replace(before, after)
        questions = {path: asked.replace(before, after) for path, asked in questions.items()}
    with pytest.raises(TableRefused) as refused:
        read_table(text, questions, given["table"])
    return {"refused_because": given["words"] if given["words"] in str(refused.value) else str(refused.value)}


KINDS: Mapping[str, Callable[[Given], Given]] = {
    "person": person,
    "money": money,
    "largest_step": largest_step,
    "costed_line": costed_line_,
    "proportional": proportional,
    "uprated": uprated,
    "drift": drift,
    "scored": scored,
    "days": days,
    "package": package,
    "refused_table": refused_table,
}
