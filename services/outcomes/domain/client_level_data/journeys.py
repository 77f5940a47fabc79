"""Requests, assessments and reviews of a journey as events of the return."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from services.outcomes.domain.client_level_data.rows import EventRecord
from services.outcomes.domain.client_level_data.specification import EventsOfJourneys, EventType
from services.outcomes.domain.errors import DomainError

ASSESSED = "assessed"
FULLY, PARTIALLY, NOT_MET = "Fully met", "Partially met", "Not met"


class NoWordForOutcome(DomainError):
    """Something came of an event that the release's table has no word for."""


@dataclass(frozen=True)
class OpenedCase:
    """A case: a request for support.

    Args:
        ended_on: when the assessment began or the person withdrew; None while neither has happened.
        came_of_it: `ASSESSED`, or why the person withdrew.
    """

    case_id: str
    person_id: str
    opened_on: date
    ended_on: date | None
    came_of_it: str = ASSESSED


@dataclass(frozen=True)
class AgreedAssessment:
    """An assessment that was agreed; it began when the person handed their own in.

    Args:
        has_eligible_needs: None where nobody decided that, or not by the needs.
    """

    assessment_id: str
    person_id: str
    begun_on: date
    agreed_on: date
    has_eligible_needs: bool | None


@dataclass(frozen=True)
class HeldReview:
    """A review that was held, with how many of the plan's outcomes are met, partly met and not met."""

    review_id: str
    person_id: str
    held_on: date
    kind: str
    came_of_it: str
    outcomes: tuple[int, int, int]


def request(case: OpenedCase, words: EventsOfJourneys) -> EventRecord:
    """A case as a request.

    Raises:
        NoWordForOutcome: nothing is said of what came of it.
    """
    details = {}
    if case.ended_on is not None:
        details["Event_Outcome"] = _word(words.request_outcomes, case.came_of_it, case.case_id)
    return EventRecord(EventType.REQUEST, case.case_id, case.person_id, case.opened_on, case.ended_on, details)


def assessment(agreed: AgreedAssessment, words: EventsOfJourneys) -> EventRecord:
    """An agreed assessment as one; what came of it is left out where nobody decided it."""
    details = {"Assessment_Type": words.assessment_type}
    if agreed.has_eligible_needs is not None:
        outcome = "eligible" if agreed.has_eligible_needs else "not_eligible"
        details["Eligible_Needs_Identified"] = "Yes" if agreed.has_eligible_needs else "No"
        details["Event_Outcome"] = _word(words.assessment_outcomes, outcome, agreed.assessment_id)
    return EventRecord(
        EventType.ASSESSMENT, agreed.assessment_id, agreed.person_id, agreed.begun_on, agreed.agreed_on, details
    )


def review(held: HeldReview, words: EventsOfJourneys) -> EventRecord:
    """A review that was held as one; what is kept of it is the one day.

    Raises:
        NoWordForOutcome: nothing is said of its kind, or of what came of it.
    """
    details = {
        "Review_Reason": _word(words.review_reasons, held.kind, held.review_id),
        "Event_Outcome": _word(words.review_outcomes, held.came_of_it, held.review_id),
    }
    if achieved := outcomes_achieved(*held.outcomes):
        details["Review_Outcomes_Achieved"] = achieved
    return EventRecord(EventType.REVIEW, held.review_id, held.person_id, held.held_on, held.held_on, details)


def outcomes_achieved(met: int, partly_met: int, not_met: int) -> str:
    """How far a plan's outcomes were achieved; nothing where it had none.

    Source:
        Client-level data guidance, release 1, February 2023: partially met where at least one is fully or partly met.
    """
    if not met + partly_met + not_met:
        return ""
    if not partly_met + not_met:
        return FULLY
    return PARTIALLY if met + partly_met else NOT_MET


def _word(words: Mapping[str, str], code: str, about: str) -> str:
    if code not in words:
        raise NoWordForOutcome(f"{about}: nothing is said of {code}")
    return words[code]
