"""The assessment service, declared."""

from collections.abc import Mapping
from typing import Any

from braid.contracts.catalogue import EVENTS
from braid.kit.problems import ProblemKind
from braid.kit.service import ServiceDefinition
from services.assessment import handlers
from services.assessment.api import router
from services.assessment.domain import errors
from services.assessment.questionnaire_files import QuestionnaireRefused
from services.assessment.tables import metadata


def _misfits(error: errors.AnswersNotAccepted) -> list[Mapping[str, Any]]:
    return [{"name": problem.question_id, "message": f"This answer {problem.what}"} for problem in error.problems]


def _missing(error: errors.Incomplete) -> list[Mapping[str, Any]]:
    return [
        {"name": question, "message": "has no answer yet", "streams": list(streams)}
        for question, streams in error.missing.items()
    ]


_CLOSED = ProblemKind(409, "assessment-not-open", "The assessment is not open for this")

PROBLEMS = {
    handlers.CaseAlreadyOpen: ProblemKind(409, "reference-in-use", "The case is open already"),
    handlers.StaleVersion: ProblemKind(412, "stale-version", "The record has changed since you read it"),
    errors.AnswersNotAccepted: ProblemKind(
        422, "answers-not-accepted", "An answer does not fit its question", _misfits
    ),
    errors.Incomplete: ProblemKind(422, "assessment-incomplete", "Answers that are needed are missing", _missing),
    errors.AgreedBeforeSubmission: ProblemKind(422, "dates-out-of-order", "The dates are out of order"),
    errors.AssessmentAlreadySubmitted: _CLOSED,
    errors.AssessmentAlreadyAgreed: _CLOSED,
    errors.NotYetSubmitted: _CLOSED,
    QuestionnaireRefused: ProblemKind(422, "no-such-questionnaire", "There is no such questionnaire"),
}

SERVICE = ServiceDefinition(
    name="assessment",
    package="services.assessment",
    title="assessment",
    routers=(router,),
    metadata=metadata,
    events=EVENTS,
    problems=PROBLEMS,
)
