"""A small issuer for one machine: sign in as an example practitioner, finance officer, auditor or budget holder.

It can never be on in production: only the embedded platform builds it, and it refuses any environment but ``local`` and
``test``.
"""

from pathlib import Path
from typing import Annotated
from uuid import UUID

import jwt
from fastapi import APIRouter
from pydantic import BaseModel, Field

from braid.contracts.codes import CouncilCode
from braid.contracts.partner import AgencyCode
from braid.kit.identity import Principal, Role, TokenSigner, TokenVerifier, public_jwk, read_private_key
from braid.kit.problems import Problem, responses
from braid.kit.settings import Environment

ISSUER = "braid-development"
AUDIENCE = "braid"
#: GSS code of a council that does not exist; its people are made up.
EXAMPLE_COUNCIL = "E10009999"
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


class DevelopmentIssuer:
    """Issues tokens to whoever asks, on one machine.

    Args:
        private_key_file: its Ed25519 key.
        environment: where it runs.

    Raises:
        RuntimeError: it was asked for in production.
    """

    def __init__(self, private_key_file: Path, environment: Environment) -> None:
        if environment == "production":
            raise RuntimeError("the development issuer cannot run in production")
        key = read_private_key(private_key_file)
        self._signer = TokenSigner(key, issuer=ISSUER, audience=AUDIENCE, life_s=TOKEN_LIFE_S)
        keys = jwt.PyJWKSet.from_dict({"keys": [dict(public_jwk(key))]})
        self.verifier = TokenVerifier(keys, issuer=ISSUER, audience=AUDIENCE)

    def token(self, principal: Principal) -> str:
        """A token for a principal."""
        return self._signer.sign(principal)

    def router(self) -> APIRouter:
        """The route that gives tokens."""
        router = APIRouter(tags=["development"])

        @router.post(
            "/development/tokens",
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
            return TokenOut(access_token=self.token(principal), token_type="Bearer", expires_in=TOKEN_LIFE_S)  # noqa: S106

        return router
