"""The journal in PostgreSQL: appending entries to a council's chain, and reading them back."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from uuid import UUID

from sqlalchemy import insert, text
from sqlalchemy.engine import RowMapping
from sqlmodel import select

from braid.kit.unit_of_work import UnitOfWork
from services.ledger.domain.hash_chain import FIRST_LINK, ChainChecker, ChainedEntry, Proof, next_link
from services.ledger.domain.journal import Account, AmountOutOfRange, Entry, EntryKind, Leg, UnbalancedEntry
from services.ledger.tables import ChainHeadRow, JournalEntryRow, JournalLegRow

_ENTRIES_A_READ = 1_000


async def post(work: UnitOfWork, entry: Entry) -> int:
    """Append an entry to the council's chain; returns its sequence.

    The chain's head is locked until the transaction ends, so a council's entries are posted one after the other.
    """
    head = await _locked_head(work)
    sequence = head.sequence + 1
    link = next_link(head.link, sequence, entry)
    await work.session.execute(
        insert(JournalEntryRow).values(
            council=work.council,
            sequence=sequence,
            kind=entry.kind.value,
            value_date=entry.value_date,
            budget_id=entry.budget_id,
            reason=entry.reason,
            reverses=entry.reverses,
            link=link,
        )
    )
    # All legs in one statement: the database checks the balance of what each statement brought.
    await work.session.execute(
        insert(JournalLegRow).values(
            [
                {
                    "council": work.council,
                    "sequence": sequence,
                    "leg": number,
                    "stream": leg.stream,
                    "account": leg.account.value,
                    "fund_id": leg.fund_id,
                    "amount_pence": leg.amount_pence,
                }
                for number, leg in enumerate(entry.legs, start=1)
            ]
        )
    )
    head.sequence, head.link = sequence, link
    work.session.add(head)
    await work.session.flush()
    return sequence


async def _locked_head(work: UnitOfWork) -> ChainHeadRow:
    await work.session.execute(
        text("INSERT INTO chain_head (council, sequence, link) VALUES (:council, 0, :link) ON CONFLICT DO NOTHING"),
        {"council": work.council, "link": FIRST_LINK},
    )
    query = select(ChainHeadRow).where(ChainHeadRow.council == work.council).with_for_update()
    return (await work.session.scalars(query)).one()


async def read_entry(work: UnitOfWork, sequence: int) -> Entry:
    """One entry of the council."""
    return (await _read(work, "e.sequence = :sequence", sequence=sequence))[0][0].entry


async def entries_of_budget(work: UnitOfWork, budget_id: UUID) -> Sequence[tuple[ChainedEntry, RowMapping]]:
    """The entries of a budget in order, each with its stored row."""
    return await _read(work, "e.budget_id = :budget_id", budget_id=budget_id)


async def prove(work: UnitOfWork) -> Proof:
    """Work the council's whole journal out again and compare it with its chain.

    Entries that are posted while the proof runs are not looked at: it goes as far as the chain did when it began.
    """
    checker = ChainChecker()
    head = (await work.session.scalars(select(ChainHeadRow).where(ChainHeadRow.council == work.council))).first()
    last = head.sequence if head else 0
    for after in range(0, last, _ENTRIES_A_READ):
        up_to = min(last, after + _ENTRIES_A_READ)
        for group in await _rows(work, "e.sequence > :after AND e.sequence <= :up_to", after=after, up_to=up_to):
            try:
                checker.add(_chained(group)[0])
            except (UnbalancedEntry, AmountOutOfRange, ValueError) as error:
                checker.break_at(group[0]["sequence"], f"the entry is not one that could be posted: {error}")
    proof = checker.proof(head.link if head else FIRST_LINK)
    if proof.broken_at is None and (stray := await _first_outside_the_chain(work)) is not None:
        proof = replace(proof, broken_at=stray, difference="it is in the journal and not in the chain")
    # From the legs themselves: an entry that cannot be read counts too.
    return replace(proof, pence_by_stream=await _pence_by_stream(work))


async def _first_outside_the_chain(work: UnitOfWork) -> int | None:
    """The first entry beyond the chain's end, or the first leg that belongs to no entry; one statement, one moment."""
    query = text(
        "SELECT min(sequence) FROM ("
        " SELECT sequence FROM journal_entry"
        " WHERE sequence > coalesce((SELECT max(sequence) FROM chain_head), 0)"
        " UNION ALL"
        " SELECT l.sequence FROM journal_leg l"
        " WHERE NOT EXISTS (SELECT FROM journal_entry e WHERE (e.council, e.sequence) = (l.council, l.sequence))"
        ") outside"
    )
    stray: int | None = await work.session.scalar(query)
    return stray


async def _pence_by_stream(work: UnitOfWork) -> dict[str, int]:
    query = text("SELECT stream, sum(amount_pence)::bigint AS pence FROM journal_leg GROUP BY stream ORDER BY stream")
    return {row.stream: row.pence for row in await work.session.execute(query)}


async def _read(work: UnitOfWork, condition: str, **values: object) -> list[tuple[ChainedEntry, RowMapping]]:
    return [_chained(group) for group in await _rows(work, condition, **values)]


async def _rows(work: UnitOfWork, condition: str, **values: object) -> list[list[RowMapping]]:
    query = text(
        "SELECT e.sequence, e.kind, e.value_date, e.budget_id, e.reason, e.reverses, e.link, e.recorded_at,"
        " l.stream, l.account, l.fund_id, l.amount_pence"
        " FROM journal_entry e LEFT JOIN journal_leg l USING (council, sequence)"
        f" WHERE {condition} ORDER BY e.sequence, l.leg"
    )
    rows = (await work.session.execute(query, values)).mappings().all()
    return [list(group) for _, group in groupby(rows, key=lambda row: row["sequence"])]


def _chained(rows: list[RowMapping]) -> tuple[ChainedEntry, RowMapping]:
    first = rows[0]
    legs = tuple(Leg(row["stream"], Account(row["account"]), row["amount_pence"], row["fund_id"]) for row in rows)
    entry = Entry(
        EntryKind(first["kind"]), first["value_date"], first["budget_id"], legs, first["reason"], first["reverses"]
    )
    return ChainedEntry(first["sequence"], entry, first["link"]), first
