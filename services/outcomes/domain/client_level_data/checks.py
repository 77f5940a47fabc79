"""The checks that the Department makes, made before a return is sent, in the same words."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from services.outcomes.domain.client_level_data.rows import Row
from services.outcomes.domain.client_level_data.specification import (
    EventType,
    Field,
    FieldStatus,
    Holds,
    Specification,
)

OLDEST_YEARS = 120
_TYPES = {kind.value: kind for kind in EventType}


class Validity(StrEnum):
    """How a value fared: the Department's words, and one of ours."""

    VALID = "Passed: Valid"
    BLANK = "Passed: Blank (Not Mandatory)"
    MISSING = "Failed: Blank (Mandatory)"
    INVALID = "Failed: Invalid"
    RELEASE_1 = "Failed: Release 1"
    #: Ours: the list is not known whole, and the value is none that is.
    NOT_CHECKED = "Not checked"

    @property
    def is_failure(self) -> bool:
        """Whether the value must be mended."""
        return self.startswith("Failed")


@dataclass(frozen=True)
class Fault:
    """Something in a row that does not pass.

    Args:
        row: place in the file, the first row after the names being 1.
        reason: in plain words; never the value of a field that tells who a person is.
    """

    row: int
    field: str
    validity: Validity
    reason: str


@dataclass(frozen=True)
class PreFlight:
    """What the checks found.

    Args:
        faults: every value that failed.
        counts: by field, how many values fared how.
    """

    rows: int
    faults: tuple[Fault, ...]
    counts: Mapping[str, Mapping[Validity, int]]

    @property
    def may_be_sent(self) -> bool:
        """Whether there is something to send, and nothing in it failed."""
        return self.rows > 0 and not self.faults


def pre_flight(
    specification: Specification, rows: Sequence[Row], done: Callable[[int], None] = lambda _: None
) -> PreFlight:
    """Check a whole return.

    Args:
        done: told how many rows more are finished.
    """
    counts: dict[str, dict[Validity, int]] = {one.name: defaultdict(int) for one in specification.fields}
    faults: list[Fault] = []
    for number, row in enumerate(rows, 1):
        event_type = _TYPES.get(row["Event_Type"])
        for one in specification.fields:
            validity, reason = value_check(specification, one, row[one.name], event_type)
            counts[one.name][validity] += 1
            if validity.is_failure:
                faults.append(Fault(number, one.name, validity, reason))
        faults.extend(_between_fields(number, row, specification))
        done(1)
    faults.extend(_between_rows(rows))
    return PreFlight(len(rows), tuple(sorted(faults, key=lambda fault: (fault.row, fault.field))), counts)


def value_check(
    specification: Specification, field: Field, value: str, event_type: EventType | None
) -> tuple[Validity, str]:
    """Check one value by itself.

    Args:
        event_type: of its row; None where the row's is none that is known.

    Returns:
        How it fared, and why where it failed.
    """
    status = FieldStatus.UNDETERMINED if event_type is None else field.status(event_type)
    if not value:
        if status is FieldStatus.MANDATORY:
            return Validity.MISSING, f"{event_type} rows need it"
        return Validity.BLANK, ""
    if status is FieldStatus.NOT_APPLICABLE:
        return Validity.INVALID, f"{event_type} rows do not have it"
    if field.holds is Holds.LIST:
        return _listed(specification, field, value)
    if value != value.strip() or not _SOUND[field.holds](value):
        return Validity.INVALID, _SHAPES[field.holds]
    return Validity.VALID, ""


def _listed(specification: Specification, field: Field, value: str) -> tuple[Validity, str]:
    values = specification.lists[field.list_name]
    if value in values.values:
        return Validity.VALID, ""
    if value in values.release_1:
        return Validity.RELEASE_1, f"{value} is a value of Release 1"
    if not values.is_whole:
        return Validity.NOT_CHECKED, ""
    return Validity.INVALID, f"{value} is not on the list"


def told_day(text: str) -> date | None:
    """A day written dd/mm/yyyy; None where it is none."""
    if not re.fullmatch(r"[0-9]{2}/[0-9]{2}/[0-9]{4}", text):
        return None
    try:
        return date(int(text[6:]), int(text[3:5]), int(text[:2]))
    except ValueError:
        return None


def is_nhs_number(text: str) -> bool:
    """Whether ten digits end with the check digit of the nine before (modulus 11)."""
    if not re.fullmatch(r"[0-9]{10}", text):
        return False
    check = 11 - sum(int(digit) * weight for digit, weight in zip(text, range(10, 1, -1), strict=False)) % 11
    return check % 11 == int(text[9])


def _is_number(text: str) -> bool:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return False
    return number.is_finite() and number >= 0 and re.fullmatch(r"[0-9]+(\.[0-9]+)?", text) is not None


def _matches(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern)
    return lambda text: compiled.fullmatch(text) is not None


_SOUND: Mapping[Holds, Callable[[str], bool]] = {
    Holds.DATE: lambda text: told_day(text) is not None,
    Holds.TEXT: lambda _: True,
    Holds.NUMBER: _is_number,
    Holds.WHOLE_NUMBER: _matches(r"[0-9]+"),
    Holds.IDENTIFIER: _matches(r"\S{1,80}"),
    Holds.LA_CODE: _matches(r"[0-9]{3}"),
    Holds.NHS_NUMBER: is_nhs_number,
    Holds.GP_PRACTICE: _matches(r"[A-Z][0-9]{5}"),
    Holds.POSTCODE: _matches(r"[A-Z]{1,2}[0-9][0-9A-Z]? [0-9][A-Z]{2}"),
    Holds.CQC_LOCATION: _matches(r"1-[0-9]{4,12}"),
}
_SHAPES: Mapping[Holds, str] = {
    Holds.DATE: "it is no day written dd/mm/yyyy",
    Holds.TEXT: "it begins or ends with a space",
    Holds.NUMBER: "it is no number of nothing or more",
    Holds.WHOLE_NUMBER: "it is no whole number of nothing or more",
    Holds.IDENTIFIER: "it has a space in it, or is longer than 80",
    Holds.LA_CODE: "it is no council's code of three digits",
    Holds.NHS_NUMBER: "it is not ten digits of which the last is right",
    Holds.GP_PRACTICE: "it is no practice's code: a letter and five digits",
    Holds.POSTCODE: "it is no postcode such as SW1A 1AA",
    Holds.CQC_LOCATION: "it is no location of the Care Quality Commission, such as 1-123456789",
}


def _between_fields(number: int, row: Row, specification: Specification) -> Iterator[Fault]:
    """What is sound by itself and cannot be so together."""

    def fault(field: str, reason: str, validity: Validity = Validity.INVALID) -> Fault:
        return Fault(number, field, validity, reason)

    born, died = told_day(row["Date_of_Birth"]), told_day(row["Date_of_Death"])
    starts, ends = told_day(row["Event_Start_Date"]), told_day(row["Event_End_Date"])
    period = told_day(row["Reporting_Period_Start_Date"]), told_day(row["Reporting_Period_End_Date"])
    if starts and ends and ends < starts:
        yield fault("Event_End_Date", "it is before the start")
    if born and starts and born > starts:
        yield fault("Date_of_Birth", "it is after the event began")
    if born and period[1] and period[1].year - born.year > OLDEST_YEARS:
        yield fault("Date_of_Birth", f"it is more than {OLDEST_YEARS} years ago")
    if died and born and died < born:
        yield fault("Date_of_Death", "it is before the birth")
    if died and starts and died < starts:
        yield fault("Date_of_Death", "the event began after it")
    if died and (ends is None or ends > died) and row["Event_Type"] == EventType.SERVICE:
        yield fault("Event_End_Date", "a death ends what was open")
    if row["Event_Type"] == EventType.SERVICE:
        yield from _about_services(row, fault)
    if period[0] and period[1]:
        yield from _about_period(row, period[0], period[1], starts, ends, specification, fault)


def _about_services(row: Row, fault: Callable[[str, str], Fault]) -> Iterator[Fault]:
    is_direct = "Direct payment" in (row["Service_Component"], row["Delivery_Mechanism"])
    if row["Service_Type"] == "Long term support: Prison" and is_direct:
        yield fault("Delivery_Mechanism", "there are no direct payments in prison")
    frequency, units = row["Cost_Frequency_Unit_Type"].lower(), row["Planned_units_per_week"]
    if row["Unit_Cost"] and not frequency:
        yield fault("Cost_Frequency_Unit_Type", "a cost without how often it comes is not counted")
    if row["Unit_Cost"] and frequency in ("hourly", "daily", "per session") and not units:
        yield fault("Planned_units_per_week", f"a cost that comes {frequency} needs it")


def _about_period(
    row: Row,
    first: date,
    last: date,
    starts: date | None,
    ends: date | None,
    specification: Specification,
    fault: Callable[[str, str], Fault],
) -> Iterator[Fault]:
    if (last.month, last.day) not in specification.quarter_ends:
        yield fault("Reporting_Period_End_Date", "it is not the last day of a quarter")
    elif specification.period_ending(last).starts_on != first:
        yield fault("Reporting_Period_Start_Date", f"a return covers {specification.months} months")
    if starts and starts > last:
        yield fault("Event_Start_Date", "it is after the period")
    if ends and ends < first:
        yield fault("Event_End_Date", "it is before the period")
    if ends and ends > last and row["Event_Type"] != EventType.SERVICE:
        yield fault("Event_End_Date", "it is after the period: only what was completed in it is sent")


#: What makes an event one event, besides council, person, start, end and client type.
_KEYS: Mapping[str, tuple[str, ...]] = {
    EventType.REQUEST: ("Request_Route_of_Access",),
    EventType.ASSESSMENT: ("Assessment_Type",),
    EventType.REVIEW: (),
    EventType.SERVICE: (
        "Service_Type",
        "Service_Component",
        "Delivery_Mechanism",
        "Unit_Cost",
        "Cost_Frequency_Unit_Type",
        "Planned_units_per_week",
    ),
}
_SAME = ("LA_Code", "LA_Person_Unique_Identifier", "Event_Type", "Event_Start_Date", "Event_End_Date", "Client_Type")
_OF_THE_FILE = ("LA_Code", "Reporting_Period_Start_Date", "Reporting_Period_End_Date")
_OF_A_PERSON = ("Date_of_Birth", "Date_of_Death", "NHS_Number", "Gender")


def _between_rows(rows: Sequence[Row]) -> Iterator[Fault]:
    """What is sound in each row and cannot be so in two."""
    events: dict[tuple[str, ...], int] = {}
    references: dict[str, int] = {}
    people: dict[str, tuple[int, Row]] = {}
    numbers: dict[str, str] = {}
    for number, row in enumerate(rows, 1):
        key = tuple(row[name] for name in (*_SAME, *_KEYS.get(row["Event_Type"], ())))
        if (first := events.setdefault(key, number)) != number:
            yield Fault(number, "Event_Reference", Validity.INVALID, f"row {first} tells the same event")
        elif row["Event_Reference"] and (first := references.setdefault(row["Event_Reference"], number)) != number:
            yield Fault(number, "Event_Reference", Validity.INVALID, f"row {first} has it for another event")
        for name in _OF_THE_FILE:
            if row[name] != rows[0][name]:
                yield Fault(number, name, Validity.INVALID, "row 1 tells of another council or period")
        person = row["LA_Person_Unique_Identifier"]
        if not person:
            continue
        first, before = people.setdefault(person, (number, row))
        for name in _OF_A_PERSON:
            if row[name] != before[name]:
                yield Fault(number, name, Validity.INVALID, f"row {first} tells it otherwise of the same person")
        nhs_number = row["NHS_Number"]
        if nhs_number and numbers.setdefault(nhs_number, person) != person:
            yield Fault(number, "NHS_Number", Validity.INVALID, "another person of the file has it")
