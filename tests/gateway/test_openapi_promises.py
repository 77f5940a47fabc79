"""Every operation keeps what the OpenAPI document promises, whatever it is asked: Schemathesis over the whole document.

A few requests an operation, the same ones each time. ``BRAID_REQUESTS_AN_OPERATION=200`` asks for longer.
"""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.openapi import from_dict
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from braid.command_line.api_description import platform_openapi
from braid.kit.identity import Role
from braid.kit.processes import http_server
from braid.kit.settings import HttpSettings
from tests.gateway.conftest import Platform

pytestmark = pytest.mark.timeout(6 * 60 * 60)

#: The first is always the plainest one that fits. Most of the time goes into the platform and into making ready to ask,
#: so the third, which doubles what is tried, costs less than the two before it.
REQUESTS_AN_OPERATION = int(os.environ.get("BRAID_REQUESTS_AN_OPERATION", "3"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]
#: Answers 503 by its nature here, and says so: its analysis packages may be missing.
AWAY = {501, 503}


@dataclass
class Served:
    """The platform at an address, with a person who has come all the way, and a token of each role."""

    url: str
    person_id: UUID
    tokens: dict[str, str]


@pytest.fixture
async def served(platform: Platform) -> AsyncIterator[Served]:
    person_id = await platform.journey()
    roles = [role.value for role in Role if role is not Role.PARTNER]
    tokens = {role: await platform.token(role, person_id=_own(role, person_id)) for role in roles}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    server = http_server(platform.gateway, HttpSettings(port=port))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        assert not serving.done(), "the server has stopped"
        await asyncio.sleep(0.05)
    yield Served(f"http://127.0.0.1:{port}", person_id, tokens)
    server.should_exit = True
    await serving


def _own(role: str, person_id: UUID) -> UUID | None:
    return person_id if role == Role.BUDGET_HOLDER else None


async def test_every_operation_keeps_its_promises_whatever_it_is_asked(served: Served) -> None:
    broken = await asyncio.to_thread(_ask_everything, served)

    assert not broken, "\n\n".join(f"{name}\n{told}" for name, told in broken.items())


def _ask_everything(served: Served) -> dict[str, str]:
    broken: dict[str, str] = {}
    for result in from_dict(platform_openapi()).get_all_operations():
        operation: Any = result.ok()  # type: ignore[union-attr]  # the document is ours, and valid
        definition = operation.definition.raw
        role = next((role for role in definition["x-braid-roles"] if role in served.tokens), None)
        try:
            _ask(served, operation, served.tokens.get(role or "", ""))
        except (Exception, FailureGroup) as failure:
            broken[operation.label] = str(failure)
    return broken


def _ask(served: Served, operation: Any, token: str) -> None:
    asked = 0

    @settings(
        max_examples=REQUESTS_AN_OPERATION,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def ask(case: Any) -> None:
        nonlocal asked
        asked += 1
        if "person_id" in case.path_parameters and asked % 2:
            case.path_parameters["person_id"] = str(served.person_id)
        headers = {"authorization": f"Bearer {token}"} if token else {}
        answer = case.call(base_url=served.url, headers=headers, timeout=120)
        if answer.status_code not in AWAY:
            case.validate_response(answer, checks=CHECKS)

    ask()
