"""Logs are joined by their trace: what a request said and what its event said in another process bear one id."""

import asyncio
import json
import sys
from typing import Any
from uuid import uuid4

from tests.kit.example_service import ExampleService

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


async def said(example: ExampleService, person: str) -> list[dict[str, Any]]:
    """What a service's process logs about one request and the event that follows from it, line by line."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.kit.logging_process", example.database_url, TRACE, person),
        stderr=asyncio.subprocess.PIPE,
    )
    _, log = await process.communicate()
    assert process.returncode == 0, log.decode()
    return [json.loads(line) for line in log.decode().splitlines()]


async def test_a_request_and_what_its_event_did_later_are_found_by_one_id(example: ExampleService) -> None:
    person = str(uuid4())

    lines = await said(example, person)

    of_trace = [line["event"] for line in lines if line.get("trace_id") == TRACE]
    assert of_trace == ["request", "delivery_failed", "delivery_failed", "delivery_failed", "dead_letter", "message"]
    [request] = [line for line in lines if line["event"] == "request"]
    assert (request["route"], request["status"]) == ("/people/{person_id}/numbers", 201)
    assert len({line["span_id"] for line in lines if line.get("trace_id") == TRACE}) == 2, (
        "the request and the handling"
    )
    assert person not in json.dumps(lines)
