"""Single posts over HTTP in a process that gathers them: whoever comes at the same moment goes along."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest

from braid.kit.identity import create_keys, internal_signer, internal_verifier
from braid.kit.service import build_api
from services.ledger.domain.chart_of_accounts import Account
from tests.ledger.api.entries_asked import a_spend
from tests.ledger.ledger_under_test import LedgerUnderTest, connected
from tests.ledger.spending.desk import Desk


@pytest.fixture
async def serving(ledger: LedgerUnderTest, tmp_path: Path) -> AsyncIterator[Desk]:
    """The API as a process serves it."""
    create_keys(tmp_path, "internal")
    app = build_api(ledger.runtime, verifier=internal_verifier(tmp_path / "internal-public.jwks.json"))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://ledger") as client,
    ):
        yield Desk(client, internal_signer(tmp_path / "internal-private.pem"), ledger)


async def blocks(desk: Desk) -> int:
    async with connected(desk.ledger.url("superuser")) as db:
        return int(await db.fetchval("SELECT count(*) FROM journal_block WHERE council = $1", desk.ledger.council))


async def test_many_callers_at_once_are_posted_together_and_each_has_its_own_answer(serving: Desk) -> None:
    fund = await serving.award(pence=30)
    before = await blocks(serving)

    entries = [a_spend(serving, fund, 1) for _ in range(40)]
    answers = await asyncio.gather(*(serving.ask("POST", "/v1/entries", entry) for entry in entries))

    assert sorted(answer.status_code for answer in answers) == [201] * 30 + [409] * 10
    posted = {answer.json()["entry_id"] for answer in answers if answer.status_code == 201}
    assert posted <= {entry["entry_id"] for entry in entries}
    assert len({answer.json()["sequence"] for answer in answers if answer.status_code == 201}) == 30
    assert await blocks(serving) - before < 30
    assert await serving.balance(fund, Account.FUND_AVAILABLE) == 0


async def test_the_same_entry_from_many_callers_at_once_is_posted_once(serving: Desk) -> None:
    fund = await serving.award(pence=30)
    entry = a_spend(serving, fund, 1)

    answers = await asyncio.gather(*(serving.ask("POST", "/v1/entries", entry) for _ in range(8)))

    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    assert await serving.balance(fund, Account.FUND_PAID) == 1


async def test_another_council_posts_nothing_to_a_fund_here_either(serving: Desk) -> None:
    fund = await serving.award(pence=30)
    body = a_spend(serving, fund, 1)

    answers = await asyncio.gather(
        serving.ask("POST", "/v1/entries", body, council="E10009998"),
        serving.ask("POST", "/v1/entries", a_spend(serving, fund, 2, entry_id=str(uuid4()))),
    )

    assert [answer.status_code for answer in answers] == [409, 201]
    assert await serving.balance(fund, Account.FUND_PAID) == 2


async def recorded(desk: Desk) -> list[tuple[int, UUID | None, bool]]:
    """Of each record of somebody who posted an entry: the status, whose record, and whether an entry came with it."""
    query = (
        "SELECT status, person_id, transaction IN (SELECT xmin::text FROM journal_entry) AS with_entry"
        " FROM (SELECT *, xmin::text AS transaction FROM access_record) AS record"
        " WHERE council = $1 AND route = '/v1/entries' ORDER BY status"
    )
    async with connected(desk.ledger.url("superuser")) as db:
        return [tuple(row) for row in await db.fetch(query, desk.ledger.council)]


async def test_who_asked_is_recorded_in_the_transaction_of_what_came_of_it(serving: Desk) -> None:
    fund = await serving.award(pence=30)
    entries = [a_spend(serving, fund, 1) for _ in range(40)]
    await asyncio.gather(*(serving.ask("POST", "/v1/entries", entry) for entry in entries))
    await serving.ask("POST", "/v1/entries", a_spend(serving, fund, 31))

    found = await recorded(serving)

    assert [status for status, *_ in found] == [201] * 30 + [409] * 11
    assert {whose for _, whose, _ in found} == {serving.person}
    assert all(with_entry for status, _, with_entry in found if status == 201)


async def test_an_entry_that_was_posted_before_is_recorded_as_shown_again(serving: Desk) -> None:
    fund = await serving.award(pence=30)
    entry = a_spend(serving, fund, 1)

    for _ in range(2):
        await serving.ask("POST", "/v1/entries", entry)

    assert [(status, whose) for status, whose, _ in await recorded(serving)] == [
        (200, serving.person),
        (201, serving.person),
    ]


async def test_an_entry_is_not_posted_where_who_asked_cannot_be_recorded(serving: Desk) -> None:
    fund = await serving.award(pence=30)

    answers = await asyncio.gather(
        *(serving.ask("POST", "/v1/entries", a_spend(serving, fund, 1), by="nobody\0") for _ in range(3)),
        *(serving.ask("POST", "/v1/entries", a_spend(serving, fund, 1)) for _ in range(3)),
        return_exceptions=True,
    )

    taken = [one for one in answers if isinstance(one, httpx.Response) and one.status_code == 201]
    assert len(taken) == 3
    assert await serving.balance(fund, Account.FUND_PAID) == 3
