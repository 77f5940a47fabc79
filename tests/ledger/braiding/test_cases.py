"""Worked examples of braiding: who pays what, what is left, what is short and why."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from braid.kit.strict_yaml import read_yaml
from services.ledger.domain.braiding.funding import fund
from services.ledger.domain.braiding.plan import Per, Plan
from services.ledger.domain.braiding.shortages import Shortage, shortages
from tests.ledger.braiding.plans import (
    FIRST,
    LAST,
    SOLVERS,
    a_fund,
    a_joint_limit,
    a_minimum,
    an_item,
    paid,
    permits,
)

CASES: list[dict[str, Any]] = read_yaml((Path(__file__).parent.parent / "cases" / "braiding.yaml").read_text())


def pence(pounds: Any) -> int:
    return int(Decimal(str(pounds)) * 100)


def days(row: Mapping[str, Any], default: tuple[date, date]) -> dict[str, date]:
    first, last = row.get("days", default)
    return {"starts_on": first, "ends_on": last}


def plan_of(case: Mapping[str, Any]) -> Plan:
    span = tuple(case.get("days", (FIRST, LAST)))
    items, funds, payers = [], [], {}
    for name, row in case["items"].items():
        given = {"cost": row[0], "by": row[1:]} if isinstance(row, list) else row
        per = Per(given.get("per", "year"))
        items.append(an_item(name, pence(given["cost"]), per=per, **days(given, span)))
        shares = {key: pence(most) for one in given["by"] if isinstance(one, dict) for key, most in one.items()}
        payers[name] = {one: None for one in given["by"] if isinstance(one, str)} | shares
    for name, row in case["funds"].items():
        given = {"limit": row[0], "rank": row[1]} if isinstance(row, list) else row
        per = Per(given.get("per", "year"))
        funds.append(a_fund(name, pence(given["limit"]), given["rank"], per=per, **days(given, span)))
    joint = minimum = None
    if row := case.get("joint"):
        joint = a_joint_limit("joint", pence(row["limit"]), *row["funds"], per=Per(row["per"]), **days({}, span))
    if row := case.get("minimum"):
        minimum = a_minimum(
            "minimum", row["before"], pence(row["limit"]), *row["from"], per=Per(row["per"]), **days({}, span)
        )
    today = [
        paid(item, source, pence(pounds), **days({}, span))
        for item, row in case.get("today", {}).items()
        for source, pounds in row.items()
    ]
    return Plan(items, funds, permits(payers), [joint] if joint else [], [minimum] if minimum else [], today)


def told(short: Shortage) -> dict[str, Any]:
    return {
        "items": [need.item_id for need in short.needs],
        "funds": list(short.fund_ids),
        "needed": short.needed_pence,
        "has": short.has_pence,
        "missing": short.missing_pence,
        "kept_out": [one.fund_id for one in short.kept_out],
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["row"])
def test_a_plan_is_paid_and_its_shortages_told(case: dict[str, Any]) -> None:
    funding = fund(plan_of(case), SOLVERS)
    found = shortages(funding, SOLVERS)

    by_pair: dict[str, dict[str, int]] = {}
    for one in funding.payments:
        row = by_pair.setdefault(one.item_id, {})
        row[one.fund_id] = row.get(one.fund_id, 0) + one.pence
    if "paid" in case:
        assert by_pair == {
            item: {source: pence(pounds) for source, pounds in row.items()} for item, row in case["paid"].items()
        }
    assert funding.left_pence == {name: pence(pounds) for name, pounds in case["left"].items()}
    money = ("needed", "has", "missing")
    assert [told(one) for one in found] == [
        {key: pence(value) if key in money else value for key, value in row.items() if key != "from"}
        for row in case["short"]
    ]
    for short, row in zip(found, case["short"], strict=True):
        assert all(need.starts_on == row.get("from", need.starts_on) for need in short.needs)


def test_the_worked_examples_are_all_there() -> None:
    assert {f"E{number}" for number in range(1, 8)} <= {case["row"] for case in CASES}
