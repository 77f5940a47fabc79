"""A database at migration 0001 with data in it, brought to head: the same money on the same days, proved and in use."""

import asyncio
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import pytest

from braid.command_line.embedded_platform import Databases
from braid.contracts.award import AwardStatus as Status
from braid.kit.migrations import upgrade
from braid.kit.private_postgres import PrivatePostgres
from services.ledger.domain.chart_of_accounts import Account
from services.ledger.domain.funds import budget_id_of, fund_id_of
from services.ledger.main import SERVICE
from tests.ledger.builders import FIRST_DAY, LAST_DAY, Stream
from tests.ledger.ledger_under_test import LedgerUnderTest, connected
from tests.real_parts.databases import PASSWORDS

COUNCILS = ("E10000001", "E10000002")
AWARDS_A_COUNCIL = 25
NAMED_NOW = {"fund.awarded": "fund.available"}
HOLD_MONEY = (Status.CONFIRMED, Status.INDICATIVE)


@dataclass(frozen=True)
class Version:
    """What a version of an award said."""

    number: int
    status: Status
    pence: int
    contribution: int


class FirstEntry(NamedTuple):
    """A row of the journal as it was."""

    council: str
    sequence: int
    kind: str
    value_date: date
    budget_id: UUID
    reason: str
    reverses: int | None
    recorded_at: datetime


class FirstLeg(NamedTuple):
    """A row of its legs."""

    council: str
    sequence: int
    leg: int
    stream: str
    account: str
    fund_id: UUID
    pence: int


@dataclass
class FirstBooks:
    """One council's tables as the first code kept them: a fund for each version, and what it replaces taken back."""

    council: str
    chance: random.Random
    awards: dict[UUID, tuple[UUID, Stream, list[Version]]] = field(default_factory=dict)
    funds: list[tuple[object, ...]] = field(default_factory=list)
    entries: list[FirstEntry] = field(default_factory=list)
    legs: list[FirstLeg] = field(default_factory=list)

    def __post_init__(self) -> None:
        for number in range(AWARDS_A_COUNCIL):
            award, person = (UUID(int=self.chance.getrandbits(128), version=4) for _ in range(2))
            stream = self.chance.choice(list(Stream))
            versions = list(self._versions())
            self.awards[award] = person, stream, versions
            self._keep(award, person, stream, versions, datetime(2009, 6, 1 + number, 23, 59, 59, 999_000, UTC))

    def now_holds(self, award: UUID) -> tuple[int, int]:
        """What the latest version left there: the sum and the contribution within it."""
        latest = self.awards[award][2][-1]
        return (latest.pence, latest.contribution) if latest.status is Status.CONFIRMED else (0, 0)

    def _versions(self) -> Iterator[Version]:
        number = 0
        for _ in range(self.chance.randint(1, 4)):
            number += self.chance.choice((1, 1, 2))
            status = self.chance.choice([Status.CONFIRMED, *Status])
            pence = self.chance.randint(1, 10**6) if status in HOLD_MONEY else 0
            yield Version(number, status, pence, self.chance.choice((0, pence, pence // 3)))

    def _keep(self, award: UUID, person: UUID, stream: Stream, versions: list[Version], recorded_at: datetime) -> None:
        budget, last = budget_id_of(self.council, person), 0
        for place, version in enumerate(versions):
            recorded_at += self.chance.choice((timedelta(0), timedelta(hours=7)))
            if last:
                self._post("reversal", budget, recorded_at, last, self._backwards(last))
                last = 0
            if version.status not in HOLD_MONEY:
                continue
            fund = UUID(int=self.chance.getrandbits(128))
            if version.status is Status.CONFIRMED:
                receivable = version.pence - version.contribution
                legs = (("funder.receivable", receivable), ("person.contribution_receivable", version.contribution),
                        ("fund.awarded", -version.pence))  # fmt: skip
                of_fund = [(stream.value, account, fund, pence) for account, pence in legs if pence]
                last = self._post("award", budget, recorded_at, None, of_fund)
            closed_by = versions[place + 1].number if place + 1 < len(versions) else None
            self.funds.append((
                fund, self.council, budget, award, version.number, stream.value, version.status.value, version.pence,
                version.contribution, last or None, FIRST_DAY if closed_by else None, closed_by, recorded_at,
            ))  # fmt: skip

    def _post(
        self, kind: str, budget: UUID, at: datetime, reverses: int | None, legs: Sequence[tuple[str, str, UUID, int]]
    ) -> int:
        sequence = len(self.entries) + 1
        self.entries.append(FirstEntry(self.council, sequence, kind, FIRST_DAY, budget, kind, reverses, at))
        self.legs += [FirstLeg(self.council, sequence, number, *leg) for number, leg in enumerate(legs, start=1)]
        return sequence

    def _backwards(self, sequence: int) -> list[tuple[str, str, UUID, int]]:
        return [(leg.stream, leg.account, leg.fund_id, -leg.pence) for leg in self.legs if leg.sequence == sequence]


async def keep(url: str, books: FirstBooks) -> None:
    """Write the rows as a superuser, since the triggers of the time let nobody say when something was recorded."""
    async with connected(url) as db:
        await db.execute("SET session_replication_role = replica")
        people = {(budget_id_of(books.council, person), person) for person, _, _ in books.awards.values()}
        await db.executemany(
            "INSERT INTO budget (budget_id, council, person_id, opened_on) VALUES ($1, $2, $3, $4)",
            [(budget, books.council, person, FIRST_DAY) for budget, person in people],
        )
        await db.executemany(
            "INSERT INTO award_seen (award_id, council, person_id, version) VALUES ($1, $2, $3, $4)",
            [(award, books.council, person, them[-1].number) for award, (person, _, them) in books.awards.items()],
        )
        await db.executemany(
            "INSERT INTO fund (fund_id, council, budget_id, award_id, award_version, stream, status, decided_by,"
            " amount_pence, contribution_pence, starts_on, ends_on, cadence, permitted_uses, conditions,"
            " entry_sequence, closed_on, closed_by_version, recorded_at) VALUES ($1, $2, $3, $4, $5, $6, $7, 'Them',"
            f" $8, $9, '{FIRST_DAY}', '{LAST_DAY}', 'four_weekly_in_advance',"
            """ '[{"use": "care.personal", "condition": null}]', '[]', $10, $11, $12, $13)""",
            books.funds,
        )
        await db.executemany(
            "INSERT INTO journal_entry (council, sequence, kind, value_date, budget_id, reason, reverses, recorded_at,"
            " link) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '\\x01')",
            books.entries,
        )
        await db.executemany(
            "INSERT INTO journal_leg (council, sequence, leg, stream, account, fund_id, amount_pence)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7)",
            books.legs,
        )
        await db.execute(
            "INSERT INTO chain_head (council, sequence, link) VALUES ($1, $2, sha256('the last of the old chain'))",
            books.council,
            len(books.entries),
        )


@pytest.fixture
def upgraded(postgres: PrivatePostgres) -> tuple[Databases, list[FirstBooks]]:
    """A database that two councils filled before it was brought to head."""
    databases = Databases(postgres.admin_url(), PASSWORDS, "_first_tables")
    asyncio.run(databases.prepare(SERVICE))
    upgrade(databases.owner_url("ledger"), SERVICE.package, "0001")
    books = [FirstBooks(council, random.Random(f"first tables of {council}")) for council in COUNCILS]
    for each in books:
        asyncio.run(keep(LedgerUnderTest(databases, each.council).url("superuser"), each))
    databases.migrate(SERVICE)
    return databases, books


def test_what_was_there_is_there_and_proved_and_the_next_versions_post_what_they_add(
    upgraded: tuple[Databases, list[FirstBooks]],
) -> None:
    databases, books = upgraded
    for each in books:
        asyncio.run(hold_together(databases, each))


async def hold_together(databases: Databases, books: FirstBooks) -> None:
    ledger = LedgerUnderTest(databases, books.council)
    try:
        proof = await ledger.proof()
        assert proof.holds, proof
        assert await entries_now(ledger) == entries_before(books)
        await recorded_when_they_were(ledger, books)
        for award, (person, _, _) in books.awards.items():
            assert await held(ledger, award, person) == books.now_holds(award), books.awards[award]
        await decide_again(ledger, books)
    finally:
        await ledger.close()


async def entries_now(ledger: LedgerUnderTest) -> dict[int, object]:
    async with ledger.as_app() as db:
        rows = await db.fetch(
            "SELECT e.sequence, e.kind, e.value_date, e.budget_id, a.stream, a.code, a.fund_id, l.amount_pence,"
            " (SELECT r.sequence FROM journal_entry AS r WHERE r.entry_id = e.reverses) AS reverses"
            " FROM journal_entry AS e INNER JOIN journal_leg AS l USING (sequence)"
            " INNER JOIN account AS a USING (account_id)"
        )
    return _by_sequence(tuple(row.values()) for row in rows)


def entries_before(books: FirstBooks) -> dict[int, object]:
    funds = {fund[0]: fund_id_of(UUID(str(fund[3]))) for fund in books.funds}
    rows = []
    for leg in books.legs:
        entry = books.entries[leg.sequence - 1]
        named = (leg.stream, NAMED_NOW.get(leg.account, leg.account), funds[leg.fund_id])
        rows.append((leg.sequence, entry.kind, entry.value_date, entry.budget_id, *named, leg.pence, entry.reverses))
    return _by_sequence(rows)


def _by_sequence(rows: Iterable[tuple[Any, ...]]) -> dict[int, object]:
    found: dict[int, set[object]] = {}
    for row in rows:
        found.setdefault(row[0], set()).add(tuple(row[1:]))
    return dict(found)


async def recorded_when_they_were(ledger: LedgerUnderTest, books: FirstBooks) -> None:
    """Each at its own moment, or as little after the one before as can be told apart."""
    async with ledger.as_app() as db:
        blocks = await db.fetch(
            "SELECT first_sequence, last_sequence, recorded_at FROM journal_block WHERE last_sequence > 0 ORDER BY 1"
        )
    found = {n: row["recorded_at"] for row in blocks for n in range(row["first_sequence"], row["last_sequence"] + 1)}
    latest = datetime.min.replace(tzinfo=UTC)
    for entry in books.entries:
        latest = max(latest, entry.recorded_at)
        assert timedelta(0) <= found[entry.sequence] - latest < timedelta(milliseconds=1)


async def held(ledger: LedgerUnderTest, award: UUID, person: UUID) -> tuple[int, int]:
    balances = (await ledger.balances(person)).get(fund_id_of(award), {})
    contribution = balances.get(Account.PERSON_CONTRIBUTION_RECEIVABLE, 0)
    return -balances.get(Account.FUND_AVAILABLE, 0), contribution


async def decide_again(ledger: LedgerUnderTest, books: FirstBooks) -> None:
    """A new version of each award, to a sum of its own: the fund then holds that sum."""
    for number, (award, (person, stream, versions)) in enumerate(books.awards.items(), start=1):
        await ledger.take(
            ledger.an_award_decided(
                person,
                version=versions[-1].number + 1,
                stream=stream,
                amount_pence=number * 1_000,
                contribution_pence=number,
                starts_on=date(2009, 6, 1),
                others={"award_id": award},
            )
        )
        assert await held(ledger, award, person) == (number * 1_000, number), versions
    assert (await ledger.proof()).holds
