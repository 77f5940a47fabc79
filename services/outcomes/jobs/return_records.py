"""What a return's process is handed: the period, the council's code, and a line for each person with what was told."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import text

from braid.kit.unit_of_work import UnitOfWork
from services.outcomes.domain.client_level_data.from_told import PersonsReturn, persons_return
from services.outcomes.told_store import EVERYBODY, told_of

#: What no row of a return is made of.
_NOT_WANTED = "ARRAY['allocations', 'settlements', 'returns']"
_LINES = text(f"SELECT one.person_id::text || ' ' || (one.told - {_NOT_WANTED})::text FROM ({EVERYBODY}) AS one")  # noqa: S608 (ours)
PEOPLE_AT_A_TIME = 500


@dataclass(frozen=True)
class ReturnAsked:
    """What is handed over.

    Args:
        as_of: the moment of the records.
        people: a line each: the person's id, and one JSON document of what was told of them.
    """

    quarter_ends_on: date
    la_code: str
    as_of: str
    people: bytes

    def written(self) -> bytes:
        """As the process reads it."""
        head = {"quarter_ends_on": self.quarter_ends_on.isoformat(), "la_code": self.la_code, "as_of": self.as_of}
        return json.dumps(head).encode() + b"\n" + self.people

    @classmethod
    def read(cls, written: bytes) -> "ReturnAsked":
        """From what was written."""
        head, people = written.split(b"\n", maxsplit=1)
        told = json.loads(head)
        return cls(date.fromisoformat(told["quarter_ends_on"]), told["la_code"], told["as_of"], people)

    def returns(self) -> Iterator[PersonsReturn]:
        """What the return may tell of each person."""
        for line in self.people.splitlines():
            person_id, document = line.split(b" ", maxsplit=1)
            yield persons_return(UUID(person_id.decode()), told_of(document))


async def return_asked(work: UnitOfWork, quarter_ends_on: date, la_code: str) -> ReturnAsked:
    """Everything that a return needs, as it is recorded now."""
    people = bytearray()
    found = await work.session.stream_scalars(_LINES.execution_options(yield_per=PEOPLE_AT_A_TIME))
    async for line in found:
        people += line.encode() + b"\n"
    return ReturnAsked(quarter_ends_on, la_code, work.now.isoformat(), bytes(people))
