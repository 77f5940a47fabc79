"""Which facts Access to Work asks for, and which of them the answers already given make needless."""

from services.funding_streams.domain.adapter import Case
from services.funding_streams.domain.money import DAYS_PER_WEEK
from services.funding_streams.domain.working import Working
from services.funding_streams.streams.access_to_work.eligibility import (
    NOT_HELPED,
    barring_benefits,
    departments_pay_themselves,
)
from services.funding_streams.streams.access_to_work.employers_share import shares_by_one_threshold

PERSON_FACTS = (
    "date_of_birth",
    "works_in_great_britain",
    "condition_affects_work",
    "condition_lasts_twelve_months",
    "work_status",
    "access_to_work_applied_on",
)
#: Facts that matter to somebody with work, or with a job that is about to start.
WORK_FACTS = (
    "work_starts_on",
    "employer_is_ministerial_department",
    "incomes",
    "supported_permitted_work",
    "work_equipment_cost_pence",
    "work_equipment_private_days_per_week",
    "work_premises_cost_pence",
    "weeks_in_post",
    "employer_staff",
    "work_support_hours_per_week",
    "work_support_pence_per_hour",
    "travel_to_work_pence_per_week",
    "travel_to_work_usual_pence_per_week",
    "travel_in_work_pence_per_week",
    "travel_in_work_usual_pence_per_week",
)
FACTS = (*PERSON_FACTS, *WORK_FACTS, "interview_communicator_cost_pence")

#: Facts that matter only where another is not nought.
FOLLOW_UPS = {
    "work_equipment_cost_pence": "work_equipment_private_days_per_week",
    "work_support_hours_per_week": "work_support_pence_per_hour",
    "travel_to_work_pence_per_week": "travel_to_work_usual_pence_per_week",
    "travel_in_work_pence_per_week": "travel_in_work_usual_pence_per_week",
}


def needless(case: Case) -> frozenset[str]:
    """Return facts that the facts already known make needless.

    The day of the application is never asked for: nobody need have applied yet.
    """
    known = case.facts.values
    if known.get("work_status") in NOT_HELPED:
        return frozenset({"access_to_work_applied_on", *WORK_FACTS})
    found = {"access_to_work_applied_on"} | _by_work(case) | _by_benefits(case) | _by_employers_share(case)
    return frozenset(found | {later for first, later in FOLLOW_UPS.items() if known.get(first) == 0})


def _by_work(case: Case) -> set[str]:
    status = case.facts.values.get("work_status")
    found = set() if status in (None, "starting_soon") else {"work_starts_on"}
    if status == "self_employed" or not departments_pay_themselves(Working(case)):
        found.add("employer_is_ministerial_department")
    return found


def _by_benefits(case: Case) -> set[str]:
    known = case.facts.values
    if known.get("work_status") == "starting_soon":
        return {"incomes", "supported_permitted_work"}
    if known.get("supported_permitted_work") is True:
        return {"incomes"}
    if "incomes" in known and not barring_benefits(Working(case)):
        return {"supported_permitted_work"}
    return set()


def _by_employers_share(case: Case) -> set[str]:
    known, both = case.facts.values, {"weeks_in_post", "employer_staff"}
    if known.get("work_status") not in (None, "employed") or _nothing_to_share(case):
        return both
    working = Working(case)
    if shares_by_one_threshold(working):
        return {"employer_staff"}
    weeks, least = known.get("weeks_in_post"), working.figure("access_to_work.cost_share_weeks_in_post_least")
    return {"employer_staff"} if isinstance(weeks, int) and weeks < least.whole else set()


def _nothing_to_share(case: Case) -> bool:
    known = case.facts.values
    no_equipment = (
        known.get("work_equipment_cost_pence") == 0
        or known.get("work_equipment_private_days_per_week") == DAYS_PER_WEEK
    )
    return no_equipment and known.get("work_premises_cost_pence") == 0
