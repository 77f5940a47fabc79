"""Recoveries over HTTP and journal: two people, notice, appeal, instalments, and every penny where it belongs."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from braid.kit.identity import Role
from tests.ledger.builders import Stream
from tests.ledger.payments.payments_under_test import PaymentsUnderTest

PLAN = {
    "pence": 40_000,
    "instalments": 4,
    "every": "month",
    "notice_on": "2010-06-01",
    "reply_by": "2010-06-29",
    "first_due_on": "2010-07-01",
    "reason": "Paid for days after the award ended",
}


async def proposed(payments: PaymentsUnderTest) -> tuple[UUID, UUID, Any]:
    """Somebody was paid eight hundred pounds, and four hundred are to be asked back."""
    person, fund, _ = await payments.somebody_paid()
    await payments.paid()
    recovery = await payments.post(f"/people/{person}/recoveries", {**PLAN, "fund_id": str(fund)}, by="author")
    return person, fund, recovery


async def decided(payments: PaymentsUnderTest) -> tuple[UUID, UUID, str]:
    person, fund, recovery = await proposed(payments)
    path = f"/recoveries/{recovery['recovery_id']}"
    await payments.post(f"{path}/decision", {"on": "2010-06-01"}, by="approver", role=Role.APPROVER)
    return person, fund, path


async def test_nothing_is_owed_before_a_second_person_has_decided(payments: PaymentsUnderTest) -> None:
    _, fund, recovery = await proposed(payments)
    before = await payments.balances(fund)
    path = f"/recoveries/{recovery['recovery_id']}/decision"

    refused = await payments.refused(path, {"on": "2010-06-01"}, by="author")

    assert (recovery["owed_pence"], recovery["instalments"]) == (0, [])
    assert refused[:2] == (403, "same-person")
    assert await payments.balances(fund) == before


async def test_while_an_appeal_is_open_no_instalment_falls_due(payments: PaymentsUnderTest) -> None:
    """L29."""
    person, _, path = await decided(payments)

    appealed = await payments.post(f"{path}/appeal", {"on": "2010-06-10", "reason": "It was spent on care"})
    heard = await payments.post(
        f"{path}/appeal/outcome", {"on": "2010-07-10", "let_off_pence": 0, "reason": "No receipts"}
    )

    assert (appealed["state"], appealed["instalments"]) == ("appealed", [])
    assert [(each["pence"], each["due_on"]) for each in heard["instalments"]] == [
        (10_000, "2010-07-31"),
        (10_000, "2010-08-31"),
        (10_000, "2010-10-01"),
        (10_000, "2010-10-31"),
    ]
    own = await payments.get(f"/people/{person}/recoveries", role=Role.BUDGET_HOLDER, person_id=person)
    assert own["recoveries"] == [heard]


async def test_what_comes_back_and_what_is_let_off_end_it_and_the_journal_says_so(payments: PaymentsUnderTest) -> None:
    _, fund, path = await decided(payments)
    owed = await payments.balances(fund)

    await payments.post(f"{path}/receipts", {"on": "2010-07-01", "pence": 10_000, "reference": "Standing order"})
    ended = await payments.post(f"{path}/write-off", {"on": "2010-08-01", "pence": 30_000, "reason": "Hardship"})

    assert (owed["person.recovery_receivable"], owed["fund.recovered"], owed["fund.advanced"]) == (
        40_000,
        -40_000,
        -40_000,
    )
    assert (ended["state"], ended["owed_pence"]) == ("ended", 0)
    balances = await payments.balances(fund)
    assert "person.recovery_receivable" not in balances
    assert (balances["fund.recovered"], balances["fund.advanced"]) == (-10_000, -70_000)
    assert balances["council.bank"] == -80_000 + 10_000
    assert (await payments.ledger.proof()).holds


async def test_an_appeal_that_is_upheld_takes_it_off_the_debt(payments: PaymentsUnderTest) -> None:
    _, fund, path = await decided(payments)
    await payments.post(f"{path}/appeal", {"on": "2010-06-10", "reason": "It was spent on care"})

    heard = await payments.post(
        f"{path}/appeal/outcome", {"on": "2010-06-20", "let_off_pence": 40_000, "reason": "It was"}
    )

    assert (heard["state"], heard["instalments"]) == ("ended", [])
    assert (await payments.balances(fund))["fund.advanced"] == -80_000


async def test_no_more_is_asked_back_than_was_paid_out(payments: PaymentsUnderTest) -> None:
    person, fund, _ = await proposed(payments)
    more = await payments.post(
        f"/people/{person}/recoveries", {**PLAN, "pence": 80_001, "fund_id": str(fund)}, by="author"
    )

    refused = await payments.refused(f"/recoveries/{more['recovery_id']}/decision", {"on": "2010-06-01"}, by="approver")

    assert refused[:2] == (409, "recovery-not-posted")


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("receipts", {"on": "2010-07-01", "pence": 40_001, "reference": "Too much"}, 422),
        ("write-off", {"on": "2010-07-01", "pence": 1, "reason": ""}, 422),
        ("decision", {"on": "2010-06-01"}, 409),
        ("appeal/outcome", {"on": "2010-06-01", "let_off_pence": 0, "reason": "None was open"}, 409),
    ],
)
async def test_what_is_against_the_rules_changes_nothing(
    payments: PaymentsUnderTest, path: str, body: dict[str, Any], status: int
) -> None:
    _, fund, recovery = await decided(payments)
    before = await payments.balances(fund)

    refused = await payments.refused(f"{recovery}/{path}", body, by="approver")

    assert refused[0] == status
    assert await payments.balances(fund) == before


async def test_a_plan_without_notice_is_refused(payments: PaymentsUnderTest) -> None:
    person, fund, _ = await payments.somebody_paid()

    refused = await payments.refused(
        f"/people/{person}/recoveries", {**PLAN, "fund_id": str(fund), "reply_by": "2010-07-01"}
    )

    assert refused[:2] == (422, "recovery-refused")


async def test_another_persons_recoveries_are_not_theirs_to_see(payments: PaymentsUnderTest) -> None:
    person, _, _ = await proposed(payments)
    other, _, _ = await payments.somebody_paid()

    answer = await payments.ask("GET", f"/people/{person}/recoveries", role=Role.BUDGET_HOLDER, person_id=other)

    assert answer.status_code == 404


async def test_a_year_ends_with_what_its_rule_carries_over(payments: PaymentsUnderTest) -> None:
    """L25: eight weeks of two hundred pounds stay, and the rest is for decision."""
    person = uuid4()
    old, new = await two_years(payments, person, Stream.ADULT_SOCIAL_CARE)
    body = {"fund_id": str(old), "next_fund_id": str(new), "pence_per_week": 20_000}

    ended = await payments.post(f"/people/{person}/year-ends", body)
    again = await payments.refused(f"/people/{person}/year-ends", body)

    assert (ended["carried_over_pence"], ended["recoverable_pence"]) == (160_000, 40_000)
    assert again[:2] == (409, "carry-over-not-posted")
    assert (await payments.balances(old))["fund.available"] == -40_000
    assert (await payments.balances(new))["fund.available"] == -1_200_000


async def test_nothing_is_carried_over_where_no_rule_says_so(payments: PaymentsUnderTest) -> None:
    """L25, the Independent Living Fund."""
    person = uuid4()
    old, new = await two_years(payments, person, Stream.INDEPENDENT_LIVING_FUND)

    ended = await payments.post(
        f"/people/{person}/year-ends", {"fund_id": str(old), "next_fund_id": str(new), "pence_per_week": 20_000}
    )

    assert (ended["carried_over_pence"], ended["recoverable_pence"]) == (0, 200_000)
    assert (await payments.balances(old))["fund.available"] == -200_000


async def two_years(payments: PaymentsUnderTest, person: UUID, stream: Stream) -> tuple[UUID, UUID]:
    """Two thousand pounds left of one year's award, and the next year's."""
    old = await payments.a_fund(person, stream=stream, amount_pence=200_000)
    new = await payments.a_fund(
        person,
        stream=stream,
        starts_on=date(2010, 5, 31),
        ends_on=date(2011, 5, 29),
        others={"award_id": uuid4()},
        not_before=(old,),
    )
    return old, new


async def test_an_entry_of_a_recovery_is_not_reversed_by_itself(payments: PaymentsUnderTest) -> None:
    person, _, _ = await decided(payments)
    (entry,) = (await payments.get(f"/people/{person}/budget/entries?kind=recovery"))["entries"]

    refused = await payments.refused(f"/entries/{entry['entry_id']}/reversal", {"reason": "A slip"})

    assert refused[:2] == (409, "entry-kept-elsewhere")
    assert "/write-off" in refused[2]
