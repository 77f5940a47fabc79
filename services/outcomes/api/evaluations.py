"""Evaluations over HTTP: asked for, worked out in a process of their own, told as data and as a report."""

from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, BackgroundTasks, Query, Request, Response
from fastapi.responses import HTMLResponse

from braid.kit.http import Caller, Reading, UnitOfWorkRoute, Writing
from braid.kit.jobs.rows import share_done
from braid.kit.jobs.runner import running_jobs, start_job
from braid.kit.paging import Cursor, cursor_of, moment_place
from braid.kit.permissions import Action, may
from braid.kit.problems import Problem, not_found, responses
from braid.kit.reports.content_security import content_security
from braid.kit.unit_of_work import UnitOfWork
from services.outcomes import licences
from services.outcomes.api.evaluation_bodies import (
    EvaluationIn,
    EvaluationInList,
    EvaluationOut,
    EvaluationsOut,
)
from services.outcomes.domain.people_compared import Weeks, whole_weeks
from services.outcomes.instrument_files import released_instruments
from services.outcomes.job_tables import EvaluationRow
from services.outcomes.jobs import evaluation_store as store
from services.outcomes.jobs.evaluation_process import missing_packages
from services.outcomes.jobs.evaluation_records import anybody_answered
from services.outcomes.jobs.evaluation_store import EVALUATIONS
from services.outcomes.jobs.evaluation_work import REPORT

EVALUATIONS_A_PAGE = 100

router = APIRouter(prefix="/v1", route_class=UnitOfWorkRoute, tags=["outcomes"], lifespan=running_jobs)

KEY = (400, "Idempotency-Key is missing or malformed.")
NOT_ALLOWED = (403, "The caller is neither a finance officer nor an auditor nor a council's system.")
NO_EVALUATION = (404, "There is no such evaluation, or it is not your council's.")


@router.post(
    "/outcome-evaluations",
    dependencies=[may(Action.RUN_EVALUATION)],
    status_code=202,
    responses=responses(
        KEY,
        NOT_ALLOWED,
        (409, "Nobody has answered anything up to that day."),
        (422, "The body is not valid, there is no whole week between the days, or no such measure."),
        (501, "The analysis packages are not installed where this service runs."),
    ),
)
async def ask_evaluation(
    body: EvaluationIn, work: Writing, caller: Caller, request: Request, response: Response, after: BackgroundTasks
) -> EvaluationOut:
    """Compare costs and outcomes of the council's people. The answer comes with `GET /v1/outcome-evaluations/{id}`."""
    _must_be_installed()
    weeks = whole_weeks(body.from_day, body.to_day)
    _must_be_measures(body.measures or ())
    if not await anybody_answered(work, weeks.last):
        detail = f"Nobody has answered anything about their own life up to {weeks.last}."
        raise Problem(409, "nothing-answered", "There is nothing to compare", detail)
    row = EvaluationRow(
        evaluation_id=uuid4(),
        council=caller.council,
        asked_by=caller.subject,
        question=await _question(body, weeks, work),
        recorded_at=work.now,
    )
    await store.keep(work, row, (body.comparison_csv or "").encode())
    after.add_task(start_job, request, EVALUATIONS, caller.council, row.evaluation_id)
    response.headers["location"] = f"/v1/outcome-evaluations/{row.evaluation_id}"
    return _out(row)


@router.get("/outcome-evaluations", dependencies=[may(Action.READ_EVALUATIONS)], responses=responses(NOT_ALLOWED))
async def list_evaluations(
    work: Reading, after: Cursor = None, limit: Annotated[int, Query(ge=1, le=EVALUATIONS_A_PAGE)] = 20
) -> EvaluationsOut:
    """What the council has asked, the latest first; each one's results are read by themselves."""
    found = await store.evaluations(work, moment_place(after) if after else None, limit + 1)
    shown = found[:limit]
    return EvaluationsOut(
        evaluations=[EvaluationInList.model_validate(_in_short(each)) for each in shown],
        next=cursor_of(shown[-1].recorded_at, shown[-1].evaluation_id) if len(found) > limit else None,
    )


@router.get(
    "/outcome-evaluations/{evaluation_id}",
    dependencies=[may(Action.READ_EVALUATIONS)],
    responses=responses(NOT_ALLOWED, NO_EVALUATION),
)
async def read_evaluation(
    evaluation_id: UUID, work: Reading, caller: Caller, request: Request, after: BackgroundTasks
) -> EvaluationOut:
    """How far an evaluation is, and what it found. One whose run has died is taken up again by this."""
    row = await _found(work, evaluation_id)
    if await EVALUATIONS.rows.waits(work, evaluation_id) and not missing_packages():
        after.add_task(start_job, request, EVALUATIONS, caller.council, evaluation_id)
    return _out(row)


@router.get(
    "/outcome-evaluations/{evaluation_id}/report",
    dependencies=[may(Action.READ_EVALUATIONS)],
    response_class=HTMLResponse,
    responses=responses(NOT_ALLOWED, NO_EVALUATION, (409, "The evaluation has no results, or not yet.")),
)
async def read_report(evaluation_id: UUID, work: Reading) -> Response:
    """The report: plots, each with its table, and every warning; a page that needs no other file."""
    row = await _found(work, evaluation_id)
    content = await store.file(work, evaluation_id, REPORT)
    if content is None:
        raise Problem(409, "no-results", "There are no results", f"The evaluation is {row.status}.")
    headers = {"Content-Security-Policy": content_security(), "X-Content-Type-Options": "nosniff"}
    return HTMLResponse(content, headers=headers)


def _must_be_installed() -> None:
    if missing := missing_packages():
        raise Problem(
            501,
            "analysis-not-installed",
            "Evaluations cannot be worked out here",
            f"This service runs without {', '.join(missing)}. Install them where it runs (make analysis); braid"
            " outcomes evaluate does the same on any machine that has them and reaches the database.",
        )


def _must_be_measures(asked: list[str] | tuple[()]) -> None:
    known = {
        f"{instrument.instrument_id}.{scoring_id}"
        for instrument in released_instruments().values()
        for scoring_id in instrument.scorings
    }
    if unknown := sorted(set(asked) - known):
        detail = f"No released instrument has {', '.join(unknown)}; there are {', '.join(sorted(known))}."
        raise Problem(422, "unknown-measure", "There is no such measure", detail)


async def _question(body: EvaluationIn, weeks: Weeks, work: UnitOfWork) -> dict[str, Any]:
    """What was asked, as it is kept: with the weeks that follow from the days, and the licences of that moment."""
    told = body.model_dump(mode="json", exclude={"comparison_csv"})
    stated = await licences.statements(work)
    return {
        **told,
        "weeks_from": weeks.first.isoformat(),
        "weeks_to": weeks.last.isoformat(),
        "has_comparison_file": body.comparison_csv is not None,
        "licensed": sorted(name for name, statement in stated.items() if statement.licences),
    }


async def _found(work: UnitOfWork, evaluation_id: UUID) -> EvaluationRow:
    row = await work.session.get(EvaluationRow, evaluation_id)
    if row is None:
        raise not_found("evaluation")
    return row


def _out(row: EvaluationRow) -> EvaluationOut:
    return EvaluationOut.model_validate({**_in_short(row), "results": row.results, "problem": row.problem})


def _in_short(one: EvaluationRow | store.EvaluationInShort) -> dict[str, Any]:
    return {
        "evaluation_id": one.evaluation_id,
        "status": one.status,
        "progress": share_done(one.status, one.done, one.of_all),
        "asked_by": one.asked_by,
        "asked_at": one.recorded_at,
        "question": one.question,
    }
