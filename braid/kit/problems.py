"""Problem details (RFC 9457): every error is ``application/problem+json`` with a stable type, and leaks nothing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

MEDIA_TYPE = "application/problem+json"
TYPE_BASE = "https://braid.example/problems/"


@dataclass
class Problem(Exception):
    """An answer that says what was wrong with a request.

    Args:
        status: HTTP status.
        type: stable last part of the problem's type, such as ``submission-incomplete``.
        title: short and the same for every case of the type.
        detail: about this case, in plain words, without personal data.
        errors: one entry a fault, each with a JSON Pointer or name and a message.
        headers: headers of the answer, such as Retry-After.
    """

    status: int
    type: str
    title: str
    detail: str = ""
    errors: Sequence[Mapping[str, Any]] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    def response(self) -> JSONResponse:
        """The problem document."""
        body: dict[str, Any] = {"type": TYPE_BASE + self.type, "title": self.title, "status": self.status}
        if self.detail:
            body["detail"] = self.detail
        if self.errors:
            body["errors"] = list(self.errors)
        return JSONResponse(body, self.status, headers=dict(self.headers), media_type=MEDIA_TYPE)


def not_found(what: str) -> Problem:
    """Nothing of that id for this council: the same answer whether it is another's or nobody's."""
    return Problem(404, "not-found", "Not found", f"There is no {what} with this id.")


def unexpected() -> Problem:
    """500: our fault; what it was is in the log and not in the answer."""
    return Problem(500, "unexpected", "Something went wrong on our side")


#: Domain error class -> problem; a service's own table, kept beside its routes.
ProblemTable = Mapping[type[Exception], "ProblemKind"]


@dataclass(frozen=True)
class ProblemKind:
    """How a kind of domain error is told over HTTP; its message becomes the detail.

    Args:
        status: HTTP status.
        type: stable last part of the problem's type.
        title: short and the same for every case.
        faults: one entry for each single fault that the error holds.
    """

    status: int
    type: str
    title: str
    faults: Callable[[Any], Sequence[Mapping[str, Any]]] = lambda _error: ()


def answer_with_problems(app: FastAPI, table: ProblemTable) -> None:
    """Turn every expected error of an application into a problem document; `HttpObservation` answers the others."""
    app.state.problems = table

    @app.exception_handler(Problem)
    async def _problem(_request: Request, problem: Problem) -> JSONResponse:
        return problem.response()

    @app.exception_handler(RequestValidationError)
    async def _invalid(_request: Request, error: RequestValidationError) -> JSONResponse:
        errors = [{"pointer": _pointer(fault["loc"]), "message": fault["msg"]} for fault in error.errors()]
        return Problem(422, "invalid-request", "The request is not valid", errors=errors).response()

    @app.exception_handler(HTTPException)
    async def _http(_request: Request, error: HTTPException) -> JSONResponse:
        kind = {404: "not-found", 405: "method-not-allowed"}.get(error.status_code, "request-refused")
        return Problem(error.status_code, kind, str(error.detail), headers=dict(error.headers or {})).response()

    for error_class, kind in table.items():
        app.add_exception_handler(error_class, _domain_handler(kind))


def status_of(error: Exception, table: ProblemTable) -> int:
    """The status with which an application answers an error, by its table of problems."""
    if isinstance(error, Problem):
        return error.status
    if isinstance(error, RequestValidationError):
        return 422
    if isinstance(error, HTTPException):
        return error.status_code
    kinds = (table[error_class] for error_class in type(error).__mro__ if error_class in table)
    return next((kind.status for kind in kinds), 500)


def _domain_handler(kind: ProblemKind) -> Any:
    async def handle(_request: Request, error: Exception) -> JSONResponse:
        return Problem(kind.status, kind.type, kind.title, str(error), kind.faults(error)).response()

    return handle


def _pointer(location: Sequence[int | str]) -> str:
    place, *path = location
    return f"{place}:/" + "/".join(str(part) for part in path)


def responses(*problems: tuple[int, str]) -> dict[int | str, dict[str, Any]]:
    """Problems of a route for its OpenAPI description, as pairs of status and when it is given."""
    schema = {"$ref": "#/components/schemas/Problem"}
    told: dict[int | str, dict[str, Any]] = {}
    for status, when in problems:
        before = told[status]["description"] + " Or: " if status in told else ""
        told[status] = {"description": before + when, "content": {MEDIA_TYPE: {"schema": schema}}}
    return told


PROBLEM_SCHEMA = {
    "title": "Problem",
    "description": "Problem details as in RFC 9457.",
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["message"],
                "properties": {
                    "pointer": {"type": "string"},
                    "name": {"type": "string", "description": "The question, fact or file at fault."},
                    "message": {"type": "string"},
                    "streams": {
                        "type": "array",
                        "items": {"type": "string"},
                        "description": "Who needs what is missing.",
                    },
                },
            },
        },
    },
}
