"""Items of an approved plan as service rows: the part that adult social care pays, and no other stream's money."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from services.outcomes.domain.client_level_data.rows import EventRecord
from services.outcomes.domain.client_level_data.specification import EventType, ServicesOfBudgets
from services.outcomes.domain.errors import DomainError

PENCE = 100


class NoWordFor(DomainError):
    """A cadence or a way of holding that the release's table has no word for."""


@dataclass(frozen=True)
class PaidItem:
    """An item of a plan, and who pays it.

    Args:
        pence_by_stream: of what is due each time.
        pence_by_way: of what is due each time, by the way in which it is held; the parts add up to the same.
        ended_on: the day on which it ended; None while it goes on.
    """

    item_id: str
    person_id: str
    use: str
    cadence: str
    starts_on: date
    ended_on: date | None
    pence_by_stream: Mapping[str, int]
    pence_by_way: Mapping[str, int]


class _Line(NamedTuple):
    """What makes a service line one and the same."""

    person_id: str
    starts_on: date
    ended_on: date | None
    component: str
    delivery: str
    cadence: str


def service_lines(items: Iterable[PaidItem], words: ServicesOfBudgets) -> list[EventRecord]:
    """The service rows of items: their social care money by what it is for, how it is held and how often it comes.

    What would be one event to the Department is one row, with its costs added up: of two rows alike it keeps one.

    Raises:
        NoWordFor: the release's table does not know a cadence or a way.
    """
    added: dict[_Line, int] = {}
    references: dict[_Line, str] = {}
    for item in items:
        for line, pence in _lines(item, words):
            added[line] = added.get(line, 0) + pence
            references[line] = min(references.get(line, item.item_id), item.item_id)
    return [_event(line, pence, references[line], words) for line, pence in added.items()]


def _lines(item: PaidItem, words: ServicesOfBudgets) -> Iterator[tuple[_Line, int]]:
    social_care = sum(pence for stream, pence in item.pence_by_stream.items() if stream in words.streams)
    assert sum(item.pence_by_stream.values()) == sum(item.pence_by_way.values())
    if not social_care:
        return
    if item.cadence not in words.cost_by_cadence:
        raise NoWordFor(f"{item.item_id}: nothing is said of what is due {item.cadence}")
    for way, pence in _shared(social_care, item.pence_by_way).items():
        if not pence:
            continue
        delivery = words.delivery_by_way_of_holding.get(way)
        if delivery is None:
            raise NoWordFor(f"{item.item_id}: nothing is said of money held as {way}")
        is_paid_direct = delivery == words.component_of_direct_payments
        component = words.component_of_direct_payments if is_paid_direct else words.component_by_use.get(item.use, "")
        yield _Line(item.person_id, item.starts_on, item.ended_on, component, delivery, item.cadence), pence


def _event(line: _Line, pence: int, item_id: str, words: ServicesOfBudgets) -> EventRecord:
    cost = words.cost_by_cadence[line.cadence]
    return EventRecord(
        event_type=EventType.SERVICE,
        # An item may be held in two ways, and be two lines.
        reference=f"{item_id}:{line.delivery.replace(' ', '-').lower()}",
        person_id=line.person_id,
        started_on=line.starts_on,
        ended_on=line.ended_on,
        details={
            "Service_Type": words.service_type,
            "Service_Component": line.component,
            "Delivery_Mechanism": line.delivery,
            "Unit_Cost": f"{pence // PENCE}.{pence % PENCE:02}",
            "Cost_Frequency_Unit_Type": cost.frequency,
            "Planned_units_per_week": cost.units_per_week,
        },
    )


def _shared(total: int, weights: Mapping[str, int]) -> dict[str, int]:
    """Share a sum by weights to the penny: rounded down, and what is left to the largest remainders."""
    whole = sum(weights.values())
    shares = {name: total * weight // whole for name, weight in weights.items()}
    left = total - sum(shares.values())
    for name in sorted(weights, key=lambda name: (-(total * weights[name] % whole), name))[:left]:
        shares[name] += 1
    return shares
