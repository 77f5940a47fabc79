"""Pages on which a person challenges a decision and reads the answer, and on which an approver answers it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from braid.kit.identity import Principal
from braid.kit.permissions import PERMISSIONS, Action
from braid.kit.problems import Problem, not_found
from gateway.console.challenge_view import OUTCOMES, challenge_view, decisions_of, waiting_of
from gateway.console.errors import PageRoute
from gateway.console.forms import Fault, Form, Given, filled, refusal, sent
from gateway.console.partial_reading import read_parts
from gateway.console.payment_view import query_of as address_query
from gateway.console.people_view import names_of, read
from gateway.console.rendering import page, see_other
from gateway.console.session import signed_in
from gateway.forms import form_fields, require_own_form
from gateway.forwarding import Door

OK, CREATED, FORBIDDEN, STALE, UNPROCESSABLE = 200, 201, 403, 412, 422
PLANNING = "support_planning"
WORDS_MOST = 2000
#: Two answers of 2,000 characters, each of which may take twelve bytes.
FORM_BYTES_MAX = 60_000
DONE: Mapping[str, str] = {
    "made": "Your challenge is sent. Somebody else than who decided looks at it again.",
    "answered": "The answer is written down, and the person can read it.",
}


def challenge_routes(door: Door) -> APIRouter:
    """Challenging decisions; the service checks again who may challenge and answer what."""
    router = APIRouter(route_class=PageRoute)
    router.include_router(_making(door))
    router.include_router(_answering(door))
    return router


def _making(door: Door) -> APIRouter:
    router = APIRouter(route_class=PageRoute)
    here = "/people/{person_id}/challenges"

    @router.get(here)
    async def made(person_id: UUID, request: Request, done: str = "") -> Response:
        principal = await signed_in(door, request)
        told = await read(door, principal, PLANNING, f"/v1{here.format(person_id=person_id)}")
        return page(
            "challenges.html",
            request=request,
            principal=principal,
            person_id=person_id,
            challenges=[challenge_view(each) for each in told["challenges"]],
            may_challenge=_may(principal, Action.CHALLENGE_DECISION),
            is_own=principal.person_id == person_id,
            done=DONE.get(done, ""),
        )

    @router.get(f"{here}/new")
    async def form(person_id: UUID, request: Request, about: str = "") -> Response:
        principal = await _somebody_who(door, request, Action.CHALLENGE_DECISION)
        return await _form_page(door, request, principal, person_id, filled(about=about))

    @router.post(f"{here}/new")
    async def challenge(person_id: UUID, request: Request) -> Response:
        principal = await _somebody_who(door, request, Action.CHALLENGE_DECISION)
        require_own_form(request)
        given = await form_fields(request, bytes_max=FORM_BYTES_MAX)
        faults = tuple(_faults(given))
        status = UNPROCESSABLE
        if not faults:
            about, _, which = given["about"].partition(":")
            body = {
                "about": about,
                "stream": which if about == "award" else None,
                "plan_id": which if about == "plan" else None,
                "words": given["words"],
                "wants": given["wants"] or None,
            }
            answer = await sent(door, principal, PLANNING, f"/v1{here.format(person_id=person_id)}", given, body)
            if answer.status_code == CREATED:
                return see_other(f"{here.format(person_id=person_id)}?done=made")
            faults, status = refusal(answer), answer.status_code
        return await _form_page(door, request, principal, person_id, Form(given, faults), status)

    return router


def _faults(given: Given) -> list[Fault]:
    faults = []
    if not given["about"]:
        faults.append(Fault("about", "Select the decision that is not right"))
    if not given["words"]:
        faults.append(Fault("words", "Enter what is not right"))
    faults += [
        Fault(name, f"It must be {WORDS_MOST:,} characters or fewer")
        for name in ("words", "wants")
        if len(given[name]) > WORDS_MOST
    ]
    return faults


async def _form_page(
    door: Door, request: Request, principal: Principal, person_id: UUID, form: Form, status: int = OK
) -> Response:
    asked = {
        "person": ("assessment", f"/v1/people/{person_id}"),
        "allocation": ("ras", f"/v1/people/{person_id}/allocation"),
        "awards": ("funding_streams", f"/v1/people/{person_id}/awards"),
        "plans": (PLANNING, f"/v1/people/{person_id}/plans"),
        "challenges": (PLANNING, f"/v1/people/{person_id}/challenges"),
    }
    parts, away = await read_parts(door, principal, asked)
    if parts["person"] is None and "person" not in away:
        raise not_found("person")
    return page(
        "challenge_new.html",
        request=request,
        status=status,
        principal=principal,
        person_id=person_id,
        decisions=decisions_of(parts),
        waiting=list(waiting_of(parts).values()),
        is_whole=not away,
        form=form,
    )


def _answering(door: Door) -> APIRouter:
    router = APIRouter(route_class=PageRoute)
    here = "/challenges/{challenge_id}"

    @router.get("/challenges")
    async def queue(request: Request, after: str = "") -> Response:
        principal = await signed_in(door, request)
        told = await read(door, principal, PLANNING, "/v1/challenges-to-answer", query=address_query(after=after))
        names = await names_of(door, principal, (each["person_id"] for each in told["challenges"]))
        waiting = [(challenge_view(each), names.get(each["person_id"], "")) for each in told["challenges"]]
        more = address_query(after=told["next"]) if told["next"] else ""
        return page("challenges_to_answer.html", request=request, principal=principal, waiting=waiting, more=more)

    @router.get(here)
    async def one(challenge_id: UUID, request: Request, done: str = "") -> Response:
        principal = await signed_in(door, request)
        told, etag = await _challenge(door, principal, challenge_id)
        return await _answer_page(door, request, principal, told, Form(etag=etag), done=DONE.get(done, ""))

    @router.post(here)
    async def answer(challenge_id: UUID, request: Request) -> Response:
        principal = await _somebody_who(door, request, Action.ANSWER_CHALLENGE)
        require_own_form(request)
        given = await form_fields(request, bytes_max=FORM_BYTES_MAX)
        told, etag = await _challenge(door, principal, challenge_id)
        faults = tuple(_answer_faults(given))
        status = UNPROCESSABLE
        if not faults:
            body = {"outcome": given["outcome"], "reasons": given["reasons"]}
            answer = await sent(door, principal, PLANNING, f"/v1/challenges/{challenge_id}/answer", given, body)
            if answer.status_code == OK:
                return see_other(f"/challenges/{challenge_id}?done=answered")
            faults, status = refusal(answer), answer.status_code
        form = Form(given, faults, etag if status == STALE else given["etag"])
        return await _answer_page(door, request, principal, told, form, status)

    return router


def _answer_faults(given: Given) -> list[Fault]:
    faults = []
    if given["outcome"] not in OUTCOMES:
        faults.append(Fault("outcome", "Select what comes of it"))
    if not given["reasons"]:
        faults.append(Fault("reasons", "Enter your reasons: the person reads them"))
    elif len(given["reasons"]) > WORDS_MOST:
        faults.append(Fault("reasons", f"They must be {WORDS_MOST:,} characters or fewer"))
    return faults


async def _answer_page(
    door: Door,
    request: Request,
    principal: Principal,
    told: Mapping[str, Any],
    form: Form,
    status: int = OK,
    *,
    done: str = "",
) -> Response:
    names = await names_of(door, principal, [told["person_id"]])
    return page(
        "challenge.html",
        request=request,
        status=status,
        principal=principal,
        one=challenge_view(told),
        name=names.get(told["person_id"], ""),
        outcomes=[(code, words, about) for code, (words, about) in OUTCOMES.items()],
        may_answer=told["answer"] is None and _may(principal, Action.ANSWER_CHALLENGE),
        form=form,
        done=done,
    )


async def _challenge(door: Door, principal: Principal, challenge_id: UUID) -> tuple[Mapping[str, Any], str]:
    answer = await door.ask(principal, PLANNING, "GET", f"/v1/challenges/{challenge_id}")
    if answer.status_code == OK:
        return answer.json(), answer.headers["etag"]
    status = answer.status_code if answer.status_code in (FORBIDDEN, 404) else 503
    raise Problem(status, "not-there", "There is no such challenge")


async def _somebody_who(door: Door, request: Request, action: Action) -> Principal:
    principal = await signed_in(door, request)
    if not _may(principal, action):
        raise Problem(FORBIDDEN, "not-allowed", "Your role does not allow this")
    return principal


def _may(principal: Principal, action: Action) -> bool:
    return bool(principal.roles & PERMISSIONS[action].roles)
