"""What an evaluation's process is handed: the question, a file of people to compare with, and a line a person.

A person is nobody there: no id and no name, only what is compared.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import text

from braid.kit.unit_of_work import UnitOfWork

#: Everybody of the council of whom an arm may want to know: whoever has a budget, or answered about their own life.
_PEOPLE = text("""
    WITH told_days AS (
        SELECT person_id,
               min(record ->> 'opened_on') FILTER (WHERE kind = 'cases') AS case_opened_on,
               min(record ->> 'opened_on') FILTER (WHERE kind = 'budgets') AS budget_opened_on,
               max(record ->> 'withdrawn_on') FILTER (WHERE kind = 'withdrawals') AS withdrawn_on,
               max(record ->> 'submitted_on') FILTER (WHERE kind = 'submissions') AS submitted_on
        FROM told WHERE kind IN ('cases', 'budgets', 'withdrawals', 'submissions') GROUP BY person_id
    ), answered AS (
        SELECT person_id, json_agg(json_build_array(
                   instrument_id, version, wave, number, answered_on, respondent, answers) ORDER BY answered_on
               ) AS responses
        FROM response
        WHERE carer_id IS NULL AND taken_back_at IS NULL AND answered_on <= :last
        GROUP BY person_id
    ), spent AS (
        SELECT person_id, json_object_agg(stream, pence) AS pence
        FROM (
            SELECT person_id, stream, sum(pence) AS pence FROM spending_week
            WHERE council = :council AND week BETWEEN :first AND :last GROUP BY person_id, stream
        ) AS by_stream
        GROUP BY person_id
    )
    SELECT json_build_object(
        'user_group', person.user_group, 'died_on', person.died_on,
        'case_opened_on', case_opened_on, 'budget_opened_on', budget_opened_on,
        'withdrawn_on', withdrawn_on, 'submitted_on', submitted_on,
        'pence', spent.pence, 'responses', answered.responses)::text AS line
    FROM person
    LEFT JOIN told_days USING (person_id)
    LEFT JOIN answered USING (person_id)
    LEFT JOIN spent USING (person_id)
    ORDER BY person.person_id
""")
_ANYBODY_ANSWERED = text(
    "SELECT EXISTS (SELECT FROM response WHERE carer_id IS NULL AND taken_back_at IS NULL AND answered_on <= :last)"
)


@dataclass(frozen=True)
class EvaluationAsked:
    """What is handed over.

    Args:
        question: as it is stored.
        as_of: the moment of the records.
        comparison: a file of people to compare with, as CSV; empty where there is none.
        people: a line of JSON each.
    """

    question: Mapping[str, Any]
    as_of: str
    comparison: bytes
    people: bytes

    def written(self) -> bytes:
        """As the process reads it."""
        head = {"question": self.question, "as_of": self.as_of, "comparison": len(self.comparison)}
        return json.dumps(head).encode() + b"\n" + self.comparison + self.people

    @classmethod
    def read(cls, written: bytes) -> "EvaluationAsked":
        """From what was written."""
        head, rest = written.split(b"\n", maxsplit=1)
        told = json.loads(head)
        size = told["comparison"]
        return cls(told["question"], told["as_of"], rest[:size], rest[size:])

    def rows(self) -> Iterator[Any]:
        """The people."""
        return (json.loads(line) for line in self.people.splitlines())


async def evaluation_asked(work: UnitOfWork, question: Mapping[str, Any], comparison: bytes) -> EvaluationAsked:
    """Everything that an evaluation needs, as it is recorded now."""
    days = {"first": date.fromisoformat(question["weeks_from"]), "last": date.fromisoformat(question["weeks_to"])}
    lines = (await work.session.scalars(_PEOPLE, {"council": work.council, **days})).all()
    return EvaluationAsked(question, work.now.isoformat(), comparison, "\n".join(lines).encode())


async def anybody_answered(work: UnitOfWork, last: date) -> bool:
    """Whether anything was answered about anybody's own life up to a day."""
    return bool(await work.session.scalar(_ANYBODY_ANSWERED, {"last": last}))
