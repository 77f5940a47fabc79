"""Two American schemes as tables of ours: their rules are published whole, and share nothing with a points table.

Florida's is the square of a sum whose coefficients hang on where somebody lives; Washington's are hours that count only
at some frequencies, and levels that one critical answer lifts. Sums are in cents where ours are in pence. Answers that
no case needs are left out.
"""

from collections.abc import Mapping
from typing import Any

import yaml

SOURCE = {"kind": "published", "title": "Florida Administrative Code 65G-4.0214, iBudget, model 5b"}
WAC = {"kind": "published", "title": "Washington Administrative Code 388-828 and 388-845"}

ITEMS = {
    "q16": "2.4984", "q18": "5.8537", "q20": "2.6772", "q21": "2.7878", "q23": "6.3555",
    "q28": "2.2803", "q33": "1.2233", "q34": "2.1764", "q36": "2.6734", "q43": "1.9304",
}  # fmt: skip
SETTINGS = {
    "fh": 0, "ilsl": "35.8220", "rh1": "90.6294", "rh2": "131.7576", "rh3": "209.4558", "rh4": "267.0995",
}  # fmt: skip
AGES = {"under_21": 0, "from_21_to_30": "47.8473", "from_31": "48.9634"}
FUNCTION_SUMS, BEHAVIOUR_SUMS = (0, 20, 30, 44), (0, 6, 10, 18, 24)

#: Which frequencies count in which chart of critical hours (WAC 388-828-9660, -9670, -9680).
CHARTS: Mapping[str, Mapping[str, tuple[int, ...]]] = {
    "daily": {"a2": (4,), "a4": (4,), "a3": (3, 4)},
    "mid": {
        **dict.fromkeys(("a2", "a4", "a6", "a8", "a9", "e1"), (2,)),
        **dict.fromkeys(("a5", "b7"), (2, 3)),
        **dict.fromkeys(("a3", "b2"), (2, 3, 4)),
    },
    "weekly": dict.fromkeys(("a7", "b5", "b6", "f2", "f8", "g7"), (2, 3, 4)),
}
HOURS = {"t0": 0, "t1": "0.25", "t2": 1, "t3": 3, "t4": 5}
CRITICAL = {"item_type": ["t3", "t4"], "item_frequency": ["f3", "f4"]}
#: Responses of WAC 388-828-9235 that count one point each; the other four count none.
COUNTED = (1, 2, 4, 5, 6, 7, 8, 9)


def texts() -> dict[str, tuple[str, str]]:
    """By table id, the table's file and its questionnaire's."""
    tables = {"florida": florida(), "washington-levels": levels(), "washington-responses": responses()}
    tables |= {"washington-family": family()} | {f"washington-{chart}": hours(chart) for chart in CHARTS}
    return {table_id: (_file(table_id, *parts), _questions(table_id, parts[0])) for table_id, parts in tables.items()}


Parts = tuple[dict[str, dict[str, Any]], dict[str, Any], dict[str, Any]]


def florida() -> Parts:
    points: dict[str, dict[str, Any]] = {"setting": dict(SETTINGS), "age": dict(AGES)}
    points["fsum"] = {f"n{value}": value for value in FUNCTION_SUMS}
    points["bsum"] = {f"n{value}": value for value in BEHAVIOUR_SUMS}
    for item, coefficient in ITEMS.items():
        points[item] = {f"n{value}": f"{value * int(coefficient.replace('.', ''))}/10000" for value in range(5)}
    weights = {
        "fsum": [
            {"factor": "0.6349", "where": {"setting": ["fh"]}},
            {"factor": "2.0529", "where": {"setting": ["ilsl"]}},
        ],
        "bsum": [{"factor": "0.4954"}, {"factor": "1.4501", "where": {"setting": ["ilsl"]}}],
    }
    money = {"kind": "square_of_a_sum", "base": "27.5720", "points_max": 1000, "source": SOURCE}
    return points, {"weights": weights, "no_order": ["setting"]}, money


def hours(chart: str) -> Parts:
    points: dict[str, dict[str, Any]] = {}
    weights = {}
    for item, frequencies in CHARTS[chart].items():
        points[f"{item}_frequency"] = {f"f{value}": 0 for value in range(5)}
        points[f"{item}_type"] = {f"k{value}": 0 for value in range(5)}
        points[f"{item}_time"] = dict(HOURS)
        counts = {f"{item}_frequency": [f"f{value}" for value in frequencies]}
        weights[f"{item}_time"] = [{"factor": 1, "where": counts | {f"{item}_type": ["k1", "k2", "k3", "k4"]}}]
    # What an hour costs is not in the rule: ten dollars here.
    money = {"kind": "price_per_point", "pence_per_point_per_week": 1000, "points_max": 168, "source": WAC}
    return points, {"weights": weights, "no_order": [name for name in points if name.endswith("_frequency")]}, money


def levels() -> Parts:
    points = {
        "interpersonal": {f"n{value}": value for value in (0, 1, 19, 20, 55, 56)},
        "item_type": {f"t{value}": 0 for value in range(5)},
        "item_frequency": {f"f{value}": 0 for value in range(5)},
    }
    least = [{"points": 20, "where": CRITICAL, "text": "An item has a type and a frequency of 3 or 4"}]
    # What a level is worth is not in the rule: its number stands for it, in cents.
    starts = [(0, 0), (1, 19), (20, 55), (56, 200)]
    bands = [
        {"points_from": first, "points_to": last, "pence_per_year": level, "source": WAC}
        for level, (first, last) in enumerate(starts)
    ]
    return points, {"least_scores": least}, {"kind": "bands", "bands": bands}


def responses() -> Parts:
    points = {"responses": {f"r{number}": int(number in COUNTED) for number in range(1, 13)}}
    money = {"kind": "price_per_point", "pence_per_point_per_week": 1, "points_max": 8, "source": WAC}
    return points, {"counting": {"responses": "add"}}, money


def family() -> Parts:
    points = {"level": {f"level_{level}": level for level in range(1, 5)}}
    sums = (0, 120_000, 180_000, 240_000, 360_000)
    bands = [
        {"points_from": level, "points_to": level, "pence_per_year": cents, "source": WAC}
        for level, cents in enumerate(sums)
    ]
    return points, {}, {"kind": "bands", "bands": bands}


def _questions(table_id: str, points: dict[str, dict[str, Any]]) -> str:
    questions = [
        {
            "id": question,
            "label": question,
            "domain": "needs" if question not in ("setting", "age") else question,
            "several": question == "responses",
            "choices": {code: code for code in by_choice},
        }
        for question, by_choice in points.items()
    ]
    domains = {entry["domain"]: str(entry["domain"]).title() for entry in questions}
    return yaml.safe_dump(
        {"id": table_id, "version": 1, "domains": domains, "questions": questions}, sort_keys=False, width=1000
    )


def _file(table_id: str, points: dict[str, Any], counting: dict[str, Any], money: dict[str, Any]) -> str:
    return yaml.safe_dump(
        {
            "id": table_id,
            "version": 1,
            "title": f"{table_id}, a published American rule",
            "council": "E10009998",
            "user_group": "all",
            "in_force_from": "2009-04-01",
            "statement": "An American rule, for tests: its sums are dollars.",
            "questionnaire": {"id": table_id, "version": 1},
            "points": {"source": WAC, "by_question": points, **counting},
            "informal_help": {"source": WAC, "multipliers": {"none": "1", "some": "1", "most": "1", "all": "1"}},
            "money": money,
            "rate_card": {"days_per_week": 7, "weeks_per_year": 52, "round_to": "pence", "rates": {}},
        },
        sort_keys=False,
    ).replace("'2009-04-01'", "2009-04-01")
