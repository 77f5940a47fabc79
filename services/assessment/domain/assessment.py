"""The assessment of one person: drafted, submitted, agreed. An agreed assessment is frozen.

Dispute and re-opening come later: they will be further states, each with its own method.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from services.assessment.domain import answers as reading
from services.assessment.domain.answers import Answers, DayProfile, FactJson, SupportLine
from services.assessment.domain.errors import (
    AgreedBeforeSubmission,
    AnswersNotAccepted,
    AssessmentAlreadyAgreed,
    AssessmentAlreadySubmitted,
    DomainError,
    Incomplete,
    NotYetSubmitted,
    OtherQuestionnaire,
    Problem,
)
from services.assessment.domain.questionnaire import Questionnaire, Role


class State(StrEnum):
    """How far an assessment has got."""

    DRAFTED = "drafted"
    SUBMITTED = "submitted"
    AGREED = "agreed"


@dataclass(frozen=True)
class AnswersSaved:
    """Answers were taken in; ``changed`` names the questions whose answer is new, other or withdrawn."""

    role: Role
    changed: tuple[str, ...]


@dataclass(frozen=True)
class Submitted:
    """The person, or somebody for them, handed the assessment in."""

    on: date


@dataclass(frozen=True)
class Agreed:
    """Practitioner and person agreed; the fields are those of the event ``AssessmentAgreed``."""

    agreed_on: date
    questionnaire: str
    questionnaire_version: int
    answers: Mapping[str, tuple[str, ...]]
    informal_help: Mapping[str, str]
    carer_willing_and_able: bool | None
    day_profiles: tuple[DayProfile, ...]
    specialist_support: tuple[SupportLine, ...]
    facts: Mapping[str, FactJson]
    answers_on_bad_days: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Assessment:
    """One version of a person's assessment. Every method returns a new state and what happened, or raises.

    Args:
        questionnaire_id: with ``questionnaire_version``, the questionnaire that it was begun with and stays with.
        answers: JSON values by question id, of both roles.
    """

    questionnaire_id: str
    questionnaire_version: int
    state: State = State.DRAFTED
    answers: Mapping[str, object] = field(default_factory=dict)
    submitted_on: date | None = None
    agreed_on: date | None = None

    @classmethod
    def begin(cls, questionnaire: Questionnaire) -> "Assessment":
        """Begin an empty draft with a questionnaire."""
        return cls(questionnaire.questionnaire_id, questionnaire.version)

    def save_answers(
        self, questionnaire: Questionnaire, answers: Answers, role: Role
    ) -> tuple["Assessment", AnswersSaved]:
        """Take in answers, all of them or none. None as an answer withdraws the one that was there.

        Raises:
            AssessmentAlreadyAgreed: it is frozen.
            AssessmentAlreadySubmitted: the person's answers were handed in; the practitioner's may still be added.
            AnswersNotAccepted: an answer does not fit its question, or the question is the other role's.
            OtherQuestionnaire: it was begun with another one.
        """
        self._must_be_with(questionnaire)
        if self.state is State.AGREED:
            raise AssessmentAlreadyAgreed
        if self.state is State.SUBMITTED and role is Role.PERSON:
            raise AssessmentAlreadySubmitted
        merged = {**self.answers, **answers}
        after = {question_id: answer for question_id, answer in merged.items() if answer is not None}
        problems = _problems(questionnaire, answers, after, role)
        if problems:
            raise AnswersNotAccepted(problems)
        changed = tuple(name for name in answers if self.answers.get(name) != after.get(name))
        return replace(self, answers=after), AnswersSaved(role, changed)

    def submit(self, questionnaire: Questionnaire, on: date) -> tuple["Assessment", Submitted]:
        """Hand the person's answers in.

        Raises:
            Incomplete: a question that the person must answer has no answer; "not sure" is one.
            AnswersNotAccepted: the kinds of day do not make a week.
            AssessmentAlreadySubmitted: it was handed in before.
            AssessmentAlreadyAgreed: it is frozen.
        """
        self._must_be_with(questionnaire)
        self._must_be(State.DRAFTED)
        self._must_be_complete(questionnaire, Role.PERSON)
        if problems := reading.week_problems(questionnaire, self.answers):
            raise AnswersNotAccepted(problems)
        return replace(self, state=State.SUBMITTED, submitted_on=on), Submitted(on)

    def agree(self, questionnaire: Questionnaire, on: date) -> tuple["Assessment", Agreed]:
        """Agree and freeze the assessment.

        Args:
            on: the day whose law and figures apply from here on.

        Raises:
            NotYetSubmitted: the person has not handed it in.
            AssessmentAlreadyAgreed: it is frozen.
            Incomplete: a required question has no answer.
            AgreedBeforeSubmission: the day is before that of the submission.
        """
        self._must_be_with(questionnaire)
        self._must_be(State.SUBMITTED)
        self._must_be_complete(questionnaire, *Role)
        if self.submitted_on is not None and on < self.submitted_on:
            raise AgreedBeforeSubmission(f"handed in on {self.submitted_on}, so it cannot be agreed on {on}")
        agreed = Agreed(
            agreed_on=on,
            questionnaire=self.questionnaire_id,
            questionnaire_version=self.questionnaire_version,
            answers=reading.need_answers(questionnaire, self.answers),
            informal_help=reading.informal_help(questionnaire, self.answers),
            carer_willing_and_able=reading.carer_willing_and_able(questionnaire, self.answers),
            day_profiles=reading.day_profiles(questionnaire, self.answers),
            specialist_support=reading.specialist_support(questionnaire, self.answers),
            facts=reading.facts_from_answers(questionnaire, self.answers),
            answers_on_bad_days=reading.answers_on_bad_days(questionnaire, self.answers),
        )
        return replace(self, state=State.AGREED, agreed_on=on), agreed

    def _must_be(self, wanted: State) -> None:
        if self.state is wanted:
            return
        refusals: Mapping[State, type[DomainError]] = {
            State.DRAFTED: NotYetSubmitted,
            State.SUBMITTED: AssessmentAlreadySubmitted,
            State.AGREED: AssessmentAlreadyAgreed,
        }
        raise refusals[self.state]

    def _must_be_with(self, questionnaire: Questionnaire) -> None:
        begun_with = (self.questionnaire_id, self.questionnaire_version)
        if (questionnaire.questionnaire_id, questionnaire.version) != begun_with:
            raise OtherQuestionnaire(f"begun with {self.questionnaire_id} version {self.questionnaire_version}")

    def _must_be_complete(self, questionnaire: Questionnaire, *roles: Role) -> None:
        missing = {
            question.question_id: question.serves
            for question in questionnaire.asked(self.answers)
            if question.required and question.answered_by in roles and question.question_id not in self.answers
        }
        if missing:
            raise Incomplete(missing)


def _problems(questionnaire: Questionnaire, given: Answers, after: Answers, role: Role) -> list[Problem]:
    told = {question_id: answer for question_id, answer in given.items() if answer is not None}
    withdrawn = [question_id for question_id in given if question_id not in told]
    problems = reading.check_answers(questionnaire, told, role)
    problems += [
        Problem(question_id, "cannot be withdrawn: it is no question of this role")
        for question_id in withdrawn
        if question_id not in questionnaire.questions or questionnaire.questions[question_id].answered_by is not role
    ]
    return problems or reading.check_answers(questionnaire, after)
