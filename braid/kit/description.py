"""What routes ask for by the kit's conventions, told in their OpenAPI description: keys and versions."""

from collections.abc import Iterable, Iterator
from typing import Any

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from braid.kit.http import expected_version, writing
from braid.kit.problems import responses

_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "A new UUID with each new request, and the same one when it is repeated.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!#-\\[\\]-~]+$"},
}
_VERSION = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "description": "The ETag of the version that was read.",
    "schema": {"type": "string", "pattern": '^(W/)?"[0-9]{1,9}"$'},
}
_KEY_PROBLEMS = responses(
    (400, "Idempotency-Key is missing or malformed."),
    (409, "Another request on the same record is still running."),
    (422, "The Idempotency-Key was used for another request."),
)
_VERSION_PROBLEMS = responses(
    (412, "The record has changed since it was read."),
    (428, "If-Match is missing."),
)


_NOT_VALID = responses((422, "The request is not valid; each fault is told by its place."))[422]
#: What the framework would answer with by itself, and we do not.
_OF_THE_FRAMEWORK = ("HTTPValidationError", "ValidationError")


def tell_conventions(document: dict[str, Any], routes: Iterable[BaseRoute]) -> None:
    """Add to a description what its routes ask for and how they refuse it, where they do not say so themselves."""
    for operations in document["paths"].values():
        for operation in operations.values():
            if _OF_THE_FRAMEWORK[0] in str(operation["responses"].get("422")):
                operation["responses"]["422"] = _NOT_VALID
    for name in _OF_THE_FRAMEWORK:
        document["components"]["schemas"].pop(name, None)
    for route in routes:
        if isinstance(route, APIRoute) and route.path in document["paths"]:
            _tell_of(route, document["paths"][route.path])


def _tell_of(route: APIRoute, operations: dict[str, Any]) -> None:
    asked = set(_calls(route.dependant))
    for method in route.methods or ():
        if writing in asked and method == "POST":
            _tell(operations[method.lower()], _KEY, _KEY_PROBLEMS)
        if expected_version in asked:
            _tell(operations[method.lower()], _VERSION, _VERSION_PROBLEMS)


def _tell(operation: dict[str, Any], parameter: dict[str, Any], problems: dict[int | str, dict[str, Any]]) -> None:
    operation.setdefault("parameters", []).append(parameter)
    for status, told in problems.items():
        operation["responses"].setdefault(str(status), told)


def _calls(dependant: Dependant) -> Iterator[Any]:
    yield dependant.call
    for inner in dependant.dependencies:
        yield from _calls(inner)
