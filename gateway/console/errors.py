"""Errors as pages, for people; systems get the problem documents."""

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from braid.kit.problems import Problem
from gateway.console.rendering import page, see_other
from gateway.console.session import end_session

log = structlog.get_logger(__name__)

#: Paths that answer systems alone, whatever a browser says it would take.
_FOR_SYSTEMS = ("/v1/", "/development/token", "/assets/")

_TOLD: Mapping[int, tuple[str, str]] = {
    403: ("You cannot see this page", "Your role does not allow it. Sign in as somebody else, or go back."),
    404: ("Page not found", "There is nothing here, or it is not yours to see. Check the address, or go back."),
    503: (
        "This page is not available for the moment",
        "A part of the platform cannot be reached. Nothing is lost. Try again in a few minutes.",
    ),
    504: (
        "This is taking too long",
        "It may have been done. Look again in a few minutes before you do it once more.",
    ),
    500: ("Something went wrong on our side", "Nothing is lost. Try again in a few minutes."),
}
UNAUTHENTICATED, UNPROCESSABLE, NOT_FOUND, UNEXPECTED = 401, 422, 404, 500
_Handler = Callable[[Request, Any], Awaitable[Response]]


def answer_people_with_pages(app: FastAPI) -> None:
    """Put pages in front of an application's problem documents, for requests by people."""
    for kind, status_of in _STATUS_OF.items():
        app.add_exception_handler(kind, _in_front_of(app.exception_handlers[kind], status_of))


class ToldOnPage(Problem):
    """A problem whose title and detail are written for whoever reads the page."""


class PageRoute(APIRoute):
    """A route of the console: what nobody expected is logged and told as a page."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's handler, watched over."""
        original = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                return await original(request)
            except tuple(_STATUS_OF):
                raise
            except Exception as error:
                log.error("unexpected_error", service="gateway", error=type(error).__name__, exc_info=error)
                return error_page(request, UNEXPECTED)

        return handle


def is_for_people(request: Request) -> bool:
    """Whether a request comes from somebody who reads pages."""
    return "text/html" in request.headers.get("accept", "") and not request.url.path.startswith(_FOR_SYSTEMS)


def error_page(request: Request, status: int, detail: str = "", headers: Mapping[str, str] | None = None) -> Response:
    """The page of an error; somebody whose session has ended goes to the front page."""
    if status == UNAUTHENTICATED:
        response = see_other("/?session=ended")
        end_session(request, response)
        return response
    status = NOT_FOUND if status == UNPROCESSABLE else status
    title, advice = _TOLD.get(status, ("This did not work", detail or "Go back and try again."))
    return page("error.html", request=request, status=status, headers=headers, title=title, advice=advice)


def _in_front_of(problem_document: Any, status_of: Callable[[Any], int]) -> _Handler:
    async def handle(request: Request, error: Any) -> Response:
        document: Response = await problem_document(request, error)
        if not is_for_people(request):
            return document
        if isinstance(error, ToldOnPage):
            return page("error.html", request=request, status=error.status, title=error.title, advice=error.detail)
        kept = {name: document.headers[name] for name in ("retry-after", "allow") if name in document.headers}
        return error_page(request, status_of(error), getattr(error, "detail", ""), kept)

    return handle


_STATUS_OF: Mapping[type[Exception], Callable[[Any], int]] = {
    Problem: lambda problem: int(problem.status),
    HTTPException: lambda error: int(error.status_code),
    RequestValidationError: lambda _error: UNPROCESSABLE,
}
