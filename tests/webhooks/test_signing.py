"""Signatures are those of Standard Webhooks: its own library takes ours."""

import json
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from services.webhooks.domain.messages import body_of
from services.webhooks.domain.signing import headers, signature, written

OLD, NEW = bytes(range(32)), bytes(range(32, 64))
BODY = '{"name":"Renée","pence":1}'.encode()


def now() -> int:
    return int(datetime.now(UTC).timestamp())


def test_the_library_of_the_specification_takes_what_we_sign() -> None:
    told = headers([NEW], "an-id", now(), BODY)

    assert Webhook(written(NEW)).verify(BODY, dict(told)) == json.loads(BODY)


def test_we_sign_as_the_library_does() -> None:
    at = datetime(2026, 11, 23, 12, tzinfo=UTC)

    assert signature(NEW, "an-id", int(at.timestamp()), BODY) == Webhook(NEW).sign("an-id", at, BODY.decode())


def test_while_a_secret_is_changed_each_of_the_two_is_enough() -> None:
    told = headers([NEW, OLD], "an-id", now(), BODY)

    for secret in (NEW, OLD):
        Webhook(written(secret)).verify(BODY, dict(told))
    with pytest.raises(WebhookVerificationError):
        Webhook(written(b"x" * 32)).verify(BODY, dict(told))


@pytest.mark.parametrize(
    "spoil",
    [{"webhook-id": "another"}, {"webhook-timestamp": str(now() - 30)}, {"webhook-signature": "v1,bm90IHRoaXM="}],
)
def test_whatever_is_changed_on_the_way_spoils_the_signature(spoil: dict[str, str]) -> None:
    told = {**headers([NEW], "an-id", now(), BODY), **spoil}

    with pytest.raises(WebhookVerificationError):
        Webhook(written(NEW)).verify(BODY, told)


def test_a_body_is_a_cloudevent_with_its_data_byte_by_byte() -> None:
    body = body_of({"id": "an-id", "type": "a.type", "time": "2026-11-23T12:00:00+00:00"}, BODY)

    assert json.loads(body) == {
        "specversion": "1.0",
        "id": "an-id",
        "type": "a.type",
        "time": "2026-11-23T12:00:00+00:00",
        "datacontenttype": "application/json",
        "data": {"name": "Renée", "pence": 1},
    }
    assert BODY in body
