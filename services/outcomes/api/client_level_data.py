"""The statutory return over HTTP: made and checked in a process of its own, taken as a file. Sends nothing."""

from datetime import date, timedelta
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, BackgroundTasks, Query, Request, Response

from braid.kit.http import Caller, Reading, UnitOfWorkRoute, Writing
from braid.kit.jobs.rows import share_done
from braid.kit.jobs.runner import start_job
from braid.kit.paging import Cursor, cursor_of, moment_place
from braid.kit.permissions import Action, may
from braid.kit.problems import Problem, not_found, responses
from braid.kit.unit_of_work import UnitOfWork
from services.outcomes.api.evaluation_bodies import Status
from services.outcomes.api.return_bodies import DiscardedOut, ReturnIn, ReturnInList, ReturnOut, ReturnsOut
from services.outcomes.client_level_data.specification_files import release_2
from services.outcomes.domain.errors import NotYet
from services.outcomes.job_tables import StatutoryReturnRow
from services.outcomes.jobs import return_store as store
from services.outcomes.jobs.return_store import RETURNS

RETURNS_A_PAGE = 100
#: A file is there so long; it can be made anew as long as the records are there.
KEPT_DAYS = 30
CSV = "text/csv; charset=utf-8"

router = APIRouter(prefix="/v1", route_class=UnitOfWorkRoute, tags=["outcomes"])

KEY = (400, "Idempotency-Key is missing or malformed.")
NOT_ALLOWED = (403, "The caller is neither a finance officer nor an auditor nor a council's system.")
NOT_FINANCE = (403, "The caller is neither a finance officer nor a council's system.")
NO_RETURN = (404, "There is no such return, or it is not your council's.")
NO_RESULTS = (409, "The return is not made, or not yet.")
NOT_KEPT = (410, "The file was discarded when its time was over.")
_AS_CSV: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {}}, "description": "The file."}}


@router.post(
    "/client-level-data-returns",
    dependencies=[may(Action.MAKE_RETURN)],
    status_code=202,
    responses=responses(
        KEY, NOT_FINANCE, (422, "The body is not valid, the day ends no quarter, or the quarter is not over.")
    ),
)
async def ask_return(
    body: ReturnIn, work: Writing, caller: Caller, request: Request, response: Response, after: BackgroundTasks
) -> ReturnOut:
    """Make the return of the twelve months to a quarter's end, and check it. `GET` tells how far it is."""
    release_2().period_ending(body.quarter_ends_on)
    today = work.now.date()
    if body.quarter_ends_on >= today:
        raise NotYet(f"the quarter to {body.quarter_ends_on} is not over")
    row = StatutoryReturnRow(
        return_id=uuid4(),
        council=caller.council,
        asked_by=caller.subject,
        quarter_ends_on=body.quarter_ends_on,
        la_code=body.la_code or await store.latest_la_code(work),
        kept_until=today + timedelta(days=KEPT_DAYS),
        recorded_at=work.now,
    )
    work.session.add(row)
    await work.session.flush()
    after.add_task(start_job, request, RETURNS, caller.council, row.return_id)
    response.headers["location"] = f"/v1/client-level-data-returns/{row.return_id}"
    return await _out(row, work)


@router.get("/client-level-data-returns", dependencies=[may(Action.READ_RETURNS)], responses=responses(NOT_ALLOWED))
async def list_returns(
    work: Reading, after: Cursor = None, limit: Annotated[int, Query(ge=1, le=RETURNS_A_PAGE)] = 20
) -> ReturnsOut:
    """The council's returns, the latest first."""
    found = await store.returns(work, moment_place(after) if after else None, limit + 1)
    shown = found[:limit]
    return ReturnsOut(
        returns=[ReturnInList.model_validate(_in_short(each, work.now.date())) for each in shown],
        next=cursor_of(shown[-1].recorded_at, shown[-1].return_id) if len(found) > limit else None,
    )


@router.post(
    "/client-level-data-returns:discard",
    dependencies=[may(Action.MAKE_RETURN)],
    responses=responses(KEY, NOT_FINANCE),
)
async def discard_returns(work: Writing) -> DiscardedOut:
    """Discard the files whose time is over; for the council's clock, each day."""
    return DiscardedOut(discarded=await store.discard(work, work.now.date()))


@router.get(
    "/client-level-data-returns/{return_id}",
    dependencies=[may(Action.READ_RETURNS)],
    responses=responses(NOT_ALLOWED, NO_RETURN),
)
async def read_return(
    return_id: UUID, work: Reading, caller: Caller, request: Request, after: BackgroundTasks
) -> ReturnOut:
    """How far a return is, and how it fared. One whose run has died is taken up again by this."""
    row = await _found(work, return_id)
    if await RETURNS.rows.waits(work, return_id):
        after.add_task(start_job, request, RETURNS, caller.council, return_id)
    return await _out(row, work)


@router.get(
    "/client-level-data-returns/{return_id}/file.csv",
    dependencies=[may(Action.DOWNLOAD_RETURN)],
    response_class=Response,
    responses={**_AS_CSV, **responses(NOT_FINANCE, NO_RETURN, NO_RESULTS, NOT_KEPT)},
)
async def take_file(return_id: UUID, work: Reading) -> Response:
    """The file for the Department, one row an event. That it was taken is recorded with everybody who is in it."""
    row = await _kept(work, return_id)
    work.touches(person_id=await store.people_kept(work, return_id))
    return _as_file(await store.file(work, return_id), f"client-level-data-{row.quarter_ends_on}.csv")


@router.get(
    "/client-level-data-returns/{return_id}/faults.csv",
    dependencies=[may(Action.READ_RETURNS)],
    response_class=Response,
    responses={**_AS_CSV, **responses(NOT_ALLOWED, NO_RETURN, NO_RESULTS, NOT_KEPT)},
)
async def read_faults(return_id: UUID, work: Reading) -> Response:
    """Every fault with its row in the file, its field, the check in the Department's words, and why."""
    row = await _kept(work, return_id)
    return _as_file(await store.faults(work, return_id), f"faults-{row.quarter_ends_on}.csv")


def _as_file(text: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(text, media_type=CSV, headers=headers)


async def _found(work: UnitOfWork, return_id: UUID) -> StatutoryReturnRow:
    row = await work.session.get(StatutoryReturnRow, return_id)
    if row is None:
        raise not_found("return")
    return row


async def _kept(work: UnitOfWork, return_id: UUID) -> StatutoryReturnRow:
    row = await _found(work, return_id)
    if row.status != Status.DONE:
        raise Problem(409, "no-results", "The return is not made", f"It is {row.status}.")
    if row.kept_until < work.now.date():
        detail = f"Its file was there until {row.kept_until}. Have the return made anew."
        raise Problem(410, "not-kept", "The file is no longer there", detail)
    return row


async def _out(row: StatutoryReturnRow, work: UnitOfWork) -> ReturnOut:
    told = _in_short(row, work.now.date())
    results = None
    if row.results is not None:
        # After its time nothing is there to count.
        kept = await store.count_kept(work, row.return_id) if told["is_kept"] else row.results["people"]
        results = {**row.results, "erased_since": row.results["people"] - kept}
    return ReturnOut.model_validate({**told, "results": results, "problem": row.problem})


def _in_short(one: StatutoryReturnRow | store.ReturnInShort, today: date) -> dict[str, Any]:
    is_done = one.status == Status.DONE
    return {
        "return_id": one.return_id,
        "status": one.status,
        "progress": share_done(one.status, one.done, one.of_all),
        "asked_by": one.asked_by,
        "asked_at": one.recorded_at,
        "quarter_ends_on": one.quarter_ends_on,
        "la_code": one.la_code,
        "kept_until": one.kept_until,
        "is_kept": is_done and one.kept_until >= today,
    }
