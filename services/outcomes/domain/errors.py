"""What outcomes refuse, each refusal with its own name."""


class DomainError(Exception):
    """A rule of outcomes was broken by the caller, not by the platform."""


class UnknownItem(DomainError):
    """An answer to a question that the instrument does not have."""


class OutsideTheLevels(DomainError):
    """An answer that is none of the item's levels."""


class NothingAnswered(DomainError):
    """A response without any answer tells nothing."""


class UnknownWave(DomainError):
    """The instrument is not asked at such a time."""


class MayNotAnswer(DomainError):
    """The instrument is not made for this respondent, or not for this kind of person."""


class NoLicence(DomainError):
    """The instrument's wording belongs to somebody, and the council has not stated a licence for that day."""


class SecondBaseline(DomainError):
    """There is a baseline already, and a change is measured from one day only."""


class AnsweredAlready(DomainError):
    """A second response to one wave; a correction is another matter."""


class BeforeTheBaseline(DomainError):
    """A follow-up that was answered before its baseline."""


class AfterDeath(DomainError):
    """An outcome of a person who had died."""


class OtherVersion(DomainError):
    """A follow-up to another version of the instrument than the baseline: their scores cannot be compared."""


class NotYet(DomainError):
    """Answers of a day that is still to come."""


class UnknownInstrument(DomainError):
    """No such instrument was released, or no such version of it."""


class LicenceRefused(DomainError):
    """What a council states about its licence does not fit the instrument."""
