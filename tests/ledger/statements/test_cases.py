"""The ledger's cases about statements and returns, worked out by the rules."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from services.ledger.domain import postings
from services.ledger.domain.journal import UnbalancedEntry
from services.ledger.domain.postings import Part
from services.ledger.domain.returns.funder_return import Basis, ReturnRule, differences, funder_return
from services.ledger.domain.statements.statement import statement
from tests.ledger.spending.builders import FIRST_DAY, LAST_DAY, an_id
from tests.ledger.statements.histories import (
    BUDGET,
    NAMES,
    History,
    at,
    facts_of,
    history_of,
    journal_balances,
    totals_of,
)

CASES = yaml.safe_load((Path(__file__).parent.parent / "cases" / "statements.yaml").read_text())


def a_statement(case: dict[str, Any]) -> None:
    asked, expected = case["asked"], case["expected"]
    history = history_of(case["history"])

    made = statement(BUDGET, history.entries, asked["first"], asked["last"], known_at=at(asked["known"]), names=NAMES)

    assert (made.opening_pence, made.closing_pence) == (expected["opening"], expected["closing"])
    assert [movement.text for movement in made.movements] == expected["movements"]


def a_return(case: dict[str, Any]) -> None:
    asked, expected = case["asked"], case["expected"]
    history = history_of(case["history"])
    stream, last = asked["stream"], asked["last"]
    facts = facts_of(stream, asked["first"], asked.get("ends_on", LAST_DAY), asked.get("first_ends_on"))

    made = funder_return(
        stream, ReturnRule(Basis.ACCOUNT, 3), [facts], history.entries, history.told, asked["first"], last
    )

    assert differences(totals_of(made, history.entries), journal_balances(history, stream, last)) == {}
    (line,) = made.lines
    assert line.adds_up
    assert (line.spent_pence, line.held_pence, line.closing_pence) == (
        expected["spent"],
        expected["held"],
        expected["closing"],
    )
    assert line.facts.ended_early is expected["ended_early"]
    assert line.facts.ends_on == expected.get("ends_on", line.facts.ends_on)
    assert [cost.pence for cost in line.costs] == expected["parts"]
    assert [cost.whole_pence for cost in line.costs] == expected.get("wholes", expected["parts"])
    assert line.spent_by_use == expected.get("by_use", line.spent_by_use)


def a_transfer(case: dict[str, Any]) -> None:
    asked = case["asked"]
    about = History().about(FIRST_DAY)
    giver = Part(an_id("giver"), asked["giver"], asked["pence"])
    taker = Part(an_id("taker"), asked["taker"], asked["pence"])

    if case["expected"]["refused"]:
        with pytest.raises(UnbalancedEntry):
            postings.transferred(about, giver, taker)
    else:
        assert len(postings.transferred(about, giver, taker).legs) == 2


CHECKS = {"statement": a_statement, "return": a_return, "transfer": a_transfer}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['row']} {case.get('part', '')}".strip())
def test_case(case: dict[str, Any]) -> None:
    CHECKS[case["check"]](case)
