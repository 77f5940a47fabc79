"""What some money asks of an item, and the plan does not show by itself: from fields of its form and back."""

from collections.abc import Iterator, Mapping
from typing import Any

from gateway.console.forms import Fault, Given

#: Questions that are answered with yes or no, by requirement; the rest of the requirements the plan itself answers.
YES_OR_NO: Mapping[str, str] = {
    "within_council_policy": "Does the council’s policy allow it?",
    "agreed_before_bought": "Was it agreed before it was bought?",
    "listed_purpose": "Is it for a purpose that the decision lists?",
    "in_health_care_plan": "Is it in the plan for health care?",
    "not_nursing_by_registered_nurse": "Is it something else than nursing by a registered nurse?",
    "ancillary_and_occasional": "Is it only now and then, and beside other care?",
    "not_given_free_as_equipment": "Is it something that nobody gives free of charge as equipment?",
    "for_work_support": "Is it for support at work?",
    "extra_cost_of_work": "Is it an extra cost of working?",
    "more_than_usual_journey": "Does it cost more than the usual journey to work?",
    "access_to_work_does_not_pay": "Is it something that Access to Work does not pay for?",
}
ANSWERS: Mapping[str, str] = {"yes": "Yes", "no": "No"}
#: Answered with a number; a stay that the plan lists goes by its days.
WEEKS = "weeks_in_a_year_at_most"
WEEKS_MOST = 53
_PREFIX = "circumstance-"


def field_of(requirement: str) -> str:
    """The name of a requirement's field."""
    return f"{_PREFIX}{requirement}"


def circumstances_filled(told: Mapping[str, Any]) -> Mapping[str, str]:
    """What was answered, as the fields of the form."""
    answered = {name: "yes" if told[name] else "no" for name in YES_OR_NO if name in told}
    weeks = {WEEKS: str(told[WEEKS])} if WEEKS in told else {}
    return {field_of(name): value for name, value in {**answered, **weeks}.items()}


def circumstances_faults(given: Given) -> Iterator[Fault]:
    """What stands against the answers."""
    weeks = given[field_of(WEEKS)]
    if weeks and (not weeks.isascii() or not weeks.isdigit() or int(weeks) > WEEKS_MOST):
        yield Fault(field_of(WEEKS), f"Enter how many weeks in a year, 0 to {WEEKS_MOST}, or leave it empty")


def circumstances_saved(before: Mapping[str, Any], given: Given) -> Mapping[str, bool | int]:
    """The answers of the form; what it does not ask for stays as it was."""
    kept = {name: told for name, told in before.items() if name not in YES_OR_NO and name != WEEKS}
    answered = {name: given[field_of(name)] == "yes" for name in YES_OR_NO if given[field_of(name)] in ANSWERS}
    weeks = {WEEKS: int(given[field_of(WEEKS)])} if given[field_of(WEEKS)] else {}
    return {**kept, **answered, **weeks}
