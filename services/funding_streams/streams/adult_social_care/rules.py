"""Adult social care: eligibility under Fair Access to Care until 31 March 2015, under the Care Act from then on."""

from datetime import date

from services.funding_streams.domain.adapter import AllocationOutcome, Case, StreamAdapter
from services.funding_streams.domain.charging import MEANS_FACTS, Assessment, assess, missing_means, needless_means
from services.funding_streams.domain.decision import ADULT_SOCIAL_CARE, Decision, Status
from services.funding_streams.domain.eras import is_care_act, years_old
from services.funding_streams.domain.money import DAYS_PER_AWARD, WEEKS_PER_AWARD, a_week, half_up, in_pounds
from services.funding_streams.domain.settling import Award, awarded, last_day_of_award, refused, undecided
from services.funding_streams.domain.working import Working

#: Bands of Fair Access to Care, highest first. Source: LAC(2002)13 as told by S55 and S56.
FACS_BANDS = ("critical", "substantial", "moderate", "low", "none")
CARE_ACT_FACTS = ("need_from_impairment", "outcomes_not_achieved", "significant_impact")

STREAM = ADULT_SOCIAL_CARE
CONDITIONS = (
    "Only for needs and outcomes in the agreed care and support plan.",
    "Not to pay a husband, wife or partner, or a close relative in the same household, unless the council has recorded"
    " that it is necessary.",
    "Worked out with the rates of the day of this decision; decided again when rates or circumstances change.",
)


def meets_facs_threshold(band: str, threshold: str) -> bool:
    """Whether the highest band of the needs is at or above the band that the council meets.

    Source:
        Fair Access to Care bands (S55, S56).
    """
    return FACS_BANDS.index(band) <= FACS_BANDS.index(threshold)


def person_and_council_share(cost_pence: int, most_pence: int) -> tuple[int, int]:
    """Share a cost: the person pays the lower of the cost and the most they can be charged, the council the rest.

    Source:
        Hampshire County Council, personal budget contributions (S74).
    """
    person = min(cost_pence, most_pence)
    return person, cost_pence - person


class AdultSocialCare(StreamAdapter):
    """The council's own money; its award is the indicative allocation for 52 weeks."""

    stream = STREAM

    def needs(self, on: date) -> tuple[str, ...]:
        """Return every fact that may matter on that day; which test of eligibility applies depends on it."""
        eligibility = CARE_ACT_FACTS if is_care_act(on) else ("facs_band",)
        return tuple(dict.fromkeys(("date_of_birth", "ordinarily_resident", *eligibility, *MEANS_FACTS)))

    def decide(self, case: Case) -> Decision:
        """Decide on the council's money; see `StreamAdapter`."""
        working = Working(case)
        working.attempt(lambda: _adult(working))
        working.attempt(lambda: _resident(working))
        working.attempt(lambda: _eligible(working))
        if working.refused:
            return refused(STREAM, working)
        cost_pence = _allocated(working)
        assessment = working.attempt(lambda: assess(working))
        missing = self._missing(case)
        if missing or working.missed or working.stuck or cost_pence is None or assessment is None:
            return undecided(STREAM, working, missing)
        return _award(working, cost_pence, assessment)

    def _missing(self, case: Case) -> tuple[str, ...]:
        needed = [name for name in self.needs(case.on) if name not in MEANS_FACTS or name == "date_of_birth"]
        means = missing_means(case.facts, needless_means(case))
        absent = {*case.facts.absent(needed), *means}
        return tuple(name for name in self.needs(case.on) if name in absent)


def _adult(working: Working) -> None:
    least = working.figure("adult_social_care.age_least_years")
    age = years_old(working.case.facts.date("date_of_birth"), working.case.on)
    working.test(
        "age",
        age >= least.whole,
        lambda: f"Aged {age}: an adult.",
        lambda: f"Aged {age}: adult social care begins at {least.whole}; before that the law on children applies.",
        least,
    )


def _resident(working: Working) -> None:
    working.test(
        "ordinary_residence",
        working.case.facts.yes_no("ordinarily_resident"),
        "Ordinarily resident in the council's area.",
        "Not ordinarily resident in the council's area: another council is responsible.",
        working.figure("adult_social_care.ordinary_residence_needed"),
    )


def _eligible(working: Working) -> None:
    """Test the needs; under the Care Act three tests must hold together (SI 2015/313 reg. 2, S58)."""
    framework = working.figure("adult_social_care.eligibility_framework")
    facts = working.case.facts
    if not is_care_act(working.case.on):
        band, threshold = facts.code("facs_band"), working.case.council.code("adult_social_care.facs_threshold")
        working.test(
            "facs_band",
            meets_facs_threshold(band, threshold),
            lambda: f"Needs in the band {band}; the council meets needs from {threshold} up.",
            lambda: f"Needs in the band {band}; the council meets needs only from {threshold} up.",
            framework,
            working.choice("adult_social_care.facs_threshold"),
        )
        return
    needed = working.figure("adult_social_care.care_act_outcomes_needed")
    # Each of the three tests stands alone, so that one failure settles the matter while other facts are missing.
    working.attempt(lambda: _from_impairment(working))
    working.attempt(lambda: _outcomes(working))
    working.attempt(lambda: _impact(working))
    working.noted(
        "care_act_test",
        lambda: (
            f"All three must hold: needs from an impairment or illness, {needed.whole} or more outcomes not achieved,"
            " and a significant impact on well-being."
        ),
        framework,
        needed,
    )


def _from_impairment(working: Working) -> None:
    working.test(
        "need_from_impairment",
        working.case.facts.yes_no("need_from_impairment"),
        "The needs arise from a physical or mental impairment or illness.",
        "The needs do not arise from a physical or mental impairment or illness.",
        working.figure("adult_social_care.eligibility_framework"),
    )


def _outcomes(working: Working) -> None:
    count = working.case.facts.count("outcomes_not_achieved")
    needed = working.figure("adult_social_care.care_act_outcomes_needed")
    working.test(
        "outcomes_not_achieved",
        count >= needed.whole,
        lambda: f"{count} outcomes cannot be achieved; {needed.whole} are enough.",
        lambda: f"{count} outcomes cannot be achieved; {needed.whole} are needed.",
        needed,
    )


def _impact(working: Working) -> None:
    working.test(
        "significant_impact",
        working.case.facts.yes_no("significant_impact"),
        "There is a significant impact on well-being.",
        "There is no significant impact on well-being.",
        working.figure("adult_social_care.eligibility_framework"),
    )


def _allocated(working: Working) -> int | None:
    """Return the indicative allocation in pence a year, or None where a person must set it first."""
    allocation = working.case.allocation
    if allocation is None:
        working.wait("allocation", "There is no indicative allocation yet.")
        return None
    if allocation.outcome is not AllocationOutcome.CALCULATED:
        working.wait("allocation", "The indicative allocation needs a person: it could not be worked out by the table.")
        return None
    working.worked_out(
        "allocation",
        lambda: (
            f"The indicative allocation is {in_pounds(allocation.pence_per_year)} for {WEEKS_PER_AWARD} weeks,"
            f" {in_pounds(a_week(allocation.pence_per_year, DAYS_PER_AWARD))} a week."
        ),
    )
    return allocation.pence_per_year


def _award(working: Working, cost_pence: int, assessment: Assessment) -> Decision:
    weekly_cost = a_week(cost_pence, DAYS_PER_AWARD)
    charge = assessment.charge(weekly_cost)
    contribution = cost_pence if charge == weekly_cost else min(half_up(charge) * WEEKS_PER_AWARD, cost_pence)
    working.worked_out(
        "charge",
        lambda: (
            f"The person pays {in_pounds(half_up(charge))} a week ({in_pounds(charge)} before rounding), never more"
            f" than the cost: {in_pounds(contribution)} over {WEEKS_PER_AWARD} weeks."
        ),
        working.figure("adult_social_care.charge_at_most"),
    )
    award = Award(
        pence_per_week=weekly_cost,
        ends_on=last_day_of_award(working.case.on, None),
        contribution_pence=contribution,
        conditions=CONDITIONS,
        status=Status.CONFIRMED,
        amount_pence=cost_pence,
    )
    return awarded(STREAM, working, award)
