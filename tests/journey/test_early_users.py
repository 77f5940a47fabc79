"""The fourteen early users through the gateway: each story ends as it did, and what would have helped is there."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import httpx
import pytest

from braid.command_line.demonstration import EXAMPLE_COUNCIL
from braid.command_line.early_users import EarlyUser, Office, early_users, office, pay, tell_story
from tests.journey.conftest import RunningPlatform

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("early_users")]

#: A test machine that is busy with other things is no reason to fail.
PATIENCE_S = 150.0


@asynccontextmanager
async def at_the_office(running: RunningPlatform) -> AsyncIterator[Office]:
    """The example council's office over the gateway of a running platform."""

    @asynccontextmanager
    async def sign_in(role: str, name: str) -> AsyncIterator[httpx.AsyncClient]:
        transport = httpx.ASGITransport(running.platform.gateway)
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway", timeout=60) as client:
            who = {"council": EXAMPLE_COUNCIL, "role": role, "name": name}
            token = (await client.post("/development/tokens", json=who)).json()["access_token"]
            client.headers["authorization"] = f"Bearer {token}"
            yield client

    async with office(sign_in) as at:
        yield at


@pytest.mark.parametrize("user", early_users(), ids=lambda user: f"row-{user.row}")
async def test_an_early_users_story_ends_as_it_did(running: RunningPlatform, user: EarlyUser) -> None:
    async with at_the_office(running) as at:
        story = await tell_story(at, user, reference=uuid4().hex, patience_s=PATIENCE_S)
        await pay(at, [story], patience_s=PATIENCE_S)

    assert story.progress["stage"] == user.ends
    assert story.first_problem is ("first_problem" in user.told)
    assert set(user.told.get("expects_streams", [])) <= story.streams
    assert set(user.told.get("still_to_sign", [])) <= set(story.still_to_sign)
    assert {"published", "ours"} <= user.told.keys()


async def test_the_fourteen_are_counted_as_they_were() -> None:
    users = early_users()
    ends = [user.ends for user in users]

    assert [user.row for user in users] == list(range(1, 15))
    assert ends.count("in_receipt") == 7
    assert ends.count("withdrawn") == 1
    assert sum(1 for user in users if user.told["had_direct_payments"]) == 6
