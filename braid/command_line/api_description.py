"""The OpenAPI document of the whole platform: the services' own, joined under the gateway's paths."""

import json
from pathlib import Path
from typing import Any

import typer
from fastapi import FastAPI

from braid.command_line.services import all_definitions
from braid.kit.problems import PROBLEM_SCHEMA
from braid.kit.service import describe_api

OPENAPI_FILE = Path(__file__).parent.parent.parent / "gateway" / "openapi.json"


def platform_openapi() -> dict[str, Any]:
    """The document, from the services' routes and the gateway's own."""
    from gateway.main import composed_routes

    own = FastAPI(title="Braid", version="1")
    own.include_router(composed_routes(None))  # type: ignore[arg-type]  # described, not called
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = {"Problem": PROBLEM_SCHEMA}
    for app in (*(describe_api(definition) for definition in all_definitions()), own):
        document = app.openapi()
        for path, operations in document["paths"].items():
            paths.setdefault(path, {}).update(operations)
        schemas.update(document.get("components", {}).get("schemas", {}))
    for operations in paths.values():
        for operation in operations.values():
            operation["security"] = [{"bearer": []}]
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


def write() -> None:
    """Write the committed document."""
    OPENAPI_FILE.write_text(json.dumps(platform_openapi(), indent=2) + "\n")
    typer.echo(f"wrote {OPENAPI_FILE.name}")
