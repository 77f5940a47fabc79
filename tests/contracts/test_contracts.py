"""Every event contract: its example, its committed schema, what producers may write and consumers must take."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

import pytest
from jsonschema import Draft202012Validator
from pydantic import BaseModel, ValidationError

from braid.command_line.contracts import breaking_changes, stale_documents
from braid.contracts.allocation import IndicativeAllocationCalculated
from braid.contracts.assessment import AssessmentAgreed
from braid.contracts.award import AwardDecided
from braid.contracts.catalogue import EVENTS, PARTNER_EVENTS, TOPICS, dead_letter_topic, example_file, schema_file
from braid.contracts.codes import PENCE_MAX
from braid.contracts.documents import schema_of
from braid.contracts.event import Event
from braid.contracts.facts import CATALOGUE, fact_problems
from braid.kit.dead_letters import DEAD_LETTER_SUFFIX

EVERY_EVENT = pytest.mark.parametrize("event", EVENTS.values(), ids=list(EVENTS))

#: Fields that events from before they were added do not have: their readers take null for them.
ADDED_LATER = {
    "uk.braid.award.decided.v1": ["joint_limits", "minimums"],
    "uk.braid.allocation.settled.v1": ["decided_by", "grounds"],
    "uk.braid.assessment.agreed.v1": ["answers_by_day", "replaces", "needs_asked"],
    "uk.braid.plan.holding-changed.v1": ["number"],
}

#: Parts of field names that speak of who somebody is or where they live.
PERSONAL = frozenset(
    ["name", "surname", "forename", "address", "postcode", "street", "phone", "telephone", "email", "nhs", "nino"]
)
#: Fields whose name has such a part, and why they may.
NOT_PERSONAL = {"/trace[]/figures[]/name": "the name of a figure of law"}

#: Sums that are shown and never added up; a weekly rate is a small part of a bounded sum.
SUMS_FOR_DISPLAY = {"pence_per_week"}


def example_of(event: type[Event]) -> dict[str, Any]:
    example: dict[str, Any] = json.loads(example_file(event).read_text())
    return example


def complaints(event: type[Event], data: Any, *, as_consumer: bool = False) -> set[str]:
    """What kinds of fault a producer, or a consumer, finds in data."""
    try:
        event.read(json.dumps(data).encode()) if as_consumer else read_strictly(event, data)
    except ValidationError as error:
        return {fault["type"] for fault in error.errors()}
    return set()


def read_strictly(event: type[Event], data: Any) -> Event:
    """Read as a producer builds an event: nothing unknown in it."""
    return event.model_validate_json(json.dumps(data))


@EVERY_EVENT
def test_an_example_reads_and_writes_back_to_itself(event: type[Event]) -> None:
    example = example_of(event)

    assert json.loads(read_strictly(event, example).model_dump_json()) == example


@EVERY_EVENT
def test_a_consumer_reads_the_example_as_the_producer_wrote_it(event: type[Event]) -> None:
    assert event.read(example_file(event).read_bytes()) == read_strictly(event, example_of(event))


@EVERY_EVENT
def test_an_example_is_valid_under_the_committed_schema(event: type[Event]) -> None:
    schema = json.loads(schema_file(event).read_text())
    Draft202012Validator.check_schema(schema)

    validator = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)

    assert [error.message for error in validator.iter_errors(example_of(event))] == []


@EVERY_EVENT
def test_the_committed_schema_refuses_an_event_that_lacks_a_field(event: type[Event]) -> None:
    validator = Draft202012Validator(json.loads(schema_file(event).read_text()))
    example = example_of(event)

    accepted_without = [
        name for name in example if validator.is_valid({key: value for key, value in example.items() if key != name})
    ]

    assert accepted_without == ADDED_LATER.get(event.TYPE, [])


@pytest.mark.parametrize(("event_type", "added"), ADDED_LATER.items())
def test_an_event_from_before_a_field_was_added_is_still_read(event_type: str, added: list[str]) -> None:
    event = EVENTS[event_type]
    older = {name: value for name, value in example_of(event).items() if name not in added}

    read = event.read(json.dumps(older).encode())

    assert [getattr(read, name) for name in added] == [event.model_fields[name].default for name in added]


@EVERY_EVENT
def test_a_producer_cannot_write_an_unknown_field_at_any_depth(event: type[Event]) -> None:
    let_in = [
        place
        for place, data in with_an_unknown_field(example_of(event), event)
        if "extra_forbidden" not in complaints(event, data)
    ]

    assert let_in == []


@EVERY_EVENT
def test_a_consumer_passes_over_an_unknown_field_at_any_depth(event: type[Event]) -> None:
    known = read_strictly(event, example_of(event))

    for place, data in with_an_unknown_field(example_of(event), event):
        assert event.read(json.dumps(data).encode()) == known, place


@EVERY_EVENT
def test_the_committed_schema_lets_a_newer_producer_add_fields_at_any_depth(event: type[Event]) -> None:
    validator = Draft202012Validator(json.loads(schema_file(event).read_text()))

    for place, data in with_an_unknown_field(example_of(event), event):
        assert validator.is_valid(data), place


@EVERY_EVENT
def test_a_consumer_still_refuses_what_the_contract_does_not_allow(event: type[Event]) -> None:
    example = example_of(event)

    takes_anything = [name for name in example if not complaints(event, {**example, name: 3.5}, as_consumer=True)]

    assert takes_anything == []


@EVERY_EVENT
def test_an_event_cannot_be_changed_once_made(event: type[Event]) -> None:
    made = read_strictly(event, example_of(event))

    with pytest.raises(ValidationError, match="frozen"):
        made.person_id = UUID(int=0)  # type: ignore[misc]  # that is the point


@EVERY_EVENT
def test_an_event_has_no_field_for_a_name_an_address_or_an_nhs_number(event: type[Event]) -> None:
    suspects = {
        place
        for place in field_places(schema_of(event))
        if PERSONAL & set(place.rsplit("/", 1)[-1].split("_")) and place not in NOT_PERSONAL
    }

    assert suspects == set()


def test_no_fact_about_a_person_is_a_name_an_address_or_an_nhs_number() -> None:
    assert [name for name in CATALOGUE if PERSONAL & set(name.split("_"))] == []


@EVERY_EVENT
def test_an_example_holds_nothing_that_looks_like_a_persons_number_or_address(event: type[Event]) -> None:
    text = example_file(event).read_text()

    nhs_number = re.compile(r"(?<![\w-])\d{3}[ -]?\d{3}[ -]?\d{4}(?![\w-])")
    postcode = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b")
    email = re.compile(r"[\w.]+@[\w.]+")

    assert [found for pattern in (nhs_number, postcode, email) for found in pattern.findall(text)] == []


@EVERY_EVENT
def test_an_event_says_in_its_type_and_topic_which_version_it_is(event: type[Event]) -> None:
    assert re.fullmatch(r"uk\.braid\.[a-z]+\.[a-z-]+\.v[1-9]\d*", event.TYPE)
    whose = r"partner\.{agency}" if event.TYPE in PARTNER_EVENTS else "braid"
    assert re.fullmatch(rf"{whose}\.[a-z]+\.v[1-9]\d*", event.TOPIC)
    assert (event.__doc__ or "").strip()


def test_no_sum_in_an_event_can_lose_a_penny_in_a_json_reader() -> None:
    unbounded = [
        f"{event.TYPE}{place}"
        for event in EVENTS.values()
        for place, schema in value_places(schema_of(event))
        if "pence" in place.rsplit("/", 1)[-1] and largest_sum_in(schema) > PENCE_MAX
        if place.rsplit("/", 1)[-1] not in SUMS_FOR_DISPLAY
    ]

    assert unbounded == []


def test_the_example_allocation_is_the_published_one_of_55_points() -> None:
    """R (KM) v Cambridgeshire [2011] EWCA Civ 682: 61,000 + 2,566 + 20,384 + 728 = 84,678 pounds."""
    allocation = IndicativeAllocationCalculated.read(example_file(IndicativeAllocationCalculated).read_bytes())

    assert allocation.points_thousandths == 55_000
    assert [line.pence_per_year for line in allocation.lines] == [6_100_000, 256_600, 2_038_400, 72_800]
    assert sum(line.pence_per_year for line in allocation.lines) == allocation.pence_per_year == 8_467_800


def test_the_example_award_shows_its_steps_with_figures_and_where_they_are_written() -> None:
    award = AwardDecided.read(example_file(AwardDecided).read_bytes())
    figures = [figure for step in award.trace for figure in step.figures]

    assert len(award.trace) > 1
    assert figures
    assert all(figure.citation for figure in figures)
    assert award.contribution_pence <= award.amount_pence
    assert award.starts_on < award.ends_on


def test_the_examples_tell_one_persons_story() -> None:
    examples = [example_of(event) for event in EVENTS.values()]

    assert len({example["person_id"] for example in examples}) == 1
    assert len({example["award_id"] for example in examples if "award_id" in example}) == 1
    assert len({example["budget_id"] for example in examples if "budget_id" in example}) == 1


def test_the_facts_of_the_example_assessment_are_in_the_fact_catalogue() -> None:
    event = AssessmentAgreed.read(example_file(AssessmentAgreed).read_bytes())

    assert event.facts
    assert fact_problems(event.facts) == []


def test_the_committed_documents_are_what_the_code_makes() -> None:
    assert stale_documents() == []


def test_the_contracts_still_fit_those_who_read_the_committed_ones() -> None:
    assert breaking_changes() == []


def test_what_a_consumer_buries_goes_to_the_dead_letter_topic_that_the_contracts_name() -> None:
    assert {event.TOPIC for event in EVENTS.values() if event.TYPE not in PARTNER_EVENTS} == set(TOPICS)
    assert [dead_letter_topic(topic) for topic in TOPICS] == [f"{topic}.dlq" for topic in TOPICS]
    assert [dead_letter_topic(topic) for topic in TOPICS] == [topic + DEAD_LETTER_SUFFIX for topic in TOPICS]


def largest_sum_in(schema: Mapping[str, Any]) -> int:
    """The largest sum that a field can hold; without a bound, more than any reader can."""
    choices = [choice for choice in schema.get("anyOf", (schema,)) if choice.get("type") != "null"]
    return int(max(choice.get("maximum", PENCE_MAX + 1) for choice in choices))


def with_an_unknown_field(example: dict[str, Any], event: type[Event]) -> Iterator[tuple[str, Any]]:
    """Copies of an example, each with one more field in another of its objects; maps by free keys are left alone."""
    objects = list(_objects("", example, event))
    assert objects
    for place, path in objects:
        copy = json.loads(json.dumps(example))
        target = copy
        for step in path:
            target = target[step]
        target["added_by_a_newer_version"] = 1
        yield place, copy


def _objects(place: str, data: Any, model: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[str, tuple[Any, ...]]]:
    if isinstance(data, dict):
        if not _is_map(place, model):
            yield place or "/", path
        for name, value in data.items():
            yield from _objects(f"{place}/{name}", value, model, (*path, name))
    elif isinstance(data, list):
        for number, value in enumerate(data):
            yield from _objects(f"{place}[{number}]", value, model, (*path, number))


def _is_map(place: str, model: type[BaseModel]) -> bool:
    """Whether an event's field is a mapping by keys of its own, such as answers by question."""
    name = place.strip("/")
    field = model.model_fields.get(name)
    return field is not None and getattr(field.annotation, "__origin__", None) is dict


def field_places(schema: Mapping[str, Any]) -> Iterator[str]:
    """Every field that an event can have, as a path."""
    return (place for place, _ in value_places(schema))


def value_places(
    schema: Mapping[str, Any], place: str = "", root: Mapping[str, Any] | None = None
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every field that an event can have, as a path with its schema."""
    root = root or schema
    if "$ref" in schema:
        yield from value_places(root["$defs"][schema["$ref"].removeprefix("#/$defs/")], place, root)
        return
    for name, field in schema.get("properties", {}).items():
        yield f"{place}/{name}", field
        yield from value_places(field, f"{place}/{name}", root)
    for keyword, step in (("items", "[]"), ("additionalProperties", "{}")):
        if isinstance(schema.get(keyword), Mapping):
            yield from value_places(schema[keyword], place + step, root)
    for choice in schema.get("anyOf", ()):
        yield from value_places(choice, place, root)
