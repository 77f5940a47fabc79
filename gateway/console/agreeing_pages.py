"""The pages of agreeing an assessment: both answers side by side, disputes with reasons, whose counts, agreement."""

import asyncio
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import httpx
from fastapi import APIRouter, Request
from fastapi.responses import Response

from braid.kit.identity import Principal
from braid.kit.permissions import PERMISSIONS, Action
from braid.kit.problems import Problem, not_found
from gateway.console import wording
from gateway.console.agreeing_view import PERSON, PRACTITIONER, Meeting
from gateway.console.errors import PageRoute
from gateway.console.forms import Fault, Form, Given, day_of, filled, refusal, sent, today
from gateway.console.people_view import read
from gateway.console.question_form import answer_read, filled_in, nothing_given
from gateway.console.rendering import page, see_other
from gateway.console.session import signed_in
from gateway.forms import form_fields, require_own_form
from gateway.forwarding import Door

OK, ACCEPTED, STALE, UNPROCESSABLE, FORBIDDEN = 200, 202, 412, 422, 403
ASSESSMENT = "assessment"
REASON_MOST = 4_000
#: Reasons of 4,000 characters, each of which may take twelve bytes, beside an income a kind.
FORM_BYTES_MAX, FIELDS_MAX = 120_000, 80
MAY_AGREE = PERMISSIONS[Action.AGREE_ASSESSMENT].roles
MAY_LOOK = PERMISSIONS[Action.LIST_PEOPLE].roles
DONE: Mapping[str, str] = {
    "disputed": "Your answer stands beside the person’s now. Settle together whose counts.",
    "settled": "It is written down whose answer counts. Both stay in sight.",
    "answered": "Your answer is saved.",
    "confirmed": "The answers are confirmed.",
    "signed": "It is signed. The assessment is agreed once everybody who holds the authority jointly has signed.",
    "agreed": "The assessment is agreed and frozen. The allocation and the streams’ decisions follow by themselves.",
}
_HERE = "/people/{person_id}/assessments/{assessment_id}"
_CHANGED = "The assessment has changed since you opened this page. Look at it as it is now, and send it again."


def agreeing_routes(door: Door) -> APIRouter:
    """Agreeing; the assessment service checks again who may see and decide what."""
    router = APIRouter(route_class=PageRoute)
    router.include_router(_reading(door))
    router.include_router(_answering(door))
    router.include_router(_settling(door))
    router.include_router(_agreement(door))
    return router


def _reading(door: Door) -> APIRouter:
    router = APIRouter(route_class=PageRoute)

    @router.get("/people/{person_id}/assessments")
    async def latest(person_id: UUID, request: Request) -> Response:
        principal = await _somebody_of(door, request, MAY_LOOK)
        person = await read(door, principal, ASSESSMENT, f"/v1/people/{person_id}")
        if person["assessments"]:
            return see_other(f"/people/{person_id}/assessments/{person['assessments'][-1]}")
        return page("agreeing_nothing.html", request=request, principal=principal, person=person)

    @router.get(_HERE)
    async def meeting(person_id: UUID, assessment_id: UUID, request: Request, done: str = "") -> Response:
        principal = await _somebody_of(door, request, MAY_LOOK)
        found = await _meeting(door, principal, person_id, assessment_id)
        form = filled(agreed_on=today().isoformat(), agrees=PERSON)
        again = Form(form.given, (), found.etag)
        return _meeting_page(request, principal, found, again, done=DONE.get(done, ""))

    return router


def _answering(door: Door) -> APIRouter:
    router = APIRouter(route_class=PageRoute)
    here = f"{_HERE}/questions/{{question_id}}"

    @router.get(here)
    async def form(person_id: UUID, assessment_id: UUID, question_id: str, request: Request) -> Response:
        principal = await _somebody_of(door, request, MAY_AGREE)
        found = await _meeting(door, principal, person_id, assessment_id)
        question = _question(found, question_id)
        new = Form(_begun_with(found, question), (), _etag_of(found, question))
        return _question_page(request, principal, found, question, new, _settlement_form(found, question_id))

    @router.post(here)
    async def save(person_id: UUID, assessment_id: UUID, question_id: str, request: Request) -> Response:
        principal = await _somebody_of(door, request, MAY_AGREE)
        require_own_form(request)
        given = await form_fields(request, most=FIELDS_MAX, bytes_max=FORM_BYTES_MAX)
        found = await _meeting(door, principal, person_id, assessment_id)
        question = _question(found, question_id)
        is_dispute = question["answered_by"] == PERSON
        faults, body = _dispute_asked(question, given) if is_dispute else _answer_asked(question, given)
        status, done = UNPROCESSABLE, "disputed" if is_dispute else "answered"
        if not faults:
            part = "disputes" if is_dispute else "answers"
            path = f"/v1/assessments/{assessment_id}/{part}/{question_id}"
            answer = await sent(door, principal, ASSESSMENT, path, given, body, method="PUT")
            if answer.status_code == OK:
                return see_other(f"{found.address}?done={done}#{question_id}")
            faults, status = _refusal(answer), answer.status_code
        again = Form(given, faults, _etag_of(found, question) if status == STALE else given["etag"])
        return _question_page(
            request, principal, found, question, again, _settlement_form(found, question_id), status=status
        )

    return router


def _settling(door: Door) -> APIRouter:
    router = APIRouter(route_class=PageRoute)

    @router.post(f"{_HERE}/questions/{{question_id}}/settlement")
    async def settle(person_id: UUID, assessment_id: UUID, question_id: str, request: Request) -> Response:
        principal = await _somebody_of(door, request, MAY_AGREE)
        require_own_form(request)
        given = await form_fields(request, most=FIELDS_MAX, bytes_max=FORM_BYTES_MAX)
        found = await _meeting(door, principal, person_id, assessment_id)
        question = _question(found, question_id)
        faults = _settlement_faults(given)
        status = UNPROCESSABLE
        if not faults:
            body = {
                "counts": given["counts"],
                "reason": given["because"],
                "person_agrees": given["person_agrees"] == "yes",
            }
            path = f"/v1/assessments/{assessment_id}/disputes/{question_id}/settlement"
            answer = await sent(door, principal, ASSESSMENT, path, given, body)
            if answer.status_code == OK:
                return see_other(f"{found.address}?done=settled#{question_id}")
            faults, status = _refusal(answer), answer.status_code
        new = Form(_begun_with(found, question), (), _etag_of(found, question))
        again = Form(given, faults, found.etag if status == STALE else given["etag"])
        return _question_page(request, principal, found, question, new, again, status=status)

    @router.post(f"{_HERE}/confirmations")
    async def confirm(person_id: UUID, assessment_id: UUID, request: Request) -> Response:
        principal = await _somebody_of(door, request, MAY_AGREE)
        require_own_form(request)
        given = await form_fields(request)
        found = await _meeting(door, principal, person_id, assessment_id)
        body = {"answered_as": PRACTITIONER, "questions": list(found.to_confirm)}
        path = f"/v1/assessments/{assessment_id}/confirmations"
        answer = await sent(door, principal, ASSESSMENT, path, given, body)
        if answer.status_code == OK:
            return see_other(f"{found.address}?done=confirmed")
        again = Form(filled(agreed_on=today().isoformat(), agrees=PERSON).given, _refusal(answer), found.etag)
        return _meeting_page(request, principal, found, again, status=answer.status_code)

    return router


def _agreement(door: Door) -> APIRouter:
    router = APIRouter(route_class=PageRoute)

    @router.post(f"{_HERE}/agreement")
    async def agree(person_id: UUID, assessment_id: UUID, request: Request) -> Response:
        principal = await _somebody_of(door, request, MAY_AGREE)
        require_own_form(request)
        given = await form_fields(request)
        found = await _meeting(door, principal, person_id, assessment_id)
        faults = _agreement_faults(given, found)
        status = UNPROCESSABLE
        if not faults:
            path = f"/v1/assessments/{assessment_id}/agreement"
            answer = await sent(door, principal, ASSESSMENT, path, given, _agreement_asked(given))
            if answer.status_code in (OK, ACCEPTED):
                done = "agreed" if answer.status_code == OK else "signed"
                return see_other(f"{found.address}?done={done}")
            faults, status = _agreement_refused(answer, found), answer.status_code
        again = Form(given, faults, found.etag if status == STALE else given["etag"])
        return _meeting_page(request, principal, found, again, status=status)

    return router


async def _somebody_of(door: Door, request: Request, roles: frozenset[Any]) -> Principal:
    principal = await signed_in(door, request)
    if not principal.roles & roles:
        raise Problem(FORBIDDEN, "not-allowed", "Assessments are agreed by practitioners")
    return principal


async def _meeting(door: Door, principal: Principal, person_id: UUID, assessment_id: UUID) -> Meeting:
    """An assessment with its questions in the words in which the person read them.

    Raises:
        Problem: there is none that they may see, or it cannot be had for the moment.
    """
    answer, person, authorities = await asyncio.gather(
        door.ask(principal, ASSESSMENT, "GET", f"/v1/assessments/{assessment_id}"),
        read(door, principal, ASSESSMENT, f"/v1/people/{person_id}"),
        read(door, principal, ASSESSMENT, f"/v1/people/{person_id}/authorities"),
    )
    if answer.status_code != OK or answer.json()["person_id"] != str(person_id):
        raise not_found("assessment")
    told = answer.json()
    path = f"/v1/questionnaires/{told['questionnaire']}/{told['questionnaire_version']}"
    questionnaire = await read(door, principal, ASSESSMENT, path, query=f"user_group={person['user_group']}")
    in_force = tuple(each for each in authorities["authorities"] if each["in_force"])
    return Meeting(told, answer.headers["etag"], questionnaire, person, in_force)


def _question(found: Meeting, question_id: str) -> Mapping[str, Any]:
    question = found.questions.get(question_id)
    if question is None or not found.is_open or (question["answered_by"] == PERSON and not found.is_handed_in):
        raise not_found("question")
    return question


def _begun_with(found: Meeting, question: Mapping[str, Any]) -> Given:
    """The practitioner's answer so far."""
    question_id = question["question_id"]
    if question["answered_by"] == PRACTITIONER:
        return filled_in(question, found.assessment["answers"].get(question_id), None)
    dispute = found.assessment["disputes"].get(question_id)
    given = filled_in(question, dispute["answer"] if dispute else None, None)
    given["reason"] = dispute["reason"] if dispute else ""
    return given


def _etag_of(found: Meeting, question: Mapping[str, Any]) -> str:
    """The version that an answer to a question is about: of the one answer, or of the whole for a dispute."""
    if question["answered_by"] == PERSON:
        return found.etag
    given = found.assessment["given"].get(question["question_id"])
    return str(given["etag"]) if given else '"0"'


def _settlement_form(found: Meeting, question_id: str) -> Form:
    dispute = found.assessment["disputes"].get(question_id)
    if dispute is None or dispute["counts"] is None:
        return Form(etag=found.etag)
    agrees = "yes" if dispute["person_agrees"] else "no"
    given = filled(counts=dispute["counts"], because=dispute["settled_because"], person_agrees=agrees).given
    return Form(given, (), found.etag)


def _answer_asked(question: Mapping[str, Any], given: Given) -> tuple[tuple[Fault, ...], Mapping[str, Any]]:
    """The practitioner's own answer; a question that may be left open is left open."""
    told = answer_read(question, given)
    if told.faults:
        return told.faults, {}
    if told.answer is None and question["required"]:
        return (nothing_given(question),), {}
    return (), {"answered_as": PRACTITIONER, "answer": told.answer}


def _dispute_asked(question: Mapping[str, Any], given: Given) -> tuple[tuple[Fault, ...], Mapping[str, Any]]:
    told = answer_read(question, given)
    faults = [*told.faults] or ([nothing_given(question)] if told.answer is None else [])
    faults += _reason_faults(given, "reason", "Enter your reason: the person reads it")
    return tuple(faults), {"answer": told.answer, "reason": given["reason"]}


def _reason_faults(given: Given, name: str, missing: str) -> list[Fault]:
    if not given[name]:
        return [Fault(name, missing)]
    return [Fault(name, f"The reason must be {REASON_MOST:,} characters or fewer")] * (len(given[name]) > REASON_MOST)


def _settlement_faults(given: Given) -> tuple[Fault, ...]:
    faults = [] if given["counts"] in (PERSON, PRACTITIONER) else [Fault("counts", "Select whose answer counts")]
    faults += _reason_faults(given, "because", "Enter how you came to this")
    if given["person_agrees"] not in ("yes", "no"):
        faults.append(Fault("person_agrees", "Select whether the person agrees with that"))
    return tuple(faults)


def _agreement_faults(given: Given, found: Meeting) -> tuple[Fault, ...]:
    faults = []
    if given["agrees"] not in {value for value, _, _ in found.agrees}:
        faults.append(Fault("agrees", "Select who agrees"))
    if day_of(given["agreed_on"]) is None:
        faults.append(Fault("agreed_on", "Enter the day on which it was agreed"))
    return tuple(faults)


def _agreement_asked(given: Given) -> Mapping[str, Any]:
    asked: dict[str, Any] = {"agreed_on": given["agreed_on"]}
    if given["agrees"] == PERSON:
        return {**asked, "agreed_with": PERSON}
    return {**asked, "agreed_with": "proxy", "authorities": [given["agrees"]]}


def _agreement_refused(answer: httpx.Response, found: Meeting) -> tuple[Fault, ...]:
    """Why it cannot be agreed: question by question where the service says so, each with the way to it."""
    told = answer.json().get("errors", ())
    named = [(found.questions.get(each.get("name", "")), each.get("message", "")) for each in told]
    known = [Fault(each["question_id"], f"{each['label']}: {wording.inside(what)}") for each, what in named if each]
    return tuple(known) or _refusal(answer)


def _refusal(answer: httpx.Response) -> tuple[Fault, ...]:
    return (Fault("", _CHANGED),) if answer.status_code == STALE else refusal(answer)


def _meeting_page(
    request: Request, principal: Principal, found: Meeting, form: Form, status: int = OK, *, done: str = ""
) -> Response:
    return page(
        "agreeing.html",
        request=request,
        status=status,
        principal=principal,
        meeting=found,
        person=found.person,
        form=form,
        may_agree=bool(principal.roles & MAY_AGREE),
        done=done,
    )


def _question_page(
    request: Request,
    principal: Principal,
    found: Meeting,
    question: Mapping[str, Any],
    form: Form,
    settlement: Form,
    *,
    status: int = OK,
) -> Response:
    rows = {row.question_id: row for _, rows in found.sections for row in rows}
    return page(
        "agreeing_question.html",
        request=request,
        status=status,
        principal=principal,
        meeting=found,
        person=found.person,
        question=question,
        row=rows[question["question_id"]],
        form=form,
        settlement=settlement,
    )
