"""Challenging a decision: what can be challenged, and who may answer."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from services.support_planning.domain.approval import Involvement


class Challenged(StrEnum):
    """Which decision is challenged."""

    ALLOCATION = "allocation"
    AWARD = "award"
    PLAN = "plan"


class Outcome(StrEnum):
    """What came of a challenge; a decision that changes is taken anew by whoever takes it."""

    CHANGES = "changes"
    PARTLY_CHANGES = "partly_changes"
    STANDS = "stands"


@dataclass(frozen=True)
class Answerer:
    """Who answers a challenge.

    Args:
        is_own_case: it is about their own budget.
        involvements: how they are involved with the person beyond their work.
    """

    subject: str
    is_own_case: bool
    involvements: frozenset[Involvement]


def bars_to_answering(answerer: Answerer, *, made_by: str, decided_by: str | None) -> tuple[str, ...]:
    """Why somebody may not answer a challenge; empty where they may.

    Args:
        answerer: who would answer.
        made_by: who sent the challenge.
        decided_by: who took the decision, where that is known here.
    """
    return tuple(_bars(answerer, made_by, decided_by))


def _bars(answerer: Answerer, made_by: str, decided_by: str | None) -> Iterator[str]:
    if answerer.is_own_case or answerer.subject == made_by:
        yield "Nobody answers their own challenge."
    if answerer.subject == decided_by:
        yield "Somebody else than who decided looks at it again."
    if answerer.involvements:
        kinds = ", ".join(sorted(answerer.involvements))
        yield f"You are recorded as involved with the person: {kinds}."
