"""Payments posted for days outside an award: of money put aside for a day that the award had then, and of no other."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.ledger.api.entries_asked import a_leg
from tests.ledger.spending.desk import Desk

SHORTENED_TO = date(2010, 3, 28)


def an_entry(desk: Desk, fund: UUID, kind: str, on: str, subject_id: str, **others: Any) -> dict[str, Any]:
    """Money put aside, or paid of what is, on a day."""
    committed, paid = ("fund.committed", "fund.paid") if kind == "payment" else ("fund.available", "fund.committed")
    legs = [a_leg(fund, committed, 5_000), a_leg(fund, paid, -5_000)]
    if kind == "payment":
        legs += [a_leg(None, "council.payments_control", 5_000), a_leg(None, "council.bank", -5_000)]
    return {
        "entry_id": str(uuid4()),
        "kind": kind,
        "value_date": on,
        "budget_id": str(desk.budget_id),
        "use": "leisure.activity",
        "reason": "Invoice 7",
        "subject_id": subject_id,
        "legs": legs,
        **others,
    }


async def outcome(desk: Desk, entry: dict[str, Any]) -> str:
    answer = await desk.ask("POST", "/v1/entries", entry)
    told = answer.json()
    return str(told["outcome"]) if answer.is_success else str(told["errors"][0]["name"])


@pytest.mark.parametrize(
    ("on", "told"), [("2009-05-31", "before_award"), ("2010-05-30", "posted"), ("2010-05-31", "after_award_end")]
)
async def test_what_is_put_aside_is_not_paid_for_a_day_that_the_award_never_had(desk: Desk, on: str, told: str) -> None:
    fund, held = await desk.award(pence=520_000), str(uuid4())
    assert await outcome(desk, an_entry(desk, fund, "commitment", "2010-05-01", held)) == "posted"

    paid = an_entry(desk, fund, "payment", on, held)

    assert await outcome(desk, paid) == told
    batch = await desk.ask("POST", "/v1/entries:batch", {"entries": [paid]})
    (answer,) = batch.json()["answers"]
    assert (answer["refusal"] or {"code": "posted"})["code"] == told


async def test_what_was_put_aside_in_time_is_paid_for_its_day_after_the_award_was_shortened(desk: Desk) -> None:
    fund, in_time, too_late = await desk.award(pence=520_000), str(uuid4()), str(uuid4())
    await outcome(desk, an_entry(desk, fund, "commitment", "2010-05-01", in_time))
    await desk.award(pence=520_000, version=2, ends_on=SHORTENED_TO)
    await outcome(desk, an_entry(desk, fund, "commitment", "2010-03-01", too_late))

    assert await outcome(desk, an_entry(desk, fund, "payment", "2010-05-31", in_time)) == "after_award_end"
    assert await outcome(desk, an_entry(desk, fund, "payment", "2010-05-01", too_late)) == "after_award_end"
    paid = an_entry(desk, fund, "payment", "2010-05-01", in_time)
    assert [await outcome(desk, paid), await outcome(desk, paid)] == ["posted", "replayed"]


async def test_a_late_payment_in_a_linked_group_takes_its_neighbours_along(desk: Desk) -> None:
    fund, held = await desk.award(pence=520_000), str(uuid4())
    await outcome(desk, an_entry(desk, fund, "commitment", "2010-05-01", held))
    entries = [
        an_entry(desk, fund, "commitment", "2010-05-01", str(uuid4()), linked=1),
        an_entry(desk, fund, "payment", "2010-06-01", held, linked=1),
        an_entry(desk, fund, "commitment", "2010-05-01", str(uuid4())),
    ]

    answers = (await desk.ask("POST", "/v1/entries:batch", {"entries": entries})).json()["answers"]

    codes = [(one["refusal"] or {"code": one["outcome"]})["code"] for one in answers]
    assert codes == ["linked_refused", "after_award_end", "posted"]
