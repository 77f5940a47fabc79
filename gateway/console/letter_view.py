"""Messages that could not be handled as operations read them: services, reasons and letters in words."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from braid.kit.dead_letter_routes import LetterOut, MendedOut, MessageOut
from gateway.console import wording
from gateway.console.access_view import KEPT_BY
from gateway.dead_letters import ParkedKeysOut, ServiceCause, ServiceLetter, TogetherOut

LETTERS, PARKED = "/dead-letters", "/dead-letters/parked"
SERVICES: Mapping[str, str] = {
    "assessment": "Assessment",
    "ras": "Allocation",
    "funding_streams": "Funding streams",
    "ledger": "Ledger",
    "support_planning": "Support planning",
    "outcomes": "Outcomes",
    "webhooks": "Webhooks",
}
#: What kinds of reasons mean; another is the kind of an error, and named as it is.
CAUSES: Mapping[str, str] = {
    "KeyIsParked": "An earlier message of the same person waits",
    "TooEarly": "What it needs comes on another topic, and has not come yet",
    "MalformedMessage": "The message is not as messages are",
    "ValidationError": "The message breaks its contract",
    "Permanent": "The service refused it",
    "EventTooLarge": "What follows from it is too large to send",
}

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True)
class Letter:
    """A letter on a page."""

    href: str
    number: int
    service: str
    service_code: str
    tells: str
    event_type: str
    topic: str
    position: str
    person_id: str
    name: str
    cause: str
    cause_code: str
    words: str
    attempts: int
    buried_at: str
    ahead: int | None


@dataclass(frozen=True)
class Cause:
    """A kind of reason at a service, with how many wait for it.

    Args:
        is_behind: whether they wait behind others alone, and go with those.
    """

    service: str
    service_code: str
    cause: str
    cause_code: str
    waiting: int
    href: str
    is_behind: bool


def letter_of(told: LetterOut, service: str, name: str = "") -> Letter:
    """A letter of a service, with its person's name where it may be shown."""
    return Letter(
        href=f"{LETTERS}/{service}/{told.letter_id}",
        number=told.letter_id,
        service=service_name(service),
        service_code=service,
        tells=event_name(told.event_type),
        event_type=told.event_type or "",
        topic=told.topic,
        position=told.position,
        person_id=str(told.person_id or ""),
        name=name,
        cause=cause_name(told.cause),
        cause_code=told.cause,
        words=told.words or "",
        attempts=told.attempts,
        buried_at=told.buried_at.isoformat(),
        ahead=told.ahead,
    )


def letters_of(told: Iterable[ServiceLetter]) -> tuple[Letter, ...]:
    """Letters of all services."""
    return tuple(letter_of(each, each.service) for each in told)


def causes_of(told: Iterable[ServiceCause]) -> tuple[Cause, ...]:
    """What letters wait for, most of them first."""
    found = (
        Cause(
            service=service_name(each.service),
            service_code=each.service,
            cause=cause_name(each.cause),
            cause_code=each.cause,
            waiting=each.waiting,
            href=f"{LETTERS}?{urlencode({'service': each.service, 'cause': each.cause})}",
            is_behind=each.cause == "KeyIsParked",
        )
        for each in told
    )
    return tuple(sorted(found, key=lambda each: (each.is_behind, -each.waiting, each.service, each.cause)))


def parked_of(told: ParkedKeysOut) -> list[dict[str, Any]]:
    """Whose messages wait, the longest wait first."""
    return [
        {
            "person_id": str(each.person_id or ""),
            "service": service_name(each.service),
            "since": each.since.isoformat(),
            "waiting": each.waiting,
            "topic": each.topic,
            "href": f"{LETTERS}/{each.service}/{each.first_letter}",
            "first_letter": each.first_letter,
        }
        for each in told.parked
    ]


def message_text(told: MessageOut) -> str:
    """What a message says, laid out where it is JSON."""
    if told.text is None:
        return told.base64 or "The message has no data."
    try:
        return json.dumps(json.loads(told.text), indent=2, ensure_ascii=False)
    except ValueError:
        return told.text


def replayed_in_words(told: MendedOut) -> tuple[bool, str]:
    """Whether a replay went well, and what it came to."""
    number = wording.counted(len(told.handled), "message was handled", "messages were handled")
    if told.stopped_at is not None:
        before = f"{number}. Then it" if told.handled else "It"
        why = cause_name(told.cause or "")
        return False, f"{before} stopped at letter {told.stopped_at}, which still fails: {why}."
    after = "The person’s messages flow again." if told.is_free else "Others of the person still wait."
    return True, f"{number}. {after}"


def together_in_words(told: TogetherOut) -> tuple[bool, str]:
    """Whether replaying letters of one reason went well, and what it came to."""
    parts = [wording.counted(len(told.handled), "message was handled", "messages were handled")]
    if told.still_fail:
        parts.append(wording.counted(len(told.still_fail), "still fails", "still fail"))
    parts.append(f"{wording.counted(told.waiting, 'letter waits', 'letters wait')} for this reason now")
    return not told.still_fail, ". ".join(parts) + "."


def service_name(code: str) -> str:
    """A service as people name it."""
    return wording.named(SERVICES, code)


def cause_name(code: str) -> str:
    """A kind of reason in words."""
    return CAUSES.get(code) or wording.sentence(_CAMEL.sub(" ", code).lower())


def event_name(event_type: str | None) -> str:
    """What an event tells, in words, by its type such as uk.braid.ledger.payment-made.v1."""
    parts = (event_type or "").split(".")
    if len(parts) < 3:  # noqa: PLR2004 (sender, name and version)
        return event_type or "A message of no kind that can be read"
    return wording.sentence(parts[-2].replace("-", " "))


def missing(unavailable: Iterable[str]) -> tuple[str, ...]:
    """Services that are away, in words."""
    return tuple(SERVICES.get(each) or KEPT_BY.get(each) or wording.named({}, each) for each in unavailable)
