"""A message as the transports carry it, and the CloudEvents attributes in its headers.

CloudEvents 1.0.2, Kafka binding, binary mode: attributes in ``ce_`` headers as UTF-8, the data as JSON in the value.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

#: Largest value of one message, in bytes; the broker's own limit is 1 MiB with headers.
VALUE_BYTES_MAX = 900_000


class MalformedMessage(Exception):
    """The message cannot be read as a CloudEvent; trying again cannot help."""


@dataclass(frozen=True)
class Message:
    """What lies on a topic.

    Args:
        topic: topic name.
        key: record key; one key's messages stay in order. None where a foreign producer set none.
        headers: names and raw bytes, in order; a name may repeat.
        value: raw bytes; None for a tombstone.
        position: where it lies, unique for ever: ``topic/partition/offset``, or the outbox row in embedded mode.
    """

    topic: str
    key: bytes | None
    headers: tuple[tuple[str, bytes], ...]
    value: bytes | None
    position: str = ""


@dataclass(frozen=True)
class Envelope:
    """The CloudEvents attributes of a message."""

    event_id: UUID
    type: str
    source: str
    time: datetime
    subject: str
    traceparent: str | None


@dataclass(frozen=True)
class Heard:
    """A message that is being handled, for whoever passes it on as it came.

    Args:
        envelope: its attributes.
        value: its data, byte by byte.
    """

    envelope: Envelope
    value: bytes


def headers_of(envelope: Envelope) -> dict[str, str]:
    """Header names and values that carry an envelope."""
    headers = {
        "ce_specversion": "1.0",
        "ce_id": str(envelope.event_id),
        "ce_type": envelope.type,
        "ce_source": envelope.source,
        "ce_time": envelope.time.isoformat(),
        "ce_subject": envelope.subject,
        "content-type": "application/json",
    }
    if envelope.traceparent:
        headers["traceparent"] = envelope.traceparent
    return headers


def encoded(headers: Mapping[str, str]) -> tuple[tuple[str, bytes], ...]:
    """Headers as a transport carries them."""
    return tuple((name, value.encode()) for name, value in headers.items())


def read_envelope(message: Message) -> Envelope:
    """Read the CloudEvents attributes of a message.

    Raises:
        MalformedMessage: a header is missing, is not UTF-8 or is not what it should be.
    """
    headers = _decoded(message.headers)
    if headers.get("ce_specversion") != "1.0":
        raise MalformedMessage("header ce_specversion must be 1.0")
    content_type = headers.get("content-type", "application/json").split(";")[0].strip().lower()
    if content_type != "application/json":
        raise MalformedMessage(f"content-type {content_type!r} is not application/json")
    try:
        time = datetime.fromisoformat(_required(headers, "ce_time"))
        event_id = UUID(_required(headers, "ce_id"))
    except ValueError as error:
        raise MalformedMessage(f"header ce_id or ce_time is malformed: {error}") from error
    if time.tzinfo is None:
        raise MalformedMessage("header ce_time has no time zone")
    return Envelope(
        event_id=event_id,
        type=_required(headers, "ce_type"),
        source=_required(headers, "ce_source"),
        time=time,
        subject=headers.get("ce_subject", ""),
        traceparent=headers.get("traceparent"),
    )


def _decoded(headers: Iterable[tuple[str, bytes]]) -> dict[str, str]:
    decoded = {}
    for name, raw in headers:
        try:
            decoded[name] = raw.decode("utf-8")
        except UnicodeDecodeError as error:
            raise MalformedMessage(f"header {name} is not UTF-8") from error
    return decoded


def _required(headers: Mapping[str, str], name: str) -> str:
    value = headers.get(name)
    if not value:
        raise MalformedMessage(f"header {name} is missing")
    return value
