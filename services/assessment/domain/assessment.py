"""The assessment of one person: drafted, submitted, agreed, or withdrawn. An agreed assessment is frozen.

What the practitioner sees otherwise stands beside the person's answer as a dispute, and both stay.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from services.assessment.domain import answers as reading
from services.assessment.domain.answers import Answers, DayProfile, FactJson, NeedAsked, SupportLine
from services.assessment.domain.carers import CarersWord
from services.assessment.domain.errors import (
    AgreedBeforeSubmission,
    AnswersNotAccepted,
    AssessmentAlreadyAgreed,
    AssessmentAlreadySubmitted,
    AssessmentWithdrawn,
    DomainError,
    Incomplete,
    NothingInDispute,
    NotYetSubmitted,
    OtherQuestionnaire,
    Problem,
    Unconfirmed,
    Unsettled,
)
from services.assessment.domain.questionnaire import Questionnaire, Role


class State(StrEnum):
    """How far an assessment has got."""

    DRAFTED = "drafted"
    SUBMITTED = "submitted"
    AGREED = "agreed"
    WITHDRAWN = "withdrawn"


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
class Dispute:
    """The practitioner's answer to one of the person's questions, beside the person's own.

    Args:
        answer: the practitioner's.
        reason: why the practitioner sees it so, for the person to read.
        counts: whose answer counts; None while that is open.
        settled_because: how it was settled.
        person_agrees: whether the person agrees with what counts; None while it is open.
    """

    answer: object
    reason: str
    counts: Role | None = None
    settled_because: str = ""
    person_agrees: bool | None = None


@dataclass(frozen=True)
class Agreed:
    """Practitioner and person agreed; the fields are those of the event ``AssessmentAgreed``.

    Args:
        needs_asked: the questions that ``answers`` answers.
    """

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
    needs_asked: tuple[NeedAsked, ...]

    def with_carers(self, word: CarersWord) -> "Agreed":
        """The same with carers' own word in place of what the person said of them.

        What the person alone says of a carer is unconfirmed: a "yes" then counts as not asked, so that the help reduces
        nothing. Their "no" stands, since nobody is counted on against it.
        """
        if word.help_by_domain is None:
            return replace(self, carer_willing_and_able=False if self.carer_willing_and_able is False else None)
        return replace(self, informal_help=word.help_by_domain, carer_willing_and_able=word.willing_and_able)


@dataclass(frozen=True)
class Assessment:
    """One version of a person's assessment. Every method returns a new state and what happened, or raises.

    Args:
        questionnaire_id: with ``questionnaire_version``, the questionnaire that it was begun with and stays with.
        answers: JSON values by question id, of both roles, each as its own role gave it.
        disputes: by question id.
        to_confirm: questions whose answer was filled in beforehand and not yet confirmed.
    """

    questionnaire_id: str
    questionnaire_version: int
    state: State = State.DRAFTED
    answers: Mapping[str, object] = field(default_factory=dict)
    submitted_on: date | None = None
    agreed_on: date | None = None
    disputes: Mapping[str, Dispute] = field(default_factory=dict)
    to_confirm: frozenset[str] = frozenset()

    @classmethod
    def begin(cls, questionnaire: Questionnaire, filled_in: Answers | None = None) -> "Assessment":
        """Begin a draft with a questionnaire.

        Args:
            questionnaire: to begin with.
            filled_in: answers from elsewhere, each to be confirmed by its role.
        """
        known = dict(filled_in or {})
        return cls(questionnaire.questionnaire_id, questionnaire.version, answers=known, to_confirm=frozenset(known))

    def save_answers(
        self, questionnaire: Questionnaire, answers: Answers, role: Role
    ) -> tuple["Assessment", AnswersSaved]:
        """Take in answers, all of them or none. None as an answer withdraws the one that was there.

        Raises:
            AssessmentAlreadyAgreed: it is frozen.
            AssessmentAlreadySubmitted: the person's answers were handed in; the practitioner's may still be added.
            AssessmentWithdrawn: the person withdrew.
            AnswersNotAccepted: an answer does not fit its question, or the question is the other role's.
            OtherQuestionnaire: it was begun with another one.
        """
        self._must_be_with(questionnaire)
        self._must_be_open_to(role)
        merged = {**self.answers, **answers}
        after = {question_id: answer for question_id, answer in merged.items() if answer is not None}
        problems = _problems(questionnaire, answers, after, role)
        if problems:
            raise AnswersNotAccepted(problems)
        changed = tuple(name for name in answers if self.answers.get(name) != after.get(name))
        return replace(self, answers=after, to_confirm=self.to_confirm - set(answers)), AnswersSaved(role, changed)

    def confirm(self, questionnaire: Questionnaire, question_ids: Collection[str], role: Role) -> "Assessment":
        """Confirm answers that were filled in beforehand.

        Raises:
            AnswersNotAccepted: a question has nothing to confirm, or is the other role's.
            AssessmentAlreadyAgreed, AssessmentAlreadySubmitted, AssessmentWithdrawn: it is not open for it.
        """
        self._must_be_with(questionnaire)
        self._must_be_open_to(role)
        theirs = {name for name in self.to_confirm if questionnaire.questions[name].answered_by is role}
        unknown = [name for name in question_ids if name not in theirs]
        if unknown:
            raise AnswersNotAccepted([Problem(name, "has nothing to confirm by this role") for name in unknown])
        return replace(self, to_confirm=self.to_confirm - set(question_ids))

    def submit(self, questionnaire: Questionnaire, on: date) -> tuple["Assessment", Submitted]:
        """Hand the person's answers in.

        Raises:
            Incomplete: a question that the person must answer has no answer; "not sure" is one.
            Unconfirmed: an answer that was filled in beforehand is not confirmed.
            AnswersNotAccepted: the kinds of day do not make a week.
            AssessmentAlreadySubmitted: it was handed in before.
            AssessmentAlreadyAgreed: it is frozen.
        """
        self._must_be_with(questionnaire)
        self._must_be(State.DRAFTED)
        self._must_be_complete(questionnaire, Role.PERSON)
        self._must_be_confirmed(questionnaire, Role.PERSON)
        if problems := reading.week_problems(questionnaire, self.answers):
            raise AnswersNotAccepted(problems)
        return replace(self, state=State.SUBMITTED, submitted_on=on), Submitted(on)

    def dispute(self, questionnaire: Questionnaire, question_id: str, answer: object, reason: str) -> "Assessment":
        """Put the practitioner's answer beside the person's; an earlier dispute of the question is replaced.

        Raises:
            NotYetSubmitted: the person is still answering.
            AssessmentAlreadyAgreed, AssessmentWithdrawn: it is not open for it.
            AnswersNotAccepted: the question is none of the person's, is not asked, or the answer does not fit.
            NothingInDispute: the answer is the person's own.
        """
        self._must_be_with(questionnaire)
        self._must_be(State.SUBMITTED)
        asked = (*questionnaire.asked(self.answers), *questionnaire.asked(self.counted))
        if question_id not in {each.question_id for each in asked}:
            raise AnswersNotAccepted([Problem(question_id, "is to no question that is asked here")])
        both = {**self.counted, question_id: answer}
        problems = reading.check_answers(questionnaire, {question_id: answer}, Role.PERSON)
        if problems := problems or reading.check_answers(questionnaire, both):
            raise AnswersNotAccepted(problems)
        if self.answers.get(question_id) == answer:
            raise NothingInDispute(f"the person answered {question_id} in the same way")
        return replace(self, disputes={**self.disputes, question_id: Dispute(answer, reason)})

    def settle(self, question_id: str, counts: Role, because: str, *, person_agrees: bool) -> "Assessment":
        """Say whose answer counts; both stay in sight.

        Raises:
            NothingInDispute: the question is not in dispute.
            NotYetSubmitted, AssessmentAlreadyAgreed, AssessmentWithdrawn: it is not open for it.
        """
        self._must_be(State.SUBMITTED)
        if question_id not in self.disputes:
            raise NothingInDispute(f"{question_id} is not in dispute")
        settled = replace(
            self.disputes[question_id], counts=counts, settled_because=because, person_agrees=person_agrees
        )
        return replace(self, disputes={**self.disputes, question_id: settled})

    @property
    def counted(self) -> Answers:
        """The answers that count: the person's, but for the practitioner's where a dispute was settled so."""
        theirs = {name: each.answer for name, each in self.disputes.items() if each.counts is Role.PRACTITIONER}
        return {**self.answers, **theirs}

    def to_settle(self, questionnaire: Questionnaire) -> dict[str, str]:
        """What is open between person and practitioner before the agreement, by question id."""
        unknown = (each for each in reading.not_sure_of(questionnaire, self.counted) if each.must_be_settled)
        disputed = (name for name, each in self.disputes.items() if each.counts is None)
        return {
            **{each.question_id: "nobody is sure, and it moves money" for each in unknown},
            **dict.fromkeys(disputed, "the practitioner disputes it, and whose answer counts is not settled"),
        }

    def agree(self, questionnaire: Questionnaire, on: date) -> tuple["Assessment", Agreed]:
        """Agree and freeze the assessment.

        Args:
            questionnaire: the one that it was begun with.
            on: the day whose law and figures apply from here on.

        Raises:
            NotYetSubmitted: the person has not handed it in.
            AssessmentAlreadyAgreed: it is frozen.
            AssessmentWithdrawn: the person withdrew.
            Incomplete: a required question has no answer.
            Unconfirmed: an answer that was filled in beforehand is not confirmed.
            Unsettled: a dispute is open, or a need is not known.
            AgreedBeforeSubmission: the day is before that of the submission.
        """
        self._must_be_with(questionnaire)
        self._must_be(State.SUBMITTED)
        self._must_be_complete(questionnaire, *Role)
        self._must_be_confirmed(questionnaire, *Role)
        if unsettled := self.to_settle(questionnaire):
            raise Unsettled(unsettled)
        if self.submitted_on is not None and on < self.submitted_on:
            raise AgreedBeforeSubmission(f"handed in on {self.submitted_on}, so it cannot be agreed on {on}")
        return replace(self, state=State.AGREED, agreed_on=on), self._agreed(questionnaire, on)

    def _agreed(self, questionnaire: Questionnaire, on: date) -> Agreed:
        counted = self.counted
        return Agreed(
            agreed_on=on,
            questionnaire=self.questionnaire_id,
            questionnaire_version=self.questionnaire_version,
            answers=reading.need_answers(questionnaire, counted),
            informal_help=reading.informal_help(questionnaire, counted),
            carer_willing_and_able=reading.carer_willing_and_able(questionnaire, counted),
            day_profiles=reading.day_profiles(questionnaire, counted),
            specialist_support=reading.specialist_support(questionnaire, counted),
            facts=reading.facts_from_answers(questionnaire, counted),
            answers_on_bad_days=reading.answers_on_bad_days(questionnaire, counted),
            needs_asked=reading.needs_asked(questionnaire, counted),
        )

    def withdraw(self) -> "Assessment":
        """End it unfinished, as the person wishes; everything that was told stays.

        Raises:
            AssessmentAlreadyAgreed: it is frozen; the person withdraws from the budget, not from the record.
            AssessmentWithdrawn: they did already.
        """
        if self.state in (State.AGREED, State.WITHDRAWN):
            raise _REFUSALS[self.state]
        return replace(self, state=State.WITHDRAWN)

    def _must_be(self, wanted: State) -> None:
        if self.state is not wanted:
            raise _REFUSALS[self.state]

    def _must_be_open_to(self, role: Role) -> None:
        if self.state in (State.AGREED, State.WITHDRAWN) or (self.state is State.SUBMITTED and role is Role.PERSON):
            raise _REFUSALS[self.state]

    def _must_be_with(self, questionnaire: Questionnaire) -> None:
        begun_with = (self.questionnaire_id, self.questionnaire_version)
        if (questionnaire.questionnaire_id, questionnaire.version) != begun_with:
            raise OtherQuestionnaire(f"begun with {self.questionnaire_id} version {self.questionnaire_version}")

    def _must_be_complete(self, questionnaire: Questionnaire, *roles: Role) -> None:
        counted = self.counted
        missing = {
            question.question_id: question.serves
            for question in questionnaire.asked(counted)
            if question.required and question.answered_by in roles and question.question_id not in counted
        }
        if missing:
            raise Incomplete(missing)

    def _must_be_confirmed(self, questionnaire: Questionnaire, *roles: Role) -> None:
        asked: Iterable[str] = (
            each.question_id for each in questionnaire.asked(self.counted) if each.answered_by in roles
        )
        if unconfirmed := [name for name in asked if name in self.to_confirm]:
            raise Unconfirmed(unconfirmed)


_REFUSALS: Mapping[State, type[DomainError]] = {
    State.DRAFTED: NotYetSubmitted,
    State.SUBMITTED: AssessmentAlreadySubmitted,
    State.AGREED: AssessmentAlreadyAgreed,
    State.WITHDRAWN: AssessmentWithdrawn,
}


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
