"""Entries of the journal over HTTP: those of a budget page by page, one with its legs, and its reversal."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from braid.contracts.codes import StreamCode
from braid.kit.http import Caller, Reading, UnitOfWorkRoute, Writing
from braid.kit.permissions import Action, may
from braid.kit.problems import ProblemKind, ProblemTable, not_found, responses
from services.ledger import journal_store
from services.ledger.api.asking import NOT_YOURS, Day
from services.ledger.domain.journal import EntryKind, reversal_of
from services.ledger.entry_keepers import EntryKeptElsewhere, refuse_if_kept
from services.ledger.spending import answering
from services.ledger.statements.asking import budget_of

router = APIRouter(prefix="/v1", route_class=UnitOfWorkRoute, tags=["ledger"])


def _keeper(error: EntryKeptElsewhere) -> list[dict[str, str]]:
    return [{"name": error.keeper.value, "message": str(error)}]


PROBLEMS: ProblemTable = {
    EntryKeptElsewhere: ProblemKind(409, "entry-kept-elsewhere", "The entry is not taken back by itself", _keeper)
}

#: As many entries as a page has.
PAGE_MOST = 1_000


class LegOut(BaseModel):
    """One leg of an entry."""

    stream: StreamCode
    account: str
    fund_id: UUID | None = Field(description="None on a council's own account.")
    amount_pence: int = Field(description="Debits above zero, credits below.")


class EntryOut(BaseModel):
    """An entry of the journal."""

    sequence: int
    entry_id: UUID
    kind: str
    value_date: date
    recorded_at: datetime
    reason: str
    use: str | None = Field(description="What the money is for; none where it is for no item.")
    subject_id: UUID | None = Field(description="The commitment, payment, spend or decision that it belongs to.")
    reverses: UUID | None = Field(description="The entry that this one takes back.")
    link: str = Field(description="The hash, in the council's chain, of the block that holds the entry.")
    legs: list[LegOut]


class EntriesOut(BaseModel):
    """Entries of a budget, in the order of recording."""

    entries: list[EntryOut]
    next: int | None = Field(description="Where the next page begins: as ``after``; none on the last page.")


class ReversalIn(BaseModel):
    """Why an entry is taken back."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"reason": "Paid by the wrong person's card"}]}
    )

    reason: Annotated[str, Field(min_length=1, max_length=500, pattern=r"^[^\x00]*$")]
    value_date: Annotated[Day | None, Field(description="The entry's own value date, where none is told.")] = None


@router.get(
    "/people/{person_id}/budget/entries",
    dependencies=[may(Action.READ_BUDGET)],
    responses=responses(NOT_YOURS, (422, "A filter is not valid.")),
)
async def read_entries(
    person_id: UUID,
    work: Reading,
    caller: Caller,
    after: Annotated[int, Query(ge=0, description="The ``next`` of the page before.")] = 0,
    limit: Annotated[int, Query(ge=1, le=PAGE_MOST)] = PAGE_MOST,
    fund_id: UUID | None = None,
    kind: EntryKind | None = None,
    first: Annotated[date | None, Query(description="Valued on this day or later.")] = None,
    last: Annotated[date | None, Query(description="Valued on this day or before.")] = None,
) -> EntriesOut:
    """The entries of the person's budget, corrections included. What is posted meanwhile comes on the last page."""
    budget = await budget_of(person_id, work, caller)
    chosen = journal_store.Chosen(fund_id, kind, first, last)
    found = await journal_store.entries_of_budget(work, budget.budget_id, after=after, limit=limit + 1, chosen=chosen)
    page = found[:limit]
    following = page[-1].sequence if len(found) > limit else None
    return EntriesOut(entries=[_entry_out(recorded) for recorded in page], next=following)


@router.get(
    "/entries/{entry_id}",
    dependencies=[may(Action.READ_ANY_ACCOUNT)],
    responses=responses((403, "The caller is not of the council."), (404, "There is no such entry.")),
)
async def read_entry(entry_id: UUID, work: Reading) -> EntryOut:
    """One entry with its legs."""
    return _entry_out(await _recorded(work, entry_id))


@router.post(
    "/entries/{entry_id}/reversal",
    status_code=201,
    dependencies=[may(Action.POST_ENTRIES)],
    responses=responses(
        (403, "The caller is neither finance officer nor system."),
        (404, "There is no such entry."),
        (
            409,
            "It belongs to a spend, payment or recovery; was reversed; its money has gone; the period is closed.",
        ),
        (422, "The body is not valid."),
    ),
)
async def reverse_entry(entry_id: UUID, body: ReversalIn, work: Writing, caller: Caller) -> EntryOut:
    """Take an entry back, once, by an entry with the same legs the other way round. Both stay for ever.

    Where it wrote money off, the question that led to it is asked again.
    """
    entry = (await _recorded(work, entry_id)).entry
    await refuse_if_kept(work, entry_id)
    reversal = reversal_of(entry, entry_id=uuid4(), reason=body.reason, value_date=body.value_date)
    on = body.value_date or work.now.date()
    await answering.ask_again(work, entry, by=caller.subject, on=on, reason=body.reason)
    await journal_store.post_all(work, reversal)
    return _entry_out(await _recorded(work, reversal.entry_id))


async def _recorded(work: Reading, entry_id: UUID) -> journal_store.RecordedEntry:
    found = await journal_store.read_entry(work, entry_id)
    if found is None:
        raise not_found("entry")
    return found


def _entry_out(recorded: journal_store.RecordedEntry) -> EntryOut:
    entry = recorded.entry
    return EntryOut(
        sequence=recorded.sequence,
        entry_id=entry.entry_id,
        kind=entry.kind.value,
        value_date=entry.value_date,
        recorded_at=recorded.recorded_at,
        reason=entry.reason,
        use=entry.use,
        subject_id=entry.subject_id,
        reverses=entry.reverses,
        link=recorded.link.hex(),
        legs=[
            LegOut(stream=leg.stream, account=leg.account, fund_id=leg.fund_id, amount_pence=leg.amount_pence)
            for leg in entry.legs
        ],
    )
