"""The AsyncAPI document: it names everything that goes over the wire, and holds together."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from braid.command_line.contracts import ASYNCAPI_FILE, consumers
from braid.command_line.services import all_definitions, all_topics, outside_topics_of_all
from braid.contracts.catalogue import EVENTS
from services.funding_streams.rule_files import rule_files


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(ASYNCAPI_FILE.read_text())
    return read


def test_it_is_an_asyncapi_3_document_with_a_title_and_a_version(document: dict[str, Any]) -> None:
    assert document["asyncapi"] == "3.0.0"
    assert document["info"]["title"]
    assert document["info"]["version"]
    assert set(document) <= {"asyncapi", "info", "defaultContentType", "channels", "operations", "components"}


def test_every_event_is_a_message(document: dict[str, Any]) -> None:
    assert {message["name"] for message in document["components"]["messages"].values()} == set(EVENTS)


def test_every_topic_is_a_channel_with_the_events_that_it_carries(document: dict[str, Any]) -> None:
    carried = {
        channel["address"]: {message_at(document, message["$ref"])["name"] for message in channel["messages"].values()}
        for channel in document["channels"].values()
    }

    published: dict[str, set[str]] = {topic: set() for topic in all_topics()}
    for event_type in EVENTS:
        for topic in topics_of(event_type):
            published[topic].add(event_type)
    assert carried == published


def test_every_event_is_sent_on_its_own_topic(document: dict[str, Any]) -> None:
    wanted = [(topic, event_type, None) for event_type in EVENTS for topic in topics_of(event_type)]

    assert sorted(told(document, "send")) == sorted(wanted)


def test_every_partner_agency_has_a_channel_of_its_own(document: dict[str, Any]) -> None:
    agencies = {profile.partner for profile in rule_files().figures.profiles.values() if profile.partner}

    addresses = {channel["address"] for channel in document["channels"].values()}
    assert {address for address in addresses if address.startswith("partner.")} == {
        f"partner.{agency}.eligibility.v1" for agency in agencies
    }


def test_every_consumer_is_named_with_what_it_receives(document: dict[str, Any]) -> None:
    wanted = [
        (topic, event_type, f"braid.{definition.name}")
        for definition in all_definitions()
        for event_type in definition.handlers
        for topic in topics_of(event_type)
    ]

    assert sorted(told(document, "receive"), key=str) == sorted(wanted, key=str)


def test_no_service_handles_an_event_that_nobody_publishes() -> None:
    assert {event_type for event_types in consumers().values() for event_type in event_types} <= set(EVENTS)


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    references = list(references_in(document))

    assert references
    for reference in references:
        assert message_at(document, reference), reference


def test_an_operation_speaks_only_of_messages_of_its_own_channel(document: dict[str, Any]) -> None:
    """As the AsyncAPI 3.0 specification asks of the ``messages`` of an operation."""
    for operation in document["operations"].values():
        for message in operation["messages"]:
            assert message["$ref"].startswith(operation["channel"]["$ref"] + "/messages/")


def test_every_payload_is_the_committed_schema_of_its_event(document: dict[str, Any]) -> None:
    for message in document["components"]["messages"].values():
        reference = message["payload"]["schema"]["$ref"]

        assert schema_at(reference)["$id"] == f"urn:{message['name']}"


def test_every_message_travels_with_the_cloudevents_headers(document: dict[str, Any]) -> None:
    headers = document["components"]["messageTraits"]["cloudEvent"]["headers"]

    assert {"ce_specversion", "ce_id", "ce_type", "ce_source", "ce_time"} <= set(headers["required"])
    assert all(
        message["traits"] == [{"$ref": "#/components/messageTraits/cloudEvent"}]
        for message in document["components"]["messages"].values()
    )


def topics_of(event_type: str) -> tuple[str, ...]:
    return outside_topics_of_all().get(event_type, (EVENTS[event_type].TOPIC,))


def told(document: dict[str, Any], action: str) -> Iterator[tuple[str, str, str | None]]:
    """Topic, event type and consumer group of each operation of a kind."""
    for operation in document["operations"].values():
        if operation["action"] == action:
            topic = message_at(document, operation["channel"]["$ref"])["address"]
            group = operation.get("bindings", {}).get("kafka", {}).get("groupId", {}).get("const")
            for message in operation["messages"]:
                channel_message = message_at(document, message["$ref"])
                yield topic, message_at(document, channel_message["$ref"])["name"], group


def references_in(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if "$ref" in part:
            yield part["$ref"]
        for value in part.values():
            yield from references_in(value)
    elif isinstance(part, list):
        for value in part:
            yield from references_in(value)


def message_at(document: dict[str, Any], reference: str) -> dict[str, Any]:
    """What a reference leads to, within the document or beside it."""
    if not reference.startswith("#"):
        return schema_at(reference)
    found: Any = document
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    assert isinstance(found, dict)
    return found


def schema_at(reference: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((Path(ASYNCAPI_FILE).parent / reference).read_text())
    return read
