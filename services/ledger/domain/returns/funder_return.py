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
    """One stream's return for a period.

    Args:
        balances: credits less debits of each of the funds' accounts at the end, from the lines alone.
    """

    stream: str
    rule: ReturnRule
    first: date
    last: date
    lines: tuple[FundLine, ...]
    balances: Mapping[Account, int]

    def total(self, column: str) -> int:
        """The sum of one column over all lines."""
        return sum(getattr(line, column) for line in self.lines)


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
        facts: every fund of the stream.
        entries: every known entry with legs of the stream, from the beginning to the last day.
        told: what spends were, by the id of their entry.
    """
    by_fund: dict[UUID, list[RecordedEntry]] = {}
    for one in entries:
        for fund_id in sorted({leg.fund_id for leg in one.legs if leg.fund_id and leg.stream == stream}):
            by_fund.setdefault(fund_id, []).append(one)
    lines = tuple(
        _line(one, by_fund.get(one.fund_id, []), rule, told, first)
        for one in sorted(facts, key=lambda one: (one.starts_on, one.fund_id))
        if one.starts_on <= last and (one.ends_on >= first or one.fund_id in by_fund)
    )
    balances: dict[Account, int] = {}
    shown = {line.facts.fund_id for line in lines}
    for fund_id in shown & by_fund.keys():
        for account in Account:
            balances[account] = balances.get(account, 0) + _sum(by_fund[fund_id], {account}, fund_id)
    kept = {account: pence for account, pence in balances.items() if account.is_kept_by_fund and pence}
    return FunderReturn(stream, rule, first, last, lines, kept)


def differences(made: FunderReturn, journal: Mapping[Account, int]) -> dict[Account, int]:
    """What the return's accounts differ by from the journal's own balances; nothing where it reconciles.

    Args:
        journal: credits less debits of each account that is kept for funds, over the whole stream at the return's end.
    """
    accounts = sorted({*made.balances, *journal})
    return {
        account: apart for account in accounts if (apart := made.balances.get(account, 0) - journal.get(account, 0))
    }


def _line(
    facts: FundFacts, entries: Sequence[RecordedEntry], rule: ReturnRule, told: Mapping[UUID, Told], first: date
) -> FundLine:
    fund_id = facts.fund_id
    before = [one for one in entries if one.value_date < first]
    within = [one for one in entries if one.value_date >= first]
    costs = tuple(cost for one in within if (cost := _cost(one, fund_id, rule, told)))
    by_use: dict[str, int] = {}
    for cost in costs:
        by_use[cost.use] = by_use.get(cost.use, 0) + cost.pence
    award_kinds = (EntryKind.AWARD, EntryKind.AWARD_REVISION)
    return FundLine(
        facts,
        opening_pence=_sum(before, UNSPENT, fund_id),
        awarded_pence=_of_kinds(within, award_kinds, UNSPENT, fund_id),
        carried_pence=_of_kinds(within, (EntryKind.CARRY_OVER, EntryKind.TRANSFER), UNSPENT, fund_id),
        spent_pence=_sum(within, {Account.FUND_PAID}, fund_id),
        recovered_pence=-_of_kinds(within, (EntryKind.RECOVERY,), UNSPENT, fund_id),
        given_back_pence=-_of_kinds(within, (EntryKind.GIVEN_BACK,), UNSPENT, fund_id),
        closing_pence=_sum(entries, UNSPENT, fund_id),
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


def _of_kinds(
    entries: Iterable[RecordedEntry], kinds: Sequence[EntryKind], accounts: Iterable[Account], fund_id: UUID
) -> int:
    return _sum((one for one in entries if one.kind in kinds), accounts, fund_id)


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
