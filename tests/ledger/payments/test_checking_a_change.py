"""A plan that is looked at in place of the one in force, while payment runs pay that one out."""

from typing import Any
from uuid import UUID, uuid4

from braid.kit.identity import Role
from tests.ledger.payments.payments_under_test import PaymentsUnderTest
from tests.ledger.payments.plans import ENDS_ON, PlansOf, an_item

#: In the middle of the four weeks that were paid first, and after them.
WITHIN, AFTER = "2009-06-15", "2009-06-29"


async def checked(payments: PaymentsUnderTest, person: UUID, item: dict[str, Any], on: str) -> Any:
    """The check of a plan with one item, instead of all that is in force."""
    told = {name: item[name] for name in ("item_id", "pence", "cadence", "ends_on", "use")}
    asked = {**told, "text": "Help", "starts_on": item["starts_on"], "relation": "not_related"}
    body = {"items": [asked], "takes_effect_on": on}
    return await payments.post(f"/people/{person}/budget/plan-check", body, role=Role.PRACTITIONER)


async def paid_four_weeks(payments: PaymentsUnderTest, item: dict[str, Any]) -> PlansOf:
    """A person whose award is to the penny what their plan needs, its first four weeks paid out."""
    plans = PlansOf(payments, uuid4())
    await payments.a_fund(plans.person, amount_pence=520_000)
    await payments.a_payee(plans.person)
    await plans.hear(plans.a_plan(item))
    await payments.paid()
    return plans


async def test_a_plan_that_goes_on_as_it_is_is_payable_after_some_of_it_was_paid_out(
    payments: PaymentsUnderTest,
) -> None:
    item = an_item(10_000)
    plans = await paid_four_weeks(payments, item)

    for on in (WITHIN, AFTER):
        told = await checked(payments, plans.person, item, on)
        assert (told["is_payable"], told["needed_pence"]) == (True, 48 * 10_000), told["text"]


async def test_what_was_paid_out_for_days_after_the_change_pays_for_the_same_item_then(
    payments: PaymentsUnderTest,
) -> None:
    item = an_item(10_000)
    plans = await paid_four_weeks(payments, item)

    dearer = await checked(payments, plans.person, {**item, "pence": 10_001}, WITHIN)

    # Two weeks at the old price were for before; the other two lack a penny each, as all weeks after them do.
    assert (dearer["is_payable"], dearer["unpaid_pence"]) == (False, 50)


async def test_what_was_paid_out_for_another_item_pays_for_nothing_of_the_new_plan(
    payments: PaymentsUnderTest,
) -> None:
    plans = await paid_four_weeks(payments, an_item(10_000))
    other = an_item(10_000, starts_on=WITHIN)

    within = await checked(payments, plans.person, other, WITHIN)
    after = await checked(payments, plans.person, {**other, "starts_on": AFTER}, AFTER)

    assert (within["unpaid_pence"], after["unpaid_pence"]) == (2 * 10_000, 0)
    assert other["ends_on"] == ENDS_ON.isoformat()
