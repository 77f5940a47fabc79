"""A council's journal proved from its rows alone: each entry, each balance, each block and each commitment.

Every check is one statement that returns the first entry that is not as it must be, and why. The command runs them over
two connections that look at one moment; a request runs them one after the other, each looking at its own.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any

import asyncpg
from prometheus_client import Counter, Gauge

from braid.kit.unit_of_work import UnitOfWork
from services.ledger.domain.hash_chain import Head, Proof

#: What proofs found since the process began; one that is broken is a reason to wake somebody.
PROVED = Counter("braid_ledger_proofs_total", "Proofs of a council's journal, by what they found.", ["found"])
#: Where the chain ended when it was last proved; it never goes back, unless somebody cut it.
ENDED_AT = Gauge("braid_ledger_chain_head", "Sequence of the last entry, as last proved.", ["council"])
#: Connections of the command: as many as the machines that it was measured on have cores.
CONNECTIONS = 2
#: Entries of one statement over entries and their legs: what a sort in memory takes.
ENTRIES_A_CHECK = 500_000

_HEAD = "SELECT sequence, link, council FROM chain_head"
_MOMENT_OF_A_LEG = (
    " CROSS JOIN LATERAL (SELECT b.last_sequence, b.recorded_at FROM journal_block AS b"
    "  WHERE b.council = l.council AND b.last_sequence >= l.sequence ORDER BY b.last_sequence LIMIT 1) AS b"
)

#: From one entry to another: each is what it was when it was written, and its legs are on its day.
_ENTRIES = """
WITH legs AS (
    SELECT
        l.sequence,
        string_agg(
            leg_bytes(l.account_id - coalesce((SELECT h.accounts_from FROM chain_head AS h), 0), l.amount_pence),
            '' ORDER BY l.account_id
        ) AS bytes,
        min(l.value_date) AS first, max(l.value_date) AS last
    FROM journal_leg AS l WHERE l.sequence BETWEEN $1 AND $2 GROUP BY l.sequence
),
entries AS (SELECT * FROM journal_entry AS e WHERE e.sequence BETWEEN $1 AND $2)
SELECT
    sequence,
    CASE
        WHEN e.digest IS NULL THEN 'the entry is missing'
        WHEN legs.bytes IS NULL THEN 'the entry has no legs'
        WHEN e.digest <> entry_digest(
            e.entry_id, e.kind, e.value_date, e.budget_id, e.use, e.subject_id, e.reverses, e.reason,
            legs.bytes || commitment_bytes(e.expires_on, e.item_id)
        ) THEN 'the entry is not as it was written'
        ELSE 'a leg is dated on another day than its entry'
    END AS difference
FROM entries AS e FULL JOIN legs USING (sequence)
WHERE
    e.digest IS DISTINCT FROM entry_digest(
        e.entry_id, e.kind, e.value_date, e.budget_id, e.use, e.subject_id, e.reverses, e.reason,
        legs.bytes || commitment_bytes(e.expires_on, e.item_id)
    )
    OR legs.first <> e.value_date OR legs.last <> e.value_date
ORDER BY sequence LIMIT 1
"""


@dataclass(frozen=True)
class _Check:
    """A statement that returns the sequence of the first entry that breaks a rule, with the rule in words if not here.

    Args:
        query: the statement.
        difference: what is wrong; empty where the statement says it.
        values: what the statement is asked with.
    """

    query: str
    difference: str = ""
    values: tuple[int | bytes, ...] = ()


#: As many entries as the last one's number, from 1 on, leave no gap; where there is one, it is looked for.
_NO_GAP = _Check(
    "SELECT CASE WHEN (min(e.sequence), max(e.sequence)) IS DISTINCT FROM (1, count(*)) THEN ("
    " SELECT min(n.place) FROM ("
    "  SELECT e.sequence, row_number() OVER (ORDER BY e.sequence) AS place FROM journal_entry AS e"
    " ) AS n WHERE n.sequence <> n.place) END AS sequence FROM journal_entry AS e",
    "the entry is missing",
)
_NONE_AFTER_THE_END = _Check(
    "SELECT min(n.sequence) AS sequence FROM ("
    " SELECT min(e.sequence) AS sequence FROM journal_entry AS e"
    " WHERE e.sequence > coalesce((SELECT h.sequence FROM chain_head AS h), 0) UNION ALL"
    " SELECT min(l.sequence) FROM journal_leg AS l"
    " WHERE l.sequence > coalesce((SELECT h.sequence FROM chain_head AS h), 0)) AS n",
    "it is in the journal and not in the chain",
)
_NONE_CUT_OFF = _Check(
    "SELECT n.entries + 1 AS sequence FROM (SELECT count(*) AS entries FROM journal_entry) AS n, chain_head AS h"
    " WHERE n.entries < h.sequence",
    "the last entries are missing",
)
_BALANCED = _Check(
    "SELECT min(n.sequence) AS sequence FROM ("
    " SELECT l.sequence FROM journal_leg AS l GROUP BY l.sequence, l.stream_id HAVING sum(l.amount_pence) <> 0) AS n",
    "the entry does not balance within each stream",
)
#: Each leg against the one before it on its account: by hashing, which takes half of what putting them in order does.
_RUNNING = _Check(
    "SELECT min(l.sequence) AS sequence FROM journal_leg AS l"
    " LEFT JOIN journal_leg AS b ON b.account_id = l.account_id AND b.number = l.number - 1"
    " WHERE l.balance_pence - l.amount_pence <> coalesce(b.balance_pence, 0) OR b.number IS NULL AND l.number <> 1",
    "an account's balance is not the sum of its legs",
)
_STREAMS = _Check(
    "SELECT min(l.sequence) AS sequence FROM ("
    " SELECT l.account_id, l.stream_id, min(l.sequence) AS sequence FROM journal_leg AS l GROUP BY 1, 2) AS l"
    " LEFT JOIN account AS a USING (account_id) LEFT JOIN stream AS s ON s.stream_id = l.stream_id"
    " WHERE s.code IS DISTINCT FROM a.stream OR a.stream_id IS DISTINCT FROM l.stream_id",
    "a leg carries another stream than its account",
)
_BLOCKS = _Check(
    "WITH opened AS ("
    " SELECT b.last_sequence, string_agg("
    "  account_bytes("
    "   a.account_id - coalesce((SELECT h.accounts_from FROM chain_head AS h), 0), a.stream, a.code, a.fund_id,"
    "   a.budget_id), '' ORDER BY a.account_id) AS bytes"
    " FROM journal_leg AS l LEFT JOIN account AS a USING (account_id)"
    + _MOMENT_OF_A_LEG
    + " WHERE l.number = 1 GROUP BY b.last_sequence"
    "), chained AS ("
    " SELECT b.*, lag(b.link) OVER w AS previous, lag(b.last_sequence) OVER w AS previous_sequence"
    " FROM journal_block AS b WINDOW w AS (ORDER BY b.last_sequence)"
    ")"
    " SELECT min(coalesce(c.previous_sequence, 0) + 1) AS sequence FROM chained AS c"
    " LEFT JOIN opened AS o USING (last_sequence)"
    " WHERE c.last_sequence > 0 AND (c.first_sequence <> coalesce(c.previous_sequence, 0) + 1 OR c.link <> block_link("
    "  coalesce(c.previous, decode(repeat('00', 32), 'hex')), c.council, c.first_sequence, c.last_sequence,"
    "  c.recorded_at,"
    "  (SELECT string_agg(e.digest, '' ORDER BY e.sequence) FROM journal_entry AS e"
    "   WHERE e.council = c.council AND e.sequence BETWEEN c.first_sequence AND c.last_sequence), o.bytes))",
    "its block is not as it was chained, or an account that it is the first on is not as it was opened",
)
_END = _Check(
    "SELECT coalesce(min(b.first_sequence), h.sequence) AS sequence FROM chain_head AS h"
    " LEFT JOIN journal_block AS b ON b.last_sequence >= h.sequence"
    " WHERE h.sequence > 0 AND NOT EXISTS (SELECT FROM journal_block AS b"
    "  WHERE b.last_sequence = h.sequence AND b.link = h.link AND b.recorded_at = h.recorded_at)"
    " GROUP BY h.sequence",
    "the end of the chain is not its last block",
)
#: Blocks follow each other in time, which their links bear out: a leg's day of recording is found among the first
#: entries of the days.
_DAYS = _Check(
    "WITH firsts AS ("
    " SELECT min(b.first_sequence) AS sequence, (b.recorded_at AT TIME ZONE 'UTC')::date AS recorded_on"
    " FROM journal_block AS b GROUP BY 2"
    "), days AS MATERIALIZED ("
    " SELECT array_agg(f.sequence ORDER BY f.sequence) AS firsts, array_agg(f.recorded_on ORDER BY f.sequence) AS days"
    " FROM firsts AS f"
    "), legs AS ("
    " SELECT l.account_id, l.value_date,"
    "  (SELECT d.days FROM days AS d)[width_bucket(l.sequence, (SELECT d.firsts FROM days AS d))] AS recorded_on,"
    "  sum(l.amount_pence) AS pence, min(l.sequence) AS sequence"
    " FROM account AS a INNER JOIN journal_leg AS l USING (account_id)"
    " WHERE a.fund_id IS NULL GROUP BY 1, 2, 3)"
    " SELECT coalesce(min(legs.sequence), 1) AS sequence FROM legs"
    " FULL JOIN account_day AS d USING (account_id, value_date, recorded_on)"
    " WHERE d.pence IS DISTINCT FROM legs.pence HAVING count(*) > 0",
    "the sums by day of a council's account are not those of its legs",
)
_COMMITMENTS = _Check(
    "WITH legs AS ("
    " SELECT e.subject_id AS commitment_id, l.account_id, l.sequence, l.amount_pence, coalesce(o.kind, e.kind) AS kind,"
    "  e.kind = 'reversal' AS is_reversal, e.expires_on, e.item_id, e.use, e.budget_id"
    " FROM account AS a INNER JOIN journal_leg AS l USING (account_id)"
    " INNER JOIN journal_entry AS e ON e.council = l.council AND e.sequence = l.sequence"
    " LEFT JOIN journal_entry AS o ON o.council = e.council AND o.entry_id = e.reverses"
    " WHERE a.code = 'fund.committed'"
    "), sums AS ("
    " SELECT commitment_id, account_id, min(sequence) AS sequence,"
    "  coalesce(-sum(amount_pence) FILTER (WHERE kind = 'commitment'), 0) AS amount,"
    "  coalesce(sum(amount_pence) FILTER (WHERE kind IN ('release', 'expiry')), 0) AS released,"
    "  coalesce(sum(amount_pence) FILTER (WHERE kind NOT IN ('commitment', 'release', 'expiry')), 0) AS settled,"
    "  coalesce((array_agg(NOT is_reversal ORDER BY sequence DESC) FILTER (WHERE kind = 'expiry'))[1], false)"
    "   AS is_expired"
    " FROM legs GROUP BY 1, 2"
    "), placed AS ("
    " SELECT DISTINCT ON (commitment_id, account_id) * FROM legs WHERE kind = 'commitment' AND NOT is_reversal"
    " ORDER BY commitment_id, account_id, sequence DESC"
    ")"
    " SELECT coalesce(min(s.sequence), 1) AS sequence FROM sums AS s"
    " LEFT JOIN placed AS p USING (commitment_id, account_id)"
    " FULL JOIN commitment AS c USING (commitment_id, account_id)"
    " WHERE ROW(c.amount_pence, c.released_pence, c.settled_pence, c.is_expired)"
    "   IS DISTINCT FROM ROW(s.amount, s.released, s.settled, s.is_expired)"
    "  OR ROW(c.expires_on, c.item_id, c.use, c.budget_id)"
    "   IS DISTINCT FROM ROW(p.expires_on, p.item_id, p.use, p.budget_id)"
    " HAVING count(*) > 0",
    "a commitment is not what its entries say",
)
_WHOLE = (
    _RUNNING,
    _BALANCED,
    _BLOCKS,
    _DAYS,
    _COMMITMENTS,
    _STREAMS,
    _NO_GAP,
    _NONE_CUT_OFF,
    _NONE_AFTER_THE_END,
    _END,
)
#: Sums beside the journal: where the journal itself is broken they are apart too, and do not say where.
_BESIDE_THE_JOURNAL = (_DAYS, _COMMITMENTS)
_PENCE_BY_STREAM = (
    "SELECT s.code, n.pence FROM (SELECT stream_id, sum(amount_pence)::bigint AS pence FROM journal_leg"
    " GROUP BY stream_id) AS n INNER JOIN stream AS s USING (stream_id) ORDER BY s.code"
)
#: A chain that was cut and whose end was set back is whole in itself: only an end that was kept elsewhere shows it.
_HAS_ENDED_SO = (
    "SELECT least(CAST($1 AS bigint), (SELECT count(*) + 1 FROM journal_entry))"
    " WHERE NOT EXISTS (SELECT FROM journal_block AS b WHERE b.last_sequence = $1 AND b.link = $2)"
)
_CUT = "the chain does not have the end that it is known to have had: entries were cut off or written anew"
_WHOLE_ENTRIES = "SELECT count(*) FROM journal_entry"
_VALUED = "SELECT value_date FROM journal_entry WHERE sequence = $1"

#: Runs a statement and returns its rows.
_Ask = Callable[..., Awaitable[list[Any]]]


async def prove(work: UnitOfWork, expected: Head | None = None) -> Proof:
    """Work the council's whole journal out again, within a request, and name the first entry that is not as it must be.

    Entries that are posted while the proof runs are not looked at by the checks that began before.

    Args:
        work: the unit of work.
        expected: an end that the chain had before: it must be there still, whatever was posted since.
    """
    connection = await work.session.connection()

    async def ask(query: str, *values: object) -> list[Any]:
        return list((await connection.exec_driver_sql(query, values)).all())

    return await _proof([ask], expected)


async def councils(url: str) -> list[str]:
    """The councils that have a journal.

    Args:
        url: the database as the operations role, which may see whose journals there are and nothing of what is in them.
    """
    connection = await asyncpg.connect(url)
    try:
        return [row["council"] for row in await connection.fetch("SELECT council FROM chain_head ORDER BY council")]
    finally:
        await connection.close()


async def prove_on(
    connect: Callable[[], Awaitable[asyncpg.Connection]], council: str, expected: Head | None = None
) -> Proof:
    """The same over several connections at once, all looking at one moment.

    Args:
        connect: opens a connection as the application's role.
        council: whose journal it is.
        expected: an end that the chain had before: it must be there still.
    """
    connections = [await connect() for _ in range(CONNECTIONS)]
    try:
        await connections[0].execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        moment = await connections[0].fetchval("SELECT pg_export_snapshot()")
        for connection in connections[1:]:
            await connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            await connection.execute(f"SET TRANSACTION SNAPSHOT '{moment}'")
        for connection in connections:
            await connection.execute("SET LOCAL work_mem = '128MB'; SET LOCAL statement_timeout = 0")
            await connection.execute("SELECT set_config('braid.council', $1, true)", council)
        return await _proof([connection.fetch for connection in connections], expected)
    finally:
        for connection in connections:
            await connection.close()


async def keep_outcome(connect: Callable[[], Awaitable[asyncpg.Connection]], council: str, proof: Proof) -> None:
    """Write down how a proof ended, for those who watch over journals; the proof itself is what the command told."""
    connection = await connect()
    try:
        async with connection.transaction():
            await connection.execute("SELECT set_config('braid.council', $1, true)", council)
            await connection.execute(
                "INSERT INTO journal_proof (council, proved_to, apart_pence, is_whole) VALUES ($1, $2, $3, $4)",
                council,
                proof.entries,
                sum(abs(pence) for pence in proof.pence_by_stream.values()),
                proof.holds,
            )
    finally:
        await connection.close()


async def _proof(asks: list[_Ask], expected: Head | None) -> Proof:
    first = asks[0]
    head = await _head(first)
    last = head.sequence if head else 0
    found: list[tuple[bool, int, str]] = []
    is_there = [_Check(_HAS_ENDED_SO, _CUT, (expected.sequence, expected.link))] if expected else []
    checks = iter([*_of_entries(last), *_WHOLE, *is_there])

    async def take(ask: _Ask) -> None:
        for check in checks:
            for row in await ask(check.query, *check.values):
                if row[0] is not None:
                    found.append((check in _BESIDE_THE_JOURNAL, row[0], check.difference or row[1]))

    await asyncio.gather(*(take(ask) for ask in asks))
    entries = (await first(_WHOLE_ENTRIES))[0][0]
    _, broken_at, difference = min(found, default=(False, None, None))
    valued = await first(_VALUED, broken_at) if broken_at is not None else []
    PROVED.labels("whole" if broken_at is None else "broken").inc()
    return Proof(
        entries=entries if broken_at is None else broken_at - 1,
        pence_by_stream={row[0]: row[1] for row in await first(_PENCE_BY_STREAM)},
        broken_at=broken_at,
        broken_on=valued[0][0] if valued else None,
        difference=difference,
        head=head,
    )


async def _head(ask: _Ask) -> Head | None:
    for sequence, link, council in await ask(_HEAD):
        ENDED_AT.labels(council).set(sequence)
        return Head(sequence, link)
    return None


def _of_entries(last: int) -> Iterator[_Check]:
    for start in range(1, last + 1, ENTRIES_A_CHECK):
        yield _Check(_ENTRIES, values=(start, min(last, start + ENTRIES_A_CHECK - 1)))
