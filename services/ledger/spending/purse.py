"""A budget's funds while spends are attributed: what each may pay for, what it has, and what was drawn since."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from braid.contracts.uses import PayeeBar, PermittedUse, SpendItem, Verdict, may_pay
from services.ledger.domain import used_money
from services.ledger.domain.beside_others import BesideOthers, FundBesideOthers
from services.ledger.domain.braiding.plan import Payment
from services.ledger.domain.chart_of_accounts import Account
from services.ledger.domain.spending.attribution import DrawnPart, FundRoom, Obstacle, Splitter
from services.ledger.spending.items_store import StoredItem
from services.ledger.spending.splitting import BesideOnTheDay, splitter


@dataclass(frozen=True)
class FundRules:
    """What a fund is and may pay for, as its award says.

    Args:
        name: as people know it.
        is_confirmed: an indicative award is shown and pays nothing.
        is_money: not of what is given as things.
        decided_by: who confirms it.
        joint_limits, minimums: what its award says of other streams' money.
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
    joint_limits: tuple[BesideOthers, ...] = ()
    minimums: tuple[BesideOthers, ...] = ()

    def pays_for(self, stored: StoredItem) -> bool:
        """Whether its rules let it pay for an item of the plan."""
        return may_pay(stored.spend_item, self.permitted, self.bars).verdict is Verdict.PERMITTED

    @property
    def beside(self) -> FundBesideOthers:
        """The fund among the others of its budget."""
        return FundBesideOthers(
            str(self.fund_id),
            self.stream,
            self.name,
            self.starts_on,
            self.ends_on,
            self.joint_limits,
            self.minimums,
        )


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
class Used:
    """What limits that funds share must know, where an award sets one.

    Args:
        spent: pence by fund and value date.
        item_days: by item, its first and last day.
        asked_from: by fund, the first day on which the plan asks for what it may pay for.
    """

    spent: dict[UUID, Counter[date]]
    item_days: Mapping[UUID | None, tuple[date, date]]
    asked_from: Mapping[str, date]


@dataclass
class Purse:
    """The funds of a budget, the most restricted first, and what they have.

    Args:
        has: pence above zero by fund and account.
        held: open commitments.
        used: what limits that funds share must know; none where no award sets one.
    """

    rules: Sequence[FundRules]
    has: dict[tuple[UUID, Account], int]
    held: list[Held] = field(default_factory=list)
    used: Used | None = None

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
            tuple(one.text for one in (*rules.minimums, *rules.joint_limits)),
        )

    def splitter_for(self, item_id: UUID, on: date) -> Splitter:
        """What says which fund pays what of a spend on an item, what awards set over others' money kept to."""
        if self.used is None:
            return splitter()
        return splitter(BesideOnTheDay(on, self.beside(), self.used.asked_from, self.used_but_for(item_id)))

    def beside(self) -> list[FundBesideOthers]:
        """The funds that may pay, each among the others."""
        return [one.beside for one in self.rules if one.is_confirmed and one.is_money and one.starts_on <= one.ends_on]

    def used_but_for(self, item_id: UUID | None) -> list[Payment]:
        """What was spent, and what is held for other items than one; nothing where no limit must know."""
        if self.used is None:
            return []
        days = {one.fund_id: (one.starts_on, one.ends_on) for one in self.rules}
        held = [
            used_money.held(str(one.fund_id), one.pence, days[one.fund_id], self.used.item_days.get(one.item_id))
            for one in self.held
            if one.pence and (item_id is None or one.item_id != item_id)
        ]
        spent = (used_money.spent(str(fund_id), by_day) for fund_id, by_day in self.used.spent.items())
        return [*held, *(payment for of_fund in spent for payment in of_fund)]

    def draw(self, parts: Iterable[DrawnPart], item_id: UUID, on: date) -> list[Draw]:
        """Take what was attributed out of the purse, so that the next spend finds what is left."""
        draws: list[Draw] = []
        for part in parts:
            if self.used:
                self.used.spent[part.fund_id][on] += part.pence
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

    def put_back(self, parts: Iterable[DrawnPart], on: date) -> None:
        """Money that came back can be spent again."""
        for part in parts:
            if self.used:
                self.used.spent[part.fund_id][on] -= part.pence
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
