"""How a decision is settled from its working: refused, still open, or an award with its lines and terms."""

from calendar import monthrange
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from services.funding_streams.domain import right_to_control
from services.funding_streams.domain.adapter import Case
from services.funding_streams.domain.decision import (
    AwardLine,
    Cadence,
    Decision,
    JointLimit,
    MinimumBeforeUse,
    MoneyKind,
    Status,
    Term,
)
from services.funding_streams.domain.figures import (
    DAYS_KEPT,
    Dated,
    DatedTerm,
    DatedUses,
    Due,
    FiguresOfTheDay,
    StreamProfile,
    once_while_in_force,
)
from services.funding_streams.domain.money import DAYS_PER_AWARD, Exact, half_up, half_up_over_days
from services.funding_streams.domain.working import Working

MONTHS_PER_YEAR = 12
_FROM_FIRST_TO_LAST_DAY = timedelta(days=DAYS_PER_AWARD - 1)


def last_day_of_award(starts_on: date, stream_ends: date | None) -> date:
    """Return the last of 52 weeks, or the stream's own last day where that is sooner."""
    full = starts_on + _FROM_FIRST_TO_LAST_DAY
    return full if stream_ends is None else min(full, stream_ends)


@lru_cache(maxsize=DAYS_KEPT)
def months_after(day: date, months: int) -> date:
    """Return the day so many months later; the last day of the month where it has no such day."""
    year, month = divmod(day.year * MONTHS_PER_YEAR + day.month - 1 + months, MONTHS_PER_YEAR)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def due_day(due: Due, day: date) -> date:
    """Return when something is due that counts from a day."""
    if due.unit in ("days", "weeks"):
        return day + timedelta(**{due.unit: due.count})
    return months_after(day, due.count * (MONTHS_PER_YEAR if due.unit == "years" else 1))


class Award(NamedTuple):
    """The money of an award.

    Args:
        ends_on: last day that the money covers.
        contribution_pence: the person's own share of the whole, whole pence.
        conditions: what the person and the council are told.
        status: confirmed or indicative.
        pence_per_week: exact weekly rate; nothing for money that is not weekly.
        amount_pence: the whole sum, where it is given rather than worked out from the weekly rate.
        lines: where they are not given there is one, weekly, for the whole.
        joint_limits, minimums: what the stream's law says of other streams' money beside the award.
    """

    ends_on: date
    contribution_pence: int
    conditions: tuple[str, ...]
    status: Status
    pence_per_week: Exact = 0
    amount_pence: int | None = None
    lines: tuple[AwardLine, ...] = ()
    joint_limits: tuple[JointLimit, ...] = ()
    minimums: tuple[MinimumBeforeUse, ...] = ()


def refused(stream: str, working: Working, conditions: tuple[str, ...] = ()) -> Decision:
    """Settle on a refusal. Facts that are missing no longer matter: no answer to them could mend it."""
    return without_award(stream, working, Status.NOT_ELIGIBLE, conditions=conditions)


def undecided(stream: str, working: Working, missing: tuple[str, ...]) -> Decision:
    """Settle on nothing yet, naming every fact that is still needed.

    Args:
        stream: whose decision it is.
        working: what was tested so far.
        missing: what the stream needs and the assessment does not hold; a fact that a rule asked for in vain is added
            whatever the stream says that it needs, so that no rule is passed over in silence.
    """
    missing = tuple(dict.fromkeys((*missing, *working.missed)))
    working.tell_missing(missing)
    return without_award(stream, working, Status.UNDECIDED, missing=missing)


def without_award(
    stream: str, working: Working, status: Status, missing: tuple[str, ...] = (), conditions: tuple[str, ...] = ()
) -> Decision:
    """Settle on no money: refused, or not decided yet."""
    on, profile = working.case.on, working.case.figures.profiles[stream]
    return Decision(
        stream=stream,
        status=status,
        decided_by=working.decided_by or profile.decided_by,
        rules_as_of=on,
        starts_on=on,
        ends_on=on,
        pence_per_week=0,
        amount_pence=0,
        contribution_pence=0,
        cadence=_cadence(working.figures, stream),
        permitted_uses=(),
        conditions=conditions,
        missing_facts=missing,
        trace=tuple(working.steps),
        stream_label=profile.label,
        terms=terms_of(profile, working, awarded=False) if working.case.traced else (),
        unconfirmed=working.unconfirmed,
    )


class _EveryAward(NamedTuple):
    """What is the same in every award of a stream on one day."""

    profile: StreamProfile
    cadence: Dated
    pays: Cadence
    uses: DatedUses

    def tell(self, working: Working) -> None:
        """Add the steps that every award ends with."""
        code = self.cadence.code
        working.noted("cadence", lambda: f"Paid {code.replace('_', ' ')}.", self.cadence)
        working.noted("permitted_uses", "What the money may be used for is listed with its conditions.", self.uses)


@once_while_in_force
def _every_award(figures: FiguresOfTheDay, stream: str) -> _EveryAward:
    cadence = figures[f"{stream}.cadence"]
    return _EveryAward(
        figures.all.profiles[stream], cadence, Cadence(cadence.code), figures.all.uses(stream, figures.day)
    )


def awarded(stream: str, working: Working, award: Award) -> Decision:
    """Settle on an award; its sum is rounded half up once, at the very end.

    Raises:
        NoValueInForce: the stream has no cadence or permitted uses on the day.
    """
    case = working.case
    every = _every_award(working.figures, stream)
    profile, uses = every.profile, every.uses
    every.tell(working)
    amount = award.amount_pence
    if amount is None:
        amount = half_up_over_days(award.pence_per_week, (award.ends_on - case.on).days + 1)
    assert 0 <= award.contribution_pence <= amount
    weekly, lines = half_up(award.pence_per_week), award.lines
    if lines:
        assert sum([line.amount_pence for line in lines]) == amount
    else:
        lines = (AwardLine("support", profile.label, MoneyKind.WEEKLY, weekly, amount),)
    return Decision(
        stream=stream,
        status=award.status,
        decided_by=working.decided_by or profile.decided_by,
        rules_as_of=case.on,
        starts_on=case.on,
        ends_on=award.ends_on,
        pence_per_week=weekly,
        amount_pence=amount,
        contribution_pence=award.contribution_pence,
        cadence=every.pays,
        permitted_uses=uses.uses,
        conditions=award.conditions,
        missing_facts=(),
        trace=tuple(working.steps),
        stream_label=profile.label,
        lines=lines,
        payee_bars=uses.bars,
        terms=terms_of(profile, working, awarded=True) if case.traced else (),
        unconfirmed=working.unconfirmed,
        joint_limits=award.joint_limits,
        minimums=award.minimums,
    )


def without_money(decision: Decision, case: Case) -> Decision:
    """Return a decision with all its money, and what it may be used for, taken away."""
    return replace(
        decision,
        starts_on=case.on,
        ends_on=case.on,
        pence_per_week=0,
        amount_pence=0,
        contribution_pence=0,
        lines=(),
        permitted_uses=(),
        payee_bars=(),
        conditions=(),
        unconfirmed=(),
        joint_limits=(),
        minimums=(),
    )


def terms_of(profile: StreamProfile, working: Working, *, awarded: bool) -> tuple[Term, ...]:
    """Return the terms in force on the day: those of an award, or those that a refusal has as well."""
    on = working.case.on
    terms = (*profile.terms, *right_to_control.terms_added(working.case, profile.stream))
    in_force = [term for term in terms if term.in_force(on) and term.only_with in (None, _told(awarded))]
    return tuple(
        Term(term.kind, term.text, str(term.citation), term.unconfirmed, _due_on(term, working)) for term in in_force
    )


def _told(awarded: bool) -> str:
    return "award" if awarded else "refusal"


def _due_on(term: DatedTerm, working: Working) -> date | None:
    if term.due is None:
        return None
    facts, on = working.case.facts, working.case.on
    day = on if term.due.after in ("decision", "start") else facts.date_if_any(term.due.after)
    return None if day is None else due_day(term.due, day)


@once_while_in_force
def _cadence(figures: FiguresOfTheDay, stream: str) -> Cadence:
    """Return the cadence of the day, or of the stream's first day where it is not in force."""
    figure = figures.all.by_name[f"{stream}.cadence"]
    in_force = [value for value in figure.values if value.start <= figures.day and value.value is not None]
    return Cadence((in_force[-1] if in_force else figure.values[0]).code)
