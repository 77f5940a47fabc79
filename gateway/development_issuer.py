"""A small OpenID Connect issuer for one machine: sign in as anybody of the example council, without a password.

It can never be on in production: only the embedded platform builds it, and it refuses any environment but ``local`` and
``test``.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Annotated, Any
from urllib.parse import urlencode, urlsplit
from uuid import UUID

import httpx
import jwt
from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from braid.contracts.codes import CouncilCode
from braid.contracts.partner import AgencyCode
from braid.kit.identity import (
    ALGORITHM,
    Principal,
    Role,
    TokenRefused,
    TokenSigner,
    TokenVerifier,
    claims_of,
    public_jwk,
    read_private_key,
)
from braid.kit.problems import Problem, responses
from braid.kit.settings import Environment
from gateway.client_assertion import ASSERTION_TYPE
from gateway.discovery import WELL_KNOWN
from gateway.forms import form_fields
from gateway.settings import IssuerSettings
from gateway.sign_in import CALLBACK_PATH, challenge_of

#: Who it is, on whatever port it is found; nobody has to be able to reach it there.
ISSUER = "http://127.0.0.1:8080/development"
CONSOLE = "braid-console"
SYSTEM = "example-system"
SYSTEM_SCOPE = "braid.system"
CODE_LIFE_S = 60
AUDIENCE = "braid"
#: GSS code of a council that does not exist; its people are made up.
EXAMPLE_COUNCIL = "E10009999"
#: Hosts of one's own machine, to which alone it sends people back.
LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
TOKEN_LIFE_S = 8 * 60 * 60


class TokenRequest(BaseModel):
    """Whom to sign in as."""

    council: CouncilCode
    role: Role
    name: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$", description="Tells two people of one role apart.")] = (
        "example"
    )
    person_id: UUID | None = Field(None, description="Whose budget it is, for a budget holder.")
    agency: AgencyCode | None = Field(None, description="For whom, for a partner.")


class TokenOut(BaseModel):
    """A bearer token."""

    access_token: str
    token_type: str
    expires_in: int


@dataclass(frozen=True)
class Asked:
    """What a client asks of the page on which people choose who they are.

    Raises:
        ValueError: it is not what the console asks.
    """

    client_id: str
    redirect_uri: str
    state: str
    nonce: str
    code_challenge: str
    response_type: str = ""
    code_challenge_method: str = ""

    def __post_init__(self) -> None:
        place = urlsplit(self.redirect_uri)
        own = place.scheme == "http" and place.hostname in LOCAL_HOSTS and place.path == CALLBACK_PATH
        if self.client_id != CONSOLE or not own:
            raise ValueError("this client is not known here, or comes back to another place")
        if self.response_type != "code" or self.code_challenge_method != "S256" or not self.code_challenge:
            raise ValueError("people sign in by code with PKCE (S256) alone")


@dataclass(frozen=True)
class _Code:
    asked: Asked
    principal: Principal
    ends_at: float


class TokenFault(Exception):
    """The token endpoint's no, by its name in RFC 6749, section 5.2."""


class DevelopmentIssuer:
    """Issues tokens to whoever asks, on one machine.

    Args:
        private_key_file: its Ed25519 key.
        environment: where it runs.
        url: of the gateway on this machine.
        systems: key sets of clients that ask for themselves, by id.
        clock: in seconds.

    Raises:
        RuntimeError: it was asked for in production.
    """

    def __init__(
        self,
        private_key_file: Path,
        environment: Environment,
        *,
        url: str = "http://127.0.0.1:8080",
        systems: Mapping[str, jwt.PyJWKSet] | None = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        if environment == "production":
            raise RuntimeError("the development issuer cannot run in production")
        key = read_private_key(private_key_file)
        self._key = dict(public_jwk(key))
        self._signer = TokenSigner(key, issuer=ISSUER, audience=AUDIENCE, life_s=TOKEN_LIFE_S)
        self._place = f"{url}/development"
        self._systems = systems or {}
        self._clock = clock
        self._codes: dict[str, _Code] = {}
        self._assertions_seen: set[str] = set()

    @property
    def settings(self) -> IssuerSettings:
        """With what the gateway finds it."""
        return IssuerSettings(issuer=ISSUER, audience=AUDIENCE)

    @property
    def metadata(self) -> Mapping[str, Any]:
        """What it says of itself."""
        return {
            "issuer": ISSUER,
            "authorization_endpoint": f"{self._place}/authorize",
            "token_endpoint": f"{self._place}/token",
            "jwks_uri": f"{self._place}/keys",
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code", "client_credentials"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": [ALGORITHM],
            "token_endpoint_auth_methods_supported": ["none", "private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": [ALGORITHM],
            "code_challenge_methods_supported": ["S256"],
            "scopes_supported": ["openid", SYSTEM_SCOPE],
            "authorization_response_iss_parameter_supported": True,
        }

    @property
    def keys(self) -> Mapping[str, Any]:
        """Its public key set."""
        return {"keys": [self._key]}

    def client(self) -> httpx.AsyncClient:
        """A way to it inside the process."""
        app = FastAPI()
        app.include_router(issuer_routes(self))
        return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=self._place)

    def token(self, principal: Principal) -> str:
        """A token for a principal."""
        return self._signer.sign(principal)

    def answer_to(self, asked: Asked, principal: Principal) -> str:
        """Where somebody goes on to who has chosen who they are, with a code that counts once."""
        now = self._clock()
        self._codes = {code: held for code, held in self._codes.items() if held.ends_at > now}
        code = secrets.token_urlsafe(32)
        self._codes[code] = _Code(asked, principal, now + CODE_LIFE_S)
        return f"{asked.redirect_uri}?{urlencode({'code': code, 'state': asked.state, 'iss': ISSUER})}"

    def tokens(self, form: Mapping[str, str]) -> Mapping[str, Any]:
        """The tokens that a client asks for.

        Raises:
            TokenFault: it gets none.
        """
        if form["grant_type"] == "authorization_code":
            return self._tokens_for_code(form)
        if form["grant_type"] == "client_credentials":
            return self._tokens_for_system(form)
        raise TokenFault("unsupported_grant_type")

    def _tokens_for_code(self, form: Mapping[str, str]) -> Mapping[str, Any]:
        held = self._codes.pop(form["code"], None)
        if held is None or held.ends_at <= self._clock():
            raise TokenFault("invalid_grant")
        asked = held.asked
        is_own = (asked.client_id, asked.redirect_uri) == (form["client_id"], form["redirect_uri"])
        if not is_own or not secrets.compare_digest(challenge_of(form["code_verifier"]), asked.code_challenge):
            raise TokenFault("invalid_grant")
        identity = {"sub": held.principal.subject, "aud": asked.client_id, "nonce": asked.nonce}
        access = self._signer.sign_claims({**claims_of(held.principal), "client_id": asked.client_id})
        return {**_bearer(access, "openid"), "id_token": self._signer.sign_claims(identity)}

    def _tokens_for_system(self, form: Mapping[str, str]) -> Mapping[str, Any]:
        try:
            client_id = str(jwt.decode(form["client_assertion"], options={"verify_signature": False})["sub"])
            verifier = TokenVerifier(self._systems[client_id], issuer=client_id, audience=ISSUER)
            told = verifier.claims(form["client_assertion"])
        except (KeyError, jwt.PyJWTError, TokenRefused) as error:
            raise TokenFault("invalid_client") from error
        once = f"{client_id} {told.get('jti')}"
        if form["client_assertion_type"] != ASSERTION_TYPE or "jti" not in told or once in self._assertions_seen:
            raise TokenFault("invalid_client")
        self._assertions_seen.add(once)
        if form["scope"] not in ("", SYSTEM_SCOPE):
            raise TokenFault("invalid_scope")
        claims = {"sub": client_id, "client_id": client_id, "council": EXAMPLE_COUNCIL, "scope": SYSTEM_SCOPE}
        return _bearer(self._signer.sign_claims({**claims, "roles": []}), SYSTEM_SCOPE)


def _bearer(token: str, scope: str) -> dict[str, Any]:
    return {"access_token": token, "token_type": "Bearer", "expires_in": TOKEN_LIFE_S, "scope": scope}


def issuer_routes(issuer: DevelopmentIssuer) -> APIRouter:
    """What clients ask of the issuer."""
    router = APIRouter(prefix="/development", tags=["development"])

    @router.get(WELL_KNOWN)
    async def metadata() -> Mapping[str, Any]:
        """What the issuer says of itself."""
        return issuer.metadata

    @router.get("/keys")
    async def keys() -> Mapping[str, Any]:
        """The issuer's public keys."""
        return issuer.keys

    @router.post("/token")
    async def token(request: Request) -> JSONResponse:
        """Give tokens for a code, or to a system that proves who it is."""
        form = await form_fields(request)
        try:
            return JSONResponse(issuer.tokens(form), headers={"Cache-Control": "no-store"})
        except TokenFault as fault:
            return JSONResponse({"error": str(fault)}, 400, headers={"Cache-Control": "no-store"})

    @router.post(
        "/tokens",
        status_code=201,
        responses=responses(
            (422, "A budget holder needs a person id, a partner an agency, and nobody else may have either.")
        ),
    )
    async def issue(body: TokenRequest) -> TokenOut:
        """Sign in on this machine, as anybody of the example council."""
        if (body.role is Role.BUDGET_HOLDER) != (body.person_id is not None):
            raise Problem(422, "person-id-mismatch", "A budget holder, and nobody else, has a person id")
        if (body.role is Role.PARTNER) != (body.agency is not None):
            raise Problem(422, "agency-mismatch", "A partner, and nobody else, has an agency")
        principal = Principal(
            f"{body.role}:{body.name}", body.council, frozenset({body.role}), body.person_id, body.agency
        )
        return TokenOut(access_token=issuer.token(principal), token_type="Bearer", expires_in=TOKEN_LIFE_S)  # noqa: S106

    return router
