"""What a return's service rows cost in its period, as the Department works it out.

Source:
    DHSC, ASC-CLD-LA-Dashboard, 6.Costs_fact.sql (June 2026): frequency is trusted over planned units.
"""

from datetime import date
from fractions import Fraction

from services.outcomes.domain.client_level_data.rows import Row
from services.outcomes.domain.client_level_data.specification import EventType, Period

ONE_OFF = "one-off"
DAYS_IN_WEEK = 7
#: By how the frequency begins: units a week.
UNITS_PER_WEEK = {
    "week": Fraction(1),
    "fortnight": Fraction(1, 2),
    "4-week": Fraction(1, 4),
    "month": Fraction(12, 52),
    "quarter": Fraction(4, 52),
    "annual": Fraction(1, 52),
}


def pounds_in_period(row: Row, period: Period) -> Fraction | None:
    """What a sound service row costs in the period, in pounds; None where it tells no cost."""
    if row["Event_Type"] != EventType.SERVICE or not row["Unit_Cost"]:
        return None
    pounds = abs(Fraction(row["Unit_Cost"]))
    frequency = row["Cost_Frequency_Unit_Type"].lower()
    if frequency == ONE_OFF:
        return pounds or None
    units = next((units for begins, units in UNITS_PER_WEEK.items() if frequency.startswith(begins)), None)
    if units is None:
        units = abs(Fraction(row["Planned_units_per_week"] or 0))
    if not pounds or not units:
        return None
    starts_on = max(day(row["Event_Start_Date"]), period.starts_on)
    ends_on = min(day(row["Event_End_Date"]) if row["Event_End_Date"] else period.ends_on, period.ends_on)
    return pounds * units * Fraction((ends_on - starts_on).days + 1, DAYS_IN_WEEK)


def day(text: str) -> date:
    """A day that a sound row tells."""
    return date(int(text[6:]), int(text[3:5]), int(text[:2]))
