"""A figure is settled over the gateway, and the council's money in the ledger is the settled sum."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from braid.command_line.demonstration import example_people, make_journey
from tests.journey.conftest import Desk, RunningPlatform, until

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("settled_money")]

SOCIAL_CARE = "adult_social_care"


async def test_the_money_of_social_care_follows_the_figure_that_an_approver_settles(
    running: RunningPlatform, desk: Desk
) -> None:
    person = next(person for person in example_people() if "three-streams" in person.reference)
    person_id = await make_journey(desk.client, person, reference=uuid4().hex, patience_s=150)
    award, fund = await council_money(desk, person_id)
    read = await desk.done("GET", f"/v1/people/{person_id}/allocation")

    async with running.desk("approver") as approver:
        settled = await approver.done(
            "POST",
            f"/v1/people/{person_id}/allocation/settlement",
            {
                "decided_on": read.json()["as_of"],
                "lines": [{"text": "An assistant", "units_per_week": 60, "unit": "hour", "pence_per_unit": 1_150}],
                "reason": "The hours that were found to be needed in planning.",
            },
            etag=read.headers["etag"],
        )
    final = settled.json()["pence_per_year"]

    async def is_replaced() -> bool:
        return bool((await council_money(desk, person_id))[1]["amount_pence"] == final)

    await until(is_replaced)
    after, replaced = await council_money(desk, person_id)
    assert (award["version"], fund["amount_pence"]) == (1, read.json()["pence_per_year"])
    assert (after["version"], after["amount_pence"]) == (2, final)
    assert replaced["awarded_pence"] == final
    assert "settled by an approver" in str(after["trace"])


async def council_money(desk: Desk, person_id: UUID) -> tuple[dict[str, Any], dict[str, Any]]:
    """The latest award of adult social care, and its one fund in the ledger."""
    awards = (await desk.done("GET", f"/v1/people/{person_id}/awards")).json()["awards"]
    funds = (await desk.done("GET", f"/v1/people/{person_id}/budget")).json()["funds"]
    (award,) = (award for award in awards if award["stream"] == SOCIAL_CARE)
    (fund,) = (fund for fund in funds if fund["stream"] == SOCIAL_CARE)
    return award, fund
