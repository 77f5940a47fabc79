"""The committed documents that follow from the event models: JSON Schemas and the AsyncAPI description."""

from collections.abc import Iterator, Mapping
from typing import Any

from braid.contracts.catalogue import EVENTS, TOPICS, dead_letter_topic
from braid.contracts.event import Event

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema_of(event: type[Event]) -> dict[str, Any]:
    """The JSON Schema of an event as readers see it: fields that they do not know may be there."""
    schema = _open(event.model_json_schema(mode="serialization"))
    return {"$schema": DIALECT, "$id": f"urn:{event.TYPE}", **schema}


def _open(schema: Any) -> Any:
    if isinstance(schema, dict):
        return {
            key: _open(value) for key, value in schema.items() if not (key == "additionalProperties" and value is False)
        }
    if isinstance(schema, list):
        return [_open(item) for item in schema]
    return schema


#: Event types that come from outside, each with its topics: one for every sender.
OutsideTopics = Mapping[str, tuple[str, ...]]


def asyncapi(consumers: Mapping[str, tuple[str, ...]], outside_topics: OutsideTopics) -> dict[str, Any]:
    """The AsyncAPI 3 document of the platform.

    Args:
        consumers: the event types that each service handles.
        outside_topics: topics of the events that come from outside, by event type: one for every sender.
    """
    topics = [*TOPICS, *sorted(topic for topics in outside_topics.values() for topic in topics)]
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Braid events",
            "version": "1",
            "description": "CloudEvents 1.0.2 over Kafka in binary mode. The record key is the person id, so one"
            " person's events stay in order. Delivery is at least once: tell repeats by ce_id.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {_name(topic): _channel(topic, outside_topics) for topic in topics},
        "operations": {**_sends(outside_topics), **_receives(consumers, outside_topics)},
        "components": {
            "messages": {_title(event): _message(event) for event in EVENTS.values()},
            "messageTraits": {"cloudEvent": _cloud_event()},
        },
    }


def _name(topic: str) -> str:
    return topic.replace(".", "-")


def _title(event: type[Event]) -> str:
    return event.__name__


def _channel(topic: str, outside: OutsideTopics) -> dict[str, Any]:
    events = [event for event in EVENTS.values() if topic in _topics_of(event, outside)]
    return {
        "address": topic,
        "description": f"What a consumer cannot handle goes to {dead_letter_topic(topic)} with its cause.",
        "messages": {_title(event): {"$ref": f"#/components/messages/{_title(event)}"} for event in events},
        "bindings": {"kafka": {"topic": topic, "bindingVersion": "0.5.0"}},
    }


def _sends(outside: OutsideTopics) -> dict[str, Any]:
    return {
        f"send{_title(event)}{place}": {"action": "send", **_carried(event, topic)}
        for event in EVENTS.values()
        for place, topic in _places(event, outside)
    }


def _receives(consumers: Mapping[str, tuple[str, ...]], outside: OutsideTopics) -> dict[str, Any]:
    return {
        f"{service}Receives{_title(EVENTS[event_type])}{place}": {
            "action": "receive",
            **_carried(EVENTS[event_type], topic),
            "bindings": {
                "kafka": {"groupId": {"type": "string", "const": f"braid.{service}"}, "bindingVersion": "0.5.0"}
            },
        }
        for service, event_types in consumers.items()
        for event_type in event_types
        for place, topic in _places(EVENTS[event_type], outside)
    }


def _topics_of(event: type[Event], outside: OutsideTopics) -> tuple[str, ...]:
    return outside.get(event.TYPE, (event.TOPIC,))


def _places(event: type[Event], outside: OutsideTopics) -> Iterator[tuple[str, str]]:
    """The topics of an event, each with what tells operations on it apart."""
    topics = _topics_of(event, outside)
    for topic in topics:
        yield ("" if topics == (event.TOPIC,) else f"-{_name(topic)}"), topic


def _carried(event: type[Event], topic: str) -> dict[str, Any]:
    channel = f"#/channels/{_name(topic)}"
    return {"channel": {"$ref": channel}, "messages": [{"$ref": f"{channel}/messages/{_title(event)}"}]}


def _message(event: type[Event]) -> dict[str, Any]:
    return {
        "name": event.TYPE,
        "title": _title(event),
        "summary": (event.__doc__ or "").strip().split("\n")[0],
        "contentType": "application/json",
        "traits": [{"$ref": "#/components/messageTraits/cloudEvent"}],
        "payload": {
            "schemaFormat": "application/schema+json;version=draft-2020-12",
            "schema": {"$ref": f"./schemas/{event.TYPE}.json"},
        },
        "bindings": {"kafka": {"key": {"type": "string", "format": "uuid"}, "bindingVersion": "0.5.0"}},
    }


def _cloud_event() -> dict[str, Any]:
    text = {"type": "string"}
    return {
        "headers": {
            "type": "object",
            "required": ["ce_specversion", "ce_id", "ce_type", "ce_source", "ce_time"],
            "properties": {
                "ce_specversion": {"type": "string", "const": "1.0"},
                "ce_id": {"type": "string", "format": "uuid"},
                "ce_type": text,
                "ce_source": text,
                "ce_time": {"type": "string", "format": "date-time"},
                "ce_subject": {"type": "string", "description": "The person id."},
                "content-type": {"type": "string", "const": "application/json"},
                "traceparent": {"type": "string", "description": "W3C trace context."},
            },
        }
    }
