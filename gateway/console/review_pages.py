"""The pages of reviews: when they are due, asking for one, what each compares, and what came of it."""

import asyncio
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from braid.kit.identity import Principal
from braid.kit.permissions import PERMISSIONS, Action
from gateway.console.errors import PageRoute
from gateway.console.forms import Fault, Form, Given, day_of, filled, refusal, sent, today
from gateway.console.judging import JUDGEMENTS, judged
from gateway.console.people_view import name_of, read, read_with_version
from gateway.console.plan_forms import FIELDS_MAX, FORM_BYTES_MAX, PLANNING
from gateway.console.rendering import page, see_other
from gateway.console.review_view import MET, OUTCOMES, Compared, compared_of, review_of
from gateway.console.session import permitted
from gateway.forms import form_fields
from gateway.forwarding import Door

OK, CREATED, STALE, UNPROCESSABLE = 200, 201, 412, 422
WORDS_MOST = 2_000
DONE: Mapping[str, str] = {
    "asked": "The review is asked for.",
    "held": "What came of the review is written down, and the person can read it.",
}
_PERSONS, _ONE = "/people/{person_id}/reviews", "/reviews/{review_id}"
Told = Mapping[str, Any]


def review_routes(door: Door) -> APIRouter:
    """Reviews; the service checks again whose they are."""
    router = APIRouter(route_class=PageRoute)
    _add_asking(router, door)
    _add_reading(router, door)
    _add_holding(router, door)
    return router


def _add_asking(router: APIRouter, door: Door) -> None:
    @router.get(f"{_PERSONS}/new")
    async def form(person_id: UUID, request: Request) -> Response:
        principal = await permitted(door, request, Action.ASK_REVIEW, PLANNING)
        return _new_page(request, principal, person_id, Form())

    @router.post(f"{_PERSONS}/new")
    async def ask(person_id: UUID, request: Request) -> Response:
        principal = await permitted(door, request, Action.ASK_REVIEW, PLANNING)
        given = await form_fields(request, bytes_max=FORM_BYTES_MAX)
        faults, status = _faults_of_asking(given), UNPROCESSABLE
        if not faults:
            body = {"reason": given["reason"], "due_on": given["due_on"]}
            answer = await sent(door, principal, PLANNING, f"/v1/people/{person_id}/reviews", given, body)
            if answer.status_code == CREATED:
                return see_other(f"/people/{person_id}/reviews?done=asked")
            faults, status = refusal(answer), answer.status_code
        return _new_page(request, principal, person_id, Form(given, faults), status)


def _add_reading(router: APIRouter, door: Door) -> None:
    @router.get(_PERSONS)
    async def reviews(person_id: UUID, request: Request, done: str = "") -> Response:
        principal = await permitted(door, request, Action.READ_PLAN, PLANNING)
        name, told = await asyncio.gather(
            name_of(door, principal, person_id), read(door, principal, PLANNING, f"/v1/people/{person_id}/reviews")
        )
        return page(
            "reviews.html",
            request=request,
            principal=principal,
            person_id=person_id,
            name=name,
            is_own=principal.person_id == person_id,
            reviews=[review_of(each) for each in told["reviews"]],
            may_ask=bool(principal.roles & PERMISSIONS[Action.ASK_REVIEW].roles),
            done=DONE.get(done, ""),
        )

    @router.get(_ONE)
    async def review(review_id: UUID, request: Request, done: str = "") -> Response:
        principal = await permitted(door, request, Action.READ_PLAN, PLANNING)
        told, _ = await _review(door, principal, review_id)
        may_hold = bool(principal.roles & PERMISSIONS[Action.HOLD_REVIEW].roles)
        return page(
            "review.html",
            request=request,
            principal=principal,
            name=await name_of(door, principal, UUID(told["person_id"])),
            review=review_of(told),
            compared=compared_of(told),
            may_hold=may_hold and not told["held_on"],
            done=DONE.get(done, ""),
        )


def _add_holding(router: APIRouter, door: Door) -> None:
    @router.get(f"{_ONE}/result")
    async def form(review_id: UUID, request: Request) -> Response:
        principal = await permitted(door, request, Action.HOLD_REVIEW, PLANNING)
        told, etag = await _review(door, principal, review_id)
        return _result_page(request, principal, told, Form(filled(held_on=today().isoformat()).given, (), etag))

    @router.post(f"{_ONE}/result")
    async def hold(review_id: UUID, request: Request) -> Response:
        principal = await permitted(door, request, Action.HOLD_REVIEW, PLANNING)
        given = await form_fields(request, most=FIELDS_MAX, bytes_max=FORM_BYTES_MAX)
        told, etag = await _review(door, principal, review_id)
        body, faults = _result(given, compared_of(told))
        status = UNPROCESSABLE
        if not faults:
            answer = await sent(door, principal, PLANNING, f"/v1/reviews/{review_id}/result", given, body)
            if answer.status_code == OK:
                return see_other(f"/reviews/{review_id}?done=held")
            faults, status = refusal(answer), answer.status_code
        again = Form(given, faults, etag if status == STALE else given["etag"])
        return _result_page(request, principal, told, again, status)


def _faults_of_asking(given: Given) -> tuple[Fault, ...]:
    faults = []
    if not given["reason"]:
        faults.append(Fault("reason", "Enter why it should be looked at"))
    elif len(given["reason"]) > WORDS_MOST:
        faults.append(Fault("reason", f"The reason must be {WORDS_MOST:,} characters or fewer"))
    if day_of(given["due_on"]) is None:
        faults.append(Fault("due_on", "Enter the day until which it is to be held"))
    return tuple(faults)


def _result(given: Given, compared: Compared) -> tuple[Told, tuple[Fault, ...]]:
    """What came of a review, and what of the form does not fit."""
    faults = []
    if day_of(given["held_on"]) is None:
        faults.append(Fault("held_on", "Enter the day on which it was held"))
    faults += [
        Fault(each.field, f"Select how far it is met: {each.text}")
        for each in compared.outcomes
        if given[each.field] not in MET
    ]
    if not given["words"]:
        faults.append(Fault("words", "Enter what was said"))
    elif len(given["words"]) > WORDS_MOST:
        faults.append(Fault("words", f"What was said must be {WORDS_MOST:,} characters or fewer"))
    told, not_told = judged(given, compared.needs)
    if given["outcome"] not in OUTCOMES:
        faults.append(Fault("outcome", "Select what came of it"))
    return {
        "held_on": given["held_on"],
        "outcome": given["outcome"],
        "met": {each.outcome_id: given[each.field] for each in compared.outcomes},
        "words": given["words"],
        "asked_by_person": given["asked_by_person"] == "yes",
        "judged": told,
    }, (*faults, *not_told)


async def _review(door: Door, principal: Principal, review_id: UUID) -> tuple[Told, str]:
    """A review with what it compares, and its version. Raises as `read_with_version` does."""
    path = f"/v1/reviews/{review_id}"
    return await read_with_version(door, principal, PLANNING, path, what="review", code="no-review")


def _new_page(request: Request, principal: Principal, person_id: UUID, form: Form, status: int = OK) -> Response:
    is_own = principal.person_id == person_id
    shown: dict[str, Any] = {"person_id": person_id, "is_own": is_own, "form": form}
    return page("review_new.html", request=request, status=status, principal=principal, **shown)


def _result_page(request: Request, principal: Principal, told: Told, form: Form, status: int = OK) -> Response:
    return page(
        "review_result.html",
        request=request,
        status=status,
        principal=principal,
        review=review_of(told),
        compared=compared_of(told),
        outcomes=[(code, words, about) for code, (words, about) in OUTCOMES.items()],
        met=[(code, words, "") for code, words in MET.items()],
        judgements=JUDGEMENTS,
        form=form,
    )
