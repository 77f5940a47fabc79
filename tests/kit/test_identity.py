"""Services take the gateway's tokens and no others."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from braid.kit.identity import (
    INTERNAL_AUDIENCE,
    INTERNAL_ISSUER,
    INTERNAL_LIFE_S,
    Principal,
    Role,
    TokenRefused,
    TokenSigner,
    TokenVerifier,
    public_jwk,
)
from tests.kit.example_api import KEY, SIGNER, WORKER, signed_in

KEY_ID = public_jwk(KEY)["kid"]


def good_claims() -> dict[str, Any]:
    """Fresh each time: a token that has also expired would be refused for that."""
    claims: dict[str, Any] = jwt.decode(SIGNER.sign(WORKER), options={"verify_signature": False})
    return claims


def signed(claims: dict[str, Any], **headers: object) -> str:
    return jwt.encode(claims, KEY, algorithm="EdDSA", headers={"kid": KEY_ID, **headers})


def without(*names: str) -> dict[str, Any]:
    return {name: value for name, value in good_claims().items() if name not in names}


def expired() -> str:
    return SIGNER.sign(WORKER, now=datetime.now(UTC) - timedelta(hours=1))


def from_another_issuer() -> str:
    return TokenSigner(KEY, issuer="somebody", audience=INTERNAL_AUDIENCE, life_s=60).sign(WORKER)


def for_another_audience() -> str:
    return TokenSigner(KEY, issuer=INTERNAL_ISSUER, audience="somebody", life_s=60).sign(WORKER)


def unsigned() -> str:
    return jwt.encode(good_claims(), None, algorithm="none", headers={"kid": KEY_ID})  # type: ignore[arg-type]


def signed_with_the_public_key_as_a_secret() -> str:
    """The classical confusion: the verifier takes its public key for a shared secret."""
    pem = KEY.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    head = {"alg": "HS256", "typ": "JWT", "kid": KEY_ID}
    content = b".".join(_part(json.dumps(part).encode()) for part in (head, good_claims()))
    return b".".join((content, _part(hmac.digest(pem, content, hashlib.sha256)))).decode()


def tampered_with() -> str:
    """Another council's claims under the same signature."""
    head, _, signature = SIGNER.sign(WORKER).split(".")
    return ".".join((head, _part(json.dumps({**good_claims(), "council": "E06999998"}).encode()).decode(), signature))


def with_another_key_of_the_same_name() -> str:
    return jwt.encode(good_claims(), Ed25519PrivateKey.generate(), algorithm="EdDSA", headers={"kid": KEY_ID})


def with_an_unknown_key() -> str:
    return signed(good_claims(), kid="unknown")


def that_names_no_key() -> str:
    return jwt.encode(good_claims(), KEY, algorithm="EdDSA")


def without_an_expiry() -> str:
    return signed(without("exp"))


def without_a_council() -> str:
    return signed(without("council"))


def with_roles_that_are_no_list() -> str:
    return signed({**good_claims(), "roles": 7})


def that_is_no_token() -> str:
    return "nonsense"


def _part(content: bytes) -> bytes:
    return base64.urlsafe_b64encode(content).rstrip(b"=")


BAD_TOKENS: list[Callable[[], str]] = [
    expired,
    from_another_issuer,
    for_another_audience,
    unsigned,
    signed_with_the_public_key_as_a_secret,
    tampered_with,
    with_another_key_of_the_same_name,
    with_an_unknown_key,
    that_names_no_key,
    without_an_expiry,
    without_a_council,
    with_roles_that_are_no_list,
    that_is_no_token,
]


@pytest.mark.parametrize("token", BAD_TOKENS, ids=lambda token: token.__name__)
async def test_a_bad_token_is_refused(api: httpx.AsyncClient, token: Callable[[], str]) -> None:
    answer = await api.get("/me", headers={"Authorization": f"Bearer {token()}"})
    is_unauthenticated(answer)


@pytest.mark.parametrize("header", [{}, {"Authorization": "Basic Zm9vOmJhcg=="}, {"Authorization": "Bearer"}])
async def test_a_request_without_a_token_is_refused(api: httpx.AsyncClient, header: dict[str, str]) -> None:
    is_unauthenticated(await api.get("/me", headers=header))


async def test_a_post_without_a_token_is_refused_before_its_key_is_looked_at(api: httpx.AsyncClient) -> None:
    is_unauthenticated(await api.post(f"/people/{uuid4()}/numbers", json={"number": 1}))


def is_unauthenticated(answer: httpx.Response) -> None:
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["type"] == "https://braid.example/problems/unauthenticated"


async def test_what_the_bad_tokens_are_made_from_is_good(api: httpx.AsyncClient) -> None:
    answer = await api.get("/me", headers={"Authorization": f"Bearer {signed(good_claims())}"})
    assert answer.status_code == 200


async def test_a_good_token_says_who_asks(api: httpx.AsyncClient) -> None:
    answer = await api.get("/me", headers=signed_in())
    assert answer.json() == {"subject": WORKER.subject, "council": WORKER.council}


async def test_a_role_that_is_needed_and_missing_is_named(api: httpx.AsyncClient) -> None:
    answer = await api.get("/approvals", headers=signed_in())
    assert answer.status_code == 403
    assert answer.json() == {
        "type": "https://braid.example/problems/not-allowed",
        "title": "Your role does not allow this",
        "status": 403,
        "detail": "This needs one of: approver.",
    }


async def test_a_role_that_is_needed_and_there_is_enough(api: httpx.AsyncClient) -> None:
    approver = replace(WORKER, roles=frozenset({Role.APPROVER, Role.AUDITOR}))
    assert (await api.get("/approvals", headers=signed_in(approver))).json()["subject"] == WORKER.subject


async def test_a_route_sees_its_caller_with_the_roles_that_count_for_its_action_alone(api: httpx.AsyncClient) -> None:
    approver = replace(WORKER, roles=frozenset({Role.APPROVER, Role.AUDITOR, Role.BUDGET_HOLDER}))
    assert (await api.get("/approvals", headers=signed_in(approver))).json()["roles"] == ["approver"]


async def test_a_role_that_we_do_not_know_gives_nothing(api: httpx.AsyncClient) -> None:
    token = signed({**good_claims(), "roles": ["king", "approvers"]})
    assert (await api.get("/approvals", headers={"Authorization": f"Bearer {token}"})).status_code == 403


def test_a_budget_holder_may_read_their_own_record_alone() -> None:
    own = uuid4()
    holder = Principal("holder", WORKER.council, frozenset({Role.BUDGET_HOLDER}), own)
    assert holder.may_read(own)
    assert not holder.may_read(uuid4())
    assert not replace(holder, person_id=None).may_read(own)
    assert not Principal("nobody", WORKER.council, frozenset(), own).may_read(own)


def test_a_token_that_was_good_is_refused_once_it_has_expired() -> None:
    later = 0.0
    keys = jwt.PyJWKSet.from_dict({"keys": [dict(public_jwk(KEY))]})
    verifier = TokenVerifier(
        keys, issuer=INTERNAL_ISSUER, audience=INTERNAL_AUDIENCE, clock=lambda: datetime.now(UTC).timestamp() + later
    )
    token = SIGNER.sign(WORKER)
    before = verifier.verify(token)

    later = INTERNAL_LIFE_S
    with pytest.raises(TokenRefused):
        verifier.verify(token)
    assert before == WORKER


def test_a_token_is_good_for_two_thirds_of_its_life_at_least_whenever_it_was_first_signed() -> None:
    now = datetime(2026, 4, 6, 9, 30, 19, tzinfo=UTC)
    lives = {
        jwt.decode(SIGNER.sign(WORKER, now=moment), options={"verify_signature": False})["exp"] - moment.timestamp()
        for moment in (now + timedelta(seconds=second) for second in range(INTERNAL_LIFE_S))
    }
    assert min(lives) >= INTERNAL_LIFE_S * 2 / 3
    assert max(lives) <= INTERNAL_LIFE_S


def test_nobody_is_signed_for_with_another_s_token() -> None:
    tokens = {SIGNER.sign(replace(WORKER, subject=f"worker-{number}")) for number in range(10)}
    assert len(tokens) == 10
