"""What agreed assessments tell of needs, in PostgreSQL: kept as they are heard of, so that reviews can compare them."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlmodel import col, select

from braid.contracts.assessment import AssessmentAgreed
from braid.kit.unit_of_work import UnitOfWork
from services.support_planning.domain.needs import NEED_FACTS, AgreedNeeds, AskedNeed, NeedsCompared
from services.support_planning.tables import AgreedNeedsRow

_NEEDS = TypeAdapter(AgreedNeeds)


async def keep(work: UnitOfWork, event: AssessmentAgreed) -> None:
    """Keep what an agreed assessment tells of needs; it is agreed once, so a repeat changes nothing."""
    if await work.session.get(AgreedNeedsRow, event.assessment_id) is not None:
        return
    work.session.add(
        AgreedNeedsRow(
            assessment_id=event.assessment_id,
            council=event.council,
            person_id=event.person_id,
            agreed_on=event.agreed_on,
            needs=_NEEDS.dump_python(_needs_of(event), mode="json"),
        )
    )
    await work.session.flush()


async def latest(work: UnitOfWork, person_id: UUID) -> AgreedNeeds | None:
    """The needs that were agreed last."""
    query = select(AgreedNeedsRow).where(AgreedNeedsRow.person_id == person_id)
    newest = query.order_by(col(AgreedNeedsRow.agreed_on).desc(), col(AgreedNeedsRow.recorded_at).desc()).limit(1)
    row = (await work.session.scalars(newest)).first()
    return _NEEDS.validate_python(row.needs) if row else None


async def compared(work: UnitOfWork, person_id: UUID, submission: Mapping[str, Any] | None) -> NeedsCompared:
    """Needs now, beside those on which a plan was handed in.

    Args:
        submission: how the plan was handed in; None where there is no plan.
    """
    now = await latest(work, person_id)
    if submission is None:
        return NeedsCompared(None, now)
    rested_on = submission.get("assessment_id")
    row = await work.session.get(AgreedNeedsRow, UUID(rested_on)) if rested_on else None
    then = _NEEDS.validate_python(row.needs) if row else None
    return NeedsCompared(then, now, since=date.fromisoformat(submission["submitted_on"]))


def _needs_of(event: AssessmentAgreed) -> AgreedNeeds:
    on_bad_days = [told.answers for told in event.answers_by_day or () if told.kind == "bad"]
    facts = {name: value for name, value in event.facts.items() if name in NEED_FACTS and not isinstance(value, tuple)}
    return AgreedNeeds(
        assessment_id=str(event.assessment_id),
        agreed_on=event.agreed_on,
        asked=tuple(AskedNeed(**told.model_dump()) for told in event.needs_asked or ()),
        answers=event.answers,
        on_bad_days=on_bad_days[0] if on_bad_days else {},
        family_help=event.informal_help,
        carer_willing_and_able=event.carer_willing_and_able,
        days={told.kind: told.days_per_week for told in event.day_profiles},
        support_minutes={told.code: told.minutes_per_day for told in event.specialist_support},
        facts=facts,
    )
