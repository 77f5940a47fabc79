"""A council put on record in the outcomes service's database: three years told, answered and spent."""

import json
import random
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from typing import Any
from uuid import UUID, uuid4

import asyncpg
from pydantic import TypeAdapter

from services.outcomes.domain.told import (
    FIELDS,
    AgreementTold,
    AwardTold,
    BudgetTold,
    CaseTold,
    HeldTold,
    ItemTold,
    PlanTold,
    ReviewTold,
    SubmissionTold,
    Thing,
)

COUNCIL = "E10999020"
FIRST_MONDAY = date(2023, 7, 3)
WEEKS = 156
YEARS = 3
STREAMS = ("adult_social_care", "supporting_people")
GROUPS = ("older_people", "physical_or_sensory_impairment", "learning_disability", "mental_health")
USES = ("care.personal", "care.household", "leisure.activity")
#: One in so many has a case and answers, and no budget.
WITHOUT_A_BUDGET = 10
PEOPLE_AT_A_TIME = 500
COLUMNS = {
    "person": "person_id council user_group died_on",
    "told": "person_id kind name council record",
    "response": "response_id person_id council instrument_id version respondent wave number answered_on answers"
    " recorded_by",
    "spending_week": "council week person_id stream use budget_id pence told_sequence",
}


async def put_on_record(superuser_url: str, people: int) -> None:
    """Put so many people on record, as the superuser and past row-level security."""
    db = await asyncpg.connect(superuser_url)
    rng = random.Random(1)
    try:
        for begins in range(0, people, PEOPLE_AT_A_TIME):
            batch = range(begins, min(begins + PEOPLE_AT_A_TIME, people))
            await _copy(db, [(uuid4(), number % WITHOUT_A_BUDGET != 0) for number in batch], rng)
        await db.execute("ANALYZE")
    finally:
        await db.close()


async def _copy(db: asyncpg.Connection, batch: list[tuple[UUID, bool]], rng: random.Random) -> None:
    persons, told, answers, spent = [], [], [], []
    for person_id, has_budget in batch:
        died_on = FIRST_MONDAY + timedelta(rng.randrange(7 * WEEKS)) if rng.random() < 0.1 else None
        persons.append((person_id, COUNCIL, rng.choice(GROUPS), died_on))
        told += [(person_id, *one) for one in _things(has_budget, rng)]
        answers += [(uuid4(), person_id, *one) for one in _answers(rng)]
        if has_budget:
            spent += [(COUNCIL, *one) for one in _spent(person_id, rng)]
    for table, rows in zip(COLUMNS, (persons, told, answers, spent), strict=True):
        await db.copy_records_to_table(table, records=rows, columns=COLUMNS[table].split())


def _things(has_budget: bool, rng: random.Random) -> Iterator[tuple[str, str, str, str]]:
    """A case, and for each year an assessment, its awards, a plan of three items and a review."""
    opened = FIRST_MONDAY + timedelta(rng.randrange(200))
    found: list[Thing] = [CaseTold(opened)]
    if has_budget:
        found.append(BudgetTold(uuid4(), opened + timedelta(40)))
        for year in range(YEARS):
            found += _year(opened + timedelta(365 * year), year, rng)
    for one in found:
        record = _adapter(type(one)).dump_python(one, mode="json")
        yield FIELDS[type(one)], one.name, COUNCIL, json.dumps(record)


@cache
def _adapter(kind: type[Thing]) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _year(begins: date, year: int, rng: random.Random) -> Iterator[Thing]:
    assessment_id, on = uuid4(), begins + timedelta(30)
    yield SubmissionTold(assessment_id, 1, begins + timedelta(10))
    yield AgreementTold(assessment_id, on, date(1930 + rng.randrange(60), 1 + rng.randrange(12), 1), None)
    for stream in STREAMS:
        uses = USES if stream == STREAMS[0] else USES[1:2]
        days = (on, on + timedelta(364))
        yield AwardTold(stream, year + 1, "confirmed", assessment_id, on, *days, 1_000_000, "weekly", uses, ())
    items = [_item(use, rng.randrange(5_000, 30_000), on) for use in USES]
    yield PlanTold(uuid4(), 1, on, on, on, on + timedelta(364), tuple(items))
    yield ReviewTold(uuid4(), "yearly", "carries_on", on + timedelta(200), 1, 1, 0)


def _item(use: str, pence: int, on: date) -> ItemTold:
    """An item; where both streams may pay it, each pays half."""
    halves = (pence // 2, pence - pence // 2)
    shares = dict(zip(STREAMS, halves, strict=True)) if use == USES[1] else {}
    held = (HeldTold("direct_payment", pence),)
    return ItemTold(uuid4(), use, "weekly", pence, on, on + timedelta(364), None, None, shares, held)


def _answers(rng: random.Random) -> Iterator[tuple[Any, ...]]:
    baseline = FIRST_MONDAY + timedelta(rng.randrange(200))
    waves = (("baseline", 1, 0), ("six_months", 1, 182), ("yearly", 1, 365), ("yearly", 2, 730))
    for wave, number, days in waves:
        if rng.random() < 0.9:
            levels = {
                "quality_of_life": rng.randint(1, 7),
                "control_over_daily_life": rng.randint(1, 4),
                "satisfaction": rng.randint(1, 7),
            }
            by = "self" if rng.random() < 0.9 else "proxy"
            on = baseline + timedelta(days)
            yield COUNCIL, "life", 1, by, wave, number, on, json.dumps(levels), "bench"


def _spent(person_id: UUID, rng: random.Random) -> Iterator[tuple[Any, ...]]:
    budget_id = uuid4()
    for week in range(WEEKS):
        for stream in STREAMS:
            pence = rng.randrange(1_000, 40_000)
            yield FIRST_MONDAY + timedelta(7 * week), person_id, stream, "care.personal", budget_id, pence, week
