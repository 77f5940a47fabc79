"""What can be refused in an assessment, each refusal with its own name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.assessment.domain.authority import Refusal


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


class Unsettled(DomainError):
    """Person and practitioner have questions to settle before they can agree.

    Args:
        questions: ids of those questions, each with what is to be settled.
    """

    def __init__(self, questions: Mapping[str, str]) -> None:
        self.questions = dict(questions)
        super().__init__("; ".join(f"{question}: {what}" for question, what in self.questions.items()))


class Unconfirmed(DomainError):
    """Answers that were filled in beforehand have not been confirmed.

    Args:
        questions: ids of their questions.
    """

    def __init__(self, questions: Sequence[str]) -> None:
        self.questions = tuple(questions)
        super().__init__(f"filled in beforehand, or asked again, and not yet confirmed: {', '.join(self.questions)}")


class AuthorityRefused(DomainError):
    """Somebody's authority to act for a person is missing, or does not do for this.

    Args:
        refusals: every reason, by authority.
    """

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        self.refusals = tuple(refusals)
        super().__init__("; ".join(each.why for each in self.refusals))


class AuthorityNotSound(DomainError):
    """An authority cannot be recorded as it was told."""

    def __init__(self, reasons: Sequence[str]) -> None:
        self.reasons = tuple(reasons)
        super().__init__("; ".join(self.reasons))


class NothingInDispute(DomainError):
    """The question has no open dispute, or the practitioner's answer is the person's own."""


class AssessmentWithdrawn(DomainError):
    """The person withdrew; what was told is kept, and a new assessment may be begun at any time."""


class NotYetAgreed(DomainError):
    """Circumstances change after an agreement; before it, the answers themselves are changed."""


class OtherQuestionnaire(DomainError):
    """The assessment was begun with another questionnaire, or another version of it."""
