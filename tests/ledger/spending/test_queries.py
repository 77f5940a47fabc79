"""Questions about spending: whose they are, until when, and what may be answered."""

from datetime import timedelta

import pytest

from services.ledger.domain.spending.queries import (
    Answer,
    AnswerDoesNotFit,
    DecisionIsTheCouncils,
    Owner,
    ProposedByTheSame,
    Query,
    QueryAlreadyAnswered,
    QueryKind,
    ReasonMissing,
    answer_query,
    raise_query,
)
from tests.ledger.spending.builders import FIRST_DAY, an_id

LATER = FIRST_DAY + timedelta(days=5)


def a_query(kind: QueryKind = QueryKind.NO_ITEM) -> Query:
    return raise_query(kind, an_id("spend"), 2_500, ("Nothing fits.",), on=FIRST_DAY, answer_days=28, number=0)


def test_a_query_has_an_owner_a_day_and_a_history_from_the_start() -> None:
    query = a_query()

    assert (query.owner, query.due_on) == (Owner.BUDGET_HOLDER, FIRST_DAY + timedelta(days=28))
    assert [step.words for step in query.history] == ["Asked of the budget holder."]


def test_it_is_late_the_day_after_its_day_and_never_once_answered() -> None:
    query = a_query()
    answered = answer_query(query, Answer.PERSONAL_MONEY, by="person", is_staff=False, on=LATER)

    assert not query.is_late(query.due_on)
    assert query.is_late(query.due_on + timedelta(days=1))
    assert not answered.is_late(query.due_on + timedelta(days=1))


def test_an_answer_is_kept_beside_the_question() -> None:
    answered = answer_query(
        a_query(), Answer.ATTRIBUTE, by="person", is_staff=False, on=LATER, reason="It was the gym."
    )

    assert [(step.by, step.words) for step in answered.history] == [
        ("", "Asked of the budget holder."),
        ("person", "Answered: attribute. It was the gym."),
    ]


def test_a_query_is_answered_once() -> None:
    answered = answer_query(a_query(), Answer.ATTRIBUTE, by="person", is_staff=False, on=LATER)

    with pytest.raises(QueryAlreadyAnswered):
        answer_query(answered, Answer.PERSONAL_MONEY, by="person", is_staff=False, on=LATER)


@pytest.mark.parametrize("answer", [Answer.PAY_BACK, Answer.WRITE_OFF])
def test_only_the_council_decides_to_ask_money_back_or_to_let_it_go_and_says_why(answer: Answer) -> None:
    with pytest.raises(DecisionIsTheCouncils):
        answer_query(a_query(), answer, by="person", is_staff=False, on=LATER, reason="Please.")
    with pytest.raises(ReasonMissing):
        answer_query(a_query(), answer, by="officer", is_staff=True, on=LATER, reason="  ")

    told = answer_query(a_query(), answer, by="officer", is_staff=True, on=LATER, reason="As agreed.")
    assert told.answer is (None if answer is Answer.WRITE_OFF else answer)


def test_writing_off_is_proposed_by_one_person_and_decided_by_another() -> None:
    proposed = answer_query(a_query(), Answer.WRITE_OFF, by="officer", is_staff=True, on=LATER, reason="Too small.")
    assert (proposed.answer, proposed.history[-1].words) == (None, "Proposed: write off. Too small.")

    with pytest.raises(ProposedByTheSame):
        answer_query(proposed, Answer.WRITE_OFF, by="officer", is_staff=True, on=LATER, reason="Too small.")
    decided = answer_query(proposed, Answer.WRITE_OFF, by="manager", is_staff=True, on=LATER, reason="Agreed.")
    otherwise = answer_query(proposed, Answer.PAY_BACK, by="officer", is_staff=True, on=LATER, reason="It was much.")

    assert (decided.answer, decided.history[-1].words) == (Answer.WRITE_OFF, "Answered: write off. Agreed.")
    assert otherwise.answer is Answer.PAY_BACK


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        (QueryKind.NO_ITEM, Answer.KEEP_AS_IT_WAS),
        (QueryKind.NO_ITEM, Answer.SAME_PAYMENT),
        (QueryKind.LINE_CHANGED, Answer.ATTRIBUTE),
    ],
)
def test_an_answer_must_answer_the_question(kind: QueryKind, answer: Answer) -> None:
    with pytest.raises(AnswerDoesNotFit):
        answer_query(a_query(kind), answer, by="officer", is_staff=True, on=LATER)


@pytest.mark.parametrize("kind", list(QueryKind))
def test_every_kind_of_query_has_an_owner_and_an_answer(kind: QueryKind) -> None:
    query = a_query(kind)
    answer = Answer.KEEP_AS_IT_WAS if kind is QueryKind.LINE_CHANGED else Answer.ATTRIBUTE

    assert answer_query(query, answer, by="officer", is_staff=True, on=LATER).answer is answer
