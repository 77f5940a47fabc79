"""What changed from one version of a plan to another."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Change(StrEnum):
    """How something changed."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True)
class Difference:
    """One thing that is not as it was.

    Args:
        part: the list that it stands in, or the field of the plan itself.
        part_id: its id in the list; none for a field of the plan.
        fields: what of it changed, each with what it was and what it is.
    """

    change: Change
    part: str
    part_id: str | None
    fields: Mapping[str, tuple[Any, Any]]


#: Lists of a plan's content, and the field that names an entry.
_LISTS = {"outcomes": "outcome_id", "needs": "need_id", "items": "item_id", "holdings": "holding_id"}


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Difference, ...]:
    """What changed between two versions of a plan's content, in the order in which a plan is read."""
    return (
        *_of_fields(before, after),
        *(one for part, key in _LISTS.items() for one in _of_list(part, key, before, after)),
    )


def _of_fields(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Difference]:
    for name in sorted((before.keys() | after.keys()) - _LISTS.keys()):
        if before.get(name) != after.get(name):
            yield Difference(Change.CHANGED, name, None, {name: (before.get(name), after.get(name))})


def _of_list(part: str, key: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Difference]:
    was = {one[key]: one for one in before.get(part, ())}
    now = {one[key]: one for one in after.get(part, ())}
    for name in (*was, *(name for name in now if name not in was)):
        if name not in now:
            yield Difference(Change.REMOVED, part, name, {})
        elif name not in was:
            yield Difference(Change.ADDED, part, name, {})
        elif was[name] != now[name]:
            pairs = {field: (was[name].get(field), now[name].get(field)) for field in sorted(was[name] | now[name])}
            told = {field: two for field, two in pairs.items() if two[0] != two[1]}
            yield Difference(Change.CHANGED, part, name, told)
