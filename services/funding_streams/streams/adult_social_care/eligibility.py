"""Eligibility for adult social care, test by test.

Source:
    Fair Access to Care Services, LAC(2002)13 as told by S55 and S56, until 31 March 2015; SI 2015/313 reg. 2 (S57, S58)
    from then on.
"""

from collections.abc import Mapping, Set
from enum import StrEnum

from services.funding_streams.domain.eras import is_care_act, years_old
from services.funding_streams.domain.working import Working

#: Bands of Fair Access to Care, highest first.
FACS_BANDS = ("critical", "substantial", "moderate", "low", "none")
#: Facts that show a band by themselves where the assessment holds them; the band is asked for all the same.
FACS_EXTENT_FACTS = ("failing_routines", "failing_roles")
FACS_FACTS = ("facs_band",)
CARE_ACT_FACTS = ("need_from_impairment", "outcomes_not_achieved", "significant_impact")

FRAMEWORK = "adult_social_care.eligibility_framework"
THRESHOLD = "adult_social_care.facs_threshold"
OUTCOMES_NEEDED = "adult_social_care.care_act_outcomes_needed"

#: "One or two" and "several" in Fair Access to Care.
FEW = 2


class Extent(StrEnum):
    """How many routines, or roles and ties, a person cannot keep up; each extent shows a band."""

    VITAL = "vital"
    MOST = "most"
    SEVERAL = "several"
    ONE_OR_TWO = "one_or_two"
    NONE = "none"


BAND_BY_EXTENT = {
    Extent.VITAL: "critical",
    Extent.MOST: "substantial",
    Extent.SEVERAL: "moderate",
    Extent.ONE_OR_TWO: "low",
    Extent.NONE: "none",
}


class Manner(StrEnum):
    """In which manner a person achieves an outcome of the Care Act, the help of carers left out."""

    ALONE = "alone"
    WITH_ASSISTANCE = "with_assistance"
    IN_PAIN_DISTRESS_OR_ANXIETY = "in_pain_distress_or_anxiety"
    ENDANGERING_SOMEBODY = "endangering_somebody"
    TAKING_MUCH_LONGER = "taking_much_longer"
    NOT_AT_ALL = "not_at_all"


class CareActOutcome(StrEnum):
    """The ten outcomes of regulation 2."""

    NUTRITION = "nutrition"
    PERSONAL_HYGIENE = "personal_hygiene"
    TOILET = "toilet"
    CLOTHED = "clothed"
    SAFE_AT_HOME = "safe_at_home"
    HABITABLE_HOME = "habitable_home"
    RELATIONSHIPS = "relationships"
    WORK_OR_LEARNING = "work_or_learning"
    COMMUNITY = "community"
    CARING_FOR_A_CHILD = "caring_for_a_child"


def outcomes_not_achieved(manners: Mapping[CareActOutcome, Set[Manner]]) -> int:
    """Return how many outcomes count as not achieved.

    Whoever achieves an outcome only with help, in significant pain, distress or anxiety, endangering somebody, or
    taking significantly longer than would be expected counts as unable to achieve it.

    Source:
        SI 2015/313 reg. 2(3) as told by S57.
    """
    return sum(1 for told in manners.values() if told - {Manner.ALONE})


def extent(failing: int, of: int, *, vital: bool) -> Extent:
    """Return the extent that counts of failing routines, or of failing roles and ties, come to.

    Args:
        failing: how many fail.
        of: how many the person has; more than half of them is a majority.
        vital: whether one that is vital fails.
    """
    if vital:
        return Extent.VITAL
    if failing == 0:
        return Extent.NONE
    if 2 * failing > of:
        return Extent.MOST
    return Extent.ONE_OR_TWO if failing <= FEW else Extent.SEVERAL


def facs_band(*extents: Extent) -> str:
    """Return the highest band that failing routines, roles and ties show."""
    return min((BAND_BY_EXTENT[one] for one in extents), key=FACS_BANDS.index)


def meets_facs_threshold(band: str, threshold: str) -> bool:
    """Whether the highest band of the needs is at or above the band that the council meets."""
    return FACS_BANDS.index(band) <= FACS_BANDS.index(threshold)


def apply_tests(working: Working) -> None:
    """Test age, residence and needs; each by itself, so that one failure settles it while other facts are missing."""
    working.attempt_each(CARE_ACT_TESTS if is_care_act(working.case.on) else FACS_TESTS)


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


def _band(working: Working) -> None:
    threshold = working.case.council.code(THRESHOLD)
    band = _highest_band(working, threshold)
    working.test(
        "facs_band",
        meets_facs_threshold(band, threshold),
        lambda: f"Needs in the band {band}; the council meets needs from {threshold} up.",
        lambda: f"Needs in the band {band}; the council meets needs only from {threshold} up.",
        working.figure(FRAMEWORK),
        working.choice(THRESHOLD),
    )


def _highest_band(working: Working, threshold: str) -> str:
    """Return the agreed band, or the one that failing routines or roles show where that is higher.

    Raises:
        MissingFact: the agreed band, unless what fails settles the matter already.
    """
    shown = band_shown(working)
    if shown is None:
        return working.case.facts.code("facs_band")
    working.noted(
        "facs_band.shown",
        lambda: f"The routines, roles and ties that fail show the band {shown} by themselves.",
        working.figure(FRAMEWORK),
    )
    if meets_facs_threshold(shown, threshold):
        return shown
    return min(shown, working.case.facts.code("facs_band"), key=FACS_BANDS.index)


def band_shown(working: Working) -> str | None:
    """Return the band that failing routines, roles and ties show, or None where the assessment tells none."""
    facts = working.case.facts
    extents = [Extent(facts.code(name)) for name in FACS_EXTENT_FACTS if facts.has(name)]
    return facs_band(*extents) if extents else None


def _from_impairment(working: Working) -> None:
    working.test(
        "need_from_impairment",
        working.case.facts.yes_no("need_from_impairment"),
        "The needs arise from a physical or mental impairment or illness.",
        "The needs do not arise from a physical or mental impairment or illness.",
        working.figure(FRAMEWORK),
    )


def _outcomes(working: Working) -> None:
    count = working.case.facts.count("outcomes_not_achieved")
    needed = working.figure(OUTCOMES_NEEDED)
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
        working.figure(FRAMEWORK),
    )


def _care_act(working: Working) -> None:
    framework, needed = working.figure(FRAMEWORK), working.figure(OUTCOMES_NEEDED)
    working.noted(
        "care_act_test",
        lambda: (
            f"All three must hold: needs from an impairment or illness, {needed.whole} or more outcomes not achieved,"
            " and a significant impact on well-being."
        ),
        framework,
        needed,
    )


#: In the order in which a person can follow them.
FACS_TESTS = (_adult, _resident, _band)
CARE_ACT_TESTS = (_adult, _resident, _from_impairment, _outcomes, _impact, _care_act)
