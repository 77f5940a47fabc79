"""A stream's own figure, settled by the body that decides on the stream.

What the rules work out is indicative until the agency's own decision confirms it, changes it, refuses it or ends it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from fractions import Fraction

from services.funding_streams.domain.adapter import Case
from services.funding_streams.domain.decision import (
    AwardLine,
    Cadence,
    Decision,
    MoneyKind,
    Outcome,
    Status,
    Term,
    TermKind,
)
from services.funding_streams.domain.eras import in_words
from services.funding_streams.domain.money import Exact, a_week, half_up, in_pounds, over_days
from services.funding_streams.domain.partner_decisions import Basis, PartnerDecision, Stretch, Word, about_award
from services.funding_streams.domain.settling import terms_of, without_money
from services.funding_streams.domain.working import Working

STEP = "partner_decision"

#: How a line's money is called, where the stream does not pay it out in a way of its own: a sum for a time of any
#: length is neither weekly nor yearly.
_MONEY = {Basis.WEEKLY: MoneyKind.WEEKLY, Basis.WHOLE_TIME: MoneyKind.ONE_OFF, Basis.ONCE: MoneyKind.ONE_OFF}
_MONEY_BY_CADENCE = {Cadence.IN_KIND: MoneyKind.IN_KIND, Cadence.ARREARS_ON_RECEIPTS: MoneyKind.REIMBURSABLE}


@dataclass(frozen=True)
class _ExactLine:
    """A line before it is rounded; sums in pence over its own days."""

    line: AwardLine
    amount: Exact
    contribution: Exact
    is_once: bool


def settled_by_partner(own: Decision, words: Sequence[PartnerDecision], case: Case) -> Decision:
    """Return a stream's decision as its agency's decisions leave it.

    Args:
        own: what the stream's rules work out.
        words: every decision of the agency on this person and stream, in any order; repeats do no harm.
        case: what the stream decided on.

    Returns:
        ``own`` where no decision is about this award. Else a confirmed award for the time that the agency grants, with
        a line for each stretch of it and the sums rounded half up once for the whole; or no award, with the agency's
        reasons; or no decision yet, where the agency agrees to a sum that the rules could not work out.
    """
    stretches = [_within(own, stretch) for stretch in about_award(words, case.on)] if words else []
    if not stretches:
        return own
    working = Working(case)
    granting = [stretch for stretch in stretches if stretch.word.grants]
    if not granting:
        settled = _refused(own, case)
    elif _sum_is_missing(own, granting):
        settled = _without_sum(own, working, case)
    else:
        settled = _granted(own, granting, working, case)
    for stretch in stretches:
        _tell(stretch, settled, working)
    last = stretches[-1].word
    return replace(
        settled,
        partner_decision=last.reference,
        conditions=(*settled.conditions, *(f"{own.decided_by}: {reason}" for reason in last.reasons)),
        terms=_with_challenge(settled, last),
        trace=(*own.trace, *working.steps),
        unconfirmed=tuple(dict.fromkeys((*settled.unconfirmed, *working.unconfirmed))),
    )


def _refused(own: Decision, case: Case) -> Decision:
    refused = replace(without_money(own, case), status=Status.NOT_ELIGIBLE, missing_facts=())
    return replace(refused, terms=_terms(refused, case, awarded=False))


def _has_figure(own: Decision) -> bool:
    return own.status in (Status.CONFIRMED, Status.INDICATIVE)


def _within(own: Decision, stretch: Stretch) -> Stretch:
    """Where the agency names no last day, its money ends with the award that was worked out, and is no longer than it.

    So what is confirmed is never more than what was worked out, and nothing is paid after the stream's own end.
    """
    word = stretch.word
    if word.ends_on is not None or not word.grants or not _has_figure(own) or own.ends_on < stretch.starts_on:
        return stretch
    as_long = stretch.starts_on + timedelta(days=own.days - 1)
    return replace(stretch, ends_on=min(stretch.ends_on, own.ends_on, as_long))


def _sum_is_missing(own: Decision, granting: Iterable[Stretch]) -> bool:
    return any(
        stretch.word.granted is None and not (_has_figure(own) and stretch.starts_on <= own.ends_on)
        for stretch in granting
    )


def _without_sum(own: Decision, working: Working, case: Case) -> Decision:
    working.wait(
        f"{STEP}.sum",
        lambda: (
            f"{own.decided_by} agreed to an award and told no sum, and the rules work out none that it could be."
            " The sum is awaited."
        ),
    )
    return replace(without_money(own, case), status=Status.UNDECIDED)


def _granted(own: Decision, granting: Sequence[Stretch], working: Working, case: Case) -> Decision:
    lines, contribution_pence = _rounded(_once_only_once([_lines(stretch, own) for stretch in granting]))
    uses = working.attempt(lambda: case.figures.uses(own.stream, case.on))
    keeps_own_figure = any(stretch.word.granted is None for stretch in granting)
    settled = replace(
        own,
        status=Status.CONFIRMED,
        starts_on=granting[0].starts_on,
        ends_on=granting[-1].ends_on,
        amount_pence=sum(line.amount_pence for line in lines),
        contribution_pence=contribution_pence,
        missing_facts=(),
        permitted_uses=uses.uses if uses else own.permitted_uses,
        payee_bars=uses.bars if uses else own.payee_bars,
        lines=lines,
        unconfirmed=own.unconfirmed if keeps_own_figure else (),
    )
    weekly = sum(line.amount_pence for line in lines if line.money is MoneyKind.WEEKLY)
    return replace(
        settled,
        pence_per_week=half_up(a_week(weekly, settled.days)),
        terms=own.terms if _has_figure(own) else _terms(settled, case, awarded=True),
    )


def _lines(stretch: Stretch, own: Decision) -> list[_ExactLine]:
    granted = stretch.word.granted
    if granted is None:
        return _own_lines(stretch, own)
    whole_days = (stretch.word.last_day - stretch.word.effective_on).days + 1
    share = {
        Basis.WEEKLY: over_days(Fraction(1), stretch.days),
        Basis.WHOLE_TIME: Fraction(stretch.days, whole_days),
        Basis.ONCE: Fraction(1),
    }[granted.basis]
    money = _MONEY_BY_CADENCE.get(own.cadence, _MONEY[granted.basis])
    text = f"{own.decided_by}: {_span(stretch)}"
    line = AwardLine(STEP, text, money, granted.amount_pence, 0)
    once = granted.basis is Basis.ONCE
    return [_ExactLine(line, granted.amount_pence * share, granted.contribution_pence * share, once)]


def _own_lines(stretch: Stretch, own: Decision) -> list[_ExactLine]:
    """The stream's own lines for the days that are confirmed; what is paid once is not divided by days."""
    is_whole = (stretch.starts_on, stretch.ends_on) == (own.starts_on, own.ends_on)
    by_days = Fraction(stretch.days, own.days)
    contribution_rate = Fraction(own.contribution_pence, own.amount_pence or 1)
    lines = []
    for line in own.lines:
        once = line.money is MoneyKind.ONE_OFF
        amount = line.amount_pence * (Fraction(1) if once else by_days)
        text = line.text if is_whole else f"{line.text}: {_span(stretch)}"
        lines.append(_ExactLine(replace(line, text=text), amount, amount * contribution_rate, once))
    return lines


def _once_only_once(by_stretch: Sequence[list[_ExactLine]]) -> list[_ExactLine]:
    """What is paid once is paid once: the last stretch that grants such sums says what they are."""
    last = max((place for place, lines in enumerate(by_stretch) if any(line.is_once for line in lines)), default=None)
    return [line for place, lines in enumerate(by_stretch) for line in lines if not line.is_once or place == last]


def _rounded(exact: Sequence[_ExactLine]) -> tuple[tuple[AwardLine, ...], int]:
    """Round the running sums, so that lines add up to the whole and each is within a penny of its exact sum."""
    lines, amount, contribution = list[AwardLine](), Fraction(0), Fraction(0)
    for one in exact:
        before = half_up(amount)
        amount, contribution = amount + one.amount, contribution + one.contribution
        lines.append(replace(one.line, amount_pence=half_up(amount) - before))
    return tuple(lines), half_up(contribution)


def _tell(stretch: Stretch, settled: Decision, working: Working) -> None:
    word = stretch.word
    outcome = Outcome.PASSED if word.grants else Outcome.FAILED
    working.add(outcome, f"{STEP}.{word.kind}", lambda: _told(stretch, settled), Word(word, settled.decided_by))


def _told(stretch: Stretch, settled: Decision) -> str:
    word, who = stretch.word, f"{settled.decided_by} decided ({stretch.word.identity})"
    reasons = "".join(f" {reason}" for reason in word.reasons)
    if not word.grants:
        nothing = f"no award from {in_words(word.effective_on)} on"
        return f"{who}: {nothing}.{reasons}"
    if word.granted is None:
        return f"{who}: the sum worked out here is confirmed, {_span(stretch)}.{reasons}"
    per = {Basis.WEEKLY: "a week", Basis.WHOLE_TIME: "for the whole time", Basis.ONCE: "once"}[word.granted.basis]
    share = in_pounds(word.granted.contribution_pence)
    money = f"{in_pounds(word.granted.amount_pence)} {per}, of which the person pays {share}"
    return f"{who}: {money}, {_span(stretch)}.{reasons}"


def _span(stretch: Stretch) -> str:
    return f"{in_words(stretch.starts_on)} to {in_words(stretch.ends_on)}"


def _terms(decision: Decision, case: Case, *, awarded: bool) -> tuple[Term, ...]:
    if not case.traced:
        return ()
    return terms_of(case.figures.profiles[decision.stream], Working(case), awarded=awarded)


def _with_challenge(settled: Decision, last: PartnerDecision) -> tuple[Term, ...]:
    """The agency's own words on how to challenge it stand in the place of the stream's."""
    if last.challenge is None:
        return settled.terms
    own = Term(TermKind.CHALLENGE, last.challenge, f"{settled.decided_by}, {last.identity}", unconfirmed=False)
    return (own, *(term for term in settled.terms if term.kind is not TermKind.CHALLENGE))
