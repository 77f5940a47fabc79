"""The tables that every service has beside its own: outbox, inbox, dead letters, keys, tombstones, access records."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Computed,
    Date,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import INET, JSONB

#: Constraint names that Alembic can find again, the same in every service.
NAMING_CONVENTION = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


@dataclass(frozen=True)
class MessagingTables:
    """The messaging tables in one service's metadata."""

    outbox: Table
    inbox: Table
    dead_letter: Table
    parked_key: Table
    idempotency_key: Table
    forgotten_person: Table
    access_record: Table

    @property
    def names(self) -> Sequence[str]:
        """Names of all the tables, for the migration test."""
        return list(_NAMES)


def messaging_tables(metadata: MetaData) -> MessagingTables:
    """Add the messaging tables to a service's metadata; a second call finds them there."""
    if "outbox" in metadata.tables:
        return MessagingTables(*(metadata.tables[name] for name in _NAMES))
    return MessagingTables(
        _outbox(metadata),
        _inbox(metadata),
        _dead_letter(metadata),
        _parked_key(metadata),
        _idempotency_key(metadata),
        _forgotten_person(metadata),
        _access_record(metadata),
    )


_NAMES = ("outbox", "inbox", "dead_letter", "parked_key", "idempotency_key", "forgotten_person", "access_record")


def _recorded_at() -> Column[object]:
    return Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=func.now())


def _outbox(metadata: MetaData) -> Table:
    return Table(
        "outbox",
        metadata,
        Column("id", BigInteger, Identity(always=True), primary_key=True),
        Column("event_id", Uuid, nullable=False, unique=True),
        # Null only for dead letters whose council could not be read.
        Column("council", Text),
        Column("topic", Text, nullable=False),
        Column("key", LargeBinary),
        Column("headers", JSONB, nullable=False),
        Column("value", LargeBinary),
        _recorded_at(),
        Column("published_at", DateTime(timezone=True)),
        Index("ix_outbox_pending", "id", postgresql_where=text("published_at IS NULL")),
    )


def _inbox(metadata: MetaData) -> Table:
    return Table(
        "inbox",
        metadata,
        Column("consumer", Text, nullable=False),
        Column("event_id", Uuid, nullable=False),
        _recorded_at(),
        # Whose message it was; null for what was handled before the column was there.
        Column("council", Text, server_default=text("COALESCE(current_setting('braid.council', true), '')")),
        PrimaryKeyConstraint("consumer", "event_id"),
    )


def _dead_letter(metadata: MetaData) -> Table:
    return Table(
        "dead_letter",
        metadata,
        Column("id", BigInteger, Identity(always=True), primary_key=True),
        Column("consumer", Text, nullable=False),
        Column("position", Text, nullable=False),
        Column("topic", Text, nullable=False),
        Column("key", LargeBinary),
        # Pairs of name and base64: a header that is not UTF-8 may be the very cause.
        Column("headers", JSONB, nullable=False),
        Column("value", LargeBinary),
        Column("cause", Text, nullable=False),
        Column("error", Text, nullable=False),
        Column("attempts", Integer, nullable=False),
        _recorded_at(),
        Column("resolved_at", DateTime(timezone=True)),
        Column("resolution", Text),
        Column("resolved_by", Text),
        # Of the event that the letter holds; null where that cannot be read.
        Column("council", Text, Computed("council_of_letter(value)", persisted=True)),
        # Why it was discarded.
        Column("resolution_reason", Text),
        UniqueConstraint("consumer", "position"),
        Index("ix_dead_letter_open", "consumer", "topic", "key", "id", postgresql_where=text("resolved_at IS NULL")),
    )


def _parked_key(metadata: MetaData) -> Table:
    return Table(
        "parked_key",
        metadata,
        Column("consumer", Text, nullable=False),
        Column("topic", Text, nullable=False),
        Column("key", LargeBinary, nullable=False),
        _recorded_at(),
        PrimaryKeyConstraint("consumer", "topic", "key"),
    )


def _idempotency_key(metadata: MetaData) -> Table:
    return Table(
        "idempotency_key",
        metadata,
        Column("council", Text, nullable=False),
        Column("caller", Text, nullable=False),
        Column("key", Text, nullable=False),
        Column("fingerprint", LargeBinary, nullable=False),
        # Null while the first request is still running; its own transaction fills them.
        Column("status", Integer),
        Column("headers", JSONB),
        Column("body", LargeBinary),
        _recorded_at(),
        PrimaryKeyConstraint("council", "caller", "key"),
    )


def _forgotten_person(metadata: MetaData) -> Table:
    return Table(
        "forgotten_person",
        metadata,
        Column("person_id", Uuid, primary_key=True),
        Column("council", Text, nullable=False),
        Column("forgotten_on", Date, nullable=False),
        _recorded_at(),
        # Null while a message about the person is still to be sent.
        Column("messages_gone_at", DateTime(timezone=True)),
    )


def _access_record(metadata: MetaData) -> Table:
    return Table(
        "access_record",
        metadata,
        Column("record_id", Uuid, primary_key=True, server_default=text("gen_random_uuid()")),
        Column("council", Text, nullable=False),
        # Null where a request was about nobody by name: a whole run, or a record that is not there.
        Column("person_id", Uuid),
        Column("subject", Text, nullable=False),
        Column("roles", ARRAY(Text), nullable=False),
        Column("action", Text, nullable=False),
        Column("method", Text, nullable=False),
        Column("route", Text, nullable=False),
        Column("resource", Text, nullable=False),
        Column("status", Integer, nullable=False),
        Column("is_repeat", Boolean, nullable=False),
        Column("reason", Text),
        Column("client", INET),
        Column("request_id", Text, nullable=False),
        Column("trace_id", Text),
        _recorded_at(),
        Index("ix_access_record_person", "person_id", "recorded_at", "record_id"),
        Index("ix_access_record_subject", "council", "subject", "recorded_at", "record_id"),
        Index("ix_access_record_day", "council", "recorded_at", "record_id"),
    )
