"""Reads a release of the return from its file, strictly."""

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from braid.kit.strict_yaml import read_yaml
from services.outcomes.domain.client_level_data import specification as domain
from services.outcomes.domain.client_level_data.specification import EventType, FieldStatus, Holds

FOLDER = Path(__file__).parent
EVERY_EVENT = "every_event"
STATUSES = {"mandatory": FieldStatus.MANDATORY, "applicable": FieldStatus.APPLICABLE}

Text = Annotated[str, Field(min_length=1)]
Asked = Literal["mandatory", "applicable"]


class SpecificationRefused(Exception):
    """A release's file is not sound."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _FieldEntry(_Strict):
    name: Text
    module: Text
    holds: Holds
    list: str = ""
    asked: dict[EventType | Literal["every_event"], Asked]
    confirmed: bool = False


class _ListEntry(_Strict):
    is_whole: bool
    confirmed: bool
    values: Annotated[list[Text], Field(min_length=1)]
    release_1: list[Text] = []


class _CostEntry(_Strict):
    frequency: Text
    units_per_week: str


class _ServicesEntry(_Strict):
    streams: frozenset[Text]
    service_type: Text
    component_of_direct_payments: Text
    delivery_by_way_of_holding: dict[Text, Text]
    component_by_use: dict[Text, Text]
    cost_by_cadence: dict[Text, _CostEntry]


class _JourneysEntry(_Strict):
    assessment_type: Text
    request_outcomes: dict[Text, Text]
    assessment_outcomes: dict[Text, Text]
    review_reasons: dict[Text, Text]
    review_outcomes: dict[Text, Text]


class _SubmissionEntry(_Strict):
    months: Annotated[int, Field(ge=1, le=24)]
    quarter_ends: Annotated[
        list[Annotated[str, Field(pattern=r"^[0-9]{2}-[0-9]{2}$")]], Field(min_length=4, max_length=4)
    ]


class _SpecificationFile(_Strict):
    release: int
    source: Text
    submission: _SubmissionEntry
    fields: Annotated[list[_FieldEntry], Field(min_length=1)]
    lists: dict[Text, _ListEntry]
    services_of_budgets: _ServicesEntry
    events_of_journeys: _JourneysEntry


@cache
def release_2() -> domain.Specification:
    """Release 2 as it is shipped."""
    return read_specification((FOLDER / "release_2.yaml").read_text())


def read_specification(text: str) -> domain.Specification:
    """Read and check a release.

    Raises:
        SpecificationRefused: with every reason that was found.
    """
    try:
        entry = _SpecificationFile.model_validate(read_yaml(text))
    except ValidationError as error:
        raise SpecificationRefused(str(error)) from error
    if reasons := list(_reasons_against(entry)):
        raise SpecificationRefused("; ".join(reasons))
    services = entry.services_of_budgets
    return domain.Specification(
        release=entry.release,
        fields=tuple(_field(one) for one in entry.fields),
        lists={
            name: domain.ValueList(frozenset(one.values), frozenset(one.release_1), one.is_whole, one.confirmed)
            for name, one in entry.lists.items()
        },
        months=entry.submission.months,
        quarter_ends=frozenset((int(end[:2]), int(end[3:])) for end in entry.submission.quarter_ends),
        services_of_budgets=domain.ServicesOfBudgets(
            streams=services.streams,
            service_type=services.service_type,
            component_of_direct_payments=services.component_of_direct_payments,
            delivery_by_way_of_holding=services.delivery_by_way_of_holding,
            component_by_use=services.component_by_use,
            cost_by_cadence={
                cadence: domain.CostWords(one.frequency, one.units_per_week)
                for cadence, one in services.cost_by_cadence.items()
            },
        ),
        events_of_journeys=domain.EventsOfJourneys(**entry.events_of_journeys.model_dump()),
    )


def _field(entry: _FieldEntry) -> domain.Field:
    asked = {kind: STATUSES[entry.asked[kind]] for kind in EventType if kind in entry.asked}
    if EVERY_EVENT in entry.asked:
        asked = dict.fromkeys(EventType, STATUSES[entry.asked["every_event"]]) | asked
    return domain.Field(entry.name, entry.module, entry.holds, entry.list, asked, entry.confirmed)


def _reasons_against(entry: _SpecificationFile) -> Iterator[str]:
    names = [one.name for one in entry.fields]
    yield from (f"{name} stands twice" for name in sorted({name for name in names if names.count(name) > 1}))
    for one in entry.fields:
        if (one.holds is Holds.LIST) != bool(one.list):
            yield f"{one.name}: a list is named where one is held, and nowhere else"
        elif one.list and one.list not in entry.lists:
            yield f"{one.name}: there is no list {one.list}"
    for name, values in entry.lists.items():
        if both := set(values.values) & set(values.release_1):
            yield f"{name}: {', '.join(sorted(both))} is of both releases"
    yield from _against_words(entry)


def _against_words(entry: _SpecificationFile) -> Iterator[str]:
    services, journeys = entry.services_of_budgets, entry.events_of_journeys
    outcomes = (journeys.request_outcomes, journeys.assessment_outcomes, journeys.review_outcomes)
    words: dict[str, Iterable[str]] = {
        "assessment_type": [journeys.assessment_type],
        "review_reason": journeys.review_reasons.values(),
        "event_outcome": [word for table in outcomes for word in table.values()],
        "service_type": [services.service_type],
        "service_component": [services.component_of_direct_payments, *services.component_by_use.values()],
        "delivery_mechanism": services.delivery_by_way_of_holding.values(),
        "cost_frequency": [one.frequency for one in services.cost_by_cadence.values()],
    }
    for name, used in words.items():
        listed = entry.lists[name].values if name in entry.lists else []
        yield from (f"{word} is not on the list {name}" for word in sorted(set(used) - set(listed)))
