"""Whom Access to Work can help: its tests, by date.

Source:
    The figures in ``figures/``, each with its citation.
"""

from datetime import date, timedelta
from typing import NamedTuple

from services.funding_streams.domain.eras import in_words, years_old
from services.funding_streams.domain.errors import WrongFact
from services.funding_streams.domain.income_names import income_name
from services.funding_streams.domain.working import Working

#: Work that Access to Work can help with, as a sentence tells it.
HELPED = {
    "employed": "Is employed and paid.",
    "self_employed": "Is self-employed.",
    "starting_soon": "Is about to start a paid job.",
    "work_trial": "Is on a work trial.",
}
NOT_HELPED = {"voluntary": "The work is unpaid.", "none": "Has no work."}
ONLY_INTERVIEWS = "Only a communicator at interviews for paid work can be paid for."
WORK_NEEDED = "It must be a paid job, self-employment, a job that is about to start or a work trial."

#: Benefits for people who cannot or need not work. Source: S127.
OUT_OF_WORK_BENEFITS = (
    "income_support",
    "employment_and_support_allowance",
    "incapacity_benefit",
    "severe_disablement_allowance",
)


class Work(NamedTuple):
    """The work that support is for.

    Args:
        status: as in the fact.
        begins_on: first day of a job that has not begun; None where there is none.
    """

    status: str
    begins_on: date | None = None

    @property
    def helped(self) -> bool:
        """Whether more than a communicator at job interviews can be paid for."""
        return self.status in HELPED


def work_of(working: Working) -> Work:
    """Test the work. Out of work, a person can be helped at job interviews alone.

    Raises:
        MissingFact: the work, the first day of a job about to start, or the cost of help at interviews where nothing
            else could be paid.
        WrongFact: the work is none of the catalogue's.
    """
    facts, needed = working.case.facts, working.figure("access_to_work.work_needed")
    status = facts.code("work_status")
    if status in HELPED:
        working.test("work", True, HELPED[status], "", needed)
        return _about_to_start(working) if status == "starting_soon" else Work(status)
    if status not in NOT_HELPED:
        raise WrongFact("work_status", f"one of {', '.join((*HELPED, *NOT_HELPED))}")
    if facts.pence("interview_communicator_cost_pence"):
        rule = working.figure("access_to_work.interview_communicator_out_of_work")
        working.test("work", True, lambda: f"{NOT_HELPED[status]} {ONLY_INTERVIEWS}", "", needed, rule)
    else:
        working.test("work", False, "", lambda: f"{NOT_HELPED[status]} {WORK_NEEDED}", needed)
    return Work(status)


def _about_to_start(working: Working) -> Work:
    on, begins_on = working.case.on, working.case.facts.date("work_starts_on")
    if begins_on < on:
        working.wait(
            "work_starts_on",
            lambda: (
                f"The job is told as about to start, but began on {in_words(begins_on)}. One of the two must be mended."
            ),
        )
        return Work("starting_soon")
    given = working.case.facts.date_if_any("access_to_work_applied_on")
    applied_on = on if given is None else min(given, on)
    weeks = working.case.figures.at("access_to_work.weeks_before_start_most", applied_on)
    earliest = begins_on - timedelta(weeks=weeks.whole)
    taken = "" if given else " No day of application is given, so the day of this decision is taken."
    working.test(
        "time_of_application",
        earliest <= applied_on,
        lambda: f"The job begins on {in_words(begins_on)}, at most {weeks.whole} weeks after the application.{taken}",
        lambda: (
            f"The job begins on {in_words(begins_on)}, so an application can be made from {in_words(earliest)} on:"
            f" {weeks.whole} weeks before.{taken}"
        ),
        weeks,
    )
    return Work("starting_soon", begins_on)


def test_person(working: Working) -> None:
    """Apply the tests that apply to everybody."""
    working.attempt_each((_age, _great_britain, _condition, _length_of_condition, _application))


def test_work(working: Working, work: Work) -> None:
    """Apply the tests that work brings with it; none for help at interviews alone."""
    if not work.helped:
        return
    if work.status != "self_employed":
        working.attempt(_department, working)
    working.attempt(_benefits, working, work)


def _age(working: Working) -> None:
    least = working.figure("access_to_work.age_least_years")
    age = years_old(working.case.facts.date("date_of_birth"), working.case.on)
    working.test(
        "age",
        age >= least.whole,
        lambda: f"Aged {age}.",
        lambda: f"Aged {age}: Access to Work is for people of {least.whole} or more.",
        least,
    )


def _great_britain(working: Working) -> None:
    working.test(
        "great_britain",
        working.case.facts.yes_no("works_in_great_britain"),
        "Lives and works, or will work, in Great Britain.",
        "Does not live and work in Great Britain.",
        working.figure("access_to_work.great_britain_needed"),
    )


def _condition(working: Working) -> None:
    working.test(
        "condition",
        working.case.facts.yes_no("condition_affects_work"),
        "A disability or health condition affects the work.",
        "No disability or health condition affects the work.",
        working.figure("access_to_work.condition_affecting_work_needed"),
    )


def _length_of_condition(working: Working) -> None:
    months = working.figure("access_to_work.condition_months_least")
    working.test(
        "length_of_condition",
        working.case.facts.yes_no("condition_lasts_twelve_months"),
        lambda: f"It has lasted, or is likely to last, {months.whole} months.",
        lambda: f"It has not lasted, and is not likely to last, {months.whole} months.",
        months,
    )


def _application(working: Working) -> None:
    """Leave a decision open where the application is dated after it."""
    given = working.case.facts.date_if_any("access_to_work_applied_on")
    if given is not None and given > working.case.on:
        working.wait(
            "application", lambda: f"The application is dated {in_words(given)}, after the day of this decision."
        )


def departments_pay_themselves(working: Working) -> bool:
    """Whether ministerial departments pay for their own staff on the day of the decision."""
    return working.figure("access_to_work.ministerial_departments").code == "the_department"


def _department(working: Working) -> None:
    if not departments_pay_themselves(working):
        return
    working.test(
        "ministerial_department",
        not working.case.facts.yes_no("employer_is_ministerial_department"),
        "The employer is not a ministerial department.",
        "The employer is a ministerial department of the government, which pays for its own staff.",
        working.figure("access_to_work.ministerial_departments"),
    )


def barring_benefits(working: Working) -> tuple[str, ...]:
    """Return the codes of incomes beside which only permitted or supported work is helped."""
    incomes = working.case.facts.incomes()
    return tuple([line.code for line in incomes if line.pence_per_week and line.code in OUT_OF_WORK_BENEFITS])


def _benefits(working: Working, work: Work) -> None:
    """Test benefits beside the work; those of somebody who has yet to start end, or not, when the job begins."""
    facts, rule = working.case.facts, working.figure("access_to_work.benefits_that_bar")
    if work.status == "starting_soon":
        working.noted("benefits", "Benefits for people out of work are looked at once the job has begun.", rule)
        return
    if facts.has("supported_permitted_work") and facts.yes_no("supported_permitted_work"):
        working.test("benefits", True, "The work is permitted or supported work, so no benefit bars it.", "", rule)
        return
    barring = barring_benefits(working)
    working.test(
        "benefits",
        not barring or facts.yes_no("supported_permitted_work"),
        "Receives no benefit for people out of work.",
        lambda: (
            f"Receives {' and '.join(map(income_name, barring))}: beside it, only permitted or supported work is"
            " helped."
        ),
        rule,
    )
