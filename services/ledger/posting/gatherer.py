"""Group commit: whoever waits goes along.

Callers that post a few entries each, and have nothing else to do in their transaction, are gathered into batches of
one council and posted over two connections that take turns: while the database works on one batch, the answers of the
one before are given out and the next gathers and is sent, to stand at the council's chain when it is free. Each caller
gets its own answers, and who asked is recorded in the same transaction. Nothing that was accepted is ever lost, since a
batch whose outcome is not known is sent again: ids make that harmless. A caller that goes away takes nothing with it:
its entries are posted all the same, and asking again with their ids tells.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
import structlog

from braid.kit.outage import is_contention, is_outage
from services.ledger.domain.chart_of_accounts import AccountName
from services.ledger.posting.account_numbers import OPEN_ACCOUNTS, found_numbers, in_order, name_columns
from services.ledger.posting.columns import (
    POST_ENTRIES,
    Answer,
    Posting,
    Prepared,
    answers_of,
    columns_of,
    names_of,
    prepared,
)
from services.ledger.posting.recorded import POST_RECORDED, Kept, record_columns

log = structlog.get_logger(__name__)

#: Most entries of a batch: larger ones bring little more, and those who come meanwhile wait for them.
ENTRIES_A_BATCH_MOST = 1_000
#: Batches that are on their way at once: one that the database works on, and one that is made ready.
LINES = 2
#: As many callers as this are shared between lines that are free; fewer cost less in one batch.
CALLERS_SHARED_LEAST = 128
#: Most entries that wait; more are refused at once rather than late.
ENTRIES_WAITING_MOST = 20_000
#: Most numbers of accounts of a council that are remembered; then they are asked for again.
ACCOUNTS_REMEMBERED_MOST = 500_000
#: How often a batch is sent again when the connection is lost, and how long before each time, in seconds.
ATTEMPTS_MOST = 5
BACKOFF_S = 0.1

_ACT_FOR = "SELECT set_config('braid.council', $1, false)"


class TooManyWaiting(Exception):
    """So many entries wait to be posted that more would only come too late; try again in a moment."""


class GathererStopped(Exception):
    """The gatherer is not running."""


@dataclass
class _Waiting:
    """What one caller waits for; made ready at once where all its accounts are known, else when it goes."""

    council: str
    postings: tuple[Posting, ...]
    ready: tuple[Prepared, ...] | None
    answered: asyncio.Future[list[Answer]]
    access: Kept | None
    unconfirmed: frozenset[UUID] = frozenset()


class _Line:
    """A connection, opened when it is needed and when it was lost, that acts for one council at a time.

    Args:
        connect: opens a connection as the application's role, for this line alone.
    """

    def __init__(self, connect: Callable[[], Awaitable[asyncpg.Connection]]) -> None:
        self._connect = connect
        self._connection: asyncpg.Connection | None = None
        self._acting: str | None = None

    async def acting_for(self, council: str) -> asyncpg.Connection:
        """The connection, acting for a council."""
        if self._connection is None or self._connection.is_closed():
            self._connection, self._acting = await self._connect(), None
        if self._acting != council:
            await self._connection.execute(_ACT_FOR, council)
            self._acting = council
        return self._connection

    def let_go(self) -> None:
        """Drop the connection, whatever it is at."""
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None


class Gatherer:
    """Posts for many callers over a few connections. Use as an async context manager.

    Args:
        connect: opens a connection as the application's role, for this gatherer alone.
    """

    def __init__(self, connect: Callable[[], Awaitable[asyncpg.Connection]]) -> None:
        self._lines = [_Line(connect) for _ in range(LINES)]
        self._lines_free = LINES
        self._numbers: dict[str, dict[AccountName, int]] = {}
        self._waiting: deque[_Waiting] = deque()
        self._entries_waiting = 0
        self._come = asyncio.Event()
        self._writers: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> "Gatherer":
        self._writers = [asyncio.create_task(self._write(line)) for line in self._lines]
        return self

    async def __aexit__(self, *_error: object) -> None:
        """Post what waits, and end."""
        writers, self._writers = self._writers, []
        self._come.set()
        await asyncio.gather(*writers)
        for line in self._lines:
            line.let_go()

    async def post(self, council: str, *postings: Posting, access: Kept | None = None) -> list[Answer]:
        """Post entries of one council; returns when they are committed, with one answer each.

        Args:
            council: whose.
            postings: what is to be posted.
            access: who asked, which is recorded with each, in the transaction that posts or refuses it.

        Raises:
            TooManyWaiting: too many others wait.
            GathererStopped: it is not running.
            OSError, asyncpg.PostgresError: the database is away; whether the entries were posted is not known, and
                asking again with the same ids tells.
        """
        if not self._writers:
            raise GathererStopped
        if self._entries_waiting + len(postings) > ENTRIES_WAITING_MOST:
            raise TooManyWaiting(f"{self._entries_waiting} entries wait")
        answered: asyncio.Future[list[Answer]] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(council, postings, self._ready(council, postings), answered, access))
        self._entries_waiting += len(postings)
        self._come.set()
        return await answered

    def _ready(self, council: str, postings: Sequence[Posting]) -> tuple[Prepared, ...] | None:
        numbers = self._numbers.setdefault(council, {})
        ready = tuple(prepared(posting, numbers) for posting in postings)
        return ready if all(each.is_on_known_accounts for each in ready) else None

    async def _make_ready(self, connection: asyncpg.Connection, together: Sequence[_Waiting]) -> None:
        """Find the accounts that are not known yet, for all who go together in one call."""
        late = [waiting for waiting in together if waiting.ready is None]
        if not late:
            return
        council = late[0].council
        if len(self._numbers[council]) > ACCOUNTS_REMEMBERED_MOST:
            # Begun anew and not emptied: another line may be about to look into what was known.
            self._numbers[council] = {}
        numbers = self._numbers[council]
        missing = in_order({name for waiting in late for name in names_of(waiting.postings)} - numbers.keys())
        row = await connection.fetchrow(OPEN_ACCOUNTS, *name_columns(missing))
        found, unconfirmed = found_numbers(missing, row["accounts"], row["unconfirmed_funds"])
        numbers.update(found)
        for waiting in late:
            waiting.ready = tuple(prepared(posting, numbers) for posting in waiting.postings)
            waiting.unconfirmed = unconfirmed

    async def _write(self, line: _Line) -> None:
        while self._writers:
            await self._come.wait()
            self._come.clear()
            while self._waiting:
                # Those who were just answered, and ask again at once, come along.
                await asyncio.sleep(0)
                if taken := self._taken():
                    self._lines_free -= 1
                    await self._post_together(line, taken)
                    self._lines_free += 1

    def _taken(self) -> list[_Waiting]:
        """The longest waiting, and others of the same council, up to a batch; the rest keep their order.

        Where another line is free it is left its share, so that the two take turns from then on.
        """
        if not self._waiting:
            return []
        is_shared = self._lines_free > 1 and len(self._waiting) >= CALLERS_SHARED_LEAST
        callers_most = -(-len(self._waiting) // self._lines_free) if is_shared else len(self._waiting)
        taken, left, entries = list[_Waiting](), deque[_Waiting](), 0
        council = self._waiting[0].council
        for waiting in self._waiting:
            fits = not taken or entries + len(waiting.postings) <= ENTRIES_A_BATCH_MOST
            if waiting.council == council and fits and len(taken) < callers_most:
                taken.append(waiting)
                entries += len(waiting.postings)
            else:
                left.append(waiting)
        self._waiting = left
        self._entries_waiting -= entries
        return taken

    async def _post_together(self, line: _Line, together: Sequence[_Waiting]) -> None:
        try:
            answers = await self._posted(line, together)
        except (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError, ValueError) as error:
            # Something in it cannot even be asked for: its neighbours must not suffer.
            if len(together) == 1:
                _fail(together[0], error)
                return
            for waiting in together:
                await self._post_together(line, [waiting])
            return
        except Exception as error:
            for waiting in together:
                _fail(waiting, error)
            return
        start = 0
        for waiting in together:
            end = start + len(waiting.postings)
            if not waiting.answered.done():
                codes, sequences = answers
                waiting.answered.set_result(
                    answers_of(waiting.postings, codes[start:end], sequences[start:end], waiting.unconfirmed)
                )
            start = end

    async def _posted(self, line: _Line, together: Sequence[_Waiting]) -> tuple[list[str], list[int | None]]:
        for attempt in range(1, ATTEMPTS_MOST + 1):
            try:
                connection = await line.acting_for(together[0].council)
                await self._make_ready(connection, together)
                batch = [each for waiting in together for each in waiting.ready or ()]
                row = await _called(connection, columns_of(batch, _linked(together)), together)
                return row["answers"], row["sequences"]
            except Exception as error:
                if attempt == ATTEMPTS_MOST or not (_is_away(error) or is_contention(error)):
                    raise
                log.warning("batch_sent_again", attempt=attempt, error=repr(error))
                line.let_go()
                await asyncio.sleep(BACKOFF_S * 2 ** (attempt - 1))
        raise AssertionError("the last attempt returns or raises")


async def _called(
    connection: asyncpg.Connection, columns: tuple[Any, ...], together: Sequence[_Waiting]
) -> asyncpg.Record:
    if not any(waiting.access for waiting in together):
        return await connection.fetchrow(POST_ENTRIES, *columns)
    accesses = [waiting.access for waiting in together for _ in waiting.postings]
    return await connection.fetchrow(POST_RECORDED, *columns, *record_columns(accesses))


def _linked(together: Sequence[_Waiting]) -> list[int | None]:
    """Numbers of linked groups that no two callers share."""
    fresh: dict[tuple[int, int], int] = {}
    return [
        None if posting.linked is None else fresh.setdefault((caller, posting.linked), len(fresh))
        for caller, waiting in enumerate(together)
        for posting in waiting.postings
    ]


def _is_away(error: Exception) -> bool:
    return isinstance(error, asyncpg.InterfaceError) or is_outage(error)


def _fail(waiting: _Waiting, error: Exception) -> None:
    if not waiting.answered.done():
        waiting.answered.set_exception(error)
