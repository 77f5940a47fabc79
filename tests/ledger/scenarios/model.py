"""The rules of the stories in memory: as few lines as they can be told in."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from datetime import date, timedelta
from typing import Any

from services.ledger.domain.journal import AMOUNT_PENCE_MAX
from tests.ledger.scenarios.sending import Move

Given = Mapping[str, Any]


class Model:
    """Accounts that move money between each other, with what is held of them."""

    def __init__(self, accounts: Mapping[str, Given], today: date) -> None:
        self._accounts = accounts
        self._today = today
        self._moved: list[tuple[date, str, str, int]] = []
        self._held: dict[str, dict[str, Any]] = {}
        self._said: dict[str, tuple[Any, ...]] = {}
        self._reversed: set[str] = set()
        self._closed: set[str] = set()
        self._locked_until = date.min

    async def transfer(self, name: str, moves: Sequence[Move], on: date | None) -> str:
        """Move money, all or nothing."""
        if name in self._said:
            return "replayed" if self._said[name] == (tuple(moves), on) else "id_used_for_something_else"
        before = deepcopy(self._moved)
        for source, target, pence in moves:
            refusal = self._refusal(source, target, pence, on or self._today)
            if refusal:
                self._moved = before
                return refusal
            self._moved.append((on or self._today, source, target, pence))
        self._said[name] = (tuple(moves), on)
        return "ok"

    async def reserve(self, name: str, source: str, target: str, pence: int, days: int | None) -> str:
        """Hold money for a target."""
        refusal = self._refusal(source, target, pence, self._today)
        if not refusal:
            last = self._today + timedelta(days=days - 1) if days else date.max
            self._held[name] = {"from": source, "to": target, "pence": pence, "last": last, "expired": False}
        return refusal or "ok"

    async def post(self, _name: str, of: str, pence: int | None) -> str:
        """Pay what is held."""
        held = self._held.get(of)
        if held is None:
            return "no_commitment"
        if held["expired"]:
            return "commitment_expired"
        pence = held["pence"] if pence is None else pence
        if pence > held["pence"]:
            return "exceeds_commitment"
        held["pence"] -= pence
        self._moved.append((self._today, held["from"], held["to"], pence))
        return "ok"

    async def void(self, _name: str, of: str) -> str:
        """Let go of what is held."""
        self._held[of]["pence"] = 0
        return "ok"

    async def reverse(self, name: str, of: str, on: date | None) -> str:
        """Take a move back, once."""
        if name in self._said:
            return "replayed"
        moves, was_on = self._said[of]
        day = on or was_on or self._today
        if day <= self._locked_until:
            return "period_locked"
        if of in self._reversed:
            return "already_reversed"
        self._moved += [(day, target, source, pence) for source, target, pence in moves]
        self._reversed.add(of)
        self._said[name] = (of, on)
        return "ok"

    async def tick(self) -> None:
        """Let a day pass; what has run out is let go."""
        self._today += timedelta(days=1)
        for held in self._held.values():
            if held["last"] < self._today and held["pence"]:
                held.update(pence=0, expired=True)

    async def lock(self, until: date) -> None:
        """Close the period up to a day."""
        self._locked_until = until

    async def close(self, account: str, closes: bool) -> None:
        """Close an account, or open it again."""
        (self._closed.add if closes else self._closed.discard)(account)

    async def posted(self, account: str, on: date | None = None) -> int:
        """What an account has, up to a day where one is told."""
        moved = [one for one in self._moved if on is None or one[0] <= on]
        into = sum(pence for _, _, target, pence in moved if target == account)
        return into - sum(pence for _, source, _, pence in moved if source == account)

    async def reserved(self, account: str) -> int:
        """What is held of an account."""
        return sum(held["pence"] for held in self._held.values() if held["from"] == account)

    def _refusal(self, source: str, target: str, pence: int, on: date) -> str | None:
        ends = [self._accounts.get(source), self._accounts.get(target)]
        if not 0 < pence <= AMOUNT_PENCE_MAX:
            return "bad_amount"
        if source == target:
            return "same_account"
        if ends[0] is None or ends[1] is None:
            return "no_account"
        giver, taker = ends[0], ends[1]
        if "use" not in taker and giver.get("stream") != taker.get("stream"):
            return "unbalanced_stream"
        if {source, target} & self._closed:
            return "closed"
        if on <= self._locked_until:
            return "period_locked"
        if "use" in taker and taker["use"] not in giver.get("pays_only", [taker["use"]]):
            return "ring_fenced"
        has = sum(one[3] for one in self._moved if one[2] == source) - sum(
            one[3] for one in self._moved if one[1] == source
        )
        held = sum(one["pence"] for one in self._held.values() if one["from"] == source)
        if "floor" in giver and has - held - pence < giver["floor"]:
            return "insufficient"
        return None
