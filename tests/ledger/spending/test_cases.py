"""The ledger's cases about spending, worked out by the rules."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.ledger.domain.chart_of_accounts import Account
from services.ledger.domain.spending.attribution import (
    Attribution,
    DrawnPart,
    attribute,
    given_back,
    in_order_given,
)
from services.ledger.domain.spending.queries import OWNERS, QueryKind
from tests.ledger.spending.builders import a_room, an_id

CASES = yaml.safe_load((Path(__file__).parent.parent / "cases" / "spending.yaml").read_text())


def by_stream(attribution: Attribution) -> dict[str, int]:
    pence: Counter[str] = Counter()
    for part in attribution.parts:
        pence[part.stream] += part.pence
    return dict(pence)


def refund(inputs: Any, expected: Any) -> None:
    drawn = [
        DrawnPart(an_id(stream), stream, Account.FUND_ADVANCED, pence) for stream, pence in inputs["spent"].items()
    ]

    back = given_back(inputs["refund"], drawn)

    assert (by_stream(back), back.left_pence) == (expected["back"], expected["asked"])


def spend(inputs: Any, expected: Any) -> None:
    rooms = [a_room(**fund) for fund in inputs["funds"]]

    attribution = attribute(inputs["pence"], inputs["day"], rooms, in_order_given)

    assert (by_stream(attribution), attribution.left_pence) == (expected["paid"], expected["asked"])
    if expected["asked"]:
        assert attribution.obstacle is not None
        kind = QueryKind(attribution.obstacle.value)
        assert (kind.value, OWNERS[kind].value) == (expected["kind"], expected["owner"])
        assert all(attribution.reasons)
    if "drawn" in expected:
        drawn: Counter[str] = Counter()
        for part in attribution.parts:
            drawn[part.account.value] += part.pence
        assert dict(drawn) == expected["drawn"]


CHECKS = {"refund": refund, "spend": spend}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['row']} {case.get('part', '')}".strip())
def test_case(case: dict[str, Any]) -> None:
    CHECKS[case["check"]](case["inputs"], case["expected"])
