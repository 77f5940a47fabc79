"""Signing in and out: to the issuer's page and back, and the page that the development issuer asks on."""

from collections.abc import Mapping
from dataclasses import asdict

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import Response

from braid.kit.problems import Problem, not_found
from gateway.console.errors import PageRoute
from gateway.console.front_view import chosen, front_view
from gateway.console.rendering import home_of, page, see_other
from gateway.console.session import (
    begin_session,
    drop_attempt,
    end_session,
    keep_attempt,
    kept_attempt,
    signed_in_or_none,
)
from gateway.development_issuer import Asked, DevelopmentIssuer
from gateway.forms import form_fields, require_own_form
from gateway.forwarding import Door
from gateway.sign_in import CALLBACK_PATH, SignIn, SignInRefused

log = structlog.get_logger(__name__)


def sign_in_routes(door: Door, sign_in: SignIn | None, issuer: DevelopmentIssuer | None) -> APIRouter:
    """The front page, signing in and signing out.

    Args:
        sign_in: with the issuer; None where nobody signs in to the console.
        issuer: on one machine alone, the issuer itself.
    """
    router = APIRouter(route_class=PageRoute)

    @router.get("/")
    async def front_page(request: Request) -> Response:
        principal = await signed_in_or_none(door, request)
        return page(
            "front.html",
            request=request,
            principal=principal,
            may_sign_in=sign_in is not None,
            is_example=issuer is not None,
            session=request.query_params.get("session", ""),
            sign_out_address=sign_in.sign_out_address(_base(request)) if sign_in else None,
        )

    # Not a form: a page's policy would hold back a form that ends at the issuer's site.
    @router.get("/sign-in")
    async def begin(request: Request) -> Response:
        if sign_in is None:
            raise not_found("page")
        address, attempt = await sign_in.begin(_base(request))
        response = see_other(address)
        keep_attempt(door, request, response, attempt)
        return response

    @router.get(CALLBACK_PATH)
    async def come_back(request: Request) -> Response:
        attempt = kept_attempt(door, request)
        if sign_in is None or attempt is None:
            return see_other("/?session=refused")
        try:
            principal = await sign_in.complete(attempt, request.query_params)
        except SignInRefused as refusal:
            log.info("sign_in_refused", because=str(refusal))
            response: Response = see_other("/?session=refused")
        else:
            # A page rather than a redirect: the cookie is not sent on a way that began at another site.
            response = page("going_on.html", request=request, address=home_of(principal))
            begin_session(door, request, response, principal)
        drop_attempt(request, response)
        return response

    @router.post("/sign-out")
    async def sign_out(request: Request) -> Response:
        require_own_form(request)
        response = see_other("/?session=signed-out")
        end_session(request, response)
        return response

    if issuer is not None:
        router.include_router(choosing_routes(door, issuer))
    return router


def choosing_routes(door: Door, issuer: DevelopmentIssuer) -> APIRouter:
    """The development issuer's page on which people choose who they are."""
    router = APIRouter(route_class=PageRoute, prefix="/development")

    async def choices(request: Request, asked: Asked, *, fault: str = "") -> Response:
        status = 422 if fault else 200
        view = await front_view(door)
        return page("authorize.html", request=request, status=status, choices=view, asked=asdict(asked), fault=fault)

    @router.get("/authorize")
    async def authorize(request: Request) -> Response:
        return await choices(request, _asked(request.query_params))

    @router.post("/authorize")
    async def choose(request: Request) -> Response:
        require_own_form(request)
        fields = await form_fields(request)
        asked = _asked(fields)
        principal = chosen(fields["who"])
        if principal is None:
            return await choices(request, asked, fault="Select who to sign in as")
        # A page here too: the console may be open under this machine's other name.
        return page("going_on.html", request=request, address=issuer.answer_to(asked, principal))

    return router


def _asked(told: Mapping[str, str]) -> Asked:
    try:
        return Asked(**{name: told.get(name, "") for name in Asked.__dataclass_fields__})
    except ValueError as error:
        raise Problem(400, "not-asked-for", "This is not how the console asks", f"{error}.") from error


def _base(request: Request) -> str:
    return str(request.base_url).rstrip("/")
