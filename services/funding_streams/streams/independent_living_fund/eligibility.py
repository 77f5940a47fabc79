"""Who the Independent Living Fund takes: its tests by date, for new applicants and for those who have an award.

Source:
    The figures in ``parameters/independent_living_fund/``, each with its citation.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from services.funding_streams.domain.decision import Outcome
from services.funding_streams.domain.eras import ILF_WORK_RULE_FIRST_DAY, years_old
from services.funding_streams.domain.money import in_pounds
from services.funding_streams.domain.working import Working

FUND = "independent_living_fund"
SUCCESSOR = "The council is responsible from 1 July 2015."
WORK_FACT = "hours_worked_per_week"

#: Benefits that keep an existing user in the fund besides the highest rate of care. Source: S18, S23i.
TRANSFERRED_BENEFITS = ("pip_daily_living_enhanced", "pip_daily_living_standard")


@dataclass(frozen=True)
class Application:
    """When a person came to the fund and so which of its rules apply.

    Args:
        existing: already has an award.
        applied_on: day of the application; the day of the decision for a new applicant who has not applied yet.
        group_1: awarded before the 1993 fund began.
    """

    existing: bool
    applied_on: date
    group_1: bool


def is_open(working: Working) -> bool:
    """Test whether the fund still exists on the day of the decision."""
    on, last = working.case.on, working.case.figures.at(f"{FUND}.last_day", working.case.on)
    return working.test(
        "in_force",
        on <= last.day,
        "The fund is open to its users on this day.",
        lambda: f"The fund closed in England on {last.day:%d %B %Y}. {SUCCESSOR}",
        last,
    )


def application_of(working: Working) -> Application:
    """Return which of the fund's rules apply; a new applicant is tested against the closing dates.

    Raises:
        MissingFact: whether the person has an award, or for one who has, when they applied.
    """
    facts, on = working.case.facts, working.case.on
    group_2 = working.figure(f"{FUND}.group_2_first_day")
    if facts.yes_no("ilf_existing_user"):
        applied_on = facts.date("ilf_applied_on")
        group_1 = applied_on < group_2.day
        group = "group 1, without a council threshold" if group_1 else "group 2"
        text = f"Has an award already, applied for on {applied_on.isoformat()}: {group}. Age is not tested again."
        working.noted("application", text, group_2)
        return Application(existing=True, applied_on=applied_on, group_1=group_1)
    given = facts.date_if_any("ilf_applied_on")
    if given is not None and given > on:
        working.wait(
            "application", lambda: f"The application is dated {given.isoformat()}, after the day of this decision."
        )
    applied_on = on if given is None else min(given, on)
    taken = "" if given else " No day of application is given, so the day of this decision is taken."
    _open_to_new(working, applied_on, taken)
    return Application(existing=False, applied_on=applied_on, group_1=False)


def _open_to_new(working: Working, applied_on: date, taken: str) -> None:
    closing = working.figure(f"{FUND}.last_day_for_applications")
    closed_for_good = working.figure(f"{FUND}.last_day_for_new_users")
    working.test(
        "open_to_new_applicants",
        applied_on <= closing.day and working.case.on <= closed_for_good.day,
        lambda: f"Applies on {applied_on.isoformat()}, while the fund takes new applications.{taken}",
        lambda: (
            f"Applies on {applied_on.isoformat()}: the fund took new applications up to {closing.day.isoformat()} and"
            f" new users up to {closed_for_good.day.isoformat()} only.{taken}"
        ),
        *((closing, closed_for_good) if working.case.on > closing.day else (closing,)),
    )


def tests_for(working: Working, application: Application | None) -> list[Callable[[], None]]:
    """Return the tests that apply; while the application is unknown only those that apply to everybody."""
    everybody = [lambda: _residence(working), lambda: _capital(working)]
    if application is None:
        return everybody
    if application.existing:
        return [*everybody, lambda: _benefit_of_user(working)]
    return [
        *everybody,
        lambda: _benefit_of_applicant(working),
        lambda: _age(working, application.applied_on),
        lambda: _risk(working),
        lambda: _home(working),
        lambda: _work(working, application.applied_on),
    ]


def _residence(working: Working) -> None:
    working.test(
        "uk_resident",
        working.case.facts.yes_no("uk_resident"),
        "Resident in the United Kingdom.",
        "Not resident in the United Kingdom.",
        working.figure(f"{FUND}.uk_residence_needed"),
    )


def _benefit_of_applicant(working: Working) -> None:
    rate = working.case.facts.code("dla_care_rate")
    needed = working.figure(f"{FUND}.care_component_rate_needed")
    working.test(
        "dla_care_highest",
        rate == needed.code,
        "Receives the highest rate of disability living allowance, care.",
        lambda: f"Receives disability living allowance, care, at the rate {rate}; the {needed.code} rate is needed.",
        needed,
    )


def _benefit_of_user(working: Working) -> None:
    """Test the benefit of an existing user, without ending anything that an appeal could restore.

    Loss of the rate ends the award, but payments are only suspended while an appeal runs (X6, S22). Whether one runs is
    not among the facts, so a person must ask.
    """
    facts, needed = working.case.facts, working.figure(f"{FUND}.care_component_rate_needed")
    rate = facts.code("dla_care_rate")
    transferred = rate != needed.code and any(line.code in TRANSFERRED_BENEFITS for line in facts.incomes())
    if rate == needed.code or transferred:
        kept = "personal independence payment, daily living" if transferred else f"{rate} rate of care"
        working.add(
            Outcome.PASSED, "dla_care_highest", lambda: f"Keeps the benefit that the fund asks for: {kept}.", needed
        )
        return
    working.wait(
        "dla_care_highest",
        lambda: (
            f"The rate of care is now {rate}. If an appeal runs, payments are suspended, not ended; if none does, the"
            " award ends. A person must ask which it is."
        ),
    )


def _age(working: Working, applied_on: date) -> None:
    least = working.figure(f"{FUND}.age_least_years")
    below = working.figure(f"{FUND}.age_below_years")
    age = years_old(working.case.facts.date("date_of_birth"), applied_on)
    working.test(
        "age",
        least.whole <= age < below.whole,
        lambda: f"Aged {age} at application.",
        lambda: (
            f"Aged {age} at application: it must be made from {least.whole} and before the birthday at {below.whole}."
        ),
        least,
        below,
    )


def _risk(working: Working) -> None:
    working.test(
        "at_risk_of_residential_care",
        working.case.facts.yes_no("at_risk_of_residential_care"),
        "Would be at risk of residential care without support.",
        "Would not be at risk of residential care without support.",
        working.figure(f"{FUND}.residential_care_risk_needed"),
    )


def _home(working: Working) -> None:
    months = working.figure(f"{FUND}.months_at_home_least")
    working.test(
        "can_live_at_home",
        working.case.facts.yes_no("can_live_at_home_six_months"),
        lambda: f"Is expected to be able to live at home for {months.whole} months.",
        lambda: f"Is not expected to be able to live at home for {months.whole} months.",
        months,
    )


def _work(working: Working, applied_on: date) -> None:
    if applied_on < ILF_WORK_RULE_FIRST_DAY:
        return
    least = working.case.figures.at(f"{FUND}.hours_of_work_least", applied_on)
    hours = working.case.facts.count(WORK_FACT)
    working.test(
        "work",
        hours >= least.whole,
        lambda: f"Works {hours} hours a week.",
        lambda: f"Works {hours} hours a week: new applicants must work at least {least.whole}.",
        least,
    )


def _capital(working: Working) -> None:
    capital, upper = capital_with_partner(working), working.figure(f"{FUND}.capital_limit_upper")
    working.test(
        "capital",
        capital <= upper.pence,
        lambda: f"Capital of {in_pounds(capital)}, a partner's included, is not above {in_pounds(upper.pence)}.",
        lambda: f"Capital of {in_pounds(capital)}, a partner's included, is above {in_pounds(upper.pence)}.",
        upper,
    )


def capital_with_partner(working: Working) -> int:
    """Return the capital of the person and, in a couple, of the partner, in pence.

    Raises:
        MissingFact: capital, household or the partner's capital.
    """
    facts = working.case.facts
    own = facts.pence("capital_pence")
    return own + (facts.pence("partner_capital_pence") if facts.code("household") == "couple" else 0)
