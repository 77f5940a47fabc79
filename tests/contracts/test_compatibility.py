"""Which changes of a contract break its readers, and which do not."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from braid.contracts.catalogue import EVENTS, schema_file
from braid.contracts.compatibility import breaks

Schema = dict[str, Any]


def released() -> Schema:
    """A contract that is out in the world, with one field of each kind."""
    return {
        "$id": "urn:uk.braid.example.v1",
        "title": "Example",
        "type": "object",
        "$defs": {
            "Status": {"type": "string", "enum": ["confirmed", "indicative"]},
            "Figure": {
                "type": "object",
                "properties": {"name": {"type": "string"}, "value": {"type": "integer", "maximum": 10}},
                "required": ["name", "value"],
            },
            "Only": {"type": "string", "const": "one"},
        },
        "properties": {
            "id": {"type": "string", "format": "uuid"},
            "council": {"type": "string", "pattern": "^E[0-9]{8}$", "maxLength": 9},
            "pence": {"type": "integer", "minimum": 0, "maximum": 100, "description": "Whole pence."},
            "status": {"$ref": "#/$defs/Status"},
            "figure": {"$ref": "#/$defs/Figure"},
            "figures": {"type": "array", "items": {"$ref": "#/$defs/Figure"}, "maxItems": 5},
            "by_name": {"type": "object", "additionalProperties": {"type": "integer"}},
            "fact": {"anyOf": [{"type": "boolean"}, {"type": "integer", "maximum": 10}, {"$ref": "#/$defs/Status"}]},
            "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
            "kind": {"$ref": "#/$defs/Only"},
            "remark": {"type": "string"},
            "pair": {"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}]},
        },
        "required": [
            "id",
            "council",
            "pence",
            "status",
            "figure",
            "figures",
            "by_name",
            "fact",
            "note",
            "kind",
            "pair",
        ],
    }


def changed(change: Callable[[Schema], object]) -> list[str]:
    """What a change of the contract breaks."""
    now = copy.deepcopy(released())
    change(now)
    return breaks(released(), now)


def in_fields(**fields: Schema) -> Callable[[Schema], object]:
    return lambda schema: schema["properties"].update(fields)


def in_figure(**fields: Schema) -> Callable[[Schema], object]:
    return lambda schema: schema["$defs"]["Figure"]["properties"].update(fields)


def an_array_of(**items: Any) -> Schema:
    return {"type": "array", "items": items, "maxItems": 5}


def vanish(name: str, *, of: Callable[[Schema], Schema] = lambda schema: schema) -> Callable[[Schema], object]:
    def change(schema: Schema) -> None:
        del of(schema)["properties"][name]
        if name in of(schema)["required"]:
            of(schema)["required"].remove(name)

    return change


def the_figure(schema: Schema) -> Schema:
    figure: Schema = schema["$defs"]["Figure"]
    return figure


def a_new_required_field(schema: Schema) -> None:
    schema["properties"]["new"] = {"type": "string"}
    schema["required"].append("new")


BREAKING: dict[str, tuple[Callable[[Schema], object], list[str]]] = {
    "a field vanishes": (vanish("pence"), ["/pence has vanished"]),
    "a field of a part vanishes": (
        vanish("value", of=the_figure),
        ["/figure/value has vanished", "/figures[]/value has vanished"],
    ),
    "a new field is required": (a_new_required_field, ["/new is new and required"]),
    "a new field of a part is required": (
        lambda schema: (in_figure(unit={"type": "string"})(schema), the_figure(schema)["required"].append("unit")),
        ["/figure/unit is new and required", "/figures[]/unit is new and required"],
    ),
    "a field is no longer always there": (
        lambda schema: schema["required"].remove("pence"),
        ["/pence is no longer always there"],
    ),
    "a field changes its type": (in_fields(pence={"type": "string"}), ["/pence was integer and is string"]),
    "a field may now be anything": (in_fields(pence={}), ["/pence was integer and is anything"]),
    "a code is new": (
        lambda schema: schema["$defs"]["Status"]["enum"].append("ended"),
        [
            "/status has the new code ended, which its readers do not know",
            "/fact has the new code ended, which its readers do not know",
        ],
    ),
    "a code may now be any text": (
        in_fields(status={"type": "string"}),
        ["/status may now be any text, where its readers know confirmed, indicative"],
    ),
    "a single code gets a second one": (
        in_fields(kind={"type": "string", "enum": ["one", "two"]}),
        ["/kind has the new code two, which its readers do not know"],
    ),
    "an upper bound is loosened": (
        in_fields(pence={"type": "integer", "minimum": 0, "maximum": 101}),
        ["/pence may now be above its maximum of 100"],
    ),
    "an upper bound is dropped": (
        in_fields(pence={"type": "integer", "minimum": 0}),
        ["/pence may now be above its maximum of 100"],
    ),
    "a lower bound is loosened": (
        in_fields(pence={"type": "integer", "minimum": -1, "maximum": 100}),
        ["/pence may now be below its minimum of 0"],
    ),
    "a text may be longer": (
        in_fields(council={"type": "string", "pattern": "^E[0-9]{8}$", "maxLength": 10}),
        ["/council may now be above its maxLength of 9"],
    ),
    "a list may be longer": (
        lambda schema: schema["properties"]["figures"].update(maxItems=6),
        ["/figures may now be above its maxItems of 5"],
    ),
    "a bound of a part is loosened": (
        in_figure(value={"type": "integer", "maximum": 11}),
        [
            "/figure/value may now be above its maximum of 10",
            "/figures[]/value may now be above its maximum of 10",
        ],
    ),
    "a pattern changes": (
        in_fields(council={"type": "string", "pattern": "^[EW][0-9]{8}$", "maxLength": 9}),
        ["/council is written in another way"],
    ),
    "a pattern is dropped": (
        in_fields(council={"type": "string", "maxLength": 9}),
        ["/council is written in another way"],
    ),
    "a format changes": (in_fields(id={"type": "string", "format": "date"}), ["/id is written in another way"]),
    "items of a list change": (
        in_fields(figures=an_array_of(type="string")),
        ["/figures[] was object and is string"],
    ),
    "items of a list may now be anything": (
        lambda schema: schema["properties"]["figures"].pop("items"),
        ["/figures[] was object and is anything"],
    ),
    "values of a mapping change": (
        in_fields(by_name={"type": "object", "additionalProperties": {"type": "string"}}),
        ["/by_name{} was integer and is string"],
    ),
    "values of a mapping may now be anything": (
        in_fields(by_name={"type": "object"}),
        ["/by_name{} was integer and is anything"],
    ),
    "a place of a pair changes": (
        in_fields(pair={"type": "array", "prefixItems": [{"type": "string"}, {"type": "string"}]}),
        ["/pair[1] was integer and is string"],
    ),
    "a union gets a member": (
        lambda schema: schema["properties"]["fact"]["anyOf"].append({"type": "array", "items": {"type": "string"}}),
        ["/fact may now be array"],
    ),
    "a member of a union is loosened": (
        lambda schema: schema["properties"]["fact"]["anyOf"][1].update(maximum=11),
        ["/fact may now be above its maximum of 10"],
    ),
    "a field may now be null": (
        in_fields(pence={"anyOf": [released()["properties"]["pence"], {"type": "null"}]}),
        ["/pence may now be null"],
    ),
    "a union may now be anything": (in_fields(fact={}), ["/fact may now be anything"]),
}


@pytest.mark.parametrize(("change", "found"), BREAKING.values(), ids=list(BREAKING))
def test_a_change_that_breaks_readers_is_named_with_its_place(
    change: Callable[[Schema], object], found: list[str]
) -> None:
    assert changed(change) == found


HARMLESS: dict[str, Callable[[Schema], object]] = {
    "nothing": lambda schema: None,
    "a new field that may be absent": in_fields(new={"type": "string"}),
    "a new field of a part that may be absent": in_figure(unit={"type": "string"}),
    "better words": lambda schema: schema["properties"]["pence"].update(description="Pence.", title="Sum"),
    "an example": in_fields(council={**released()["properties"]["council"], "examples": ["E10009999"]}),
    "an optional field that is now always there": lambda schema: schema["required"].append("remark"),
    "a tighter upper bound": lambda schema: schema["properties"]["pence"].update(maximum=99),
    "a tighter lower bound": lambda schema: schema["properties"]["pence"].update(minimum=1),
    "a bound where there was none": lambda schema: schema["properties"]["remark"].update(maxLength=10),
    "a pattern where there was none": lambda schema: schema["properties"]["remark"].update(pattern="^x$"),
    "a code fewer": lambda schema: schema["$defs"]["Status"]["enum"].remove("indicative"),
    "codes in another order": lambda schema: schema["$defs"]["Status"]["enum"].reverse(),
    "codes where any text could be": lambda schema: schema["properties"]["remark"].update(enum=["a", "b"]),
    "a single code written as a list": in_fields(kind={"type": "string", "enum": ["one"]}),
    "a union with a member fewer": lambda schema: schema["properties"]["fact"]["anyOf"].pop(),
    "a union in another order": lambda schema: schema["properties"]["fact"]["anyOf"].reverse(),
    "no longer null": in_fields(note={"type": "string"}),
    "a tighter member of a union": lambda schema: schema["properties"]["fact"]["anyOf"][1].update(maximum=9),
    "a part written in place": in_fields(figure=released()["$defs"]["Figure"]),
    "a part under another name": lambda schema: (
        schema["$defs"].update(Number=schema["$defs"]["Figure"]),
        schema["properties"].update(figure={"$ref": "#/$defs/Number"}),
    ),
}


@pytest.mark.parametrize("change", HARMLESS.values(), ids=list(HARMLESS))
def test_a_change_that_no_reader_notices_passes(change: Callable[[Schema], object]) -> None:
    assert changed(change) == []


def test_several_breaks_are_all_told() -> None:
    def change(schema: Schema) -> None:
        vanish("pence")(schema)
        a_new_required_field(schema)

    assert sorted(changed(change)) == ["/new is new and required", "/pence has vanished"]


@pytest.mark.parametrize("event_type", EVENTS)
def test_dropping_any_field_of_a_released_event_is_found(event_type: str) -> None:
    schema = json.loads(schema_file(EVENTS[event_type]).read_text())

    for name in schema["properties"]:
        now = copy.deepcopy(schema)
        vanish(name)(now)
        assert breaks(schema, now) == [f"/{name} has vanished"]
