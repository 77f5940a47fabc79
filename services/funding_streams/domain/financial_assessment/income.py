"""Which of a person's incomes count, and how much of them."""

from collections.abc import Collection, Sequence
from enum import StrEnum

from services.funding_streams.domain.eras import is_care_act
from services.funding_streams.domain.facts import Income
from services.funding_streams.domain.income_names import listed
from services.funding_streams.domain.money import in_pounds
from services.funding_streams.domain.working import Working

COUNCIL_DISREGARDS = "adult_social_care.incomes_disregarded"
NIGHT_ELEMENT = "adult_social_care.night_element"

#: Incomes that never count. Source: S43, S51 (mobility), S60 (savings credit, Independent Living Fund), S43 (earnings).
INCOMES_IGNORED = frozenset(
    {"earnings", "dla_mobility", "pip_mobility", "pension_credit_savings", "independent_living_fund"}
)

#: Incomes that hold a sum for night care, with the rates that it is the difference of. Source: S60, S38.
NIGHT_RATES = {
    "attendance_allowance_higher": ("benefits.attendance_allowance_higher", "benefits.attendance_allowance_lower"),
    "dla_care_highest": ("benefits.dla_care_highest", "benefits.dla_care_middle"),
}


class NightElement(StrEnum):
    """What a council does with the part of a benefit that is for nights."""

    BY_NIGHT_CARE = "by_night_care"
    IGNORED = "ignored"
    COUNTED = "counted"


def counted_and_ignored(
    incomes: Sequence[Income], also_ignored: Collection[str] = ()
) -> tuple[list[Income], list[Income]]:
    """Return incomes that count and incomes that do not.

    Args:
        incomes: of the person.
        also_ignored: codes that the council leaves out besides those that never count.
    """
    left_out = INCOMES_IGNORED.union(also_ignored) if also_ignored else INCOMES_IGNORED
    counted = [income for income in incomes if income.code not in left_out]
    ignored = [] if len(counted) == len(incomes) else [income for income in incomes if income.code in left_out]
    return counted, ignored


def counted_income(working: Working) -> int:
    """Return the income that counts, in pence a week, less what is left out of it for nights.

    Raises:
        MissingFact: incomes; whether the council pays for night care, where an income holds a sum for nights.
        NoValueInForce: a rate is not loaded for the day.
    """
    case = working.case
    also_ignored = case.council.codes(COUNCIL_DISREGARDS)
    counted, ignored = counted_and_ignored(case.facts.incomes(), also_ignored)
    total = sum([income.pence_per_week for income in counted])
    working.worked_out(
        "means.income",
        lambda: (
            f"Income that counts: {listed(counted)}; together {in_pounds(total)} a week."
            + (f" Left out: {listed(ignored)}." if ignored else "")
        ),
        working.figure("adult_social_care.incomes_ignored"),
        *((working.choice(COUNCIL_DISREGARDS),) if also_ignored else ()),
    )
    nights = [_night_element(working, income) for income in counted if _holds_night_element(income)]
    return total - sum(nights)


def night_care_matters(working: Working) -> bool:
    """Whether it matters that the council pays for night care: an income that counts holds a sum for nights.

    Raises:
        MissingFact: incomes.
    """
    case = working.case
    counted, _ = counted_and_ignored(case.facts.incomes(), case.council.codes(COUNCIL_DISREGARDS))
    return _treatment(working) is NightElement.BY_NIGHT_CARE and any(_holds_night_element(one) for one in counted)


def _holds_night_element(income: Income) -> bool:
    return income.code in NIGHT_RATES and income.pence_per_week > 0


def _treatment(working: Working) -> NightElement:
    """Return what holds for sums for nights; counting them always is open to councils under the Care Act alone."""
    chosen = working.case.council.one_of(NightElement, NIGHT_ELEMENT)
    if chosen is NightElement.COUNTED and not is_care_act(working.case.on):
        return NightElement.BY_NIGHT_CARE
    return chosen


def _night_element(working: Working, income: Income) -> int:
    """Return the part of a benefit that is for nights and is left out, in pence a week."""
    case, treatment = working.case, _treatment(working)
    choice = working.choice(NIGHT_ELEMENT)
    if treatment is NightElement.COUNTED:
        working.noted("means.night_element", "The council counts sums for nights in full.", choice)
        return 0
    if treatment is NightElement.BY_NIGHT_CARE and case.facts.yes_no("council_funds_night_care"):
        working.noted("means.night_element", "The council pays for night care, so the sum for nights counts.", choice)
        return 0
    of_higher, of_lower = NIGHT_RATES[income.code]
    higher, lower = working.figure(of_higher), working.figure(of_lower)
    left_out = min(income.pence_per_week, int(higher.pence - lower.pence))
    why = "The council pays for no night care" if treatment is NightElement.BY_NIGHT_CARE else "By the council's choice"
    working.worked_out(
        "means.night_element",
        lambda: f"{why}, so {in_pounds(left_out)} a week for nights is left out.",
        higher,
        lower,
        choice,
    )
    return left_out
