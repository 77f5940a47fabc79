"""A budget's funds while spends are attributed: what each may pay for, what it has, and what was drawn since."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from braid.contracts.uses import PayeeBar, PermittedUse, SpendItem, Verdict, may_pay
from services.ledger.domain.chart_of_accounts import Account
from services.ledger.domain.spending.attribution import DrawnPart, FundRoom, Obstacle
from services.ledger.spending.items_store import StoredItem


@dataclass(frozen=True)
class FundRules:
    """What a fund is and may pay for, as its award says.

    Args:
        name: as people know it.
        is_confirmed: an indicative award is shown and pays nothing.
        is_money: not of what is given as things.
        decided_by: who confirms it.
    """

    fund_id: UUID
    stream: str
    name: str
    starts_on: date
    ends_on: date
    is_confirmed: bool
    is_money: bool
    decided_by: str
    permitted: tuple[PermittedUse, ...]
    bars: tuple[PayeeBar, ...]


@dataclass
class Held:
    """What a commitment still holds of one fund."""

    commitment_id: UUID
    fund_id: UUID
    item_id: UUID | None
    expires_on: date | None
    pence: int


@dataclass(frozen=True)
class Draw:
    """One part of an attribution as it is posted: what is held is drawn commitment by commitment."""

    part: DrawnPart
    commitment_id: UUID | None


@dataclass
class Purse:
    """The funds of a budget, the most restricted first, and what they have.

    Args:
        has: pence above zero by fund and account.
        held: open commitments.
    """

    rules: Sequence[FundRules]
    has: dict[tuple[UUID, Account], int]
    held: list[Held] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Put the funds in the order in which money is used."""
        self.rules = sorted(self.rules, key=lambda one: (len(one.permitted), one.stream, one.starts_on, one.fund_id))

    def rooms_for(self, stored: StoredItem, on: date) -> list[FundRoom]:
        """The funds as an item may use them on a day."""
        return [self._room(rules, stored, on) for rules in self.rules]

    def _room(self, rules: FundRules, stored: StoredItem, on: date) -> FundRoom:
        obstacle, reasons = _obstacle(rules, stored.spend_item)
        held = self._held_for(rules.fund_id, stored.item.item_id, on)
        return FundRoom(
            rules.fund_id,
            rules.stream,
            rules.name,
            rules.starts_on,
            rules.ends_on,
            self.has.get((rules.fund_id, Account.FUND_ADVANCED), 0),
            sum(one.pence for one in held),
            self.has.get((rules.fund_id, Account.FUND_AVAILABLE), 0),
            obstacle,
            reasons,
        )

    def draw(self, parts: Iterable[DrawnPart], item_id: UUID, on: date) -> list[Draw]:
        """Take what was attributed out of the purse, so that the next spend finds what is left."""
        draws: list[Draw] = []
        for part in parts:
            if part.account is Account.FUND_COMMITTED:
                draws += self._draw_held(part, item_id, on)
            else:
                self.has[(part.fund_id, part.account)] -= part.pence
                draws.append(Draw(part, None))
        return draws

    def _draw_held(self, part: DrawnPart, item_id: UUID, on: date) -> list[Draw]:
        draws, left = list[Draw](), part.pence
        for held in self._held_for(part.fund_id, item_id, on):
            taken = min(left, held.pence)
            held.pence -= taken
            left -= taken
            if taken:
                one = DrawnPart(part.fund_id, part.stream, part.account, taken)
                draws.append(Draw(one, held.commitment_id))
        assert left == 0, "more was drawn than is held"
        return draws

    def put_back(self, parts: Iterable[DrawnPart]) -> None:
        """Money that came back can be spent again."""
        for part in parts:
            place = (part.fund_id, part.account)
            self.has[place] = self.has.get(place, 0) + part.pence

    def _held_for(self, fund_id: UUID, item_id: UUID, on: date) -> list[Held]:
        """What is held for an item, the soonest to expire first."""
        fitting = (
            one
            for one in self.held
            if one.fund_id == fund_id
            and one.item_id == item_id
            and one.pence > 0
            and (one.expires_on is None or on <= one.expires_on)
        )
        return sorted(fitting, key=lambda one: (one.expires_on or date.max, one.commitment_id))


def _obstacle(rules: FundRules, item: SpendItem) -> tuple[Obstacle | None, tuple[str, ...]]:
    if not rules.is_money:
        return Obstacle.USE, ("It is given as things, and holds no money.",)
    if not rules.is_confirmed:
        return Obstacle.ASK, (f"It pays once {rules.decided_by} confirms it.",)
    told = may_pay(item, rules.permitted, rules.bars)
    if told.verdict is Verdict.PERMITTED:
        return None, ()
    if told.verdict is Verdict.ASK:
        return Obstacle.ASK, (f"Nobody has told yet: {', '.join(_plain(asked) for asked in told.asks)}.",)
    # Without the bars on payees it would pay, or ask: so it is the payee.
    use_alone = may_pay(item, rules.permitted)
    is_payee = use_alone.verdict is not Verdict.BARRED
    return (Obstacle.PAYEE if is_payee else Obstacle.USE), told.reasons


def _plain(name: str) -> str:
    return name.replace("_", " ")


def stream_in_words(stream: str) -> str:
    """A stream's name where only its code is known."""
    return stream.replace("_", " ").capitalize()
