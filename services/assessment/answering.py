"""Answering: every answer is kept with who gave it, and a later hand never overwrites what it has not seen."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from braid.kit.unit_of_work import UnitOfWork
from services.assessment import store
from services.assessment.access import GivenAs, Hand
from services.assessment.domain.answers import Answers
from services.assessment.domain.questionnaire import Role
from services.assessment.store import questionnaire_of
from services.assessment.tables import AssessmentRow, GivenAnswerRow


class StaleVersion(Exception):
    """The assessment has changed since the caller read it."""


class AnswerChanged(Exception):
    """Somebody gave another answer since the caller read it; nothing was overwritten.

    Args:
        theirs: the answer as it was given last; None where it was never given.
        yours: the answer that was not saved.
    """

    def __init__(self, question_id: str, theirs: GivenAnswerRow | None, yours: "OneAnswer") -> None:
        self.question_id, self.theirs, self.yours = question_id, theirs, yours
        super().__init__("Look at both answers, and send the one that is right with the new ETag.")


@dataclass(frozen=True)
class OneAnswer:
    """One answer. No answer with own words is a start; no answer and no words withdraws what was there."""

    answer: object | None
    own_words: str | None = None


@dataclass(frozen=True)
class Answering:
    """Answers to be saved together, by one hand.

    Args:
        answers: by question id; None withdraws an answer.
        role: whose questions they are.
        hand: who gives them.
        own_words: what the hand says beside an answer, by question id.
    """

    answers: Answers
    role: Role
    hand: Hand
    own_words: Mapping[str, str] = field(default_factory=dict)


def require_version(row: AssessmentRow, seen_version: int) -> None:
    """Refuse a change that was made to another version.

    Raises:
        StaleVersion: somebody changed the assessment in the meantime.
    """
    if row.version != seen_version:
        raise StaleVersion(
            f"The assessment is at version {row.version}, the change was made to version {seen_version}."
        )


async def save_answers(row: AssessmentRow, told: Answering, work: UnitOfWork) -> Mapping[str, GivenAnswerRow]:
    """Take in answers, all of them or none.

    Returns:
        What was kept, by question: not what was there already.

    Raises:
        DomainError: an answer does not fit, or the assessment is not open for it.
    """
    state, saved = store.aggregate_of(row).save_answers(questionnaire_of(row), told.answers, told.role)
    given = {*saved.changed, *told.own_words, *(set(row.to_confirm) & set(told.answers))}
    await store.save(
        work,
        row,
        state,
        what=f"answers saved as {told.role.value}",
        by=told.hand.given_by,
        told={"questions": sorted(given)},
    )
    kept = {}
    for question_id in sorted(given):
        answer = OneAnswer(row.answers.get(question_id), told.own_words.get(question_id))
        kept[question_id] = _keep(row, question_id, answer, told.hand, work)
    await work.session.flush()
    return kept


async def save_answer(
    row: AssessmentRow, question_id: str, told: Answering, work: UnitOfWork, *, seen_version: int
) -> GivenAnswerRow | None:
    """Take in one answer; others that were saved in the meantime to other questions stay, and do not stand in its way.

    Args:
        row: the assessment, held.
        question_id: the question.
        told: its answer alone.
        work: the unit of work.
        seen_version: the version of this answer that the caller has seen, 0 where there was none.

    Returns:
        The answer as it stands; a repeat of what is there already changes nothing.

    Raises:
        AnswerChanged: somebody gave another answer to it in the meantime.
        DomainError: the answer does not fit, or the assessment is not open for it.
    """
    newest = await store.newest_answer_to(work, row.assessment_id, question_id)
    yours = OneAnswer(told.answers.get(question_id), told.own_words.get(question_id))
    if newest is not None and _same(newest, yours, told.hand) and question_id not in row.to_confirm:
        return newest
    if (newest.version if newest else 0) != seen_version:
        raise AnswerChanged(question_id, newest, yours)
    return (await save_answers(row, told, work)).get(question_id, newest)


async def confirm(
    row: AssessmentRow, question_ids: Collection[str], role: Role, hand: Hand, work: UnitOfWork
) -> AssessmentRow:
    """Confirm answers that were filled in beforehand; each is then given by whoever confirmed it.

    Raises:
        DomainError: a question has nothing to confirm, or the assessment is not open for it.
    """
    state = store.aggregate_of(row).confirm(questionnaire_of(row), question_ids, role)
    sources = {question_id: row.to_confirm[question_id] for question_id in question_ids}
    await store.save(
        work,
        row,
        state,
        what=f"answers confirmed as {role.value}",
        by=hand.given_by,
        told={"questions": sorted(sources)},
    )
    for question_id, source in sources.items():
        _keep(row, question_id, OneAnswer(row.answers.get(question_id)), hand, work, source=source)
    await work.session.flush()
    return row


def keep_filled_in(row: AssessmentRow, work: UnitOfWork, *, by: str) -> None:
    """Write down the answers that an assessment begins with, each with its source."""
    for question_id, source in row.to_confirm.items():
        hand = Hand(GivenAs(source["given_as"]), by)
        _keep(row, question_id, OneAnswer(row.answers[question_id]), hand, work, source=source)


def _keep(
    row: AssessmentRow,
    question_id: str,
    told: OneAnswer,
    hand: Hand,
    work: UnitOfWork,
    *,
    source: Mapping[str, Any] | None = None,
) -> GivenAnswerRow:
    given = GivenAnswerRow(
        assessment_id=row.assessment_id,
        question_id=question_id,
        version=row.version,
        council=row.council,
        answer=told.answer,
        own_words=told.own_words,
        given_as=str(hand.given_as),
        given_by=hand.given_by,
        authorities=list(hand.authorities) or None,
        given_on=hand.on,
        source=dict(source) if source else None,
        recorded_at=work.now,
    )
    work.session.add(given)
    return given


def _same(newest: GivenAnswerRow, yours: OneAnswer, hand: Hand) -> bool:
    there = (newest.answer, newest.own_words, newest.given_as, newest.given_by)
    here = (yours.answer, yours.own_words, str(hand.given_as), hand.given_by)
    # As JSON: 1 and true are one value in Python.
    return json.dumps(there, sort_keys=True) == json.dumps(here, sort_keys=True)
