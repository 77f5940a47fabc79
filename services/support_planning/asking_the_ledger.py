"""The one question that is asked of another service: which of the person's money may pay for which of a plan.

The ledger is asked with the caller's own token, so that it sees who asks. It may be away: the answer is then that the
plan cannot be checked now, and whatever was to be saved is saved.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Annotated, Any
from uuid import UUID

import httpx
import structlog
from fastapi import Depends, Request
from pydantic import BaseModel, ValidationError

from braid.kit import telemetry
from braid.kit.identity import bearer_token
from braid.kit.origin import origin_headers
from services.support_planning.domain.plan import CostedItem
from services.support_planning.uses_of_items import spend_item

log = structlog.get_logger(__name__)

LEDGER = "ledger"
#: Longest wait for an answer, in seconds; somebody is at the screen.
PATIENCE_S = 5.0


class PaymentTold(BaseModel):
    """What a fund pays for an item."""

    item_id: UUID
    fund_id: UUID
    stream: str
    starts_on: date
    ends_on: date
    pence: int
    is_done: bool


class LeftTold(BaseModel):
    """What a fund would have left."""

    fund_id: UUID
    stream: str
    left_pence: int


class LedgerCheck(BaseModel):
    """What the ledger tells of a plan; shortages are passed on as they are."""

    is_payable: bool
    is_payable_once_confirmed: bool
    awaiting: list[UUID]
    text: str
    needed_pence: int
    unpaid_pence: int
    payments: list[PaymentTold]
    once_confirmed: list[PaymentTold]
    left: list[LeftTold]
    shortages: list[dict[str, Any]]
    still_short: list[dict[str, Any]]


class CannotBeCheckedNow(Exception):
    """The ledger gave no answer."""


class NoBudget(Exception):
    """No budget is open for the person yet."""


class AskedByCaller:
    """Asks the ledger on behalf of one caller.

    Args:
        client: gives a client of the ledger.
        token: the caller's internal token.
    """

    def __init__(self, client: Callable[[], httpx.AsyncClient], token: str) -> None:
        self._client = client
        self._token = token

    async def check(
        self, person_id: UUID, items: Sequence[CostedItem], *, takes_effect_on: date | None = None
    ) -> LedgerCheck:
        """Ask whether a person's money pays for items; those that cost nothing are not asked about.

        Args:
            takes_effect_on: day on which they take the place of the plan in force; None where they are looked at alone.

        Raises:
            CannotBeCheckedNow: no answer in time, or not one that makes sense.
            NoBudget: none is open yet.
        """
        asked = {
            "items": [_asked(one) for one in items if one.pence],
            "takes_effect_on": takes_effect_on.isoformat() if takes_effect_on else None,
        }
        headers = {**origin_headers(), "authorization": f"Bearer {self._token}"}
        path = f"/v1/people/{person_id}/budget/plan-check"
        try:
            with telemetry.asking(LEDGER, "POST", headers):
                answer = await self._client().post(path, json=asked, headers=headers, timeout=PATIENCE_S)
        except httpx.HTTPError as error:
            log.warning("ledger_gave_no_answer", error=type(error).__name__)
            raise CannotBeCheckedNow from error
        if answer.status_code == httpx.codes.NOT_FOUND:
            raise NoBudget
        try:
            answer.raise_for_status()
            return LedgerCheck.model_validate_json(answer.content)
        except (httpx.HTTPStatusError, ValidationError) as error:
            log.warning("ledger_gave_no_answer", status=answer.status_code, error=type(error).__name__)
            raise CannotBeCheckedNow from error


def _asked(one: CostedItem) -> Mapping[str, Any]:
    return {
        "item_id": one.item.item_id,
        "text": one.item.text,
        "pence": one.pence,
        "cadence": one.cadence,
        "starts_on": one.span.starts_on.isoformat(),
        "ends_on": one.span.ends_on.isoformat(),
        "shares": dict(one.item.shares or {}),
        "other_uses": list(one.item.other_uses),
        **spend_item(one).model_dump(mode="json"),
    }


async def ledger(request: Request) -> AskedByCaller:
    """The ledger, asked with the token of this request."""
    peer: Callable[[str], httpx.AsyncClient] = request.app.state.peer
    return AskedByCaller(lambda: peer(LEDGER), bearer_token(request))


Ledger = Annotated[AskedByCaller, Depends(ledger)]
