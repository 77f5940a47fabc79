"""What the resource allocation system refuses, each refusal with its own name."""

from collections.abc import Sequence


class DomainError(Exception):
    """A rule of resource allocation was broken by the caller, not by the platform."""


class TableNotSound(DomainError):
    """An allocation table cannot be used; ``reasons`` say why, in plain words."""

    def __init__(self, reasons: Sequence[str]) -> None:
        self.reasons = tuple(reasons)
        super().__init__("; ".join(self.reasons))


class NoTableInForce(DomainError):
    """No allocation table of the council covers the group and the date. There is no default: a guess is no figure."""


class AnswerUnknown(DomainError):
    """An answer that the table's questionnaire does not have: it was given to another questionnaire or version."""


class OtherQuestionnaire(DomainError):
    """The answers were given to another questionnaire, or another version, than the one that the table scores."""


class NotAWeek(DomainError):
    """The kinds of day do not make a week of seven days."""


class ReasonMissing(DomainError):
    """A final figure that is not the indicative one needs the reason of whoever decided it."""


class NotItemised(DomainError):
    """A final figure without the lines that it is made of."""


class NotReassessed(DomainError):
    """A figure may not fall before the person's needs were assessed again."""


class FallWithoutGrounds(DomainError):
    """A figure below one that was assessed needs grounds, and help by others needs names, hours and agreement."""


class GroundsWithoutFall(DomainError):
    """Grounds for a lower figure, where no figure is lower."""


class DecidedTooEarly(DomainError):
    """A final figure dated before the assessment that it is settled on."""


class SomebodyElseMustDecide(DomainError):
    """The figure is beyond what whoever sets it may decide; an approver may."""


class NoFigureToCompare(DomainError):
    """Two allocations cannot be compared in pounds."""


class NothingToShareBy(DomainError):
    """A sum cannot be shared: every weight is zero."""
