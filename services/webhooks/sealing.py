"""Receivers' secrets as they are kept: sealed with a key that is not in the database (decision 19).

A secret is sealed together with the subscription that it is for, so that one cannot be put in another's place.
"""

import secrets
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from braid.kit.settings import ServiceSettings, SettingsRefused
from services.webhooks.domain.signing import SECRET_BYTES
from services.webhooks.settings import WebhookSettings

KEYS_FILE = "webhook-keys.txt"


class CannotBeOpened(Exception):
    """A sealed secret is of no key that we have, or of another subscription."""


class Seal:
    """Seals and opens secrets.

    Args:
        keys: Fernet keys; the first one seals, the others still open, so that keys can be changed.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in keys])

    def sealed(self, subscription_id: UUID, secret: bytes) -> bytes:
        """A secret, sealed for its subscription."""
        return self._fernet.encrypt(subscription_id.bytes + secret)

    def opened(self, subscription_id: UUID, sealed: bytes) -> bytes:
        """The secret of a subscription.

        Raises:
            CannotBeOpened: it is sealed with a key that we do not have, or is of another subscription.
        """
        try:
            content = self._fernet.decrypt(sealed)
        except InvalidToken as error:
            raise CannotBeOpened(f"the secret of subscription {subscription_id} is of no key that we have") from error
        if content[:16] != subscription_id.bytes:
            raise CannotBeOpened(f"the secret of subscription {subscription_id} is another's")
        return content[16:]


def new_secret() -> bytes:
    """A secret that nobody knows yet."""
    return secrets.token_bytes(SECRET_BYTES)


def seal_of(settings: ServiceSettings) -> Seal:
    """The seal of this process.

    Raises:
        SettingsRefused: no key file is set, or it holds no keys.
    """
    told = settings.sealing if isinstance(settings, WebhookSettings) else None
    if told is None:
        raise SettingsRefused("Settings refused:\n  WEBHOOKS_SEALING__KEYS_FILE: this command needs it")
    try:
        keys = Path(told.keys_file).read_text().split()
        if not keys:
            raise ValueError("holds no key")
        return Seal(keys)
    except (OSError, ValueError) as error:
        raise SettingsRefused(f"Settings refused:\n  WEBHOOKS_SEALING__KEYS_FILE: {error}") from error


def create_webhook_key(directory: Path) -> None:
    """Write ``webhook-keys.txt`` unless it is there already."""
    file = directory / KEYS_FILE
    if not file.exists():
        file.touch(mode=0o600)
        file.write_bytes(Fernet.generate_key() + b"\n")
