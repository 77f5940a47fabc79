"""What the law leaves to a council: local choices and readings, each declared with its default and its bounds.

A council may set what is declared and nothing else; a declaration says in which direction. Figures of law are not
settings and cannot be set.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Self, TypeVar

from services.funding_streams.domain.decision import FigureUsed
from services.funding_streams.domain.errors import SettingRefused, UnknownSetting

E = TypeVar("E", bound=StrEnum)

SettingValue = bool | int | str | tuple[str, ...] | None


class SettingKind(StrEnum):
    """How a setting is written."""

    YES_NO = "yes_no"
    PERCENT = "percent"
    PENCE = "pence"
    COUNT = "count"
    CODE = "code"
    CODES = "codes"


@dataclass(frozen=True)
class SettingDeclared:
    """One thing that a council may decide.

    Args:
        name: the stream's folder and the setting, with a dot between them.
        kind: how it is written; ``pence`` and ``count`` are whole and not negative.
        default: what holds where a council says nothing; None only where ``may_be_absent``.
        meaning: what it is, in a sentence.
        citation: what lets a council choose, or why the default was chosen.
        codes: the choices, for ``code`` and ``codes``.
        least, most: bounds of a number, both included.
        may_be_absent: None is a choice.
    """

    name: str
    kind: SettingKind
    default: SettingValue
    meaning: str
    citation: str
    codes: tuple[str, ...] = ()
    least: int = 0
    most: int = 2**53 - 1
    may_be_absent: bool = False

    def check(self, value: SettingValue) -> None:
        """Refuse a value that is not one.

        Raises:
            SettingRefused: with what the value must be.
        """
        if value is None:
            if not self.may_be_absent:
                raise SettingRefused(self.name, "must have a value")
            return
        if not self._fits(value):
            raise SettingRefused(self.name, f"must be {self._expected()}")

    def _fits(self, value: SettingValue) -> bool:
        if self.kind is SettingKind.YES_NO:
            return isinstance(value, bool)
        if self.kind is SettingKind.CODE:
            return value in self.codes
        if self.kind is SettingKind.CODES:
            return isinstance(value, tuple) and set(value) <= set(self.codes) and len(set(value)) == len(value)
        return isinstance(value, int) and not isinstance(value, bool) and self.least <= value <= self.most

    def _expected(self) -> str:
        if self.kind is SettingKind.YES_NO:
            return "true or false"
        if self.kind is SettingKind.CODE:
            return f"one of {', '.join(self.codes)}"
        if self.kind is SettingKind.CODES:
            return f"a list, without repeats, of {', '.join(self.codes)}"
        return f"a whole number from {self.least} to {self.most}"


class _Held(dict[str, SettingValue]):
    """What holds, by name; reading a name that is not declared raises `UnknownSetting`."""

    def __missing__(self, name: str) -> SettingValue:
        raise UnknownSetting(name)


@dataclass(frozen=True)
class CouncilSettings:
    """The settings of one council on one day: its own choices over the declared defaults."""

    declared: Mapping[str, SettingDeclared]
    chosen: Mapping[str, SettingValue] = field(default_factory=dict)
    #: What holds, by name, and the same as grounds: every decision of a bulk evaluation reads the same few.
    _held: "_Held" = field(init=False, compare=False, repr=False)
    _members: dict[str, StrEnum] = field(default_factory=dict, init=False, compare=False, repr=False)
    choices: "Choices" = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        held = _Held({name: declared.default for name, declared in self.declared.items()}, **self.chosen)
        object.__setattr__(self, "_held", held)
        object.__setattr__(self, "choices", Choices(self))

    def choosing(self, chosen: Mapping[str, SettingValue]) -> Self:
        """Return these settings with a council's own choices.

        Raises:
            UnknownSetting: nothing of this name is left to councils.
            SettingRefused: a value that is not one.
        """
        for name, value in chosen.items():
            if name not in self.declared:
                raise UnknownSetting(name)
            self.declared[name].check(value)
        return replace(self, chosen={**self.chosen, **chosen})

    def value(self, name: str) -> SettingValue:
        """Return what holds.

        Raises:
            UnknownSetting: nothing of this name is declared.
        """
        return self._held[name]

    def yes_no(self, name: str) -> bool:
        """Return a yes or no."""
        return self._held[name]  # type: ignore[return-value]  # its kind was checked

    def whole(self, name: str) -> int:
        """Return a percentage, a sum in pence or a count."""
        return self._held[name]  # type: ignore[return-value]  # its kind was checked

    def whole_if_any(self, name: str) -> int | None:
        """Return a number, or None where the council has none."""
        return self._held[name]  # type: ignore[return-value]  # its kind was checked

    def code(self, name: str) -> str:
        """Return a code."""
        return self._held[name]  # type: ignore[return-value]  # its kind was checked

    def one_of(self, kind: type[E], name: str) -> E:
        """Return a code as a member of the enumeration of its choices."""
        member = self._members.get(name)
        if member is None:
            member = self._members[name] = kind(self.code(name))
        return member  # type: ignore[return-value]  # a setting is always read as one kind

    def codes(self, name: str) -> tuple[str, ...]:
        """Return a list of codes."""
        return self._held[name]  # type: ignore[return-value]  # its kind was checked

    def choice(self, name: str) -> "Choice":
        """Return a setting as something that a step may rest on."""
        return self.choices[name]


@dataclass(frozen=True)
class Choice:
    """A setting that a step of a decision rests on."""

    settings: CouncilSettings
    setting: str

    #: What a council chose is what it chose; there is nothing to confirm.
    unconfirmed = False

    @property
    def name(self) -> str:
        """The setting's name as a step shows it."""
        return f"council.{self.setting}"

    def used(self) -> FigureUsed:
        """Return the setting as a step of a decision shows it."""
        declared, value = self.settings.declared[self.setting], self.settings.value(self.setting)
        shown = ", ".join(value) if isinstance(value, tuple) else str(value)
        if value is not None and declared.kind in (SettingKind.PENCE, SettingKind.PERCENT):
            shown = f"{shown} {declared.kind}"
        chosen = self.setting in self.settings.chosen
        choice = "Choice of this council" if chosen else "Default where a council says nothing"
        return FigureUsed(self.name, shown, f"{choice}: {declared.citation}", False, declared.meaning)


class Choices(dict[str, Choice]):
    """Settings of one council as steps rest on them, by name, each made once."""

    def __init__(self, settings: CouncilSettings) -> None:
        super().__init__()
        self._settings = settings

    def __missing__(self, name: str) -> Choice:
        self[name] = choice = Choice(self._settings, name)
        return choice
