"""A council's own system at the gateway: how it signs in, what it asks again, and under which keys."""

import base64
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
import jwt
import pytest
from pydantic import SecretStr

from braid.command_line.daily_calls import REFUSED, do_day
from braid.command_line.system_client import TRIES_MOST, Away, ClientSettings, Refused, SystemClient
from gateway.development_issuer import EXAMPLE_COUNCIL, ISSUER, SYSTEM
from tests.gateway.doubles import StubGateway

DAY = date(2009, 8, 3)
EXPIRY, WATCH, FORGETTING = "/v1/commitments:expire", "/v1/budget-watch", "/v1/forgetting"
SPENDING, RETURNS = "/v1/spending:tell", "/v1/client-level-data-returns:discard"
NOTHING_RAN_OUT = {"commitment_ids": [], "released_pence": 0, "most": 100}
NOBODY_FORGOTTEN = {"forgotten": 0, "kept": [], "next": None}
NOBODY_WATCHED = {"watched": 0, "next": None}
NOTHING_SPENT = {"weeks": 0, "read_to": 9, "is_all": True}


class Waits:
    """Sleeps not at all, and keeps how long it was asked to."""

    def __init__(self) -> None:
        self.s: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.s.append(seconds)


@pytest.fixture
def waits() -> Waits:
    """How long the client has waited."""
    return Waits()


@pytest.fixture
async def system(stub: StubGateway, tmp_path: Path, waits: Waits) -> AsyncIterator[SystemClient]:
    """The example council's system at a gateway whose services answer from a table."""
    stub.services.answers = {
        EXPIRY: NOTHING_RAN_OUT,
        WATCH: NOBODY_WATCHED,
        SPENDING: NOTHING_SPENT,
        FORGETTING: NOBODY_FORGOTTEN,
        RETURNS: {"discarded": 0},
    }
    async with system_of(stub, tmp_path, waits) as client:
        yield client


@asynccontextmanager
async def system_of(stub: StubGateway, keys: Path, waits: Waits) -> AsyncIterator[SystemClient]:
    key_id = json.loads((keys / f"{SYSTEM}-public.jwks.json").read_text())["keys"][0]["kid"]
    settings = ClientSettings(
        council=EXAMPLE_COUNCIL,
        gateway="http://127.0.0.1",
        issuer=ISSUER,
        discovery_url="http://127.0.0.1/development/.well-known/openid-configuration",
        client_id=SYSTEM,
        client_key_file=str(keys / f"{SYSTEM}-private.pem"),
        client_key_id=key_id,
    )
    transport = httpx.ASGITransport(stub.app, raise_app_exceptions=False)
    async with stub.issuer.client() as issuer, httpx.AsyncClient(transport=transport, base_url="http://gateway") as way:
        yield SystemClient(settings, issuer, way, wait=waits)


def in_turn(*answers: httpx.Response) -> Any:
    """Answers one after the other."""
    left: Iterator[httpx.Response] = iter(answers)
    return lambda _request: next(left)


def ok(told: dict[str, Any]) -> httpx.Response:
    return httpx.Response(200, json=told)


async def test_each_page_is_asked_for_under_a_key_of_its_own(stub: StubGateway, system: SystemClient) -> None:
    pages: list[dict[str, Any]] = [
        {"watched": 100, "next": "a1"},
        {"watched": 100, "next": "b2"},
        {"watched": 7, "next": None},
    ]
    full = {"commitment_ids": ["x"] * 100, "released_pence": 1_00, "most": 100}
    stub.services.answers |= {
        EXPIRY: in_turn(ok(full), ok(NOTHING_RAN_OUT)),
        WATCH: in_turn(*(ok(page) for page in pages)),
        SPENDING: in_turn(
            ok({"weeks": 1_400, "read_to": 2_000, "is_all": False}), ok({"weeks": 3, "read_to": 2_004, "is_all": True})
        ),
    }
    told: list[str] = []

    code = await do_day(system, EXAMPLE_COUNCIL, DAY, lambda line, **_: told.append(line))

    assert code == 0
    asked = [(one.url.path, dict(one.url.params), one.headers["idempotency-key"]) for one in stub.services.asked]
    assert asked == [
        (EXPIRY, {}, "daily-2009-08-03-expiry-1"),
        (EXPIRY, {}, "daily-2009-08-03-expiry-2"),
        (WATCH, {"on": "2009-08-03"}, "daily-2009-08-03-watch"),
        (WATCH, {"on": "2009-08-03", "after": "a1"}, "daily-2009-08-03-watch-a1"),
        (WATCH, {"on": "2009-08-03", "after": "b2"}, "daily-2009-08-03-watch-b2"),
        (SPENDING, {}, "daily-2009-08-03-spending-1"),
        (SPENDING, {}, "daily-2009-08-03-spending-2"),
        (FORGETTING, {}, "daily-2009-08-03-forgetting"),
        (RETURNS, {}, "daily-2009-08-03-returns"),
    ]
    assert [line.partition(": ")[2] for line in told[:3]] == [
        "commitments that had run out: 100, with £1.00 that is free again",
        "budgets looked at: 207",
        "weeks of budgets whose spending was told: 1403",
    ]


async def test_what_is_refused_once_is_told_and_keeps_nothing_else_back(
    stub: StubGateway, system: SystemClient
) -> None:
    problem = {"title": "The period is closed", "detail": "Up to 31 July."}
    stub.services.answers[EXPIRY] = in_turn(httpx.Response(409, json=problem))
    told: list[str] = []

    code = await do_day(system, EXAMPLE_COUNCIL, DAY, lambda line, **_: told.append(line))

    assert code == REFUSED
    assert [one.url.path for one in stub.services.asked] == [EXPIRY, WATCH, SPENDING, FORGETTING, RETURNS]
    assert f"{EXPIRY} was refused (409): The period is closed: Up to 31 July." in told[0]


async def test_what_cannot_answer_for_the_moment_is_asked_again_after_as_long_as_it_says(
    stub: StubGateway, system: SystemClient, waits: Waits
) -> None:
    busy = [httpx.Response(409, headers={"retry-after": "2"}), httpx.Response(503, headers={"retry-after": "86400"})]
    stub.services.answers[WATCH] = in_turn(*busy, ok(NOBODY_WATCHED))
    await system.sign_in()

    assert await system.post(WATCH, "a-key") == NOBODY_WATCHED
    assert waits.s == [2, 60]
    assert {one.headers["idempotency-key"] for one in stub.services.asked} == {"a-key"}


async def test_a_service_that_stays_away_is_left_for_later(stub: StubGateway, system: SystemClient) -> None:
    stub.services.away = {"ledger"}
    await system.sign_in()

    with pytest.raises(Away, match=r"The gateway http://127.0.0.1 cannot answer for the moment \(503\)"):
        await system.post(WATCH, "a-key")


async def test_it_signs_in_again_when_its_token_has_run_out(stub: StubGateway, system: SystemClient) -> None:
    system._token = "run out"

    assert await system.post(WATCH, "a-key") == NOBODY_WATCHED
    assert len(stub.services.asked) == 1


async def test_a_token_that_is_never_taken_is_a_refusal(stub: StubGateway, system: SystemClient) -> None:
    stub.services.answers[WATCH] = lambda _request: httpx.Response(401, json={"title": "Not signed in"})
    await system.sign_in()

    with pytest.raises(Refused, match=r"401.*Not signed in"):
        await system.post(WATCH, "a-key")
    assert len(stub.services.asked) == 2


async def test_a_gateway_that_is_away_is_tried_some_times(tmp_path: Path, stub: StubGateway, waits: Waits) -> None:
    async with system_of(stub, tmp_path, waits) as system:
        await system.sign_in()

        def away(request: httpx.Request) -> httpx.Response:
            raise httpx.ConnectError("away", request=request)

        system._gateway = httpx.AsyncClient(transport=httpx.MockTransport(away), base_url="http://gateway")
        with pytest.raises(Away, match="cannot be reached"):
            await system.post(WATCH, "a-key")

    assert len(waits.s) == TRIES_MOST - 1


def with_secret(answer: httpx.Response, asked: list[httpx.Request]) -> SystemClient:
    """A system that proves who it is by a secret, at an issuer that answers so."""
    settings = ClientSettings(
        council=EXAMPLE_COUNCIL,
        gateway="http://gateway",
        issuer="https://issuer.example",
        client_id="day's clock",
        client_secret=SecretStr("a:b/c"),
        scope="braid.system",
    )

    def issuer(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            endpoints = dict.fromkeys(
                ("authorization_endpoint", "token_endpoint", "jwks_uri"), "https://issuer.example/x"
            )
            return ok({"issuer": "https://issuer.example", **endpoints})
        asked.append(request)
        return answer

    return SystemClient(settings, httpx.AsyncClient(transport=httpx.MockTransport(issuer)), httpx.AsyncClient())


async def test_a_secret_is_sent_as_the_standard_writes_it() -> None:
    asked: list[httpx.Request] = []
    token = jwt.encode({"council": EXAMPLE_COUNCIL}, "x" * 32)

    await with_secret(ok({"access_token": token}), asked).sign_in()

    [request] = asked
    assert parse_qs(request.content.decode()) == {"grant_type": ["client_credentials"], "scope": ["braid.system"]}
    sent = base64.b64decode(request.headers["authorization"].removeprefix("Basic ")).decode()
    assert sent == "day%27s%20clock:a%3Ab%2Fc"


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, text="<html>"),
        httpx.Response(200, json=[]),
        httpx.Response(200, json={}),
        httpx.Response(200, json={"access_token": "opaque"}),
        httpx.Response(200, json={"access_token": jwt.encode({}, "x" * 32)}),
        httpx.Response(401, json={"error": "invalid_client"}),
    ],
)
async def test_an_issuer_that_gives_no_token_for_the_council_is_a_refusal(answer: httpx.Response) -> None:
    with pytest.raises(Refused):
        await with_secret(answer, []).sign_in()


async def test_an_issuer_in_trouble_is_away() -> None:
    with pytest.raises(Away, match="503"):
        await with_secret(httpx.Response(503), []).sign_in()
