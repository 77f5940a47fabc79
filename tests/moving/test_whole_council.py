"""A council whose people have been all the way moves with all that every service knows, beside one that is there."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from braid.command_line.demonstration import EXAMPLE_COUNCIL, example_people, make_journey
from braid.command_line.early_users import early_users, office, pay, tell_story
from braid.command_line.embedded_platform import Databases, EmbeddedPlatform
from braid.command_line.services import SERVICES
from tests.journey.conftest import RunningPlatform, until
from tests.ledger.ledger_under_test import connected
from tests.ledger.test_council_guard import url_of
from tests.moving.conftest import LIVING_THERE
from tests.moving.installations import Installation, a_ledger

#: A test machine that is busy with other things is no reason to fail.
PATIENCE_S = 150.0
#: What a council's people, plans and books are asked by.
ASKED = (
    ("practitioner", "/v1/people"),
    ("practitioner", "/v1/people/{person_id}"),
    ("practitioner", "/v1/people/{person_id}/whole-budget"),
    ("practitioner", "/v1/people/{person_id}/plans"),
    ("practitioner", "/v1/people/{person_id}/authorities"),
    ("practitioner", "/v1/people/{person_id}/carers"),
    ("finance_officer", "/v1/payment-runs?limit=100"),
    ("finance_officer", "/v1/planning-choices/approval"),
    ("auditor", "/v1/journal/proof"),
)


@asynccontextmanager
async def running(databases: Databases, keys: Path) -> AsyncIterator[RunningPlatform]:
    async with EmbeddedPlatform(databases, keys) as platform:
        yield RunningPlatform(platform)


async def live(platform: RunningPlatform) -> list[str]:
    """Somebody's journey to a budget, and an early user's to payments; the ids of both."""

    @asynccontextmanager
    async def sign_in(role: str, name: str) -> AsyncIterator[httpx.AsyncClient]:
        async with platform.desk(role, name=name) as desk:
            yield desk.client

    user = next(one for one in early_users() if "pay" in one.course)
    async with office(sign_in) as at:
        first = await make_journey(at.practitioner, example_people()[0], reference="first", patience_s=PATIENCE_S)
        story = await tell_story(at, user, reference=uuid4().hex, patience_s=PATIENCE_S)
        await pay(at, [story], patience_s=PATIENCE_S)
    return [str(first), str(story.person_id)]


async def answers(platform: RunningPlatform, people: list[str]) -> Mapping[str, Any]:
    found = {}
    for role, path in ASKED:
        async with platform.desk(role) as desk:
            for person_id in people if "{person_id}" in path else [""]:
                address = path.format(person_id=person_id)
                found[address] = (await desk.done("GET", address)).json()
    return found


async def nothing_waits(databases: Databases) -> None:
    async def is_quiet() -> bool:
        for service in SERVICES:
            async with connected(url_of(databases, service, "superuser")) as db:
                if await db.fetchval("SELECT count(*) FROM outbox WHERE published_at IS NULL"):
                    return False
        return True

    # What is told last may make somebody else tell something, in the same transaction: so it is asked twice.
    for _ in range(2):
        await until(is_quiet, patience_s=PATIENCE_S)


@pytest.mark.timeout(900)
async def test_a_council_moves_with_all_that_every_service_knows(
    source: Installation, target: Installation, tmp_path: Path
) -> None:
    async with running(source.databases, tmp_path / "keys") as platform:
        people = await live(platform)
        before = await answers(platform, people)
        await nothing_waits(source.databases)
    async with running(target.databases, tmp_path / "other-keys") as platform:
        async with platform.desk(council=LIVING_THERE) as desk:
            await desk.begin(example_people()[1])
        async with a_ledger(target, LIVING_THERE) as ledger:
            await ledger.open_fund()
        await nothing_waits(target.databases)
        others = {service: await target.rows_of(service, LIVING_THERE) for service in SERVICES}

        for service in SERVICES:
            await source.export(service, EXAMPLE_COUNCIL)
        # Where others are at work.
        for service in SERVICES:
            await target.take_in(service)

        for service in SERVICES:
            left = await source.rows_of(service, EXAMPLE_COUNCIL)
            came = await target.rows_of(service, EXAMPLE_COUNCIL)
            assert len(came.pop("access_record")) == len(left.pop("access_record")) + 1
            assert came == left, service
            assert await target.rows_of(service, LIVING_THERE) == others[service]
        assert await answers(platform, people) == before
        async with platform.desk() as desk:
            await make_journey(desk.client, example_people()[2], reference="afterwards", patience_s=PATIENCE_S)
    for council in (EXAMPLE_COUNCIL, LIVING_THERE):
        async with a_ledger(target, council) as ledger:
            assert (await ledger.proof()).holds
