"""What a release of the client-level data return is made of, as data; and the return's periods."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from services.outcomes.domain.errors import DomainError


class NoSuchPeriod(DomainError):
    """A return that does not end with a quarter."""


class EventType(StrEnum):
    """What a row tells of."""

    REQUEST = "Request"
    ASSESSMENT = "Assessment"
    SERVICE = "Service"
    REVIEW = "Review"


class FieldStatus(StrEnum):
    """Whether a field is asked of an event: the Department's words."""

    MANDATORY = "Mandatory"
    APPLICABLE = "Applicable but not mandatory"
    NOT_APPLICABLE = "Not applicable"
    UNDETERMINED = "Undetermined"


class Holds(StrEnum):
    """What a field holds."""

    DATE = "date"
    LIST = "list"
    TEXT = "text"
    NUMBER = "number"
    WHOLE_NUMBER = "whole_number"
    IDENTIFIER = "identifier"
    LA_CODE = "la_code"
    NHS_NUMBER = "nhs_number"
    GP_PRACTICE = "gp_practice"
    POSTCODE = "postcode"
    CQC_LOCATION = "cqc_location"


@dataclass(frozen=True)
class Field:
    """A column of the file.

    Args:
        list_name: of the list that its values come from; empty where there is none.
        asked: its status by kind of event.
        is_confirmed: whether a source says when it is asked for.
    """

    name: str
    module: str
    holds: Holds
    list_name: str
    asked: Mapping[EventType, FieldStatus]
    is_confirmed: bool

    def status(self, event_type: EventType) -> FieldStatus:
        """Whether it is asked of such an event."""
        return self.asked.get(event_type, FieldStatus.NOT_APPLICABLE)


@dataclass(frozen=True)
class ValueList:
    """Values that a field may have.

    Args:
        is_whole: whether every value is known here; where not, an unknown one is not called invalid.
        release_1: values of the release before, which are refused as such.
    """

    values: frozenset[str]
    release_1: frozenset[str]
    is_whole: bool
    is_confirmed: bool


@dataclass(frozen=True)
class CostWords:
    """How often a cost comes, in the return's words."""

    frequency: str
    units_per_week: str


@dataclass(frozen=True)
class ServicesOfBudgets:
    """How items of a plan become service rows."""

    streams: frozenset[str]
    service_type: str
    component_of_direct_payments: str
    delivery_by_way_of_holding: Mapping[str, str]
    component_by_use: Mapping[str, str]
    cost_by_cadence: Mapping[str, CostWords]


@dataclass(frozen=True)
class EventsOfJourneys:
    """What happens in a journey, in the return's words, by our codes."""

    assessment_type: str
    request_outcomes: Mapping[str, str]
    assessment_outcomes: Mapping[str, str]
    review_reasons: Mapping[str, str]
    review_outcomes: Mapping[str, str]


@dataclass(frozen=True)
class Specification:
    """A release: its fields in the order of the file, its lists, its periods."""

    release: int
    fields: tuple[Field, ...]
    lists: Mapping[str, ValueList]
    months: int
    quarter_ends: frozenset[tuple[int, int]]
    services_of_budgets: ServicesOfBudgets
    events_of_journeys: EventsOfJourneys

    def period_ending(self, on: date) -> "Period":
        """The rolling period that ends on the last day of a quarter.

        Raises:
            NoSuchPeriod: the day ends no quarter.
        """
        if (on.month, on.day) not in self.quarter_ends:
            raise NoSuchPeriod(f"{on} is not the last day of a quarter")
        after = on + timedelta(days=1)
        months = after.year * 12 + after.month - 1 - self.months
        return Period(date(months // 12, months % 12 + 1, 1), on)


@dataclass(frozen=True)
class Period:
    """What a file is about, both days included."""

    starts_on: date
    ends_on: date
