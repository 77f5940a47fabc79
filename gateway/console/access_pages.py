"""The pages of who has looked at records: the council's audit, and what a person is told of their own."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from braid.kit.identity import Principal, Role
from braid.kit.permissions import Action
from braid.kit.problems import Problem, not_found
from gateway.access_records import RECORDER, recorded_page, records_sought
from gateway.console.access_view import away, by_day, looks
from gateway.console.access_words import AUDIT_PAGE, LOOKED_PAGE
from gateway.console.errors import PageRoute
from gateway.console.forms import Fault, Form, Given, day_of, sent
from gateway.console.people_view import names_of
from gateway.console.rendering import page, see_other
from gateway.console.session import permitted
from gateway.forms import form_fields
from gateway.forwarding import Door

A_PAGE = 50
OFFERED_MOST = 10
OK, UNPROCESSABLE, UNAVAILABLE = 200, 422, 503
#: Whose looking a person is shown -> the words of its tab.
WHOSE: Mapping[str, str] = {"": "The council and others", "delegates": "Those who act for you", "you": "You yourself"}
Cursor = Annotated[str, Query(max_length=200)]
By = Annotated[str, Query(max_length=200, pattern=r"^[^\x00]*$")]


@dataclass(frozen=True)
class Narrowed:
    """To what the audit is narrowed; it stands in the address, which holds nobody's name.

    Args:
        person: whose records; None for everybody's.
        by: whose doing, by subject.
        first: from this day on.
        last: until the end of this day.
    """

    person: UUID | None = None
    by: str = ""
    first: date | None = None
    last: date | None = None

    def __bool__(self) -> bool:
        return bool(self.person or self.by or self.first or self.last)

    def address(self, **more: str) -> str:
        """The page narrowed so."""
        told = {
            "person": str(self.person or ""),
            "by": self.by,
            "first": self.first.isoformat() if self.first else "",
            "last": self.last.isoformat() if self.last else "",
            **more,
        }
        query = urlencode({name: value for name, value in told.items() if value})
        return f"{AUDIT_PAGE}?{query}" if query else AUDIT_PAGE

    @property
    def form(self) -> Form:
        """The form that asks for it, but for the person, whose name stands beside it."""
        given = {
            "by": self.by,
            "first": self.first.isoformat() if self.first else "",
            "last": self.last.isoformat() if self.last else "",
            "person": str(self.person or ""),
        }
        return Form(defaultdict(str, given))


@dataclass(frozen=True)
class Offered:
    """Somebody who may be meant."""

    name: str
    reference: str
    href: str


def access_routes(door: Door) -> APIRouter:
    """Who has looked at which record, and what they did."""
    router = APIRouter(route_class=PageRoute)

    @router.get(AUDIT_PAGE)
    async def audit(
        request: Request,
        person: UUID | None = None,
        by: By = "",
        first: date | None = None,
        last: date | None = None,
        after: Cursor = "",
    ) -> Response:
        principal = await _auditor(door, request)
        narrowed = Narrowed(person, by, first, last)
        return await _audit_page(door, request, principal, narrowed, after)

    @router.post(AUDIT_PAGE)
    async def narrow(request: Request) -> Response:
        principal = await _auditor(door, request)
        given = await form_fields(request)
        narrowed, faults = _narrowed(given)
        offered: tuple[Offered, ...] = ()
        if not faults and given["text"]:
            narrowed, offered, faults = await _with_person(door, principal, narrowed, given)
        if faults or offered:
            return page(
                "audit.html",
                request=request,
                status=UNPROCESSABLE if faults else OK,
                principal=principal,
                form=Form(given, faults),
                narrowed=narrowed,
                offered=offered,
                looks=None,
            )
        return see_other(narrowed.address())

    @router.get(LOOKED_PAGE)
    async def looked(person_id: UUID, request: Request, whose: str = "", after: Cursor = "") -> Response:
        principal = await permitted(door, request, Action.READ_ACCESS_RECORDS, RECORDER, person_id=person_id)
        if principal.person_id != person_id:
            if Role.AUDITOR not in principal.roles:
                raise not_found("page")
            return see_other(Narrowed(person_id).address())
        return await _looked_page(door, request, principal, person_id, whose if whose in WHOSE else "", after)

    return router


async def _audit_page(door: Door, request: Request, principal: Principal, narrowed: Narrowed, after: str) -> Response:
    asked = records_sought(narrowed.person, narrowed.by or None, narrowed.first, narrowed.last, after or None, A_PAGE)
    told = await recorded_page(door, request, principal, asked)
    people = {str(each.person_id) for each in told.records if each.person_id}
    people |= {str(narrowed.person)} if narrowed.person else set()
    names = await names_of(door, principal, people)
    return page(
        "audit.html",
        request=request,
        principal=principal,
        form=narrowed.form,
        narrowed=narrowed,
        person_name=names.get(str(narrowed.person), "") if narrowed.person else "",
        offered=(),
        looks=looks(told.records, names),
        missing=away(told.unavailable),
        without={
            "person": replace(narrowed, person=None).address(),
            "by": replace(narrowed, by="").address(),
            "first": replace(narrowed, first=None).address(),
            "last": replace(narrowed, last=None).address(),
        },
        by_whom=lambda subject: replace(narrowed, by=subject).address(),
        about=lambda person_id: replace(narrowed, person=UUID(person_id)).address(),
        is_first=not after,
        next_address=narrowed.address(after=told.next) if told.next else "",
    )


async def _looked_page(
    door: Door, request: Request, principal: Principal, person_id: UUID, whose: str, after: str
) -> Response:
    asked = records_sought(person_id, None, None, None, after or None, A_PAGE)
    told = await recorded_page(door, request, principal, asked.model_copy(update=_of(whose, principal)))
    here = LOOKED_PAGE.format(person_id=person_id)
    return page(
        "who_has_looked.html",
        request=request,
        principal=principal,
        person_id=person_id,
        days=by_day(looks(told.records, {}, own=person_id)),
        missing=away(told.unavailable),
        tabs=[(f"{here}?whose={code}" if code else here, words, code == whose) for code, words in WHOSE.items()],
        whose=whose,
        first_address=f"{here}?whose={whose}" if whose else here,
        is_first=not after,
        next_address=f"{here}?{urlencode({'whose': whose, 'after': told.next})}" if told.next else "",
    )


def _of(whose: str, principal: Principal) -> Mapping[str, Any]:
    """Whose looking is looked for, as services take it."""
    if whose == "you":
        return {"subject": principal.subject}
    if whose == "delegates":
        return {"role": Role.DELEGATE, "but_subject": principal.subject}
    return {"but_role": Role.DELEGATE, "but_subject": principal.subject}


async def _auditor(door: Door, request: Request) -> Principal:
    """Whoever is signed in, where they see who looked at anybody's record.

    Raises:
        Problem: 401, or 403.
    """
    principal = await permitted(door, request, Action.READ_ACCESS_RECORDS, RECORDER)
    if Role.AUDITOR not in principal.roles:
        raise Problem(403, "not-allowed", "This is for the council's auditors")
    return replace(principal, roles=frozenset({Role.AUDITOR}))


def _narrowed(given: Given) -> tuple[Narrowed, tuple[Fault, ...]]:
    first, last = day_of(given["first"]), day_of(given["last"])
    words = {"first": ("first day", first), "last": ("last day", last)}
    faults = [
        Fault(name, f"Enter the {told} as a day, or leave it empty")
        for name, (told, on) in words.items()
        if given[name] and on is None
    ]
    if first and last and last < first:
        faults.append(Fault("last", "The last day must be the first day or later"))
    if len(given["by"]) > 200 or "\0" in given["by"]:  # noqa: PLR2004 (as the records are asked for)
        faults.append(Fault("by", "Enter at most 200 characters"))
    person = _id_of(given["person"])
    return Narrowed(person, given["by"] if not faults else "", first, last), tuple(faults)


async def _with_person(
    door: Door, principal: Principal, narrowed: Narrowed, given: Given
) -> tuple[Narrowed, tuple[Offered, ...], tuple[Fault, ...]]:
    """Whom a text means: the one person, or those who may be meant, or what stands against it.

    An id is taken as it stands: records outlive the person's own.
    """
    person_id = _id_of(given["text"])
    if person_id:
        return replace(narrowed, person=person_id), (), ()
    body = {"text": given["text"], "limit": OFFERED_MOST}
    answer = await sent(door, principal, "assessment", "/v1/people:search", given, body)
    if answer.status_code == UNPROCESSABLE:
        told = "Enter 2 to 100 letters or digits of the name, reference, NHS number or postcode"
        return narrowed, (), (Fault("text", told),)
    if answer.status_code != OK:
        raise Problem(UNAVAILABLE, "no-search", "Nobody can be found now")
    people = answer.json()["people"]
    if not people:
        told = "Nobody of the council fits. Try a part of the name, or the id of a record that is erased"
        return narrowed, (), (Fault("text", told),)
    found = [replace(narrowed, person=UUID(each["person_id"])) for each in people]
    if len(found) == 1:
        return found[0], (), ()
    offered = (Offered(each["name"], each["reference"], one.address()) for each, one in zip(people, found, strict=True))
    return narrowed, tuple(offered), ()


def _id_of(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
