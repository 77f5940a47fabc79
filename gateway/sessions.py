"""Sessions of people at the console: sealed, so that no replica of the gateway has to remember them."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import time
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from braid.kit.identity import Principal, TokenRefused, claims_of, principal_from

SESSION_S = 4 * 60 * 60


class Sessions:
    """Seals what a browser keeps for us: it can neither read nor change it, and it ends.

    What somebody may do is looked at when they sign in, and again when their session has ended.

    Args:
        keys: Fernet keys; the first one seals, the others still open, so that keys can be changed.
        life_s: of a session, in seconds.
        clock: seconds since 1970.
    """

    def __init__(self, keys: Sequence[str], *, life_s: int = SESSION_S, clock: Callable[[], float] = time) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in keys])
        self._life_s = life_s
        self._clock = clock

    def of(self, principal: Principal) -> str:
        """A session that begins now."""
        return self.seal("session", claims_of(principal))

    def principal_of(self, sealed: str) -> Principal | None:
        """Whose session it is; None where it has ended, or is none of ours."""
        claims = self.unseal("session", sealed, life_s=self._life_s)
        try:
            return principal_from(claims) if claims else None
        except TokenRefused:
            return None

    def seal(self, kind: str, told: Mapping[str, Any]) -> str:
        """Seal something for later; the kind keeps one thing from being taken for another."""
        content = json.dumps({"kind": kind, **told}).encode()
        return self._fernet.encrypt_at_time(content, int(self._clock())).decode()

    def unseal(self, kind: str, sealed: str, *, life_s: int) -> dict[str, Any] | None:
        """What was sealed; None where it is too old, of another kind, or none of ours."""
        try:
            opened = self._fernet.decrypt_at_time(sealed.encode(), ttl=life_s, current_time=int(self._clock()))
        except (InvalidToken, UnicodeEncodeError):
            return None
        told: dict[str, Any] = json.loads(opened)
        return told if told.pop("kind") == kind else None


def sessions_with(keys_file: Path, *, life_s: int) -> Sessions:
    """Sessions by the keys of a file, one a line.

    Raises:
        ValueError: there is none, or one is no Fernet key.
    """
    keys = keys_file.read_text().split()
    if not keys:
        raise ValueError(f"{keys_file} holds no key")
    return Sessions(keys, life_s=life_s)


def create_session_key(directory: Path) -> None:
    """Write ``session-keys.txt`` unless it is there already."""
    file = directory / "session-keys.txt"
    if not file.exists():
        file.touch(mode=0o600)
        file.write_bytes(Fernet.generate_key() + b"\n")
