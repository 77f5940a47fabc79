"""Deciding on request for many people at once: one stream, one day, compact answers, nothing stored."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import date
from itertools import islice
from typing import Annotated, Any

from fastapi import APIRouter, Body, Request
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel, Field, ValidationError

from braid.contracts.award import AwardStatus
from braid.contracts.codes import CouncilCode, Pence, StreamCode
from braid.kit.http import Caller, Reading, UnitOfWorkRoute
from braid.kit.permissions import Action, may
from braid.kit.problems import TYPE_BASE, responses
from services.funding_streams.api.documents import AllocationIn, Asked, FactsIn, PlausibleDay
from services.funding_streams.api.examples import ExamplesOnDemand, bulk_examples
from services.funding_streams.api.from_requests import as_allocation, no_such_stream, settings_of
from services.funding_streams.domain.adapter import Case
from services.funding_streams.domain.council_settings import CouncilSettings
from services.funding_streams.domain.money import half_up_a_week
from services.funding_streams.evaluation import NoSuchStream, Panel, one_stream, without_gate
from services.funding_streams.fact_check import checked, errors_of
from services.funding_streams.rule_files import rule_files

router = APIRouter(prefix="/v1", route_class=UnitOfWorkRoute, tags=["rules on request"])

PEOPLE_MOST = 10_000
#: People decided on between two looks at other requests.
PEOPLE_AT_ONCE = 200
LINES_OF_JSON = "application/x-ndjson"


class PersonIn(Asked):
    """One person's facts; ``id`` comes back with the answer and means nothing here."""

    id: Annotated[str, Field(max_length=100)] | None = None
    facts: FactsIn
    allocation: AllocationIn | None = None


class BulkIn(Asked):
    """People to decide on. A person whose facts are refused spoils nobody else's answer."""

    stream: StreamCode
    on: PlausibleDay = Field(description="The day whose law and figures apply.")
    council: CouncilCode | None = Field(None, description="Whose choices apply; the caller's council by default.")
    people: Annotated[list[Any], Field(min_length=1, max_length=PEOPLE_MOST)]


class RowProblemOut(BaseModel):
    """Why one person could not be decided on; each error names the fact."""

    type: str
    title: str
    errors: list[dict[str, Any]]


class RowOut(BaseModel):
    """The answer for one person: the sums, or the problem."""

    row: int = Field(description="Place among the people of the request, from 0.")
    id: str | None
    status: AwardStatus | None = None
    amount_pence: Pence | None = None
    contribution_pence: Pence | None = None
    pence_per_week: int | None = None
    contribution_pence_per_week: int | None = None
    missing_facts: list[str] | None = None
    unconfirmed: list[str] | None = None
    problem: RowProblemOut | None = None


class BulkOut(BaseModel):
    """An answer for each person, in the order of the request."""

    people: list[RowOut]


@router.post(
    "/decisions:evaluate-in-bulk",
    dependencies=[may(Action.EVALUATE_RULES)],
    response_model=BulkOut,
    response_model_exclude_unset=True,
    responses={
        200: {"content": {LINES_OF_JSON: {"schema": {"$ref": "#/components/schemas/RowOut"}}}},
        **responses((422, "The request is not valid, or there is no such stream.")),
    },
)
async def evaluate_in_bulk(
    body: Annotated[BulkIn, Body(openapi_examples=ExamplesOnDemand(bulk_examples))],
    request: Request,
    work: Reading,
    _caller: Caller,
) -> Response:
    """Decide on up to 10,000 people by one stream's rules of a day, without the tests and sums.

    Answers come as one JSON document or, where the request accepts `application/x-ndjson`, a line a person as they are
    ready.
    """
    council = await settings_of(body.council, body.on, request, work)
    try:
        answers = in_turn(body, council)
    except NoSuchStream as error:
        raise no_such_stream(error) from error
    if LINES_OF_JSON in request.headers.get("accept", ""):
        return StreamingResponse(_lines(answers), media_type=LINES_OF_JSON)
    rows = [row async for batch in _batches(answers) for row in batch]
    return Response(f'{{"people":[{",".join(rows)}]}}', media_type="application/json")


async def _lines(answers: Iterator[dict[str, Any]]) -> AsyncIterator[str]:
    async for batch in _batches(answers):
        yield "".join([f"{row}\n" for row in batch])


async def _batches(answers: Iterator[dict[str, Any]]) -> AsyncIterator[Sequence[str]]:
    """Decide and write a batch at a time on another thread, so that other requests are answered in between."""
    while batch := await asyncio.to_thread(lambda: [json.dumps(row) for row in islice(answers, PEOPLE_AT_ONCE)]):
        yield batch


def in_turn(body: BulkIn, council: CouncilSettings) -> Iterator[dict[str, Any]]:
    """Return the answers in the order of the people; each is worked out when it is asked for.

    Raises:
        NoSuchStream: no folder has that name.
    """
    panel, council = one_stream(body.stream), without_gate(council)
    return (_answer(panel, council, body.on, row, given) for row, given in enumerate(body.people))


def _answer(panel: Panel, council: CouncilSettings, on: date, row: int, given: Any) -> dict[str, Any]:
    """Return one person's answer, the sums or the problem; ``given`` is the person as the request has it."""
    try:
        person = PersonIn.model_validate(given)
    except ValidationError as error:
        errors = [{"pointer": _pointer(row, *fault["loc"]), "message": fault["msg"]} for fault in error.errors()]
        return {"row": row, "id": None, "problem": _problem("invalid-request", "The person is not valid", errors)}
    facts, doubts = checked(person.facts, on)
    if doubts:
        errors = errors_of(doubts, _pointer(row, "facts"))
        problem = _problem("facts-refused", "The facts cannot be decided on", errors)
        return {"row": row, "id": person.id, "problem": problem}
    case = Case(facts, on, rule_files().figures, council, as_allocation(person.allocation), traced=False)
    (decision,) = panel.decide(case)
    return {
        "row": row,
        "id": person.id,
        "status": decision.status.value,
        "amount_pence": decision.amount_pence,
        "contribution_pence": decision.contribution_pence,
        "pence_per_week": decision.pence_per_week,
        "contribution_pence_per_week": half_up_a_week(decision.contribution_pence, decision.days),
        "missing_facts": decision.missing_facts,
        "unconfirmed": decision.unconfirmed,
    }


def _problem(kind: str, title: str, errors: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {"type": TYPE_BASE + kind, "title": title, "errors": list(errors)}


def _pointer(row: int, *path: int | str) -> str:
    return "/".join(("body:", "people", str(row), *(str(part) for part in path)))
