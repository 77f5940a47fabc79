"""Files of the law's rules and of employers' figures: an unknown key, or an entry without its source, is refused."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from importlib import resources
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from braid.kit.strict_yaml import read_yaml
from services.support_planning.domain.field_rules.employing import Figures
from services.support_planning.domain.findings import Rule

Text = Annotated[str, Field(min_length=1, pattern=r"\S")]


class NoFigureThatEarly(Exception):
    """A figure is asked for on a day before the first that is known."""


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    start: date
    citation: Text
    unconfirmed: bool = False


class _RuleEntry(_Entry):
    text: Text
    numbers: dict[str, int] = {}


class _FigureEntry(_Entry):
    value: Annotated[int, Field(ge=0, strict=True)]


E = TypeVar("E", bound=_Entry)


def rules_on(on: date) -> Mapping[str, Rule]:
    """The rules that hold on a day; one that has not begun by then is not there."""
    return {
        code: Rule(code, entry.text, entry.citation, entry.unconfirmed, entry.numbers)
        for code, entries in _rules().items()
        if (entry := _in_force(entries, on))
    }


def figures_on(on: date) -> Figures:
    """What employing costs on a day.

    Raises:
        NoFigureThatEarly: before April 2003.
    """
    found = {}
    for name, entries in _figures().items():
        entry = _in_force(entries, on)
        if entry is None:
            raise NoFigureThatEarly(f"{name} is not known for {on}")
        found[name] = entry.value
    return Figures(**found)


def _in_force(entries: Sequence[E], on: date) -> E | None:
    return max((one for one in entries if one.start <= on), key=lambda one: one.start, default=None)


@cache
def _rules() -> Mapping[str, tuple[_RuleEntry, ...]]:
    return TypeAdapter(dict[str, tuple[_RuleEntry, ...]]).validate_python(_read("field_rules.yaml"))


@cache
def _figures() -> Mapping[str, tuple[_FigureEntry, ...]]:
    return TypeAdapter(dict[str, tuple[_FigureEntry, ...]]).validate_python(_read("employing.yaml"))


def _read(name: str) -> object:
    return read_yaml((resources.files("services.support_planning.parameters") / name).read_text())
