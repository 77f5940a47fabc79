"""What the employer pays of equipment and premises, as the steps of a decision tell it.

Source:
    S121, S129 to S131; for the pilot years the project's fact sheet, from memory.
"""

from services.funding_streams.domain.figures import Dated
from services.funding_streams.domain.money import Exact, half_up, in_pounds
from services.funding_streams.domain.working import Grounds, Working
from services.funding_streams.streams.access_to_work.sums import BandReading, CostShare

BAND = "access_to_work.cost_share_band"
STEP = "employers_share"

#: Why nobody but Access to Work pays, for work that is no employment yet or never.
NO_EMPLOYMENT = {
    "self_employed": "The person is self-employed, so no employer shares the cost.",
    "starting_soon": "The job has yet to begin, so the employer shares no cost.",
    "work_trial": "A work trial comes before the job, so no employer shares the cost.",
}


def employer_pays(working: Working, status: str, cost: Exact) -> Exact:
    """Return what the employer pays of a cost, in pence.

    Args:
        working: takes the step.
        status: of the work, as in the fact.
        cost: of equipment and premises together, in pence.

    Raises:
        MissingFact: the weeks in post, or the number of staff where it matters.
        NoValueInForce: a figure of the share.
    """
    elements = working.figure("access_to_work.cost_share_elements")
    if status in NO_EMPLOYMENT:
        working.worked_out(STEP, NO_EMPLOYMENT[status], elements)
        return 0
    weeks = working.case.facts.count("weeks_in_post")
    least = working.figure("access_to_work.cost_share_weeks_in_post_least")
    if weeks < least.whole:
        text = "weeks in the job on the day of the application; the employer would share costs from"
        working.worked_out(STEP, lambda: f"{weeks} {text} {least.whole}.", elements, least)
        return 0
    threshold, grounds = _threshold(working)
    if threshold is None:
        working.worked_out(STEP, "An employer with so few staff shares no cost.", elements, *grounds)
        return 0
    share, more_grounds = _share_above(working, threshold)
    paid = share.of(cost)
    working.worked_out(
        STEP,
        lambda: (
            f"The employer pays the first {in_pounds(share.threshold)} and {share.percent} percent of what is above, up"
            f" to a cost of {in_pounds(share.band_top)}: {in_pounds(half_up(paid))} of {in_pounds(half_up(cost))}."
        ),
        elements,
        least,
        *grounds,
        *more_grounds,
    )
    return paid


def _threshold(working: Working) -> tuple[Dated | None, tuple[Grounds, ...]]:
    """Return what the employer pays first, None where it is too small to share, and the figures that say so."""
    if shares_by_one_threshold(working):
        threshold = working.figure("access_to_work.cost_share_threshold_any_size")
        return threshold, (threshold,)
    staff, least = working.case.facts.count("employer_staff"), working.figure("access_to_work.cost_share_staff_least")
    if staff < least.whole:
        return None, (least,)
    for size in ("large", "medium"):
        from_staff = working.figure(f"access_to_work.cost_share_{size}_staff_least")
        if staff >= from_staff.whole:
            threshold = working.figure(f"access_to_work.cost_share_threshold_{size}")
            return threshold, (from_staff, threshold)
    threshold = working.figure("access_to_work.cost_share_threshold_small")
    return threshold, (least, threshold)


def _share_above(working: Working, threshold: Dated) -> tuple[CostShare, tuple[Grounds, ...]]:
    """Return the whole share; on where its band ends sources conflict since it goes by the employer's size."""
    percent = working.figure("access_to_work.cost_share_percent")
    band = working.figure("access_to_work.cost_share_band_top")
    if shares_by_one_threshold(working):
        return CostShare(threshold.pence, percent.whole, band.pence), (percent, band)
    reading = working.case.council.one_of(BandReading, BAND)
    return CostShare(threshold.pence, percent.whole, band.pence, reading), (percent, band, working.choice(BAND))


def shares_by_one_threshold(working: Working) -> bool:
    """Whether every employer pays the same, whatever its size, on the day of the decision."""
    return working.figure("access_to_work.cost_share_scale").code == "one_threshold"
