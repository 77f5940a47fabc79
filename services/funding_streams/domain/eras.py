"""Days on which the law changes shape, so that which facts matter is a function of the date alone.

The same days stand in the rule files with their citations; a test holds the two together.
"""

from datetime import date

#: From this day eligibility and charging follow the Care Act. Source: SI 2015/313 (S58), SI 2014/2672 (S41).
CARE_ACT_FIRST_DAY = date(2015, 4, 1)

#: Supporting People as a national stream. Source: SI 2003/907 (S84); communities.gov.uk statistics (S96).
SUPPORTING_PEOPLE_FIRST_DAY = date(2003, 4, 1)
SUPPORTING_PEOPLE_LAST_DAY = date(2011, 3, 31)

#: From this day new applicants to the Independent Living Fund must work. Source: Community Care, 24 Mar 2010 (S100).
ILF_WORK_RULE_FIRST_DAY = date(2010, 5, 1)

#: Last day of the Independent Living Fund in England. Source: homecare.co.uk (S103).
ILF_LAST_DAY = date(2015, 6, 30)


def is_care_act(on: date) -> bool:
    """Whether the Care Act governs a decision on that day."""
    return on >= CARE_ACT_FIRST_DAY


def in_words(day: date) -> str:
    """Write a day as people do: 1 June 2009."""
    return f"{day.day} {day:%B %Y}"


def years_old(born: date, on: date) -> int:
    """Return whole years of age; someone born on 29 February is a year older from 1 March."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def months_old(born: date, on: date) -> int:
    """Return whole months of age."""
    return (on.year - born.year) * 12 + on.month - born.month - (on.day < born.day)
