"""A questionnaire: versioned data, each question with what it asks for and whom its answer serves."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property

#: Stands in ``serves`` beside the codes of the funding streams: the answer moves the indicative allocation.
RAS = "ras"

#: The answer of somebody who does not know. It counts as an answer, and never as nought: a fact stays missing, and a
#: need is settled before the agreement.
NOT_SURE = "not_sure"


class Kind(StrEnum):
    """How a question is answered. Sums are whole pence."""

    CHOICE = "choice"
    SEVERAL_CHOICES = "several_choices"
    YES_NO = "yes_no"
    DATE = "date"
    PENCE = "pence"
    PENCE_PER_WEEK = "pence_per_week"
    COUNT = "count"
    INCOMES = "incomes"


class Role(StrEnum):
    """Who answers. A helper, proxy or advocate answers as the person; who they are is recorded elsewhere."""

    PERSON = "person"
    PRACTITIONER = "practitioner"


class Aspect(StrEnum):
    """What a question asks for; its ``about`` says of what."""

    NEED = "need"
    """A need, for the points; about a domain."""

    FACT = "fact"
    """A fact, for the funding streams; about a name in the fact catalogue."""

    INFORMAL_HELP = "informal_help"
    """How much family and friends do; about a domain."""

    CARER = "carer"
    """Whether those who help are willing and able to go on."""

    DAY_PROFILE = "day_profile"
    """How many days a week are of a kind; about ``good``, ``bad`` or ``other``."""

    NEED_ON_BAD_DAY = "need_on_bad_day"
    """A need as it is on a bad day, where it is other than on a usual one; about the question that asks for that."""

    SPECIALIST_SUPPORT = "specialist_support"
    """Minutes a day of specialist support; about a code of the rate card."""


@dataclass(frozen=True)
class Choice:
    """One answer to choose. ``alone`` marks an answer such as "none of these", which goes with no other."""

    code: str
    text: str
    alone: bool = False


@dataclass(frozen=True)
class Condition:
    """An earlier answer that makes a question worth asking.

    Args:
        question_id: the earlier question.
        values: the answers that do: true or false, or codes; of incomes, the codes of which one is enough.
        at_least: the least number that does, where the earlier question is answered with one.
    """

    question_id: str
    values: tuple[bool | str, ...] = ()
    at_least: int | None = None

    def holds(self, answer: object) -> bool:
        """Whether an answer to the earlier question does; no answer, and "not sure", do not."""
        if isinstance(answer, bool | str):
            return answer in self.values
        if isinstance(answer, int):
            return self.at_least is not None and answer >= self.at_least
        lines = answer if isinstance(answer, Sequence) else ()
        return any(isinstance(line, Mapping) and line.get("code") in self.values for line in lines)


@dataclass(frozen=True)
class Question:
    """One question.

    Args:
        label: a few words, for lists and explanations.
        about: what it asks for, as ``asks`` says: a domain, a fact, a kind of day or a code of the rate card.
        serves: codes of the streams that need the answer, and ``ras``.
        required: the assessment cannot be handed in (person) or agreed (practitioner) without an answer.
        choices: for ``choice`` and ``several_choices``, from least to most need where it asks for a need; for
            ``incomes``, the kinds of income.
        definitions: what each vague word of the question means here.
        most: the largest number that is accepted: pence, a count, days a week or minutes a day.
        only_if: what makes the question worth asking: all the conditions of one of these. Where there are none, it is
            asked of everybody.
        declared_by: the stream that declares the fact, where it is not in the catalogue of facts.
    """

    question_id: str
    label: str
    text: str
    hint: str
    asks: Aspect
    about: str
    kind: Kind
    answered_by: Role
    serves: tuple[str, ...]
    required: bool
    choices: tuple[Choice, ...] = ()
    definitions: Mapping[str, str] = field(default_factory=dict)
    most: int = 0
    only_if: tuple[tuple[Condition, ...], ...] = ()
    declared_by: str | None = None

    @property
    def may_be_not_sure(self) -> bool:
        """All but a number that is added up: days of a week, minutes of support."""
        return self.asks not in (Aspect.DAY_PROFILE, Aspect.SPECIALIST_SUPPORT)

    @property
    def must_be_settled(self) -> bool:
        """Whether "not sure" has to be settled before the agreement; a fact may stay open: its stream asks on."""
        return self.asks in (Aspect.NEED, Aspect.NEED_ON_BAD_DAY, Aspect.INFORMAL_HELP)

    def choice(self, code: str) -> Choice | None:
        """The choice of a code, or nothing where there is none."""
        return next((choice for choice in self.choices if choice.code == code), None)


@dataclass(frozen=True)
class Wording:
    """A question in the words of a user group.

    Args:
        choices: text by code, of those choices that are worded otherwise.
        definitions: what each vague word of this wording means.
    """

    text: str
    hint: str
    choices: Mapping[str, str]
    definitions: Mapping[str, str]


@dataclass(frozen=True)
class Section:
    """Questions that are shown together."""

    section_id: str
    title: str
    intro: str
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class Questionnaire:
    """One released version of a council's questionnaire; it never changes.

    Args:
        domains: titles of the domains of need, by code, in the order in which they are shown.
    """

    questionnaire_id: str
    version: int
    title: str
    domains: Mapping[str, str]
    sections: tuple[Section, ...]

    def worded(self, wordings: Mapping[str, Wording]) -> "Questionnaire":
        """The same questions, some in other words: what they ask for, their choices' codes and their order stay."""
        sections = tuple(
            replace(section, questions=tuple(_worded(each, wordings) for each in section.questions))
            for section in self.sections
        )
        return replace(self, sections=sections)

    @cached_property
    def questions(self) -> Mapping[str, Question]:
        """Every question by its id, in order."""
        return {question.question_id: question for section in self.sections for question in section.questions}

    @cached_property
    def serves(self) -> tuple[str, ...]:
        """Everyone whom some question serves, in the order of first mention."""
        return tuple(dict.fromkeys(code for question in self.questions.values() for code in question.serves))

    def asking(self, aspect: Aspect) -> Iterator[Question]:
        """The questions that ask for one aspect, in order."""
        return (question for question in self.questions.values() if question.asks is aspect)

    def asked(self, answers: Mapping[str, object]) -> tuple[Question, ...]:
        """The questions that are asked once these answers are given, in order.

        A question hangs on earlier ones alone, so one pass is enough; what hangs on a question that is not asked is not
        asked either.
        """
        asked: dict[str, Question] = {}

        def holds(condition: Condition) -> bool:
            return condition.question_id in asked and condition.holds(answers.get(condition.question_id))

        for question in self.questions.values():
            if not question.only_if or any(all(map(holds, together)) for together in question.only_if):
                asked[question.question_id] = question
        return tuple(asked.values())


def _worded(question: Question, wordings: Mapping[str, Wording]) -> Question:
    wording = wordings.get(question.question_id)
    if wording is None:
        return question
    return replace(
        question,
        text=wording.text,
        hint=wording.hint,
        choices=tuple(replace(each, text=wording.choices.get(each.code, each.text)) for each in question.choices),
        definitions=wording.definitions,
    )
