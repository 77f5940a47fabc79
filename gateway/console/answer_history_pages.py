"""The page of who answered what and when, for the person, whoever acts for them, and the council's staff."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from braid.kit.identity import COUNCIL_ROLES
from braid.kit.problems import not_found
from gateway.console.answer_history_view import answer_history
from gateway.console.assessment_pages import read_seen
from gateway.console.errors import PageRoute
from gateway.console.payment_view import query_of
from gateway.console.people_view import read
from gateway.console.rendering import page
from gateway.console.session import signed_in
from gateway.forwarding import Door

ASSESSMENT = "assessment"


def answer_history_routes(door: Door) -> APIRouter:
    """The history of an assessment's answers; the assessment service checks again who may see it."""
    router = APIRouter(route_class=PageRoute)

    @router.get("/people/{person_id}/assessments/{assessment_id}/history")
    async def history(
        person_id: UUID, assessment_id: UUID, request: Request, question: Annotated[str, Query(max_length=100)] = ""
    ) -> Response:
        principal = await signed_in(door, request)
        person = await read_seen(door, principal, f"/v1/people/{person_id}")
        home = f"/v1/assessments/{assessment_id}"
        assessment = await read_seen(door, principal, home)
        if assessment["person_id"] != str(person_id):
            raise not_found("assessment")
        version = f"/v1/questionnaires/{assessment['questionnaire']}/{assessment['questionnaire_version']}"
        group = query_of(user_group=person["user_group"])
        questions = _questions(await read(door, principal, ASSESSMENT, version, query=group))
        asked = query_of(question_id=question if question in questions else "")
        told = await read(door, principal, ASSESSMENT, f"{home}/history", query=asked)
        is_staff = bool(principal.roles & COUNCIL_ROLES)
        return page(
            "answer_history.html",
            request=request,
            principal=principal,
            person=person,
            is_own=principal.person_id == person_id,
            is_staff=is_staff,
            question=questions.get(question),
            events=answer_history(told, questions),
            everything=f"/people/{person_id}/assessments/{assessment_id}/history",
            assessment_page=_page_of(person_id, assessment_id, is_staff=is_staff),
        )

    return router


def _questions(questionnaire: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    return {each["question_id"]: each for section in questionnaire["sections"] for each in section["questions"]}


def _page_of(person_id: UUID, assessment_id: UUID, *, is_staff: bool) -> str:
    """The assessment's own page, in the shell of whoever looks."""
    if is_staff:
        return f"/people/{person_id}/assessments/{assessment_id}"
    return f"/people/{person_id}/self-assessment/{assessment_id}/answers"
