"""Random histories of a council, over the real database and the model side by side, compared after each step."""

import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from braid.contracts.award import AwardDecided
from braid.contracts.award import AwardStatus as Status
from services.ledger.domain import postings
from services.ledger.domain.chart_of_accounts import Account
from services.ledger.domain.funds import budget_id_of, fund_id_of
from services.ledger.domain.journal import Entry, EntryKind, Leg
from services.ledger.domain.postings import About, Part
from services.ledger.posting.account_numbers import OPEN_ACCOUNTS, found_numbers, in_order, name_columns
from services.ledger.posting.columns import POST_ENTRIES, Posting, columns_of, names_of, prepared
from tests.ledger.builders import Stream
from tests.ledger.journal.model import LooseEntry
from tests.ledger.ledger_under_test import LedgerUnderTest, connected
from tests.ledger.proof.asking import USES, Asker
from tests.ledger.proof.model import Ask, Books, Fund, Pot, Verb
from tests.ledger.proof.poster import LOST

#: After so many steps a history ends and another council begins: what is compared each time stays small.
STEPS_A_HISTORY = 2_500
FIRST_DAY = date(2009, 4, 1)
#: Two people, with awards that follow each other in one stream, and others beside them.
AWARDS = ((0, Stream.ADULT_SOCIAL_CARE), (0, Stream.ADULT_SOCIAL_CARE), (0, Stream.INDEPENDENT_LIVING_FUND),
          (0, Stream.SUPPORTING_PEOPLE), (1, Stream.ADULT_SOCIAL_CARE), (1, Stream.ACCESS_TO_WORK))  # fmt: skip


class Differs(AssertionError):
    """The ledger and the model disagree."""


@dataclass
class History:
    """One council's history.

    Args:
        ledger: the ledger, for a council that has posted nothing.
        seed: decides everything.
    """

    ledger: LedgerUnderTest
    seed: int
    books: Books = field(default_factory=Books)
    told: Counter[str] = field(default_factory=Counter)
    steps: int = 0

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)
        people = [UUID(int=self._chance.getrandbits(128), version=4) for _ in range(2)]
        self._awards = [(people[person], stream, self._id()) for person, stream in AWARDS]
        funds = [fund_id_of(award) for _, _, award in self._awards]
        self._asker = Asker(self._chance, self.books, [*funds * 4, self._id()], FIRST_DAY)
        self._decided: list[AwardDecided] = []
        self._streams = {fund: stream.value for fund, (_, stream, _) in zip(funds, self._awards, strict=True)}

    async def run(self, steps: int) -> None:
        """Go on for so many steps.

        Raises:
            Differs: the ledger and the model disagree; the message names seed and step.
        """
        others: list[Callable[[], Awaitable[None]]] = [
            self._award,
            self._crash_before_the_commit,
            self._lose_the_answer,
        ]
        turns = [*others, *[self._post] * 16]
        async with connected(self.ledger.url("app")) as self._eyes:
            await self._eyes.execute("SELECT set_config('braid.council', $1, false)", self.ledger.council)
            for number in range(len(self._awards)):
                await self._award(number)
            end = self.steps + steps
            while self.steps < end:
                await self._chance.choice(turns)()
                if self._chance.random() < 0.01:
                    await self._lock()
                await self._compare()
        proof = await self.ledger.proof()
        self._must_equal("proof", (proof.holds, proof.entries), (True, len(self.books.journal)))

    async def _post(self) -> None:
        batch = self._asker.batch()
        await self._send(batch)

    async def _lose_the_answer(self) -> None:
        """The same batch again, as somebody sends it who never heard."""
        batch = self._asker.batch()
        await self._send(batch)
        await self._send(batch)

    async def _send(self, batch: list[Ask]) -> None:
        posted = [self._posting(ask) for ask in batch]
        expected = self.books.post(batch)
        answers = await self.ledger.post(*posted)
        for ask, answer, (code, sequence) in zip(batch, answers, expected, strict=True):
            found = "replayed" if answer.is_replay else (answer.refusal or "posted")
            self.steps += 1
            self.told[code] += 1
            self._must_equal(f"answer to {ask}", (str(found), answer.sequence), (code, sequence))

    async def _crash_before_the_commit(self) -> None:
        """Posted and never committed: the connection is cut in between, and nothing may be there."""
        postings = [self._posting(ask) for ask in self._asker.batch()]
        names = in_order(names_of(postings))
        async with connected(self.ledger.url("app")) as db, connected(self.ledger.url("superuser")) as killer:
            await db.execute("BEGIN")
            await db.execute("SELECT set_config('braid.council', $1, true)", self.ledger.council)
            numbers, _ = found_numbers(names, *await db.fetchrow(OPEN_ACCOUNTS, *name_columns(names)))
            await db.fetchrow(POST_ENTRIES, *columns_of([prepared(posting, numbers) for posting in postings]))
            await killer.execute("SELECT pg_terminate_backend($1, 10000)", db.get_server_pid())
            try:
                await db.execute("COMMIT")
            except LOST:
                self.told["crash"] += 1
            else:
                raise Differs(f"seed {self.seed}: a connection that was cut has committed")

    async def _award(self, number: int | None = None) -> None:
        """A new version of an award, or one that was seen before."""
        if number is None and self._chance.random() < 0.2:
            event = self._chance.choice(self._decided)
        else:
            event = self._a_decision(self._chance.randrange(len(self._awards)) if number is None else number)
            self._decided.append(event)
        await self.ledger.take(event)
        fund = Fund(fund_id_of(event.award_id), budget_id_of(event.council, event.person_id), event.stream)
        uses = frozenset(use.use.value for use in event.permitted_uses)
        rule = (event.starts_on, event.ends_on, uses)
        self.books.decide(
            fund,
            event.version,
            event.status.value,
            event.amount_pence,
            event.contribution_pence,
            rule,
            event.rules_as_of,
        )
        self.steps += 1
        self.told["award"] += 1

    def _a_decision(self, number: int) -> AwardDecided:
        person, stream, award_id = self._awards[number]
        before = [event.version for event in self._decided if event.award_id == award_id]
        statuses = [Status.CONFIRMED] * (12 if before else 10_000) + list(Status)
        status = self._chance.choice([Status.INDICATIVE] if number == 3 and not before else statuses)
        has_money = status in (Status.CONFIRMED, Status.INDICATIVE)
        pence = self._chance.choice((0, 300, 9_000, 20_000, 20_000) if before else (20_000,)) if has_money else 0
        starts_on = FIRST_DAY + timedelta(days=self._chance.randint(0, 20))
        uses = self._chance.sample(USES, self._chance.randint(1, len(USES)))
        return self.ledger.an_award_decided(
            person,
            version=max(before, default=0) + self._chance.choice((1, 1, 1, 2)),
            stream=stream,
            status=status,
            amount_pence=pence,
            contribution_pence=self._chance.choice((0, pence // 3)),
            starts_on=starts_on,
            ends_on=starts_on + timedelta(days=self._chance.choice((120, 364, 364))),
            others={
                "award_id": award_id,
                "permitted_uses": [{"use": use, "condition": None} for use in uses],
                "rules_as_of": starts_on + timedelta(days=self._chance.randint(0, 300)),
            },
        )

    async def _lock(self) -> None:
        self.books.locked_until = FIRST_DAY + timedelta(days=self._chance.randint(-30, 60))
        await self.ledger.lock_period(self.books.locked_until)
        self.steps += 1
        self.told["lock"] += 1

    async def _compare(self) -> None:
        """Every entry since the last time, line by line; then every balance and commitment; then as of some dates."""
        known = len(self.books.moments)
        rows = await self._eyes.fetch(
            "SELECT l.sequence, l.amount_pence, l.balance_pence, l.value_date, a.stream, a.code, a.fund_id,"
            "  b.recorded_at"
            " FROM journal_leg AS l INNER JOIN account AS a USING (account_id) CROSS JOIN LATERAL ("
            "  SELECT b.recorded_at FROM journal_block AS b WHERE b.last_sequence >= l.sequence"
            "  ORDER BY b.last_sequence LIMIT 1) AS b WHERE l.sequence > $1 ORDER BY l.sequence",
            known,
        )
        found: dict[int, tuple[date, dict[Pot, int], dict[Pot, int]]] = {}
        moments: dict[int, datetime] = {}
        for row in rows:
            _day, moves, after = found.setdefault(row["sequence"], (row["value_date"], {}, {}))
            pot = (row["stream"], row["code"], row["fund_id"])
            moves[pot], after[pot] = row["amount_pence"], row["balance_pence"]
            moments[row["sequence"]] = row["recorded_at"]
        expected = {each.sequence: (each.day, each.moves, each.after) for each in self.books.journal[known:]}
        self._must_equal("entries", found, expected)
        self.books.moments += [moments[sequence] for sequence in sorted(moments)]
        await self._compare_balances()
        await self._compare_commitments()
        await self._compare_dates()

    async def _compare_balances(self) -> None:
        rows = await self._eyes.fetch(
            "SELECT a.stream, a.code, a.fund_id, last.balance_pence FROM account AS a CROSS JOIN LATERAL ("
            " SELECT l.balance_pence FROM journal_leg AS l WHERE l.account_id = a.account_id"
            " ORDER BY l.number DESC LIMIT 1) AS last"
        )
        balances = {(row["stream"], row["code"], row["fund_id"]): row["balance_pence"] for row in rows}
        self._must_equal("balances", balances, self.books.balances)
        by_stream: Counter[str] = Counter()
        for (stream, _, _), pence in balances.items():
            by_stream[stream] += pence
        self._must_equal("sums by stream", set(by_stream.values()) - {0}, set())

    async def _compare_commitments(self) -> None:
        rows = await self._eyes.fetch(
            "SELECT c.*, a.fund_id FROM commitment AS c INNER JOIN account AS a USING (account_id)"
            " WHERE c.amount_pence > 0"
        )
        columns = ("amount_pence", "settled_pence", "released_pence", "expires_on", "is_expired")
        found = {(row["commitment_id"], row["fund_id"]): tuple(row[column] for column in columns) for row in rows}
        expected = {
            key: (held.amount, held.settled, held.released, held.expires_on, held.is_expired)
            for key, held in self.books.commitments.items()
            if held.amount
        }
        self._must_equal("commitments", found, expected)

    async def _compare_dates(self) -> None:
        """Balances for random dates as known at random moments, a moment just before an entry among them."""
        if not self.books.moments:
            return
        pots = self._chance.choices(sorted(self.books.balances, key=str), k=3)
        dates = [self._asker.day() for _ in pots]
        known = [
            self._chance.choice(self.books.moments) - timedelta(microseconds=self._chance.choice((0, 1))) for _ in pots
        ]
        rows = await self._eyes.fetch(
            "SELECT balance_as_of(a.account_id, n.day, n.moment) AS pence"
            " FROM unnest($1::text[], $2::text[], $3::uuid[], $4::date[], $5::timestamptz[]) WITH ORDINALITY"
            "  AS n (stream, code, fund_id, day, moment, place)"
            " INNER JOIN account AS a ON (a.stream, a.code) = (n.stream, n.code)"
            "  AND a.fund_id IS NOT DISTINCT FROM n.fund_id"
            " ORDER BY n.place",
            *(list(column) for column in zip(*pots, strict=True)),
            dates,
            known,
        )
        expected = [self.books.balance(*asked) for asked in zip(pots, dates, known, strict=True)]
        self._must_equal(
            f"as of {list(zip(pots, dates, known, strict=True))}", [row["pence"] for row in rows], expected
        )

    def _posting(self, ask: Ask) -> Posting:
        return Posting(self._entry(ask), ask.linked, ask.expires_on)

    def _entry(self, ask: Ask) -> Entry | LooseEntry:
        if ask.reverses:
            posted = self.books.asked.get(ask.reverses)
            asked = (each for each in reversed(self._asker.asked) if each.entry_id == ask.reverses)
            original = self._entry(posted[0] if posted else next(asked))
            factor = -2 if ask.flaw else -1
            legs = tuple(replace(leg, amount_pence=factor * leg.amount_pence) for leg in original.legs)
            return _loose(ask, EntryKind.REVERSAL, legs)
        entry = built(ask, lambda fund_id: self._streams.get(fund_id, Stream.ADULT_SOCIAL_CARE.value))
        return _loose(ask, entry.kind, flawed_legs(entry.legs, ask.flaw)) if ask.flaw else entry

    def _must_equal(self, what: str, found: object, expected: object) -> None:
        if found == expected:
            return
        if isinstance(found, dict) and isinstance(expected, dict):
            keys = [key for key in found | expected if found.get(key) != expected.get(key)]
            found, expected = {key: found.get(key) for key in keys}, {key: expected.get(key) for key in keys}
        raise Differs(f"seed {self.seed}, step {self.steps}: {what}: the ledger has {found}, the model {expected}")

    def _id(self) -> UUID:
        return UUID(int=self._chance.getrandbits(128))


def built(ask: Ask, stream_of: Callable[[UUID], str]) -> Entry:
    """The entry that the ledger's own builders make for a request."""
    about = About(ask.entry_id, ask.budget_id, ask.day, "As agreed", ask.use, ask.subject_id)
    parts = [Part(fund_id, stream_of(fund_id), pence) for fund_id, pence in ask.parts]
    one, pot = parts[0], Account(ask.pot)
    match ask.verb:
        case Verb.COMMIT:
            return postings.committed(about, parts)
        case Verb.RELEASE | Verb.EXPIRE:
            return postings.released(about, parts, expired=ask.verb is Verb.EXPIRE)
        case Verb.PAY:
            return postings.paid_to_provider(about, parts, source=pot)
        case Verb.ADVANCE:
            return postings.advanced(about, parts, source=pot, net_contribution_pence=ask.net_pence)
        case Verb.SPEND:
            return postings.spent(about, parts, source=pot)
        case Verb.REFUND:
            return postings.refunded(about, parts, source=pot)
        case Verb.TRANSFER | Verb.CARRY_OVER:
            assert ask.taker
            return _between(ask, one, replace(one, fund_id=ask.taker, stream=stream_of(ask.taker)))
        case _:
            return _of_several(ask, about, parts)


def _of_several(ask: Ask, about: About, parts: list[Part]) -> Entry:
    """What has a builder for one fund only: the legs of each, those on one account put together."""
    legs: dict[object, Leg] = {}
    for part in parts:
        if ask.verb is Verb.RECOVER:
            entry = postings.recovery_decided(about, part)
        elif ask.verb is Verb.INSTALMENT:
            entry = postings.instalment_received(about, part)
        else:
            entry = postings.given_back(about, part, source=Account.FUND_AVAILABLE)
        for leg in entry.legs:
            before = legs[leg.name].amount_pence if leg.name in legs else 0
            legs[leg.name] = replace(leg, amount_pence=leg.amount_pence + before)
    return replace(entry, legs=tuple(legs.values()))


def _between(ask: Ask, giver: Part, taker: Part) -> Entry:
    """Loose, since the builder refuses two streams before the database can."""
    kind = EntryKind.TRANSFER if ask.verb is Verb.TRANSFER else EntryKind.CARRY_OVER
    legs = (
        Leg(giver.stream, Account.FUND_AVAILABLE, giver.pence, giver.fund_id),
        Leg(taker.stream, Account.FUND_AVAILABLE, -taker.pence, taker.fund_id),
    )
    return _loose(ask, kind, legs)  # type: ignore[return-value]  # the same attributes, and none of the checks


def _loose(ask: Ask, kind: EntryKind, legs: tuple[Leg, ...]) -> LooseEntry:
    return LooseEntry(
        ask.entry_id, kind, ask.day, ask.budget_id, legs, "As agreed", ask.reverses, ask.use, ask.subject_id
    )


def flawed_legs(legs: tuple[Leg, ...], flaw: str | None) -> tuple[Leg, ...]:
    """Legs with something wrong about them, of those in `FLAWS`."""
    first = legs[0]
    match flaw:
        case "nothing":
            return tuple(replace(leg, amount_pence=0) for leg in legs)
        case "too much":
            return tuple(replace(leg, amount_pence=leg.amount_pence * 2**60) for leg in legs)
        case "a penny apart":
            return (replace(first, amount_pence=first.amount_pence + (1 if first.amount_pence > 0 else -1)), *legs[1:])
        case "no legs":
            return ()
        case "a leg in another stream":
            fund = next(leg for leg in legs if leg.fund_id)
            return (fund, Leg("pocket_money", Account.COUNCIL_BANK, -fund.amount_pence, None))
        case _:
            return (*legs, *legs)
