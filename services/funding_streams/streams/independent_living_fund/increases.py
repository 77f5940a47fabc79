"""What a user gets who asks the fund for more hours of support.

Source:
    Threshold for users who ask for more hours (S11); none from 17 June 2010, employers' costs and changes of income
    apart (S99).
"""

from typing import NamedTuple

from services.funding_streams.domain.eras import in_words
from services.funding_streams.domain.figures import Dated
from services.funding_streams.domain.money import Exact, in_pounds
from services.funding_streams.domain.working import Working
from services.funding_streams.streams.independent_living_fund.application import Application
from services.funding_streams.streams.independent_living_fund.schemes import FUND, TRUST, Scheme
from services.funding_streams.streams.independent_living_fund.sums import meets_threshold, to_the_penny


class MoreHours(NamedTuple):
    """What asking for more hours comes to.

    Args:
        held_to: the award in payment, in pence a week, where the fund pays for no more; None where nothing holds it.
        threshold: the council's least input, where it was tested and is reached.
    """

    held_to: Exact | None = None
    threshold: Dated | None = None


def more_hours(working: Working, scheme: Scheme, application: Application, council_input: Exact) -> MoreHours:
    """Return what holds the award, and what council input it rests on.

    Users of group 1 have no threshold, and no source gives one for Scotland: they are asked only where all are held.

    Raises:
        MissingFact: whether more hours are asked for, or the award in payment.
        NoValueInForce: no threshold is loaded for the day.
    """
    frozen = _frozen(working, scheme)
    threshold = None if application.group_1 or scheme.threshold is None else working.figure(scheme.threshold)
    if frozen is None and threshold is None:
        return MoreHours()
    if not working.case.facts.yes_no("ilf_asks_for_more_hours"):
        working.noted("more_hours", "Asks for no more hours, so the council's input is not tested again.")
        return MoreHours()
    if frozen is not None:
        return _held(working, frozen, f"Since {in_words(frozen.day)} the fund pays nobody for more hours of support")
    assert threshold is not None
    if meets_threshold(council_input, threshold.pence):
        working.noted(
            "more_hours",
            lambda: (
                f"Asks for more hours: the council's input of {to_the_penny(council_input)} a week reaches"
                f" {in_pounds(threshold.pence)}."
            ),
            threshold,
        )
        return MoreHours(threshold=threshold)
    reason = f"Asks for more hours, but the council's input does not reach {in_pounds(threshold.pence)} a week"
    return _held(working, threshold, reason)


def _frozen(working: Working, scheme: Scheme) -> Dated | None:
    if scheme is not TRUST:
        return None
    last = working.figure(f"{FUND}.last_day_for_more_hours")
    return last if working.case.on > last.day else None


def _held(working: Working, ground: Dated, reason: str) -> MoreHours:
    present = working.case.facts.pence("ilf_award_pence_per_week")
    working.worked_out(
        "more_hours",
        lambda: f"{reason}; the award stays at {in_pounds(present)} a week at most.",
        ground,
    )
    return MoreHours(held_to=present)
