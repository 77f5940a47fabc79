"""Whether a changed contract still fits those who read it: nothing that readers rely on may vanish, narrow or change.

Compared are JSON Schemas: the committed one, which is out in the world, and the one that the code now makes. A breaking
change is a new version of the event beside the old one.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Schema = Mapping[str, Any]

#: Keywords that a producer may not loosen: readers count on the bound.
_UPPER_BOUNDS = ("maximum", "maxLength", "maxItems", "maxProperties", "exclusiveMaximum")
_LOWER_BOUNDS = ("minimum", "minLength", "minItems", "minProperties", "exclusiveMinimum")
#: Keywords whose change or loss means that the value is written in another way.
_WRITINGS = ("pattern", "format", "multipleOf", "contentEncoding")
#: Keywords that say what the members of a list or of a mapping are.
_MEMBERS = (("items", "[]"), ("additionalProperties", "{}"), ("propertyNames", "{name}"))


def breaks(released: Schema, now: Schema) -> list[str]:
    """What in a contract breaks its readers.

    Args:
        released: the committed schema.
        now: the schema that the code makes.

    Returns:
        One sentence a break, with the place in the event; empty when all readers can stay as they are.
    """
    return list(_value_breaks("", released, now, released, now))


def _value_breaks(place: str, old: Schema, new: Schema, old_root: Schema, new_root: Schema) -> Iterator[str]:
    old_choices, new_choices = _choices(old, old_root), _choices(new, new_root)
    if len(old_choices) == len(new_choices) == 1:
        yield from _choice_breaks(place, old_choices[0], new_choices[0], old_root, new_root)
        return
    for choice in new_choices:
        # Whatever may now be there must be something that readers knew to expect.
        tried = [list(_choice_breaks(place, known, choice, old_root, new_root)) for known in old_choices]
        if not all(tried):
            continue
        of_its_kind = [found for known, found in zip(old_choices, tried, strict=True) if _kind(known) == _kind(choice)]
        yield from of_its_kind[0] if of_its_kind else [f"{place} may now be {_kind(choice)}"]


def _choice_breaks(place: str, old: Schema, new: Schema, old_root: Schema, new_root: Schema) -> Iterator[str]:
    if "type" not in old and "enum" not in old and "const" not in old:
        return  # Readers were promised nothing.
    if _kind(old) != _kind(new):
        yield f"{place} was {_kind(old)} and is {_kind(new)}"
        return
    yield from _code_breaks(place, old, new)
    yield from _bound_breaks(place, old, new)
    if any(keyword in old and old[keyword] != new.get(keyword) for keyword in _WRITINGS):
        yield f"{place} is written in another way"
    yield from _field_breaks(place, old, new, old_root, new_root)
    for keyword, step in _MEMBERS:
        if isinstance(old.get(keyword), Mapping):
            members = new.get(keyword)
            # Absent or true, the keyword lets anything in; false lets nothing in.
            if members is not False:
                members = members if isinstance(members, Mapping) else {}
                yield from _value_breaks(place + step, old[keyword], members, old_root, new_root)
    yield from _place_breaks(place, old.get("prefixItems", ()), new.get("prefixItems", ()), old_root, new_root)


def _field_breaks(place: str, old: Schema, new: Schema, old_root: Schema, new_root: Schema) -> Iterator[str]:
    old_fields: Schema = old.get("properties", {})
    new_fields: Schema = new.get("properties", {})
    for name, field in old_fields.items():
        here = f"{place}/{name}"
        if name not in new_fields:
            yield f"{here} has vanished"
            continue
        if name in old.get("required", ()) and name not in new.get("required", ()):
            yield f"{here} is no longer always there"
        yield from _value_breaks(here, field, new_fields[name], old_root, new_root)
    for name in sorted(set(new.get("required", ())) - set(old_fields)):
        # Older events on the topic do not have it, and a reader of this version must still read them.
        yield f"{place}/{name} is new and required"


def _place_breaks(
    place: str, old: Sequence[Schema], new: Sequence[Schema], old_root: Schema, new_root: Schema
) -> Iterator[str]:
    for number, known in enumerate(old):
        follows = new[number] if number < len(new) else {}
        yield from _value_breaks(f"{place}[{number}]", known, follows, old_root, new_root)


def _code_breaks(place: str, old: Schema, new: Schema) -> Iterator[str]:
    old_codes, new_codes = _codes(old), _codes(new)
    if old_codes is None:
        return
    if new_codes is None:
        yield f"{place} may now be any text, where its readers know {', '.join(map(str, old_codes))}"
        return
    for code in [code for code in new_codes if code not in old_codes]:
        yield f"{place} has the new code {code}, which its readers do not know"


def _codes(schema: Schema) -> Sequence[Any] | None:
    # A list of codes that has one member only is written as a constant.
    return [schema["const"]] if "const" in schema else schema.get("enum")


def _bound_breaks(place: str, old: Schema, new: Schema) -> Iterator[str]:
    for keyword in _UPPER_BOUNDS:
        if keyword in old and (keyword not in new or new[keyword] > old[keyword]):
            yield f"{place} may now be above its {keyword} of {old[keyword]}"
    for keyword in _LOWER_BOUNDS:
        if keyword in old and (keyword not in new or new[keyword] < old[keyword]):
            yield f"{place} may now be below its {keyword} of {old[keyword]}"
    if old.get("uniqueItems") and not new.get("uniqueItems"):
        yield f"{place} may now hold the same item twice"


def _choices(schema: Schema, root: Schema) -> list[Schema]:
    """What a value may be: one kind, or each member of a union."""
    resolved = _resolved(schema, root)
    members = [*resolved.get("anyOf", ()), *resolved.get("oneOf", ())]
    return [choice for member in members for choice in _choices(member, root)] or [resolved]


def _resolved(schema: Schema, root: Schema) -> Schema:
    while "$ref" in schema:
        schema = root["$defs"][schema["$ref"].removeprefix("#/$defs/")]
    return schema


def _kind(schema: Schema) -> str:
    return str(schema.get("type", "anything"))
