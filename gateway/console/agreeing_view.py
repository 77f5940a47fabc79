"""What the pages of agreeing show: the person's answer beside the practitioner's, and what stands before agreement."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from gateway.console import wording
from gateway.console.question_form import answer_in_words

Told = Mapping[str, Any]
PERSON, PRACTITIONER = "person", "practitioner"
STATES: Mapping[str, tuple[str, str]] = {
    "drafted": ("The person is still answering", "grey"),
    "submitted": ("Handed in", "yellow"),
    "agreed": ("Agreed", "green"),
    "withdrawn": ("Withdrawn", "red"),
}
_GIVEN_AS: Mapping[str, str] = {
    "proxy": "Said by somebody who decides for them",
    "advocate": "Said by an advocate",
    "helper": "Said by a helper",
}
_AUTHORITIES: Mapping[str, str] = {
    "health_and_welfare_attorney": "attorney for health and welfare",
    "property_and_affairs_attorney": "attorney for property and affairs",
    "enduring_attorney": "attorney under an enduring power",
    "welfare_deputy": "deputy for welfare",
    "property_deputy": "deputy for property and affairs",
}


@dataclass(frozen=True)
class Dispute:
    """The practitioner's answer beside the person's.

    Args:
        counts: whose answer counts, in words; empty while that is open.
    """

    answer: str
    reason: str
    counts: str
    because: str
    person_agrees: bool | None


@dataclass(frozen=True)
class Row:
    """A question with what each of the two says.

    Args:
        persons: the person's answer in words; empty where there is none.
        practitioners: the practitioner's, to one of their own questions.
        matter: what stands before the agreement here; empty where nothing does.
        to_confirm: the answer was filled in beforehand, and nobody has said that it holds.
    """

    question_id: str
    label: str
    text: str
    is_practitioners: bool
    persons: str
    own_words: str
    given_as: str
    practitioners: str
    dispute: Dispute | None
    matter: str
    to_confirm: bool


@dataclass(frozen=True)
class Meeting:
    """An assessment as person and practitioner go through it together.

    Args:
        etag: the version that was read.
        authorities: who may agree for the person today.
    """

    assessment: Told
    etag: str
    questionnaire: Told
    person: Told
    authorities: tuple[Told, ...]

    @property
    def address(self) -> str:
        """Where its pages are."""
        return f"/people/{self.assessment['person_id']}/assessments/{self.assessment['assessment_id']}"

    @property
    def state(self) -> str:
        """How far it has got."""
        return str(self.assessment["state"])

    @property
    def state_text(self) -> str:
        """The same in words."""
        return STATES[self.state][0]

    @property
    def colour(self) -> str:
        """Of the tag that says so."""
        return STATES[self.state][1]

    @property
    def is_handed_in(self) -> bool:
        """Whether answers can be disputed and agreed."""
        return self.state == "submitted"

    @property
    def is_open(self) -> bool:
        """Whether the practitioner's own answers can still be given."""
        return self.state in ("drafted", "submitted")

    @cached_property
    def questions(self) -> Mapping[str, Told]:
        """Every question that matters after the answers so far, by its id."""
        asked = set(self.assessment["asked"]) | set(self.assessment["disputes"])
        return {
            question["question_id"]: question
            for section in self.questionnaire["sections"]
            for question in section["questions"]
            if question["question_id"] in asked
        }

    @cached_property
    def sections(self) -> tuple[tuple[str, tuple[Row, ...]], ...]:
        """Each section with its rows; a section of which nothing is asked is left out."""
        sections = (
            (section["title"], tuple(self._rows(section["questions"]))) for section in self.questionnaire["sections"]
        )
        return tuple((title, rows) for title, rows in sections if rows)

    @property
    def matters(self) -> tuple[Row, ...]:
        """What stands before the agreement, in the order of the questions."""
        return tuple(row for _, rows in self.sections for row in rows if row.matter)

    @property
    def to_confirm(self) -> tuple[str, ...]:
        """The practitioner's own questions whose answer was filled in and not yet confirmed."""
        return tuple(row.question_id for _, rows in self.sections for row in rows if _theirs_to_confirm(row))

    @property
    def agrees(self) -> tuple[tuple[str, str, str], ...]:
        """Who can agree: value, words and hint of each."""
        person = (PERSON, f"{self.person['name']}, themselves", "")
        return (person, *((str(each["authority_id"]), *_authority_in_words(each)) for each in self.authorities))

    def _rows(self, questions: list[Told]) -> Iterator[Row]:
        for question in questions:
            if question["question_id"] in self.questions:
                yield self._row(question)

    def _row(self, question: Told) -> Row:
        question_id = question["question_id"]
        is_practitioners = question["answered_by"] == PRACTITIONER
        answer = answer_in_words(question, self.assessment["answers"].get(question_id))
        given = self.assessment["given"].get(question_id) or {}
        to_confirm = question_id in self.assessment["to_confirm"]
        return Row(
            question_id=question_id,
            label=question["label"],
            text=question["text"],
            is_practitioners=is_practitioners,
            persons="" if is_practitioners else answer,
            own_words="" if is_practitioners else given.get("own_words") or "",
            given_as=_GIVEN_AS.get(given.get("given_as", ""), ""),
            practitioners=answer if is_practitioners else "",
            dispute=self._dispute(question),
            matter=self._matter(question, to_confirm=to_confirm) if self.is_open else "",
            to_confirm=to_confirm,
        )

    def _dispute(self, question: Told) -> Dispute | None:
        told = self.assessment["disputes"].get(question["question_id"])
        if told is None:
            return None
        counts = {PERSON: "The person’s answer counts", PRACTITIONER: "The practitioner’s answer counts"}
        return Dispute(
            answer=answer_in_words(question, told["answer"]),
            reason=told["reason"],
            counts=counts.get(told["counts"] or "", ""),
            because=told["settled_because"],
            person_agrees=told["person_agrees"],
        )

    def _matter(self, question: Told, *, to_confirm: bool) -> str:
        question_id = question["question_id"]
        if question_id in self.assessment["to_settle"]:
            return wording.sentence(self.assessment["to_settle"][question_id])
        if to_confirm:
            return "Filled in beforehand, and not confirmed yet"
        is_missing = question["required"] and self.assessment["answers"].get(question_id) is None
        # The person's own gaps are theirs to fill until they hand in.
        return "Needs an answer" if is_missing and (self.is_handed_in or _is_practitioners(question)) else ""


def _is_practitioners(question: Told) -> bool:
    return bool(question["answered_by"] == PRACTITIONER)


def _theirs_to_confirm(row: Row) -> bool:
    return row.is_practitioners and row.to_confirm


def _authority_in_words(authority: Told) -> tuple[str, str]:
    kind = _AUTHORITIES.get(authority["kind"], wording.inside(wording.named({}, authority["kind"])))
    limits = f"It leaves out: {authority['limits']}" if authority["limits"] else ""
    return f"{authority['holder_name']}, {kind}", limits
