"""The partners' API: for agencies that have no Kafka, the same decisions, taken by the same rules, with the same words.

An agency sees what became of its own decisions and nothing else of a person: neither the facts nor the working.
"""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import col, select

from braid.contracts.award import AwardStatus
from braid.contracts.codes import Pence
from braid.contracts.partner import AgencyCode, PartnerAwardDecided, PartnerDecisionKind, Reference
from braid.kit.http import Caller, Reading, UnitOfWorkRoute, Writing
from braid.kit.identity import Principal
from braid.kit.permissions import Action, may
from braid.kit.problems import Problem, ProblemKind, ProblemTable, not_found, responses
from braid.kit.unit_of_work import UnitOfWork
from services.funding_streams.domain.partner_decisions import Standing, standing_of
from services.funding_streams.handlers import hear_partner
from services.funding_streams.partner_words import NotItsStream, ToldOtherwise, as_decided, told_of, told_under
from services.funding_streams.tables import AwardRow, CaseRow

router = APIRouter(prefix="/v1/partners/{agency}", route_class=UnitOfWorkRoute, tags=["partners"])

PROBLEMS: ProblemTable = {
    NotItsStream: ProblemKind(422, "not-your-stream", "The agency does not decide on this stream"),
    ToldOtherwise: ProblemKind(409, "told-otherwise", "Something else was told under this reference before"),
}

Agency = Annotated[AgencyCode, Path(description="The agency that speaks: that of the token.")]

_NOT_YOURS = (403, "You are not a partner, not of this agency, or not for this council.")


class PartnerDecisionIn(PartnerAwardDecided):
    """A decision as an agency tells it, by Kafka or here: fields that we do not know are passed over."""

    model_config = ConfigDict(extra="ignore")


class AwardOut(BaseModel):
    """Where the award that the decision is about stands now."""

    award_id: UUID
    version: int
    status: AwardStatus
    starts_on: date
    ends_on: date
    amount_pence: Pence
    contribution_pence: Pence
    rests_on: str | None = Field(description="Reference of the last decision that settled it; null where none has.")


class ToldOut(BaseModel):
    """One version of a decision, and what became of it."""

    version: int
    kind: PartnerDecisionKind
    effective_on: date
    received_at: datetime
    standing: Standing = Field(
        description="waiting: kept until the person's case comes; in_force: the award rests on it; superseded: a higher"
        " version or a later decision stands in its place; outside_the_award: it ran out before the award began, or"
        " begins after it."
    )


class PartnerDecisionOut(BaseModel):
    """A decision with all its versions, and the award as it stands now."""

    agency: str
    reference: str
    person_id: UUID
    stream: str
    versions: list[ToldOut] = Field(description="Lowest version first.")
    award: AwardOut | None = Field(description="Null while nothing has been decided on the person's stream.")


@router.post(
    "/decisions",
    dependencies=[may(Action.TELL_PARTNER_DECISION)],
    responses=responses(
        (400, "Idempotency-Key is missing or malformed."),
        _NOT_YOURS,
        (409, "Something else was told under this reference and version before."),
        (422, "The decision does not fit its schema, or the stream is not the agency's."),
    ),
)
async def tell_decision(agency: Agency, body: PartnerDecisionIn, work: Writing, caller: Caller) -> PartnerDecisionOut:
    """Tell a decision: confirm, change, refuse or end an award. Telling the very same again changes nothing."""
    _require_own(caller, agency)
    if body.agency != agency:
        raise Problem(422, "agency-mismatch", "The agency is not the one of the address", _not_of(agency, body.agency))
    if body.council != work.council:
        detail = f"The decision names the council {body.council}, and your token is for {work.council}."
        raise Problem(403, "another-council", "The decision is for another council", detail)
    await hear_partner(body, work)
    return await _what_became(agency, body.reference, work)


@router.get(
    "/decisions/{reference}",
    dependencies=[may(Action.TELL_PARTNER_DECISION)],
    responses=responses(_NOT_YOURS, (404, "The agency has told no decision under this reference for this council.")),
)
async def read_decision(
    agency: Agency, reference: Annotated[Reference, Path()], work: Reading, caller: Caller
) -> PartnerDecisionOut:
    """What became of a decision, whichever way it was told."""
    _require_own(caller, agency)
    return await _what_became(agency, reference, work)


def _require_own(caller: Principal, agency: str) -> None:
    if not caller.speaks_for(agency):
        detail = _not_of(agency, caller.agency or "no agency")
        raise Problem(403, "another-agency", "You speak for another agency", detail)


def _not_of(agency: str, other: str) -> str:
    return f"This is the address of {agency}, not of {other}."


async def _what_became(agency: str, reference: str, work: UnitOfWork) -> PartnerDecisionOut:
    rows = await told_under(agency, reference, work)
    if not rows:
        raise not_found("decision")
    first = rows[0]
    work.touches(person_id=[first.person_id])
    case = (await work.session.scalars(select(CaseRow).where(CaseRow.person_id == first.person_id))).first()
    award = await _latest_award(first.person_id, first.stream, work)
    words = (await told_of(first.person_id, work)).get(first.stream, ())
    return PartnerDecisionOut(
        agency=agency,
        reference=reference,
        person_id=first.person_id,
        stream=first.stream,
        versions=[
            ToldOut(
                version=row.version,
                kind=PartnerDecisionKind(row.decision["kind"]),
                effective_on=row.decision["effective_on"],
                received_at=row.recorded_at,
                standing=standing_of(as_decided(row), words, case.agreed_on if case and award else None),
            )
            for row in rows
        ],
        award=award,
    )


async def _latest_award(person_id: UUID, stream: str, work: UnitOfWork) -> AwardOut | None:
    query = (
        select(AwardRow)
        .where(AwardRow.person_id == person_id, AwardRow.stream == stream)
        .order_by(col(AwardRow.version).desc())
        .limit(1)
    )
    row = (await work.session.scalars(query)).first()
    if row is None:
        return None
    told = {name: row.decision[name] for name in ("starts_on", "ends_on", "amount_pence", "contribution_pence")}
    return AwardOut(
        award_id=row.award_id,
        version=row.version,
        status=AwardStatus(row.status),
        rests_on=row.decision["partner_decision"],
        **told,
    )
