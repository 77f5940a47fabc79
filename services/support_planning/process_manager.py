"""The process manager at the service's edge: state is loaded, the pure rule decides, its commands are carried out."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from braid.contracts.plan import StepOverdue
from braid.kit.unit_of_work import UnitOfWork
from services.support_planning import council_choices, progress_store, timers
from services.support_planning.content import holdings_from, holdings_of
from services.support_planning.domain.holding import still_to_sign
from services.support_planning.domain.lifecycle import State
from services.support_planning.domain.process import (
    Command,
    PlanMoved,
    StopWatching,
    TellOverdue,
    WaitIsOver,
    WatchWait,
    What,
    decide,
)
from services.support_planning.domain.progress import PlanNow, Progress
from services.support_planning.domain.stages import Stage
from services.support_planning.plan_store import content_of, holding_changes
from services.support_planning.tables import PlanRow, TimerRow
from services.support_planning.timers import TimerKind


async def note(work: UnitOfWork, person_id: UUID, what: What) -> Progress:
    """Note what happened to a person's budget, and do what follows from it."""
    await work.lock_person(person_id)
    limits = await council_choices.time_limits(work, work.now.date())
    progress, commands = decide(await progress_store.load(work, person_id) or Progress(), what, limits.steps)
    await progress_store.save(work, person_id, progress)
    for command in commands:
        await _carry_out(work, person_id, command)
    return progress


async def note_plan(work: UnitOfWork, row: PlanRow) -> None:
    """Note that something happened to a person's plan."""
    signed = row.state == State.APPROVED and await is_all_signed(work, row, work.now.date())
    # Each change of how the money is held is a step of its own after the plan's last version.
    version = row.version + len(await holding_changes(work, row.plan_id))
    await note(work, row.person_id, PlanMoved(PlanNow(row.number, version, State(row.state), work.now, signed)))


async def is_all_signed(work: UnitOfWork, row: PlanRow, on: date) -> bool:
    """Whether everything that a plan's ways of holding money need is signed."""
    changes = await holding_changes(work, row.plan_id)
    holdings = holdings_from(changes[-1].holdings) if changes else holdings_of(content_of(row.content))
    rules = await council_choices.ways_of_holding(work, on)
    return not any(still_to_sign(one, rules, on) for one in holdings)


async def wait_is_over(work: UnitOfWork, timer: TimerRow) -> None:
    """What follows when the longest promised wait for a step is over."""
    about = timer.about
    over = WaitIsOver(
        Stage(about["stage"]), datetime.fromisoformat(about["since"]), date.fromisoformat(about["due_on"])
    )
    await note(work, timer.person_id, over)


async def _carry_out(work: UnitOfWork, person_id: UUID, command: Command) -> None:
    match command:
        case WatchWait():
            about = {
                "stage": command.stage.value,
                "since": command.since.isoformat(),
                "due_on": command.due_on.isoformat(),
            }
            await timers.set_timer(work, person_id, TimerKind.WAIT, about, end_of(command.due_on))
        case StopWatching():
            await timers.drop_timer(work, person_id, TimerKind.WAIT)
        case TellOverdue():
            await work.publish(
                StepOverdue(
                    person_id=person_id,
                    council=work.council,
                    stage=command.stage.value,
                    since=command.since.date(),
                    due_on=command.due_on,
                )
            )


def end_of(day: date) -> datetime:
    """The first moment after a day."""
    return datetime.combine(day + timedelta(days=1), time(), UTC)


def start_of(day: date) -> datetime:
    """The first moment of a day."""
    return datetime.combine(day, time(), UTC)
