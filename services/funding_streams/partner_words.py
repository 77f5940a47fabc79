"""What partner agencies have told: who may say what, and the store that keeps it word for word.

Nothing here changes what was told before. A decision about a person of whom nothing is known yet is kept as well, and
counts as soon as their case comes.
"""

from collections import defaultdict
from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert as insert_or_skip
from sqlmodel import col, select

from braid.contracts.partner import PartnerAwardDecided
from braid.kit.delivery import Permanent
from braid.kit.unit_of_work import UnitOfWork
from services.funding_streams.discovery import agency_of, streams_of
from services.funding_streams.domain.partner_decisions import Basis, Granted, Kind, PartnerDecision
from services.funding_streams.tables import PartnerDecisionRow


class NotItsStream(Permanent):
    """An agency speaks for a stream that is not its own, or that there is not."""


class ToldOtherwise(Permanent):
    """An agency has told something else under the same reference; what was told first stands."""


def require_own_stream(event: PartnerAwardDecided) -> None:
    """Let an agency speak for its own streams alone.

    Raises:
        NotItsStream: the stream is another's, or there is none of that name.
    """
    own = streams_of(event.agency)
    if event.stream in own:
        return
    decides = f"{event.agency} decides on {', '.join(own) or 'no stream'}"
    try:
        who = agency_of(event.stream) or "the council"
    except KeyError:
        raise NotItsStream(f"stream: there is no stream {event.stream}; {decides}") from None
    raise NotItsStream(f"stream: {who} decides on {event.stream}; {decides}")


async def keep(event: PartnerAwardDecided, work: UnitOfWork) -> bool:
    """Keep a decision as it was told; False where the very same is kept already.

    Raises:
        ToldOtherwise: this version was told with other content, or the reference is about another person or stream.
    """
    await _require_same_subject(event, work)
    document = event.model_dump(mode="json")
    row = insert_or_skip(PartnerDecisionRow).values(
        council=event.council,
        agency=event.agency,
        reference=event.reference,
        version=event.version,
        person_id=event.person_id,
        stream=event.stream,
        decision=document,
    )
    inserted = await work.session.execute(row.on_conflict_do_nothing())
    if inserted.rowcount == 1:  # type: ignore[attr-defined]
        return True
    kept = await work.session.get_one(PartnerDecisionRow, (event.council, event.agency, event.reference, event.version))
    other = sorted(name for name, value in document.items() if kept.decision.get(name) != value)
    if other:
        raise ToldOtherwise(
            f"version {event.version} of decision {event.reference} was told before with another {', '.join(other)},"
            " and what was told first stands; a correction needs a higher version"
        )
    return False


async def _require_same_subject(event: PartnerAwardDecided, work: UnitOfWork) -> None:
    query = select(PartnerDecisionRow).where(
        PartnerDecisionRow.agency == event.agency, PartnerDecisionRow.reference == event.reference
    )
    other = next(
        (
            row
            for row in await work.session.scalars(query)
            if (row.person_id, row.stream) != (event.person_id, event.stream)
        ),
        None,
    )
    if other is not None:
        what = "person" if other.person_id != event.person_id else "stream"
        raise ToldOtherwise(f"reference: {event.reference} is already the reference of a decision on another {what}")


async def told_of(person_id: UUID, work: UnitOfWork) -> Mapping[str, tuple[PartnerDecision, ...]]:
    """Return all that agencies have decided on a person, by stream."""
    by_stream: dict[str, tuple[PartnerDecision, ...]] = defaultdict(tuple)
    query = select(PartnerDecisionRow).where(PartnerDecisionRow.person_id == person_id)
    for row in await work.session.scalars(query):
        # Asked anew, since a stream may have passed to another agency.
        if row.stream in streams_of(row.agency):
            by_stream[row.stream] += (as_decided(row),)
    return by_stream


async def told_under(agency: str, reference: str, work: UnitOfWork) -> list[PartnerDecisionRow]:
    """Return every version that an agency told under a reference, the first version first."""
    query = (
        select(PartnerDecisionRow)
        .where(PartnerDecisionRow.agency == agency, PartnerDecisionRow.reference == reference)
        .order_by(col(PartnerDecisionRow.version))
    )
    return list(await work.session.scalars(query))


def as_decided(row: PartnerDecisionRow) -> PartnerDecision:
    """Return a kept decision as the rules read it."""
    event = PartnerAwardDecided.model_validate(row.decision)
    granted = None
    if event.money is not None:
        assert event.amount_pence is not None
        assert event.contribution_pence is not None
        granted = Granted(Basis(event.money), event.amount_pence, event.contribution_pence)
    return PartnerDecision(
        agency=event.agency,
        stream=event.stream,
        reference=event.reference,
        version=event.version,
        kind=Kind(event.kind),
        decided_on=event.decided_on,
        effective_on=event.effective_on,
        ends_on=event.ends_on,
        granted=granted,
        reasons=event.reasons,
        challenge=event.challenge,
    )
