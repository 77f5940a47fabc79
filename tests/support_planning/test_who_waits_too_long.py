"""Who waits longer than promised is read page by page, and is whom the rule of each single budget calls late."""

import random
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.support_planning import council_choices, progress_store
from services.support_planning.domain.process import due
from services.support_planning.domain.progress import Progress
from services.support_planning.domain.stages import Milestone
from tests.support_planning.desk import Desk

PEOPLE = 60


async def test_the_pages_together_are_whom_the_rule_calls_late_the_longest_over_first(desk: Desk) -> None:
    chance = random.Random(desk.person.int)
    known: dict[UUID, Progress] = {}
    async with desk.units.for_council(desk.council) as work:
        for _ in range(PEOPLE):
            moments = [datetime(2009, 6, 1, tzinfo=UTC) - timedelta(hours=chance.randrange(2_000)) for _ in range(3)]
            reached = dict(zip(chance.sample(list(Milestone), 3), moments, strict=True))
            person = UUID(int=chance.getrandbits(128))
            known[person] = Progress(reached=reached)
            await progress_store.save(work, person, known[person])
        limits = (await council_choices.time_limits(work, work.now.date())).steps
        await work.commit()
    last_days = {person: due(progress, limits) for person, progress in known.items()}
    late = sorted((day, person) for person, day in last_days.items() if day and day < desk.clock.now.date())

    told, after = [], ""
    while after is not None:
        page = await desk.get(f"/v1/overdue?most=7{f'&after={after}' if after else ''}")
        told += [(one["due_on"], one["person_id"], one["stage"]) for one in page["overdue"]]
        after = page["next"]

    assert 10 < len(late) < PEOPLE
    assert told == [(day.isoformat(), str(person), known[person].stage.value) for day, person in late]


@pytest.mark.parametrize("cursor", ["2009-06-01", "yesterday.me", "."])
async def test_a_cursor_that_is_none_of_ours_is_told_so(desk: Desk, cursor: str) -> None:
    answer = await desk.ask("GET", f"/v1/overdue?after={cursor}")

    assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[-1]) == (422, "cursor-refused")
