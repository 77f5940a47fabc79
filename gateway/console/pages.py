"""The console's pages: thin routes, each one read and one template."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from braid.kit.identity import Principal, Role
from braid.kit.permissions import PERMISSIONS, Action
from gateway.composed import whole_budget
from gateway.console import wording
from gateway.console.access_pages import access_routes
from gateway.console.acting_pages import acting_routes
from gateway.console.agreeing_pages import agreeing_routes
from gateway.console.allocation_pages import allocation_routes
from gateway.console.answer_history_pages import answer_history_routes
from gateway.console.assessment_pages import assessment_routes
from gateway.console.case_filters import AWAITED, filters_of
from gateway.console.challenge_pages import challenge_routes
from gateway.console.correction_pages import correction_routes
from gateway.console.council_report_pages import council_report_routes
from gateway.console.errors import PageRoute
from gateway.console.evaluation_pages import evaluation_routes
from gateway.console.holder_budget_pages import budget_reader, holder_budget_routes
from gateway.console.journal_view import proof_view
from gateway.console.letter_pages import letter_routes
from gateway.console.licence_pages import licence_routes
from gateway.console.money_pages import money_routes
from gateway.console.outcome_answering_pages import outcome_answering_routes
from gateway.console.outcome_lists import outcome_list_routes
from gateway.console.outcome_pages import outcome_routes
from gateway.console.outcome_recording_pages import outcome_recording_routes
from gateway.console.payment_pages import payment_routes
from gateway.console.people_view import PeopleView, people_found, people_view, read
from gateway.console.person_view import person_view
from gateway.console.plan_pages import plan_routes
from gateway.console.query_pages import query_routes
from gateway.console.recovery_pages import recovery_routes
from gateway.console.rendering import asset_routes, page
from gateway.console.return_pages import return_routes
from gateway.console.review_pages import review_routes
from gateway.console.scenario_pages import scenario_routes
from gateway.console.session import signed_in
from gateway.console.sign_in_pages import sign_in_routes
from gateway.console.statement_pages import statement_routes
from gateway.console.timeline_pages import timeline_routes
from gateway.console.webhook_pages import webhook_routes
from gateway.development_issuer import DevelopmentIssuer
from gateway.forms import form_fields, require_own_form
from gateway.forwarding import Door
from gateway.sign_in import SignIn


def console_routes(door: Door, sign_in: SignIn | None, development_issuer: DevelopmentIssuer | None) -> APIRouter:
    """Pages of the console."""
    router = APIRouter(include_in_schema=False)
    router.include_router(sign_in_routes(door, sign_in, development_issuer))
    router.include_router(budget_routes(door))
    router.include_router(acting_routes(door))
    router.include_router(assessment_routes(door))
    router.include_router(answer_history_routes(door))
    router.include_router(holder_budget_routes(door))
    router.include_router(allocation_routes(door))
    router.include_router(statement_routes(door))
    router.include_router(timeline_routes(door))
    router.include_router(payment_routes(door))
    router.include_router(plan_routes(door))
    router.include_router(agreeing_routes(door))
    router.include_router(money_routes(door))
    router.include_router(query_routes(door))
    router.include_router(recovery_routes(door))
    router.include_router(scenario_routes(door))
    router.include_router(challenge_routes(door))
    router.include_router(access_routes(door))
    router.include_router(letter_routes(door))
    router.include_router(correction_routes(door))
    router.include_router(webhook_routes(door))
    router.include_router(review_routes(door))
    router.include_router(outcome_routes(door))
    router.include_router(outcome_list_routes(door))
    router.include_router(council_report_routes(door))
    router.include_router(evaluation_routes(door))
    router.include_router(return_routes(door))
    router.include_router(licence_routes(door))
    router.include_router(outcome_answering_routes(door))
    router.include_router(outcome_recording_routes(door))
    router.include_router(asset_routes())
    return router


def _people_page(request: Request, principal: Principal, view: PeopleView) -> Response:
    return page(
        "people.html",
        request=request,
        status=422 if view.form.faults else 200,
        principal=principal,
        view=view,
        stages=wording.STAGES,
        awaited=AWAITED,
        streams=wording.STREAMS,
        groups=wording.USER_GROUPS,
    )


def budget_routes(door: Door) -> APIRouter:
    """People, budgets and the ledger, for whoever is signed in; each service checks again what they may see."""
    router = APIRouter(route_class=PageRoute)

    @router.get("/people")
    async def people(request: Request, after: Annotated[str, Query(max_length=100)] = "") -> Response:
        principal = await signed_in(door, request)
        view = await people_view(door, principal, filters_of(request.query_params), after)
        return _people_page(request, principal, view)

    @router.post("/people")
    async def search(request: Request) -> Response:
        principal = await signed_in(door, request)
        require_own_form(request)
        filters = filters_of(request.query_params)
        view = await people_found(door, principal, filters, await form_fields(request))
        return _people_page(request, principal, view)

    @router.get("/people/{person_id}")
    async def person(person_id: UUID, request: Request) -> Response:
        principal = await budget_reader(door, request)
        view = person_view(await whole_budget(door, principal, person_id))
        is_own = principal.person_id == person_id
        may_audit = Role.AUDITOR in principal.roles
        may_correct = bool(principal.roles & PERMISSIONS[Action.CORRECT_PERSON].roles)
        return page(
            "person.html",
            request=request,
            principal=principal,
            view=view,
            person_id=person_id,
            is_own=is_own,
            may_audit=may_audit,
            may_correct=may_correct,
        )

    @router.get("/ledger")
    async def ledger(request: Request) -> Response:
        principal = await signed_in(door, request)
        view = proof_view(await read(door, principal, "ledger", "/v1/journal/proof"))
        return page("ledger.html", request=request, principal=principal, view=view)

    return router
