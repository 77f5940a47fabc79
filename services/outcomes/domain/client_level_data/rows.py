"""From a council's records to the rows of its return.

Source:
    DHSC, ASC-CLD-LA-Dashboard, "Filtering to events in period" and "Deduplication" (June 2026).
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from services.outcomes.domain.client_level_data.specification import EventType, Period, Specification
from services.outcomes.domain.errors import DomainError

DECEASED = "NFA: Deceased"

Row = Mapping[str, str]


class UnknownField(DomainError):
    """A record has a detail that the release has no field for."""


class PersonMissing(DomainError):
    """An event of somebody whom no record tells of."""


@dataclass(frozen=True)
class PersonRecord:
    """A person, as the return knows them.

    Args:
        person_id: the council's own, the same in every return.
        details: values of the fields about a person, by the field's name; what is not known is left out.
    """

    person_id: str
    born_on: date | None
    died_on: date | None = None
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class EventRecord:
    """A request, an assessment, a service line or a review.

    Args:
        reference: the same in every return that has the event.
        started_on: when it began, not when it was keyed.
        ended_on: None while it goes on.
        details: values of the other fields, by the field's name.
        is_cancelled: it never took place, and is left out.
    """

    event_type: EventType
    reference: str
    person_id: str
    started_on: date
    ended_on: date | None
    details: Mapping[str, str] = field(default_factory=dict)
    is_cancelled: bool = False


#: Fields that follow from the record itself: a detail may not say otherwise.
FROM_THE_RECORD = frozenset(
    {
        "LA_Code",
        "Reporting_Period_Start_Date",
        "Reporting_Period_End_Date",
        "LA_Person_Unique_Identifier",
        "Date_of_Birth",
        "Date_of_Death",
        "Event_Type",
        "Event_Reference",
        "Event_Start_Date",
        "Event_End_Date",
    }
)


def rows(
    specification: Specification,
    la_code: str,
    period: Period,
    people: Mapping[str, PersonRecord],
    events: Sequence[EventRecord],
) -> Iterator[Row]:
    """The rows of a return, one an event, by person and day.

    Requests, assessments and reviews that ended in the period; services that were active at any time in it. A death
    closes what was open, and nothing is told of anybody who died before the period or before the event began.

    Raises:
        PersonMissing, UnknownField: a record that no row can be made of.
    """
    names = [one.name for one in specification.fields]
    known = frozenset(names)
    for event in sorted(events, key=lambda one: (one.person_id, one.started_on, one.event_type, one.reference)):
        person = people.get(event.person_id)
        if person is None:
            raise PersonMissing(f"{event.reference} is about {event.person_id}, of whom there is no record")
        if is_told(event, person, period):
            values = _values(event, person, la_code, period, known)
            yield {name: values.get(name, "") for name in names}


def is_told(event: EventRecord, person: PersonRecord, period: Period) -> bool:
    """Whether an event belongs in the return of a period."""
    if event.is_cancelled or event.started_on > period.ends_on:
        return False
    died_on = person.died_on
    if died_on is not None and (died_on < event.started_on or died_on < period.starts_on):
        return False
    ended_on = closed_on(event, died_on)
    if event.event_type is EventType.SERVICE:
        return ended_on is None or ended_on >= period.starts_on
    return ended_on is not None and period.starts_on <= ended_on <= period.ends_on


def closed_on(event: EventRecord, died_on: date | None) -> date | None:
    """When an event ended; a death ends what was open."""
    if died_on is not None and event.started_on <= died_on and (event.ended_on is None or died_on < event.ended_on):
        return died_on
    return event.ended_on


def _values(
    event: EventRecord, person: PersonRecord, la_code: str, period: Period, known: Collection[str]
) -> dict[str, str]:
    ended_on = closed_on(event, person.died_on)
    # What ends after the period was still open in it; that it is planned to end is not told.
    if ended_on is not None and ended_on > period.ends_on:
        ended_on = None
    values = {**person.details, **event.details}
    if unknown := sorted((values.keys() - known) | (values.keys() & FROM_THE_RECORD)):
        raise UnknownField(f"{event.reference}: {', '.join(unknown)} is no field that a record may tell")
    is_closed_by_death = ended_on is not None and ended_on == person.died_on and event.ended_on != ended_on
    if event.event_type is EventType.SERVICE and is_closed_by_death:
        values["Event_Outcome"] = DECEASED
    return values | {
        "LA_Code": la_code,
        "Reporting_Period_Start_Date": written(period.starts_on),
        "Reporting_Period_End_Date": written(period.ends_on),
        "LA_Person_Unique_Identifier": person.person_id,
        "Date_of_Birth": written(person.born_on),
        # A death after the period is not yet known to it.
        "Date_of_Death": written(person.died_on) if person.died_on and person.died_on <= period.ends_on else "",
        "Event_Type": event.event_type.value,
        "Event_Reference": event.reference,
        "Event_Start_Date": written(event.started_on),
        "Event_End_Date": written(ended_on),
    }


def written(on: date | None) -> str:
    """A day as the return writes it: dd/mm/yyyy."""
    return "" if on is None else f"{on:%d/%m/%Y}"
