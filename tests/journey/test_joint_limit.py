"""The trustees grant more than the joint limit leaves beside the council: the whole platform keeps to the limit."""

import asyncio
import json
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from typer.testing import CliRunner

from braid.command_line.demonstration import EXAMPLE_COUNCIL, example_people, make_journey
from braid.command_line.main import app
from braid.kit.identity import Principal, Role
from gateway.development_issuer import DevelopmentIssuer
from tests.journey.conftest import Desk, RunningPlatform, until
from tests.journey.test_partners import AGENCY, ILF, decision, fund_of, served

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("joint_limit")]

COUNCIL = "adult_social_care"
#: Of 2009: what the fund's application is tested against.
JOINT_PENCE, LEAST_PENCE, WEEKS = 81_500, 32_000, 52


async def test_council_and_trustees_pay_no_more_together_than_the_joint_limit(
    running: RunningPlatform, desk: Desk, tmp_path: Path
) -> None:
    person = next(person for person in example_people() if "three-streams" in person.reference)
    person_id = await make_journey(desk.client, person, reference=uuid4().hex, patience_s=150)
    awards = (await desk.done("GET", f"/v1/people/{person_id}/awards")).json()["awards"]
    by_stream = {award["stream"]: award for award in awards}
    council_pence = by_stream[COUNCIL]["pence_per_week"]
    # The council's money is enough, and leaves the fund less than the trustees are about to grant.
    assert LEAST_PENCE <= council_pence < JOINT_PENCE
    granted_pence = JOINT_PENCE - council_pence + 5_000
    await grant(running, desk, person_id, granted_pence, tmp_path / "decision.json")

    told = await plan_check(desk, person_id, by_stream[ILF], council_pence + granted_pence)

    (minimum,), (joint,) = by_stream[ILF]["minimums"], by_stream[ILF]["joint_limits"]
    assert (minimum["pence"], joint["pence"]) == (LEAST_PENCE, JOINT_PENCE)
    assert [rule["text"] for rule in told["beside_others"]] == [minimum["text"], joint["text"]]
    assert (told["is_payable"], told["needed_pence"] - told["unpaid_pence"]) == (False, JOINT_PENCE * WEEKS)
    (short,) = told["shortages"]
    assert "within the £815.00 a week on average that Independent Living Fund and Adult social care" in short["text"]


async def grant(running: RunningPlatform, desk: Desk, person_id: UUID, pence: int, file: Path) -> None:
    """Have the trustees grant so much a week, and wait until it is money."""
    fund = await fund_of(desk, str(person_id))
    told = decision(str(person_id), fund) | {"reference": "ILF-9", "amount_pence": pence}
    await asyncio.to_thread(file.write_text, json.dumps(told))
    trustees = Principal("trustees", EXAMPLE_COUNCIL, frozenset({Role.PARTNER}), agency=AGENCY)
    token = DevelopmentIssuer(running.platform.keys / "development-private.pem", "test").token(trustees)
    async with served(running) as url:
        arguments = ["partner", "publish", str(file), "--url", url, "--token", token]
        answer = await asyncio.to_thread(CliRunner().invoke, app, arguments)
    assert answer.exit_code == 0, answer.output

    async def is_money() -> bool:
        return bool((await fund_of(desk, str(person_id)))["awarded_pence"] == pence * WEEKS)

    await until(is_money)


async def plan_check(desk: Desk, person_id: UUID, award: dict[str, Any], pence_a_week: int) -> dict[str, Any]:
    """Ask whether care of so much a week can be paid for as long as the fund's award."""
    item = {
        "item_id": str(uuid4()),
        "text": "Assistant",
        "use": "care.personal",
        "pence": pence_a_week,
        "cadence": "weekly",
        "relation": "not_related",
        "starts_on": award["starts_on"],
        "ends_on": award["ends_on"],
    }
    told: dict[str, Any] = (
        await desk.done("POST", f"/v1/people/{person_id}/budget/plan-check", {"items": [item]})
    ).json()
    return told
