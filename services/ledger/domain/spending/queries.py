"""Questions about spending: whose they are, until when, what was answered, and everything that was said."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID, uuid5

from services.ledger.domain.spending.attribution import Obstacle


class QueryKind(StrEnum):
    """What does not fit."""

    NO_ITEM = "no_item"
    SEVERAL_ITEMS = "several_items"
    USE_NOT_PERMITTED = Obstacle.USE.value
    PAYEE_BARRED = Obstacle.PAYEE.value
    ANSWER_MISSING = Obstacle.ASK.value
    OUTSIDE_THE_AWARD = Obstacle.DATES.value
    MORE_THAN_IS_LEFT = Obstacle.MONEY.value
    MAYBE_TOLD_TWICE = "maybe_told_twice"
    LINE_CHANGED = "line_changed"
    PERIOD_CLOSED = "period_closed"


class Owner(StrEnum):
    """Whose turn it is."""

    BUDGET_HOLDER = "budget_holder"
    PRACTITIONER = "practitioner"
    FINANCE_OFFICER = "finance_officer"


#: The person knows what they bought; a practitioner what the plan meant; a finance officer what the bank said.
OWNERS: Final = {
    QueryKind.NO_ITEM: Owner.BUDGET_HOLDER,
    QueryKind.SEVERAL_ITEMS: Owner.BUDGET_HOLDER,
    QueryKind.MAYBE_TOLD_TWICE: Owner.BUDGET_HOLDER,
    QueryKind.USE_NOT_PERMITTED: Owner.PRACTITIONER,
    QueryKind.PAYEE_BARRED: Owner.PRACTITIONER,
    QueryKind.ANSWER_MISSING: Owner.PRACTITIONER,
    QueryKind.OUTSIDE_THE_AWARD: Owner.PRACTITIONER,
    QueryKind.MORE_THAN_IS_LEFT: Owner.PRACTITIONER,
    QueryKind.LINE_CHANGED: Owner.FINANCE_OFFICER,
    QueryKind.PERIOD_CLOSED: Owner.FINANCE_OFFICER,
}


class Answer(StrEnum):
    """What was decided about the money that a query is about."""

    ATTRIBUTE = "attribute"
    PERSONAL_MONEY = "personal_money"
    PAY_BACK = "pay_back"
    WRITE_OFF = "write_off"
    SAME_PAYMENT = "same_payment"
    KEEP_AS_IT_WAS = "keep_as_it_was"
    TAKE_THE_CHANGE = "take_the_change"


#: The council's own decisions, which need a reason and are nobody else's.
DECISIONS: Final = frozenset({Answer.PAY_BACK, Answer.WRITE_OFF})
_PROPOSED_TO_WRITE_OFF: Final = "Proposed: write off."
_TAKEN_BACK: Final = "Taken back: write off."
_ABOUT_A_CHANGE: Final = frozenset({Answer.KEEP_AS_IT_WAS, Answer.TAKE_THE_CHANGE})


class QueryRefusal(Exception):
    """A query does not take this answer."""


class QueryAlreadyAnswered(QueryRefusal):
    """The query was answered before."""


class AnswerDoesNotFit(QueryRefusal):
    """The answer is none to this kind of query."""


class DecisionIsTheCouncils(QueryRefusal):
    """Only the council's staff may decide this."""


class ReasonMissing(QueryRefusal):
    """A decision needs its reason."""


class ProposedByTheSame(QueryRefusal):
    """Whoever proposed to write money off is not the one to decide it."""


@dataclass(frozen=True)
class Step:
    """One thing that happened to a query.

    Args:
        by: who, by the stable id of the identity provider; empty for the ledger itself.
    """

    on: date
    by: str
    words: str


@dataclass(frozen=True)
class Query:
    """A question to one person about one spend.

    Args:
        pence: how much of the spend it is about.
        reasons: why it is asked, in words.
        answer: None while it is open.
    """

    query_id: UUID
    spend_id: UUID
    kind: QueryKind
    pence: int
    reasons: tuple[str, ...]
    owner: Owner
    raised_on: date
    due_on: date
    answer: Answer | None = None
    history: tuple[Step, ...] = ()

    @property
    def write_off_proposed_by(self) -> str | None:
        """Who proposed last to write the money off, and was not decided upon yet."""
        for step in reversed(self.history):
            if step.words.startswith(_TAKEN_BACK):
                return None
            if step.words.startswith(_PROPOSED_TO_WRITE_OFF):
                return step.by
        return None

    @property
    def times_taken_back(self) -> int:
        """How often the money was written off and that was taken back."""
        return sum(step.words.startswith(_TAKEN_BACK) for step in self.history)

    def is_late(self, on: date) -> bool:
        """Whether it is still open after its day."""
        return self.answer is None and on > self.due_on


def raise_query(
    kind: QueryKind, spend_id: UUID, pence: int, reasons: tuple[str, ...], *, on: date, answer_days: int, number: int
) -> Query:
    """Ask somebody about a spend.

    Args:
        number: how many queries the spend has had before, so that the same step raises the same query.
    """
    owner = OWNERS[kind]
    return Query(
        uuid5(spend_id, f"query/{number}"),
        spend_id,
        kind,
        pence,
        reasons,
        owner,
        on,
        on + timedelta(days=answer_days),
        history=(Step(on, "", f"Asked of the {owner.replace('_', ' ')}."),),
    )


def write_off_taken_back(query: Query, *, by: str, on: date, reason: str) -> Query:
    """Ask again what was answered by writing the money off; to write it off anew takes two people again.

    Raises:
        AnswerDoesNotFit: it was not written off.
    """
    if query.answer is not Answer.WRITE_OFF:
        raise AnswerDoesNotFit("the money was not written off")
    step = Step(on, by, f"{_TAKEN_BACK} {reason.strip()}")
    return replace(query, answer=None, history=(*query.history, step))


def answer_query(query: Query, answer: Answer, *, by: str, is_staff: bool, on: date, reason: str = "") -> Query:
    """Answer a query; what the answer does with the money is for the caller.

    Writing off takes two people: by the first it is proposed, and the query stays open; by the second it is answered.

    Args:
        by: who answers.
        is_staff: whether they answer for the council; else for the person.
        reason: in words; needed for a decision of the council.

    Raises:
        QueryAlreadyAnswered: it is closed.
        AnswerDoesNotFit: the answer is none to this kind of query.
        DecisionIsTheCouncils: the person decides what only the council may.
        ReasonMissing: a decision has no reason.
        ProposedByTheSame: who proposed to write off would decide it too.
    """
    if query.answer is not None:
        raise QueryAlreadyAnswered(f"answered before: {query.answer.replace('_', ' ')}")
    is_about_change = query.kind is QueryKind.LINE_CHANGED
    fits = (answer in _ABOUT_A_CHANGE) == is_about_change
    if not fits or (answer is Answer.SAME_PAYMENT and query.kind is not QueryKind.MAYBE_TOLD_TWICE):
        raise AnswerDoesNotFit(f"{answer.replace('_', ' ')} does not answer {query.kind.replace('_', ' ')}")
    if (answer in DECISIONS or is_about_change) and not is_staff:
        raise DecisionIsTheCouncils(f"{answer.replace('_', ' ')} is for the council to decide")
    if answer in DECISIONS and not reason.strip():
        raise ReasonMissing(f"{answer.replace('_', ' ')} needs its reason")
    why = f" {reason.strip()}" if reason.strip() else ""
    if answer is Answer.WRITE_OFF:
        if query.write_off_proposed_by is None:
            return replace(query, history=(*query.history, Step(on, by, _PROPOSED_TO_WRITE_OFF + why)))
        if query.write_off_proposed_by == by:
            raise ProposedByTheSame("somebody else has to decide what you proposed to write off")
    words = f"Answered: {answer.replace('_', ' ')}.{why}"
    return replace(query, answer=answer, history=(*query.history, Step(on, by, words)))
