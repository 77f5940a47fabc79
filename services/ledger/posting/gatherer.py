"""Group commit: whoever waits goes along.

Callers that post a few entries each, and have nothing else to do in their transaction, are gathered into batches of
one council and posted over one connection. While the database works on one batch, the next gathers. Each caller gets
its own answers; nothing that was accepted is ever lost, since a batch whose outcome is not known is sent again: ids
make that harmless. A caller that goes away takes nothing with it: its entries are posted all the same, and asking
again with their ids tells.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

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

log = structlog.get_logger(__name__)

#: Most entries of a batch: larger ones bring little more, and those who come meanwhile wait for them.
ENTRIES_A_BATCH_MOST = 1_000
#: Most entries that wait; more are refused at once rather than late.
ENTRIES_WAITING_MOST = 20_000
#: How often a batch is sent again when the connection is lost, and how long before each time, in seconds.
ATTEMPTS_MOST = 5
BACKOFF_S = 0.1

_ACT_FOR = "SELECT set_config('braid.council', $1, false)"


class TooManyWaiting(Exception):
    """So many entries wait to be posted that more would only come too late; try again in a moment."""


class GathererStopped(Exception):
    """The gatherer is not running."""


@dataclass(frozen=True)
class _Waiting:
    council: str
    batch: tuple[Prepared, ...]
    unconfirmed: frozenset[Any]
    answered: asyncio.Future[list[Answer]]


class Gatherer:
    """Posts for many callers over one connection. Use as an async context manager.

    Args:
        connect: opens a connection as the application's role, for this gatherer alone.
    """

    def __init__(self, connect: Callable[[], Awaitable[asyncpg.Connection]]) -> None:
        self._connect = connect
        self._connection: asyncpg.Connection | None = None
        self._acting: str | None = None
        self._numbers: dict[tuple[str, AccountName], int] = {}
        self._waiting: deque[_Waiting] = deque()
        self._entries_waiting = 0
        self._come = asyncio.Event()
        self._using = asyncio.Lock()
        self._writer: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "Gatherer":
        self._writer = asyncio.create_task(self._write())
        return self

    async def __aexit__(self, *_error: object) -> None:
        """Post what waits, and end."""
        assert self._writer
        writer, self._writer = self._writer, None
        self._come.set()
        await writer
        await self._let_go()

    async def post(self, council: str, *postings: Posting) -> list[Answer]:
        """Post entries of one council; returns when they are committed, with one answer each.

        Raises:
            TooManyWaiting: too many others wait.
            GathererStopped: it is not running.
            OSError, asyncpg.PostgresError: the database is away; whether the entries were posted is not known, and
                asking again with the same ids tells.
        """
        if self._writer is None:
            raise GathererStopped
        if self._entries_waiting + len(postings) > ENTRIES_WAITING_MOST:
            raise TooManyWaiting(f"{self._entries_waiting} entries wait")
        numbers, unconfirmed = await self._account_numbers(council, postings)
        if self._writer is None:
            raise GathererStopped
        answered: asyncio.Future[list[Answer]] = asyncio.get_running_loop().create_future()
        batch = tuple(prepared(posting, numbers) for posting in postings)
        self._waiting.append(_Waiting(council, batch, unconfirmed, answered))
        self._entries_waiting += len(batch)
        self._come.set()
        return await answered

    async def _account_numbers(
        self, council: str, postings: Sequence[Posting]
    ) -> tuple[dict[AccountName, int], frozenset[Any]]:
        names = names_of(postings)
        numbers = {name: self._numbers[council, name] for name in names if (council, name) in self._numbers}
        missing = in_order(names - numbers.keys())
        if not missing:
            return numbers, frozenset()
        async with self._using:
            connection = await self._connected(council)
            row = await connection.fetchrow(OPEN_ACCOUNTS, *name_columns(missing))
        found, unconfirmed = found_numbers(missing, row["accounts"], row["unconfirmed_funds"])
        self._numbers.update(((council, name), number) for name, number in found.items())
        return numbers | found, unconfirmed

    async def _write(self) -> None:
        while self._writer is not None:
            await self._come.wait()
            self._come.clear()
            while self._waiting:
                await self._post_together(self._taken())

    def _taken(self) -> list[_Waiting]:
        """The longest waiting, and others of the same council, up to a batch; the rest keep their order."""
        taken, left, entries = list[_Waiting](), deque[_Waiting](), 0
        council = self._waiting[0].council
        for waiting in self._waiting:
            fits = not taken or entries + len(waiting.batch) <= ENTRIES_A_BATCH_MOST
            if waiting.council == council and fits:
                taken.append(waiting)
                entries += len(waiting.batch)
            else:
                left.append(waiting)
        self._waiting = left
        self._entries_waiting -= entries
        return taken

    async def _post_together(self, together: Sequence[_Waiting]) -> None:
        try:
            answers = await self._posted(together)
        except (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError, ValueError) as error:
            # Something in it cannot even be asked for: its neighbours must not suffer.
            if len(together) == 1:
                _fail(together[0], error)
                return
            for waiting in together:
                await self._post_together([waiting])
            return
        except Exception as error:
            for waiting in together:
                _fail(waiting, error)
            return
        start = 0
        for waiting in together:
            end = start + len(waiting.batch)
            if not waiting.answered.done():
                postings = [each.posting for each in waiting.batch]
                codes, sequences = answers
                waiting.answered.set_result(
                    answers_of(postings, codes[start:end], sequences[start:end], waiting.unconfirmed)
                )
            start = end

    async def _posted(self, together: Sequence[_Waiting]) -> tuple[list[str], list[int | None]]:
        columns = columns_of([each for waiting in together for each in waiting.batch], _linked(together))
        for attempt in range(1, ATTEMPTS_MOST + 1):
            try:
                async with self._using:
                    connection = await self._connected(together[0].council)
                    row = await connection.fetchrow(POST_ENTRIES, *columns)
                return row["answers"], row["sequences"]
            except Exception as error:
                if attempt == ATTEMPTS_MOST or not (_is_away(error) or is_contention(error)):
                    raise
                log.warning("batch_sent_again", entries=len(columns[0]), attempt=attempt, error=repr(error))
                await self._let_go()
                await asyncio.sleep(BACKOFF_S * 2 ** (attempt - 1))
        raise AssertionError("the last attempt returns or raises")

    async def _connected(self, council: str) -> asyncpg.Connection:
        if self._connection is None or self._connection.is_closed():
            self._connection, self._acting = await self._connect(), None
        if self._acting != council:
            await self._connection.execute(_ACT_FOR, council)
            self._acting = council
        return self._connection

    async def _let_go(self) -> None:
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None


def _linked(together: Sequence[_Waiting]) -> list[int | None]:
    """Numbers of linked groups that no two callers share."""
    fresh: dict[tuple[int, int], int] = {}
    return [
        None if each.posting.linked is None else fresh.setdefault((caller, each.posting.linked), len(fresh))
        for caller, waiting in enumerate(together)
        for each in waiting.batch
    ]


def _is_away(error: Exception) -> bool:
    return isinstance(error, asyncpg.InterfaceError) or is_outage(error)


def _fail(waiting: _Waiting, error: Exception) -> None:
    if not waiting.answered.done():
        waiting.answered.set_exception(error)
