"""What the funding streams' API takes and gives: requests refuse what we do not know, answers are typed throughout."""

from dataclasses import fields
from datetime import date
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema, field_validator, model_validator

from braid.contracts.allocation import AllocationOutcome
from braid.contracts.award import AwardLine, AwardStatus, Cadence, JointLimit, MinimumBeforeUse, Term, TraceStep
from braid.contracts.codes import CouncilCode, Pence, StreamCode
from braid.contracts.facts import Fact, FactKind
from braid.contracts.uses import PayeeBar, PermittedUse, SpendItem, Use, Verdict
from services.funding_streams.domain.decision import Decision
from services.funding_streams.rule_files import rule_files

#: A day that a decision can be about: rule figures begin in 2003, and a slip of the pen ends here.
PlausibleDay = Annotated[date, Field(ge=date(1990, 1, 1), le=date(2099, 12, 31))]

_INCOME = {
    "type": "object",
    "required": ["code", "pence_per_week"],
    "properties": {"code": {"type": "string"}, "pence_per_week": {"type": "integer", "minimum": 0}},
}
_VALUE: dict[str, Any] = {
    "anyOf": [
        {"type": "boolean"},
        {"type": "integer"},
        {"type": "string", "description": "A code, or a day such as 2009-06-01."},
        {"type": "array", "items": _INCOME},
    ]
}
#: Facts as they come: what each must be is told by `services.funding_streams.fact_check`, by the name of the fact.
FactsIn = Annotated[
    dict[str, Any],
    Field(max_length=500),
    WithJsonSchema(
        {
            "type": "object",
            "additionalProperties": _VALUE,
            "description": "Facts by name, as `GET /v1/facts` lists them.",
        }
    ),
]
ChangesIn = Annotated[
    dict[str, Any],
    Field(max_length=500),
    WithJsonSchema(
        {
            "type": "object",
            "additionalProperties": {"anyOf": [*_VALUE["anyOf"], {"type": "null"}]},
            "description": "Facts that are supposed to be otherwise; null takes one away.",
        }
    ),
]


class Asked(BaseModel):
    """A request body: what we do not know in it is a mistake."""

    model_config = ConfigDict(extra="forbid")


class AllocationIn(Asked):
    """An indicative allocation for a year of support."""

    pence_per_year: Pence
    outcome: AllocationOutcome = AllocationOutcome.CALCULATED


class DecisionGiven(Asked):
    """What another stream has decided, where it is known and is not to be worked out from the facts."""

    status: AwardStatus
    amount_pence: Pence = 0
    contribution_pence: Pence = 0
    starts_on: PlausibleDay | None = Field(None, description="The day of the decision where it is left out.")
    ends_on: PlausibleDay | None = Field(None, description="52 weeks after the start where it is left out.")

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if self.contribution_pence > self.amount_pence:
            raise ValueError("contribution_pence is above amount_pence, of which it is a part")
        return self


class WhatIfIn(Asked):
    """What is supposed to be otherwise."""

    facts: ChangesIn = Field(default_factory=dict)
    on: PlausibleDay | None = Field(None, description="Another day for the decision.")


class EvaluateIn(Asked):
    """A case to decide on; nothing of it is stored."""

    stream: StreamCode | None = Field(
        None,
        description="The stream, by its own law alone, with the streams that it looks at decided from the same facts."
        " Left out, or all: every stream, through the gate of the individual budget.",
    )
    on: PlausibleDay = Field(description="The day whose law and figures apply.")
    council: CouncilCode | None = Field(None, description="Whose choices apply; the caller's council by default.")
    facts: FactsIn
    allocation: AllocationIn | None = None
    decisions: dict[StreamCode, DecisionGiven] = Field(
        default_factory=dict, description="Decisions of other streams that are known, by stream."
    )
    items: list[SpendItem] = Field(default_factory=list, max_length=100, description="Things to buy: may it pay?")
    what_if: WhatIfIn | None = Field(None, description="Decide a second time with this, and tell what differs.")
    changes: bool = Field(False, description="Look for what would have to change; for one stream that is named.")
    traced: bool = Field(True, description="False leaves the tests and sums, and the terms, out.")

    @field_validator("stream", mode="before")
    @classmethod
    def _all_is_none(cls, value: Any) -> Any:
        return None if value == "all" else value

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        for name, given in self.decisions.items():
            if given.ends_on and given.ends_on < (given.starts_on or self.on):
                raise ValueError(f"decisions: {name} ends before it starts")
        if self.changes and self.stream is None:
            raise ValueError("changes: what would have to change is looked for in one stream; name it in stream")
        if self.stream in self.decisions:
            raise ValueError(f"decisions: {self.stream} is the stream to decide")
        return self


class FactOut(BaseModel):
    """A fact: how it is written and what it means."""

    fact: str
    kind: FactKind
    meaning: str
    codes: list[str] = Field(description="The choices, where it is answered by a code or by incomes.")

    @classmethod
    def of(cls, name: str) -> Self:
        """The fact of a name; one that a newer rule asks for and no catalogue knows is refused by the rules' check."""
        fact: Fact = rule_files().facts[name]
        return cls(fact=name, kind=fact.kind, meaning=fact.meaning, codes=list(fact.codes))


class DecisionOut(BaseModel):
    """What a stream decides, with the tests and sums behind it."""

    model_config = ConfigDict(from_attributes=True)

    stream: StreamCode
    stream_label: str
    status: AwardStatus
    decided_by: str
    rules_as_of: date
    starts_on: date
    ends_on: date = Field(description="Last day that the money covers.")
    pence_per_week: int = Field(description="Weekly rate, rounded half up to the penny; for display.")
    amount_pence: Pence = Field(description="The whole award, the person's own share included.")
    contribution_pence: Pence = Field(description="The person's own share of amount_pence.")
    cadence: Cadence
    lines: list[AwardLine] = Field(description="They add up to amount_pence.")
    permitted_uses: list[PermittedUse]
    payee_bars: list[PayeeBar]
    conditions: list[str]
    terms: list[Term]
    missing_facts: list[str]
    unconfirmed: list[str] = Field(description="Figures that the decision rests on and no source confirms.")
    partner_decision: str | None
    joint_limits: list[JointLimit] = Field(description="The most that this award and other streams pay together.")
    minimums: list[MinimumBeforeUse] = Field(description="What other streams must pay, or this award pays nothing.")
    trace: list[TraceStep] = Field(description="In the order in which a person can follow it.")

    @classmethod
    def of(cls, decision: Decision) -> Self:
        """A decision as the API tells it."""
        return cls.model_validate(_plain(decision))


class ItemOut(BaseModel):
    """Whether a stream's money may pay for an item, and why."""

    use: Use
    verdict: Verdict
    reasons: list[str]
    asks: list[str] = Field(description="Circumstances of the item that nobody has told.")


class StepChangeOut(BaseModel):
    """A step that differs between two decisions."""

    model_config = ConfigDict(from_attributes=True)

    code: str
    before: str | None
    after: str | None


class WhatIfOut(BaseModel):
    """The decision as it would be, and the steps that would differ."""

    decision: DecisionOut
    changed_steps: list[StepChangeOut]


class ChangeOut(BaseModel):
    """One thing that would have to be otherwise."""

    name: str = Field(description="The fact; indicative_allocation; or day_of_the_decision.")
    before: Any
    after: Any
    text: str


class WayOut(BaseModel):
    """A smallest set of changes after which the stream no longer refuses; it was decided with."""

    changes: list[ChangeOut]
    also: list[str] = Field(description="Facts that would then be otherwise too, or they would contradict the changes.")
    status: AwardStatus
    amount_pence: Pence
    contribution_pence: Pence
    missing_facts: list[FactOut]
    text: str


class WouldChangeOut(BaseModel):
    """What would have to change for the stream to say yes. It says how the law works; answers must stay true."""

    status: AwardStatus = Field(description="As it is now; there are no ways where this is no refusal.")
    ways: list[WayOut] = Field(description="Awards first. Empty: no one or two changes, nor a row of them, would do.")
    decisions_tried: int
    complete: bool = Field(description="False: the search stopped at its bound.")


class EvaluationOut(BaseModel):
    """One stream's decision and what was asked about it."""

    decision: DecisionOut
    missing: list[FactOut] = Field(description="Facts that are still needed, with their meaning.")
    items: list[ItemOut]
    what_if: WhatIfOut | None = None
    would_change: WouldChangeOut | None = None


class EvaluatedOut(BaseModel):
    """Decisions on a case that was given; nothing of it is stored."""

    on: date
    council: CouncilCode
    evaluations: list[EvaluationOut]


def _plain(value: Any) -> Any:
    """Return a decision as plain values, one level of parts at a time, for the contract's strict parts."""
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if hasattr(value, "__dataclass_fields__"):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    return value
