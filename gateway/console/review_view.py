"""What the pages of reviews show: when each is due, needs and money then and now beside each other, what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gateway.console import wording
from gateway.console.judging import NeedChange, changes_of

Told = Mapping[str, Any]
KINDS: Mapping[str, str] = {
    "first": "First review",
    "yearly": "Yearly review",
    "stream": "Review for a funding stream",
    "requested": "Review that somebody asked for",
    "triggered": "Review because something changed",
}
OUTCOMES: Mapping[str, tuple[str, str]] = {
    "carries_on": ("It carries on", "The plan and the money stay as they are."),
    "plan_changes": ("The plan changes", "Another plan is made with the same money."),
    "reassess": ("The needs are assessed again", "The money carries on until then."),
    "more_money": ("More money is needed", ""),
    "less_money": ("Less money is needed", "Only where a new assessment found less need, or the person asks for it."),
    "ends": ("The support ends", "Only where a new assessment found less need, or the person asks for it."),
}
_HELD, _OVERDUE, _DUE = ("Held", "green"), ("Overdue", "red"), ("Due", "blue")
MET: Mapping[str, str] = {"met": "Met", "partly_met": "Partly met", "not_met": "Not met"}


@dataclass(frozen=True)
class OutcomeOfPlan:
    """Something that a plan is for, with what was planned and spent for it.

    Args:
        spent_pence: None where the ledger cannot say now.
        met: how far it is met, by this review, or before it by the last; empty where nobody said.
    """

    outcome_id: str
    text: str
    planned_pence: int
    spent_pence: int | None
    met: str

    @property
    def field(self) -> str:
        """Of a form, on how far it is met."""
        return f"met-{self.outcome_id}"


@dataclass(frozen=True)
class Review:
    """A review in a list, and what came of it."""

    review_id: str
    person_id: str
    title: str
    reason: str
    due_on: str
    held_on: str
    state: str
    colour: str
    result: Told


@dataclass(frozen=True)
class Compared:
    """What a review looks at.

    Args:
        needs_then: the day of the assessment that the plan rested on; empty where there is none.
        awards: by stream, pence then and now.
    """

    needs_then: str
    needs_now: str
    is_reassessed: bool
    needs: tuple[NeedChange, ...]
    outcomes: tuple[OutcomeOfPlan, ...]
    awards: tuple[tuple[str, int, int], ...]
    planned_pence: int
    spent_pence: int | None

    @property
    def asks_to_judge(self) -> bool:
        """Whether needs changed in a way that no rule can rank."""
        return any(each.is_open for each in self.needs)


def review_of(told: Told) -> Review:
    """A review."""
    stream = f": {wording.named(wording.STREAMS, told['stream'])}" if told["stream"] else ""
    state, colour = _OVERDUE if told["is_overdue"] else _DUE
    if told["held_on"]:
        state, colour = _HELD
    return Review(
        review_id=told["review_id"],
        person_id=told["person_id"],
        title=wording.named(KINDS, told["kind"]) + stream,
        reason=wording.told(told["reason"]),
        due_on=told["due_on"],
        held_on=told["held_on"] or "",
        state=state,
        colour=colour,
        result=_result(told["result"]) if told["result"] else {},
    )


def _result(told: Told) -> Told:
    return {
        "words": OUTCOMES.get(told["outcome"], (wording.named({}, told["outcome"]), ""))[0],
        "said": told["words"],
        "by": told["held_by"],
        "asked_by_person": told["asked_by_person"],
        "ground": wording.told(told["ground_for_less"]),
    }


def compared_of(told: Told) -> Compared:
    """What a review looks at; of one that was held, as it was then."""
    result = told["result"] or {}
    found = result.get("compared") or told["compared"]
    needs, met = found["needs"], result.get("met", {})
    then, now = found["awards_then"], found["awards_now"]
    return Compared(
        needs_then=(needs["then"] or {}).get("agreed_on", ""),
        needs_now=(needs["now"] or {}).get("agreed_on", ""),
        is_reassessed=needs["is_reassessed"],
        needs=changes_of(needs),
        outcomes=tuple(
            OutcomeOfPlan(
                each["outcome_id"],
                each["text"],
                each["planned_pence"],
                each["spent_pence"],
                MET.get(met.get(each["outcome_id"]) or each["met_before"] or "", ""),
            )
            for each in found["outcomes"]
        ),
        awards=tuple(
            (wording.named(wording.STREAMS, stream), then.get(stream, 0), now.get(stream, 0))
            for stream in sorted({*then, *now})
        ),
        planned_pence=found["planned_pence"],
        spent_pence=found["spent_pence"],
    )
