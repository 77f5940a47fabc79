"""The page for receivers: its code takes what we send, and what it says of us is so."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from braid.contracts.catalogue import EVENTS
from services.webhooks.api.bodies import RotationIn, SubscriptionIn
from services.webhooks.domain import schedule
from services.webhooks.domain.signing import headers, written
from services.webhooks.domain.targets import PORTS
from services.webhooks.domain.telling import WORKING
from services.webhooks.events import HANDLERS
from tests.architecture.source import ROOT

GUIDE = (ROOT / "docs" / "webhooks.md").read_text()
SECRET, OTHER, BODY = b"s" * 32, b"o" * 32, '{"name":"Renée"}'.encode()


def guides_own() -> Callable[[str, Mapping[str, str], bytes], bool]:
    """The function that the page tells receivers to have."""
    [code] = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
    told: dict[str, Any] = {}
    exec(code, told)
    found: Callable[[str, Mapping[str, str], bytes], bool] = told["is_from_braid"]
    return found


def test_the_guides_own_code_takes_what_we_sign_and_nothing_else() -> None:
    is_from_braid, now = guides_own(), int(datetime.now(UTC).timestamp())
    sent = headers([OTHER, SECRET], "an-id", now, BODY)
    old = headers([SECRET], "an-id", now - 600, BODY)

    assert is_from_braid(written(SECRET), sent, BODY)
    assert is_from_braid(written(OTHER), sent, BODY)
    assert not is_from_braid(written(b"x" * 32), sent, BODY)
    assert not is_from_braid(written(SECRET), sent, BODY + b" ")
    assert not is_from_braid(written(SECRET), {**sent, "webhook-id": "another"}, BODY)
    assert not is_from_braid(written(SECRET), old, BODY)


def test_the_request_that_it_shows_is_one_that_is_taken() -> None:
    [shown] = re.findall(r"-d '(\{.*?\})'", GUIDE, re.DOTALL)
    body = SubscriptionIn.model_validate(json.loads(shown))

    assert set(body.event_types) <= set(HANDLERS) <= set(EVENTS)


def test_what_it_says_of_waits_ports_and_secrets_is_so() -> None:
    assert schedule.WAITS[:3] == (timedelta(seconds=5), timedelta(minutes=5), timedelta(minutes=30))
    hours = [f"{wait // timedelta(hours=1)} h" for wait in schedule.WAITS[3:]]
    assert ", ".join(["5 s", "5 min", "30 min", *hours[:-1]]) + f" and {hours[-1]}" in GUIDE
    assert schedule.FAILING_MOST.days == 5
    assert "five days" in GUIDE
    assert all(str(port) in GUIDE for port in PORTS)
    assert f"`old_signs_for_hours` ({RotationIn().old_signs_for_hours}; 0" in GUIDE
    assert all(f"`{part}`" in GUIDE for part in WORKING)
