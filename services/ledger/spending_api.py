"""The API of spending: files taken in, spends, and queries with their answers."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from braid.contracts.codes import PENCE_MAX
from braid.kit.http import Caller, Reading, UnitOfWorkRoute, Writing
from braid.kit.identity import COUNCIL_ROLES
from braid.kit.paging import Cursor, cursor_of, day_place
from braid.kit.permissions import Action, may
from braid.kit.problems import ProblemKind, ProblemTable, not_found, responses
from braid.kit.unit_of_work import UnitOfWork
from services.ledger.domain.bank import BankFileRefused
from services.ledger.domain.payments.periods import Every
from services.ledger.domain.payments.recovery import INSTALMENTS_MOST
from services.ledger.domain.spending import queries
from services.ledger.domain.spending.queries import Answer, Owner, QueryKind
from services.ledger.invoices import InvoiceCountedAlready
from services.ledger.payments.request_parts import Day
from services.ledger.queries import people_of
from services.ledger.spending import answering, correcting, query_store, reading_files, spend_store, taking_in
from services.ledger.spending.tables import SpendPartRow, SpendQueryRow, SpendRow
from services.ledger.statements.asking import budget_of

router = APIRouter(prefix="/v1", route_class=UnitOfWorkRoute, tags=["spending"])

PROBLEMS: ProblemTable = {
    BankFileRefused: ProblemKind(422, "file-refused", "The file cannot be read"),
    taking_in.TooManyLines: ProblemKind(422, "too-many-lines", "The file has too many lines"),
    taking_in.LineOfAnotherBudget: ProblemKind(409, "account-of-another", "The account belongs to another budget"),
    taking_in.InvoiceOfSomebodyElse: ProblemKind(422, "invoice-of-another", "The invoice bills for somebody else"),
    InvoiceCountedAlready: ProblemKind(409, "invoice-counted-already", "The invoice is counted already"),
    correcting.NoSuchItem: ProblemKind(422, "no-such-item", "The plan has no such item"),
    correcting.PartsDoNotAddUp: ProblemKind(422, "parts-do-not-add-up", "The parts do not add up"),
    correcting.NotTakenBack: ProblemKind(409, "not-taken-back", "What was posted cannot be taken back"),
    correcting.NotToBeCorrected: ProblemKind(409, "something-comes-first", "Something else comes first"),
    answering.FundMissing: ProblemKind(422, "fund-missing", "It is not told whose money it was"),
    answering.NotWrittenOff: ProblemKind(409, "not-written-off", "The journal refuses to write it off"),
    queries.ProposedByTheSame: ProblemKind(403, "same-person", "A second person has to do this"),
    queries.QueryAlreadyAnswered: ProblemKind(409, "already-answered", "The query was answered before"),
    queries.AnswerDoesNotFit: ProblemKind(422, "answer-does-not-fit", "The answer is none to this query"),
    queries.DecisionIsTheCouncils: ProblemKind(403, "decision-is-the-councils", "The council must decide this"),
    queries.ReasonMissing: ProblemKind(422, "reason-missing", "A decision needs its reason"),
}

#: A file in base64 in a request of a million bytes.
_FILE_BYTES_MAX = 700_000
_PAGE_MOST = 200

_NOT_YOURS = (404, "No budget is open for this person, or the record is not yours to see.")
_KEY = (400, "Idempotency-Key is missing or malformed.")

Words = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
PageSize = Annotated[int, Query(ge=1, le=_PAGE_MOST)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class PartOut(BaseModel):
    """What one account of one fund paid; below zero where it got money back."""

    fund_id: UUID
    stream: str
    account: str
    item_id: UUID | None
    use: str | None
    pence: int
    entry: str


class SpendOut(BaseModel):
    """One line, with what each fund paid of it; of an invoice over several lines the whole is shown too."""

    spend_id: UUID
    source: str
    value_date: date
    recorded_on: date
    pence: int = Field(description="Above zero for money out.")
    payee: str
    reference: str
    document: str
    state: str
    parts: list[PartOut]
    attributed_pence: int


class SpendsOut(BaseModel):
    """A page of spends, the earliest first."""

    spends: list[SpendOut]
    next: str | None


class FileIn(_Body):
    """A file to take in. The same file taken in again changes nothing."""

    format: reading_files.FileFormat
    content: Annotated[str, Field(max_length=_FILE_BYTES_MAX * 4 // 3 + 4, description="The file, in base64.")]
    mapping: dict[str, Any] | None = Field(default=None, description="How a CSV file is to be read.")
    account: Words | None = Field(default=None, description="Whose file a CSV is, where no column says so.")
    person_ref: Words | None = Field(default=None, description="How an invoice names the person.")
    is_card: bool = Field(default=False, description="The lines are of a prepaid card.")


class QueryOut(BaseModel):
    """A question about a spend."""

    query_id: UUID
    person_id: UUID = Field(description="Whose spending it is about.")
    spend_id: UUID
    kind: QueryKind
    pence: int
    reasons: list[str]
    owner: Owner
    raised_on: date
    due_on: date
    answer: Answer | None
    history: list[dict[str, str]]
    recovery_id: UUID | None = Field(description="The recovery that the answer proposes; somebody else decides it.")


class QueriesOut(BaseModel):
    """A page of queries in the order in which they fall due."""

    queries: list[QueryOut]
    next: str | None


class TakenInOut(BaseModel):
    """What a file came to."""

    new: int
    changed: int
    unchanged: int
    paid_by_runs: int = Field(description="Lines of invoices that payment runs pay; nothing is counted twice.")
    attributed: int = Field(description="New lines that funds paid whole.")
    queries: list[QueryOut]


class ShareIn(_Body):
    """So much of the sum for an item."""

    item_id: UUID
    pence: Annotated[int, Field(gt=0, le=PENCE_MAX)]

    def told(self) -> correcting.ItemShare:
        """The same as the rules take it."""
        return correcting.ItemShare(self.item_id, self.pence)


class CorrectionIn(_Body):
    """What a spend was for, rightly; what the items leave is the person's own money."""

    on: date
    reason: Words
    shares: Annotated[list[ShareIn], Field(max_length=20)] = []


class CorrectedOut(BaseModel):
    """A spend as it stands now, and what is asked because of it."""

    spend: SpendOut
    queries: list[QueryOut]


class PayBackIn(_Body):
    """How money is to be paid back: notice, time to reply, then instalments."""

    instalments: Annotated[int, Field(ge=1, le=INSTALMENTS_MOST)]
    every: Every
    notice_on: Day
    reply_by: Day
    first_due_on: Day


class AnswerIn(_Body):
    """An answer; ``attribute`` names items, and what they leave is the person's own money.

    ``pay_back`` proposes a recovery. ``write_off`` is proposed by the first who answers so and decided by a second.
    """

    answer: Answer
    on: date
    reason: Annotated[str, Field(max_length=500, pattern=r"^[^\x00]*$")] = ""
    fund_id: Annotated[UUID | None, Field(description="To pay back or to write off: whose money it was.")] = None
    pay_back: PayBackIn | None = None
    shares: Annotated[list[ShareIn], Field(max_length=20)] = []


@router.post(
    "/people/{person_id}/budget/spending-files",
    dependencies=[may(Action.TAKE_IN_SPENDING)],
    status_code=201,
    responses=responses(
        _KEY,
        _NOT_YOURS,
        (409, "The account is another budget's, or an invoice is counted already."),
        (422, "The file cannot be read."),
    ),
)
async def take_in(person_id: UUID, body: FileIn, work: Writing, caller: Caller) -> TakenInOut:
    """Take in a bank statement, a card feed or an invoice that the council paid: each line once, nothing half."""
    budget = await budget_of(person_id, work, caller)
    file = reading_files.read_file(body.format, body.content, body.mapping, body.account or "")
    taken = await reading_files.take_in(
        work,
        budget.budget_id,
        person_id,
        file,
        is_card=body.is_card,
        person_ref=body.person_ref or str(person_id),
        by=caller.subject,
    )
    return TakenInOut(
        new=taken.new,
        changed=taken.changed,
        unchanged=taken.unchanged,
        paid_by_runs=taken.paid_by_runs,
        attributed=sum(1 for row in taken.spends if row.state == "attributed"),
        queries=[_query_out(query, person_id) for query in taken.queries],
    )


@router.get(
    "/people/{person_id}/budget/spends",
    dependencies=[may(Action.READ_BUDGET)],
    responses=responses(_NOT_YOURS, (422, "The cursor is none of ours.")),
)
async def read_spends(
    person_id: UUID,
    work: Reading,
    caller: Caller,
    state: Annotated[str | None, Query(pattern="^(attributed|asked|set_aside|paid_in)$")] = None,
    after: Cursor = None,
    most: PageSize = 50,
) -> SpendsOut:
    """Everything that was spent, with what each fund paid."""
    budget = await budget_of(person_id, work, caller)
    rows = await spend_store.spends_page(work, budget.budget_id, day_place(after) if after else None, most + 1, state)
    parts = await spend_store.parts_by_line(work, [row.spend_id for row in rows])
    shown = rows[:most]
    return SpendsOut(
        spends=[_spend_out(row, parts.get(row.spend_id, []), person_id) for row in shown],
        next=cursor_of(shown[-1].value_date, shown[-1].spend_id) if len(rows) > most else None,
    )


@router.get(
    "/people/{person_id}/budget/queries",
    dependencies=[may(Action.READ_BUDGET)],
    responses=responses(_NOT_YOURS, (422, "The cursor is none of ours.")),
)
async def read_queries(
    person_id: UUID,
    work: Reading,
    caller: Caller,
    is_open: bool | None = None,
    after: Cursor = None,
    most: PageSize = 50,
) -> QueriesOut:
    """Questions about the person's spending."""
    budget = await budget_of(person_id, work, caller)
    rows = await query_store.page(
        work,
        budget_id=budget.budget_id,
        owner=None,
        is_open=is_open,
        after=day_place(after) if after else None,
        most=most + 1,
    )
    return await _queries_out(work, rows, most)


@router.get(
    "/spending-queries",
    dependencies=[may(Action.READ_ANY_ACCOUNT)],
    responses=responses((403, "The caller is not of the council."), (422, "The cursor is none of ours.")),
)
async def read_all_queries(
    work: Reading,
    owner: Owner | None = None,
    is_open: bool | None = True,
    after: Cursor = None,
    most: PageSize = 50,
) -> QueriesOut:
    """Questions about everybody's spending, the soonest due first."""
    rows = await query_store.page(
        work, budget_id=None, owner=owner, is_open=is_open, after=day_place(after) if after else None, most=most + 1
    )
    return await _queries_out(work, rows, most)


@router.post(
    "/people/{person_id}/budget/queries/{query_id}/answer",
    dependencies=[may(Action.ANSWER_QUERY)],
    responses=responses(
        _KEY,
        (403, "The council must decide this, or somebody else than who proposed it."),
        (404, "There is no such query, or it is not yours to see."),
        (409, "It was answered before, or what it asks cannot be posted."),
        (422, "The answer is none to this query, or its parts do not add up."),
    ),
)
async def answer_query(person_id: UUID, query_id: UUID, body: AnswerIn, work: Writing, caller: Caller) -> QueriesOut:
    """Answer a query; the first of the answer's queries is this one, the others are asked because of it."""
    budget = await budget_of(person_id, work, caller)
    given = answering.Given(
        body.answer,
        caller.subject,
        bool(caller.roles & COUNCIL_ROLES),
        body.on,
        body.reason,
        tuple(share.told() for share in body.shares),
        body.fund_id,
        answering.Terms(**body.pay_back.model_dump()) if body.pay_back else None,
    )
    try:
        answered, asked = await answering.answer(work, query_id, budget.budget_id, person_id, given)
    except answering.NoSuchQuery as error:
        raise not_found("query") from error
    return QueriesOut(queries=[_query_out(query, person_id) for query in (answered, *asked)], next=None)


@router.post(
    "/people/{person_id}/budget/spends/{spend_id}/correction",
    dependencies=[may(Action.CORRECT_SPENDING)],
    responses=responses(
        _KEY,
        (403, "The caller is neither finance officer nor practitioner."),
        (404, "There is no such spend, or it is not yours to see."),
        (409, "A question about it is open, money came back of it, or what it posted cannot be taken back."),
        (422, "The plan has no such item, or the parts do not add up."),
    ),
)
async def correct_spend(
    person_id: UUID, spend_id: UUID, body: CorrectionIn, work: Writing, caller: Caller
) -> CorrectedOut:
    """Take back what a spend posted, and attribute it to the items named; to none, and it is the person's own money."""
    budget = await budget_of(person_id, work, caller)
    try:
        row, asked = await correcting.correct(
            work,
            budget.budget_id,
            person_id,
            spend_id,
            [share.told() for share in body.shares],
            on=body.on,
            reason=body.reason,
        )
    except correcting.NoSuchSpend as error:
        raise not_found("spend") from error
    await work.session.flush()
    parts = await spend_store.parts_by_line(work, [spend_id])
    questions = [_query_out(query, person_id) for query in asked]
    return CorrectedOut(spend=_spend_out(row, parts.get(spend_id, []), person_id), queries=questions)


async def _queries_out(work: UnitOfWork, rows: Any, most: int) -> QueriesOut:
    shown: list[SpendQueryRow] = list(rows[:most])
    steps = await query_store.steps_of(work, [row.query_id for row in shown])
    whose = await people_of(work, [row.budget_id for row in shown])
    work.touches(person_id=whose.values())
    told = [_query_out(query_store.query_of(row, steps), whose[row.budget_id]) for row in shown]
    rest = cursor_of(shown[-1].due_on, shown[-1].query_id) if len(rows) > most else None
    return QueriesOut(queries=told, next=rest)


def _query_out(query: queries.Query, person_id: UUID) -> QueryOut:
    return QueryOut(
        query_id=query.query_id,
        person_id=person_id,
        spend_id=query.spend_id,
        kind=query.kind,
        pence=query.pence,
        reasons=list(query.reasons),
        owner=query.owner,
        raised_on=query.raised_on,
        due_on=query.due_on,
        answer=query.answer,
        recovery_id=answering.recovery_id_of(query.query_id) if query.answer is Answer.PAY_BACK else None,
        history=[{"on": step.on.isoformat(), "by": step.by, "words": step.words} for step in query.history],
    )


def _spend_out(row: SpendRow, parts: list[SpendPartRow], person_id: UUID) -> SpendOut:
    return SpendOut(
        **row.model_dump(include=set(SpendOut.model_fields)),
        recorded_on=row.recorded_at.date(),
        parts=[
            PartOut(
                **part.model_dump(include=set(PartOut.model_fields)),
                entry=f"/v1/people/{person_id}/budget/entries/{part.entry_id}",
            )
            for part in parts
        ],
        attributed_pence=sum(part.pence for part in parts),
    )
