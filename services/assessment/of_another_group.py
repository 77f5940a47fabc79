"""What follows when a person's user group was wrong: answers to another group's words, and that group's table.

Words of a group change neither what is asked nor what an answer says, but somebody may have understood them otherwise:
in a draft the answers are asked for again, of what is handed in they are named. An agreed assessment stays as it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlmodel import col, select

from braid.contracts.codes import UserGroup
from braid.kit.unit_of_work import UnitOfWork
from services.assessment import store
from services.assessment.domain.assessment import State
from services.assessment.tables import AssessmentChangeRow, AssessmentRow, PersonCorrectionRow, PersonRow
from services.assessment.wording_files import worded_questionnaire

#: Where an answer that is to be confirmed again is from.
OTHER_WORDS = "words_of_another_group"


class Follows(StrEnum):
    """What is to be done about an assessment."""

    CONFIRM_AGAIN = "confirm_again"
    LOOK_AT_WITH_THE_PERSON = "look_at_with_the_person"
    CHANGE_OF_CIRCUMSTANCES = "change_of_circumstances"


@dataclass(frozen=True)
class OfAnotherGroup:
    """An assessment that a wrong user group reached.

    Args:
        user_group: the group that was in the record then.
        questions: those that were answered in that group's words and read otherwise in the right one's.
    """

    assessment_id: UUID
    user_group: UserGroup
    questions: tuple[str, ...]
    follows: Follows


async def ask_again(person: PersonRow, before: UserGroup, work: UnitOfWork, *, by: str) -> None:
    """Have answers of the person's drafts confirmed again whose questions read otherwise for the group they are of."""
    for row in await store.assessments_of(work, person.person_id, for_update=True):
        questions = _reading_otherwise(row, before, UserGroup(person.user_group)) & row.answers.keys()
        if row.state != State.DRAFTED or not questions:
            continue
        asked = store.questionnaire_of(row).questions
        again = {
            name: {"source": OTHER_WORDS, "of": before.value, "on": None, "given_as": asked[name].answered_by.value}
            for name in sorted(questions - row.to_confirm.keys())
        }
        row.to_confirm = {**row.to_confirm, **again}
        told = {"questions": sorted(again)}
        await store.save(work, row, store.aggregate_of(row), what="asked again in other words", by=by, told=told)


async def reached(
    person: PersonRow, corrections: Sequence[PersonCorrectionRow], work: UnitOfWork
) -> list[OfAnotherGroup]:
    """The open assessments, and the agreed one that counts now, that the record's group of another time reached."""
    history = [each for each in corrections if "user_group" in each.after]
    if not history:
        return []
    rows = [row for row in await store.assessments_of(work, person.person_id) if row.state != State.WITHDRAWN]
    latest = max((row for row in rows if row.agreed_on), key=lambda row: (row.agreed_on, row.recorded_at), default=None)
    found = [await _reached(row, person, history, work) for row in rows if row.agreed_on is None or row is latest]
    return [one for one in found if one]


async def _reached(
    row: AssessmentRow, person: PersonRow, history: Sequence[PersonCorrectionRow], work: UnitOfWork
) -> OfAnotherGroup | None:
    now = UserGroup(person.user_group)
    given = {name: one.recorded_at for name, one in (await store.given_answers(work, row.assessment_id)).items()}
    answered_in = {name: _group_at(on, history, now) for name, on in given.items() if name in row.answers}
    other = {
        name: group
        for group in dict.fromkeys(answered_in.values())
        for name in _reading_otherwise(row, group, now)
        if answered_in.get(name) is group
    }
    if row.state == State.AGREED:
        then = _group_at(await _agreed_at(row, work), history, now)
        if then is now:
            return None
        return OfAnotherGroup(row.assessment_id, then, tuple(sorted(other)), Follows.CHANGE_OF_CIRCUMSTANCES)
    if not other:
        return None
    is_draft = row.state == State.DRAFTED
    follows = Follows.CONFIRM_AGAIN if is_draft else Follows.LOOK_AT_WITH_THE_PERSON
    return OfAnotherGroup(row.assessment_id, next(iter(other.values())), tuple(sorted(other)), follows)


def _reading_otherwise(row: AssessmentRow, one: UserGroup, other: UserGroup) -> set[str]:
    """The questions that read otherwise for one group than for another."""
    theirs = worded_questionnaire(row.questionnaire, row.questionnaire_version, one).questions
    others: Mapping[str, object] = worded_questionnaire(row.questionnaire, row.questionnaire_version, other).questions
    return {name for name, question in theirs.items() if question != others[name]}


def _group_at(moment: datetime, history: Sequence[PersonCorrectionRow], now: UserGroup) -> UserGroup:
    later = next((each for each in history if each.recorded_at > moment), None)
    return UserGroup(later.before["user_group"]) if later else now


async def _agreed_at(row: AssessmentRow, work: UnitOfWork) -> datetime:
    query = select(AssessmentChangeRow.recorded_at).where(
        AssessmentChangeRow.assessment_id == row.assessment_id, AssessmentChangeRow.state == State.AGREED.value
    )
    return (await work.session.scalars(query.order_by(col(AssessmentChangeRow.version)).limit(1))).one()
