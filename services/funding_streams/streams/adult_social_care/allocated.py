"""What a year of support is awarded on: the final figure once somebody has settled it, else the indicative allocation.

A figure that was settled carries on while the needs are assessed again, until the new one is settled too: an indicative
sum is where planning starts, and takes nothing from anybody.

Source:
    Care and support statutory guidance, paragraph 11.24: the indicative sum may rise or fall until it is settled. R
    (Savva) v Kensington and Chelsea [2010] EWCA Civ 1209: whoever departs from it says why.
"""

from datetime import date

from services.funding_streams.domain.adapter import Allocation, AllocationOutcome, SettledFigure
from services.funding_streams.domain.eras import in_words
from services.funding_streams.domain.money import DAYS_PER_AWARD, WEEKS_PER_AWARD, a_week, half_up, in_pounds
from services.funding_streams.domain.working import Working

DECIDED_BY = {"practitioner": "a practitioner", "approver": "an approver"}
GROUNDS = {
    "less_need": "the needs were assessed again and are less",
    "help_by_others": "somebody named, who agreed to it, helps instead",
    "lower_price": "the same support costs less",
    "met_by_other_money": "other money meets part of the needs",
}


def year_to_award(working: Working) -> int | None:
    """Return the pence that the award of a year is made of, or None where a person must find the figure first."""
    allocation = working.case.allocation
    if allocation is None:
        working.wait("allocation", "There is no indicative allocation yet.")
        return None
    if allocation.settled is not None:
        settled = allocation.settled
        working.worked_out("allocation", lambda: _settled_in_words(settled, allocation))
        return settled.first_year_pence
    if allocation.settled_before is not None:
        before, day = allocation.settled_before, working.case.on
        working.worked_out("allocation", lambda: _before_in_words(before, allocation, day))
        return before.pence_in_year_of(day)
    if allocation.outcome is not AllocationOutcome.CALCULATED:
        working.wait("allocation", "The indicative allocation needs a person: it could not be worked out by the table.")
        return None
    working.worked_out("allocation", lambda: f"The indicative allocation is {_for_a_year(allocation.pence_per_year)}.")
    return allocation.pence_per_year


def _settled_in_words(settled: SettledFigure, allocation: Allocation) -> str:
    told = [f"The final figure is {_for_a_year(settled.pence_per_year)}: {_by_whom(settled)}."]
    if allocation.outcome is not AllocationOutcome.CALCULATED:
        told.append("The table had no figure.")
    elif allocation.pence_per_year == settled.pence_per_year:
        told.append("It is the indicative allocation as it stands.")
    else:
        told.append(f"The indicative allocation was {in_pounds(allocation.pence_per_year)}.")
    if settled.grounds is not None:
        told.append(f"Why it is lower: {GROUNDS.get(settled.grounds, settled.grounds.replace('_', ' '))}.")
    if settled.first_year_pence != settled.pence_per_year:
        told.append(f"The fall comes in steps, so the first year has {in_pounds(settled.first_year_pence)}.")
    told.append("The reason in words is kept with the figure.")
    return " ".join(told)


def _before_in_words(before: SettledFigure, allocation: Allocation, day: date) -> str:
    pence = before.pence_in_year_of(day)
    told = [f"{_for_a_year(pence)} carries on: it was {_by_whom(before)}."]
    if pence != before.pence_per_year:
        told.append(f"It falls in steps to {in_pounds(before.pence_per_year)}.")
    told.append("The needs have been assessed again since.")
    if allocation.outcome is AllocationOutcome.CALCULATED:
        new = f"The new indicative allocation is {in_pounds(allocation.pence_per_year)}"
    else:
        new = "The table had no figure for them"
    told.append(f"{new}; nothing changes until somebody settles it.")
    return " ".join(told)


def _by_whom(settled: SettledFigure) -> str:
    who = f" by {DECIDED_BY[settled.decided_by]}" if settled.decided_by in DECIDED_BY else ""
    return f"settled{who} on {in_words(settled.decided_on)}"


def _for_a_year(pence: int) -> str:
    a_week_ = in_pounds(half_up(a_week(pence, DAYS_PER_AWARD)))
    return f"{in_pounds(pence)} for {WEEKS_PER_AWARD} weeks, {a_week_} a week"
