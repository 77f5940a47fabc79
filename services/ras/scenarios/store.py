"""Queries of scenarios."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select, text

from braid.kit.jobs.answer import Answer
from braid.kit.jobs.rows import Claim, JobRows
from braid.kit.unit_of_work import UnitOfWork
from services.ras.scenarios.asked import Asked, PeopleForm
from services.ras.tables import ScenarioFileRow, ScenarioRow

ASKED = "asked"

#: The latest figure of each of the council's people and what it was worked out from. Whoever has a final figure keeps
#: it until assessed again; before there is one, nothing stands in the way of another figure.
STORED_PEOPLE = """
    WITH latest AS (
        SELECT DISTINCT ON (person_id) * FROM allocation ORDER BY person_id, version DESC
    ), settled AS (
        SELECT DISTINCT ON (person_id) * FROM settlement ORDER BY person_id, version DESC
    ), people AS (
        SELECT latest.person_id, latest.need, coalesce(latest.user_group, 'not_recorded') AS user_group,
               coalesce(settled.pence_per_year, CASE latest.outcome WHEN 'calculated' THEN latest.pence_per_year END)
                   AS pence_per_year,
               settled.person_id IS NULL OR (settled.assessment_id, settled.assessment_version)
                   <> (latest.assessment_id, latest.assessment_version) AS reassessed
        FROM latest LEFT JOIN settled USING (person_id)
    ), known AS (
        SELECT * FROM people WHERE need IS NOT NULL AND pence_per_year IS NOT NULL
    )
    SELECT convert_to(coalesce(json_agg(json_build_object(
               'person', person_id, 'need', need, 'user_group', user_group,
               'pence_per_year', pence_per_year, 'reassessed', reassessed) ORDER BY person_id), '[]')::text, 'UTF8')
               AS content,
           count(*) AS people,
           (SELECT count(*) FROM people) - count(*) AS left_out
    FROM known
"""

_ROW = ScenarioRow.__table__  # type: ignore[attr-defined]
_FILE = ScenarioFileRow.__table__  # type: ignore[attr-defined]
ROWS = JobRows(_ROW, "scenario_id", done="people_done", of="people", title="The scenario could not be worked out")


@dataclass(frozen=True)
class StoredPeople:
    """The council's own people; ``left_out`` have no figure yet, or nothing was kept of what it came from."""

    content: bytes
    people: int
    left_out: int


@dataclass(frozen=True)
class ScenarioInShort:
    """A scenario without what it found, which is long."""

    scenario_id: UUID
    status: str
    asked_by: str
    question: dict[str, Any]
    people: int | None
    people_done: int
    recorded_at: datetime


async def stored_people(work: UnitOfWork) -> StoredPeople:
    """The people that the council has figures of, as one JSON text that PostgreSQL makes."""
    found = (await work.session.execute(text(STORED_PEOPLE))).one()
    return StoredPeople(found.content, found.people, found.left_out)


async def keep(work: UnitOfWork, row: ScenarioRow, people: bytes) -> None:
    """Keep what was asked, before anything is done about it."""
    work.session.add(row)
    await work.session.flush()
    values = {"scenario_id": row.scenario_id, "name": ASKED, "council": row.council, "content": people}
    await work.session.execute(insert(_FILE).values(**values))


async def scenario(work: UnitOfWork, scenario_id: UUID) -> tuple[ScenarioRow, bool] | None:
    """A scenario, and whether it waits for a run; None where the council has no such one."""
    query = select(ScenarioRow, ROWS.is_free()).where(_ROW.c.scenario_id == scenario_id)
    found = (await work.session.execute(query)).one_or_none()
    return None if found is None else (found[0], bool(found[1]))


async def scenarios(work: UnitOfWork, after: tuple[datetime, UUID] | None, limit: int) -> Sequence[ScenarioInShort]:
    """The council's scenarios without their results, the latest first, behind one of them."""
    names = [field.name for field in fields(ScenarioInShort)]
    return [ScenarioInShort(*row) for row in await ROWS.page(work, names, after, limit)]


async def file(work: UnitOfWork, scenario_id: UUID, name: str) -> bytes | None:
    """A file of a scenario's results."""
    query = select(_FILE.c.content).where(_FILE.c.scenario_id == scenario_id, _FILE.c.name == name)
    content: bytes | None = await work.session.scalar(query)
    return content


async def asked(work: UnitOfWork, scenario_id: UUID) -> Asked:
    """What a scenario's process is handed."""
    query = select(_ROW.c.question, _ROW.c.people_form).where(_ROW.c.scenario_id == scenario_id)
    found = (await work.session.execute(query)).one()
    people = await file(work, scenario_id, ASKED)
    assert people is not None, "kept with the scenario, and gone only when it has ended"
    return Asked(found.question, PeopleForm(found.people_form), people)


async def end(work: UnitOfWork, claim: Claim, answer: Answer) -> None:
    """Keep how a scenario ended; the people as they were given are needed no longer."""
    people = None if answer.results is None else answer.results["people"]
    kept = {"results": answer.results, "problem": answer.problem, "people_done": people or 0, "people": people}
    if not await ROWS.end(work, claim, **kept):
        return
    await work.session.execute(delete(_FILE).where(_FILE.c.scenario_id == claim.job_id, _FILE.c.name == ASKED))
    for name, content in answer.files.items():
        values = {"scenario_id": claim.job_id, "name": name, "council": work.council, "content": content}
        await work.session.execute(insert(_FILE).values(**values))
