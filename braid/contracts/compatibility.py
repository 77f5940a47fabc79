"""Whether a changed contract still fits those who read it: nothing that readers rely on may vanish, narrow or change.

Compared are JSON Schemas: the committed one, which is out in the world, and the one that the code now makes. A breaking
change is a new version of the event beside the old one.
"""

from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]

#: Keywords that say the same thing to no machine.
_WORDS = frozenset({"title", "description", "examples", "default", "$id", "$schema", "$defs"})
#: Keywords that a producer may not loosen: readers count on the bound.
_UPPER_BOUNDS = ("maximum", "maxLength", "maxItems", "exclusiveMaximum")
_LOWER_BOUNDS = ("minimum", "minLength", "minItems", "exclusiveMinimum")


def breaks(released: Schema, now: Schema) -> list[str]:
    """What in a contract breaks its readers.

    Args:
        released: the committed schema.
        now: the schema that the code makes.

    Returns:
        One sentence a break, with the place in the event; empty when all readers can stay as they are.
    """
    return list(_object_breaks("", released, now, released, now))


def _object_breaks(place: str, released: Schema, now: Schema, old_root: Schema, new_root: Schema) -> Iterator[str]:
    old_fields: Schema = released.get("properties", {})
    new_fields: Schema = now.get("properties", {})
    for name, old in old_fields.items():
        here = f"{place}/{name}"
        if name not in new_fields:
            yield f"{here} has vanished"
            continue
        if name in released.get("required", ()) and name not in now.get("required", ()):
            yield f"{here} is no longer always there"
        yield from _value_breaks(here, old, new_fields[name], old_root, new_root)
    for name in sorted(set(now.get("required", ())) - set(old_fields)):
        # Older events on the topic do not have it, and a reader of this version must still read them.
        yield f"{place}/{name} is new and required"


def _value_breaks(place: str, old: Schema, new: Schema, old_root: Schema, new_root: Schema) -> Iterator[str]:
    old, new = _resolved(old, old_root), _resolved(new, new_root)
    if old.get("type") != new.get("type"):
        yield f"{place} was {_kind(old)} and is {_kind(new)}"
        return
    yield from _code_breaks(place, old, new)
    yield from _bound_breaks(place, old, new)
    if old.get("pattern") != new.get("pattern") or old.get("format") != new.get("format"):
        yield f"{place} is written in another way"
    if "properties" in old or "properties" in new:
        yield from _object_breaks(place, old, new, old_root, new_root)
    for keyword, step in (("items", "[]"), ("additionalProperties", "{}")):
        if isinstance(old.get(keyword), Mapping) and isinstance(new.get(keyword), Mapping):
            yield from _value_breaks(place + step, old[keyword], new[keyword], old_root, new_root)
    yield from _union_breaks(place, old, new, old_root, new_root)


def _union_breaks(place: str, old: Schema, new: Schema, old_root: Schema, new_root: Schema) -> Iterator[str]:
    old_choices = [_essence(choice, old_root) for choice in old.get("anyOf", ())]
    for choice in new.get("anyOf", ()):
        if _essence(choice, new_root) not in old_choices:
            yield f"{place} may now be {_kind(_resolved(choice, new_root))}"


def _code_breaks(place: str, old: Schema, new: Schema) -> Iterator[str]:
    if "enum" in old or "enum" in new:
        for code in [code for code in new.get("enum", ()) if code not in old.get("enum", ())]:
            yield f"{place} has the new code {code}, which its readers do not know"


def _bound_breaks(place: str, old: Schema, new: Schema) -> Iterator[str]:
    for keyword in _UPPER_BOUNDS:
        if keyword in old and (keyword not in new or new[keyword] > old[keyword]):
            yield f"{place} may now be above its {keyword} of {old[keyword]}"
    for keyword in _LOWER_BOUNDS:
        if keyword in old and (keyword not in new or new[keyword] < old[keyword]):
            yield f"{place} may now be below its {keyword} of {old[keyword]}"


def _resolved(schema: Schema, root: Schema) -> Schema:
    while "$ref" in schema:
        schema = root["$defs"][schema["$ref"].removeprefix("#/$defs/")]
    return schema


def _essence(schema: Any, root: Schema) -> Any:
    if isinstance(schema, Mapping):
        resolved = _resolved(schema, root)
        return {key: _essence(value, root) for key, value in sorted(resolved.items()) if key not in _WORDS}
    if isinstance(schema, list):
        return [_essence(item, root) for item in schema]
    return schema


def _kind(schema: Schema) -> str:
    return str(schema.get("type", "one of several kinds"))
