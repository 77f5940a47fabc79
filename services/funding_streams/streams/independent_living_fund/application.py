"""How a person came to the fund, which says which of its rules apply to them.

Source:
    Extension Fund and 1993 fund (S14, S15, S17); the fund of 2006, which took both over (S101, S18); closing to new
    people in 2010 (S99, S21).
"""

from dataclasses import dataclass
from datetime import date

from services.funding_streams.domain.eras import in_words
from services.funding_streams.domain.working import Working
from services.funding_streams.streams.independent_living_fund.schemes import FUND


@dataclass(frozen=True)
class Application:
    """When a person came to the fund and so which of its rules apply.

    Args:
        existing: already has an award.
        applied_on: day of the application; the day of the decision for a new applicant who has not applied yet.
        group_1: a user of the Extension Fund: awarded before the 1993 fund began. The day of the application stands
            for that of the award.
    """

    existing: bool
    applied_on: date
    group_1: bool


def application_of(working: Working) -> Application:
    """Return which of the fund's rules apply; a new applicant is tested against the closing dates.

    Raises:
        MissingFact: whether the person has an award, or for one who has, when they applied.
    """
    facts, on = working.case.facts, working.case.on
    existing = facts.yes_no("ilf_existing_user")
    given = facts.date("ilf_applied_on") if existing else facts.date_if_any("ilf_applied_on")
    if given is not None and given > on:
        working.wait(
            "application", lambda: f"The application is dated {in_words(given)}, after the day of this decision."
        )
    applied_on = on if given is None else min(given, on)
    if existing:
        return _user(working, applied_on)
    taken = "" if given else " No day of application is given, so the day of this decision is taken."
    _open_to_new(working, applied_on, taken)
    return Application(existing=False, applied_on=applied_on, group_1=False)


def _user(working: Working, applied_on: date) -> Application:
    group_2, funds = working.figure(f"{FUND}.group_2_first_day"), working.figure(f"{FUND}.funds_in_charge")
    group_1 = applied_on < group_2.day
    merged = funds.code != "extension_and_1993_funds"
    if group_1:
        group = "group 1, once of the Extension Fund" if merged else "a user of the Extension Fund, group 1"
    else:
        group = "group 2, once of the 1993 fund" if merged else "a user of the 1993 fund, group 2"
    working.noted(
        "application",
        lambda: f"Has an award, applied for on {in_words(applied_on)}: {group}. Age is not tested again.",
        group_2,
        funds,
    )
    return Application(existing=True, applied_on=applied_on, group_1=group_1)


def _open_to_new(working: Working, applied_on: date, taken: str) -> None:
    closing = working.figure(f"{FUND}.last_day_for_applications")
    closed_for_good = working.figure(f"{FUND}.last_day_for_new_users")
    working.test(
        "open_to_new_applicants",
        applied_on <= closing.day and working.case.on <= closed_for_good.day,
        lambda: f"Applies on {in_words(applied_on)}, while the fund takes new applications.{taken}",
        lambda: (
            f"Applies on {in_words(applied_on)}: the fund took new applications up to {in_words(closing.day)} and new"
            f" users up to {in_words(closed_for_good.day)} only.{taken}"
        ),
        *((closing, closed_for_good) if working.case.on > closing.day else (closing,)),
    )
