"""What other services told, kept a row a thing and read a person at a time, for a whole council too."""

from collections.abc import AsyncIterator
from functools import cache
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert

from braid.kit.unit_of_work import UnitOfWork
from services.outcomes.domain.told import FIELDS, Thing, Told
from services.outcomes.tables import ToldRow

#: How many people are read from the database at a time: between them others are answered.
PEOPLE_AT_A_TIME = 100
_TOLD = TypeAdapter(Told)
#: One document a person: their things by kind, beside what is kept of them in rows of their own.
EVERYBODY = (
    "SELECT t.person_id, jsonb_strip_nulls(jsonb_build_object("
    "   'user_group', p.user_group, 'died_on', p.died_on, 'first_paid_on', y.first_paid_on)) || t.things AS told"
    " FROM (SELECT person_id, jsonb_object_agg(kind, records) AS things FROM ("
    "   SELECT person_id, kind, jsonb_agg(record ORDER BY name) AS records FROM told GROUP BY person_id, kind"
    " ) AS by_kind GROUP BY person_id) AS t"
    " LEFT JOIN person AS p USING (person_id)"
    " LEFT JOIN (SELECT person_id, min(pay_on) AS first_paid_on FROM payment"
    "   WHERE is_settled AND NOT is_rejected GROUP BY person_id) AS y USING (person_id)"
    " ORDER BY t.person_id"
)
#: As text: a document is read into what it tells in one step, in half the time.
_DOCUMENTS = text(f"SELECT one.person_id, one.told::text FROM ({EVERYBODY}) AS one")  # noqa: S608 (ours)


async def keep(work: UnitOfWork, person_id: UUID, told: Thing) -> None:
    """Keep a thing under its name, in place of what was told under it before."""
    await work.lock_person(person_id)
    record: dict[str, Any] = _adapter(type(told)).dump_python(told, mode="json")
    row = insert(ToldRow).values(
        person_id=person_id, kind=FIELDS[type(told)], name=told.name, council=work.council, record=record
    )
    await work.session.execute(
        row.on_conflict_do_update(index_elements=["person_id", "kind", "name"], set_={"record": record})
    )


async def everybody_told(work: UnitOfWork) -> AsyncIterator[tuple[UUID, Told]]:
    """Everything that was told of each of the council's people, person by person, in the order of their ids."""
    found = await work.session.stream(_DOCUMENTS.execution_options(yield_per=PEOPLE_AT_A_TIME))
    async for person_id, document in found:
        yield person_id, told_of(document)


def told_of(document: str | bytes) -> Told:
    """What one document of `EVERYBODY` tells."""
    return _TOLD.validate_json(document)


@cache
def _adapter(kind: type[Thing]) -> TypeAdapter[Any]:
    return TypeAdapter(kind)
