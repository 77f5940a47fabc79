"""The forms of webhooks: what was filled in, as the service takes it, and its refusals beside their fields."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime, time
from typing import Any

import httpx

from gateway.console import wording
from gateway.console.forms import Fault, Given, day_of, refusal, today

NAME_MOST, URL_MOST = 100, 2_000
#: For how long the old secret signs beside a new one, in hours: its words, and when to choose it.
HOUR_CHOICES = (
    ("24", "For a day", "The system is given the new one in that time, and misses nothing"),
    ("168", "For a week", "Where somebody else changes it there"),
    ("0", "Not at all", "Somebody has it who should not: what comes before the system has the new one does not verify"),
)
#: A problem of the service -> the field that it is about.
_ABOUT: Mapping[str, str] = {
    "address-refused": "url",
    "may-not-be-told": "events",
    "old-secret-still-signs": "hours",
}
_EVENT = "event-"


def event_field(code: str) -> str:
    """The field of a kind of event."""
    return f"{_EVENT}{code}"


def system_filled(told: Mapping[str, Any]) -> Given:
    """A subscription as the fields of its form."""
    events = {event_field(code): "yes" for code in told["event_types"]}
    return defaultdict(str, {"name": told["name"], "url": told["url"], **events})


def system_asked(given: Given, known: Collection[str]) -> tuple[Mapping[str, Any], tuple[Fault, ...]]:
    """The system that is to be told, and what of the form does not fit."""
    faults = []
    events = [code for code in known if given[event_field(code)] == "yes"]
    if not given["name"]:
        faults.append(Fault("name", "Enter what the system is called"))
    elif len(given["name"]) > NAME_MOST or not given["name"].isprintable():
        faults.append(Fault("name", f"The name must be {NAME_MOST} characters or fewer, in one line"))
    if not given["url"]:
        faults.append(Fault("url", "Enter the address, beginning with https://"))
    elif len(given["url"]) > URL_MOST:
        faults.append(Fault("url", f"The address must be {URL_MOST:,} characters or fewer"))
    if not events:
        faults.append(Fault("events", "Select at least one kind of event"))
    return {"name": given["name"], "url": given["url"], "event_types": events}, tuple(faults)


def secret_asked(given: Given) -> tuple[Mapping[str, Any], tuple[Fault, ...]]:
    """For how long the old secret is to sign."""
    if given["hours"] not in (code for code, _, _ in HOUR_CHOICES):
        return {}, (Fault("hours", "Select for how long the old secret signs too"),)
    return {"old_signs_for_hours": int(given["hours"])}, ()


def ending_asked(given: Given) -> tuple[None, tuple[Fault, ...]]:
    """Whether a system is to be told of nothing any more."""
    sure = given["sure"] == "yes"
    return None, () if sure else (Fault("sure", "Confirm that the system is to be told of nothing any more"),)


def recovery_asked(given: Given) -> tuple[Mapping[str, Any], tuple[Fault, ...]]:
    """From which day on messages are to be sent again."""
    since = day_of(given["since"])
    if since is None or since > today():
        return {}, (Fault("since", "Enter the day from which on, not after today"),)
    begins = datetime.combine(since, time(), wording.UK_TIME)
    return {"since": begins.isoformat(), "delivered_too": given["delivered_too"] == "yes"}, ()


def refused(answer: httpx.Response) -> tuple[Fault, ...]:
    """Why the service refused a form, beside the field that it is about."""
    problem = answer.json()
    field = _ABOUT.get(str(problem.get("type", "")).rpartition("/")[2])
    if field is None:
        return refusal(answer)
    return (Fault(field, problem.get("detail") or problem["title"]),)
