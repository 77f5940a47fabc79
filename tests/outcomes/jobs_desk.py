"""A desk that asks for evaluations and returns, and looks until one has ended; with people put straight on record."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx

from braid.kit.identity import Role
from services.outcomes.main import SERVICE as OUTCOMES
from tests.ledger.test_council_guard import url_of
from tests.outcomes.desk import ANSWERS, Desk

EVALUATIONS, RETURNS = "/v1/outcome-evaluations", "/v1/client-level-data-returns"
#: Four weeks, Monday to Sunday.
FOUR_WEEKS = {"from_day": "2026-01-05", "to_day": "2026-02-01"}
MONDAYS = [date(2026, 1, 5) + timedelta(7 * number) for number in range(4)]
#: A worker that takes its question and never answers.
SLEEPS = "tests.ras.scenarios.worker_that_sleeps"


@dataclass(frozen=True)
class OnRecord:
    """Somebody as they are on record.

    Args:
        satisfaction: levels at the baseline and at the follow-up; None where nobody answered.
        pence: of adult social care, by Monday.
    """

    satisfaction: tuple[int | None, int | None] = (3, 5)
    budget_opened_on: date | None = date(2025, 9, 1)
    died_on: date | None = None
    group: str = "older_people"
    pence: dict[date, int] = field(default_factory=lambda: dict.fromkeys(MONDAYS, 10_000))


class JobsDesk(Desk):
    """A council that asks for evaluations and returns."""

    async def put_on_record(self, *people: OnRecord) -> list[UUID]:
        """Put people into the service's tables as events and answers would; returns their ids."""
        ids = [uuid4() for _ in people]
        db = await asyncpg.connect(url_of(self.databases, OUTCOMES.name, "superuser"))
        try:
            for person_id, one in zip(ids, people, strict=True):
                await self._put(db, person_id, one)
        finally:
            await db.close()
        return ids

    async def _put(self, db: Any, person_id: UUID, one: OnRecord) -> None:
        whose = (person_id, self.council)
        await db.execute("INSERT INTO person VALUES ($1, $2, $3, $4)", *whose, one.group, one.died_on)
        told = "INSERT INTO told (person_id, council, kind, name, record) VALUES ($1, $2, $3, $4, $5)"
        await db.execute(told, *whose, "cases", "", '{"opened_on": "2025-06-01"}')
        if one.budget_opened_on:
            record = f'{{"budget_id": "{uuid4()}", "opened_on": "{one.budget_opened_on}"}}'
            await db.execute(told, *whose, "budgets", "first", record)
        waves = (("baseline", date(2025, 8, 1)), ("six_months", date(2026, 1, 20)))
        for (wave, on), level in zip(waves, one.satisfaction, strict=True):
            if level is not None:
                answers = str(ANSWERS | {"satisfaction": level}).replace("'", '"')
                await db.execute(
                    "INSERT INTO response (response_id, person_id, council, instrument_id, version, respondent, wave,"
                    " number, answered_on, answers, recorded_by)"
                    " VALUES ($1, $2, $3, 'life', 1, 'self', $4, 1, $5, $6, 'test')",
                    *(uuid4(), *whose, wave, on, answers),
                )
        for monday, pence in one.pence.items():
            await db.execute(
                "INSERT INTO spending_week (council, week, person_id, stream, use, budget_id, pence, told_sequence)"
                " VALUES ($2, $3, $1, 'adult_social_care', '', $4, $5, 1)",
                *(*whose, monday, uuid4(), pence),
            )

    def move_clock(self, day: date) -> None:
        """Have the service's clock stand on another day."""
        self.app.state.units = replace(self.units, clock=lambda: datetime.combine(day, datetime.min.time(), UTC))

    async def ask_for(self, path: str, *, role: Role = Role.FINANCE_OFFICER, **body: Any) -> httpx.Response:
        """Ask for a job."""
        return await self.ask("POST", path, body, role=role)

    async def asked(self, path: str, **body: Any) -> str:
        """Where a job is that was just asked for."""
        answer = await self.ask_for(path, **body)
        assert answer.status_code == 202, answer.text
        where: str = answer.headers["location"]
        return where

    async def ended(self, where: str, *, within_s: float = 150) -> Any:
        """A job when it has ended."""
        async with asyncio.timeout(within_s):
            while True:
                told = await self.get(where, role=Role.AUDITOR)
                if told["status"] in ("done", "failed"):
                    return told
                await asyncio.sleep(0.5)

    async def results(self, path: str, **body: Any) -> Any:
        """What a job found."""
        told = await self.ended(await self.asked(path, **body))
        assert told["status"] == "done", told["problem"]
        assert told["progress"] == 1
        return told["results"]

    async def problem(self, path: str, **body: Any) -> Any:
        """Why a job found nothing."""
        told = await self.ended(await self.asked(path, **body))
        assert told["status"] == "failed"
        return told["problem"]
