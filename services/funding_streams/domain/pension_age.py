"""Whether a person has reached pension age."""

from datetime import date

from services.funding_streams.domain.eras import months_old
from services.funding_streams.domain.figures import Figures


def has_pension_age(figures: Figures, born: date, on: date) -> bool:
    """Whether a person has reached the qualifying age for pension credit.

    The figures are keyed by the date of birth, as the statute's tables are: between 2010 and 2020 everyone born within
    a month reaches it on the same day; before and after it is so many months of age.

    Source:
        Pensions Act 1995 sch. 4, as amended by the Pensions Acts 2011 and 2014 (R7, R8).
    """
    # Not looked up through `Figures.at`: its memory is for days of decision, which are few, and not for birthdays.
    reached = figures.by_name["benefits.pension_age_reached_on"].at_if_any(born)
    if reached is not None:
        return on >= reached.day
    return months_old(born, on) >= figures.by_name["benefits.pension_age_months"].at(born).whole
