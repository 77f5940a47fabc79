"""Events of partner agencies: what the body that decides on a stream outside the council's hands has decided.

Each agency has a topic of its own, so that the broker's rights let it speak there and nowhere else.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from braid.contracts.codes import Pence, StreamCode
from braid.contracts.event import Event

#: A slip of the pen in a year ends here; the first figures of law that the platform holds are of 2003.
EARLIEST, LATEST = date(1990, 1, 1), date(2099, 12, 31)
#: The largest sum that one decision can be about, in pence: a hundred million pounds.
DECISION_PENCE_MAX = 10_000_000_000
VERSION_MAX = 999_999_999

_PARTNER_TOPIC = "partner.{agency}.eligibility.v1"


def partner_topic(agency: str) -> str:
    """Name of the topic on which an agency tells its decisions, and nobody else does."""
    return _PARTNER_TOPIC.format(agency=agency)


def _without_null(words: str) -> str:
    # PostgreSQL keeps every text but this one.
    if "\0" in words:
        raise ValueError("must not have a null character in it")
    return words


def _written_out(day: Any) -> Any:
    # A number would be taken as seconds since 1970, and be a day that nobody meant.
    if isinstance(day, int | float):
        raise ValueError("must be a day, written as YYYY-MM-DD")
    return day


def _plausible(day: date) -> date:
    if not EARLIEST <= day <= LATEST:
        raise ValueError(f"must be a day from {EARLIEST} to {LATEST}")
    return day


AgencyCode = Annotated[
    str,
    Field(
        pattern=r"^[a-z][a-z0-9-]{2,40}$",
        description="A partner agency; the list is open: each stream names the agency that decides on it.",
        examples=["independent-living-fund"],
    ),
]
Reference = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$",
        description="The agency's own id of the decision, the same in all its versions; no number that stands for a"
        " person elsewhere.",
        examples=["ILF-2009-0417"],
    ),
]
Day = Annotated[date, BeforeValidator(_written_out), AfterValidator(_plausible)]
Sum = Annotated[Pence, Field(strict=True)]
Words = Annotated[str, Field(min_length=1, max_length=1_000), AfterValidator(_without_null)]


class PartnerDecisionKind(StrEnum):
    """What an agency decided."""

    CONFIRM = "confirm"
    CHANGE = "change"
    REFUSE = "refuse"
    END = "end"


class MoneyBasis(StrEnum):
    """What a sum is for: each week, the decision's whole time, or once."""

    WEEKLY = "weekly"
    WHOLE_TIME = "whole_time"
    ONCE = "once"


class PartnerAwardDecided(Event):
    """An agency decided on one person's award from its stream, or corrects such a decision with a higher version.

    In force are the highest version of each reference. From its ``effective_on`` on, a decision takes the place of all
    that were effective before it; of two that are effective on one day, the one of the higher version counts, then the
    one of the later reference. When and in which order they arrive does not matter. A decision that names no last day
    holds for 52 weeks at the most, and its money ends with the award that the platform worked out.

    ``confirm`` without money agrees to the sum that the platform works out, as long as the decision holds; with money
    it grants that sum. ``change`` grants another sum. ``refuse`` grants nothing, and ``end`` nothing from its
    ``effective_on`` on.
    """

    TYPE: ClassVar[str] = "uk.braid.partner.award-decided.v1"
    TOPIC: ClassVar[str] = _PARTNER_TOPIC

    agency: AgencyCode
    stream: StreamCode
    reference: Reference
    version: Annotated[
        int, Field(ge=1, le=VERSION_MAX, strict=True, description="Rises with each correction; gaps do no harm.")
    ]
    kind: PartnerDecisionKind
    decided_on: Day
    effective_on: Annotated[Day, Field(description="First day that the decision is about; of an end, the first after.")]
    ends_on: Annotated[Day | None, Field(description="Last day that the money covers, where the agency sets one.")]
    money: Annotated[MoneyBasis | None, Field(description="What the sums are for; null where none are told.")]
    amount_pence: Annotated[Sum | None, Field(description="The award, the person's contribution included.")]
    contribution_pence: Annotated[Sum | None, Field(description="The person's own share of amount_pence.")]
    reasons: Annotated[
        tuple[Words, ...],
        Field(max_length=20, description="Why, in words for the person; without names. Needed but for a confirm."),
    ]
    challenge: Annotated[Words | None, Field(description="How, and by when, the person can challenge the decision.")]

    @property
    def topic(self) -> str:
        """The agency's own topic."""
        return partner_topic(self.agency)

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        faults = [*self._faults_of_dates(), *self._faults_of_money(), *self._faults_of_words()]
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def _faults_of_dates(self) -> list[str]:
        if self.ends_on is None:
            return []
        if self.kind in (PartnerDecisionKind.REFUSE, PartnerDecisionKind.END):
            return [f"ends_on must be null in a decision of kind {self.kind}"]
        return ["ends_on must not be before effective_on"] if self.ends_on < self.effective_on else []

    def _faults_of_money(self) -> list[str]:
        told = {
            "money": self.money,
            "amount_pence": self.amount_pence,
            "contribution_pence": self.contribution_pence,
        }
        missing = [name for name, value in told.items() if value is None]
        if self.kind in (PartnerDecisionKind.REFUSE, PartnerDecisionKind.END):
            return [f"{name} must be null in a decision of kind {self.kind}" for name in told if name not in missing]
        if self.kind is PartnerDecisionKind.CONFIRM and len(missing) == len(told):
            return []
        faults = [f"{name} must be told with the other sums" for name in missing]
        if (self.amount_pence or 0) > DECISION_PENCE_MAX:
            faults.append(f"amount_pence must not be above {DECISION_PENCE_MAX}")
        if (self.contribution_pence or 0) > (self.amount_pence or 0):
            faults.append("contribution_pence must not be above amount_pence")
        if self.money is MoneyBasis.WHOLE_TIME and self.ends_on is None:
            faults.append("ends_on must be told where the sum is for the whole time")
        return faults

    def _faults_of_words(self) -> list[str]:
        if self.kind is PartnerDecisionKind.CONFIRM or self.reasons:
            return []
        return [f"reasons must not be empty in a decision of kind {self.kind}"]


def partner_example(
    agency: str, stream: str, kind: PartnerDecisionKind, *, like: PartnerAwardDecided
) -> dict[str, Any]:
    """A valid decision of a kind, in an agency's name.

    Args:
        agency: the agency.
        stream: a stream that it decides on.
        kind: what it decides.
        like: the committed example, a change of award, from which the rest is taken.
    """
    example = like.model_dump(mode="json") | {"agency": agency, "stream": stream, "kind": kind.value}
    if kind is PartnerDecisionKind.CHANGE:
        return example
    without_money = {"money": None, "amount_pence": None, "contribution_pence": None, "ends_on": None}
    if kind is PartnerDecisionKind.CONFIRM:
        return example | without_money | {"reasons": []}
    reason = "Not eligible: not at risk of entering residential care."
    if kind is PartnerDecisionKind.END:
        reason = "The award ends: the person no longer lives in the United Kingdom."
    return example | without_money | {"reasons": [reason]}
