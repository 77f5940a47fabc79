"""Forms of the console: what was filled in, what stands against it, and sending it so that it takes effect once."""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any
from uuid import uuid4

import httpx

from braid.kit.identity import Principal
from gateway.console import wording
from gateway.forwarding import Door

Given = defaultdict[str, str]
#: The most that services take, and JSON holds, in whole pence; decimals of any size are not worked with.
POUNDS_MOST = Decimal(2**53 - 1) / 100


@dataclass(frozen=True)
class Fault:
    """Something that stands against a form; ``field`` is where to mend it, empty where it is no single field."""

    field: str
    text: str


@dataclass(frozen=True)
class Form:
    """A form as a page shows it, new or again with what was filled in.

    Args:
        key: makes it take effect once, however often it is sent.
        etag: the version of what was read; a decision on an older view is noticed by it.
    """

    given: Given = field(default_factory=lambda: defaultdict(str))
    faults: tuple[Fault, ...] = ()
    etag: str = ""
    key: str = field(default_factory=lambda: str(uuid4()))

    @cached_property
    def faults_by_field(self) -> Mapping[str, str]:
        """What stands against each field."""
        return {fault.field: fault.text for fault in self.faults if fault.field}


def filled(**values: str) -> Form:
    """A new form with some fields filled in."""
    return Form(defaultdict(str, values))


async def sent(
    door: Door,
    principal: Principal,
    service: str,
    path: str,
    given: Given,
    body: Mapping[str, Any] | None = None,
    *,
    method: str = "POST",
) -> httpx.Response:
    """What a service answers to a form, sent with its key, and with the version that it was decided on.

    Raises:
        Problem: 503 where the service cannot be reached; the form can be sent again as it is.
    """
    told = {"idempotency-key": given["key"], "if-match": given["etag"]}
    headers = {name: value.encode("ascii", "replace").decode() for name, value in told.items() if value}
    content = None
    if body is not None:
        headers["content-type"] = "application/json"
        content = json.dumps(body).encode()
    return await door.ask(principal, service, method, path, headers=headers, content=content)


def refusal(answer: httpx.Response) -> tuple[Fault, ...]:
    """Why a service refused a form, in its own words."""
    problem = answer.json()
    told = [problem.get("detail", ""), *(error["message"] for error in problem.get("errors", ()))]
    parts = list(dict.fromkeys(wording.told(text) for text in told if text))
    return (Fault("", ": ".join(filter(None, (problem["title"], "; ".join(parts))))),)


def decimal_of(told: str) -> Decimal | None:
    """A number as people write it; None where it is none."""
    try:
        number = Decimal(told.replace(",", ""))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def pence_of(told: str) -> int | None:
    """A sum of pounds as people write it, in whole pence; None where it is none."""
    pounds = decimal_of(told.removeprefix("£"))
    if pounds is None or not 0 <= pounds <= POUNDS_MOST or pounds * 100 % 1:
        return None
    return int(pounds * 100)


def day_of(told: str) -> date | None:
    """A day as browsers send it; None where it is none."""
    try:
        return date.fromisoformat(told)
    except ValueError:
        return None


def today() -> date:
    """The day in the United Kingdom."""
    return datetime.now(wording.UK_TIME).date()
