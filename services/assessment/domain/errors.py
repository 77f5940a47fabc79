"""What can be refused in an assessment, each refusal with its own name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with an answer.

    Args:
        question_id: the question, as the caller named it.
        what: what is wrong, in plain words; reads on from "This answer".
    """

    question_id: str
    what: str


class DomainError(Exception):
    """An assessment rule was broken by the caller, not by the platform."""


class AnswersNotAccepted(DomainError):
    """An answer does not fit its question; nothing was saved."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{problem.question_id} {problem.what}" for problem in self.problems))


class AssessmentAlreadySubmitted(DomainError):
    """The person handed the assessment in; their answers stand until it is opened again."""


class NotYetSubmitted(DomainError):
    """A practitioner can agree only what the person has handed in."""


class AgreedBeforeSubmission(DomainError):
    """An agreement cannot be dated before the day on which the assessment was handed in."""


class AssessmentAlreadyAgreed(DomainError):
    """An agreed assessment is frozen; a change of circumstances opens a new version."""


class Incomplete(DomainError):
    """Required questions have no answer.

    Args:
        missing: ids of those questions, each with the streams that need its answer (``ras`` is the allocation).
    """

    def __init__(self, missing: Mapping[str, tuple[str, ...]]) -> None:
        self.missing = dict(missing)
        told = (f"{question} (for {', '.join(streams)})" for question, streams in self.missing.items())
        super().__init__(f"no answer yet: {'; '.join(told)}")


class OtherQuestionnaire(DomainError):
    """The assessment was begun with another questionnaire, or another version of it."""
