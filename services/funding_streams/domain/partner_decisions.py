"""Decisions of a partner agency, laid on the time line.

The time line is a function of the *set* of decisions: in which order they came, how late and how often, does not
matter. Of each reference the highest version counts. From its effective day on, a decision takes the place of every one
that was effective before it; of two that are effective on one day, the higher version counts, then the later reference.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from services.funding_streams.domain.decision import FigureUsed
from services.funding_streams.domain.eras import in_words
from services.funding_streams.domain.money import DAYS_PER_AWARD

_DAY = timedelta(days=1)


class Kind(StrEnum):
    """What an agency decided; as in the contract."""

    CONFIRM = "confirm"
    CHANGE = "change"
    REFUSE = "refuse"
    END = "end"


class Basis(StrEnum):
    """What a sum is for; as in the contract."""

    WEEKLY = "weekly"
    WHOLE_TIME = "whole_time"
    ONCE = "once"


class Standing(StrEnum):
    """What became of one version of an agency's decision."""

    WAITING = "waiting"
    IN_FORCE = "in_force"
    SUPERSEDED = "superseded"
    OUTSIDE_THE_AWARD = "outside_the_award"


@dataclass(frozen=True)
class Granted:
    """The money that an agency grants, in pence, the person's own share included."""

    basis: Basis
    amount_pence: int
    contribution_pence: int


@dataclass(frozen=True)
class PartnerDecision:
    """One version of one decision of a partner agency.

    Args:
        agency: who decided, as in its topic.
        stream: what about.
        reference: the agency's own id of the decision.
        version: rises with each correction of it.
        kind: what was decided.
        decided_on: when.
        effective_on: first day that it is about; of an end, the first day without money.
        ends_on: last day of the money, where the agency set one.
        granted: the money; None where the agency told none.
        reasons: why, in the agency's words.
        challenge: how the person can challenge it, in the agency's words.
    """

    agency: str
    stream: str
    reference: str
    version: int
    kind: Kind
    decided_on: date
    effective_on: date
    ends_on: date | None = None
    granted: Granted | None = None
    reasons: tuple[str, ...] = ()
    challenge: str | None = None

    @property
    def grants(self) -> bool:
        """Whether there is to be money."""
        return self.kind in (Kind.CONFIRM, Kind.CHANGE)

    @property
    def last_day(self) -> date:
        """Last day that the decision is about; one that names none holds as long as an award lasts at the most."""
        return self.ends_on or self.effective_on + (DAYS_PER_AWARD - 1) * _DAY

    @property
    def identity(self) -> str:
        """How a person names it to the agency."""
        return f"decision {self.reference}, version {self.version}, of {in_words(self.decided_on)}"


@dataclass(frozen=True)
class Word:
    """A partner's decision as something that a step of a trace rests on."""

    decision: PartnerDecision
    decided_by: str
    unconfirmed: bool = False

    @property
    def name(self) -> str:
        return f"{self.decision.stream}.partner_decision"

    def used(self) -> FigureUsed:
        """Return it as a step shows it."""
        return FigureUsed(
            self.name, self.decision.kind, f"{self.decided_by}, {self.decision.identity}", False,
            "What the body that decides on the stream has decided.",
        )  # fmt: skip


@dataclass(frozen=True)
class Stretch:
    """Days on which one decision counts, the first and the last included."""

    word: PartnerDecision
    starts_on: date
    ends_on: date

    @property
    def days(self) -> int:
        """How many."""
        return (self.ends_on - self.starts_on).days + 1


def time_line(words: Iterable[PartnerDecision]) -> tuple[Stretch, ...]:
    """Return which decision counts when, in order of time. No two stretches share a day."""
    latest: dict[tuple[str, str], PartnerDecision] = {}
    for word in words:
        known = latest.get((word.agency, word.reference))
        if known is None or known.version < word.version:
            latest[word.agency, word.reference] = word
    laid = sorted(latest.values(), key=lambda word: (word.effective_on, word.version, word.reference))
    overtaken_on = (*(after.effective_on for after in laid[1:]), date.max)
    stretches = (
        Stretch(word, word.effective_on, min(word.last_day, overtaken - _DAY))
        for word, overtaken in zip(laid, overtaken_on, strict=False)
    )
    return tuple(stretch for stretch in stretches if stretch.days > 0)


def about_award(words: Iterable[PartnerDecision], on: date) -> tuple[Stretch, ...]:
    """Return the part of the time line that settles an award decided on a day: what counts within its 52 weeks.

    A decision that ran out before that day settled an earlier award; one that begins after them is for a later.
    """
    last = on + (DAYS_PER_AWARD - 1) * _DAY
    return tuple(stretch for stretch in time_line(words) if stretch.ends_on >= on and stretch.starts_on <= last)


def standing_of(word: PartnerDecision, words: Sequence[PartnerDecision], on: date | None) -> Standing:
    """Return what became of a decision among all that are known of the person and stream.

    Args:
        word: the decision.
        words: all decisions, this one included.
        on: day of the award that is to be settled; None while nothing is known of the person.
    """
    counting = [stretch.word for stretch in time_line(words)]
    if word not in counting:
        return Standing.SUPERSEDED
    if on is None:
        return Standing.WAITING
    in_force = [stretch.word for stretch in about_award(words, on)]
    return Standing.IN_FORCE if word in in_force else Standing.OUTSIDE_THE_AWARD
