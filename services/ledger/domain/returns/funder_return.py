"""A funder's return: every fund of a stream, by the funder's own rules, added up to the journal to the penny."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from services.ledger.domain.chart_of_accounts import Account
from services.ledger.domain.journal import EntryKind
from services.ledger.domain.statements.recorded import UNSPENT, RecordedEntry


class Basis(StrEnum):
    """How a funder wants to be told."""

    ACCOUNT = "account"
    CLAIM = "claim"
    GRANT = "grant"
    VALUE = "value"


@dataclass(frozen=True)
class ReturnRule:
    """What one funder must be told, and how.

    Args:
        basis: an account of award and spending; a claim, cost by cost; a grant with its stages; or the value of things.
        months: how many months a return covers.
        by_payee: whether each line of spending names who was paid.
        claim_months: how long after a cost it may be claimed; 0 without a limit.
        citation: where the rule is written.
    """

    basis: Basis
    months: int
    by_payee: bool = False
    claim_months: int = 0
    citation: str = ""


@dataclass(frozen=True)
class FundFacts:
    """What a return says of a fund besides its money.

    Args:
        starts_on, ends_on: as the latest version says.
        first_ends_on: as the first version said.
        in_kind_pence: value of what is given as things; the journal holds no money for it.
    """

    fund_id: UUID
    person_id: UUID
    stream: str
    award_id: UUID
    starts_on: date
    ends_on: date
    first_ends_on: date
    in_kind_pence: int = 0

    @property
    def ended_early(self) -> bool:
        """Whether the award ended before it was first to end."""
        return self.ends_on < self.first_ends_on


@dataclass(frozen=True)
class Told:
    """What a spend's entry was, beyond its legs: to whom, by which invoice, and how much the whole payment was."""

    payee: str
    document: str
    whole_pence: int


@dataclass(frozen=True)
class CostLine:
    """One cost that the stream paid, in part or whole.

    Args:
        pence: the stream's own part; below zero where it came back.
        whole_pence: the whole payment that it is part of.
        is_late: whether it is past the funder's limit for claims.
    """

    entry_id: UUID
    on: date
    use: str
    pence: int
    whole_pence: int
    payee: str
    document: str
    is_late: bool = False


@dataclass(frozen=True)
class Moved:
    """What entries of one kind did to one account: of a fund, or of all of a stream's.

    Args:
        kind: what the entries are about; a reversal is about what it takes back.
        is_before: whether they are valued before the period begins.
        pence: credits less debits.
    """

    kind: EntryKind
    account: Account
    is_before: bool
    pence: int


@dataclass(frozen=True)
class Columns:
    """The sums of a return, in pence: of one fund, or of all."""

    opening_pence: int
    awarded_pence: int
    carried_pence: int
    spent_pence: int
    recovered_pence: int
    given_back_pence: int
    closing_pence: int


@dataclass(frozen=True)
class ReturnTotals:
    """What a whole return comes to.

    Args:
        funds: how many lines it has.
        in_kind_pence: value of what is given as things.
        balances: credits less debits of each account that is kept by fund, at the end.
    """

    funds: int
    columns: Columns
    in_kind_pence: int
    balances: Mapping[Account, int]


@dataclass(frozen=True)
class FundLine:
    """One fund's account for the period; opening + awarded + carried - spent - given back - recovered = closing."""

    facts: FundFacts
    opening_pence: int
    awarded_pence: int
    carried_pence: int
    spent_pence: int
    recovered_pence: int
    given_back_pence: int
    closing_pence: int
    advanced_pence: int
    held_pence: int
    spent_by_use: Mapping[str, int]
    costs: tuple[CostLine, ...]

    @property
    def adds_up(self) -> bool:
        """Whether the line's parts come to its closing sum."""
        came = self.opening_pence + self.awarded_pence + self.carried_pence
        return came - self.spent_pence - self.recovered_pence - self.given_back_pence == self.closing_pence


@dataclass(frozen=True)
class FunderReturn:
    """One stream's return for a period: of all its funds, or of some."""

    stream: str
    rule: ReturnRule
    first: date
    last: date
    lines: tuple[FundLine, ...]


def funder_return(
    stream: str,
    rule: ReturnRule,
    facts: Iterable[FundFacts],
    entries: Iterable[RecordedEntry],
    told: Mapping[UUID, Told],
    first: date,
    last: date,
) -> FunderReturn:
    """Make one stream's return.

    Args:
        facts: the funds that it is of.
        entries: every known entry with legs of these funds, from the beginning to the last day.
        told: what spends were, by the id of their entry.
    """
    by_fund: dict[UUID, list[RecordedEntry]] = {}
    for one in entries:
        for fund_id in sorted({leg.fund_id for leg in one.legs if leg.fund_id and leg.stream == stream}):
            by_fund.setdefault(fund_id, []).append(one)
    lines = tuple(
        _line(one, by_fund.get(one.fund_id, []), rule, told, first)
        for one in sorted(facts, key=lambda one: one.fund_id)
        if one.starts_on <= last and (one.ends_on >= first or one.fund_id in by_fund)
    )
    return FunderReturn(stream, rule, first, last, lines)


def return_totals(funds: int, in_kind_pence: int, moved: Sequence[Moved]) -> ReturnTotals:
    """What a return of so many funds comes to, by all that moved on their accounts up to its last day."""
    balances: dict[Account, int] = {}
    for one in moved:
        balances[one.account] = balances.get(one.account, 0) + one.pence
    kept = {account: pence for account, pence in sorted(balances.items()) if account.is_kept_by_fund and pence}
    return ReturnTotals(funds, columns_of(moved), in_kind_pence, kept)


def differences(made: ReturnTotals, journal: Mapping[Account, int]) -> dict[Account, int]:
    """What the return's accounts differ by from the journal's own balances; nothing where it reconciles.

    Args:
        journal: credits less debits of each account that is kept for funds, over the whole stream at the return's end.
    """
    accounts = sorted({*made.balances, *journal})
    return {
        account: apart for account in accounts if (apart := made.balances.get(account, 0) - journal.get(account, 0))
    }


def columns_of(moved: Sequence[Moved]) -> Columns:
    """The columns of a line, or of a whole return, by what moved up to the last day."""
    unspent = [one for one in moved if one.account in UNSPENT]
    within = [one for one in unspent if not one.is_before]

    def came(*kinds: EntryKind) -> int:
        return sum(one.pence for one in within if one.kind in kinds)

    return Columns(
        opening_pence=sum(one.pence for one in unspent if one.is_before),
        awarded_pence=came(EntryKind.AWARD, EntryKind.AWARD_REVISION),
        carried_pence=came(EntryKind.CARRY_OVER, EntryKind.TRANSFER),
        spent_pence=sum(one.pence for one in moved if one.account is Account.FUND_PAID and not one.is_before),
        recovered_pence=-came(EntryKind.RECOVERY),
        given_back_pence=-came(EntryKind.GIVEN_BACK),
        closing_pence=sum(one.pence for one in unspent),
    )


def moved_in(entries: Iterable[RecordedEntry], fund_id: UUID, first: date) -> list[Moved]:
    """What entries did to the accounts of one fund."""
    return [
        Moved(one.kind, leg.account, one.value_date < first, -leg.amount_pence)
        for one in entries
        for leg in one.legs
        if leg.fund_id == fund_id
    ]


def _line(
    facts: FundFacts, entries: Sequence[RecordedEntry], rule: ReturnRule, told: Mapping[UUID, Told], first: date
) -> FundLine:
    fund_id = facts.fund_id
    within = [one for one in entries if one.value_date >= first]
    costs = tuple(cost for one in within if (cost := _cost(one, fund_id, rule, told)))
    by_use: dict[str, int] = {}
    for cost in costs:
        by_use[cost.use] = by_use.get(cost.use, 0) + cost.pence
    return FundLine(
        facts,
        **vars(columns_of(moved_in(entries, fund_id, first))),
        advanced_pence=_sum(entries, {Account.FUND_ADVANCED}, fund_id),
        held_pence=_sum(entries, {Account.FUND_COMMITTED}, fund_id),
        spent_by_use=dict(sorted(by_use.items())),
        costs=costs,
    )


def _cost(one: RecordedEntry, fund_id: UUID, rule: ReturnRule, told: Mapping[UUID, Told]) -> CostLine | None:
    pence = one.change_pence({Account.FUND_PAID}, fund_id)
    if not pence:
        return None
    words = told.get(one.reverses or one.entry_id)
    whole = words.whole_pence if words else one.change_pence({Account.FUND_PAID})
    return CostLine(
        one.entry_id,
        one.value_date,
        one.use or "",
        pence,
        whole,
        words.payee if words and rule.by_payee else "",
        words.document if words else "",
        is_late=bool(rule.claim_months) and one.recorded_at.date() > months_after(one.value_date, rule.claim_months),
    )


def _sum(entries: Iterable[RecordedEntry], accounts: Iterable[Account], fund_id: UUID) -> int:
    wanted = frozenset(accounts)
    return sum(one.change_pence(wanted, fund_id) for one in entries)


def months_after(on: date, months: int) -> date:
    """The same day some months later; the last of a shorter month."""
    year, month = divmod(on.year * 12 + on.month - 1 + months, 12)
    for day in (on.day, 30, 29, 28):
        try:
            return date(year, month + 1, day)
        except ValueError:
            continue
    raise AssertionError("every month has a 28th")
