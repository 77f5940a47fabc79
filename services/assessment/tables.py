"""Storage rows of the assessment service: the only place with names."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Identity, Index, LargeBinary, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from braid.kit.service_tables import recorded_at, service_metadata


class AssessmentServiceRow(SQLModel):
    """Base of the assessment service's rows."""

    metadata = service_metadata()


metadata = AssessmentServiceRow.metadata

#: JSON that may be missing: nothing is kept as NULL, not as the JSON value null.
MayBeNull = JSONB(none_as_null=True)


def _empty_object() -> Any:
    return Field(
        default_factory=dict, sa_type=JSONB, nullable=False, sa_column_kwargs={"server_default": text("'{}'::jsonb")}
    )


class PersonRow(AssessmentServiceRow, table=True):
    """A person whose case a council opened."""

    __tablename__ = "person"
    __table_args__ = (
        UniqueConstraint("council", "reference"),
        Index("ix_person_nhs_number", "council", "nhs_number", unique=False),
        Index("ix_person_date_of_birth", "council", "date_of_birth"),
    )

    person_id: UUID = Field(primary_key=True)
    council: str = Field(sa_type=Text)
    reference: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    user_group: str = Field(sa_type=Text)
    opened_on: date
    nhs_number: str | None = Field(default=None, sa_type=Text)
    date_of_birth: date | None = None
    uprn: str | None = Field(default=None, sa_type=Text)
    postcode: str | None = Field(default=None, sa_type=Text)
    not_same_as: dict[str, Any] | None = Field(default=None, sa_type=MayBeNull)
    withdrawn_on: date | None = None
    recorded_at: datetime = recorded_at()


class PersonCorrectionRow(AssessmentServiceRow, table=True):
    """What was corrected in a person's record after their case was opened; never changed."""

    __tablename__ = "person_correction"

    person_id: UUID = Field(primary_key=True, foreign_key="person.person_id", ondelete="CASCADE")
    number: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    council: str = Field(sa_type=Text)
    before: dict[str, Any] = Field(sa_type=JSONB)
    after: dict[str, Any] = Field(sa_type=JSONB)
    reason: str = Field(sa_type=Text)
    corrected_by: str = Field(sa_type=Text)
    recorded_at: datetime = recorded_at()


class AssessmentRow(AssessmentServiceRow, table=True):
    """An assessment as it stands; its version rises with each change."""

    __tablename__ = "assessment"
    __table_args__ = (
        CheckConstraint("state IN ('drafted', 'submitted', 'agreed', 'withdrawn')", name="state_known"),
        Index("ix_assessment_person", "person_id"),
    )

    assessment_id: UUID = Field(primary_key=True)
    council: str = Field(sa_type=Text)
    person_id: UUID
    version: int = Field(sa_type=BigInteger)
    state: str = Field(sa_type=Text)
    questionnaire: str = Field(sa_type=Text)
    questionnaire_version: int = Field(sa_type=BigInteger)
    answers: dict[str, Any] = Field(sa_type=JSONB)
    submitted_on: date | None = None
    agreed_on: date | None = None
    disputes: dict[str, Any] = _empty_object()
    to_confirm: dict[str, Any] = _empty_object()
    replaces: UUID | None = None
    changed_on: date | None = None
    recorded_at: datetime = recorded_at()


class AssessmentChangeRow(AssessmentServiceRow, table=True):
    """What each version of an assessment was, and who made it so; never changed.

    All answers are kept with each step; between steps, what was answered is in `GivenAnswerRow`.
    """

    __tablename__ = "assessment_change"

    assessment_id: UUID = Field(primary_key=True)
    version: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    council: str = Field(sa_type=Text)
    what: str = Field(sa_type=Text)
    state: str = Field(sa_type=Text)
    answers: dict[str, Any] | None = Field(default=None, sa_type=MayBeNull)
    told: dict[str, Any] | None = Field(default=None, sa_type=MayBeNull)
    changed_by: str = Field(sa_type=Text)
    recorded_at: datetime = recorded_at()


class GivenAnswerRow(AssessmentServiceRow, table=True):
    """One answer as it was given, by whom and in what capacity; never changed. No answer: it was withdrawn."""

    __tablename__ = "given_answer"

    assessment_id: UUID = Field(primary_key=True)
    question_id: str = Field(primary_key=True, sa_type=Text)
    version: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    council: str = Field(sa_type=Text)
    answer: Any = Field(default=None, sa_type=MayBeNull, nullable=True)
    own_words: str | None = Field(default=None, sa_type=Text)
    given_as: str = Field(sa_type=Text)
    given_by: str = Field(sa_type=Text)
    authorities: list[str] | None = Field(default=None, sa_type=MayBeNull)
    given_on: date | None = None
    source: dict[str, Any] | None = Field(default=None, sa_type=MayBeNull)
    recorded_at: datetime = recorded_at()


class AuthorityRow(AssessmentServiceRow, table=True):
    """Somebody's authority to act for a person."""

    __tablename__ = "authority"
    __table_args__ = (
        Index("ix_authority_person", "person_id"),
        Index("ix_authority_holder", "council", "holder_subject"),
    )

    authority_id: UUID = Field(primary_key=True)
    council: str = Field(sa_type=Text)
    person_id: UUID
    holder_name: str = Field(sa_type=Text)
    holder_subject: str | None = Field(default=None, sa_type=Text)
    kind: str = Field(sa_type=Text)
    decisions: list[str] = Field(sa_type=JSONB)
    acting: str = Field(sa_type=Text)
    from_on: date
    until_on: date | None = None
    limits: str = Field(sa_type=Text)
    evidence: str = Field(sa_type=Text)
    revoked_on: date | None = None
    revoked_because: str | None = Field(default=None, sa_type=Text)
    objected_on: date | None = None
    objection: str | None = Field(default=None, sa_type=Text)
    has_capacity: bool | None = None
    recorded_by: str = Field(sa_type=Text)
    recorded_at: datetime = recorded_at()


class JointSignatureRow(AssessmentServiceRow, table=True):
    """One joint holder's act for a person, kept until all the others have done the same; then it is used.

    ``paper`` says what exactly was signed: whatever is changed in it since makes it another paper.
    """

    __tablename__ = "joint_signature"
    __table_args__ = (Index("ix_joint_signature_person", "person_id"),)

    signature_id: UUID = Field(primary_key=True)
    council: str = Field(sa_type=Text)
    person_id: UUID = Field(foreign_key="person.person_id", ondelete="CASCADE")
    authority_id: UUID
    act: str = Field(sa_type=Text)
    paper: str = Field(sa_type=Text)
    signed_on: date
    signed_by: str = Field(sa_type=Text)
    used_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    recorded_at: datetime = recorded_at()


class CarerRow(AssessmentServiceRow, table=True):
    """Somebody who helps a person and is not paid for it."""

    __tablename__ = "carer"
    __table_args__ = (Index("ix_carer_person", "person_id"),)

    carer_id: UUID = Field(primary_key=True)
    council: str = Field(sa_type=Text)
    person_id: UUID
    name: str = Field(sa_type=Text)
    relationship: str = Field(sa_type=Text)
    subject: str | None = Field(default=None, sa_type=Text)
    recorded_by: str = Field(sa_type=Text)
    recorded_at: datetime = recorded_at()


class CarerStatementRow(AssessmentServiceRow, table=True):
    """What was said of a carer's help, and whose word it is; never changed."""

    __tablename__ = "carer_statement"

    carer_id: UUID = Field(primary_key=True)
    version: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    council: str = Field(sa_type=Text)
    person_id: UUID
    said_by: str = Field(sa_type=Text)
    said_on: date
    domains: dict[str, Any] = Field(sa_type=JSONB)
    recorded_by: str = Field(sa_type=Text)
    recorded_at: datetime = recorded_at()


class CarerAssessmentRow(AssessmentServiceRow, table=True):
    """A carer's own assessment, once it is made; a later one is a further row."""

    __tablename__ = "carer_assessment"
    __table_args__ = (
        CheckConstraint("outcome IN ('eligible', 'not_eligible', 'refused')", name="outcome_known"),
        Index("ix_carer_assessment_carer", "carer_id"),
    )

    carer_assessment_id: UUID = Field(primary_key=True)
    council: str = Field(sa_type=Text)
    carer_id: UUID
    person_id: UUID
    version: int = Field(sa_type=BigInteger)
    assessed_on: date
    outcome: str = Field(sa_type=Text)
    needs: dict[str, Any] | None = Field(default=None, sa_type=MayBeNull)
    reasons: list[str] = Field(sa_type=JSONB)
    own_words: str = Field(sa_type=Text)
    recorded_by: str = Field(sa_type=Text)
    recorded_at: datetime = recorded_at()


class WithdrawalRow(AssessmentServiceRow, table=True):
    """A person withdrew; never changed."""

    __tablename__ = "withdrawal"
    __table_args__ = (Index("ix_withdrawal_person", "person_id"),)

    withdrawal_id: UUID = Field(primary_key=True)
    council: str = Field(sa_type=Text)
    person_id: UUID
    withdrawn_on: date
    reason: str = Field(sa_type=Text)
    own_words: str = Field(sa_type=Text)
    recorded_by: str = Field(sa_type=Text)
    recorded_at: datetime = recorded_at()


class EvidenceRow(AssessmentServiceRow, table=True):
    """A document that somebody attached; never changed."""

    __tablename__ = "evidence"
    __table_args__ = (Index("ix_evidence_person", "person_id"),)

    evidence_id: UUID = Field(primary_key=True)
    council: str = Field(sa_type=Text)
    person_id: UUID
    assessment_id: UUID | None = None
    question_id: str | None = Field(default=None, sa_type=Text)
    title: str = Field(sa_type=Text)
    media_type: str = Field(sa_type=Text)
    size_bytes: int = Field(sa_type=BigInteger)
    sha256: str = Field(sa_type=Text)
    content: bytes = Field(sa_type=LargeBinary)
    added_by: str = Field(sa_type=Text)
    recorded_at: datetime = recorded_at()


class RecordReadRow(AssessmentServiceRow, table=True):
    """Somebody read a person's record here, as releases wrote it before every service had access records (decision 17).

    Nothing is written here any more. A release that comes after this one drops it, with what subject access and
    forgetting do with it: until then, the release before this one may still be running and write here.
    """

    __tablename__ = "record_read"
    __table_args__ = (Index("ix_record_read_person", "person_id"),)

    read_id: int | None = Field(
        default=None, primary_key=True, sa_type=BigInteger, sa_column_args=[Identity(always=True)]
    )
    council: str = Field(sa_type=Text)
    person_id: UUID
    what: str = Field(sa_type=Text)
    read_by: str = Field(sa_type=Text)
    roles: list[str] = Field(sa_type=JSONB)
    recorded_at: datetime = recorded_at()


class LegalHoldRow(AssessmentServiceRow, table=True):
    """A reason for which nothing of a person may be erased, such as an inquiry."""

    __tablename__ = "legal_hold"
    __table_args__ = (Index("ix_legal_hold_person", "person_id"),)

    hold_id: UUID = Field(primary_key=True)
    council: str = Field(sa_type=Text)
    person_id: UUID
    because: str = Field(sa_type=Text)
    from_on: date
    lifted_on: date | None = None
    lifted_by: str | None = Field(default=None, sa_type=Text)
    set_by: str = Field(sa_type=Text)
    recorded_at: datetime = recorded_at()


class ErasureRow(AssessmentServiceRow, table=True):
    """A tombstone: that there was a person of this id, and why nothing is left of them here."""

    __tablename__ = "erasure"

    person_id: UUID = Field(primary_key=True)
    council: str = Field(sa_type=Text)
    erased_on: date
    basis: str = Field(sa_type=Text)
    rule: str = Field(sa_type=Text)
    erased_by: str = Field(sa_type=Text)
    recorded_at: datetime = recorded_at()
