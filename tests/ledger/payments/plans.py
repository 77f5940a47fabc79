"""Approved plans as support planning tells of them, for payments to follow."""

from collections.abc import Mapping, Sequence
from datetime import date
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

from braid.contracts.plan import HoldingChanged, PlanApproved
from tests.ledger.payments.payments_under_test import PaymentsUnderTest

#: Monday, in the first four weeks of an award that begins on 1 June 2009.
STARTS_ON, ENDS_ON = date(2009, 6, 1), date(2010, 5, 30)
MINE, TRUST, AGENCY, COUNCIL = "mine", "trust", "agency", "council"


def a_holding(name: str, *, is_ready: bool = True, lacks: Sequence[str] = ("agreement",)) -> dict[str, Any]:
    """Money that is held in a way, by the name that the plans of these tests have for it."""
    way, holder = {
        MINE: ("direct_payment", None),
        TRUST: ("trust", "trust-7"),
        AGENCY: ("provider_account", "agency-1"),
        COUNCIL: ("council_managed", None),
    }[name]
    return {
        "holding_id": name,
        "way": way,
        "payroll_by": "nobody_is_employed",
        "is_ready": is_ready,
        "holder_reference": holder,
        "still_to_sign": [] if is_ready else list(lacks),
    }


def an_item(pence: int = 10_000, held: Mapping[str, int] | str = MINE, **told: Any) -> dict[str, Any]:
    """Something that is due each week, all of it held in one way unless told."""
    parts = {held: pence} if isinstance(held, str) else held
    return {
        "item_id": str(uuid4()),
        "label": "Personal care",
        "pence": pence,
        "cadence": "weekly",
        "starts_on": STARTS_ON.isoformat(),
        "ends_on": ENDS_ON.isoformat(),
        "use": "care.personal",
        "relation": None,
        "same_household": None,
        "recorded_decisions": [],
        "circumstances": [],
        "shares": [],
        "held": [{"holding_id": holding, "pence": part} for holding, part in parts.items()],
        **told,
    }


def plans_at(council: str, person: UUID) -> "PlansOf":
    """A person's plans for those who tell of them alone: nothing is asked of the ledger."""
    return PlansOf(SimpleNamespace(ledger=SimpleNamespace(council=council)), person)  # type: ignore[arg-type]


class PlansOf:
    """One person's plans at one council.

    Args:
        payments: the council's payments.
        person: whose plans they are.
    """

    def __init__(self, payments: PaymentsUnderTest, person: UUID) -> None:
        self._payments = payments
        self.person = person
        self.told: list[PlanApproved | HoldingChanged] = []
        self._changes = 0

    async def hear(self, *events: PlanApproved | HoldingChanged) -> None:
        """Have the ledger handle events, each in a transaction of its own."""
        for event in events:
            async with self._payments.work() as work:
                await self._payments.ledger.runtime.definition.handlers[event.TYPE](event, work)
                await work.commit()

    def a_plan(
        self,
        *items: Mapping[str, Any],
        holdings: Sequence[Mapping[str, Any]] = (),
        approved_on: date = STARTS_ON,
        effective_from: date = STARTS_ON,
        **told: Any,
    ) -> PlanApproved:
        """A plan that was approved; its money is a direct payment unless told."""
        return PlanApproved.model_validate(
            {
                "person_id": self.person,
                "council": self._payments.ledger.council,
                "plan_id": uuid4(),
                "version": 3,
                "approved_on": approved_on,
                "effective_from": effective_from,
                "starts_on": STARTS_ON,
                "ends_on": ENDS_ON,
                "total_pence": 0,
                "items": items,
                "ended_items": [],
                "holdings": holdings or [a_holding(MINE)],
                **told,
            }
        )

    def a_change(
        self,
        plan: PlanApproved,
        held: Mapping[str, Mapping[str, int]],
        *holdings: Mapping[str, Any],
        effective_from: date = STARTS_ON,
        number: int | None = None,
    ) -> HoldingChanged:
        """A change of how a plan's money is held; an item that is not told keeps what it has."""
        self._changes += 1
        before = {str(item.item_id): {part.holding_id: part.pence for part in item.held} for item in plan.items}
        return HoldingChanged.model_validate(
            {
                "person_id": self.person,
                "council": plan.council,
                "plan_id": plan.plan_id,
                "effective_from": effective_from,
                "holdings": holdings,
                "held": [
                    {"item_id": item_id, "parts": [{"holding_id": name, "pence": part} for name, part in parts.items()]}
                    for item_id, parts in {**before, **held}.items()
                ],
                "number": number or self._changes,
            }
        )

    async def schedules(self) -> list[Any]:
        """The latest version of each schedule."""
        found = (await self._payments.get(f"/people/{self.person}/payment-schedules"))["schedules"]
        latest = {one["schedule_id"]: one for one in reversed(found)}
        return list(latest.values())

    async def due(self, payee: UUID | None = None) -> list[tuple[str, int, str]]:
        """Day, sum and status of what is or was due, of one payee or of all; nothing that was withdrawn."""
        async with self._payments.ledger.as_app() as db:
            rows = await db.fetch("SELECT due_id, payee_id FROM payment_due")
        payee_of = {str(row["due_id"]): row["payee_id"] for row in rows}
        return [
            (one["due_on"], one["gross_pence"] - one["kept_pence"], one["status"])
            for one in (await self._payments.get(f"/people/{self.person}/payments"))["payments"]
            if one["status"] != "withdrawn" and payee in (None, payee_of[one["due_id"]])
        ]

    async def missing(self) -> dict[str, str]:
        """What is missing for paying: code and words."""
        found = (await self._payments.get(f"/people/{self.person}/payment-matters"))["matters"]
        return {one["code"]: one["words"] for one in found}
