"""Signatures as Standard Webhooks has them: HMAC-SHA256 over id, time and body, in base64, one for each secret.

Source: the Standard Webhooks specification 1.0.0, "Signature scheme" and "Webhook secrets".
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence

SECRET_PREFIX = "whsec_"  # noqa: S105 (the mark that every secret begins with)
#: The specification wants 24 to 64 bytes.
SECRET_BYTES = 32


def written(secret: bytes) -> str:
    """A secret as a receiver is given it."""
    return SECRET_PREFIX + base64.b64encode(secret).decode()


def signature(secret: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """One signature.

    Args:
        secret: the key, as bytes.
        message_id: the message's id.
        timestamp: when it is sent, in seconds since 1970.
        body: the very bytes that are sent.
    """
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()


def headers(secrets: Sequence[bytes], message_id: str, timestamp: int, body: bytes) -> Mapping[str, str]:
    """The three headers of a message; while a secret is changed, it is signed with the new one and the old."""
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signature(secret, message_id, timestamp, body) for secret in secrets),
    }
