"""The API of the council's own reports: returns to funders, trial balance, aged commitments, general ledger."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from braid.contracts.codes import StreamCode
from braid.kit.http import Caller, Reading, UnitOfWorkRoute, Writing
from braid.kit.paging import Cursor, cursor_of, day_place, moment_place
from braid.kit.permissions import Action, may
from braid.kit.problems import ProblemKind, ProblemTable, not_found, responses
from services.ledger.domain.returns import council
from services.ledger.domain.returns.funder_return import CostLine, FundLine
from services.ledger.statements import council_reports, reading, return_reading
from services.ledger.statements.asking import KnownAt, PeriodRefused, known_time
from services.ledger.statements.council_files import MappingRefused, general_ledger_csv, read_mapping
from services.ledger.statements.return_reading import ReturnAsked

router = APIRouter(prefix="/v1", route_class=UnitOfWorkRoute, tags=["returns"])

PROBLEMS: ProblemTable = {
    council.MappingIncomplete: ProblemKind(409, "mapping-incomplete", "The mapping leaves money out"),
    council.MappingAmbiguous: ProblemKind(422, "mapping-ambiguous", "The mapping has two codes for one account"),
    MappingRefused: ProblemKind(422, "mapping-refused", "The mapping cannot be read"),
    council_reports.StretchRefused: ProblemKind(422, "stretch-refused", "The journal has no such entries"),
}

_LINES_A_PAGE = 200
#: Every fund's id comes after it.
_BEFORE_ALL = UUID(int=0)
#: Who accounts for the council's money, and who looks at how they do.
_NOT_FINANCE = (403, "The caller is neither finance officer, auditor nor system.")


class CostOut(BaseModel):
    """One cost that the stream paid, in part or whole."""

    on: date
    use: str
    pence: int = Field(description="The stream's own part; below zero where it came back.")
    whole_pence: int = Field(description="The whole payment or invoice that it is part of.")
    payee: str = Field(description="Only where the funder is told who was paid.")
    document: str
    is_late: bool
    entry: str


class FundLineOut(BaseModel):
    """One fund's account: opening + awarded + carried - spent - recovered - given back = closing."""

    fund_id: UUID
    person_id: UUID
    award_id: UUID
    starts_on: date
    ends_on: date
    ended_early: bool
    first_ends_on: date
    opening_pence: int
    awarded_pence: int
    carried_pence: int
    spent_pence: int
    recovered_pence: int
    given_back_pence: int
    closing_pence: int
    advanced_pence: int
    held_pence: int
    in_kind_pence: int
    spent_by_use: dict[str, int]
    costs: list[CostOut]
    entries: str = Field(description="Where the entries behind this line are.")


class TotalsOut(BaseModel):
    """The sums of the columns over every line, not of one page alone."""

    opening_pence: int
    awarded_pence: int
    carried_pence: int
    spent_pence: int
    recovered_pence: int
    given_back_pence: int
    closing_pence: int
    in_kind_pence: int


class ReturnOut(BaseModel):
    """A funder's return by its own rules, some funds at a time; it reconciles to the journal to the penny, and says so.

    What all lines come to stands on the first page, and is null on those that follow.
    """

    stream: StreamCode
    basis: str
    months: int = Field(description="How many months a return of this funder covers.")
    citation: str
    tells_funder: list[str] | None = Field(
        None, description="What the funder must be told besides the money, as the awards say."
    )
    first: date
    last: date
    known_at: datetime = Field(description="Every page that follows is of this time too.")
    funds: int | None = Field(None, description="How many lines there are on all pages.")
    totals: TotalsOut | None = None
    account_balances: dict[str, int] | None = Field(
        None, description="Credits less debits at the end, of the funds that have lines."
    )
    reconciles: bool | None = None
    differences: dict[str, int] | None = Field(
        None, description="By account; empty where the lines come to the journal."
    )
    lines: list[FundLineOut] = Field(description="In the order of their funds' ids.")
    next: str | None


class BalanceOut(BaseModel):
    """Debits and credits of one account of one stream."""

    stream: StreamCode
    account: str
    debit_pence: int
    credit_pence: int
    balance_pence: int = Field(description="Debits less credits.")


class TrialBalanceOut(BaseModel):
    """Every account of the council; debits and credits are the same sum, in each stream and whole."""

    for_date: date
    known_at: datetime
    balances: list[BalanceOut]
    debit_pence: int
    credit_pence: int


class CommitmentOut(BaseModel):
    """Money of one fund that is held for an item."""

    commitment_id: UUID
    fund_id: UUID
    stream: str
    use: str
    pence: int
    committed_on: date
    bucket: str
    needed_on: date | None
    ends_on: date
    is_past_the_end: bool = Field(description="The fund ends before the money is needed: somebody must decide.")


class AgedCommitmentsOut(BaseModel):
    """What is held for agreed items, by how long it has been."""

    on: date
    by_age: dict[str, dict[str, int]] = Field(description="Pence by stream and days since the commitment.")
    total_pence: int
    commitments: list[CommitmentOut]
    next: str | None


class MappingOut(BaseModel):
    """A council's mapping to its general ledger."""

    version: int
    mapping: str
    set_by: str


class MappingIn(BaseModel):
    """A mapping as CSV: ``stream,account,nominal_code,cost_centre``; ``*`` stands for any stream."""

    model_config = ConfigDict(extra="forbid")

    mapping: Annotated[str, Field(max_length=200_000)]


@dataclass(frozen=True)
class Asked:
    """A period, as known at a time."""

    first: Annotated[date, Query(description="First day.")]
    last: Annotated[date, Query(description="Last day.")]
    known_at: KnownAt = None


@router.get(
    "/returns/{stream}",
    dependencies=[may(Action.READ_BOOKS)],
    responses=responses(_NOT_FINANCE, (404, "The council has no fund of this stream."), (422, "The period is wrong.")),
)
async def read_return(
    stream: StreamCode,
    asked: Annotated[Asked, Depends()],
    work: Reading,
    after: Cursor = None,
    most: Annotated[int, Query(ge=1, le=_LINES_A_PAGE)] = 50,
) -> ReturnOut:
    """One funder's return, by the funder's own rules: the first page tells what all lines come to."""
    if asked.last < asked.first:
        raise PeriodRefused("a return runs from its first day to its last")
    known_at, place = moment_place(after) if after else (known_time(asked.known_at, work), _BEFORE_ALL)
    head = await return_reading.head_at(work, known_at)
    of = ReturnAsked(stream, asked.first, asked.last, known_at, head)
    page = await council_reports.page_of_return(work, of, place, most)
    if page is None:
        raise not_found("fund of this stream")
    made = page.made
    return ReturnOut(
        stream=stream,
        basis=made.rule.basis.value,
        months=made.rule.months,
        citation=made.rule.citation,
        first=asked.first,
        last=asked.last,
        known_at=known_at,
        lines=[_line_out(line, asked, known_at) for line in made.lines],
        next=cursor_of(known_at, page.next_after) if page.next_after else None,
        **({} if after else _whole_out(await council_reports.whole_return(work, of))),
    )


@router.get("/trial-balance", dependencies=[may(Action.READ_BOOKS)], responses=responses(_NOT_FINANCE))
async def read_trial_balance(for_date: date, work: Reading, known_at: KnownAt = None) -> TrialBalanceOut:
    """Every account for any day, as known at any time."""
    known = known_time(known_at, work)
    rows = await reading.trial_balance(work, for_date, known)
    return TrialBalanceOut(
        for_date=for_date,
        known_at=known,
        balances=[
            BalanceOut(
                stream=stream,
                account=account.value,
                debit_pence=debits,
                credit_pence=credits,
                balance_pence=debits - credits,
            )
            for stream, account, debits, credits in rows
        ],
        debit_pence=sum(debits for _, _, debits, _ in rows),
        credit_pence=sum(credits for _, _, _, credits in rows),
    )


@router.get(
    "/aged-commitments",
    dependencies=[may(Action.READ_BOOKS)],
    responses=responses(_NOT_FINANCE, (422, "The cursor is none of ours.")),
)
async def read_aged_commitments(
    on: date,
    work: Reading,
    after: Cursor = None,
    most: Annotated[int, Query(ge=1, le=_LINES_A_PAGE)] = 50,
) -> AgedCommitmentsOut:
    """What is held for agreed items, the oldest first."""
    found = await council_reports.open_commitments(work, on)
    place = day_place(after) if after else None
    rest = [one for one in found if place is None or (one.committed_on, one.commitment_id) > place]
    shown = rest[:most]
    return AgedCommitmentsOut(
        on=on,
        by_age=council.by_age(found, on),
        total_pence=sum(one.pence for one in found),
        commitments=[_commitment_out(one, on) for one in shown],
        next=cursor_of(shown[-1].committed_on, shown[-1].commitment_id) if len(rest) > most else None,
    )


@router.put(
    "/general-ledger-mapping",
    dependencies=[may(Action.CHOOSE_FOR_COUNCIL)],
    responses=responses((403, "The caller is no finance officer."), (422, "The mapping cannot be read.")),
)
async def put_mapping(body: MappingIn, work: Writing, caller: Caller) -> MappingOut:
    """Keep a new version of the mapping to the council's general ledger."""
    council.mapping_of(read_mapping(body.mapping))
    row = await council_reports.keep_mapping(work, body.mapping, by=caller.subject)
    return MappingOut.model_validate(row.model_dump())


@router.get(
    "/general-ledger-mapping",
    dependencies=[may(Action.READ_BOOKS)],
    responses=responses(_NOT_FINANCE, (404, "The council has no mapping yet.")),
)
async def read_latest_mapping(work: Reading) -> MappingOut:
    """The mapping that holds now."""
    row = await council_reports.latest_mapping(work)
    if row is None:
        raise not_found("mapping")
    return MappingOut.model_validate(row.model_dump())


@router.get(
    "/general-ledger-export",
    dependencies=[may(Action.READ_BOOKS)],
    responses={
        **responses(
            _NOT_FINANCE,
            (404, "The council has no mapping yet."),
            (409, "The mapping leaves money out."),
            (422, "The journal has no such entries."),
        ),
        200: {"content": {"text/csv": {}}},
    },
    response_class=Response,
)
async def export_to_general_ledger(
    work: Reading,
    after_sequence: Annotated[int, Query(ge=0, description="The last entry of the export before; 0 for none.")] = 0,
    until_sequence: Annotated[int | None, Query(ge=1, description="The last entry; the latest if not given.")] = None,
) -> Response:
    """Journal lines for the council's general ledger: the entries after one export, to the next, each once."""
    row = await council_reports.latest_mapping(work)
    if row is None:
        raise not_found("mapping")
    until, totals = await council_reports.stretch(work, after_sequence, until_sequence)
    lines = council.coded(totals, council.mapping_of(read_mapping(row.mapping)))
    text = general_ledger_csv(lines, f"Individual budgets, entries {after_sequence + 1} to {until}")
    headers = {
        "Content-Disposition": f'attachment; filename="general-ledger-{after_sequence + 1}-{until}.csv"',
        "Braid-Until-Sequence": str(until),
    }
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)


def _whole_out(whole: council_reports.WholeReturn) -> dict[str, Any]:
    totals = whole.totals
    return {
        "funds": totals.funds,
        "totals": TotalsOut(**vars(totals.columns), in_kind_pence=totals.in_kind_pence),
        "account_balances": {account.value: pence for account, pence in totals.balances.items()},
        "reconciles": not whole.differences,
        "differences": {account.value: pence for account, pence in whole.differences.items()},
        "tells_funder": list(whole.tells_funder),
    }


def _line_out(line: FundLine, asked: Asked, known_at: datetime) -> FundLineOut:
    facts = line.facts
    known = known_at.isoformat().replace("+", "%2B")
    return FundLineOut(
        **{name: value for name, value in vars(line).items() if name not in ("facts", "costs")},
        fund_id=facts.fund_id,
        person_id=facts.person_id,
        award_id=facts.award_id,
        starts_on=facts.starts_on,
        ends_on=facts.ends_on,
        ended_early=facts.ended_early,
        first_ends_on=facts.first_ends_on,
        in_kind_pence=facts.in_kind_pence,
        costs=list(_costs_out(line.costs, facts.person_id)),
        entries=f"/v1/people/{facts.person_id}/budget/statement/entries"
        f"?first={asked.first}&last={asked.last}&known_at={known}&fund_id={facts.fund_id}",
    )


def _costs_out(costs: Iterable[CostLine], person_id: UUID) -> Iterable[CostOut]:
    for one in costs:
        values = {name: value for name, value in vars(one).items() if name != "entry_id"}
        yield CostOut(**values, entry=f"/v1/people/{person_id}/budget/entries/{one.entry_id}")


def _commitment_out(one: council.OpenCommitment, on: date) -> CommitmentOut:
    return CommitmentOut(**vars(one), bucket=one.bucket(on), is_past_the_end=one.is_past_the_end(on))
