"""What the funding streams tell: their awards."""

from braid.contracts.award import AwardDecided
from braid.kit.unit_of_work import UnitOfWork
from services.outcomes.domain.told import AwardTold
from services.outcomes.told_store import keep

#: The outcome of a test, in the steps of a decision.
FAILED = "failed"


async def hear_award(event: AwardDecided, work: UnitOfWork) -> None:
    """Hear how far a stream has got with a person."""
    told = AwardTold(
        stream=event.stream,
        version=event.version,
        status=event.status.value,
        assessment_id=event.assessment_id,
        rules_as_of=event.rules_as_of,
        starts_on=event.starts_on,
        ends_on=event.ends_on,
        amount_pence=event.amount_pence,
        cadence=event.cadence.value,
        uses=tuple(sorted(one.use.value for one in event.permitted_uses)),
        failed=tuple(one.code for one in event.trace if one.outcome == FAILED),
    )
    await keep(work, event.person_id, told)
