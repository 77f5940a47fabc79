"""A random history that is recorded over weeks.

The posting function of a test's own database reads a clock that the test sets; everything else is as it is.
"""

from datetime import UTC, datetime, timedelta

from braid.command_line.embedded_platform import Databases
from tests.ledger.ledger_under_test import LedgerUnderTest, connected
from tests.ledger.proof.histories import History
from tests.ledger.proof.mutants import define, definition_of

BEGINS = datetime(2009, 4, 1, 22, 0, tzinfo=UTC)
#: The product's one look at the clock, and what takes its place.
LOOK, OURS = "clock_timestamp()", "(SELECT c.moment FROM clock_of_this_test AS c)"
MICROSECOND = timedelta(microseconds=1)


async def set_up_clock(databases: Databases) -> None:
    """Let the posting function of these databases read the test's clock."""
    posting = await definition_of("post_entries", databases)
    assert posting.count(LOOK) == 1
    async with connected(LedgerUnderTest(databases, council="").url("owner")) as db:
        await db.execute("CREATE TABLE clock_of_this_test (moment timestamptz PRIMARY KEY)")
        await db.execute("INSERT INTO clock_of_this_test VALUES ($1)", BEGINS)
    await define(posting.replace(LOOK, OURS), databases)


class LongHistory(History):
    """A history whose steps lie hours or days apart, some of them at midnight and some at one moment."""

    now = BEGINS

    async def _compare(self) -> None:
        await super()._compare()
        chance = self._chance.random()
        if chance < 0.1:
            self.now = self.now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
            self.now -= self._chance.choice((timedelta(0), MICROSECOND, timedelta(minutes=40)))
        elif chance < 0.6:
            self.now += timedelta(hours=self._chance.choice((0, 1, 7, 30)))
        async with connected(self.ledger.url("owner")) as db:
            await db.execute("UPDATE clock_of_this_test SET moment = $1", self.now)

    def probes(self, count: int) -> list[datetime]:
        """Moments to ask as known at: of recordings and just before, and midnights and just before."""
        chosen = self._chance.choices(self.books.moments, k=count)
        midnights = [moment.replace(hour=0, minute=0, second=0, microsecond=0) for moment in chosen]
        both = zip(chosen, midnights, strict=True)
        return [self._chance.choice(pair) - self._chance.choice((timedelta(0), MICROSECOND)) for pair in both]
