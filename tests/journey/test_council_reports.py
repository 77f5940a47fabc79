"""What the services tell of a journey comes to the council's reports, through the gateway, without anybody's help."""

from typing import Any
from uuid import uuid4

import pytest

from braid.command_line.demonstration import example_people, make_journey
from tests.journey.conftest import Desk, RunningPlatform, until

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("council_reports")]


async def test_a_journey_is_counted_in_the_councils_reports(desk: Desk, running: RunningPlatform) -> None:
    person = next(person for person in example_people() if "three-streams" in person.reference)
    on = person.agreed_on
    person_id = await make_journey(desk.client, person, reference=uuid4().hex, patience_s=150)
    awards = (await desk.whole(person_id))["awards"]["awards"]
    found = {award["stream"]: award["status"] for award in awards}
    confirmed = sum(status == "confirmed" for status in found.values())

    async with running.desk("auditor") as auditor:

        async def report(name: str) -> Any:
            days = f"from_day={on.year}-01-01&to_day={on.year}-12-31"
            return (await auditor.done("GET", f"/v1/council-reports/{name}?{days}")).json()

        async def is_counted() -> bool:
            told = {cells[0]: cells for cells in (await report("streams_unclaimed"))["rows"]}
            return told.keys() == found.keys()

        await until(is_counted)
        assert [str(confirmed), 1, 100.0] in (await report("streams_per_budget"))["rows"]
        steps = {cells[0]: cells[1] for cells in (await report("time_in_each_step"))["rows"]}
        assert (steps["self-assessment"], steps["agreement"], steps["indicative allocation"]) == (1, 1, 1)
        assert (steps["decisions of the streams"], steps["planning and approval"]) == (1, 0)
