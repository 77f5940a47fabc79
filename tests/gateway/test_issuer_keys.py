"""An identity provider's keys: fetched, kept, fetched again when they rotate, and kept when it is away."""

import base64
import json
from dataclasses import dataclass, field
from time import time
from typing import Any
from unittest.mock import patch

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI
from fastapi.responses import JSONResponse

from braid.kit.identity import TokenRefused, TokenSigner, public_jwk
from braid.kit.problems import Problem
from gateway.discovery import Discovery
from gateway.identity import KEYS_LIFE_S, KEYS_RELOAD_S, KEYS_RETRY_S, IssuerVerifier
from gateway.settings import IssuerSettings
from tests.gateway.doubles import PRACTITIONER

SETTINGS = IssuerSettings(issuer="https://id.example", audience="braid", keys_url="http://id.example/keys")


@dataclass
class Issuer:
    """An identity provider with its keys, and a clock that a test turns."""

    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    fetched: int = 0
    away: bool = False
    now_s: float = 1000
    body: Any = None

    def __post_init__(self) -> None:
        app = FastAPI()

        @app.get("/keys")
        async def keys() -> JSONResponse:
            self.fetched += 1
            if self.away:
                return JSONResponse({}, 503)
            return JSONResponse(self.body or {"keys": [public_jwk(self.key)]})

        client = httpx.AsyncClient(transport=httpx.ASGITransport(app))
        discovery = Discovery(SETTINGS, client, clock=lambda: self.now_s)
        self.verifier = IssuerVerifier(SETTINGS, client, discovery, clock=lambda: self.now_s)

    def token(self) -> str:
        return TokenSigner(self.key, issuer=SETTINGS.issuer, audience="braid", life_s=60).sign(PRACTITIONER)

    def rotate(self) -> None:
        self.key = Ed25519PrivateKey.generate()


async def test_keys_are_fetched_once_for_many_tokens() -> None:
    issuer = Issuer()
    for _ in range(3):
        assert await issuer.verifier.verify(issuer.token()) == PRACTITIONER

    assert issuer.fetched == 1


async def test_a_token_is_checked_once_and_then_known_until_it_expires_or_its_keys_go() -> None:
    issuer = Issuer()
    token = issuer.token()
    with patch("jwt.decode", wraps=jwt.decode) as decode:
        for _ in range(3):
            assert await issuer.verifier.verify(token) == PRACTITIONER
        assert decode.call_count == 1

        issuer.now_s += KEYS_LIFE_S + 1
        await issuer.verifier.verify(token)
        assert decode.call_count == 2


async def test_a_token_that_is_known_is_refused_once_it_has_expired() -> None:
    issuer = Issuer()
    token = issuer.token()
    await issuer.verifier.verify(token)

    with patch.object(issuer.verifier._held.verifier, "_clock", lambda: time() + 61), pytest.raises(TokenRefused):  # type: ignore[union-attr]
        await issuer.verifier.verify(token)


async def test_a_new_key_is_fetched_when_a_token_names_it() -> None:
    issuer = Issuer()
    await issuer.verifier.verify(issuer.token())
    issuer.rotate()
    issuer.now_s += KEYS_RELOAD_S + 1

    assert await issuer.verifier.verify(issuer.token()) == PRACTITIONER


async def test_a_withdrawn_key_is_refused_once_the_new_ones_are_here() -> None:
    issuer = Issuer()
    old = issuer.token()
    await issuer.verifier.verify(old)
    issuer.rotate()
    issuer.now_s += KEYS_LIFE_S + 1

    with pytest.raises(TokenRefused):
        await issuer.verifier.verify(old)


async def test_made_up_key_ids_do_not_make_us_fetch_all_the_time() -> None:
    issuer = Issuer()
    await issuer.verifier.verify(issuer.token())
    issuer.now_s += KEYS_RELOAD_S + 1
    for _ in range(5):
        with pytest.raises(TokenRefused):
            await issuer.verifier.verify(Issuer().token())

    assert issuer.fetched == 2


async def test_held_keys_serve_while_the_issuer_is_away() -> None:
    issuer = Issuer()
    await issuer.verifier.verify(issuer.token())
    issuer.away = True
    issuer.now_s += KEYS_LIFE_S + 1

    assert await issuer.verifier.verify(issuer.token()) == PRACTITIONER


async def test_without_any_keys_nobody_is_told_that_the_token_was_wrong() -> None:
    issuer = Issuer(away=True)

    with pytest.raises(Problem) as refused:
        await issuer.verifier.verify(issuer.token())
    assert (refused.value.status, refused.value.headers["Retry-After"]) == (503, "5")


async def test_an_issuer_that_is_away_is_not_asked_for_every_token() -> None:
    issuer = Issuer()
    await issuer.verifier.verify(issuer.token())
    issuer.away = True
    issuer.now_s += KEYS_LIFE_S + 1
    for _ in range(3):
        await issuer.verifier.verify(issuer.token())

    assert issuer.fetched == 2


async def test_an_issuer_that_was_never_there_is_not_asked_for_every_token() -> None:
    issuer = Issuer(away=True)
    for _ in range(3):
        with pytest.raises(Problem):
            await issuer.verifier.verify(issuer.token())

    assert issuer.fetched == 1


async def test_an_issuer_that_comes_up_is_found_soon() -> None:
    issuer = Issuer(away=True)
    with pytest.raises(Problem):
        await issuer.verifier.verify(issuer.token())
    issuer.away = False
    issuer.now_s += KEYS_RETRY_S

    assert await issuer.verifier.verify(issuer.token()) == PRACTITIONER


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256", "HS256", "none"])
async def test_a_token_whose_algorithm_does_not_fit_its_key_is_refused(algorithm: str) -> None:
    issuer = Issuer()
    _, claims, signature = issuer.token().split(".")
    header = json.dumps({"alg": algorithm, "typ": "JWT", "kid": public_jwk(issuer.key)["kid"]}).encode()
    told = base64.urlsafe_b64encode(header).decode().rstrip("=")

    with pytest.raises(TokenRefused):
        await issuer.verifier.verify(f"{told}.{claims}.{signature}")


@pytest.mark.parametrize("body", [{"keys": []}, {"nothing": 1}, [1], {"keys": [{"kty": "OKP"}]}])
async def test_an_answer_that_is_no_key_set_counts_as_away(body: Any) -> None:
    issuer = Issuer()
    await issuer.verifier.verify(issuer.token())
    issuer.body = body
    issuer.now_s += KEYS_LIFE_S + 1

    assert await issuer.verifier.verify(issuer.token()) == PRACTITIONER
