"""What the pages of a self-assessment show: the task list, one question, the answers to be checked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from gateway.console import wording
from gateway.console.forms import Form
from gateway.console.question_form import NOT_SURE, answer_in_words

Told = Mapping[str, Any]
#: Stands among the streams that a question serves, for the indicative allocation.
ALLOCATION = "ras"
DRAFTED = "drafted"
#: How far a section has got: words, and the colour of its tag; none where nothing is left to do.
PROGRESS: Mapping[str, tuple[str, str]] = {
    "done": ("Completed", ""),
    "confirm": ("Check what is filled in", "yellow"),
    "begun": ("In progress", "teal"),
    "new": ("Not yet started", "blue"),
    "optional": ("Only if it applies to you", "grey"),
}
_GIVEN_AS: Mapping[str, str] = {
    "proxy": "somebody who decides for them",
    "advocate": "an advocate",
    "helper": "a helper",
    "practitioner": "the practitioner",
}
_SOURCES: Mapping[str, str] = {
    "agreed_assessment": "your last agreed assessment",
    "person_record": "what the council has on record about you",
}


@dataclass(frozen=True)
class Paper:
    """An assessment with its questions in the person's own group's words.

    Args:
        etag: the version of the whole assessment.
        authorities: of whoever answers for the person; empty where the person answers.
        is_own: the person themselves looks at it.
    """

    assessment: Told
    etag: str
    questionnaire: Told
    person: Told
    authorities: tuple[Told, ...]
    is_own: bool

    @property
    def assessment_id(self) -> str:
        """Its id."""
        return str(self.assessment["assessment_id"])

    @property
    def person_id(self) -> str:
        """Whose it is."""
        return str(self.assessment["person_id"])

    @property
    def is_open(self) -> bool:
        """Whether answers can still be given."""
        return bool(self.assessment["state"] == DRAFTED)

    @property
    def address(self) -> str:
        """Where its pages are."""
        return f"{self.start}/{self.assessment_id}"

    @property
    def start(self) -> str:
        """Address of its task list."""
        return f"/people/{self.person_id}/self-assessment"

    @property
    def acting(self) -> str:
        """Who answers, where it is not the person."""
        if self.is_own:
            return ""
        kinds = dict.fromkeys(
            wording.inside(wording.named(wording.AUTHORITIES, each["kind"])) for each in self.authorities
        )
        as_whom = f", as their {wording.listed(list(kinds))}" if kinds else ""
        return f"You are acting for {self.person['name']}{as_whom}. Your answers are kept as given by you."

    @cached_property
    def sections(self) -> tuple[tuple[Told, tuple[Told, ...]], ...]:
        """The sections of which the person is asked something now, each with its questions."""
        asked = set(self.assessment["asked"])
        sections = (
            (
                section,
                tuple(
                    each
                    for each in section["questions"]
                    if each["answered_by"] == "person" and each["question_id"] in asked
                ),
            )
            for section in self.questionnaire["sections"]
        )
        return tuple((section, questions) for section, questions in sections if questions)

    def question(self, question_id: str) -> Told | None:
        """A question that the person is asked now, or None."""
        return next((each for _, here in self.sections for each in here if each["question_id"] == question_id), None)

    def answer(self, question_id: str) -> Any:
        """The answer to a question; None where there is none."""
        return self.assessment["answers"].get(question_id)

    def answer_etag(self, question_id: str) -> str:
        """The version of one answer, 0 where there never was one."""
        given = self.assessment["given"].get(question_id)
        return given["etag"] if given else '"0"'

    def own_words(self, question_id: str) -> str | None:
        """What was said beside an answer."""
        given = self.assessment["given"].get(question_id)
        return given["own_words"] if given else None

    def is_missing(self, question: Told) -> bool:
        """Whether a question that must be answered is not."""
        return question["required"] and self.answer(question["question_id"]) is None


@dataclass(frozen=True)
class Task:
    """A section in the task list."""

    title: str
    about: str
    status: str
    words: str
    colour: str
    address: str


@dataclass(frozen=True)
class Tasks:
    """The task list."""

    tasks: tuple[Task, ...]
    done: int
    missing: int
    to_confirm: int
    lacking: tuple[tuple[str, int], ...]


def tasks_of(paper: Paper) -> Tasks:
    """How far each section has got, and where to go on."""
    tasks = tuple(_task(paper, section, questions) for section, questions in paper.sections)
    theirs = [each for _, questions in paper.sections for each in questions]
    lacking = (
        (_served(stream), sum(each["answered_by"] == "person" for each in answers))
        for stream, answers in paper.assessment["still_lacking"].items()
    )
    return Tasks(
        tasks,
        done=sum(task.status == "done" for task in tasks),
        missing=sum(paper.is_missing(each) for each in theirs),
        to_confirm=sum(each["question_id"] in paper.assessment["to_confirm"] for each in theirs),
        lacking=tuple((stream, number) for stream, number in lacking if number),
    )


def _task(paper: Paper, section: Told, questions: tuple[Told, ...]) -> Task:
    open_ones = [each for each in questions if paper.answer(each["question_id"]) is None]
    to_confirm = [each for each in questions if each["question_id"] in paper.assessment["to_confirm"]]
    answered = len(questions) - len(open_ones)
    if to_confirm:
        status = "confirm"
    elif any(paper.is_missing(each) for each in questions):
        status = "begun" if answered else "new"
    else:
        status = "done" if answered else "optional"
    words, colour = PROGRESS[status]
    missing = [each for each in questions if paper.is_missing(each)]
    first = next(iter([*to_confirm, *missing, *questions]))
    return Task(
        section["title"],
        f"{answered} of {wording.counted(len(questions), 'question', 'questions')} answered",
        status,
        words,
        colour,
        f"{paper.address}/questions/{first['question_id']}",
    )


@dataclass(frozen=True)
class QuestionView:
    """One question on its page.

    Args:
        intro: what the section is about, on its first question.
        serves: who needs the answer, in words.
        given: who gave the answer that is there, where it was not the person.
        filled_in_from: where the answer is from, where it has to be confirmed.
        before: address of the question before it, or of the task list.
        skip: address of the next one.
        back: where to go once it is saved, where that is not the next question.
    """

    question: Told
    section: str
    intro: str
    number: int
    of: int
    serves: tuple[str, ...]
    given: str
    filled_in_from: str
    before: str
    skip: str
    back: str
    form: Form


def question_view(paper: Paper, question_id: str, form: Form, back: str) -> QuestionView:
    """The page of a question that is asked."""
    section, questions = next(
        (section, questions)
        for section, questions in paper.sections
        if any(each["question_id"] == question_id for each in questions)
    )
    ids = [each["question_id"] for each in questions]
    place = ids.index(question_id)
    source = paper.assessment["to_confirm"].get(question_id)
    answers = f"{paper.address}/answers"
    before = f"{paper.address}/questions/{ids[place - 1]}" if place else paper.start
    return QuestionView(
        question=questions[place],
        section=section["title"],
        intro=section["intro"] if place == 0 else "",
        number=place + 1,
        of=len(ids),
        serves=tuple(dict.fromkeys(_served(code) for code in questions[place]["serves"])),
        given=_given(paper, question_id),
        filled_in_from=source_in_words(source) if source else "",
        before=answers if back else before,
        skip=answers if back else after(paper, question_id, paper.assessment["asked"]),
        back=back,
        form=form,
    )


def after(paper: Paper, question_id: str, asked: list[str]) -> str:
    """Where to go after a question: the next of its section once an answer is saved, or the task list."""
    section = next(
        each
        for each in paper.questionnaire["sections"]
        if any(q["question_id"] == question_id for q in each["questions"])
    )
    still_asked = set(asked)
    ids = [
        each["question_id"]
        for each in section["questions"]
        if each["answered_by"] == "person"
        and (each["question_id"] in still_asked or each["question_id"] == question_id)
    ]
    following = ids[ids.index(question_id) + 1 :]
    return f"{paper.address}/questions/{following[0]}" if following else paper.start


@dataclass(frozen=True)
class Answer:
    """A row of the page on which answers are checked.

    Args:
        practitioners: the practitioner's answer, where they see it otherwise.
    """

    question_id: str
    text: str
    answer: str
    is_missing: bool
    is_not_sure: bool
    to_confirm: str
    own_words: str
    given: str
    practitioners: str
    because: str
    outcome: str


def answers_of(paper: Paper) -> tuple[tuple[str, tuple[Answer, ...]], ...]:
    """Every answer that counts, section by section."""
    return tuple((section["title"], tuple(_answers(paper, questions))) for section, questions in paper.sections)


def _answers(paper: Paper, questions: tuple[Told, ...]) -> Iterator[Answer]:
    for question in questions:
        question_id = question["question_id"]
        answer, dispute = paper.answer(question_id), paper.assessment["disputes"].get(question_id)
        source = paper.assessment["to_confirm"].get(question_id)
        yield Answer(
            question_id,
            text=question["text"],
            answer=answer_in_words(question, answer),
            is_missing=paper.is_missing(question),
            is_not_sure=answer == NOT_SURE,
            to_confirm=source_in_words(source) if source else "",
            own_words=paper.own_words(question_id) or "",
            given=_given(paper, question_id),
            practitioners=answer_in_words(question, dispute["answer"]) if dispute else "",
            because=dispute["reason"] if dispute else "",
            outcome=_outcome(dispute) if dispute else "",
        )


def _outcome(dispute: Told) -> str:
    if dispute["counts"] is None:
        return "You have not agreed on this yet."
    whose = "Your answer counts" if dispute["counts"] == "person" else "The practitioner’s answer counts"
    return f"{whose}: {wording.whole_sentence(wording.inside(dispute['settled_because']))}"


def _given(paper: Paper, question_id: str) -> str:
    given = paper.assessment["given"].get(question_id)
    if given is None or given["given_as"] == "person" or question_id in paper.assessment["to_confirm"]:
        return ""
    by, on = _GIVEN_AS.get(given["given_as"], given["given_as"]), given["given_on"] or given["given_at"][:10]
    return f"Answered by {by} on {wording.day(on)}."


def source_in_words(source: Told) -> str:
    """Where an answer was filled in from."""
    told = _SOURCES.get(source["source"], "what is known already")
    return f"{told}, {wording.day(source['on'])}" if source.get("on") else told


def _served(code: str) -> str:
    return "Your indicative budget" if code == ALLOCATION else wording.named(wording.STREAMS, code)
