"""Whether works may have a grant: the tests of the Act, one after the other.

Source:
    Housing Grants, Construction and Regeneration Act 1996, ss. 19 to 24 and 29 (S150, S156 to S159).
"""

from services.funding_streams.domain.figures import Dated
from services.funding_streams.domain.money import in_pounds
from services.funding_streams.domain.working import Working
from services.funding_streams.streams.disabled_facilities_grant.naming import figure_name

COUNCIL_HOMES = figure_name("grants_for_council_homes")
MINOR_ADAPTATION = "community_equipment.minor_adaptation_at_most"

PURPOSES = {
    "access_to_home": "access to and from the home",
    "safety": "making the home safe",
    "family_room": "access to the principal family room",
    "sleeping_room": "a room for sleeping",
    "toilet": "a toilet that can be used",
    "bath_or_shower": "a bath or shower that can be used",
    "wash_basin": "a wash basin that can be used",
    "food_preparation": "preparing and cooking food",
    "heating": "heating",
    "controls": "the use of power, light and heat",
    "care_for_another": "moving about the home to care for somebody else who lives there",
    "garden": "access to the garden",
    "other": "something else",
}
STATES = {
    "not_started": "The works had not begun on the day of the application.",
    "begun_with_good_reason": "The works had begun, and there was good reason for that.",
    "begun": "The works had begun before the application, without good reason: no grant may be approved.",
    "completed": "The works were completed before the application: no grant may be approved.",
}


def test_eligibility(working: Working) -> None:
    """Add every test that the facts and figures allow; one that fails refuses the grant."""
    working.attempt_each(TESTS)


def listed_purpose(working: Working, purpose: str) -> Dated | None:
    """Return the figure that lists a purpose on the day of the decision; None where the law does not list it."""
    name = figure_name(f"purpose_{purpose}")
    return working.figures.if_any(name) if name in working.case.figures.by_name else None


def _disabled(working: Working) -> None:
    working.test(
        "disabled_person",
        working.case.facts.yes_no("counts_as_disabled"),
        "Counts as a disabled person.",
        "Does not count as a disabled person in the sense of the Act.",
        working.figure(figure_name("disabled_person_needed")),
    )


def _purpose(working: Working) -> None:
    rule = working.figure(figure_name("listed_purposes"))
    purpose = working.case.facts.code("works_purpose")
    if purpose == "none":
        working.test("purpose", False, "", "No works to the home are asked for.", rule)
        return
    listed, words = listed_purpose(working, purpose), PURPOSES[purpose]
    working.test(
        "purpose",
        listed is not None,
        lambda: f"The works are for {words}, which the law lists.",
        lambda: f"The works are for {words}, which is not on the law's list on this day.",
        *(rule,) if listed is None else (rule, listed),
    )


def _not_minor(working: Working) -> None:
    """Leave minor adaptations to community equipment, which gives them free. Source: X9 (S65, S66)."""
    most, cost = working.figure(MINOR_ADAPTATION), working.case.facts.pence("works_cost_pence")
    working.test(
        "not_minor",
        cost > most.pence,
        lambda: f"The works cost {in_pounds(cost)}, more than a minor adaptation of up to {in_pounds(most.pence)}.",
        lambda: (
            f"The works cost {in_pounds(cost)}. Up to {in_pounds(most.pence)} an adaptation is minor: community"
            " equipment gives it free, and no grant is needed."
        ),
        most,
    )


def _necessary(working: Working) -> None:
    working.test(
        "necessary_and_appropriate",
        working.case.facts.yes_no("works_necessary_and_appropriate"),
        "The works are necessary and appropriate for the disabled person's needs.",
        "The works are not necessary and appropriate for the disabled person's needs.",
        working.figure(figure_name("necessary_and_appropriate_needed")),
    )


def _practicable(working: Working) -> None:
    working.test(
        "reasonable_and_practicable",
        working.case.facts.yes_no("works_reasonable_and_practicable"),
        "The works are reasonable and practicable, given the age and condition of the building.",
        "The works are not reasonable and practicable, given the age and condition of the building.",
        working.figure(figure_name("reasonable_and_practicable_needed")),
    )


def _not_the_councils(working: Working) -> None:
    policy = working.choice(COUNCIL_HOMES)
    if working.case.council.yes_no(COUNCIL_HOMES):
        working.noted("council_home", "This council uses the grant for its own homes as well.", policy)
        return
    working.test(
        "council_home",
        not working.case.facts.yes_no("home_owned_by_council"),
        "The home is not the council's own.",
        "The home is the council's own: the council adapts it from its housing account, not from the grant.",
        policy,
    )


def _applicant(working: Working) -> None:
    """Tell who may apply. Somebody who neither owns nor rents may still: only the authority can see on what footing."""
    rule = working.figure(figure_name("applicant_interest_needed"))
    tenure = working.case.facts.code("home_tenure")
    if tenure == "other":
        text = (
            "Neither owns nor rents the home: the housing authority must see that it is a houseboat or caravan that the"
            " person occupies, or that its owner or tenant applies for the person."
        )
        working.noted("applicant", text, rule)
        return
    working.test("applicant", True, lambda: f"May apply as the {tenure} of the home.", "", rule)


def _lives_there(working: Working) -> None:
    years = working.figure(figure_name("main_home_years"))
    working.test(
        "main_home",
        working.case.facts.yes_no("main_home_for_condition_period"),
        lambda: f"Means to live there as the only or main home for {years.whole} years, or as long as health allows.",
        lambda: f"Does not mean to live there for {years.whole} years, or as long as health allows.",
        years,
    )


def _not_begun(working: Working) -> None:
    state = working.case.facts.code("works_state")
    rule = working.figure(figure_name("works_not_begun_needed"))
    begun_well = state in ("not_started", "begun_with_good_reason")
    working.test("works_not_begun", begun_well, STATES[state], STATES[state], rule)


#: In the order in which a person can follow them.
TESTS = (
    _disabled,
    _purpose,
    _not_minor,
    _necessary,
    _practicable,
    _not_the_councils,
    _applicant,
    _lives_there,
    _not_begun,
)
