"""Payment runs over the API: built, checked, approved by a second person, filed, sent, answered."""

from collections.abc import Iterator
from datetime import date, datetime
from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import IO, Annotated, Any, cast
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field, model_validator

from braid.contracts.codes import PENCE_MAX
from braid.kit.http import Caller, Reading, UnitOfWorkRoute, Writing
from braid.kit.paging import Cursor, cursor_refused
from braid.kit.permissions import Action, may
from braid.kit.problems import responses
from services.ledger.bank_files.camt053 import read_camt053
from services.ledger.bank_files.pain002 import read_pain002
from services.ledger.domain.bank import BankAccount
from services.ledger.domain.payments.results import BankWord, ItemState
from services.ledger.domain.payments.runs import RunState, Step
from services.ledger.payments import run_steps
from services.ledger.payments.bank_answers import Followed, Told, finish_run, take_answers, take_report
from services.ledger.payments.returned import take_returns
from services.ledger.payments.run_file import FileFormat, make_file, write_file
from services.ledger.payments.run_reading import ItemsOfRun, RunTotals, items_page, run_totals, runs_page
from services.ledger.payments.run_steps import MOST_PENCE, RunAsked, approve_run, build_run, cancel_run, check_run
from services.ledger.payments.tables import PaymentRunRow

router = APIRouter(prefix="/v1", route_class=UnitOfWorkRoute, tags=["payments"])

_NUMBER_MOST = 99


_FORBIDDEN = (403, "The caller's role does not allow it.")
_NO_KEY = (400, "Idempotency-Key is missing or malformed.")
_NO_RUN = (404, "The council has no such run.")
_OUT_OF_TURN = (409, "The step's turn has not come, or has gone.")
_INVALID = (422, "The body is not valid.")

#: Kept in memory while a file is read back; a larger one goes to the disk for as long.
_FILE_BYTES_IN_MEMORY = 4_000_000
_CHUNK_BYTES = 64_000
_MEDIA = {FileFormat.STANDARD18: ("text/plain", "txt"), FileFormat.PAIN001: ("application/xml", "xml")}


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


Day = Annotated[date, Field(ge=date(1990, 1, 1), le=date(2099, 12, 31))]
Words = Annotated[str, Field(min_length=1, max_length=500, pattern=r"^[^\x00-\x1f]*$")]
PositivePence = Annotated[int, Field(gt=0, le=PENCE_MAX)]


class RunIn(_Body):
    """A run of everything that is due."""

    due_by: Annotated[Day, Field(description="What is due up to this day belongs to it.")]
    pay_on: Annotated[
        Day | None,
        Field(
            description="The bank's processing day; for Bacs the working day before the money. Where none is told, the"
            " last whose money is in accounts on ``due_by``, or on the working day before that."
        ),
    ] = None
    number: Annotated[int, Field(ge=1, le=_NUMBER_MOST, description="Another for a second run of the same day.")] = 1
    most_pence: Annotated[PositivePence, Field(description="The largest payment that nobody has to look at.")] = (
        MOST_PENCE
    )


class PayerIn(_Body):
    """The council's own account."""

    sort_code: Annotated[str, Field(pattern=r"^[0-9]{6}$")]
    account_number: Annotated[str, Field(pattern=r"^[0-9]{8}$")]
    name: Annotated[str, Field(min_length=1, max_length=70)]
    service_user_number: Annotated[str, Field(pattern=r"^([0-9]{6})?$", description="Needed for Bacs.")] = ""


class FileIn(_Body):
    """What a run's file is made as."""

    format: FileFormat
    payer: PayerIn


class AnswerIn(_Body):
    """What the bank says about one payment."""

    end_to_end_id: Annotated[str, Field(min_length=1, max_length=35)]
    word: BankWord
    pence: Annotated[int, Field(gt=0, le=PENCE_MAX)] | None = None
    reason_code: Annotated[str, Field(max_length=35)] = ""
    reason: Annotated[str, Field(max_length=500)] = ""


class AnswersIn(_Body):
    """An answer of the bank; the same answer again does nothing more."""

    answer_id: Annotated[str, Field(min_length=1, max_length=70)]
    payments: Annotated[list[AnswerIn], Field(min_length=1, max_length=5_000)]

    @model_validator(mode="after")
    def _says_one_thing(self) -> "AnswersIn":
        if len({each.end_to_end_id for each in self.payments}) < len(self.payments):
            raise ValueError("a payment is in the answer twice")
        return self


class StepOut(BaseModel):
    """A step that somebody took."""

    step: Step
    actor: str
    at: datetime


class RunOut(BaseModel):
    """A payment run."""

    run_id: UUID
    due_by: date
    number: int
    pay_on: date
    most_pence: int
    state: RunState
    items: dict[ItemState, int] = Field(description="How many, by how far they have got.")
    pence: dict[ItemState, int] = Field(description="What they come to, by how far they have got.")
    message_id: str | None
    file_format: FileFormat | None
    file_payments: int | None
    file_pence: int | None
    file_sha256: str | None
    steps: list[StepOut]


class RunsOut(BaseModel):
    """Runs, the latest first."""

    runs: list[RunOut]
    next: str | None = Field(description="Give it as `after` for the next page; null at the end.")


class ItemOut(BaseModel):
    """A payment of a run."""

    payment_id: UUID
    due_id: UUID
    person_id: UUID
    period_from: date
    period_to: date
    sent_pence: int
    kept_pence: int
    state: ItemState
    reasons: list[dict[str, str]] = Field(description="Why it is held, withdrawn or not paid: code and words.")


class ItemsOut(BaseModel):
    """Payments of a run, in a stated order."""

    items: list[ItemOut]
    next: UUID | None = Field(description="Give it as `after` for the next page; null at the end.")


class FollowedOut(BaseModel):
    """What followed from an answer of the bank."""

    run_id: UUID | None = Field(
        description="Null where a message is not one of ours, so that nothing was done, or is about several runs."
    )
    counts: dict[str, int]
    for_a_person: dict[str, str] = Field(description="End-to-end ids that somebody has to look at, with the reason.")


@router.post(
    "/payment-runs",
    status_code=201,
    dependencies=[may(Action.RUN_PAYMENTS)],
    responses=responses(_NO_KEY, _FORBIDDEN, (409, "The run is there already, built otherwise."), _INVALID),
)
async def build(body: RunIn, work: Writing, caller: Caller) -> RunOut:
    """Build a run of everything that is due and in no other run; built again, it is the same run."""
    asked = RunAsked(body.due_by, body.pay_on, body.number, body.most_pence)
    return await _out(work, await build_run(work, asked, actor=caller.subject))


@router.get("/payment-runs", dependencies=[may(Action.READ_PAYMENT_RUNS)], responses=responses(_FORBIDDEN))
async def read_runs(work: Reading, after: Cursor = None, limit: Annotated[int, Query(ge=1, le=100)] = 20) -> RunsOut:
    """The council's runs, the latest first."""
    rows = await runs_page(work, limit + 1, _run_place(after) if after else None)
    page = rows[:limit]
    following = f"{page[-1].due_by}.{page[-1].number}" if len(rows) > limit else None
    return RunsOut(runs=[await _out(work, row) for row in page], next=following)


def _run_place(cursor: str) -> tuple[date, int]:
    due_by, _, number = cursor.partition(".")
    try:
        place = date.fromisoformat(due_by), int(number)
    except ValueError as error:
        raise cursor_refused() from error
    if not 0 < place[1] <= _NUMBER_MOST:
        raise cursor_refused()
    return place


@router.get(
    "/payment-runs/{run_id}", dependencies=[may(Action.READ_PAYMENT_RUNS)], responses=responses(_FORBIDDEN, _NO_RUN)
)
async def read_run(run_id: UUID, work: Reading) -> RunOut:
    """A run with every step and its sums."""
    return await _out(work, await run_steps.run_row(work, run_id))


@router.get(
    "/payment-runs/{run_id}/items",
    dependencies=[may(Action.READ_PAYMENT_RUNS)],
    responses=responses(_FORBIDDEN, _NO_RUN),
)
async def read_items(
    run_id: UUID,
    work: Reading,
    state: ItemState | None = None,
    after: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> ItemsOut:
    """The payments of a run, those in one state only where asked."""
    await run_steps.run_row(work, run_id)
    rows = await items_page(work, ItemsOfRun(run_id, state, after or UUID(int=0), limit))
    items = [ItemOut.model_validate(dict(row)) for row in rows]
    work.touches(due_id=[item.due_id for item in items])
    return ItemsOut(items=items, next=items[-1].due_id if len(items) == limit else None)


@router.post(
    "/payment-runs/{run_id}/check",
    dependencies=[may(Action.RUN_PAYMENTS)],
    responses=responses(_NO_KEY, _FORBIDDEN, _NO_RUN, _OUT_OF_TURN),
)
async def check(run_id: UUID, work: Writing, caller: Caller) -> RunOut:
    """Look at every payment, and hold those that may not be made."""
    return await _out(work, await check_run(work, run_id, actor=caller.subject))


@router.post(
    "/payment-runs/{run_id}/approval",
    dependencies=[may(Action.APPROVE_PAYMENTS)],
    responses=responses(_NO_KEY, (403, "The caller built the run, or their role does not allow it."), _NO_RUN)
    | responses(_OUT_OF_TURN),
)
async def approve(run_id: UUID, work: Writing, caller: Caller) -> RunOut:
    """Approve a run that somebody else built; its money is held from then on."""
    return await _out(work, await approve_run(work, run_id, actor=caller.subject))


@router.post(
    "/payment-runs/{run_id}/cancellation",
    dependencies=[may(Action.RUN_PAYMENTS)],
    responses=responses(_NO_KEY, _FORBIDDEN, _NO_RUN, _OUT_OF_TURN),
)
async def cancel(run_id: UUID, work: Writing, caller: Caller) -> RunOut:
    """Give a run up before its file is made; everything in it is due as before."""
    return await _out(work, await cancel_run(work, run_id, actor=caller.subject))


@router.post(
    "/payment-runs/{run_id}/file",
    dependencies=[may(Action.RUN_PAYMENTS)],
    responses=responses(
        _NO_KEY, _FORBIDDEN, _NO_RUN, _OUT_OF_TURN, (422, "Nothing is left to pay, or the format cannot carry it.")
    ),
)
async def fix_file(run_id: UUID, body: FileIn, work: Writing, caller: Caller) -> RunOut:
    """Fix what the run's file is made from, after looking at every payment once more."""
    payer = BankAccount(body.payer.sort_code, body.payer.account_number, body.payer.name)
    number = body.payer.service_user_number
    return await _out(work, await make_file(work, run_id, body.format, payer, number, actor=caller.subject))


@router.get(
    "/payment-runs/{run_id}/file",
    dependencies=[may(Action.RUN_PAYMENTS)],
    response_class=StreamingResponse,
    responses=responses(_FORBIDDEN, _NO_RUN, _OUT_OF_TURN),
)
async def read_file(run_id: UUID, work: Reading) -> StreamingResponse:
    """The run's file: the same bytes, whenever and however often it is read."""
    row = await run_steps.run_row(work, run_id)
    file = SpooledTemporaryFile(_FILE_BYTES_IN_MEMORY)  # noqa: SIM115 (closed with the last chunk)
    await write_file(work, run_id, cast(Any, file))
    media_type, ending = _MEDIA[FileFormat(str(row.file_format))]
    headers = {"content-disposition": f'attachment; filename="{row.message_id}.{ending}"'}
    return StreamingResponse(_chunks(cast(IO[bytes], file)), media_type=media_type, headers=headers)


@router.post(
    "/payment-runs/{run_id}/sent",
    dependencies=[may(Action.RUN_PAYMENTS)],
    responses=responses(_NO_KEY, _FORBIDDEN, _NO_RUN, _OUT_OF_TURN),
)
async def tell_sent(run_id: UUID, work: Writing, caller: Caller) -> RunOut:
    """Tell that the file went to the bank."""
    return await _out(work, await run_steps.take_step(work, run_id, Step.SEND, actor=caller.subject))


@router.post(
    "/payment-runs/{run_id}/results",
    dependencies=[may(Action.RUN_PAYMENTS)],
    responses=responses(_NO_KEY, _FORBIDDEN, _NO_RUN, _INVALID),
)
async def tell_results(run_id: UUID, body: AnswersIn, work: Writing, caller: Caller) -> FollowedOut:
    """Tell what the bank said about payments of a run; unknown and contradictory answers come back, and do nothing."""
    told = [Told(each.end_to_end_id, each.word, each.pence, each.reason_code, each.reason) for each in body.payments]
    return _followed(await take_answers(work, run_id, body.answer_id, told, actor=caller.subject))


@router.post(
    "/payment-status-reports",
    dependencies=[may(Action.RUN_PAYMENTS)],
    openapi_extra={"requestBody": {"content": {"application/xml": {"schema": {"type": "string"}}}, "required": True}},
    responses=responses(_NO_KEY, _FORBIDDEN, (422, "The file is not a payment status report, or is not whole.")),
)
async def take_status_report(request: Request, work: Writing, caller: Caller) -> FollowedOut:
    """Take in the bank's status report (ISO 20022 pain.002) as it came."""
    report = read_pain002(BytesIO(await request.body()))
    return _followed(await take_report(work, report, actor=caller.subject))


@router.post(
    "/payment-account-statements",
    dependencies=[may(Action.RUN_PAYMENTS)],
    openapi_extra={"requestBody": {"content": {"application/xml": {"schema": {"type": "string"}}}, "required": True}},
    responses=responses(_NO_KEY, _FORBIDDEN, (422, "The file is not an account statement, or is not whole.")),
)
async def take_account_statement(request: Request, work: Writing, caller: Caller) -> FollowedOut:
    """Take in a statement of the council's own account (ISO 20022 camt.053): payments that came back are due again."""
    statements = read_camt053(BytesIO(await request.body()))
    return _followed(await take_returns(work, statements, actor=caller.subject))


@router.post(
    "/payment-runs/{run_id}/finish",
    dependencies=[may(Action.RUN_PAYMENTS)],
    responses=responses(
        _NO_KEY, _FORBIDDEN, _NO_RUN, (409, "It was not sent, is done, or the bank works on it still.")
    ),
)
async def finish(run_id: UUID, work: Writing, caller: Caller) -> FollowedOut:
    """Take every payment as made of which the bank has said nothing, as Bacs has it."""
    return _followed(await finish_run(work, run_id, actor=caller.subject))


async def _out(work: Reading, row: PaymentRunRow) -> RunOut:
    run = await run_steps.run_of(work, row)
    totals: RunTotals = await run_totals(work, row.run_id)
    return RunOut(
        **row.model_dump(include=set(RunOut.model_fields)),
        items=totals.items,
        pence=totals.pence,
        steps=[StepOut(step=each.step, actor=each.actor, at=each.at) for each in run.steps],
    )


def _followed(followed: Followed) -> FollowedOut:
    return FollowedOut(run_id=followed.run_id, counts=dict(followed.counts), for_a_person=dict(followed.for_a_person))


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk
