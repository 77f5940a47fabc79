"""The identity provider of the suite's containers: the suite has its key, and a stand-in gives out the public half."""

from pathlib import Path

import httpx

from braid.kit.identity import Principal, Role, TokenSigner, create_keys, read_private_key

#: As the Compose file and the overlay `local` call it.
ISSUER = "http://localhost:8081/realms/braid"
AUDIENCE = "braid"
COUNCIL = "E10009999"
TOKEN_LIFE_S = 4 * 60 * 60


class Realm:
    """Signs tokens as the realm `braid` does, for whoever the suite wants to be.

    Args:
        folder: of its keys; they are made there when missing.
    """

    def __init__(self, folder: Path) -> None:
        create_keys(folder, "realm")
        self.public_keys = folder / "realm-public.jwks.json"
        key = read_private_key(folder / "realm-private.pem")
        self._signer = TokenSigner(key, issuer=ISSUER, audience=AUDIENCE, life_s=TOKEN_LIFE_S)

    def client(self, url: str, role: Role) -> httpx.AsyncClient:
        """A client of a gateway, signed in."""
        token = self._signer.sign(Principal(f"{role}:test", COUNCIL, frozenset({role})))
        return httpx.AsyncClient(base_url=url, headers={"authorization": f"Bearer {token}"}, timeout=60)
