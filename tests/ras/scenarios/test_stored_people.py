"""A scenario on the council's own people: what they have now beside what they would have."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import polars as pl
import pytest

from braid.command_line.embedded_platform import Databases
from tests.ras.office import OTHER_COUNCIL, Office, agreed
from tests.ras.scenarios.conftest import a_runtime, serving
from tests.ras.scenarios.desk import Desk

RELEASED = {"released": "example-council:2"}
STORED = {"table": RELEASED, "people": {"stored": True}}
DAYS = [{"kind": "other", "days_per_week": 5}, {"kind": "bad", "days_per_week": 2}]


@pytest.fixture
async def both(databases: Databases, tmp_path: Path) -> AsyncIterator[tuple[Office, Desk]]:
    """The desk where people are settled and the one where scenarios are asked for, on databases of their own."""
    runtime = a_runtime(databases)
    async with serving(runtime, tmp_path) as desk:
        yield Office(runtime, desk.client, tmp_path, databases), desk


async def test_the_table_that_people_have_moves_nobody(both: tuple[Office, Desk]) -> None:
    office, desk = both
    support = [{"code": "specialist_support", "text": "A specialist", "minutes_per_day": 90}]
    helped = {"informal_help": {"keeping_safe": "some"}, "carer_willing_and_able": True}
    for changes in ({}, {"day_profiles": DAYS}, {"specialist_support": support}, helped):
        await office.hear(agreed(uuid4(), **changes))

    found = await desk.results(**STORED)

    everybody = found["groups"][0]
    assert (everybody["people"], everybody["winners"], everybody["losers"]) == (4, 0, 0)
    assert everybody["before_pence"] > 0
    assert {group["name"] for group in found["groups"][1:]} <= {"older_people", "learning_disability", "mental_health"}


async def test_a_final_figure_counts_and_stands_until_needs_are_assessed_again(both: tuple[Office, Desk]) -> None:
    office, desk = both
    stays, again = uuid4(), uuid4()
    await office.hear(agreed(stays), agreed(again))
    for person in (stays, again):
        line = {"text": "Support", "units_per_week": 1, "unit": "week", "pence_per_unit": 90_000}
        settled = await office.settle(person, lines=[line], reason="Two nights cost more than the table says")
        assert settled.status_code == 201, settled.text
    await office.hear(agreed(again, 2, on="2010-09-01"))

    scenario_id = await desk.asked(**STORED)
    found = (await desk.ended(scenario_id))["results"]

    rows = pl.read_csv((await desk.ask("GET", f"/{scenario_id}/people.csv")).content)
    by_person = {row["person"]: row for row in rows.iter_rows(named=True)}
    assert found["before_pence"] == 2 * 90_000 * 52
    assert found["reductions_refused"] == 1
    assert by_person[str(stays)]["after_pence_per_year"] == 90_000 * 52
    assert by_person[str(again)]["after_pence_per_year"] == by_person[str(again)]["figure_pence_per_year"]


async def test_who_has_no_figure_yet_is_left_out_and_counted(both: tuple[Office, Desk]) -> None:
    office, desk = both
    nobody_needs = agreed(uuid4(), answers={"nights": "no_help"})
    await office.hear(agreed(uuid4()), nobody_needs)

    told = await desk.ended(await desk.asked(**STORED))

    assert (told["left_out"], told["results"]["people"]) == (1, 1)


async def test_another_councils_people_are_never_among_them(both: tuple[Office, Desk]) -> None:
    office, desk = both
    await office.hear(agreed(uuid4()))

    asked = {"table": RELEASED, "people": {"stored": True}}
    answer = await desk.ask("POST", body=asked, council=OTHER_COUNCIL)

    assert answer.status_code == 422
    assert answer.json()["type"].endswith("/no-stored-people")
