"""Personal health budgets: money of the NHS, never means-tested, which takes the place of the council's own.

Source:
    National Health Service Act 2006 ss. 12A to 12D; SI 2010/1000 (S70); SI 2013/1617 (S202, S217 to S219).
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial

from services.funding_streams.domain.adapter import Case, StreamAdapter
from services.funding_streams.domain.decision import (
    ADULT_SOCIAL_CARE,
    AwardLine,
    Decision,
    MoneyKind,
    Outcome,
    Status,
    TraceStep,
)
from services.funding_streams.domain.eras import in_words
from services.funding_streams.domain.money import Exact, half_up, half_up_over_days, in_pounds
from services.funding_streams.domain.settling import (
    Award,
    awarded,
    last_day_of_award,
    refused,
    undecided,
    without_money,
)
from services.funding_streams.domain.working import Working

STREAM = "personal_health_budget"

#: Days between which the shape of the law differs; the rule files hold the same days with their sources.
PILOTS_FIRST_DAY = date(2010, 6, 1)
GENERAL_FIRST_DAY = date(2013, 8, 1)

ROUTE = "health_budget_route"
NURSING_RATES = {"nursing_care_standard": "standard rate", "nursing_care_high": "old high band"}
RIGHT_TO_HAVE = {
    "continuing_healthcare": ("right_to_have_first_day", "NHS continuing healthcare"),
    "section_117_aftercare": ("aftercare_and_wheelchairs_first_day", "aftercare under section 117"),
    "wheelchair": ("aftercare_and_wheelchairs_first_day", "a wheelchair"),
}
#: What an approved account for health money may hold besides. Source: SI 2010/1000 reg. 13 (S70), X7.
ACCOUNT_MAY_HOLD = frozenset({STREAM, ADULT_SOCIAL_CARE, "independent_living_fund", "disabled_facilities_grant"})

CONDITIONS = (
    "Only for what is in the care plan that the NHS has agreed; never for a family doctor, a dentist, emergencies or a"
    " stay in hospital.",
    "The person pays nothing towards it.",
)


@dataclass(frozen=True)
class AccountCheck:
    """Whether one account may hold the money of several streams, and what must not be in it."""

    allowed: bool
    not_allowed: tuple[str, ...]


def account_may_hold(streams: frozenset[str], *, approved: bool) -> AccountCheck:
    """Say whether one account may hold health money beside the money of other streams.

    Args:
        streams: whose money the account is to hold, health money included.
        approved: the NHS has approved the account, which shows source and destination of each sum.

    Source:
        SI 2010/1000 reg. 13 (S70), rule X7.
    """
    foreign = tuple(sorted(streams - ACCOUNT_MAY_HOLD))
    return AccountCheck(approved and not foreign, foreign)


class PersonalHealthBudget(StreamAdapter):
    """What the NHS would pay; its own body decides, and tells the facts as well as the award."""

    stream = STREAM
    displaces = (ADULT_SOCIAL_CARE,)

    def needs(self, on: date) -> tuple[str, ...]:
        """Return every fact that may matter on that day; none before the NHS could pay at all."""
        if on < PILOTS_FIRST_DAY:
            return ()
        pilot = ("health_budget_pilot_site",) if on < GENERAL_FIRST_DAY else ()
        plan = ("health_budget_from", "health_care_plan_agreed", "barred_from_health_payments")
        return (ROUTE, *pilot, *plan, "health_needs_pence_per_week", "needs_nhs_meets")

    def decide(self, case: Case) -> Decision:
        """Decide on health money; see `StreamAdapter`."""
        working = Working(case)
        if not _lawful(working) or not _told(working):
            return refused(STREAM, working)
        route = working.attempt(lambda: case.facts.code(ROUTE))
        plan = () if route in NURSING_RATES else (_plan,)
        for test in (_pilot_site, _begun, *plan, _not_barred):
            working.attempt(partial(test, working))
        if working.refused:
            return refused(STREAM, working)
        weekly = None if route is None else working.attempt(lambda: _weekly(working, route))
        if working.missed or working.stuck or weekly is None:
            return undecided(STREAM, working, ())
        return _award(working, weekly)

    def displace(self, case: Case, own: Decision, other: Decision) -> Decision:
        """End the council's money on the day from which the NHS meets the same needs (Care Act 2014 s. 22)."""
        if own.status not in (Status.CONFIRMED, Status.INDICATIVE) or not other.amount_pence:
            return other
        begins = case.facts.date_if_any("health_budget_from") or own.starts_on
        if case.facts.has("needs_nhs_meets") and case.facts.code("needs_nhs_meets") == "all":
            return _ended(case, other, begins)
        return _told_on(
            case,
            other,
            Outcome.NOTED,
            f"NHS money begins on {in_words(begins)}. The council may not pay for what the NHS must provide: a person"
            " must say which needs that are met here the NHS now meets.",
        )


def _lawful(working: Working) -> bool:
    """Test whether health money could be part of an individual budget on the day at all (X2)."""
    pilots = working.case.figures.at(f"{STREAM}.pilots_first_day", max(working.case.on, date(2003, 1, 1)))
    return working.test(
        "health_money_lawful",
        working.case.on >= pilots.day,
        "Health money may be paid as a personal budget on this day.",
        lambda: f"NHS money could not be part of an individual budget before {in_words(pilots.day)}.",
        pilots,
    )


def _told(working: Working) -> bool:
    route = working.case.facts.code(ROUTE) if working.case.facts.has(ROUTE) else None
    return working.test(
        "found_eligible",
        route not in (None, "none"),
        lambda: f"The NHS has found the person eligible for {_named(str(route))}.",
        "The NHS has not found the person eligible for health care that a personal budget may pay for."
        if route
        else "No finding of the NHS is known. Anybody may ask for the checklist for continuing healthcare.",
        working.figure(f"{STREAM}.award_formula"),
    )


def _named(route: str) -> str:
    return RIGHT_TO_HAVE[route][1] if route in RIGHT_TO_HAVE else f"nursing care in a care home, {NURSING_RATES[route]}"


def _pilot_site(working: Working) -> None:
    on, general = working.case.on, working.figure(f"{STREAM}.general_first_day")
    if on >= general.day:
        _tell_right(working)
        return
    working.test(
        "pilot_site",
        working.case.facts.yes_no("health_budget_pilot_site"),
        "The health body was a pilot site for direct payments for health care.",
        lambda: f"Before {in_words(general.day)} only pilot sites could pay directly for health care.",
        general,
    )


def _tell_right(working: Working) -> None:
    right = RIGHT_TO_HAVE.get(working.case.facts.code(ROUTE))
    if right is None:
        return
    day = working.figure(f"{STREAM}.{right[0]}")
    has = "has a right" if working.case.on >= day.day else "may ask, without a right,"
    working.noted("right_to_have", f"On this day somebody with {right[1]} {has} to have a personal health budget.", day)


def _begun(working: Working) -> None:
    begins = working.case.facts.date("health_budget_from")
    if begins > working.case.on:
        working.wait(
            "begins", f"The NHS has found the person eligible from {in_words(begins)}, after this decision's day."
        )
        return
    working.noted("begins", f"Eligible from {in_words(begins)}.")


def _plan(working: Working) -> None:
    working.test(
        "care_plan",
        working.case.facts.yes_no("health_care_plan_agreed"),
        "The care plan is agreed.",
        "There is no agreed care plan yet, and the money is only for what such a plan says.",
        working.figure(f"{STREAM}.award_formula"),
    )


def _not_barred(working: Working) -> None:
    working.test(
        "not_barred",
        not working.case.facts.yes_no("barred_from_health_payments"),
        "No court requirement bars direct payments for health care.",
        "A court requirement or licence bars direct payments for health care; the NHS must meet the needs another way.",
        working.figure(f"{STREAM}.exclusions"),
    )


def _weekly(working: Working, route: str) -> Exact:
    nothing = working.figure(f"{STREAM}.contribution")
    if route in NURSING_RATES:
        rate = working.figure(f"{STREAM}.{route}")
        text = f"The NHS pays the care home {in_pounds(rate.pence)} a week for nursing; the person pays nothing of it."
        working.worked_out("nursing_care", text, rate, nothing)
        return rate.pence
    weekly = working.case.facts.pence("health_needs_pence_per_week")
    working.worked_out(
        "health_needs",
        lambda: f"Meeting the needs in the care plan costs {in_pounds(weekly)} a week; the person pays nothing.",
        working.figure(f"{STREAM}.award_formula"),
        nothing,
    )
    return weekly


def _award(working: Working, weekly: Exact) -> Decision:
    ends_on = last_day_of_award(working.case.on, None)
    amount = half_up_over_days(weekly, (ends_on - working.case.on).days + 1)
    line = AwardLine("health_care", "Needs in the care plan", MoneyKind.WEEKLY, half_up(weekly), amount)
    award = Award(ends_on, 0, CONDITIONS, Status.INDICATIVE, weekly, amount, (line,))
    return awarded(STREAM, working, award)


def _ended(case: Case, other: Decision, begins: date) -> Decision:
    text = f"The NHS meets these needs from {in_words(begins)}, so the council's money ends: it may not pay for them."
    if begins <= other.starts_on:
        stopped = replace(without_money(other, case), status=Status.NOT_ELIGIBLE)
        return _told_on(case, stopped, Outcome.FAILED, text)
    last = min(other.ends_on, begins - timedelta(days=1))
    days = (last - other.starts_on).days + 1
    lines = tuple(replace(line, amount_pence=_part(line.amount_pence, days, other.days)) for line in other.lines)
    shortened = replace(
        other,
        ends_on=last,
        amount_pence=sum(line.amount_pence for line in lines),
        contribution_pence=_part(other.contribution_pence, days, other.days),
        lines=lines,
    )
    return _told_on(case, shortened, Outcome.WORKED_OUT, text)


def _part(pence: int, days: int, of_days: int) -> int:
    """Return the part of a sum that falls to some of its days; a fraction of a penny is left out."""
    return pence * days // of_days


def _told_on(case: Case, decision: Decision, outcome: Outcome, text: str) -> Decision:
    if not case.traced:
        return decision
    figure = case.figures.at(f"{STREAM}.displaces_the_council", case.on).used()
    step = TraceStep("nhs_meets_needs", outcome, text, (figure,))
    return replace(decision, trace=(*decision.trace, step))
