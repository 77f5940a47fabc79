"""Access records as people read them: what somebody did at one moment together, in words, day by day."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from uuid import UUID

from braid.kit.identity import Role
from braid.kit.permissions import PERMISSIONS
from gateway.access_records import ServiceRecord
from gateway.console import wording
from gateway.console.access_words import done_in_words

#: Records of one request are written within this time; the same id later is another request that was given it too.
_ONE_REQUEST = timedelta(seconds=10)
#: What each service keeps, as people would ask for it.
KEPT_BY: Mapping[str, str] = {
    "assessment": "people and their assessments",
    "ras": "allocations",
    "funding_streams": "decisions of the funding streams",
    "ledger": "budgets, spending and payments",
    "support_planning": "plans, reviews and challenges",
    "outcomes": "what was answered about people's lives",
    "webhooks": "which systems are told of events",
}
#: A role as somebody is told of who has it.
_SOMEBODY: Mapping[str, str] = {
    Role.PRACTITIONER: "A practitioner of the council",
    Role.APPROVER: "An approver of the council",
    Role.FINANCE_OFFICER: "A finance officer of the council",
    Role.AUDITOR: "An auditor of the council",
    Role.BUDGET_HOLDER: "The person themselves",
    Role.DELEGATE: "Somebody who acts for the person",
    Role.SYSTEM: "A system of the council",
    Role.PARTNER: "A partner agency",
    Role.OPERATIONS: "Somebody of operations",
}


@dataclass(frozen=True)
class Look:
    """What somebody did with one request.

    Args:
        at: the moment, as ISO 8601.
        clock: the time of day.
        who: by role.
        subject: as the identity provider knows them.
        people: id and name of those whose records it was about; a name that cannot be had is empty.
        did: each thing, in words.
        whys: reasons that were given.
        work: what each thing was done for, as the table of permissions says it; for where no reason was given.
        client: from which address.
    """

    at: str
    clock: str
    who: str
    subject: str
    people: tuple[tuple[str, str], ...]
    did: tuple[str, ...]
    whys: tuple[str, ...]
    work: tuple[str, ...]
    client: str
    request_id: str


def looks(records: Iterable[ServiceRecord], names: Mapping[str, str], *, own: UUID | None = None) -> tuple[Look, ...]:
    """What was done, the latest first, each request once.

    Args:
        records: the latest first.
        names: of people, by id.
        own: the person who reads it, where it is about themselves.
    """
    found: list[list[ServiceRecord]] = []
    latest: dict[tuple[str, str], list[ServiceRecord]] = {}
    for record in records:
        key = (record.request_id, record.subject)
        request = latest.get(key)
        if request is None or request[0].recorded_at - record.recorded_at > _ONE_REQUEST:
            request = latest[key] = []
            found.append(request)
        request.append(record)
    return tuple(_look(request, names, own) for request in found)


def by_day(found: Sequence[Look]) -> tuple[tuple[str, tuple[Look, ...]], ...]:
    """Days, the latest first, each with what was done on it."""
    days = groupby(found, key=lambda each: wording.day(_uk(each.at).date()))
    return tuple((day, tuple(of_day)) for day, of_day in days)


def away(unavailable: Iterable[str]) -> tuple[str, ...]:
    """What cannot be told for the moment, in words."""
    return tuple(KEPT_BY.get(service) or wording.named({}, service) for service in unavailable)


def _look(records: Sequence[ServiceRecord], names: Mapping[str, str], own: UUID | None) -> Look:
    first = records[0]
    people = dict.fromkeys(str(each.person_id) for each in records if each.person_id)
    done = (
        done_in_words(each.method, each.route, each.action, each.status, is_repeat=each.is_repeat) for each in records
    )
    at = first.recorded_at.isoformat()
    return Look(
        at=at,
        clock=_clock(_uk(at)),
        who=_who(first.roles, is_own=own is not None),
        subject=first.subject,
        people=tuple((person_id, names.get(person_id, "")) for person_id in people),
        did=tuple(dict.fromkeys(done)),
        whys=tuple(dict.fromkeys(each.reason for each in records if each.reason)),
        work=tuple(dict.fromkeys(PERMISSIONS[each.action].meaning for each in records)),
        client=str(first.client) if first.client else "",
        request_id=first.request_id,
    )


def _who(roles: Sequence[str], *, is_own: bool) -> str:
    somebody = {**_SOMEBODY, **_TO_THEMSELVES} if is_own else _SOMEBODY
    told = [wording.named(somebody, role) for role in roles] or ["Somebody without a role"]
    return wording.listed([told[0], *(wording.inside(each) for each in told[1:])])


_TO_THEMSELVES: Mapping[str, str] = {Role.BUDGET_HOLDER: "You", Role.DELEGATE: "Somebody who acts for you"}


def _uk(moment: str) -> datetime:
    return datetime.fromisoformat(moment).astimezone(wording.UK_TIME)


def _clock(at: datetime) -> str:
    return f"{at.hour % 12 or 12}:{at:%M}{'am' if at.hour < 12 else 'pm'}"  # noqa: PLR2004
