"""How a process logs, and how it hands a request and its trace on."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, TextIO

import httpx
import pytest
from opentelemetry import trace
from opentelemetry.trace import StatusCode
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from braid.kit.http_observation import HttpObservation
from braid.kit.origin import Origin, current_origin
from braid.kit.telemetry import asking
from tests.kit.tracing import recorded_spans, tracer

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


FULL = Path("/dev/full")


def told(
    log_format: str, level: str, headers: dict[str, str], *, log: int | TextIO = subprocess.PIPE
) -> tuple[Any, str]:
    """What a process tells another service of a request, and what it logs, unless that goes elsewhere."""
    command = [sys.executable, "-m", "tests.kit.telling_process", log_format, level, json.dumps(headers)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=log, text=True, check=False)
    assert done.stdout, done.stderr
    return json.loads(done.stdout), done.stderr


@pytest.fixture(scope="module")
def lines() -> list[dict[str, Any]]:
    """What is logged at the level of production."""
    _, log = told("json", "info", {})
    return [json.loads(line) for line in log.splitlines()]


def named(lines: list[dict[str, Any]], event: str) -> list[dict[str, Any]]:
    return [line for line in lines if line["event"] == event]


def test_our_lines_and_those_of_libraries_are_of_one_form(lines: list[dict[str, Any]]) -> None:
    [ours], [theirs] = named(lines, "ours"), named(lines, "theirs of a library")

    assert set(theirs) == {"event", "level", "logger", "timestamp", "request_id", "trace_id", "span_id"}
    assert set(ours) == {*theirs, "council", "ids", "torn"}
    assert (ours["logger"], theirs["logger"]) == ("braid.example", "a.library")
    assert {name: ours[name] for name in ("level", "request_id", "trace_id", "span_id")} == {
        name: theirs[name] for name in ("level", "request_id", "trace_id", "span_id")
    }
    assert (ours["level"], ours["request_id"], ours["timestamp"][-1]) == ("info", "request-0001", "Z")


def test_what_json_does_not_know_is_told_all_the_same(lines: list[dict[str, Any]]) -> None:
    [ours] = named(lines, "ours")

    assert (ours["ids"], ours["torn"]) == (["UUID('00000000-0000-0000-0000-000000000007')"], "\udce9")


def test_an_error_is_one_line_with_its_trace_in_it(lines: list[dict[str, Any]]) -> None:
    failures = named(lines, "failed")

    assert [line["logger"] for line in failures] == ["braid.example", "a.library"]
    for line in failures:
        assert line["exception"].startswith("Traceback")
        assert line["exception"].endswith("ValueError: of a kind")


def test_what_a_client_library_says_of_addresses_is_not_told(lines: list[dict[str, Any]]) -> None:
    assert "/people/1" not in json.dumps(lines)


def test_a_line_between_requests_names_none(lines: list[dict[str, Any]]) -> None:
    [line] = named(lines, "between requests")

    assert {"request_id", "trace_id", "span_id"} & set(line) == set()


def test_a_request_and_what_it_asks_are_places_of_one_trace(lines: list[dict[str, Any]]) -> None:
    [ours], [asking] = named(lines, "ours"), named(lines, "asking")

    assert ours["trace_id"] == asking["trace_id"]
    assert ours["span_id"] != asking["span_id"]


@pytest.mark.parametrize(
    ("level", "events"),
    [
        ("debug", ["detail", "ours", "theirs of a library", "failed", "failed", "asking", "between requests"]),
        ("warning", ["failed", "failed"]),
    ],
)
def test_the_level_is_that_of_our_lines_and_of_libraries(level: str, events: list[str]) -> None:
    _, log = told("json", level, {})

    assert [json.loads(line)["event"] for line in log.splitlines()] == events


def test_lines_for_a_terminal_are_readable() -> None:
    _, log = told("console", "info", {})

    [ours] = [line for line in log.splitlines() if "ours" in line]
    assert "council=E10000001" in ours
    assert "request_id=request-0001" in ours
    assert "ValueError: of a kind" in log


@pytest.mark.skipif(not FULL.exists(), reason="no device here is always full")
def test_a_log_that_cannot_be_written_stops_nothing() -> None:
    with FULL.open("w") as full:
        answer, _ = told("json", "info", {}, log=full)

    assert "traceparent" in answer


@pytest.mark.parametrize(
    ("flags", "passed"), [("00", "00"), ("01", "01"), (None, "01")], ids=["unrecorded", "recorded", "begun by us"]
)
def test_whether_a_trace_is_recorded_is_for_whoever_began_it_to_say(flags: str | None, passed: str) -> None:
    headers = {"traceparent": f"00-{TRACE}-{SPAN}-{flags}", "tracestate": "theirs=1"} if flags else {}

    answer, _ = told("json", "info", headers)

    version, trace_id, span_id, recorded = answer["traceparent"].split("-")
    assert (version, recorded) == ("00", passed)
    assert (trace_id == TRACE) == bool(flags)
    assert span_id != SPAN
    assert answer.get("tracestate") == headers.get("tracestate")


def test_what_else_a_caller_sends_along_with_a_trace_goes_no_further() -> None:
    answer, _ = told("json", "info", {"traceparent": f"00-{TRACE}-{SPAN}-01", "baggage": "name=Ada"})

    assert set(answer) == {"traceparent"}


def test_a_question_that_failed_is_an_error_of_its_span_alone() -> None:
    spans = recorded_spans()
    with tracer().start_as_current_span("around") as around:
        with pytest.raises(OSError, match="away"), asking("a-service-away", "GET", {}):
            raise OSError("away")
        with asking("a-service-there", "GET", {}):
            pass
        assert trace.get_current_span() is around

    ended = {span.name: span.status.status_code for span in spans.get_finished_spans()}
    assert (ended["GET a-service-away"], ended["GET a-service-there"]) == (StatusCode.ERROR, StatusCode.UNSET)


async def test_a_request_within_another_leaves_the_first_one_in_hand() -> None:
    in_hand: list[Origin | None] = []

    async def service(scope: Scope, receive: Receive, send: Send) -> None:
        in_hand.append(current_origin())
        await Response()(scope, receive, send)

    async def gateway(scope: Scope, receive: Receive, send: Send) -> None:
        inner = {**scope, "headers": [(b"x-request-id", b"the-inner-one")], "state": {}}
        await HttpObservation(service, service="inner")(inner, receive, send)
        in_hand.append(current_origin())

    transport = httpx.ASGITransport(HttpObservation(gateway, service="outer"))
    async with httpx.AsyncClient(transport=transport, base_url="http://outer") as client:
        await client.get("/", headers={"x-request-id": "the-outer-one"})

    assert [origin and origin.request_id for origin in in_hand] == ["the-inner-one", "the-outer-one"]
    assert current_origin() is None
