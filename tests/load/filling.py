"""Fills the databases with budgets: the early users' rows again and again under other ids, and their entries posted.

Rows come by COPY, as the superuser; every one has its council, and row-level security holds for whoever reads them. The
journal's entries go through the posting function, in the council's name, a few hundred at a time: each council has its
own chain, and `GET /v1/journal/proof` holds over what was filled.

The people of the council that is measured have every row that a person has. So that a million fit on a small disk,
those of other councils have no rows that are read by one person's id alone, long documents are left empty, and of the
journal there are the awards: what grows is the number of rows in every table and index that a request of another
council's could come across.
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from uuid import UUID

import asyncpg

from braid.command_line.demonstration import EXAMPLE_COUNCIL
from braid.command_line.embedded_platform import Databases
from braid.kit.database import plain_url
from services.ledger.domain.chart_of_accounts import Account
from services.ledger.domain.journal import Entry, EntryKind, Leg
from services.ledger.posting.account_numbers import OPEN_ACCOUNTS, found_numbers, in_order, name_columns
from services.ledger.posting.columns import POST_ENTRIES, Posting, columns_of, names_of, prepared
from tests.load.template import PEOPLE, READ_BY_PERSON_ALONE, Template, renamed

#: People of the council that is measured, when there are so many: half as many again as an average one has.
MEASURED_COUNCIL_MOST = 10_000
#: People of each other council: a million by 153.
OTHER_COUNCIL = 6_540
#: Copies of the fourteen that are taken in together.
TOGETHER = 12


@dataclass(frozen=True)
class Part:
    """What one council gets.

    Args:
        first, last: numbers of the copies, from one.
        short: without what is read by one person's id alone.
    """

    council: str
    first: int
    last: int
    short: bool = False

    @property
    def people(self) -> int:
        """How many people these are."""
        return (self.last - self.first + 1) * PEOPLE


def parts(budgets: int) -> list[Part]:
    """Who has how many of so many budgets: the example council first, then others of average size."""
    measured = min(budgets, MEASURED_COUNCIL_MOST)
    found = [Part(EXAMPLE_COUNCIL, 1, -(-measured // PEOPLE))]
    while (there := sum(part.people for part in found)) <= budgets - PEOPLE:
        copies = min(OTHER_COUNCIL, budgets - there) // PEOPLE
        found.append(Part(f"E0699{len(found):04}", 1, copies, short=True))
    return found


def still_to_fill(before: int, budgets: int) -> list[Part]:
    """What is to be filled in for so many budgets where there are some already."""
    had = {part.council: part.last for part in parts(before)} if before else {}
    found = [Part(part.council, had.get(part.council, 0) + 1, part.last, part.short) for part in parts(budgets)]
    return [part for part in found if part.last >= part.first]


async def fill(databases: Databases, template: Template, wanted: Sequence[Part]) -> None:
    """Fill in the parts; tables are analysed in the end."""
    services = sorted({table.service for table in template.tables})
    admin = databases.admin_url.rsplit("/", 1)[0]
    connections = {service: await asyncpg.connect(f"{admin}/braid_{service}") for service in services}
    try:
        for part in wanted:
            for numbers in _together(part):
                await _fill_rows(connections, template, part, numbers)
            await connections["support_planning"].execute(_TIMED, part.council)
            await _post(databases, template, part)
        for db in connections.values():
            await db.execute("VACUUM ANALYZE")
    finally:
        for db in connections.values():
            await db.close()


async def _fill_rows(
    connections: dict[str, asyncpg.Connection], template: Template, part: Part, numbers: Sequence[int]
) -> None:
    names = [template.names(part.council, number) for number in numbers]

    async def fill_service(service: str, db: asyncpg.Connection) -> None:
        for table in template.tables:
            if table.service != service or (part.short and table.name in READ_BY_PERSON_ALONE):
                continue
            rows = b"".join(table.rows(each, short=part.short) for each in names)
            await db.copy_to_table(table.name, source=BytesIO(rows), columns=list(table.columns))

    await asyncio.gather(*(fill_service(service, db) for service, db in connections.items()))


async def _post(databases: Databases, template: Template, part: Part) -> None:
    url = databases.settings_of("ledger").url
    assert url
    db = await asyncpg.connect(plain_url(url.get_secret_value()))
    try:
        await db.execute("SELECT set_config('braid.council', $1, false)", part.council)
        for numbers in _together(part):
            postings = [one for number in numbers for one in _postings(template, part, number)]
            names = in_order(names_of(postings))
            found = await db.fetchrow(OPEN_ACCOUNTS, *name_columns(names))
            known = found_numbers(names, found["accounts"], found["unconfirmed_funds"])[0]
            posted = await db.fetchrow(POST_ENTRIES, *columns_of([prepared(each, known) for each in postings]))
            refused = [answer for answer in posted["answers"] if answer != "posted"]
            assert not refused, refused
    finally:
        await db.close()


def _postings(template: Template, part: Part, number: int) -> list[Posting]:
    def new(identifier: UUID | None) -> UUID | None:
        return identifier and renamed(identifier, part.council, number)

    found = []
    # What a fund pays for is among the documents that are left empty: then nothing can be paid from it.
    for told in (one for one in template.entries if not part.short or one.kind == EntryKind.AWARD):
        entry_id, budget_id = new(told.entry_id), new(told.budget_id)
        assert entry_id
        assert budget_id
        legs = tuple(Leg(stream, Account(code), pence, new(fund)) for stream, code, fund, pence in told.legs)
        day, subject = date.fromisoformat(told.value_date), new(told.subject_id)
        entry = Entry(entry_id, EntryKind(told.kind), day, budget_id, legs, told.reason, None, told.use, subject)
        found.append(Posting(entry))
    return found


def _together(part: Part) -> Iterator[Sequence[int]]:
    for first in range(part.first, part.last + 1, TOGETHER):
        yield range(first, min(first + TOGETHER, part.last + 1))


#: Councils whose timers are looked at.
_TIMED = "INSERT INTO timed_council (council) VALUES ($1) ON CONFLICT DO NOTHING"
