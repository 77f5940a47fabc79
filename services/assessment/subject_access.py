"""A person's whole record here, as they may ask for it (UK GDPR Article 15): as data, and as a page to read."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from sqlmodel import col, select

from braid.kit.access_records import Sought, find_records, told_to_the_person
from braid.kit.unit_of_work import UnitOfWork
from services.assessment import store
from services.assessment.tables import (
    AssessmentChangeRow,
    AssessmentServiceRow,
    AuthorityRow,
    CarerRow,
    CarerStatementRow,
    EvidenceRow,
    GivenAnswerRow,
    JointSignatureRow,
    LegalHoldRow,
    PersonCorrectionRow,
    PersonRow,
    RecordReadRow,
    WithdrawalRow,
)

#: What is held under the person's own id, by the heading under which it is told.
_HELD: Mapping[str, type[Any]] = {
    "corrections_of_the_record": PersonCorrectionRow,
    "authorities_to_act": AuthorityRow,
    "signatures_of_joint_holders": JointSignatureRow,
    "carers": CarerRow,
    "what_was_said_of_carers": CarerStatementRow,
    "withdrawals": WithdrawalRow,
    "legal_holds": LegalHoldRow,
    "who_read_the_record_in_earlier_releases": RecordReadRow,
}
#: What is left out, and why.
WITHHELD = {
    "carers_own_assessments": "They are the carer's own record (Data Protection Act 2018 Sch 2 para 16); the carer may"
    " ask for them.",
    "people_it_was_not": "Whom the person was told apart from when the case was opened is about somebody else (Data"
    " Protection Act 2018 Sch 2 para 16).",
    "reasons_of_legal_holds": "That there is a hold, and from when, is told; why may be part of an inquiry: the council"
    " decides on it (Data Protection Act 2018 Sch 2 Parts 1 and 2).",
    "content_of_evidence": "Each document is listed with its hash, and is downloaded by itself.",
    "other_services": "Money, awards and plans are held by other services under an id without a name; each tells its"
    " own part.",
}
#: Columns behind the headings of what is withheld.
_LEFT_OUT = ("not_same_as", "because")
_EVIDENCE = ("evidence_id", "title", "media_type", "size_bytes", "sha256", "added_by", "recorded_at")
#: Of an access record; the others are the council's, or lead to traces.
_ACCESS = ("recorded_at", "subject", "roles", "action", "method", "route", "status", "reason", "client")
#: More than anybody's record is ever read.
_ACCESSES_MOST = 1_000_000

Record = dict[str, Any]


async def whole_record(person: PersonRow, work: UnitOfWork) -> Record:
    """Everything that is held of a person here, as JSON takes it, with what is withheld and why."""
    assessments = await store.assessments_of(work, person.person_id)
    ids = [row.assessment_id for row in assessments]
    evidence = select(*(getattr(EvidenceRow, name) for name in _EVIDENCE)).where(
        EvidenceRow.person_id == person.person_id
    )
    return {
        "person": _told(person),
        "assessments": [_told(row) for row in assessments],
        "answers_as_given": await _of_assessments(work, GivenAnswerRow, ids),
        "steps_of_assessments": await _of_assessments(work, AssessmentChangeRow, ids),
        **{heading: await _of_person(work, row, person) for heading, row in _HELD.items()},
        "who_read_or_changed_the_record": await _accesses(work, person),
        "evidence": [
            {name: str(value) for name, value in zip(_EVIDENCE, row, strict=True)}
            for row in await work.session.execute(evidence)
        ],
        "withheld": WITHHELD,
    }


async def _accesses(work: UnitOfWork, person: PersonRow) -> list[Record]:
    found = await find_records(work, Sought(person_id=person.person_id, limit=_ACCESSES_MOST))
    return [{name: _plain(told[name]) for name in _ACCESS} for told in map(told_to_the_person, found)]


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, int | list) else str(value)


async def _of_person(work: UnitOfWork, row: type[Any], person: PersonRow) -> list[Record]:
    query = select(row).where(row.person_id == person.person_id).order_by(row.recorded_at)
    return [_told(each) for each in (await work.session.scalars(query)).all()]


async def _of_assessments(work: UnitOfWork, row: type[Any], ids: Sequence[Any]) -> list[Record]:
    query = select(row).where(col(row.assessment_id).in_(ids)).order_by(row.recorded_at, row.version)
    return [_told(each) for each in (await work.session.scalars(query)).all()]


def _told(row: AssessmentServiceRow) -> Record:
    return row.model_dump(mode="json", exclude={"council", *_LEFT_OUT})


def as_page(record: Mapping[str, Any]) -> str:
    """The record as one HTML page that needs nothing else, with headings and tables that screen readers can follow."""
    parts = "".join(f"<section><h2>{_words(heading)}</h2>{_shown(told)}</section>" for heading, told in record.items())
    return (
        '<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><title>Everything we hold about you</title>'
        "<style>body{font-family:sans-serif;max-width:70rem;margin:auto;padding:1rem}"
        "th{text-align:left;vertical-align:top;padding-right:1rem}td{overflow-wrap:anywhere}</style></head>"
        f"<body><h1>Everything that the assessment service holds about you</h1>{parts}</body></html>"
    )


def _shown(told: Any) -> str:
    if isinstance(told, Mapping):
        rows = (f'<tr><th scope="row">{_words(name)}</th><td>{_shown(each)}</td></tr>' for name, each in told.items())
        return f"<table>{''.join(rows)}</table>" if told else "<p>Nothing.</p>"
    if isinstance(told, list):
        return f"<ol>{''.join(f'<li>{_shown(each)}</li>' for each in told)}</ol>" if told else "<p>Nothing.</p>"
    if told is None or isinstance(told, bool):
        return {None: "–", True: "yes", False: "no"}[told]
    return escape(str(told))


def _words(name: str) -> str:
    return escape(name.replace("_", " ").capitalize())
