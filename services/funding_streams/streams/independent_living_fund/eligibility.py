"""Who the fund takes: its tests by date, for new applicants and for those who have an award.

Source:
    The figures of this folder, each with its citation.
"""

from datetime import date

from services.funding_streams.domain.decision import Outcome
from services.funding_streams.domain.eras import ILF_WORK_RULE_FIRST_DAY, years_old
from services.funding_streams.domain.figures import Dated
from services.funding_streams.domain.money import in_pounds
from services.funding_streams.domain.working import Working
from services.funding_streams.streams.independent_living_fund.application import Application
from services.funding_streams.streams.independent_living_fund.schemes import FUND, TRUST, Nation, Scheme, begun

WORK_FACT = "hours_worked_per_week"
#: Applications were taken in an order of priority from this day until all had to work. A test holds it to the rules.
PRIORITY_FIRST_DAY = date(2008, 4, 1)
CARE_RATE = "benefits.dla_care_highest"

#: Incomes that keep a user in the fund in place of the highest rate of care. Source: S18, S23i.
TRANSFERRED_BENEFITS = {
    "pip_daily_living_enhanced": "personal independence payment for daily living",
    "pip_daily_living_standard": "personal independence payment for daily living",
    "armed_forces_independence_payment": "armed forces independence payment",
}
CONSTANT_ATTENDANCE = "constant_attendance_allowance"
CARE = {
    "none": "no disability living allowance for care",
    "lowest": "disability living allowance for care at the lowest rate",
    "middle": "disability living allowance for care at the middle rate",
    "highest": "disability living allowance for care at the highest rate",
}


def test_eligibility(working: Working, scheme: Scheme, nation: Nation, application: Application | None) -> None:
    """Apply the tests of the scheme; while the application is unknown only those that apply to everybody."""
    if nation is Nation.NORTHERN_IRELAND:
        working.attempt(_weeks_of_residence, working)
    if scheme is TRUST:
        working.attempt(_residence, working)
    working.attempt(_capital, working, scheme)
    if application is not None and not application.existing:
        working.attempt(_benefit_of_applicant, working)
        working.attempt(_age, working, application)
        working.attempt(_risk, working)
        working.attempt(_home, working)
        working.attempt(_work, working, application)
        working.attempt(_priority, working, application)


def _residence(working: Working) -> None:
    working.test(
        "uk_resident",
        working.case.facts.yes_no("uk_resident"),
        "Resident in the United Kingdom.",
        "Not resident in the United Kingdom.",
        working.figure(f"{FUND}.uk_residence_needed"),
    )


def _weeks_of_residence(working: Working) -> None:
    least = working.figure(f"{FUND}.northern_ireland_weeks_of_residence_least")
    weeks = working.case.facts.count("weeks_in_uk_of_last_52")
    working.test(
        "weeks_of_residence",
        weeks >= least.whole,
        lambda: f"Has lived in the United Kingdom for {weeks} of the last 52 weeks.",
        lambda: f"Has lived in the United Kingdom for {weeks} of the last 52 weeks; {least.whole} are needed.",
        least,
    )


def _capital(working: Working, scheme: Scheme) -> None:
    capital, upper = capital_with_partner(working), working.figure(scheme.capital_limit)
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


def _benefit_of_applicant(working: Working) -> None:
    kept, figures = _benefit(working, transferred=False)
    working.test(
        "benefit_for_care",
        kept is not None,
        lambda: f"Receives {kept}.",
        lambda: (
            f"Receives {_care(working)}; the highest rate is needed, or a constant attendance allowance of as much."
        ),
        *figures,
    )


def is_suspended(working: Working) -> bool:
    """Test that a user keeps a benefit that the fund asks for; say whether payments are suspended for want of it.

    Its loss ends the award, but payments are only suspended while an appeal runs (X6, S22): then nothing is settled,
    and nothing is payable, until the appeal is.

    Raises:
        MissingFact: the benefit, or where it is lost, whether an appeal runs.
    """
    kept, figures = _benefit(working, transferred=True)
    if kept is not None:
        working.test("benefit_for_care", True, lambda: f"Keeps {kept}.", "", *figures)
        return False
    rule = working.figure(f"{FUND}.loss_of_benefit")
    if working.case.facts.yes_no("benefit_appeal_running"):
        working.stuck = True
        working.add(
            Outcome.MISSING,
            "payments_suspended",
            lambda: (
                f"Now receives {_care(working)}, and an appeal is running: payments are suspended, not ended, until it"
                " is decided."
            ),
            rule,
        )
        return True
    working.test(
        "benefit_for_care",
        False,
        "",
        lambda: f"Now receives {_care(working)}. No appeal is running, so the award ends.",
        *figures,
        rule,
    )
    return False


def _care(working: Working) -> str:
    return CARE[working.case.facts.code("dla_care_rate")]


def _benefit(working: Working, *, transferred: bool) -> tuple[str | None, tuple[Dated, ...]]:
    """Return in words the benefit that meets the test, with the figures looked at; None where none does.

    The highest rate of care, or a constant attendance allowance of as much (S13); for a user also what took the place
    of disability living allowance (S18, S23i).
    """
    facts, needed = working.case.facts, working.figure(f"{FUND}.care_component_rate_needed")
    if facts.code("dla_care_rate") == needed.code:
        return CARE[needed.code], (needed,)
    paid = {income.code: income.pence_per_week for income in facts.incomes() if income.pence_per_week}
    kept_on = begun(working, f"{FUND}.benefits_kept_on_transfer") if transferred else None
    if kept_on is not None:
        for code, label in TRANSFERRED_BENEFITS.items():
            if code in paid:
                return label, (kept_on,)
    if CONSTANT_ATTENDANCE in paid:
        highest = working.figure(CARE_RATE)
        if paid[CONSTANT_ATTENDANCE] >= highest.pence:
            return "a constant attendance allowance of at least the highest rate of care", (needed, highest)
        return None, (needed, highest)
    return None, (needed,)


def _age(working: Working, application: Application) -> None:
    least, below = working.figure(f"{FUND}.age_least_years"), working.figure(f"{FUND}.age_below_years")
    age = years_old(working.case.facts.date("date_of_birth"), application.applied_on)
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


def _work(working: Working, application: Application) -> None:
    if application.applied_on < ILF_WORK_RULE_FIRST_DAY:
        return
    least = working.case.figures.at(f"{FUND}.hours_of_work_least", application.applied_on)
    hours = working.case.facts.count(WORK_FACT)
    working.test(
        "work",
        hours >= least.whole,
        lambda: f"Works {hours} hours a week.",
        lambda: f"Works {hours} hours a week: new applicants must work at least {least.whole}.",
        least,
    )


def _priority(working: Working, application: Application) -> None:
    """Tell in which order the fund takes an application of 2008 to 2010; it refuses nobody (S12)."""
    if not PRIORITY_FIRST_DAY <= application.applied_on < ILF_WORK_RULE_FIRST_DAY:
        return
    facts, hours = working.case.facts, working.case.figures.at(f"{FUND}.priority_hours_of_work", application.applied_on)
    works = facts.has(WORK_FACT) and facts.count(WORK_FACT) >= hours.whole
    if works:
        text = f"The fund takes this application in priority 1: works {hours.whole} hours a week or more."
    elif facts.yes_no("receives_income_support"):
        text = "The fund takes this application in priority 2: receives income support or a benefit like it."
    else:
        text = "The application is in neither of the fund's priorities, so it depends on money that is left."
    unknown = "" if facts.has(WORK_FACT) else " Hours of work are not told; with enough of them it would be priority 1."
    working.noted("priority", lambda: text + unknown, hours)
