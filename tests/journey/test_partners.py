"""An agency confirms an award over the gateway, and the money is in the journal; whoever subscribed is told."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from standardwebhooks import Webhook
from typer.testing import CliRunner

from braid.command_line.demonstration import EXAMPLE_COUNCIL, example_people, make_journey
from braid.command_line.main import app
from braid.kit.identity import Principal, Role
from braid.kit.processes import http_server
from braid.kit.settings import HttpSettings
from gateway.development_issuer import DevelopmentIssuer
from tests.journey.conftest import Desk, RunningPlatform, until
from tests.webhooks.receiver import Receiver

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("partners")]

AGENCY, ILF = "independent-living-fund", "independent_living_fund"


@asynccontextmanager
async def served(running: RunningPlatform) -> AsyncIterator[str]:
    """The gateway at a real address, since the command speaks HTTP."""
    server = http_server(running.platform.gateway, HttpSettings(port=0))
    server.config.lifespan = "off"
    serving = asyncio.create_task(server.serve())
    try:
        while not server.started:
            await asyncio.sleep(0.02)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving


async def test_money_that_the_trustees_confirm_is_posted(running: RunningPlatform, desk: Desk, tmp_path: Path) -> None:
    person = next(person for person in example_people() if "three-streams" in person.reference)
    person_id = await make_journey(desk.client, person, reference=uuid4().hex, patience_s=150)
    before = await fund_of(desk, str(person_id))
    file = tmp_path / "decision.json"
    file.write_text(json.dumps(decision(str(person_id), before)))
    trustees = Principal("trustees", EXAMPLE_COUNCIL, frozenset({Role.PARTNER}), agency=AGENCY)
    issuer = DevelopmentIssuer(running.platform.keys / "development-private.pem", "test")

    async with served(running) as url:
        arguments = ["partner", "publish", str(file), "--url", url, "--token", issuer.token(trustees)]
        answer = await asyncio.to_thread(CliRunner().invoke, app, arguments)

    assert answer.exit_code == 0, answer.output
    # What the gateway logs meanwhile is printed as well.
    assert '"rests_on": "ILF-7"' in answer.output

    async def is_confirmed() -> bool:
        return bool((await fund_of(desk, str(person_id)))["status"] == "confirmed")

    await until(is_confirmed)
    after = await fund_of(desk, str(person_id))
    assert (before["status"], before["awarded_pence"]) == ("indicative", 0)
    assert after["amount_pence"] == after["awarded_pence"] == 12_345 * 52


def decision(person_id: str, fund: dict[str, Any]) -> dict[str, Any]:
    """123.45 pounds a week from the day on which the fund begins."""
    printed = CliRunner().invoke(app, ["partner", "example", AGENCY, "change"]).output
    example: dict[str, Any] = json.loads(printed)
    dates = {"effective_on": fund["starts_on"], "decided_on": fund["starts_on"], "ends_on": None}
    return example | dates | {"person_id": person_id, "reference": "ILF-7", "amount_pence": 12_345}


async def fund_of(desk: Desk, person_id: str) -> dict[str, Any]:
    budget = (await desk.done("GET", f"/v1/people/{person_id}/budget")).json()
    fund: dict[str, Any] = next(fund for fund in budget["funds"] if fund["stream"] == ILF)
    return fund


async def test_case_management_and_the_trustees_are_each_told_what_is_theirs(
    running: RunningPlatform, desk: Desk
) -> None:
    councils, trustees = Receiver(None), Receiver(None)
    issuer = DevelopmentIssuer(running.platform.keys / "development-private.pem", "test")
    agency = Principal("trustees", EXAMPLE_COUNCIL, frozenset({Role.PARTNER}), agency=AGENCY)
    person = next(person for person in example_people() if "three-streams" in person.reference)
    async with councils.listening(), trustees.listening(), running.desk("system") as system:
        of_council = await subscribed(system, councils, "uk.braid.award.decided.v1", "uk.braid.budget.opened.v1")
        async with running.desk() as as_agency:
            as_agency.client.headers["authorization"] = f"Bearer {issuer.token(agency)}"
            of_agency = await subscribed(as_agency, trustees, "uk.braid.award.decided.v1")

        person_id = await make_journey(desk.client, person, reference=uuid4().hex, patience_s=150)

        def about(receiver: Receiver, secret: str) -> list[dict[str, Any]]:
            told = [Webhook(secret).verify(got.body, dict(got.headers)) for got in receiver.got]
            return [one for one in told if one["subject"] == str(person_id)]

        async def all_are_told() -> bool:
            kinds = {one["type"] for one in about(councils, of_council)}
            return len(kinds) == 2 and bool(about(trustees, of_agency))

        await until(all_are_told)
        awards = (await desk.done("GET", f"/v1/people/{person_id}/awards")).json()["awards"]

        async def every_award_is_told() -> bool:
            told = {one["data"]["stream"] for one in about(councils, of_council) if "stream" in one["data"]}
            return told == {award["stream"] for award in awards}

        await until(every_award_is_told)
        assert {one["data"]["stream"] for one in about(trustees, of_agency)} == {ILF}
        assert {len(one["data"]["trace"]) for one in about(trustees, of_agency)} == {0}


async def subscribed(somebody: Desk, receiver: Receiver, *event_types: str) -> str:
    """The secret of a new subscription."""
    body = {"name": "A system of tests", "url": receiver.url, "event_types": list(event_types)}
    secret: str = (await somebody.done("POST", "/v1/webhook-subscriptions", body)).json()["secret"]
    return secret
