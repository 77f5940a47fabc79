"""The pages on which a person answers about their own life: one question a page, checked, sent together.

Until they are sent the answers are kept in the person's own browser alone, sealed; none is half recorded.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
from fastapi import APIRouter, Request
from fastapi.responses import Response

from braid.kit.identity import Principal
from braid.kit.problems import Problem, not_found
from gateway.console.errors import PageRoute
from gateway.console.forms import Fault, Form, Given, filled, refusal, sent, today
from gateway.console.outcome_reads import OUTCOMES, instrument_of, recorder, waves_of
from gateway.console.outcome_view import AskedView, WaveView, asked_of, level_text
from gateway.console.rendering import page, see_other
from gateway.console.session import keep_answers, kept_answers
from gateway.forms import form_fields
from gateway.forwarding import Door

CREATED, UNPROCESSABLE, FORBIDDEN = 201, 422, 403
#: Chosen by whoever would rather not answer: recorded as missing.
NOT_SAID = "not_said"
#: Of questions begun and not sent, how many the browser keeps.
BEGUN_MOST = 3
_HERE = "/people/{person_id}/outcomes/asked/{instrument_id}/{wave}/{number}"
Told = Mapping[str, Any]


@dataclass(frozen=True)
class Sheet:
    """A wave that is open to somebody, with its questions and what they have answered so far.

    Args:
        answers: level by question, or None where they would rather not say.
    """

    person_id: UUID
    instrument: Told
    asked: AskedView
    wave: WaveView
    answers: Mapping[str, int | None] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What it is kept under."""
        return self.address.removeprefix("/people/")

    @property
    def address(self) -> str:
        """Where its pages are."""
        return f"{self.home}/asked/{self.asked.instrument_id}/{self.wave.code}/{self.wave.number}"

    @property
    def home(self) -> str:
        """Where everything is that the person is asked."""
        return f"/people/{self.person_id}/outcomes"

    @property
    def items(self) -> list[str]:
        """The questions in the order in which they are asked."""
        return [item["item_id"] for item in self.instrument["items"]]

    def address_of(self, item_id: str) -> str:
        """Where a question is asked."""
        return f"{self.address}/questions/{item_id}"

    def after(self, item_id: str) -> str:
        """Where to go on after a question."""
        following = self.items[self.items.index(item_id) + 1 :]
        return self.address_of(following[0]) if following else f"{self.address}/answers"

    def before(self, item_id: str) -> str:
        """Where to go back to from a question."""
        place = self.items.index(item_id)
        return self.address_of(self.items[place - 1]) if place else self.address


def outcome_answering_routes(door: Door) -> APIRouter:
    """Answering about one's own life; the outcomes service checks again what may be answered, and by whom."""
    router = APIRouter(route_class=PageRoute)
    _add_questions(router, door)
    _add_sending(router, door)
    return router


def _add_questions(router: APIRouter, door: Door) -> None:
    @router.get(_HERE)
    async def start(person_id: UUID, instrument_id: str, wave: str, number: int, request: Request) -> Response:
        principal, sheet = await _sheet(door, request, person_id, instrument_id, wave, number)
        if sheet is None:
            return see_other(f"/people/{person_id}/outcomes")
        return page("outcome_start.html", request=request, principal=principal, sheet=sheet)

    @router.get(f"{_HERE}/questions/{{item_id}}")
    async def question(
        person_id: UUID, instrument_id: str, wave: str, number: int, item_id: str, request: Request, back: str = ""
    ) -> Response:
        principal, sheet = await _sheet(door, request, person_id, instrument_id, wave, number)
        if sheet is None:
            return see_other(f"/people/{person_id}/outcomes")
        if item_id not in sheet.items:
            raise not_found("question")
        form = filled(answer=_chosen(sheet, item_id), back="answers" if back == "answers" else "")
        return _question_page(request, principal, sheet, item_id, form)

    @router.post(f"{_HERE}/questions/{{item_id}}")
    async def answer(
        person_id: UUID, instrument_id: str, wave: str, number: int, item_id: str, request: Request
    ) -> Response:
        principal, sheet = await _sheet(door, request, person_id, instrument_id, wave, number)
        if sheet is None:
            return see_other(f"/people/{person_id}/outcomes")
        if item_id not in sheet.items:
            raise not_found("question")
        given = await form_fields(request)
        levels = {str(level["level"]): int(level["level"]) for level in _item(sheet, item_id)["levels"]}
        if given["answer"] not in levels and given["answer"] != NOT_SAID:
            faults = (Fault("answer", "Select an answer, or that you would rather not say"),)
            return _question_page(request, principal, sheet, item_id, Form(given, faults), UNPROCESSABLE)
        told = {**sheet.answers, item_id: levels.get(given["answer"])}
        response = see_other(f"{sheet.address}/answers" if given["back"] == "answers" else sheet.after(item_id))
        _keep(door, request, response, principal, sheet, told)
        return response


def _add_sending(router: APIRouter, door: Door) -> None:
    @router.get(f"{_HERE}/answers")
    async def answers(person_id: UUID, instrument_id: str, wave: str, number: int, request: Request) -> Response:
        principal, sheet = await _sheet(door, request, person_id, instrument_id, wave, number)
        if sheet is None:
            return see_other(f"/people/{person_id}/outcomes")
        return _answers_page(request, principal, sheet, Form())

    @router.post(f"{_HERE}/answers")
    async def send(person_id: UUID, instrument_id: str, wave: str, number: int, request: Request) -> Response:
        principal, sheet = await _sheet(door, request, person_id, instrument_id, wave, number)
        if sheet is None:
            return see_other(f"/people/{person_id}/outcomes")
        given = await form_fields(request)
        faults, status = _open_questions(sheet), UNPROCESSABLE
        if not faults:
            answer = await _sent(door, principal, sheet, given)
            if answer.status_code == CREATED:
                where = f"{sheet.home}/answered/{answer.json()['response_id']}?done=sent"
                response = see_other(where)
                _keep(door, request, response, principal, sheet, {})
                return response
            faults, status = refusal(answer), answer.status_code
        return _answers_page(request, principal, sheet, Form(given, faults), status)


async def _sheet(
    door: Door, request: Request, person_id: UUID, instrument_id: str, wave: str, number: int
) -> tuple[Principal, Sheet | None]:
    """Who answers, and what; None where that is not open to them, or not any more.

    Raises:
        Problem: 403, somebody else's life; 404, there is no such instrument.
    """
    principal = await recorder(door, request)
    if principal.person_id != person_id:
        raise Problem(FORBIDDEN, "not-allowed", "Here people answer about their own lives")
    told = await waves_of(door, principal, person_id)
    known = next((one for one in told["asked"] if one["instrument_id"] == instrument_id), None)
    if known is None:
        raise not_found("instrument")
    instrument = await instrument_of(door, principal, instrument_id, known["version"])
    [asked] = asked_of({"asked": [known]}, {"instruments": [instrument]})
    open_one = next((one for one in asked.open_waves if (one.code, one.number) == (wave, number)), None)
    if open_one is None or not asked.may_answer:
        return principal, None
    sheet = Sheet(person_id, instrument, asked, open_one)
    return principal, Sheet(
        person_id, instrument, asked, open_one, kept_answers(door, request, principal).get(sheet.name, {})
    )


def _keep(
    door: Door,
    request: Request,
    response: Response,
    principal: Principal,
    sheet: Sheet,
    answers: Mapping[str, int | None],
) -> None:
    """Have the browser keep the answers, and those of other sheets that were begun last; without answers, forget."""
    others = {name: told for name, told in kept_answers(door, request, principal).items() if name != sheet.name}
    kept = dict(list(others.items())[-BEGUN_MOST + 1 :])
    keep_answers(door, request, response, principal, kept | ({sheet.name: answers} if answers else {}))


async def _sent(door: Door, principal: Principal, sheet: Sheet, given: Given) -> httpx.Response:
    body = {
        "instrument_id": sheet.asked.instrument_id,
        "version": sheet.asked.version,
        "respondent": "self",
        "wave": sheet.wave.code,
        "number": sheet.wave.number,
        "answered_on": today().isoformat(),
        "answers": {item: level for item, level in sheet.answers.items() if level is not None},
    }
    return await sent(door, principal, OUTCOMES, f"/v1/people/{sheet.person_id}/outcome-responses", given, body)


def _item(sheet: Sheet, item_id: str) -> Told:
    found: Told = next(item for item in sheet.instrument["items"] if item["item_id"] == item_id)
    return found


def _chosen(sheet: Sheet, item_id: str) -> str:
    """What of a question's form is filled in."""
    if item_id not in sheet.answers:
        return ""
    level = sheet.answers[item_id]
    return NOT_SAID if level is None else str(level)


def _open_questions(sheet: Sheet) -> tuple[Fault, ...]:
    return tuple(
        Fault(item["item_id"], f"Not answered yet: {item['text']}")
        for item in sheet.instrument["items"]
        if item["item_id"] not in sheet.answers
    )


def _question_page(
    request: Request, principal: Principal, sheet: Sheet, item_id: str, form: Form, status: int = 200
) -> Response:
    return page(
        "outcome_question.html",
        request=request,
        status=status,
        principal=principal,
        sheet=sheet,
        item=_item(sheet, item_id),
        number=sheet.items.index(item_id) + 1,
        form=form,
        not_said=NOT_SAID,
    )


def _answers_page(request: Request, principal: Principal, sheet: Sheet, form: Form, status: int = 200) -> Response:
    rows = [
        (item, level_text(item, sheet.answers.get(item["item_id"])), item["item_id"] in sheet.answers)
        for item in sheet.instrument["items"]
    ]
    return page(
        "outcome_answers.html",
        request=request,
        status=status,
        principal=principal,
        sheet=sheet,
        rows=rows,
        form=form,
    )
