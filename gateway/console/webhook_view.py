"""What the pages of webhooks show: which systems are told of what, and what became of each message, in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from braid.kit.identity import Principal, Role
from braid.kit.permissions import PERMISSIONS, Action
from gateway.console import wording
from gateway.console.letter_view import event_name

Told = Mapping[str, Any]
Look = tuple[str, str]
WEBHOOKS = "/webhooks"
MAY_KEEP = PERMISSIONS[Action.KEEP_WEBHOOKS].roles
TEST = "uk.braid.webhook.test.v1"
STATES: Mapping[str, Look] = {
    "delivered": ("Taken", "green"),
    "waiting": ("Waits", "yellow"),
    "given_up": ("Given up", "red"),
    "withdrawn": ("Withdrawn", "grey"),
    "expired": ("Too old", "grey"),
}
#: Why nothing is sent to a system.
_OFF: Mapping[str, tuple[str, str, str]] = {
    "by_hand": ("Off", "grey", "Somebody turned it off"),
    "gone": ("Off", "red", "It answered that it is gone (410)"),
    "failing": ("Off", "red", "It took nothing for five days"),
}
#: What came of an attempt that the system did not answer.
_NOT_ANSWERED: Mapping[str, str] = {
    "timed_out": "It did not answer in time",
    "not_resolved": "The name in its address was not found",
    "address_refused": "Its address may not be called",
    "not_connected": "It could not be reached",
    "not_trusted": "Its certificate is not trusted",
    "broken_off": "The connection broke off",
    "not_signed": "The message could not be signed here",
}
_TAKEN = range(200, 300)


@dataclass(frozen=True)
class EventKind:
    """A kind of event that systems may be told of."""

    code: str
    name: str
    meaning: str


@dataclass(frozen=True)
class System:
    """A system that is told of events.

    Args:
        events: names of what it is told of.
        may_change: whether whoever looks may change where messages go; the other's they may end.
    """

    href: str
    name: str
    url: str
    host: str
    agency: str
    streams: tuple[str, ...]
    events: tuple[str, ...]
    is_on: bool
    state: str
    colour: str
    why: str
    failing_since: str
    old_secret_until: str
    created_by: str
    created_at: str
    may_change: bool
    may_end: bool


@dataclass(frozen=True)
class Delivery:
    """A message to a system.

    Args:
        due_at: when it is tried next; empty where it is not.
        answer: what came of the last attempt, in words.
    """

    href: str
    event_id: str
    tells: str
    state: str
    colour: str
    attempts: int
    came_at: str
    due_at: str
    ended_at: str
    is_kept: bool
    is_waiting: bool
    answer: str


@dataclass(frozen=True)
class Attempt:
    """One attempt to send a message."""

    number: int
    begun_at: str
    answer: str
    took_ms: int | None


def event_kinds(told: Told) -> Mapping[str, tuple[EventKind, ...]]:
    """Kinds of events by what they are about, each with what it means."""
    found: dict[str, list[EventKind]] = {}
    for each in told["event_types"]:
        code = each["event_type"]
        about = wording.sentence(code.split(".")[2].replace("-", " "))
        found.setdefault(about, []).append(EventKind(code, told_of(code), each["meaning"].replace("``", "")))
    return {about: tuple(kinds) for about, kinds in found.items()}


def told_of(event_type: str) -> str:
    """A kind of event in words, with what it is about."""
    if event_type == TEST:
        return "Test message"
    about = event_type.split(".")[2:3]
    return wording.sentence(" ".join([*about, wording.inside(event_name(event_type))]).replace("-", " "))


def system_of(told: Told, principal: Principal) -> System:
    """A subscription as whoever looks may see and change it."""
    state, colour, why = _state(told)
    may_keep = bool(principal.roles & MAY_KEEP)
    return System(
        href=f"{WEBHOOKS}/{told['subscription_id']}",
        name=told["name"],
        url=told["url"],
        host=urlsplit(told["url"]).netloc,
        agency=wording.named({}, (told["agency"] or "").replace("-", " ")),
        streams=tuple(wording.named(wording.STREAMS, each) for each in told["streams"]),
        events=tuple(told_of(each) for each in told["event_types"]),
        is_on=told["is_enabled"],
        state=state,
        colour=colour,
        why=why,
        failing_since=told["failing_since"] or "",
        old_secret_until=told["old_secret_signs_until"] or "",
        created_by=told["created_by"],
        created_at=told["created_at"],
        may_change=may_keep and told["agency"] == _agency_of(principal),
        may_end=may_keep,
    )


def _agency_of(principal: Principal) -> str | None:
    """For which agency somebody keeps subscriptions; None for the council."""
    return principal.agency if principal.roles & MAY_KEEP == {Role.PARTNER} else None


def _state(told: Told) -> tuple[str, str, str]:
    if not told["is_enabled"]:
        return _OFF.get(told["disabled_because"], ("Off", "grey", ""))
    if told["failing_since"]:
        return "Takes nothing", "orange", "What is sent to it fails, and is tried again"
    return "On", "green", ""


def delivery_of(told: Told, system_href: str) -> Delivery:
    """A delivery of a subscription."""
    state, colour = STATES.get(told["state"], (wording.named({}, told["state"]), "grey"))
    return Delivery(
        href=f"{system_href}/deliveries/{told['delivery_id']}",
        event_id=told["event_id"],
        tells=told_of(told["event_type"]),
        state=state,
        colour=colour,
        attempts=told["attempts"],
        came_at=told["came_at"],
        due_at=told["due_at"] or "",
        ended_at=told["ended_at"] or "",
        is_kept=told["is_kept"],
        is_waiting=told["state"] == "waiting",
        answer=answer_in_words(told["last_attempt"]),
    )


def attempts_of(told: Iterable[Told]) -> tuple[Attempt, ...]:
    """Attempts to send a message, the first first."""
    return tuple(Attempt(each["attempt"], each["begun_at"], answer_in_words(each), each["took_ms"]) for each in told)


def answer_in_words(attempt: Told | None) -> str:
    """What came of an attempt."""
    if attempt is None:
        return "Not tried yet"
    if attempt["outcome"] is None:
        return "Is being sent, or broke off here"
    if attempt["status"] is None:
        return wording.named(_NOT_ANSWERED, attempt["outcome"])
    what = "took it" if attempt["status"] in _TAKEN else "did not take it"
    return f"It {what}: answered {attempt['status']}"
