"""The pages of answering a question about spending: what is asked, which answer it is, what the answer needs."""

import asyncio
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from braid.kit.identity import Principal
from braid.kit.problems import not_found
from gateway.console import wording
from gateway.console.errors import PageRoute
from gateway.console.forms import Fault, Form, refusal, sent, today
from gateway.console.money_forms import answer_asked, new_terms
from gateway.console.money_pages import LEDGER, OF_ONE_PERSON, staff_of
from gateway.console.money_view import ANSWERS, MAY_ANSWER, MAY_LOOK, answers_to, query_of
from gateway.console.payment_view import query_of as address_query
from gateway.console.people_view import read
from gateway.console.recovery_view import EVERY
from gateway.console.rendering import page, see_other
from gateway.forms import form_fields, require_own_form
from gateway.forwarding import Door

OK, UNPROCESSABLE = 200, 422
FORM_BYTES_MAX, FIELDS_MAX = 30_000, 250
_HERE = "/people/{person_id}/queries/{query_id}"


class Asked:
    """A question with all that its pages show.

    Args:
        told: as the ledger tells it.
        person: whose spending it is about.
        spend: what it is about; None where that cannot be had.
        items: of the person's plan.
        funds: id and words of each fund of the budget.
    """

    def __init__(
        self,
        told: Mapping[str, Any],
        person: Mapping[str, Any],
        spend: Mapping[str, Any] | None,
        items: list[Mapping[str, Any]],
        funds: Mapping[str, str],
    ) -> None:
        self.told, self.person, self.items, self.funds = told, person, items, funds
        person_id = str(person["person_id"])
        self.query = query_of(told, {person_id: person["name"]}, today(), person_id, spend)
        self.answers = tuple(each for each in answers_to(told) if items or each[0] != "attribute")


def query_routes(door: Door) -> APIRouter:
    """Questions about spending; the ledger checks again who may answer which."""
    router = APIRouter(route_class=PageRoute)

    @router.get(_HERE)
    async def question(person_id: UUID, query_id: UUID, request: Request) -> Response:
        principal = await staff_of(door, request, MAY_LOOK)
        asked = await _asked(door, principal, person_id, query_id)
        return _question_page(request, principal, asked, Form())

    @router.get(f"{_HERE}/answer")
    async def form(person_id: UUID, query_id: UUID, request: Request, answer: str = "") -> Response:
        principal = await staff_of(door, request, MAY_ANSWER)
        asked = await _asked(door, principal, person_id, query_id)
        if not asked.query.is_open:
            return see_other(asked.query.href)
        if answer not in {code for code, _, _ in asked.answers}:
            missing = Form(faults=(Fault("answer", "Select which answer it is"),))
            return _question_page(request, principal, asked, missing, UNPROCESSABLE)
        return _answer_page(request, principal, asked, answer, new_terms())

    @router.post(f"{_HERE}/answer")
    async def take(person_id: UUID, query_id: UUID, request: Request) -> Response:
        principal = await staff_of(door, request, MAY_ANSWER)
        require_own_form(request)
        given = await form_fields(request, most=FIELDS_MAX, bytes_max=FORM_BYTES_MAX)
        asked = await _asked(door, principal, person_id, query_id)
        answer = given["answer"]
        if answer not in {code for code, _, _ in asked.answers}:
            raise not_found("answer")
        body, faults = answer_asked(answer, given, asked.items, list(asked.funds))
        status = UNPROCESSABLE
        if not faults:
            path = f"/v1/people/{person_id}/budget/queries/{query_id}/answer"
            told = await sent(door, principal, LEDGER, path, given, body)
            if told.status_code == OK:
                is_answered = bool(told.json()["queries"][0]["answer"])
                done = "proposed-write-off" if not is_answered else "recovery" if answer == "pay_back" else "answered"
                return see_other(f"/people/{person_id}/money?done={done}")
            faults, status = refusal(told), told.status_code
        return _answer_page(request, principal, asked, answer, Form(given, faults), status)

    return router


async def _asked(door: Door, principal: Principal, person_id: UUID, query_id: UUID) -> Asked:
    home = f"/v1/people/{person_id}"
    told, person, items, budget = await asyncio.gather(
        _found(door, principal, f"{home}/budget/queries", "queries", "query_id", str(query_id)),
        read(door, principal, "assessment", home),
        read(door, principal, LEDGER, f"{home}/budget/items"),
        read(door, principal, LEDGER, f"{home}/budget"),
    )
    if told is None:
        raise not_found("question")
    # Of a person's spends, those alone are looked through about which something is asked.
    spend = await _found(
        door, principal, f"{home}/budget/spends", "spends", "spend_id", told["spend_id"], state="asked"
    )
    funds = {fund["fund_id"]: wording.named(wording.STREAMS, fund["stream"]) for fund in budget["funds"]}
    return Asked(told, person, spend, items["items"], funds)


async def _found(
    door: Door, principal: Principal, path: str, name: str, key: str, wanted: str, **asked: str
) -> Mapping[str, Any] | None:
    """One row of a person's own list, looked for page by page."""
    after = ""
    while True:
        query = address_query(**asked, most=str(OF_ONE_PERSON), after=after)
        told = await read(door, principal, LEDGER, path, query=query)
        found = next((each for each in told[name] if each[key] == wanted), None)
        if found is not None or not told["next"]:
            return found
        after = told["next"]


def _question_page(request: Request, principal: Principal, asked: Asked, form: Form, status: int = OK) -> Response:
    return page(
        "query.html",
        request=request,
        status=status,
        principal=principal,
        query=asked.query,
        person=asked.person,
        answers=asked.answers,
        form=form,
        may_answer=bool(principal.roles & MAY_ANSWER) and asked.query.is_open,
    )


def _answer_page(
    request: Request, principal: Principal, asked: Asked, answer: str, form: Form, status: int = OK
) -> Response:
    return page(
        "query_answer.html",
        request=request,
        status=status,
        principal=principal,
        query=asked.query,
        person=asked.person,
        answer=answer,
        words=ANSWERS[answer],
        items=asked.items,
        funds=asked.funds,
        every=EVERY,
        form=form,
    )
