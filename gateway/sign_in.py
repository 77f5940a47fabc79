"""People signing in at the issuer: authorization code with PKCE (OpenID Connect Core 1.0, 3.1; RFC 7636)."""

import base64
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx
import structlog

from braid.kit.identity import Principal, TokenRefused
from gateway.client_assertion import ASSERTION_TYPE, ClientKey
from gateway.discovery import FETCH_TIMEOUT_S, Discovery, issuer_away
from gateway.identity import IssuerVerifier

log = structlog.get_logger(__name__)

SCOPE = "openid"
#: Where the issuer sends people back to, at the console.
CALLBACK_PATH = "/sign-in/callback"
SERVER_ERROR = 500


class SignInRefused(Exception):
    """Nobody came in: the answer is not the issuer's to what we asked, or it says no."""


@dataclass(frozen=True)
class Attempt:
    """One try at signing in, kept in the browser that makes it.

    Args:
        state: ties the answer to this browser.
        nonce: ties the identity token to this attempt.
        verifier: proves at the issuer that who asks for the tokens is who asked for the code.
        redirect_uri: where the answer comes.
    """

    state: str
    nonce: str
    verifier: str
    redirect_uri: str


class SignIn:
    """The console as a client of the issuer.

    Args:
        client_id: as the issuer knows us.
        client_key: with which we prove who we are, where the issuer asks for that; else PKCE alone does.
        public_url: where people find the console; on one's own machine it is wherever they have found it.
    """

    def __init__(
        self,
        discovery: Discovery,
        verifier: IssuerVerifier,
        client: httpx.AsyncClient,
        *,
        client_id: str,
        client_key: ClientKey | None = None,
        public_url: str | None = None,
    ) -> None:
        self._public_url = public_url
        self._discovery = discovery
        self._verifier = verifier
        self._client = client
        self._client_id = client_id
        self._client_key = client_key

    async def begin(self, found_at: str) -> tuple[str, Attempt]:
        """The issuer's address to go to, and what to remember meanwhile.

        Args:
            found_at: where the browser has found the console.

        Raises:
            Problem: 503, the issuer is away.
        """
        metadata = await self._discovery.metadata()
        redirect_uri = (self._public_url or found_at) + CALLBACK_PATH
        attempt = Attempt(secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48), redirect_uri)
        asked = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": redirect_uri,
            "scope": SCOPE,
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": challenge_of(attempt.verifier),
            "code_challenge_method": "S256",
        }
        joined = "&" if "?" in metadata.authorization_endpoint else "?"
        return f"{metadata.authorization_endpoint}{joined}{urlencode(asked)}", attempt

    async def complete(self, attempt: Attempt, answer: Mapping[str, str]) -> Principal:
        """Who signed in, by the issuer's answer.

        Raises:
            SignInRefused: it is not the answer to this attempt, or the issuer says no.
            Problem: 503, the issuer is away.
        """
        metadata = await self._discovery.metadata()
        if not secrets.compare_digest(answer.get("state", "").encode(), attempt.state.encode()):
            raise SignInRefused("the answer is not to this attempt")
        # RFC 9207: an answer that names its issuer must name ours.
        if answer.get("iss", metadata.issuer) != metadata.issuer:
            raise SignInRefused("the answer is another issuer's")
        if "code" not in answer:
            raise SignInRefused("the issuer gave no code")
        tokens = await self._exchange(metadata.token_endpoint, metadata.issuer, attempt, answer["code"])
        try:
            identity = await self._verifier.claims(str(tokens.get("id_token")), audience=self._client_id)
            principal = await self._verifier.verify(str(tokens.get("access_token")))
        except TokenRefused as error:
            raise SignInRefused("a token of the issuer is not valid") from error
        if identity.get("nonce") != attempt.nonce or identity["sub"] != principal.subject:
            raise SignInRefused("the tokens are not of this attempt")
        return principal

    def sign_out_address(self, found_at: str) -> str | None:
        """Where to end the session at the issuer too; None where it has no such address, or is not known yet."""
        held = self._discovery.held
        if held is None or held.end_session_endpoint is None:
            return None
        asked = {"client_id": self._client_id, "post_logout_redirect_uri": self._public_url or found_at}
        return f"{held.end_session_endpoint}?{urlencode(asked)}"

    async def _exchange(self, endpoint: str, issuer: str, attempt: Attempt, code: str) -> Mapping[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": attempt.redirect_uri,
            "client_id": self._client_id,
            "code_verifier": attempt.verifier,
        }
        if self._client_key:
            assertion = self._client_key.assertion(self._client_id, issuer)
            form |= {"client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion}
        try:
            answer = await self._client.post(endpoint, data=form, timeout=FETCH_TIMEOUT_S)
            if answer.status_code >= SERVER_ERROR:
                raise issuer_away()
            tokens = answer.json()
        except httpx.HTTPError as error:
            raise issuer_away() from error
        except ValueError as error:
            raise SignInRefused("the issuer's answer cannot be read") from error
        if not answer.is_success or not isinstance(tokens, dict):
            log.info("sign_in_refused", status=answer.status_code)
            raise SignInRefused("the issuer gave no tokens")
        return tokens


def challenge_of(verifier: str) -> str:
    """What may be told of a PKCE verifier beforehand (RFC 7636, 4.2: S256)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
