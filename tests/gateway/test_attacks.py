"""Attacks on the door: false tokens, bodies without end, tricks with addresses, forms of other sites."""

import base64
import json
import re
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from uuid import uuid4

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi.routing import iter_route_contexts

from braid.kit.access_record_routes import ACCESSES
from braid.kit.identity import Role, TokenSigner, claims_of, public_jwk, read_private_key
from braid.kit.permissions import PERMISSIONS
from gateway.development_issuer import AUDIENCE, ISSUER
from gateway.routing import CHANGES, ROUTES, Row
from tests.gateway.doubles import PRACTITIONER, StubGateway, signed_by
from tests.gateway.test_permissions import EVERY_ROW, place, somebody

Forge = Callable[[Path], str]


def _claims(**other: Any) -> dict[str, Any]:
    now = datetime.now(UTC)
    told = claims_of(PRACTITIONER) | {"iss": ISSUER, "aud": AUDIENCE, "iat": now, "exp": now + timedelta(minutes=1)}
    return {name: value for name, value in (told | other).items() if value is not None}


def _signed(directory: Path, **other: Any) -> str:
    key = read_private_key(directory / "development-private.pem")
    return jwt.encode(_claims(**other), key, algorithm="EdDSA", headers={"kid": public_jwk(key)["kid"]})


def _part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value, default=str).encode()).rstrip(b"=").decode()


def _tampered(directory: Path) -> str:
    header, payload, signature = _signed(directory).split(".")
    told = json.loads(base64.urlsafe_b64decode(payload + "=="))
    return ".".join((header, _part({**told, "roles": [role.value for role in Role]}), signature))


def _unsigned(directory: Path, algorithm: str = "none") -> str:
    kid = public_jwk(read_private_key(directory / "development-private.pem"))["kid"]
    claims = {**_claims(), "iat": 1, "exp": 99_999_999_999}
    return f"{_part({'alg': algorithm, 'typ': 'JWT', 'kid': kid})}.{_part(claims)}."


def _with_the_public_key_as_secret(directory: Path) -> str:
    key = read_private_key(directory / "development-private.pem")
    public = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return jwt.encode(_claims(), public, algorithm="HS256", headers={"kid": public_jwk(key)["kid"]})


def _by_another_key_of_the_same_name(directory: Path) -> str:
    kid = public_jwk(read_private_key(directory / "development-private.pem"))["kid"]
    return jwt.encode(_claims(), Ed25519PrivateKey.generate(), algorithm="EdDSA", headers={"kid": kid})


def _with_a_key_of_its_own(directory: Path) -> str:
    key = Ed25519PrivateKey.generate()
    return jwt.encode(_claims(), key, algorithm="EdDSA", headers={"kid": "mine", "jwk": public_jwk(key)})


FORGED: dict[str, Forge] = {
    "expired": lambda directory: signed_by(directory, life_s=-1).sign(PRACTITIONER),
    "for another audience": lambda directory: signed_by(directory, audience="another").sign(PRACTITIONER),
    "of another issuer": lambda directory: signed_by(directory, issuer="https://other.example").sign(PRACTITIONER),
    "by another key": lambda _: TokenSigner(
        Ed25519PrivateKey.generate(), issuer=ISSUER, audience=AUDIENCE, life_s=60
    ).sign(PRACTITIONER),
    "by another key of the same name": _by_another_key_of_the_same_name,
    "with a key of its own": _with_a_key_of_its_own,
    "changed afterwards": _tampered,
    "not signed": _unsigned,
    "not signed, in other letters": lambda directory: _unsigned(directory, "NoNe"),
    "signed with the public key as a secret": _with_the_public_key_as_secret,
    "without an end": lambda directory: _signed(directory, exp=None),
    "without a council": lambda directory: _signed(directory, council=None),
    "without a subject": lambda directory: _signed(directory, sub=None),
    "not yet": lambda directory: _signed(directory, nbf=datetime.now(UTC) + timedelta(hours=1)),
    "no token": lambda _: "braid",
    "two dots": lambda _: "..",
}


@pytest.mark.parametrize("name", FORGED)
async def test_a_false_token_opens_no_route(stub: StubGateway, tmp_path: Path, name: str) -> None:
    token, wrong = FORGED[name](tmp_path), []
    async with stub.browser() as client:
        for row in EVERY_ROW:
            headers = {"authorization": f"Bearer {token}", "idempotency-key": "k", "accept": "application/json"}
            answer = await client.request(row.method, place(row), headers=headers)
            if answer.status_code != 401 or answer.headers["content-type"] != "application/problem+json":
                wrong.append(f"{row.method} {row.path}: {answer.status_code}")

    assert wrong == []
    assert stub.services.asked == []


async def test_a_token_that_is_right_opens_what_the_false_ones_did_not(stub: StubGateway, tmp_path: Path) -> None:
    async with stub.browser() as client:
        answer = await client.get(f"/v1/people/{uuid4()}", headers={"authorization": f"Bearer {_signed(tmp_path)}"})

    assert answer.status_code == 404
    assert len(stub.services.asked) == 1


def with_bodies() -> Iterator[Row]:
    """Routes whose bodies end so soon that a test can send more."""
    return (row for row in ROUTES if row.method != "GET" and row.body_bytes_max <= 10_000_000)


async def test_a_body_without_end_is_cut_off_at_every_route(stub: StubGateway) -> None:
    wrong = []
    for row in with_bodies():
        sent = 0

        async def body(bytes_max: int = row.body_bytes_max) -> AsyncIterator[bytes]:
            nonlocal sent
            chunk = b" " * 262_144
            while sent < 2 * bytes_max:
                sent += len(chunk)
                yield chunk

        async with stub.system(somebody(min(PERMISSIONS[row.action].roles))) as client:
            answer = await client.request(row.method, place(row), content=body(), headers={"idempotency-key": "k"})
        if answer.status_code != 413:
            wrong.append(f"{row.method} {row.path}: {answer.status_code}")

    assert wrong == []
    assert stub.services.asked == []


PERSON = "7d7c1f9e-3f7a-4c53-9d3c-3c1d7b1f0a11"
TRICKS = [
    f"/v1/people/{PERSON}/../../journal/proof",
    f"/v1/people/{PERSON}/%2e%2e/%2e%2e/journal/proof",
    f"/v1/people/{PERSON}/%252e%252e/budget",
    f"/v1/people/{PERSON}%2fbudget",
    f"/v1/people/{PERSON}%252fbudget",
    f"/v1/people/{PERSON}%3fafter=1",
    f"/v1/people/{PERSON}%23",
    f"/v1/people/{PERSON};/budget",
    f"/v1/people/{PERSON}%00",
    f"/v1/people/{PERSON}/",
    f"/v1/people//{PERSON}",
    f"//v1/people/{PERSON}",
    f"//evil.example/v1/people/{PERSON}",
    f"/v1/people/{PERSON}\\..\\budget",
    f"/v1/people/..%5c{PERSON}",
    f"/v1/./people/{PERSON}",
    f"/V1/people/{PERSON}",
    "/v1/people/%ff%fe",
    "/v1/people/" + "a" * 20_000,
    "/internal/access-records:search",
    "/internal/accesses",
    "/v1/people/..%2f..%2finternal%2faccesses",
    "/v1/..%2finternal/accesses",
    "/assets/..%2fmain.py",
    "/assets/%2e%2e/%2e%2e/settings.py",
    "/api-docs/..%2f__init__.py",
]


async def asked_as_it_is(stub: StubGateway, method: str, target: str) -> tuple[int, bytes]:
    """Ask for an address as a server hands it on: unquoted once, and nothing in it put right by a client."""
    path = unquote(target, errors="surrogateescape").encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    headers = [
        (b"host", b"127.0.0.1"),
        (b"authorization", f"Bearer {stub.issuer.token(PRACTITIONER)}".encode()),
        (b"accept", b"application/json"),
    ]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": target.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": headers,
        "server": ("127.0.0.1", 80),
        "client": ("203.0.113.5", 1),
    }
    messages: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        messages.append(message)

    await stub.app(scope, receive, send)
    body = b"".join(message.get("body", b"") for message in messages[1:])
    return messages[0]["status"], body


@pytest.mark.parametrize("target", TRICKS)
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_trick_with_an_address_reaches_no_other_route(stub: StubGateway, method: str, target: str) -> None:
    status, body = await asked_as_it_is(stub, method, target)

    assert status in (307, 401, 404, 405), body
    for request in stub.services.asked:
        # The service unquotes once, as servers do, and must find the route whose action was looked at here.
        path = unquote(str(request.url.raw_path, "ascii").partition("?")[0])
        row = next(row for row in ROUTES if row.method == request.method and matches(row, path))
        assert row.service == request.url.host
        assert path == unquote(target), "what the service is asked for is what was let through"
        assert request.url.path != ACCESSES


def matches(row: Row, path: str) -> bool:
    """Whether a path is one of a route's, as the router looks at it."""
    pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(row.path))
    return re.fullmatch(pattern, path) is not None


def form_posts() -> list[str]:
    """Every path of the console that takes a form."""
    from gateway.main import build_gateway

    app = build_gateway({}, None, None)  # type: ignore[arg-type]  # looked at, not called
    api = {row.path for row in ROUTES} | set(CHANGES)
    paths = {
        context.path
        for context in iter_route_contexts(app.routes)
        if "POST" in (context.methods or ()) and context.path not in api
    }
    return sorted(path for path in paths if path)


@pytest.mark.parametrize("path", form_posts())
@pytest.mark.parametrize(
    "origin",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {},
    ],
    ids=["another site", "a site beside ours", "by its origin", "without an origin", "saying nothing"],
)
async def test_a_form_of_another_site_does_nothing(stub: StubGateway, path: str, origin: dict[str, str]) -> None:
    known = {"step": "check"}
    target = re.sub(r"{(\w+)}", lambda part: known.get(part[1]) or str(uuid4()), path)
    async with stub.browser(somebody(Role.FINANCE_OFFICER)) as client:
        del client.headers["sec-fetch-site"]
        answer = await client.post(target, data={"reason": "x"}, headers=origin)

    assert answer.status_code in (403, 404), answer.text
    assert [request for request in stub.services.asked if request.method != "GET"] == []


async def test_a_form_without_end_is_cut_off(stub: StubGateway) -> None:
    async with stub.browser(PRACTITIONER) as client:
        answer: httpx.Response = await client.post("/people", data={"text": "a" * 2_000_000})

    assert answer.status_code == 413
    assert stub.services.asked == []
