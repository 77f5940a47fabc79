"""Adult social care: eligibility under Fair Access to Care until 31 March 2015, under the Care Act from then on."""

from datetime import date

from services.funding_streams.domain.adapter import Case, StreamAdapter
from services.funding_streams.domain.decision import ADULT_SOCIAL_CARE, Decision, Status
from services.funding_streams.domain.eras import is_care_act
from services.funding_streams.domain.financial_assessment.assessment import Assessment, assess
from services.funding_streams.domain.financial_assessment.free_support import FREE_SUPPORT
from services.funding_streams.domain.financial_assessment.needed_facts import (
    means_facts,
    missing_means,
    needless_means,
)
from services.funding_streams.domain.money import DAYS_PER_AWARD, WEEKS_PER_AWARD, Exact, a_week, half_up, in_pounds
from services.funding_streams.domain.settling import Award, awarded, last_day_of_award, refused, undecided
from services.funding_streams.domain.working import Working
from services.funding_streams.streams.adult_social_care.allocated import year_to_award
from services.funding_streams.streams.adult_social_care.eligibility import (
    CARE_ACT_FACTS,
    FACS_FACTS,
    THRESHOLD,
    apply_tests,
    band_shown,
    meets_facs_threshold,
)

STREAM = ADULT_SOCIAL_CARE
CONDITIONS = (
    "Only for needs and outcomes in the agreed care and support plan.",
    "Not to pay a husband, wife or partner, or a close relative in the same household, unless the council has recorded"
    " that it is necessary.",
    "Worked out with the rates of the day of this decision; decided again when rates or circumstances change.",
)
FULL_COST_CONDITION = (
    "The person pays the full cost: the council arranges the support where the person asks for it, or cannot arrange it"
    " and has nobody who can."
)


def person_and_council_share(cost_pence: int, most_pence: int) -> tuple[int, int]:
    """Share a cost: the person pays the lower of the cost and the most they can be charged, the council the rest.

    Source:
        Hampshire County Council, personal budget contributions (S74).
    """
    person = min(cost_pence, most_pence)
    return person, cost_pence - person


class AdultSocialCare(StreamAdapter):
    """The council's own money; its award is the allocation for 52 weeks: the final figure, else the indicative one."""

    stream = STREAM

    def needs(self, on: date) -> tuple[str, ...]:
        """Return every fact that may matter on that day; which test of eligibility applies depends on it."""
        return tuple(dict.fromkeys((*_eligibility_facts(on), *means_facts(on))))

    def decide(self, case: Case) -> Decision:
        """Decide on the council's money; see `StreamAdapter`."""
        working = Working(case)
        apply_tests(working)
        if working.refused:
            return refused(STREAM, working)
        cost_pence = year_to_award(working)
        assessment = working.attempt(assess, working)
        if working.missed or working.stuck or cost_pence is None or assessment is None:
            return undecided(STREAM, working, self._missing(case))
        return _award(working, cost_pence, assessment)

    def _missing(self, case: Case) -> tuple[str, ...]:
        absent = {
            *case.facts.absent(_eligibility_facts(case.on)),
            *missing_means(case.facts, needless_means(case)),
        } - _needless_for_eligibility(case)
        return tuple(name for name in self.needs(case.on) if name in absent)


def _eligibility_facts(on: date) -> tuple[str, ...]:
    return ("date_of_birth", "ordinarily_resident", *(CARE_ACT_FACTS if is_care_act(on) else FACS_FACTS))


def _needless_for_eligibility(case: Case) -> frozenset[str]:
    """Return the agreed band where what fails shows by itself that the council meets the needs."""
    shown = band_shown(Working(case))
    meets = shown is not None and meets_facs_threshold(shown, case.council.code(THRESHOLD))
    return frozenset(FACS_FACTS if meets else ())


def _award(working: Working, cost_pence: int, assessment: Assessment) -> Decision:
    weekly_cost = a_week(cost_pence, DAYS_PER_AWARD)
    charge = assessment.charge(weekly_cost)
    contribution = _contribution(working, cost_pence, weekly_cost, charge)
    # Under the Care Act alone the duty to arrange support hangs on means (section 18).
    full_cost = assessment.available_pence is None and is_care_act(working.case.on)
    return awarded(
        STREAM,
        working,
        Award(
            pence_per_week=weekly_cost,
            ends_on=last_day_of_award(working.case.on, None),
            contribution_pence=contribution,
            conditions=(*CONDITIONS, FULL_COST_CONDITION) if full_cost else CONDITIONS,
            status=Status.CONFIRMED,
            amount_pence=cost_pence,
        ),
    )


def _contribution(working: Working, cost_pence: int, weekly_cost: Exact, charge: Exact) -> int:
    """Return the person's share over the award: the weekly charge, rounded half up once, up to the whole cost."""
    weekly = half_up(charge)
    whole, council = person_and_council_share(cost_pence, weekly * WEEKS_PER_AWARD)
    if charge == weekly_cost:
        whole, council = cost_pence, 0
    working.worked_out(
        "charge",
        lambda: (
            f"The person pays {in_pounds(weekly)} a week, never more than the cost: {in_pounds(whole)} over"
            f" {WEEKS_PER_AWARD} weeks. The council pays {in_pounds(council)}."
        ),
        working.figure("adult_social_care.charge_at_most"),
    )
    working.noted(
        "free_support",
        "Community equipment and minor adaptations, the first weeks of intermediate care, and aftercare under the"
        " Mental Health Act are free and are not part of the cost that is charged for.",
        working.figure(FREE_SUPPORT),
    )
    return whole
