"""The council's cases by where each one is, the longest wait first; each filter is served by an index."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    DateTime,
    TableValuedAlias,
    Text,
    column,
    exists,
    func,
    literal,
    true,
    tuple_,
)
from sqlalchemy import select as select_columns
from sqlmodel import col

from braid.contracts.award import AwardStatus
from braid.kit.unit_of_work import UnitOfWork
from services.support_planning.domain.stages import Stage
from services.support_planning.process_manager import start_of
from services.support_planning.tables import AwardRow, ProgressRow

#: Whoever has more than this looks for them by more filters; the exact number is not worth its price.
COUNTED_MOST = 1_000

#: Since when a case has waited, and whose it is: where a page ends.
Place = tuple[datetime, UUID]


@dataclass(frozen=True)
class Filter:
    """Which cases are asked for; all that is given has to hold.

    Args:
        stages: any of these.
        is_overdue: those alone that have waited longer than promised.
        stream: this stream has decided, and not that the person is not eligible.
        people: any of these; nobody else where there are some.
    """

    stages: frozenset[Stage]
    is_overdue: bool = False
    stream: str | None = None
    user_group: str | None = None
    people: Sequence[UUID] = ()


@dataclass(frozen=True)
class Case:
    """Where one person's budget is."""

    person_id: UUID
    stage: Stage
    since: datetime
    due_on: date | None
    user_group: str | None


async def cases(
    work: UnitOfWork, asked: Filter, days_most: Mapping[str, int], after: Place | None, most: int
) -> list[Case]:
    """Cases that fit, the longest wait first.

    Args:
        work: the unit of work.
        asked: which cases.
        days_most: how many days each stage may take.
        after: where the page before ended.
        most: how many to return at most.
    """
    stages = _stages(work, asked, days_most)
    if stages is None:
        return []
    conditions = _conditions(asked, stages)
    if after:
        conditions.append(tuple_(col(ProgressRow.since), col(ProgressRow.person_id)) > tuple_(*after))
    # Of each stage no more than a page is read, in the order of its index.
    of_stage = (
        select_columns(
            col(ProgressRow.person_id), col(ProgressRow.stage), col(ProgressRow.since), col(ProgressRow.user_group)
        )
        .where(*conditions)
        .order_by(col(ProgressRow.since), col(ProgressRow.person_id))
        .limit(most)
        .lateral("of_stage")
    )
    query = (
        select_columns(of_stage)
        .select_from(stages.join(of_stage, true()))
        .order_by(of_stage.c.since, of_stage.c.person_id)
        .limit(most)
    )
    return [
        Case(row.person_id, Stage(row.stage), row.since, _due(row.since, days_most.get(row.stage)), row.user_group)
        for row in await work.session.execute(query)
    ]


async def count(work: UnitOfWork, asked: Filter, days_most: Mapping[str, int]) -> int:
    """How many cases fit, counted no further than one beyond ``COUNTED_MOST``."""
    stages = _stages(work, asked, days_most)
    if stages is None:
        return 0
    fit = (
        select_columns(col(ProgressRow.person_id))
        .select_from(stages.join(ProgressRow, true()))
        .where(*_conditions(asked, stages))
        .limit(COUNTED_MOST + 1)
        .subquery()
    )
    return int(await work.session.scalar(select_columns(func.count()).select_from(fit)) or 0)


def _stages(work: UnitOfWork, asked: Filter, days_most: Mapping[str, int]) -> TableValuedAlias | None:
    """The stages that are asked for, each with the moment before which a wait in it is too long; None for none."""
    found = [stage for stage in sorted(asked.stages) if stage in days_most or not asked.is_overdue]
    if not found:
        return None
    late_before = [start_of(work.now.date() - timedelta(days=days_most.get(stage, 0))) for stage in found]
    kinds = Text(), DateTime(timezone=True)
    # As two arrays the statement is the same for any stages, and made once; VALUES took longer to make than to run.
    arrays = literal([stage.value for stage in found], ARRAY(kinds[0])), literal(late_before, ARRAY(kinds[1]))
    columns = column("stage", kinds[0]), column("late_before", kinds[1])
    return func.unnest(*arrays).table_valued(*columns, name="asked").render_derived()


def _conditions(asked: Filter, stages: TableValuedAlias) -> list[ColumnElement[bool]]:
    conditions = [col(ProgressRow.stage) == stages.c.stage, col(ProgressRow.since).is_not(None)]
    if asked.is_overdue:
        conditions.append(col(ProgressRow.since) < stages.c.late_before)
    if asked.user_group:
        conditions.append(col(ProgressRow.user_group) == asked.user_group)
    if asked.stream:
        decided = exists().where(
            col(AwardRow.person_id) == col(ProgressRow.person_id),
            col(AwardRow.stream) == asked.stream,
            col(AwardRow.status) != AwardStatus.NOT_ELIGIBLE.value,
        )
        conditions.append(decided)
    if asked.people:
        conditions.append(col(ProgressRow.person_id).in_(asked.people))
    return conditions


def _due(since: datetime, days: int | None) -> date | None:
    return None if days is None else since.astimezone(UTC).date() + timedelta(days=days)
