"""The day's calls of a council's own system, by the command, on a real gateway with its issuer, at a real address."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from typer.testing import CliRunner, Result

from braid.command_line.daily_calls import AWAY, REFUSED
from braid.command_line.demonstration import EXAMPLE_COUNCIL, example_people, make_journey, signed_in
from braid.command_line.embedded_platform import Databases, EmbeddedPlatform
from braid.command_line.main import app
from braid.kit.processes import http_server
from braid.kit.settings import HttpSettings
from gateway.development_issuer import ISSUER, SYSTEM
from gateway.discovery import WELL_KNOWN

pytestmark = pytest.mark.xdist_group("daily_calls")


@dataclass(frozen=True)
class Place:
    """A platform at a real address."""

    url: str
    keys: Path

    @property
    def settings(self) -> dict[str, str]:
        """With what the example council's system reaches it."""
        return {
            "CLOCK_COUNCIL": EXAMPLE_COUNCIL,
            "CLOCK_GATEWAY": self.url,
            "CLOCK_ISSUER": ISSUER,
            "CLOCK_DISCOVERY_URL": f"{self.url}/development{WELL_KNOWN}",
            "CLOCK_CLIENT_ID": SYSTEM,
            "CLOCK_CLIENT_KEY_FILE": str(self.keys / f"{SYSTEM}-private.pem"),
            "CLOCK_CLIENT_KEY_ID": json.loads((self.keys / f"{SYSTEM}-public.jwks.json").read_text())["keys"][0]["kid"],
        }


@pytest.fixture
async def place(databases: Databases, tmp_path: Path) -> AsyncIterator[Place]:
    """The whole platform behind one port, its issuer among it."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        url = f"http://127.0.0.1:{door.getsockname()[1]}"
        async with EmbeddedPlatform(databases, keys=tmp_path / "keys", url=url) as platform, served(platform, door):
            yield Place(url, platform.keys)


@asynccontextmanager
async def served(platform: EmbeddedPlatform, door: socket.socket) -> AsyncIterator[None]:
    """The gateway at a socket."""
    server = http_server(platform.gateway, HttpSettings(port=0))
    server.config.lifespan = "off"
    serving = asyncio.create_task(server.serve(sockets=[door]))
    try:
        while not server.started:
            await asyncio.sleep(0.02)
        yield
    finally:
        server.should_exit = True
        await serving


async def call(environment: Mapping[str, str], *arguments: str) -> Result:
    """Run the command, which has an event loop of its own."""
    command = ["clock", "daily", *arguments]
    return await asyncio.to_thread(CliRunner().invoke, app, command, env=dict(environment))


def lines_of(result: Result) -> list[str]:
    """What the command told, without the log of the gateway, which runs in this process too."""
    return [line for line in result.output.splitlines() if not line.startswith("[")]


async def asked(client: httpx.AsyncClient, method: str, path: str, body: Any = None) -> Any:
    """What the gateway answers to a request that must succeed."""
    answer = await client.request(method, path, json=body, headers={"idempotency-key": str(uuid4())})
    assert answer.is_success, answer.text
    return answer.json()


async def held_for_a_month(client: httpx.AsyncClient) -> str:
    """A person with a budget, of which some is held until the end of June 2009; the path of what is held."""
    person = next(person for person in example_people() if "three-streams" in person.reference)
    person_id = await make_journey(client, person, reference=uuid4().hex, patience_s=150)
    item = {
        "item_id": str(uuid4()),
        "text": "Personal care",
        "use": "care.personal",
        "pence": 24_000,
        "cadence": "one_off",
        "relation": "not_related",
        "starts_on": "2009-06-08",
        "ends_on": "2009-06-28",
    }
    commitments = f"/v1/people/{person_id}/budget/commitments"
    placed = await asked(client, "POST", commitments, {"item": item, "expires_on": "2009-06-30"})
    return f"{commitments}/{placed['commitment_id']}"


async def test_the_day_lets_go_of_what_ran_out_and_looks_at_every_budget_once(place: Place) -> None:
    async with signed_in(place.url, "practitioner") as client:
        commitment = await held_for_a_month(client)
        early = await call(place.settings, "--on", "2009-06-30")
        still = await asked(client, "GET", commitment)
        first, again = [await call(place.settings, "--on", "2009-08-03") for _ in range(2)]
        after = await asked(client, "GET", commitment)
        alerts = (await asked(client, "GET", "/v1/budget-alerts"))["alerts"]

    assert (early.exit_code, first.exit_code, again.exit_code) == (0, 0, 0), early.output + first.output
    assert (still["held_pence"], after["held_pence"]) == (24_000, 0)
    assert lines_of(first) == [
        f"{EXAMPLE_COUNCIL}, 03 August 2009: commitments that had run out: 1, with £240.00 that is free again",
        f"{EXAMPLE_COUNCIL}, 03 August 2009: budgets looked at: 1",
        f"{EXAMPLE_COUNCIL}, 03 August 2009: weeks of budgets whose spending was told: 0",
        f"{EXAMPLE_COUNCIL}, 03 August 2009: budgets of erased people whose words are gone now: 0, and still kept: 0",
        f"{EXAMPLE_COUNCIL}, 03 August 2009: returns whose files are discarded now: 0",
    ]
    assert lines_of(again) == lines_of(first)
    assert len(alerts) == len({(alert["kind"], alert["about"]) for alert in alerts}) > 0


async def test_a_client_of_another_council_does_nothing(place: Place) -> None:
    result = await call(place.settings | {"CLOCK_COUNCIL": "E10000003"})

    assert result.exit_code == REFUSED
    assert lines_of(result) == [
        f"E10000003: The issuer's token is for {EXAMPLE_COUNCIL}, and this is to be done for E10000003."
    ]


async def test_a_client_that_the_issuer_does_not_know_is_told_so(place: Place) -> None:
    result = await call(place.settings | {"CLOCK_CLIENT_ID": "somebody"})

    assert result.exit_code == REFUSED
    assert lines_of(result) == [f"{EXAMPLE_COUNCIL}: The issuer gives the client somebody no token: invalid_client."]


@pytest.mark.parametrize("setting", ["CLOCK_DISCOVERY_URL", "CLOCK_GATEWAY"])
async def test_what_is_away_is_named_with_an_exit_code_of_its_own(
    place: Place, setting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("braid.command_line.system_client.WAIT_S", 0)
    with socket.create_server(("127.0.0.1", 0)) as closed:
        nowhere = f"http://127.0.0.1:{closed.getsockname()[1]}"
    away = {"CLOCK_DISCOVERY_URL": f"The issuer {ISSUER}", "CLOCK_GATEWAY": f"The gateway {nowhere}"}

    result = await call(place.settings | {setting: nowhere})

    assert result.exit_code == AWAY
    told = f"{EXAMPLE_COUNCIL}: {away[setting]} cannot be reached. Nothing is done twice: run this again."
    assert lines_of(result) == [told]


async def test_a_day_to_come_is_refused(place: Place) -> None:
    result = await call(place.settings, "--on", "2999-01-01")

    assert result.exit_code == 2
    assert "still to come" in result.output


async def test_a_key_or_a_secret_is_needed_and_not_both(place: Place) -> None:
    both = await call(place.settings | {"CLOCK_CLIENT_SECRET": "x"})
    unreadable = await call(place.settings | {"CLOCK_CLIENT_KEY_FILE": str(place.keys / "none.pem")})

    assert "either CLIENT_KEY_FILE or CLIENT_SECRET" in both.output
    assert (unreadable.exit_code, "The client's key cannot be read" in unreadable.output) == (REFUSED, True)
