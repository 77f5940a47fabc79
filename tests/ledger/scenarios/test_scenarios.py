"""Stories of other ledgers, each over the model, the posting function and the API: all three tell the same."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from braid.kit.strict_yaml import read_yaml
from tests.ledger.scenarios.journal import ByHttp, BySql, Journal
from tests.ledger.scenarios.model import Model
from tests.ledger.scenarios.sending import moves
from tests.ledger.spending.desk import Desk

Given = Mapping[str, Any]
CASES: list[Given] = read_yaml((Path(__file__).parent.parent / "cases" / "ledger.yaml").read_text())
TODAY = date(2009, 6, 1)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["row"])
async def test_the_story_comes_out_so_in_the_model(case: Given) -> None:
    await play(case, Model(case["accounts"], TODAY))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["row"])
async def test_the_story_comes_out_so_by_the_posting_function(case: Given, desk: Desk) -> None:
    journal = Journal(case["accounts"], TODAY, desk, BySql(desk))
    await journal.begin()

    await play(case, journal)

    assert (await desk.ledger.proof()).holds


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["row"])
async def test_the_story_comes_out_so_over_http(case: Given, desk: Desk) -> None:
    journal = Journal(case["accounts"], TODAY, desk, ByHttp(desk))
    await journal.begin()

    await play(case, journal)


async def play(case: Given, books: Model | Journal) -> None:
    for step in case["steps"]:
        told = await VERBS[step["do"]](books, step, case)
        assert told == step.get("told", "ok"), step
    posted = {name: await books.posted(name) for name in case["balances"]}
    assert posted == case["balances"]
    reserved = {name: await books.reserved(name) for name in case["balances"]}
    assert reserved == dict.fromkeys(case["balances"], 0) | case.get("reserved", {})
    for asked in case.get("as_of", ()):
        assert await books.posted(asked["account"], _day(asked["dated"])) == asked["posted"], asked


async def _transfer(books: Model | Journal, step: Given, _case: Given) -> str:
    return await books.transfer(str(step["id"]), [(step["from"], step["to"], step["pence"])], _day(step.get("dated")))


async def _transaction(books: Model | Journal, step: Given, _case: Given) -> str:
    return await books.transfer(str(step["id"]), [tuple(leg) for leg in step["legs"]], None)


async def _send(books: Model | Journal, step: Given, case: Given) -> str:
    has = {name: await books.posted(name) if "floor" in case["accounts"][name] else None for name in step["sources"]}
    return await books.transfer(str(step["id"]), moves(step["pence"], step["sources"], step["shares"], has), None)


async def _reserve(books: Model | Journal, step: Given, _case: Given) -> str:
    return await books.reserve(str(step["id"]), step["from"], step["to"], step["pence"], step.get("days"))


async def _post(books: Model | Journal, step: Given, _case: Given) -> str:
    return await books.post(str(step["id"]), str(step["of"]), step.get("pence"))


async def _void(books: Model | Journal, step: Given, _case: Given) -> str:
    return await books.void(str(step["id"]), str(step["of"]))


async def _reverse(books: Model | Journal, step: Given, _case: Given) -> str:
    return await books.reverse(str(step["id"]), str(step["of"]), _day(step.get("dated")))


async def _tick(books: Model | Journal, _step: Given, _case: Given) -> str:
    await books.tick()
    return "ok"


async def _lock(books: Model | Journal, step: Given, _case: Given) -> str:
    until = _day(step["until"])
    assert until
    await books.lock(until)
    return "ok"


async def _close(books: Model | Journal, step: Given, _case: Given) -> str:
    await books.close(step["account"], step["do"] == "close")
    return "ok"


async def _balance(books: Model | Journal, step: Given, _case: Given) -> str:
    assert (await books.posted(step["of"]), await books.reserved(step["of"])) == (step["posted"], step["reserved"])
    return "ok"


VERBS = {
    "transfer": _transfer,
    "transaction": _transaction,
    "send": _send,
    "reserve": _reserve,
    "post": _post,
    "void": _void,
    "reverse": _reverse,
    "tick": _tick,
    "lock": _lock,
    "close": _close,
    "open": _close,
    "balance": _balance,
}


def _day(said: Any) -> date | None:
    return said if said is None or isinstance(said, date) else date.fromisoformat(said)
