"""The stories over the real ledger: by the posting function, or over HTTP.

An account with a floor is a fund's available money, and its overdraft is money that it was awarded beforehand. One
without is what the person owes for a fund. Where money goes to a payee it is spent for the payee's use.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Protocol
from uuid import UUID, uuid4, uuid5

from sqlalchemy import text

from braid.contracts.uses import PermittedUse, Use
from services.ledger import commitments
from services.ledger.domain.chart_of_accounts import Account
from services.ledger.domain.funds import budget_id_of, fund_id_of
from services.ledger.domain.journal import EntryKind, Leg
from services.ledger.posting.columns import Posting
from tests.ledger.builders import ASC, Stream
from tests.ledger.ledger_under_test import LedgerUnderTest
from tests.ledger.scenarios.sending import Move
from tests.ledger.spending.desk import Desk

Given = Mapping[str, Any]
USES = (Use.CARE_PERSONAL, Use.EDUCATION_FEE, Use.HOUSING_SUPPORT)


@dataclass(frozen=True)
class Asked:
    """An entry as it is asked for: it may not even balance."""

    entry_id: UUID
    kind: str
    value_date: date
    budget_id: UUID
    legs: Sequence[Leg]
    reason: str
    reverses: UUID | None = None
    use: str | None = None
    subject_id: UUID | None = None


class Surface(Protocol):
    """One way to the ledger."""

    async def post(self, *postings: Posting) -> list[str]: ...

    async def expire(self, as_of: date) -> None: ...

    async def balance(self, account: Account, fund_id: UUID, on: date | None) -> int: ...


class BySql:
    """The posting function and the queries."""

    def __init__(self, desk: Desk) -> None:
        self._ledger: LedgerUnderTest = desk.ledger
        self._person = desk.person

    async def post(self, *postings: Posting) -> list[str]:
        """Post entries; what is told of each."""
        answers = await self._ledger.post(*postings)
        return [one.refusal.value if one.refusal else "replayed" if one.is_replay else "ok" for one in answers]

    async def expire(self, as_of: date) -> None:
        """Let go of what has run out."""
        async with self._ledger.runtime.units.for_council(self._ledger.council) as work:
            await commitments.expire(work, as_of)
            await work.commit()

    async def balance(self, account: Account, fund_id: UUID, on: date | None) -> int:
        """Credits less debits."""
        if on is None:
            return -(await self._ledger.balances(self._person)).get(fund_id, {}).get(account, 0)
        known_at = datetime.now(UTC) + timedelta(days=1)
        return -await self._ledger.balance_as_of(account, for_date=on, known_at=known_at, fund_id=fund_id)


#: Kinds that no entry is posted as over HTTP: their own routes have the law in them, and the stories have not.
NOT_BY_HTTP = (EntryKind.TRANSFER, EntryKind.REVERSAL)


class ByHttp:
    """The API, as a finance officer uses it; what has a route of its own is posted beside it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._beside = BySql(desk)

    async def post(self, *postings: Posting) -> list[str]:
        """Post entries; what is told of each."""
        if any(one.entry.kind in NOT_BY_HTTP for one in postings):
            return await self._beside.post(*postings)
        body = {"entries": [_document(one) for one in postings]}
        answer = await self._desk.ask("POST", "/v1/entries:batch", body)
        assert answer.status_code == 200, answer.text
        told = {"posted": "ok", "replayed": "replayed"}
        return [one["refusal"]["code"] if one["refusal"] else told[one["outcome"]] for one in answer.json()["answers"]]

    async def expire(self, as_of: date) -> None:
        """Let go of what has run out."""
        answer = await self._desk.ask("POST", "/v1/commitments:expire", {"as_of": str(as_of)})
        assert answer.status_code == 200, answer.text

    async def balance(self, account: Account, fund_id: UUID, on: date | None) -> int:
        """Credits less debits."""
        asked = {"for_date": on} if on else {}
        query = "&".join(f"{name}={value}" for name, value in asked.items())
        answer = await self._desk.ask("GET", f"{self._desk.home}/balances?{query}")
        return -sum(
            int(one["balance_pence"])
            for one in answer.json()["balances"]
            if (one["fund_id"], one["account"]) == (str(fund_id), account)
        )


class Journal:
    """The verbs of the stories as entries of the journal."""

    def __init__(self, accounts: Mapping[str, Given], today: date, desk: Desk, surface: Surface) -> None:
        self._accounts = accounts
        self._today = today
        self._desk = desk
        self._ledger = desk.ledger
        self._surface = surface
        self._budget = budget_id_of(desk.ledger.council, desk.person)
        self._funds: dict[str, UUID] = {}
        self._posted: dict[str, Asked] = {}
        self._held: dict[str, tuple[str, str]] = {}

    async def begin(self) -> None:
        """Have a fund awarded for each account; a penny more than its overdraft, which is taken out again."""
        for name, said in self._accounts.items():
            if "use" in said:
                continue
            award_id, overdraft = uuid4(), -said.get("floor", 0)
            uses = tuple(PermittedUse(use=Use(use), condition=None) for use in said.get("pays_only", USES))
            await self._ledger.take(
                self._ledger.an_award_decided(
                    self._desk.person,
                    stream=Stream(_stream(said)),
                    amount_pence=overdraft + 1,
                    starts_on=self._today,
                    ends_on=date(2030, 1, 1),
                    others={"award_id": award_id, "permitted_uses": uses},
                )
            )
            self._funds[name] = fund_id_of(award_id)
            if "floor" in said:
                legs = [self._leg(name, 1), self._leg(name, -1, Account.FUNDER_RECEIVABLE)]
                assert await self._surface.post(Posting(self._entry(f"penny of {name}", "transfer", legs))) == ["ok"]

    async def transfer(self, name: str, moves: Sequence[Move], on: date | None) -> str:
        """Move money, all or nothing."""
        entries = [self._moved(f"{name}/{place}", move, on) for place, move in enumerate(moves)]
        is_one = len(entries) == 1
        told = await self._surface.post(*(Posting(entry, None if is_one else 1) for entry in entries))
        if is_one and told == ["ok"]:
            self._posted[name] = entries[0]
        return told[0] if is_one else _of_group(told)

    async def reserve(self, name: str, source: str, target: str, pence: int, days: int | None) -> str:
        """Hold money for a target."""
        legs = [self._leg(source, pence), self._leg(source, -pence, Account.FUND_COMMITTED)]
        entry = self._entry(name, "commitment", legs, use=self._use(target), subject_id=self._id(f"held {name}"))
        last = self._today + timedelta(days=days - 1) if days else None
        self._held[name] = (source, target)
        return (await self._surface.post(Posting(entry, expires_on=last)))[0]

    async def post(self, name: str, of: str, pence: int | None) -> str:
        """Pay what is held."""
        source, target = self._held[of]
        pence = await self._held_pence(of) if pence is None else pence
        moved = self._moved(name, (source, target, pence), None)
        legs = [self._leg(source, pence, Account.FUND_COMMITTED), *moved.legs[1:]]
        entry = replace(moved, legs=legs, subject_id=self._id(f"held {of}"))
        return (await self._surface.post(Posting(entry)))[0]

    async def void(self, name: str, of: str) -> str:
        """Let go of what is held."""
        source, _ = self._held[of]
        pence = await self._held_pence(of)
        legs = [self._leg(source, pence, Account.FUND_COMMITTED), self._leg(source, -pence)]
        entry = self._entry(name, "release", legs, subject_id=self._id(f"held {of}"))
        return (await self._surface.post(Posting(entry)))[0]

    async def reverse(self, name: str, of: str, on: date | None) -> str:
        """Take a move back, once."""
        original = self._posted[of]
        legs = [replace(leg, amount_pence=-leg.amount_pence) for leg in original.legs]
        entry = self._entry(name, EntryKind.REVERSAL, legs, on=on or original.value_date, reverses=original.entry_id)
        return (await self._surface.post(Posting(entry)))[0]

    async def tick(self) -> None:
        """Let a day pass; what has run out is let go."""
        self._today += timedelta(days=1)
        await self._surface.expire(self._today)

    async def lock(self, until: date) -> None:
        """Close the period up to a day."""
        await self._ledger.lock_period(until)

    async def close(self, account: str, closes: bool) -> None:
        """Close an account, or open it again."""
        async with self._ledger.runtime.units.for_council(self._ledger.council) as work:
            await work.session.execute(
                text(
                    "SELECT close_account(account_id, :closes) FROM account WHERE fund_id = :fund_id AND code = :code"
                ),
                {"closes": closes, "fund_id": self._funds[account], "code": self._account(account).value},
            )
            await work.commit()

    async def posted(self, account: str, on: date | None = None) -> int:
        """What an account has, up to a day where one is told."""
        said = self._accounts[account]
        if "use" in said:
            return await self._spent(said["use"])
        held = await self._surface.balance(self._account(account), self._funds[account], on)
        return held + said["floor"] + await self.reserved(account) if "floor" in said else held

    async def reserved(self, account: str) -> int:
        """What is held of an account."""
        if "floor" not in self._accounts[account]:
            return 0
        return await self._surface.balance(Account.FUND_COMMITTED, self._funds[account], None)

    async def _spent(self, use: str) -> int:
        entries = [one.entry for one in await self._ledger.entries(self._desk.person)]
        return -sum(
            leg.amount_pence
            for entry in entries
            for leg in entry.legs
            if entry.use == use and leg.account is Account.FUND_PAID
        )

    async def _held_pence(self, of: str) -> int:
        async with self._ledger.runtime.units.for_council(self._ledger.council) as work:
            found = await commitments.commitments_of(work, self._budget, commitment_id=self._id(f"held {of}"))
        # Something to ask for, where nothing is held any more.
        return sum(one.held_pence for one in found) or 1

    def _moved(self, name: str, move: Move, on: date | None) -> Asked:
        source, target, pence = move
        if "use" in self._accounts.get(target, {}):
            legs = [self._leg(source, pence), self._leg(source, -pence, Account.FUND_PAID)]
            return self._entry(name, "spend", legs, on=on, use=self._use(target))
        return self._entry(name, "transfer", [self._leg(source, pence), self._leg(target, -pence)], on=on)

    def _entry(self, name: str, kind: str, legs: Sequence[Leg], *, on: date | None = None, **others: Any) -> Asked:
        return Asked(self._id(name), kind, on or self._today, self._budget, legs, "A story", **others)

    def _leg(self, name: str, pence: int, account: Account | None = None) -> Leg:
        fund_id = self._funds.get(name, self._id(name))
        return Leg(_stream(self._accounts.get(name, {})), account or self._account(name), pence, fund_id)

    def _account(self, name: str) -> Account:
        has_floor = "floor" in self._accounts.get(name, {})
        return Account.FUND_AVAILABLE if has_floor else Account.PERSON_CONTRIBUTION_RECEIVABLE

    def _use(self, target: str) -> str:
        return str(self._accounts[target].get("use", Use.CARE_PERSONAL.value))

    def _id(self, name: str) -> UUID:
        return uuid5(self._desk.person, name)


def _of_group(told: Sequence[str]) -> str:
    """What is told of entries that are linked."""
    guilty = [one for one in told if one not in ("ok", "replayed", "linked_refused")]
    assert guilty or set(told) == {"ok"}, told
    return guilty[0] if guilty else "ok"


def _stream(said: Given) -> str:
    return str(said.get("stream", ASC))


def _document(posting: Posting) -> dict[str, Any]:
    entry = posting.entry
    return {
        "entry_id": str(entry.entry_id),
        "kind": str(entry.kind),
        "value_date": str(entry.value_date),
        "budget_id": str(entry.budget_id),
        "reason": entry.reason,
        "use": entry.use,
        "subject_id": entry.subject_id and str(entry.subject_id),
        "reverses": entry.reverses and str(entry.reverses),
        "linked": posting.linked,
        "expires_on": posting.expires_on and str(posting.expires_on),
        "legs": [
            {
                "stream": leg.stream,
                "account": leg.account.value,
                "fund_id": str(leg.fund_id),
                "amount_pence": leg.amount_pence,
            }
            for leg in entry.legs
        ],
    }
