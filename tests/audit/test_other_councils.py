"""Ids of another council are answered as if they were nobody's: not a word is shown, and not a row is changed."""

import re
from dataclasses import replace
from uuid import uuid4

import asyncpg
import httpx
import pytest

from braid.command_line.embedded_platform import Databases
from braid.command_line.services import SERVICES, definition_of
from gateway.routing import ROUTES, Row
from tests.audit.test_every_route import SIGNER, place, service_with_two_people, somebody_who_may
from tests.forgetting.marked_rows import MARK
from tests.forgetting.test_every_column import ANOTHER_COUNCIL, OTHER_MARK, everybody_in

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
#: What is written whoever asks: that they did, and their own council's keys, choices and messages.
_OF_THE_STRANGER = f"council IS DISTINCT FROM '{ANOTHER_COUNCIL}'"


async def everything(db: asyncpg.Connection, service: str) -> dict[str, str]:
    """A digest of every table's rows that are not the stranger's."""
    digests = {}
    for table in definition_of(service).metadata.sorted_tables:
        own = f"WHERE {_OF_THE_STRANGER}" if "council" in table.columns else ""
        query = f"SELECT md5(coalesce(string_agg(t::text, chr(10) ORDER BY t::text), '')) FROM \"{table.name}\" t {own}"
        digests[table.name] = await db.fetchval(query)
    return digests


async def ask(client: httpx.AsyncClient, row: Row, path: str) -> httpx.Response:
    """Ask for something as somebody of another council, whose role would do."""
    stranger = replace(somebody_who_may(row), council=ANOTHER_COUNCIL)
    headers = {
        "authorization": f"Bearer {SIGNER.sign(stranger)}",
        "idempotency-key": str(uuid4()),
        "if-match": '"1"',
    }
    if row.method == "GET":
        query = {"first": "2009-06-01", "last": "2009-06-30", "on": "2009-06-01"}
        return await client.get(path, params=query, headers=headers)
    return await client.request(row.method, path, json={"reason": "Because", "on": "2009-06-01"}, headers=headers)


def told(answer: httpx.Response) -> tuple[int, str]:
    """What an answer tells, whichever ids are in it."""
    return answer.status_code, _ID.sub("", answer.text)


@pytest.mark.parametrize("service", SERVICES)
async def test_ids_of_another_council_show_and_change_nothing(databases: Databases, service: str) -> None:
    wrong = []
    async with service_with_two_people(databases, service) as client, everybody_in(databases, service) as everybody:
        before = await everything(everybody, service)
        for row in (row for row in ROUTES if row.service == service):
            answer = await ask(client, row, place(row))
            of_nobody = await ask(client, row, _ID.sub(lambda _: str(uuid4()), place(row)))
            shows = MARK in answer.text or OTHER_MARK in answer.text
            if shows or answer.status_code >= 500 or told(answer) != told(of_nobody):
                wrong.append(f"{row.method} {row.path}: {answer.status_code} {answer.text[:200]}")
        after = await everything(everybody, service)

    assert not wrong, "\n".join(wrong)
    assert after == before
