"""Scenarios over the API: what another table, other prices or a protection rule would do; nobody's sum changes."""

import asyncio
import json
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, BackgroundTasks, Query, Request, Response

from braid.kit.http import Caller, Reading, UnitOfWorkRoute, Writing
from braid.kit.jobs.rows import share_done
from braid.kit.jobs.runner import running_jobs, start_job
from braid.kit.paging import Cursor, cursor_of, moment_place
from braid.kit.permissions import Action, may
from braid.kit.problems import Problem, ProblemKind, ProblemTable, not_found, responses
from braid.kit.unit_of_work import UnitOfWork
from services.ras.domain.errors import TableNotSound
from services.ras.scenario_bodies import PeopleIn, ScenarioIn, ScenarioInList, ScenarioOut, ScenariosOut, Status
from services.ras.scenarios import store
from services.ras.scenarios.asked import PeopleForm
from services.ras.scenarios.job import SCENARIOS
from services.ras.scenarios.process import missing_packages
from services.ras.scenarios.questions import protection_of, table_of
from services.ras.table_files import TableRefused
from services.ras.tables import ScenarioRow

#: Of stored people; far more than any council has in long-term support.
STORED_MOST = 50_000
SCENARIOS_A_PAGE = 100


router = APIRouter(
    prefix="/v1",
    route_class=UnitOfWorkRoute,
    tags=["scenarios"],
    lifespan=running_jobs,
)

PROBLEMS: ProblemTable = {
    TableRefused: ProblemKind(
        422,
        "table-refused",
        "The table cannot be used",
        lambda refused: [{"name": "table", "message": reason} for reason in refused.reasons],
    ),
    TableNotSound: ProblemKind(422, "protection-refused", "The rule of protection makes no sense"),
}
NOT_ALLOWED = (403, "The caller is neither a finance officer nor a council's system.")
NO_SCENARIO = (404, "There is no such scenario, or it is not your council's.")


class Form(StrEnum):
    """In what form rows are given."""

    CSV = "csv"
    PARQUET = "parquet"


MEDIA_TYPES = {Form.CSV: "text/csv; charset=utf-8", Form.PARQUET: "application/vnd.apache.parquet"}


@router.post(
    "/scenarios",
    dependencies=[may(Action.RUN_SCENARIO)],
    status_code=202,
    responses=responses(
        (400, "Idempotency-Key is missing or malformed."),
        NOT_ALLOWED,
        (422, "The body is not valid, the table or the rule makes no sense, or no stored people have figures."),
        (501, "The analysis packages are not installed where this service runs."),
    ),
)
async def ask_scenario(
    body: ScenarioIn, work: Writing, caller: Caller, request: Request, response: Response, after: BackgroundTasks
) -> ScenarioOut:
    """Try a table, prices or a protection rule on a population. The answer comes with `GET /v1/scenarios/{id}`."""
    _must_be_installed()
    question = body.question()
    for table in filter(None, (question["table"], question["against"])):
        # A table is long, and is read where nobody else has to wait for it.
        await asyncio.to_thread(table_of, table)
    if question["protection"]:
        protection_of(question["protection"])
    form, people, left_out = await _people(body.people, work)
    row = ScenarioRow(
        scenario_id=uuid4(),
        council=caller.council,
        asked_by=caller.subject,
        question={**question, "left_out": left_out},
        people_form=form,
    )
    await store.keep(work, row, people)
    after.add_task(start_job, request, SCENARIOS, caller.council, row.scenario_id)
    response.headers["location"] = f"/v1/scenarios/{row.scenario_id}"
    return _out(row)


@router.get("/scenarios", dependencies=[may(Action.RUN_SCENARIO)], responses=responses(NOT_ALLOWED))
async def list_scenarios(
    work: Reading, after: Cursor = None, limit: Annotated[int, Query(ge=1, le=SCENARIOS_A_PAGE)] = 20
) -> ScenariosOut:
    """What the council has tried, the latest first; each one's results are read by themselves."""
    found = await store.scenarios(work, moment_place(after) if after else None, limit + 1)
    shown = found[:limit]
    return ScenariosOut(
        scenarios=[_in_list(each) for each in shown],
        next=cursor_of(shown[-1].recorded_at, shown[-1].scenario_id) if len(found) > limit else None,
    )


@router.get(
    "/scenarios/{scenario_id}", dependencies=[may(Action.RUN_SCENARIO)], responses=responses(NOT_ALLOWED, NO_SCENARIO)
)
async def read_scenario(
    scenario_id: UUID, work: Reading, caller: Caller, request: Request, after: BackgroundTasks
) -> ScenarioOut:
    """How far a scenario is, and what it found. One whose run has died is taken up again by this."""
    row, waits = await _found(work, scenario_id)
    if waits and not missing_packages():
        after.add_task(start_job, request, SCENARIOS, caller.council, scenario_id)
    return _out(row)


@router.get(
    "/scenarios/{scenario_id}/people.{form}",
    dependencies=[may(Action.RUN_SCENARIO)],
    response_class=Response,
    responses={
        200: {"content": {media_type: {} for media_type in MEDIA_TYPES.values()}, "description": "A row a person."},
        **responses(NOT_ALLOWED, NO_SCENARIO, (409, "The scenario has no results, or not yet.")),
    },
)
async def read_people(scenario_id: UUID, form: Form, work: Reading) -> Response:
    """The results person by person, as CSV or Parquet; pence a year."""
    row, _ = await _found(work, scenario_id)
    content = await store.file(work, scenario_id, f"people.{form}")
    if content is None:
        raise Problem(409, "no-results", "There are no results", f"The scenario is {row.status}.")
    return Response(content, media_type=MEDIA_TYPES[form])


def _must_be_installed() -> None:
    if missing := missing_packages():
        raise Problem(
            501,
            "analysis-not-installed",
            "Scenarios cannot be worked out here",
            f"This service runs without {' and '.join(missing)}. Run it from the image that has the analysis packages,"
            " or install them (make analysis); braid ras simulate does the same on any machine that has them.",
        )


async def _people(given: PeopleIn, work: UnitOfWork) -> tuple[PeopleForm, bytes, int]:
    if given.csv:
        return PeopleForm.CSV, given.csv.encode(), 0
    if given.parquet_base64:
        return PeopleForm.PARQUET, given.parquet_base64, 0
    if given.rows:
        return PeopleForm.ROWS, json.dumps(given.rows).encode(), 0
    found = await store.stored_people(work)
    if not 1 <= found.people <= STORED_MOST:
        detail = f"{found.people:,} people have a figure that can be worked out again; 1 to {STORED_MOST:,} are needed."
        raise Problem(422, "no-stored-people", "There is nobody to try it on", detail)
    return PeopleForm.STORED, found.content, found.left_out


async def _found(work: UnitOfWork, scenario_id: UUID) -> tuple[ScenarioRow, bool]:
    found = await store.scenario(work, scenario_id)
    if found is None:
        raise not_found("scenario")
    return found


def _out(row: ScenarioRow) -> ScenarioOut:
    return ScenarioOut.model_validate(
        {
            **row.model_dump(),
            "progress": _share_done(row),
            "question": _question(row),
            "left_out": row.question["left_out"],
        }
    )


def _in_list(one: store.ScenarioInShort) -> ScenarioInList:
    return ScenarioInList(
        scenario_id=one.scenario_id,
        status=Status(one.status),
        progress=_share_done(one),
        asked_by=one.asked_by,
        asked_at=one.recorded_at,
        question=_question(one) | {name: _named(one.question[name]) for name in ("table", "against")},
    )


def _named(table: dict[str, str] | None) -> dict[str, str] | None:
    """A table as it was asked for; one that nobody has released is told as such, and not in full."""
    return {name: told for name, told in table.items() if name == "released"} if table else None


def _share_done(one: ScenarioRow | store.ScenarioInShort) -> float:
    return share_done(one.status, one.people_done, one.people)


def _question(one: ScenarioRow | store.ScenarioInShort) -> dict[str, Any]:
    return {name: value for name, value in one.question.items() if name != "left_out"}
