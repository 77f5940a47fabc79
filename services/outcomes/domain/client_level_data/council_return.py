"""A council's whole return: the rows that each person's records make, the checks, and what could not be told."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from services.outcomes.domain.client_level_data import journeys
from services.outcomes.domain.client_level_data.budgets import service_lines
from services.outcomes.domain.client_level_data.checks import Fault, PreFlight, pre_flight
from services.outcomes.domain.client_level_data.from_told import PersonsReturn
from services.outcomes.domain.client_level_data.rows import EventRecord, Row, rows
from services.outcomes.domain.client_level_data.specification import Period, Specification
from services.outcomes.domain.errors import DomainError

Record = TypeVar("Record")
Made = TypeVar("Made")

NOBODY_TOLD_WHO_PAYS = "a service line of which nothing tells how much of it adult social care pays"


@dataclass(frozen=True)
class PersonsRows:
    """One person's rows in the file, and what is wrong in them; a fault's row is its place among the person's own."""

    person_id: str
    rows: tuple[Row, ...]
    faults: tuple[Fault, ...]


@dataclass(frozen=True)
class CouncilReturn:
    """A return, in the order of its file.

    Args:
        left_out: why something has no row, in plain words, and of how many people.
        never_told: fields that are blank in every row.
    """

    people: tuple[PersonsRows, ...]
    checked: PreFlight
    left_out: Mapping[str, int]
    never_told: tuple[str, ...]


def council_return(
    specification: Specification,
    la_code: str,
    period: Period,
    returns: Iterable[PersonsReturn],
    done: Callable[[int], None] = lambda _: None,
) -> CouncilReturn:
    """Make and check a return.

    Args:
        la_code: the Department's code of the council; empty where nobody told it, and told as a fault then.
        done: told how many rows more are checked.
    """
    left_out = Counter[str]()
    by_person: dict[str, list[Row]] = {}
    for one in returns:
        reasons: set[str] = set()
        events = _events(one, specification, reasons)
        left_out.update(reasons)
        people = {one.person.person_id: one.person}
        if found := list(rows(specification, la_code, period, people, events)):
            by_person[one.person.person_id] = found
    in_file = [row for found in by_person.values() for row in found]
    checked = pre_flight(specification, in_file, done)
    names = [each.name for each in specification.fields]
    never = tuple(name for name in names if in_file and not any(row[name] for row in in_file))
    return CouncilReturn(tuple(_with_faults(by_person, checked)), checked, left_out, never)


def _events(told: PersonsReturn, specification: Specification, reasons: set[str]) -> list[EventRecord]:
    """A person's events; what the release has no word for is left out, with the reason."""
    words, of_budgets = specification.events_of_journeys, specification.services_of_budgets
    events = [
        *_with_words(lambda one: journeys.request(one, words), told.cases, reasons),
        *_with_words(lambda one: journeys.assessment(one, words), told.assessments, reasons),
        *_with_words(lambda one: journeys.review(one, words), told.reviews, reasons),
    ]
    # Each by itself, to find those without a word; then together, since what is alike is one line.
    made = _with_words(lambda item: (item, service_lines([item], of_budgets)), told.items, reasons)
    sound = [item for item, _ in made]
    if told.nobody_told_who_pays:
        reasons.add(NOBODY_TOLD_WHO_PAYS)
    return events + service_lines(sound, of_budgets)


def _with_words(make: Callable[[Record], Made], records: Iterable[Record], reasons: set[str]) -> Iterator[Made]:
    for one in records:
        try:
            yield make(one)
        except DomainError as error:
            # The message begins with an id, which is nobody's business here.
            reasons.add(str(error).split(": ", maxsplit=1)[-1])


def _with_faults(by_person: Mapping[str, list[Row]], checked: PreFlight) -> Iterator[PersonsRows]:
    faults = iter(checked.faults)
    fault = next(faults, None)
    before = 0
    for person_id, found in by_person.items():
        own = []
        while fault is not None and fault.row <= before + len(found):
            own.append(Fault(fault.row - before, fault.field, fault.validity, fault.reason))
            fault = next(faults, None)
        yield PersonsRows(person_id, tuple(found), tuple(own))
        before += len(found)
