"""Evidence over the API: documents of known kinds, told by their content, not by their name, kept with their hash."""

import hashlib
from datetime import datetime
from typing import Annotated
from uuid import UUID, uuid4

import puremagic
from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import Base64Bytes, BaseModel, Field
from sqlmodel import col, select

from braid.kit.http import Caller, Reading, UnitOfWorkRoute, Writing
from braid.kit.permissions import Action, may
from braid.kit.problems import Problem, not_found, responses
from braid.kit.unit_of_work import UnitOfWork
from services.assessment import store
from services.assessment.access import person_to_change, person_to_read
from services.assessment.bodies import INVALID, KEY, NO_AUTHORITY, NO_PERSON, Command, ShortText
from services.assessment.tables import AssessmentRow, EvidenceRow

router = APIRouter(prefix="/v1", route_class=UnitOfWorkRoute, tags=["assessment"])

#: Largest document, in bytes.
EVIDENCE_BYTES_MAX = 5_000_000
#: How many documents one person may have.
EVIDENCE_MAX = 200
#: What is taken: nothing that a reader's programs would run.
MEDIA_TYPES = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}

_NONE = (404, "No such document, or the record is not yours to see.")
_FILE = {"content": {each: {"schema": {"type": "string", "format": "binary"}} for each in MEDIA_TYPES}}


class EvidenceIn(Command):
    """A document with its title, all of it in the body: what is in an address is kept in logs and traces."""

    title: ShortText
    media_type: Annotated[str, Field(max_length=100, description=f"One of {', '.join(MEDIA_TYPES)}.")]
    content: Annotated[Base64Bytes, Field(description="The document itself, in base64.")]
    assessment_id: UUID | None = None
    question_id: Annotated[str, Field(max_length=100)] | None = Field(None, description="Which answer it supports.")


class EvidenceOut(BaseModel):
    """A document that somebody attached."""

    evidence_id: UUID
    person_id: UUID
    assessment_id: UUID | None
    question_id: str | None
    title: str
    media_type: str
    size_bytes: int
    sha256: str = Field(description="Of the content, in hexadecimal.")
    added_by: str
    recorded_at: datetime


class EvidenceListOut(BaseModel):
    """A person's documents, oldest first."""

    evidence: list[EvidenceOut]


@router.post(
    "/people/{person_id}/evidence",
    dependencies=[may(Action.CHANGE_RECORD)],
    status_code=201,
    responses=responses(
        KEY,
        NO_PERSON,
        NO_AUTHORITY,
        (409, "The person has as many documents as can be kept."),
        (413, "The document is too large."),
        (415, "The content is not of a kind that is taken, or not of the kind that was said."),
        INVALID,
    ),
)
async def attach(person_id: UUID, body: EvidenceIn, work: Writing, caller: Caller) -> EvidenceOut:
    """Attach a document, whose kind is told by its content."""
    await person_to_change(work, caller, person_id)
    content = body.content
    media_type = checked_media_type(content, body.media_type)
    await _require_question(work, person_id, body.assessment_id, body.question_id)
    await work.lock_person(person_id)
    if len(await _metadata(work, person_id)) >= EVIDENCE_MAX:
        raise Problem(409, "too-many-documents", "There are too many documents", f"At most {EVIDENCE_MAX}.")
    row = EvidenceRow(
        evidence_id=uuid4(),
        council=work.council,
        person_id=person_id,
        assessment_id=body.assessment_id,
        question_id=body.question_id,
        title=body.title,
        media_type=media_type,
        size_bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        content=content,
        added_by=caller.subject,
        recorded_at=work.now,
    )
    work.session.add(row)
    await work.session.flush()
    return EvidenceOut(**row.model_dump(include=set(EvidenceOut.model_fields)))


@router.get(
    "/people/{person_id}/evidence", dependencies=[may(Action.READ_RECORD)], responses=responses(NO_PERSON, NO_AUTHORITY)
)
async def list_evidence(person_id: UUID, work: Reading, caller: Caller) -> EvidenceListOut:
    """A person's documents, without their content."""
    await person_to_read(work, caller, person_id)
    return EvidenceListOut(evidence=await _metadata(work, person_id))


@router.get(
    "/evidence/{evidence_id}/content",
    dependencies=[may(Action.READ_RECORD)],
    response_class=Response,
    responses={**responses(_NONE, NO_AUTHORITY), 200: _FILE},
)
async def download(evidence_id: UUID, work: Reading, caller: Caller) -> Response:
    """The document itself, to be saved and never shown inside a page of ours."""
    row = (await work.session.scalars(select(EvidenceRow).where(EvidenceRow.evidence_id == evidence_id))).first()
    if row is None:
        raise not_found("document")
    await person_to_read(work, caller, row.person_id, named="document")
    return Response(
        row.content,
        media_type=row.media_type,
        headers={
            "Content-Disposition": f'attachment; filename="{evidence_id}.{MEDIA_TYPES[row.media_type]}"',
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cache-Control": "private, no-store",
            "ETag": f'"{row.sha256}"',
        },
    )


def checked_media_type(content: bytes, said: str) -> str:
    """What a document is by its content.

    Raises:
        Problem: 413 too large; 415 nothing that is taken, or not what was said; 422 empty.
    """
    if not content:
        raise Problem(422, "invalid-request", "The request is not valid", "The document is empty.")
    if len(content) > EVIDENCE_BYTES_MAX:
        raise Problem(413, "too-large", "The request is too large", f"At most {EVIDENCE_BYTES_MAX} bytes.")
    try:
        found = puremagic.from_string(content, mime=True)
    except puremagic.PureError:
        found = ""
    if found not in MEDIA_TYPES:
        detail = f"Its content is none of: {', '.join(MEDIA_TYPES)}."
        raise Problem(415, "media-type-not-taken", "This kind of document is not taken", detail)
    if said != found:
        detail = f"By its content it is {found}; send that as its media type."
        raise Problem(415, "media-type-not-taken", "The document is not what was said", detail)
    return found


async def _require_question(
    work: UnitOfWork, person_id: UUID, assessment_id: UUID | None, question_id: str | None
) -> None:
    if assessment_id is None and question_id is None:
        return
    row: AssessmentRow | None = await store.assessment(work, assessment_id) if assessment_id else None
    if row is None or row.person_id != person_id:
        raise not_found("assessment")
    if question_id is not None and question_id not in store.questionnaire_of(row).questions:
        raise Problem(422, "invalid-request", "The request is not valid", "The assessment has no such question.")


async def _metadata(work: UnitOfWork, person_id: UUID) -> list[EvidenceOut]:
    names = list(EvidenceOut.model_fields)
    query = select(*(getattr(EvidenceRow, name) for name in names)).where(EvidenceRow.person_id == person_id)
    rows = await work.session.execute(query.order_by(col(EvidenceRow.recorded_at)))
    return [EvidenceOut(**dict(zip(names, row, strict=True))) for row in rows]
