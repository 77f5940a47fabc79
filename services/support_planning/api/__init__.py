"""The support-planning service's routes, one file a subject, and how its errors are told."""

from collections.abc import Mapping, Sequence
from typing import Any

from braid.kit.problems import ProblemKind, ProblemTable
from services.support_planning.api import (
    cases,
    challenges,
    choices,
    decisions,
    holding,
    plans,
    progress,
    queues,
    reviews,
)
from services.support_planning.challenges import (
    AlreadyAnswered,
    AlreadyChallenged,
    MayNotAnswer,
    NothingToChallenge,
)
from services.support_planning.council_choices import ChoiceRefused, UnknownChoice
from services.support_planning.deciding import (
    MayNotDecide,
    NotApproved,
    NotPayable,
    QuestionsUnanswered,
    TakesEffectTooEarly,
)
from services.support_planning.domain.completeness import PlanContradictsItself
from services.support_planning.domain.lifecycle import NotOpenForThis
from services.support_planning.domain.needs import NothingToJudge
from services.support_planning.domain.reviews import NoGroundForLess
from services.support_planning.planning import AlreadyPlanning, CannotBeHandedInNow, NoCase, PlanNotReady
from services.support_planning.reviewing import AlreadyHeld, OutcomesNotCovered
from services.support_planning.rule_files import NoFigureThatEarly

ROUTERS = (
    progress.router,
    plans.router,
    decisions.router,
    holding.router,
    reviews.router,
    challenges.router,
    queues.router,
    cases.router,
    choices.router,
)


def _contradictions(error: PlanContradictsItself) -> Sequence[Mapping[str, Any]]:
    return [{"name": fault.name, "message": fault.message} for fault in error.faults]


def _findings(error: PlanNotReady) -> Sequence[Mapping[str, Any]]:
    return [{"name": one.code, "message": f"{one.text} {one.mend}".strip()} for one in error.findings]


def _bars(error: MayNotDecide) -> Sequence[Mapping[str, Any]]:
    return [{"name": one.bar.value, "message": one.text} for one in error.barred]


def _reasons(error: MayNotAnswer) -> Sequence[Mapping[str, Any]]:
    return [{"name": "answerer", "message": reason} for reason in error.reasons]


def _questions(error: QuestionsUnanswered) -> Sequence[Mapping[str, Any]]:
    return [{"name": code, "message": "has no answer"} for code in error.codes]


PROBLEMS: ProblemTable = {
    PlanContradictsItself: ProblemKind(422, "plan-contradicts-itself", "The plan cannot be kept so", _contradictions),
    PlanNotReady: ProblemKind(422, "plan-not-ready", "The plan cannot be handed in yet", _findings),
    NoFigureThatEarly: ProblemKind(422, "no-figure-that-early", "Nothing is known of a day that early"),
    NoCase: ProblemKind(404, "no-case", "No case is open for this person"),
    AlreadyPlanning: ProblemKind(409, "already-planning", "A plan is open already"),
    NotOpenForThis: ProblemKind(409, "plan-not-open", "The plan is not open for this"),
    NotApproved: ProblemKind(409, "plan-not-approved", "The plan is not approved"),
    CannotBeHandedInNow: ProblemKind(503, "cannot-be-checked-now", "The plan cannot be checked now"),
    MayNotDecide: ProblemKind(403, "may-not-decide", "You may not decide on this plan", _bars),
    QuestionsUnanswered: ProblemKind(422, "questions-unanswered", "A question has no answer", _questions),
    NotPayable: ProblemKind(409, "plan-not-payable", "No money pays for all of the plan"),
    TakesEffectTooEarly: ProblemKind(422, "takes-effect-too-early", "It cannot take effect on that day"),
    NoGroundForLess: ProblemKind(409, "no-ground-for-less", "Needs give no ground for less money"),
    NothingToJudge: ProblemKind(422, "nothing-to-judge", "Only what changed and cannot be ranked is judged"),
    AlreadyHeld: ProblemKind(409, "review-held", "The review was held"),
    OutcomesNotCovered: ProblemKind(422, "outcomes-not-covered", "Each outcome has a word, and no other"),
    NothingToChallenge: ProblemKind(422, "nothing-to-challenge", "Nothing of this kind was decided"),
    AlreadyChallenged: ProblemKind(409, "already-challenged", "The decision is challenged already"),
    AlreadyAnswered: ProblemKind(409, "challenge-answered", "The challenge was answered"),
    MayNotAnswer: ProblemKind(403, "may-not-answer", "You may not answer this challenge", _reasons),
    ChoiceRefused: ProblemKind(422, "choice-refused", "The choice is not one"),
    UnknownChoice: ProblemKind(404, "not-found", "Not found"),
}
