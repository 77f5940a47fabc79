"""What can go wrong in a rule, by name. Nothing here is a guess that went unsaid."""

from datetime import date


class DomainError(Exception):
    """A rule cannot be applied to what it was given."""


class MissingFact(DomainError):
    """A rule needs a fact that the assessment does not hold."""

    def __init__(self, name: str) -> None:
        # Written out only where somebody reads it: an open decision meets several of these.
        super().__init__(name)
        self.name = name

    def __str__(self) -> str:
        return f"the fact {self.name} is missing"


class WrongFact(DomainError):
    """A fact is there but is not written as its kind is written."""

    def __init__(self, name: str, expected: str) -> None:
        super().__init__(f"the fact {name} must be {expected}")
        self.name = name


class NoValueInForce(DomainError):
    """A figure has no value on a day: before its first start or after its end."""

    def __init__(self, name: str, day: date) -> None:
        super().__init__(f"no value of {name} is in force on {day.isoformat()}")
        self.name = name
        self.day = day


class UnknownFigure(DomainError):
    """A rule names a figure that no rule file holds."""

    def __init__(self, name: str) -> None:
        super().__init__(f"no rule file holds {name}")
        self.name = name


class WrongUnit(DomainError):
    """A figure is read as something that it is not."""

    def __init__(self, name: str, unit: str, expected: str) -> None:
        super().__init__(f"{name} is in {unit}, not {expected}")
        self.name = name


class CircularDependency(DomainError):
    """Streams wait for each other, so none can be decided first."""

    def __init__(self, streams: tuple[str, ...]) -> None:
        super().__init__(f"these streams wait for each other: {', '.join(streams)}")
        self.streams = streams


class UnknownStream(DomainError):
    """A stream depends on another for which there is no adapter."""

    def __init__(self, stream: str, depends_on: str) -> None:
        super().__init__(f"{stream} depends on {depends_on}, which has no adapter")
        self.stream = stream


class UnknownSetting(DomainError):
    """The law leaves nothing of this name to a council."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is not a setting that is left to councils")
        self.name = name


class SettingRefused(DomainError):
    """A council's choice is not one that the law leaves to it."""

    def __init__(self, name: str, expected: str) -> None:
        super().__init__(f"{name} {expected}")
        self.name = name
        self.expected = expected
