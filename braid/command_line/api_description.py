"""The OpenAPI document of the whole platform: the services' own, joined under the gateway's paths."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import typer
from fastapi import FastAPI

from braid.command_line.services import all_definitions
from braid.kit.description import tell_conventions
from braid.kit.permissions import PERMISSIONS, Action
from braid.kit.problems import PROBLEM_SCHEMA, responses
from braid.kit.service import describe_api

_REFUSALS = {
    str(status): told
    for status, told in responses(
        (401, "No valid token."),
        (403, "None of the caller's roles may; they are told which may."),
        (429, "The caller asks too often; Retry-After says when to ask again."),
        (503, "A service or its database cannot be reached; Retry-After says when to ask again."),
        (504, "A service does not answer in time; the same Idempotency-Key tells whether what was asked was done."),
    ).items()
}

OPENAPI_FILE = Path(__file__).parent.parent.parent / "gateway" / "openapi.json"


def with_names_of_its_own(document: dict[str, Any], taken: Mapping[str, Any], service: str) -> dict[str, Any]:
    """A service's description in which no schema has the name of another service's other schema.

    Args:
        taken: schemas of the services before it, by name.
        service: its name goes before those of its schemas that clash.
    """
    own = document.get("components", {}).get("schemas", {})
    clashing = {name for name in own if name in taken and own[name] != taken[name]}
    # What looks the same and points to something that clashes is not the same either.
    while more := {name for name in own.keys() & taken.keys() - clashing if _refers_to(own[name], clashing)}:
        clashing |= more
    prefix = "".join(word.capitalize() for word in service.split("_"))
    text = json.dumps(document)
    for name in clashing:
        text = text.replace(f'"#/components/schemas/{name}"', f'"#/components/schemas/{prefix}{name}"')
    renamed: dict[str, Any] = json.loads(text)
    schemas = renamed.get("components", {}).get("schemas", {})
    for name in clashing:
        schemas[f"{prefix}{name}"] = schemas.pop(name)
    return renamed


def _refers_to(schema: Any, names: Iterable[str]) -> bool:
    text = json.dumps(schema)
    return any(f'"#/components/schemas/{name}"' in text for name in names)


def platform_openapi() -> dict[str, Any]:
    """The document, from the services' routes and the gateway's own."""
    from gateway.access_records import access_record_routes
    from gateway.dead_letters import dead_letter_routes
    from gateway.main import composed_routes
    from gateway.routing import CHANGES, COMPOSED, ROUTES

    actions = {(row.method, row.path): row.action for row in ROUTES}
    deprecated = {(row.method, row.path) for row in ROUTES if row.deprecation}
    actions |= {("GET", path): action for path, action in COMPOSED.items()}
    actions |= {("POST", path): action for path, action in CHANGES.items()}
    own = FastAPI(title="Braid", version="1")
    for gateways_own in (composed_routes, access_record_routes, dead_letter_routes):
        own.include_router(gateways_own(None))  # type: ignore[arg-type]  # described, not called
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = {"Problem": PROBLEM_SCHEMA}
    described = [(definition.name, describe_api(definition)) for definition in all_definitions()]
    for name, app in (*described, ("gateway", own)):
        plain = app.openapi()
        if app is own:
            tell_conventions(plain, own.routes)
        document = with_names_of_its_own(plain, schemas, name)
        for path, operations in document["paths"].items():
            paths.setdefault(path, {}).update(operations)
        schemas.update(document.get("components", {}).get("schemas", {}))
    for path, operations in paths.items():
        for method, operation in operations.items():
            operation["security"] = [{"bearer": []}]
            _tell_who_may(operation, actions[method.upper(), path])
            if (method.upper(), path) in deprecated:
                operation["deprecated"] = True
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Braid",
            "version": "1",
            "summary": "Individual budgets in social care, made of several funding streams.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }


def _tell_who_may(operation: dict[str, Any], action: Action) -> None:
    """Say in an operation's description which roles may call it, for people and for machines."""
    permission = PERMISSIONS[action]
    operation["x-braid-action"] = action
    operation["x-braid-roles"] = permission.reach
    roles = ", ".join(f"{role.replace('_', ' ')} ({reach})" for role, reach in permission.reach.items())
    operation["description"] = f"{operation.get('description', '')}\n\nWho may: {roles}.".strip()
    answers = operation["responses"]
    answers.update({status: told for status, told in _REFUSALS.items() if status not in answers})


def write() -> None:
    """Write the committed document."""
    OPENAPI_FILE.write_text(json.dumps(platform_openapi(), indent=2) + "\n")
    typer.echo(f"wrote {OPENAPI_FILE.name}")
