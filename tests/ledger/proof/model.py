"""What a council's ledger must answer and hold: a tiny model, written from its rules and not from its code."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

#: Stream, account and fund; a council's own accounts have no fund.
Pot = tuple[str, str, UUID | None]

#: Refusals in their order: where several fit, the first is told.
ORDER = (
    "id_used_for_something_else", "bad_amount", "unbalanced", "unbalanced_stream", "same_account", "not_confirmed",
    "no_account", "not_your_fund", "closed", "period_locked", "no_entry", "not_the_reverse", "already_reversed",
    "before_award", "after_award_end", "ring_fenced", "no_commitment", "commitment_expired",
    "commitment_already_settled", "commitment_already_released", "exceeds_commitment", "insufficient",
    "linked_refused", "commitment_stands_otherwise",
)  # fmt: skip


class Verb(StrEnum):
    """What can be asked."""

    COMMIT = "commit"
    RELEASE = "release"
    EXPIRE = "expire"
    PAY = "pay"
    ADVANCE = "advance"
    SPEND = "spend"
    REFUND = "refund"
    TRANSFER = "transfer"
    CARRY_OVER = "carry over"
    RECOVER = "recover"
    INSTALMENT = "instalment"
    GIVE_BACK = "give back"
    REVERSE = "reverse"


#: What each takes from (+) and puts to (-); POT is the account that the asker names, TAKER the fund that receives.
STEPS = {
    Verb.COMMIT: "+fund.available -fund.committed",
    Verb.RELEASE: "+fund.committed -fund.available",
    Verb.EXPIRE: "+fund.committed -fund.available",
    Verb.PAY: "+POT -fund.paid +council.payments_control -council.bank",
    Verb.ADVANCE: "+POT -fund.advanced +council.payments_control -council.bank",
    Verb.SPEND: "+POT -fund.paid",
    Verb.REFUND: "+fund.paid -POT",
    Verb.TRANSFER: "+fund.available -TAKER",
    Verb.CARRY_OVER: "+fund.available -TAKER",
    Verb.RECOVER: "+fund.advanced -fund.recovered +person.recovery_receivable -council.payments_control",
    Verb.INSTALMENT: "+council.bank -person.recovery_receivable",
    Verb.GIVE_BACK: "+fund.available -funder.receivable",
}
SPENDING = (Verb.COMMIT, Verb.PAY, Verb.ADVANCE, Verb.SPEND)
BETWEEN_FUNDS = (Verb.TRANSFER, Verb.CARRY_OVER)
LETTING_GO = (Verb.RELEASE, Verb.EXPIRE)
#: What is wrong with an entry that says something other than its verb does, and what is answered.
FLAWS = {
    "nothing": "bad_amount",
    "too much": "bad_amount",
    "a penny apart": "unbalanced",
    "no legs": "unbalanced",
    "a leg in another stream": "unbalanced_stream",
    "a leg twice": "same_account",
}


@dataclass(frozen=True)
class Ask:
    """One request. What a repeat must say again are all fields but the last."""

    entry_id: UUID
    verb: Verb
    parts: tuple[tuple[UUID, int], ...]
    day: date
    budget_id: UUID
    use: str | None = None
    subject_id: UUID | None = None
    pot: str = "fund.available"
    taker: UUID | None = None
    net_pence: int = 0
    reverses: UUID | None = None
    flaw: str | None = None
    expires_on: date | None = None
    linked: int | None = field(default=None, compare=False)


@dataclass
class Fund:
    """A fund as its award's versions made it."""

    fund_id: UUID
    budget_id: UUID
    stream: str
    held_pence: int = 0
    held_contribution_pence: int = 0
    is_open: bool = False
    #: First and last day, and permitted uses; none before the money was ever confirmed.
    rule: tuple[date, date, frozenset[str]] | None = None
    closed_on: date | None = None


@dataclass(frozen=True)
class Held:
    """What is held of one fund for one commitment."""

    amount: int = 0
    settled: int = 0
    released: int = 0
    use: str | None = None
    expires_on: date | None = None
    is_expired: bool = False

    @property
    def left(self) -> int:
        return self.amount - self.settled - self.released


@dataclass(frozen=True)
class Posted:
    """An entry in its place, with what it left on each account that it touched."""

    sequence: int
    day: date
    moves: dict[Pot, int]
    after: dict[Pot, int]


@dataclass
class Books:
    """One council's books."""

    funds: dict[UUID, Fund] = field(default_factory=dict)
    seen: dict[UUID, int] = field(default_factory=dict)
    locked_until: date | None = None
    balances: dict[Pot, int] = field(default_factory=dict)
    commitments: dict[tuple[UUID, UUID], Held] = field(default_factory=dict)
    asked: dict[UUID, tuple[Ask, int]] = field(default_factory=dict)
    reversed_ids: frozenset[UUID] = frozenset()
    journal: list[Posted] = field(default_factory=list)
    moments: list[datetime] = field(default_factory=list)

    def decide(self, fund: Fund, version: int, status: str, pence: int, contribution: int,
               rule: tuple[date, date, frozenset[str]], decided_on: date) -> None:  # fmt: skip
        """A version of an award: only the difference is posted, whatever comes late changes nothing."""
        if version <= self.seen.get(fund.fund_id, 0):
            return
        self.seen[fund.fund_id] = version
        has_fund = status in ("confirmed", "indicative") and pence > 0
        if has_fund:
            self.funds.setdefault(fund.fund_id, fund)
        known = self.funds.get(fund.fund_id)
        if not known:
            return
        if status == "confirmed":
            known.rule = rule
        if has_fund or known.is_open:
            known.closed_on = None if has_fund else decided_on
        known.is_open = has_fund
        now = (pence, contribution) if has_fund and status == "confirmed" else (0, 0)
        more, more_contribution = now[0] - known.held_pence, now[1] - known.held_contribution_pence
        known.held_pence, known.held_contribution_pence = now
        moves = {
            (fund.stream, "funder.receivable", fund.fund_id): more - more_contribution,
            (fund.stream, "person.contribution_receivable", fund.fund_id): more_contribution,
            (fund.stream, "fund.available", fund.fund_id): -more,
        }
        if any(moves.values()):
            after_lock = self.locked_until + timedelta(days=1) if self.locked_until else rule[0]
            self._write(max(rule[0], after_lock), {pot: pence for pot, pence in moves.items() if pence})

    def post(self, batch: Sequence[Ask]) -> list[tuple[str, int | None]]:
        """Answer and sequence of each request; neighbours with one number stand or fall together."""
        answers: list[tuple[str, int | None]] = []
        for group in _groups(batch):
            before = replace(
                self, balances=dict(self.balances), commitments=dict(self.commitments), asked=dict(self.asked),
                journal=list(self.journal),
            ) if len(group) > 1 else self  # fmt: skip
            told = [self._post(ask) for ask in group]
            guilty = [place for place, (code, _) in enumerate(told) if code not in ("posted", "replayed")]
            if guilty and len(group) > 1:
                self.__dict__.update(before.__dict__)
                told = [each if place == guilty[0] else ("linked_refused", None) for place, each in enumerate(told)]
            answers += told
        return answers

    def balance(self, pot: Pot, for_date: date, known_at: datetime) -> int:
        """What stands on an account of what is valued up to a day, as known at a moment."""
        known = sum(moment <= known_at for moment in self.moments)
        return sum(posted.moves.get(pot, 0) for posted in self.journal[:known] if posted.day <= for_date)

    def moves(self, ask: Ask) -> dict[Pot, int]:
        """Debits above zero and credits below, by account."""
        if ask.reverses:
            original = self.asked.get(ask.reverses)
            return {pot: -pence for pot, pence in self.journal[original[1] - 1].moves.items()} if original else {}
        moves: dict[Pot, int] = {}
        for place, (fund_id, pence) in enumerate(ask.parts):
            stream = self.funds[fund_id].stream
            net = ask.net_pence if place == 0 else 0
            for step in STEPS[ask.verb].split():
                code = step[1:].replace("POT", ask.pot)
                owner = None if code.startswith("council.") else fund_id
                if code == "TAKER":
                    code, owner = "fund.available", ask.taker
                amount = pence - net if code == "council.bank" and step[0] == "-" else pence
                pot = (stream, code, owner)
                moves[pot] = moves.get(pot, 0) + (amount if step[0] == "+" else -amount)
            contribution = (stream, "person.contribution_receivable", fund_id)
            moves[contribution] = moves.get(contribution, 0) - net
        return {pot: pence for pot, pence in moves.items() if pence}

    def _post(self, ask: Ask) -> tuple[str, int | None]:
        known = self.asked.get(ask.entry_id)
        if known:
            return ("replayed", known[1]) if known[0] == ask else ("id_used_for_something_else", None)
        found = [FLAWS[ask.flaw]] if ask.flaw in FLAWS else list(self._of_accounts(ask)) or list(self._refusals(ask))
        if found:
            return min(found, key=ORDER.index), None
        moves = self.moves(ask)
        for pot, pence in moves.items():
            if pot[1] == "fund.committed" and ask.subject_id and pot[2]:
                self.commitments[ask.subject_id, pot[2]] = self._held_after(ask, pot[2], pence)[1]
        self._write(ask.day, moves)
        self.asked[ask.entry_id] = ask, len(self.journal)
        self.reversed_ids |= {ask.reverses} if ask.reverses else set()
        return "posted", len(self.journal)

    def _write(self, day: date, moves: dict[Pot, int]) -> None:
        after = {pot: self.balances.get(pot, 0) + pence for pot, pence in moves.items()}
        self.balances |= after
        self.journal.append(Posted(len(self.journal) + 1, day, moves, after))

    def _of_accounts(self, ask: Ask) -> Iterator[str]:
        for fund_id in (*(fund_id for fund_id, _ in ask.parts), *([ask.taker] if ask.taker else [])):
            if fund_id not in self.funds:
                yield "no_account"
            elif not self.funds[fund_id].rule:
                yield "not_confirmed"

    def _refusals(self, ask: Ask) -> Iterator[str]:
        yield from self._of_whose_it_is(ask)
        if self.locked_until and ask.day <= self.locked_until:
            yield "period_locked"
        if ask.reverses:
            yield from self._of_reversals(ask)
        if ask.verb in SPENDING:
            yield from self._rules_of_spending(ask)
        for pot, pence in self.moves(ask).items():
            if pot[1] == "fund.committed" and pot[2]:
                refusal, _ = self._held_after(ask, pot[2], pence)
                yield from [refusal] if refusal else []
            if pot[1].startswith("fund.") and pence > 0 and self.balances.get(pot, 0) + pence > 0:
                yield "insufficient"

    def _of_whose_it_is(self, ask: Ask) -> Iterator[str]:
        if ask.taker and self.funds[ask.taker].stream != self.funds[ask.parts[0][0]].stream:
            yield "unbalanced_stream"
            return
        taker = [(ask.taker, 0)] if ask.taker else []
        if any(self.funds[fund_id].budget_id != ask.budget_id for fund_id, _ in (*ask.parts, *taker)):
            yield "not_your_fund"
        if ask.verb not in BETWEEN_FUNDS and not ask.reverses and self._funds_out_of_balance(ask) > 1:
            yield "not_your_fund"

    def _of_reversals(self, ask: Ask) -> Iterator[str]:
        original = self.asked.get(ask.reverses) if ask.reverses else None
        if not original or original[0].verb is Verb.REVERSE:
            yield "no_entry"
            # It takes no transfer back, and would move money between two funds.
            yield from ["not_your_fund"] if ask.taker else []
        if ask.flaw:
            yield "not_the_reverse"
        if ask.reverses in self.reversed_ids:
            yield "already_reversed"

    def _funds_out_of_balance(self, ask: Ask) -> int:
        """How many funds an entry would leave with more or less than they had, against the council's accounts."""
        by_fund: dict[UUID | None, int] = {}
        for (_, _, fund_id), pence in self.moves(ask).items():
            by_fund[fund_id] = by_fund.get(fund_id, 0) + pence
        return sum(pence != 0 for fund_id, pence in by_fund.items() if fund_id)

    def _rules_of_spending(self, ask: Ask) -> Iterator[str]:
        for fund_id, _ in ask.parts:
            fund = self.funds[fund_id]
            assert fund.rule
            first, last, uses = fund.rule
            is_held_already = ask.verb in (Verb.PAY, Verb.ADVANCE) and ask.pot == "fund.committed"
            if ask.day < first and not is_held_already:
                yield "before_award"
            if (ask.day > last or (fund.closed_on and ask.day >= fund.closed_on)) and not is_held_already:
                yield "after_award_end"
            may_be_any = ask.verb is Verb.ADVANCE or (ask.verb is Verb.COMMIT and ask.use is None)
            if not may_be_any and ask.use not in uses:
                yield "ring_fenced"

    def _held_after(self, ask: Ask, fund_id: UUID, pence: int) -> tuple[str | None, Held]:
        """What a line on a commitment makes of it; ``pence`` below zero put money aside, above zero take it out."""
        original = self.asked[ask.reverses][0] if ask.reverses else None
        verb = (original or ask).verb
        held = self.commitments.get((ask.subject_id, fund_id), Held()) if ask.subject_id else Held()
        if ask.subject_id is None or (not held.amount and ask.verb is not Verb.COMMIT):
            return "no_commitment", held
        if not held.amount:
            held = Held(use=ask.use, expires_on=ask.expires_on)
        is_late = pence > 0 and held.expires_on is not None and ask.day > held.expires_on
        if not original and verb not in LETTING_GO and (held.is_expired or is_late):
            return "commitment_expired", held
        if pence > 0 and not held.left:
            spent = held.settled == held.amount
            return "commitment_already_settled" if spent else "commitment_already_released", held
        if verb is Verb.COMMIT:
            after = replace(held, amount=held.amount - pence)
        elif verb in LETTING_GO:
            is_expired = original is None if verb is Verb.EXPIRE else held.is_expired
            after = replace(held, released=held.released + pence, is_expired=is_expired)
        else:
            after = replace(held, settled=held.settled + pence)
        exceeds = pence > held.left or after.settled < 0 or after.released < 0
        if exceeds:
            return "exceeds_commitment", after
        stands_otherwise = ask.verb is Verb.COMMIT and (held.use, held.expires_on) != (ask.use, ask.expires_on)
        return "commitment_stands_otherwise" if stands_otherwise else None, after


def _groups(batch: Sequence[Ask]) -> Iterator[list[Ask]]:
    group: list[Ask] = []
    for ask in batch:
        if group and (ask.linked is None or ask.linked != group[0].linked):
            yield group
            group = []
        group.append(ask)
    if group:
        yield group
