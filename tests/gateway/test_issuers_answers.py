"""What the console takes of an issuer's answers, and what a system gets: codes, proofs and scopes, right and wrong."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit
from uuid import uuid4

import httpx
import jwt
import pytest
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from braid.kit.identity import Role, read_private_key
from braid.kit.problems import Problem
from gateway.client_assertion import ASSERTION_TYPE, ClientKey
from gateway.development_issuer import CODE_LIFE_S, CONSOLE, ISSUER, SYSTEM, SYSTEM_SCOPE, Asked, DevelopmentIssuer
from gateway.discovery import Discovery
from gateway.identity import IssuerVerifier
from gateway.sessions import Sessions
from gateway.settings import IssuerSettings
from gateway.sign_in import Attempt, SignIn, SignInRefused, challenge_of
from tests.gateway.doubles import AUDITOR, PRACTITIONER, StubGateway, browser, signed_by
from tests.gateway.test_sign_in import chosen_as, goes_on_to

CONSOLE_AT = "http://127.0.0.1:8080"


class Door:
    """A console and an issuer, with a clock that a test turns."""

    def __init__(self, directory: Path, stub: StubGateway) -> None:
        self.now_s = 1000.0
        systems = {SYSTEM: stub.issuer._systems[SYSTEM]}
        self.issuer = DevelopmentIssuer(
            directory / "development-private.pem", "test", systems=systems, clock=lambda: self.now_s
        )
        self.client = self.issuer.client()
        discovery = Discovery(self.issuer.settings, self.client)
        self.verifier = IssuerVerifier(self.issuer.settings, self.client, discovery)
        self.sign_in = SignIn(discovery, self.verifier, self.client, client_id=CONSOLE)

    async def answered(self) -> tuple[Attempt, dict[str, str]]:
        """An attempt, and the issuer's answer to it."""
        address, attempt = await self.sign_in.begin(CONSOLE_AT)
        told = dict(parse_qsl(urlsplit(address).query))
        asked = Asked(**{name: told[name] for name in Asked.__dataclass_fields__})
        return attempt, dict(parse_qsl(urlsplit(self.issuer.answer_to(asked, AUDITOR)).query))

    async def token_for(self, **form: str) -> httpx.Response:
        """The token endpoint's answer."""
        return await self.client.post("/token", data=form)


@pytest.fixture
def door(stub: StubGateway, tmp_path: Path) -> Door:
    return Door(tmp_path, stub)


async def test_the_issuer_is_asked_for_a_code_with_a_challenge_that_is_new_each_time(door: Door) -> None:
    (one, attempt), (other, _) = await door.sign_in.begin(CONSOLE_AT), await door.sign_in.begin(CONSOLE_AT)
    asked, again = (parse_qs(urlsplit(address).query) for address in (one, other))

    assert asked["response_type"] == ["code"]
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["code_challenge"] == [challenge_of(attempt.verifier)]
    assert asked["redirect_uri"] == [f"{CONSOLE_AT}/sign-in/callback"]
    assert attempt.verifier not in one
    assert all(asked[name] != again[name] for name in ("state", "nonce", "code_challenge"))


def test_the_challenge_is_the_one_of_the_standard() -> None:
    # RFC 7636, appendix B.
    assert challenge_of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


async def test_whoever_comes_back_with_the_issuers_answer_is_signed_in(door: Door) -> None:
    assert await door.sign_in.complete(*await door.answered()) == AUDITOR


WRONG_ANSWERS: dict[str, Callable[[dict[str, str]], dict[str, str]]] = {
    "of another attempt": lambda answer: {**answer, "state": "another"},
    "without a state": lambda answer: {name: answer[name] for name in ("code", "iss")},
    "of another issuer": lambda answer: {**answer, "iss": "https://elsewhere.example"},
    "with a made-up code": lambda answer: {**answer, "code": "made-up"},
    "that says no": lambda answer: {"state": answer["state"], "error": "access_denied"},
}


@pytest.mark.parametrize("kind", WRONG_ANSWERS)
async def test_a_wrong_answer_lets_nobody_in(kind: str, door: Door) -> None:
    attempt, answer = await door.answered()

    with pytest.raises(SignInRefused):
        await door.sign_in.complete(attempt, WRONG_ANSWERS[kind](answer))


async def test_a_code_counts_once(door: Door) -> None:
    attempt, answer = await door.answered()
    await door.sign_in.complete(attempt, answer)

    with pytest.raises(SignInRefused):
        await door.sign_in.complete(attempt, answer)


async def test_a_code_that_somebody_else_began_is_worth_nothing(door: Door) -> None:
    _, stolen = await door.answered()
    own, answer = await door.answered()

    with pytest.raises(SignInRefused):
        await door.sign_in.complete(own, {**answer, "code": stolen["code"]})


async def test_a_code_is_worth_nothing_after_a_while(door: Door) -> None:
    attempt, answer = await door.answered()
    door.now_s += CODE_LIFE_S

    with pytest.raises(SignInRefused):
        await door.sign_in.complete(attempt, answer)


async def test_an_identity_token_of_another_attempt_is_refused(door: Door) -> None:
    attempt, answer = await door.answered()
    other = Attempt(attempt.state, "another nonce", attempt.verifier, attempt.redirect_uri)

    with pytest.raises(SignInRefused):
        await door.sign_in.complete(other, answer)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("redirect_uri", "https://elsewhere.example/sign-in/callback"),
        ("redirect_uri", "http://127.0.0.1:8080/elsewhere"),
        ("client_id", "another"),
        ("response_type", "token"),
        ("code_challenge_method", "plain"),
        ("code_challenge", ""),
    ],
)
async def test_the_development_issuer_answers_nobody_who_asks_otherwise(
    name: str, value: str, stub: StubGateway
) -> None:
    async with stub.browser() as client:
        sent_to = urlsplit((await client.get("/sign-in")).headers["location"])
        asked = {**dict(parse_qsl(sent_to.query)), name: value}
        page = await client.get(f"/development/authorize?{urlencode(asked)}")
        answer = await client.post("/development/authorize", data={**asked, "who": "practitioner"})

    assert (page.status_code, answer.status_code) == (400, 400)
    assert "elsewhere" not in page.text


async def test_an_answer_in_another_browser_lets_nobody_in(stub: StubGateway) -> None:
    async with stub.browser() as mine:
        place = goes_on_to(await chosen_as(mine, "practitioner"))
    async with browser(stub.app) as theirs:
        answer = await theirs.get(place)

    assert answer.headers["location"] == "/?session=refused"
    assert "set-cookie" not in answer.headers


async def test_an_attempt_counts_once(stub: StubGateway) -> None:
    async with stub.browser() as client:
        place = goes_on_to(await chosen_as(client, "practitioner"))
        await client.get(place)
        again = await client.get(place)

    assert again.headers["location"] == "/?session=refused"


def test_a_session_ends_and_cannot_be_changed_or_taken_for_something_else() -> None:
    keys, now = [Fernet.generate_key().decode()], 1000.0
    sessions = Sessions(keys, life_s=60, clock=lambda: now)
    sealed = sessions.of(PRACTITIONER)

    assert sessions.principal_of(sealed) == PRACTITIONER
    assert sessions.principal_of(sealed[:-4] + "AAA=") is None
    assert sessions.principal_of("nonsense é") is None
    assert sessions.principal_of(sessions.seal("attempt", {"sub": "x", "council": "y", "roles": []})) is None
    assert Sessions([Fernet.generate_key().decode()]).principal_of(sealed) is None
    now += 61
    assert sessions.principal_of(sealed) is None


def test_a_sealing_key_can_be_changed_while_sessions_last() -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    sealed = Sessions([old]).of(PRACTITIONER)

    assert Sessions([new, old]).principal_of(sealed) == PRACTITIONER


def proof(directory: Path, **told: object) -> dict[str, str]:
    """A system's proof of who it is, with what is told otherwise."""
    key = read_private_key(directory / f"{SYSTEM}-private.pem")
    now = datetime.now(UTC)
    claims = {"iss": SYSTEM, "sub": SYSTEM, "aud": ISSUER, "jti": uuid4().hex, "iat": now, **told}
    claims.setdefault("exp", now + timedelta(seconds=60))
    signed = jwt.encode(claims, key, algorithm="EdDSA", headers={"kid": system_key_id(directory)})
    return {"grant_type": "client_credentials", "client_assertion_type": ASSERTION_TYPE, "client_assertion": signed}


def system_key_id(directory: Path) -> str:
    """The name of the example system's key."""
    keys = jwt.PyJWKSet.from_json((directory / f"{SYSTEM}-public.jwks.json").read_text())
    return str(keys.keys[0].key_id)


async def test_a_system_that_proves_who_it_is_gets_a_token_and_the_system_role(
    stub: StubGateway, tmp_path: Path
) -> None:
    key = ClientKey(tmp_path / f"{SYSTEM}-private.pem", key_id=system_key_id(tmp_path))
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": key.assertion(SYSTEM, ISSUER),
        "scope": SYSTEM_SCOPE,
    }
    stub.services.answers["/v1/people"] = {"people": [], "next": None}
    async with browser(stub.app) as client:
        given = await client.post("/development/token", data=form)
        bearer = {"authorization": f"Bearer {given.json()['access_token']}"}
        answer = await client.get("/v1/people", headers=bearer)

    assert (given.status_code, answer.status_code) == (200, 200)
    passed_on = stub.services.asked[0].headers["authorization"].removeprefix("Bearer ")
    assert jwt.decode(passed_on, options={"verify_signature": False})["roles"] == [Role.SYSTEM]


WRONG_PROOFS: dict[str, Callable[[Path], dict[str, str]]] = {
    "none": lambda _directory: {"grant_type": "client_credentials"},
    "a secret": lambda _directory: {"grant_type": "client_credentials", "client_id": SYSTEM, "client_secret": "x"},
    "of nobody known": lambda directory: proof(directory, sub="another", iss="another"),
    "for another": lambda directory: proof(directory, aud="https://elsewhere.example"),
    "that is over": lambda directory: proof(directory, exp=datetime(2020, 1, 1, tzinfo=UTC)),
    "of another kind": lambda directory: {**proof(directory), "client_assertion_type": "something"},
    "nonsense": lambda directory: {**proof(directory), "client_assertion": "nonsense"},
}


@pytest.mark.parametrize("kind", WRONG_PROOFS)
async def test_a_system_without_a_proof_gets_nothing(kind: str, door: Door, tmp_path: Path) -> None:
    answer = await door.token_for(**WRONG_PROOFS[kind](tmp_path))

    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_client"})


async def test_a_proof_counts_once(door: Door, tmp_path: Path) -> None:
    form = proof(tmp_path)

    assert (await door.token_for(**form)).status_code == 200
    assert (await door.token_for(**form)).json() == {"error": "invalid_client"}


async def test_a_proof_by_another_key_is_refused(door: Door, tmp_path: Path) -> None:
    key_id = system_key_id(tmp_path)
    told = jwt.decode(proof(tmp_path)["client_assertion"], options={"verify_signature": False})
    forged = jwt.encode(told, Ed25519PrivateKey.generate(), algorithm="EdDSA", headers={"kid": key_id})

    answer = await door.token_for(**{**proof(tmp_path), "client_assertion": forged})

    assert answer.json() == {"error": "invalid_client"}


async def test_a_person_is_made_no_system_by_what_a_page_asks_for(door: Door, tmp_path: Path) -> None:
    told = {"sub": "somebody", "client_id": CONSOLE, "council": "E10009999", "roles": [], "scope": SYSTEM_SCOPE}
    token = signed_by(tmp_path).sign_claims(told)

    assert (await door.verifier.verify(token)).roles == frozenset()


async def test_a_token_without_the_scope_that_is_needed_is_refused(door: Door, tmp_path: Path) -> None:
    settings = IssuerSettings(issuer=ISSUER, audience="braid", scope="braid.api")
    verifier = IssuerVerifier(settings, door.client, Discovery(settings, door.client))
    told = {"sub": "somebody", "council": "E10009999", "roles": ["auditor"]}

    with pytest.raises(Problem) as refused:
        await verifier.verify(signed_by(tmp_path).sign_claims({**told, "scope": "openid braid.apis"}))
    assert (refused.value.status, refused.value.type) == (403, "scope-missing")
    assert 'error="insufficient_scope"' in refused.value.headers["WWW-Authenticate"]
    assert (await verifier.verify(signed_by(tmp_path).sign_claims({**told, "scope": "openid braid.api"}))).roles


async def test_an_issuer_that_says_it_is_another_is_not_believed(door: Door) -> None:
    place = f"{CONSOLE_AT}/development/.well-known/openid-configuration"
    settings = IssuerSettings(issuer="https://id.example", audience="braid", discovery_url=place)

    with pytest.raises(Problem) as refused:
        await Discovery(settings, door.client).metadata()
    assert refused.value.status == 503
