"""The pages of a self-assessment: begun, answered one question at a time, checked, handed in; nothing is lost between.

The assessment service decides what is asked, what fits and who may answer; each answer is saved there at once.
"""

import asyncio
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import httpx
from fastapi import APIRouter, Request
from fastapi.responses import Response

from braid.kit.identity import Principal
from braid.kit.problems import Problem, not_found
from gateway.console import wording
from gateway.console.assessment_view import (
    Paper,
    after,
    answers_of,
    question_view,
    tasks_of,
)
from gateway.console.errors import PageRoute, ToldOnPage
from gateway.console.forms import Fault, Form, day_of, filled, refusal, sent, today
from gateway.console.people_view import read
from gateway.console.question_form import answer_in_words, answer_read, filled_in, nothing_given
from gateway.console.rendering import MAY_ACT, page, see_other
from gateway.console.session import signed_in
from gateway.forms import form_fields, require_own_form
from gateway.forwarding import Door

OK, CREATED, ACCEPTED = 200, 201, 202
FORBIDDEN, NOT_FOUND, CLOSED, STALE, UNPROCESSABLE = 403, 404, 409, 412, 422
ASSESSMENT = "assessment"
#: Own words of 4,000 characters, each of which may take twelve bytes, beside an income a kind.
FORM_BYTES_MAX, FIELDS_MAX = 100_000, 80
DONE: Mapping[str, str] = {
    "saved": "Your answers so far are saved. You can close this page and come back at any time.",
    "signed": "You have signed. The answers are handed in once everybody who must sign with you has done so.",
    "confirmed": "The answers are confirmed.",
}


def assessment_routes(door: Door) -> APIRouter:
    """Self-assessment, for the person and whoever answers for them; the service checks again who may."""
    router = APIRouter(route_class=PageRoute)
    router.include_router(_beginning(door))
    router.include_router(_answering(door))
    router.include_router(_handing_in(door))
    router.include_router(_changing(door))
    return router


def _beginning(door: Door) -> APIRouter:
    router = APIRouter(route_class=PageRoute)
    here = "/people/{person_id}/self-assessment"

    @router.get(here)
    async def start(person_id: UUID, request: Request, done: str = "") -> Response:
        principal = await _answerer(door, request)
        person = await read_seen(door, principal, f"/v1/people/{person_id}")
        if not person["assessments"] or person["withdrawn_on"]:
            return await _start_page(door, request, principal, person)
        paper = await _paper(door, principal, person_id, UUID(person["assessments"][-1]))
        values = {"paper": paper, "earlier": person["assessments"][-2::-1]}
        if not paper.is_open:
            return page("assessment_closed.html", request=request, principal=principal, done=done, **values)
        told = DONE.get(done, "")
        return page("assessment.html", request=request, principal=principal, view=tasks_of(paper), done=told, **values)

    @router.post(here)
    async def begin(person_id: UUID, request: Request) -> Response:
        principal = await _answerer(door, request)
        require_own_form(request)
        given = await form_fields(request)
        body = {"questionnaire": given["questionnaire"], "fill_in": True}
        answer = await sent(door, principal, ASSESSMENT, f"/v1/people/{person_id}/assessments", given, body)
        if answer.status_code == CREATED:
            return see_other(f"/people/{person_id}/self-assessment")
        person = await read_seen(door, principal, f"/v1/people/{person_id}")
        return await _start_page(door, request, principal, person, Form(given, _refusal(answer)), answer.status_code)

    return router


async def _start_page(
    door: Door,
    request: Request,
    principal: Principal,
    person: Mapping[str, Any],
    form: Form | None = None,
    status: int = OK,
) -> Response:
    """Before the first question: what is asked and what becomes of it."""
    told = await read_seen(door, principal, "/v1/questionnaires")
    names = [(each["questionnaire"], each["title"], "") for each in told["questionnaires"]]
    new = form or filled(questionnaire=names[0][0] if len(names) == 1 else "")
    is_own = principal.person_id == UUID(person["person_id"])
    return page(
        "assessment_start.html",
        request=request,
        status=status,
        principal=principal,
        person=person,
        questionnaires=names,
        form=new,
        is_own=is_own,
    )


def _answering(door: Door) -> APIRouter:
    router = APIRouter(route_class=PageRoute)
    here = "/people/{person_id}/self-assessment/{assessment_id}/questions/{question_id}"

    @router.get(here)
    async def question(
        person_id: UUID, assessment_id: UUID, question_id: str, request: Request, back: str = ""
    ) -> Response:
        principal = await _answerer(door, request)
        paper = await _paper(door, principal, person_id, assessment_id)
        if not paper.is_open:
            return see_other(paper.start)
        asked = _asked(paper, question_id)
        given = filled_in(asked, paper.answer(question_id), paper.own_words(question_id))
        form = Form(given, (), paper.answer_etag(question_id))
        return _question_page(request, principal, paper, question_id, form, "answers" if back == "answers" else "")

    @router.post(here)
    async def save(person_id: UUID, assessment_id: UUID, question_id: str, request: Request) -> Response:
        principal = await _answerer(door, request)
        require_own_form(request)
        given = await form_fields(request, most=FIELDS_MAX, bytes_max=FORM_BYTES_MAX)
        paper = await _paper(door, principal, person_id, assessment_id)
        if not paper.is_open:
            return see_other(paper.start)
        asked = _asked(paper, question_id)
        told, back = answer_read(asked, given), "answers" if given["back"] == "answers" else ""
        later, faults = given["then"] == "later", told.faults
        is_empty = told.answer is None and not given["own_words"]
        had_nothing = paper.answer(question_id) is None and not paper.own_words(question_id)
        if is_empty and not faults and (later or not asked["required"]) and had_nothing:
            return _on_from(paper, question_id, paper.assessment["asked"], back, later=later)
        if told.answer is None and not faults and asked["required"]:
            faults = (nothing_given(asked),)
        if faults:
            form = Form(given, faults, given["etag"])
            return _question_page(request, principal, paper, question_id, form, back, UNPROCESSABLE)
        body = {"answered_as": "person", "answer": told.answer, "own_words": given["own_words"] or None}
        path = f"/v1/assessments/{assessment_id}/answers/{question_id}"
        answer = await sent(door, principal, ASSESSMENT, path, given, body, method="PUT")
        if answer.status_code == OK:
            return _on_from(paper, question_id, answer.json()["asked"], back, later=later)
        seen = paper.answer_etag(question_id) if answer.status_code == STALE else given["etag"]
        faults = (_changed(paper, asked),) if answer.status_code == STALE else _misfit(answer)
        form = Form(given, faults, seen)
        return _question_page(request, principal, paper, question_id, form, back, answer.status_code)

    return router


def _asked(paper: Paper, question_id: str) -> Mapping[str, Any]:
    question = paper.question(question_id)
    if question is None:
        raise not_found("question")
    return question


def _on_from(paper: Paper, question_id: str, asked: list[str], back: str, *, later: bool) -> Response:
    if later:
        return see_other(f"{paper.start}?done=saved")
    return see_other(f"{paper.address}/answers#{question_id}" if back else after(paper, question_id, asked))


def _changed(paper: Paper, question: Mapping[str, Any]) -> Fault:
    """Somebody else has answered meanwhile: both answers are told, and whoever has seen both decides."""
    theirs = answer_in_words(question, paper.answer(question["question_id"])) or "no answer"
    told = f"Somebody else has changed this answer since you opened the page. Theirs is: {theirs}"
    return Fault("", f"{told}. Save again to put yours in its place")


def _misfit(answer: httpx.Response) -> tuple[Fault, ...]:
    """Why the service does not take an answer, beside its field."""
    errors = answer.json().get("errors", ()) if answer.status_code == UNPROCESSABLE else ()
    told = tuple(Fault("answer", wording.told(error["message"])) for error in errors if error.get("message"))
    return told or _refusal(answer)


def _question_page(
    request: Request, principal: Principal, paper: Paper, question_id: str, form: Form, back: str, status: int = OK
) -> Response:
    view = question_view(paper, question_id, form, back)
    return page("question.html", request=request, status=status, principal=principal, paper=paper, view=view, form=form)


def _handing_in(door: Door) -> APIRouter:
    router = APIRouter(route_class=PageRoute)
    here = "/people/{person_id}/self-assessment/{assessment_id}"

    @router.get(f"{here}/answers")
    async def answers(person_id: UUID, assessment_id: UUID, request: Request, done: str = "") -> Response:
        principal = await _answerer(door, request)
        paper = await _paper(door, principal, person_id, assessment_id)
        return _answers_page(request, principal, paper, Form(etag=paper.etag), done=DONE.get(done, ""))

    @router.post(f"{here}/confirmations")
    async def confirm(person_id: UUID, assessment_id: UUID, request: Request) -> Response:
        principal = await _answerer(door, request)
        require_own_form(request)
        given = await form_fields(request)
        paper = await _paper(door, principal, person_id, assessment_id)
        questions = [name for name in paper.assessment["to_confirm"] if paper.question(name)]
        path = f"/v1/assessments/{assessment_id}/confirmations"
        answer = await sent(door, principal, ASSESSMENT, path, given, {"answered_as": "person", "questions": questions})
        if answer.status_code == OK:
            return see_other(f"{paper.address}/answers?done=confirmed")
        return _answers_page(request, principal, paper, Form(given, _refusal(answer), paper.etag), answer.status_code)

    @router.post(f"{here}/submission")
    async def hand_in(person_id: UUID, assessment_id: UUID, request: Request) -> Response:
        principal = await _answerer(door, request)
        require_own_form(request)
        given = await form_fields(request)
        path = f"/v1/assessments/{assessment_id}/submission"
        answer = await sent(door, principal, ASSESSMENT, path, given, {"submitted_on": today().isoformat()})
        paper = await _paper(door, principal, person_id, assessment_id)
        if answer.status_code == OK:
            return see_other(f"{paper.start}?done=handed-in")
        if answer.status_code == ACCEPTED:
            return see_other(f"{paper.start}?done=signed")
        form = Form(given, _not_ready(answer, paper), paper.etag)
        return _answers_page(request, principal, paper, form, answer.status_code)

    return router


def _not_ready(answer: httpx.Response, paper: Paper) -> tuple[Fault, ...]:
    """Why the answers cannot be handed in, question by question where the service says so."""
    if answer.status_code == STALE:
        return (
            Fault("", "The answers have changed since you opened this page. Look at them again, then hand them in"),
        )
    told = answer.json().get("errors", ()) if answer.status_code == UNPROCESSABLE else ()
    faults = [(paper.question(error.get("name", "")), error.get("message", "")) for error in told]
    known = (Fault(each["question_id"], f"{each['label']}: {wording.inside(what)}") for each, what in faults if each)
    return tuple(known) or _refusal(answer)


def _answers_page(
    request: Request, principal: Principal, paper: Paper, form: Form, status: int = OK, *, done: str = ""
) -> Response:
    return page(
        "assessment_answers.html",
        request=request,
        status=status,
        principal=principal,
        paper=paper,
        sections=answers_of(paper),
        tasks=tasks_of(paper),
        form=form,
        done=done,
    )


def _changing(door: Door) -> APIRouter:
    router = APIRouter(route_class=PageRoute)
    here = "/people/{person_id}/self-assessment/{assessment_id}/change"

    @router.get(here)
    async def form(person_id: UUID, assessment_id: UUID, request: Request) -> Response:
        principal = await _answerer(door, request)
        paper = await _paper(door, principal, person_id, assessment_id)
        new = Form(filled(changed_on=today().isoformat()).given, (), paper.etag)
        return page("assessment_change.html", request=request, principal=principal, paper=paper, form=new)

    @router.post(here)
    async def change(person_id: UUID, assessment_id: UUID, request: Request) -> Response:
        principal = await _answerer(door, request)
        require_own_form(request)
        given = await form_fields(request)
        paper = await _paper(door, principal, person_id, assessment_id)
        faults: tuple[Fault, ...] = ()
        status = UNPROCESSABLE
        if day_of(given["changed_on"]) is None:
            faults = (Fault("changed_on", "Enter the day from which things are different"),)
        else:
            path = f"/v1/assessments/{assessment_id}/changes-of-circumstances"
            answer = await sent(door, principal, ASSESSMENT, path, given, {"changed_on": given["changed_on"]})
            if answer.is_success:
                return see_other(paper.start)
            faults, status = _refusal(answer), answer.status_code
        again = Form(given, faults, paper.etag if status == STALE else given["etag"])
        return page(
            "assessment_change.html", request=request, status=status, principal=principal, paper=paper, form=again
        )

    return router


async def _answerer(door: Door, request: Request) -> Principal:
    """Whoever answers for themselves or for somebody else; the council's staff read answers on pages of their own."""
    principal = await signed_in(door, request)
    if not principal.roles & MAY_ACT:
        raise Problem(FORBIDDEN, "not-allowed", "The person answers, or somebody who acts for them")
    return principal


async def _paper(door: Door, principal: Principal, person_id: UUID, assessment_id: UUID) -> Paper:
    """A person's assessment with its questions in their words, and whoever answers for them.

    Raises:
        Problem: there is none that they may see, or it cannot be had for the moment.
    """
    is_own = principal.person_id == person_id
    answer, person, authorities = await asyncio.gather(
        door.ask(principal, ASSESSMENT, "GET", f"/v1/assessments/{assessment_id}"),
        read_seen(door, principal, f"/v1/people/{person_id}"),
        _own_authorities(door, principal, person_id, is_own=is_own),
    )
    told = _seen(answer)
    if told["person_id"] != str(person_id):
        raise not_found("assessment")
    path = f"/v1/questionnaires/{told['questionnaire']}/{told['questionnaire_version']}"
    questionnaire = await read(door, principal, ASSESSMENT, path, query=f"user_group={person['user_group']}")
    return Paper(told, answer.headers["etag"], questionnaire, person, authorities, is_own)


async def _own_authorities(
    door: Door, principal: Principal, person_id: UUID, *, is_own: bool
) -> tuple[Mapping[str, Any], ...]:
    """What somebody who answers for the person rests on; nothing where the person answers."""
    if is_own:
        return ()
    told = await read_seen(door, principal, f"/v1/people/{person_id}/authorities")
    return tuple(each for each in told["authorities"] if each["is_yours"] and each["in_force"])


async def read_seen(door: Door, principal: Principal, path: str) -> Mapping[str, Any]:
    """What the assessment service answers to a reading; an authority that does not do is told with its reasons.

    Raises:
        Problem: as `_seen`.
    """
    return _seen(await door.ask(principal, ASSESSMENT, "GET", path))


def _seen(answer: httpx.Response) -> Mapping[str, Any]:
    """What the service answers; an authority that does not do is told with its reasons.

    Raises:
        Problem: as the service refused, or 503 for anything else that it could not do.
    """
    if answer.status_code == OK:
        body: Mapping[str, Any] = answer.json()
        return body
    if answer.status_code == FORBIDDEN:
        reasons = (wording.whole_sentence(wording.told(each["message"])) for each in answer.json().get("errors", ()))
        advice = " ".join(reasons) or "Your role does not allow it."
        raise ToldOnPage(FORBIDDEN, "authority-refused", "You cannot act for this person now", advice)
    if answer.status_code == NOT_FOUND:
        raise not_found("assessment")
    raise Problem(503, "service-unavailable", "The assessment service did not answer", headers={"Retry-After": "2"})


def _refusal(answer: httpx.Response) -> tuple[Fault, ...]:
    if answer.status_code == CLOSED:
        return (Fault("", "This assessment is closed for answers now. Go back to see where it is"),)
    return refusal(answer)
