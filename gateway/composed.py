"""Reads that no single service has, put together here, with what can be had when a service is away."""

import asyncio
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from braid.kit.identity import Principal
from braid.kit.problems import Problem, not_found
from gateway.forwarding import Door

#: Part of a person's whole budget -> service and path that answer it.
PARTS = {
    "person": ("assessment", "/v1/people/{person_id}"),
    "progress": ("support_planning", "/v1/people/{person_id}/progress"),
    "allocation": ("ras", "/v1/people/{person_id}/allocation"),
    "awards": ("funding_streams", "/v1/people/{person_id}/awards"),
    "budget": ("ledger", "/v1/people/{person_id}/budget"),
    "entries": ("ledger", "/v1/people/{person_id}/budget/entries"),
}

OK, FORBIDDEN, NOT_FOUND = 200, 403, 404


async def whole_budget(door: Door, principal: Principal, person_id: UUID) -> dict[str, Any]:
    """A person's whole budget: who, where it has got to, how it was worked out, what each stream decided, the money.

    Parts that do not exist yet, or that are not the caller's to see, are null; parts whose service is away are null and
    named in ``unavailable``.

    Raises:
        Problem: 404, no such person for this caller.
    """
    answers = await asyncio.gather(
        *(_part(door, principal, service, path.format(person_id=person_id)) for service, path in PARTS.values())
    )
    parts = dict(zip(PARTS, answers, strict=True))
    if parts["person"] == (NOT_FOUND, None):
        raise not_found("person")
    unavailable = [name for name, (status, _) in parts.items() if status not in (OK, FORBIDDEN, NOT_FOUND)]
    return {**{name: body for name, (_, body) in parts.items()}, "unavailable": unavailable}


async def _part(door: Door, principal: Principal, service: str, path: str) -> tuple[int, Any]:
    try:
        answer = await door.ask(principal, service, "GET", path)
    except Problem as problem:
        return problem.status, None
    return answer.status_code, answer.json() if answer.status_code == OK else None


class OpenQuestion(BaseModel):
    """The question of a questionnaire that asks for a fact."""

    question_id: str
    section: str
    text: str
    answered_by: str = Field(description="person or practitioner.")


class OpenFact(BaseModel):
    """A fact that at least one stream still lacks."""

    fact: str
    meaning: str
    needed_by: list[str] = Field(description="Streams, by their labels.")
    question: OpenQuestion | None = Field(description="Null where no question of the questionnaire asks for it.")


class OpenQuestions(BaseModel):
    """What is still to be asked about a person, and of whom."""

    person_id: UUID
    assessment_id: UUID
    questionnaire: str | None = Field(description="Null where the assessment service is away.")
    questionnaire_version: int | None
    facts: list[OpenFact]
    unavailable: list[str] = Field(description="Parts that are missing because a service is away.")


async def open_questions(door: Door, principal: Principal, person_id: UUID) -> OpenQuestions:
    """The facts that streams still lack about a person, each with the question that asks for it.

    The streams know facts and the assessment knows questions; neither knows the other, so they meet here.

    Raises:
        Problem: 404, nothing has been decided on such a person for this caller; 503, the streams' service is away.
    """
    answer = await door.ask(principal, "funding_streams", "GET", f"/v1/people/{person_id}/alignment")
    if answer.status_code != OK:
        raise not_found("decision")
    alignment = answer.json()
    asked = await _questionnaire_of(door, principal, alignment["assessment_id"])
    questions = _by_fact(asked) if asked else {}
    lacking: dict[str, OpenFact] = {}
    for stream in alignment["streams"]:
        for fact in stream["lacks"]:
            name = fact["fact"]
            entry = OpenFact(fact=name, meaning=fact["meaning"], needed_by=[], question=questions.get(name))
            lacking.setdefault(name, entry).needed_by.append(stream["label"])
    return OpenQuestions(
        person_id=person_id,
        assessment_id=alignment["assessment_id"],
        questionnaire=asked["questionnaire"] if asked else None,
        questionnaire_version=asked["version"] if asked else None,
        facts=list(lacking.values()),
        unavailable=[] if asked else ["questions"],
    )


async def _questionnaire_of(door: Door, principal: Principal, assessment_id: str) -> Any:
    """The questionnaire that an assessment was made with; None where it cannot be had."""
    status, assessment = await _part(door, principal, "assessment", f"/v1/assessments/{assessment_id}")
    if status != OK:
        return None
    path = f"/v1/questionnaires/{assessment['questionnaire']}/{assessment['questionnaire_version']}"
    _, questionnaire = await _part(door, principal, "assessment", path)
    return questionnaire


def _by_fact(questionnaire: Any) -> dict[str, OpenQuestion]:
    return {
        question["about"]: OpenQuestion(
            question_id=question["question_id"],
            section=section["title"],
            text=question["text"],
            answered_by=question["answered_by"],
        )
        for section in questionnaire["sections"]
        for question in section["questions"]
        if question["asks"] == "fact"
    }
