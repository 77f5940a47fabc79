"""Storage rows of webhooks: who is told of what and where, what is to be sent, and each attempt to send it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Identity,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    text,
)
from sqlmodel import Field, SQLModel

from braid.kit.service_tables import recorded_at, service_metadata


class WebhooksRow(SQLModel):
    """Base of the service's rows."""

    metadata = service_metadata()


metadata = WebhooksRow.metadata


def _moment() -> datetime | None:
    return Field(default=None, sa_type=DateTime(timezone=True))  # type: ignore[no-any-return]


class SubscriptionRow(WebhooksRow, table=True):
    """A system that is told of events. One that has ended stays, without its address and secrets.

    Secrets are sealed (decision 19). ``agency`` and ``streams`` are a partner agency's: it is told of its own.
    """

    __tablename__ = "subscription"
    __table_args__ = (
        CheckConstraint("ended_at IS NULL OR (url = '' AND secret IS NULL AND NOT is_enabled)", name="ended_is_empty"),
        CheckConstraint("(old_secret IS NULL) = (old_secret_until IS NULL)", name="old_secret_ends"),
    )

    subscription_id: UUID = Field(primary_key=True)
    council: str = Field(sa_type=Text, index=True)
    name: str = Field(sa_type=Text)
    url: str = Field(sa_type=Text)
    event_types: list[str] = Field(sa_type=ARRAY(Text))
    agency: str | None = Field(default=None, sa_type=Text)
    streams: list[str] = Field(default_factory=list, sa_type=ARRAY(Text))
    secret: bytes | None = Field(default=None, sa_type=LargeBinary)
    old_secret: bytes | None = Field(default=None, sa_type=LargeBinary)
    old_secret_until: datetime | None = _moment()
    is_enabled: bool = True
    disabled_because: str | None = Field(default=None, sa_type=Text)
    failing_since: datetime | None = _moment()
    not_before: datetime | None = _moment()
    version: int = Field(default=1, sa_type=BigInteger)
    created_by: str = Field(sa_type=Text)
    ended_at: datetime | None = _moment()
    recorded_at: datetime = recorded_at()


class DeliveryRow(WebhooksRow, table=True):
    """One event for one subscription: the very bytes that are sent, until nobody needs them any more.

    ``number`` rises in the order of sending for each person. ``attempts`` counts all of them, ``tries`` those since it
    was last put in line. While it is being sent, ``lease`` is whose it is.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        CheckConstraint("state IN ('delivered', 'waiting', 'given_up', 'withdrawn', 'expired')", name="state_known"),
        CheckConstraint("state <> 'waiting' OR body IS NOT NULL", name="waiting_has_body"),
        UniqueConstraint("subscription_id", "event_id"),
        Index("ix_delivery_due", "council", "due_at", postgresql_where=text("state = 'waiting'")),
        Index("ix_delivery_line", "subscription_id", "person_id", "number", postgresql_where=text("state = 'waiting'")),
        Index("ix_delivery_listed", "subscription_id", "number"),
        Index("ix_delivery_person", "person_id"),
    )

    delivery_id: UUID = Field(primary_key=True)
    number: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), nullable=False))
    council: str = Field(sa_type=Text)
    subscription_id: UUID
    event_id: UUID
    event_type: str = Field(sa_type=Text)
    person_id: UUID | None = None
    state: str = Field(default="waiting", sa_type=Text)
    body: bytes | None = Field(default=None, sa_type=LargeBinary)
    due_at: datetime = Field(sa_type=DateTime(timezone=True))
    attempts: int = Field(default=0, sa_type=BigInteger)
    tries: int = Field(default=0, sa_type=BigInteger)
    lease: UUID | None = None
    leased_until: datetime | None = _moment()
    ended_at: datetime | None = _moment()
    recorded_at: datetime = recorded_at()


class AttemptRow(WebhooksRow, table=True):
    """One attempt to send, written before it is made; one whose process died in it has no outcome."""

    __tablename__ = "attempt"

    delivery_id: UUID = Field(primary_key=True)
    attempt: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    council: str = Field(sa_type=Text)
    begun_at: datetime = Field(sa_type=DateTime(timezone=True))
    outcome: str | None = Field(default=None, sa_type=Text)
    status: int | None = Field(default=None, sa_type=BigInteger)
    took_ms: int | None = Field(default=None, sa_type=BigInteger)
