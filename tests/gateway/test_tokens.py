"""Whose tokens are taken: the issuer's, in time and meant for us; anything else is refused the same way."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from braid.kit.identity import ALGORITHM, INTERNAL_AUDIENCE, INTERNAL_ISSUER, claims_of, read_private_key
from gateway.development_issuer import AUDIENCE, ISSUER, DevelopmentIssuer
from tests.gateway.doubles import PRACTITIONER, StubGateway, browser, signed_by

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def encoded(directory: Path, key: Any, algorithm: str = ALGORITHM, *, without: str = "") -> str:
    """A token that is right in all but its key, its algorithm or a claim that it lacks."""
    key_id = jwt.get_unverified_header(signed_by(directory).sign(PRACTITIONER))["kid"]
    now = datetime.now(UTC)
    claims = {**claims_of(PRACTITIONER), "iss": ISSUER, "aud": AUDIENCE, "iat": now, "exp": now + timedelta(hours=1)}
    claims.pop(without, None)
    return jwt.encode(claims, key, algorithm=algorithm, headers={"kid": key_id})


def its_key(directory: Path) -> Ed25519PrivateKey:
    """The development issuer's own key."""
    return read_private_key(directory / "development-private.pem")


#: What is wrong -> a token with that alone wrong, made with the keys of a folder.
WRONG: dict[str, Callable[[Path], str]] = {
    "nonsense": lambda _directory: "nonsense",
    "expired": lambda directory: signed_by(directory).sign(PRACTITIONER, now=LONG_AGO),
    "forged": lambda directory: encoded(directory, Ed25519PrivateKey.generate()),
    "unsigned": lambda directory: encoded(directory, None, "none"),
    "other_algorithm": lambda directory: encoded(directory, "x" * 32, "HS256"),
    "other_audience": lambda directory: signed_by(directory, audience="another").sign(PRACTITIONER),
    "other_issuer": lambda directory: signed_by(directory, issuer="another").sign(PRACTITIONER),
    "without_council": lambda directory: encoded(directory, its_key(directory), without="council"),
    "without_expiry": lambda directory: encoded(directory, its_key(directory), without="exp"),
    "internal": lambda directory: signed_by(directory, issuer=INTERNAL_ISSUER, audience=INTERNAL_AUDIENCE).sign(
        PRACTITIONER
    ),
}


@pytest.mark.parametrize("kind", WRONG)
async def test_the_api_refuses_a_wrong_token(kind: str, stub: StubGateway, tmp_path: Path) -> None:
    async with browser(stub.app) as client:
        answer = await client.get("/v1/people", headers={"authorization": f"Bearer {WRONG[kind](tmp_path)}"})

    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"] == "Bearer"
    assert not stub.services.asked


@pytest.mark.parametrize("kind", WRONG)
async def test_the_console_sends_a_wrong_token_to_the_front_page(kind: str, stub: StubGateway, tmp_path: Path) -> None:
    async with browser(stub.app, WRONG[kind](tmp_path)) as client:
        answer = await client.get("/people")

    assert (answer.status_code, answer.headers["location"]) == (303, "/?session=ended")
    assert 'braid_session=""' in answer.headers["set-cookie"]
    assert not stub.services.asked


async def test_a_good_token_is_taken(stub: StubGateway, tmp_path: Path) -> None:
    stub.services.answers["/v1/people"] = {"people": [], "next": None}
    async with browser(stub.app) as client:
        good = signed_by(tmp_path).sign(PRACTITIONER)
        answer = await client.get("/v1/people", headers={"authorization": f"Bearer {good}"})

    assert answer.status_code == 200


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer ", "Basic dTpw"])
async def test_the_api_wants_a_bearer_token(authorization: str, stub: StubGateway) -> None:
    async with browser(stub.app) as client:
        answer = await client.get("/v1/people", headers={"authorization": authorization})

    assert answer.status_code == 401


async def test_the_session_cookie_opens_no_api_route(stub: StubGateway) -> None:
    async with stub.browser(PRACTITIONER) as client:
        answer = await client.get("/v1/people")

    assert answer.status_code == 401


def test_the_development_issuer_refuses_production(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="production"):
        DevelopmentIssuer(tmp_path / "never-read.pem", "production")


async def test_the_development_issuer_gives_nobody_else_a_person(stub: StubGateway) -> None:
    asked = {"council": "E10009999", "role": "practitioner", "person_id": "7d7c1f9e-3f7a-4c53-9d3c-3c1d7b1f0a11"}
    async with browser(stub.app) as client:
        answer = await client.post("/development/tokens", json=asked)

    assert answer.status_code == 422
