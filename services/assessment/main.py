"""The assessment service, declared."""

from collections.abc import Mapping
from typing import Any

from braid.contracts.catalogue import EVENTS
from braid.kit.problems import ProblemKind
from braid.kit.service import ServiceDefinition
from services.assessment import answering, handlers
from services.assessment.acted_for_api import router as acted_for_router
from services.assessment.alignment_api import router as alignment_router
from services.assessment.answers_api import router as answers_router
from services.assessment.assessments_api import router as assessments_router
from services.assessment.authority_api import router as authority_router
from services.assessment.carers_api import router as carers_router
from services.assessment.corrections_api import router as corrections_router
from services.assessment.domain import errors
from services.assessment.duplicates import MayBeKnown
from services.assessment.erasure import MustBeKept
from services.assessment.evidence_api import router as evidence_router
from services.assessment.history_api import router as history_router
from services.assessment.identifiers import IdentifierRefused
from services.assessment.people_api import router as people_router
from services.assessment.people_search import router as people_search_router
from services.assessment.questionnaire_files import QuestionnaireRefused
from services.assessment.records_api import router as records_router
from services.assessment.tables import metadata
from services.assessment.whose_records import WHOSE


def _misfits(error: errors.AnswersNotAccepted) -> list[Mapping[str, Any]]:
    return [{"name": problem.question_id, "message": f"This answer {problem.what}"} for problem in error.problems]


def _missing(error: errors.Incomplete) -> list[Mapping[str, Any]]:
    return [
        {"name": question, "message": "has no answer yet", "streams": list(streams)}
        for question, streams in error.missing.items()
    ]


def _unsettled(error: errors.Unsettled) -> list[Mapping[str, Any]]:
    return [{"name": question, "message": what} for question, what in error.questions.items()]


def _unconfirmed(error: errors.Unconfirmed) -> list[Mapping[str, Any]]:
    return [
        {"name": question, "message": "was filled in beforehand, or is asked again; confirm or change it"}
        for question in error.questions
    ]


def _refusals(error: errors.AuthorityRefused) -> list[Mapping[str, Any]]:
    return [{"name": each.authority_id, "code": each.code, "message": each.why} for each in error.refusals]


def _known(error: MayBeKnown) -> list[Mapping[str, Any]]:
    return [
        {"name": each.reference, "person_id": str(each.person_id), "message": each.why} for each in error.candidates
    ]


def _both_answers(error: answering.AnswerChanged) -> list[Mapping[str, Any]]:
    theirs = error.theirs
    there = theirs and {
        "answer": theirs.answer,
        "own_words": theirs.own_words,
        "given_as": theirs.given_as,
        "given_at": theirs.recorded_at.isoformat(),
        "etag": f'"{theirs.version}"',
    }
    yours = {"answer": error.yours.answer, "own_words": error.yours.own_words}
    return [{"name": error.question_id, "message": "has another answer by now", "theirs": there, "yours": yours}]


_CLOSED = ProblemKind(409, "assessment-not-open", "The assessment is not open for this")

PROBLEMS = {
    handlers.CaseAlreadyOpen: ProblemKind(409, "reference-in-use", "The case is open already"),
    answering.StaleVersion: ProblemKind(412, "stale-version", "The record has changed since you read it"),
    errors.AnswersNotAccepted: ProblemKind(
        422, "answers-not-accepted", "An answer does not fit its question", _misfits
    ),
    errors.Incomplete: ProblemKind(422, "assessment-incomplete", "Answers that are needed are missing", _missing),
    errors.Unsettled: ProblemKind(409, "assessment-unsettled", "Answers have to be settled first", _unsettled),
    errors.Unconfirmed: ProblemKind(422, "answers-unconfirmed", "Answers have to be confirmed first", _unconfirmed),
    errors.NothingInDispute: ProblemKind(409, "nothing-in-dispute", "There is nothing in dispute"),
    errors.AssessmentWithdrawn: _CLOSED,
    errors.NotYetAgreed: _CLOSED,
    errors.AuthorityRefused: ProblemKind(403, "authority-refused", "The authority does not do for this", _refusals),
    errors.AuthorityNotSound: ProblemKind(422, "authority-not-sound", "The authority cannot be recorded"),
    MayBeKnown: ProblemKind(409, "possible-duplicate", "The council may know this person already", _known),
    MustBeKept: ProblemKind(409, "must-be-kept", "The record must be kept"),
    IdentifierRefused: ProblemKind(422, "identifier-refused", "An identifier is not one"),
    answering.AnswerChanged: ProblemKind(
        412, "stale-answer", "The answer has changed since you read it", _both_answers
    ),
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
    routers=(
        people_router,
        corrections_router,
        people_search_router,
        assessments_router,
        answers_router,
        history_router,
        authority_router,
        acted_for_router,
        carers_router,
        evidence_router,
        records_router,
        alignment_router,
    ),
    metadata=metadata,
    events=EVENTS,
    problems=PROBLEMS,
    whose=WHOSE,
)
