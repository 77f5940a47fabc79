"""Files, payments and answers that come at the same time: each counts once, and no pound is spent twice."""

import asyncio
from datetime import timedelta
from uuid import uuid4

from services.ledger.domain import postings
from services.ledger.domain.chart_of_accounts import Account
from services.ledger.domain.postings import About, Part
from tests.ledger.spending.builders import FIRST_DAY
from tests.ledger.spending.desk import Desk, Line


async def test_one_file_sent_five_times_at_once_is_taken_in_once(desk: Desk) -> None:
    fund = await desk.award()
    await desk.pay_out(fund, 200_000)
    await desk.plan("Maria, my assistant", ["Maria Kowalska"], 1_000)
    lines = [Line(FIRST_DAY + timedelta(weeks=week), "Maria Kowalska", 1_000) for week in range(20)]

    taken = await asyncio.gather(*(desk.take_in(*lines) for _ in range(5)))

    assert sorted(one["new"] for one in taken) == [0, 0, 0, 0, 20]
    assert len(await desk.spends()) == 20
    assert await desk.balance(fund, Account.FUND_PAID) == 20_000


async def test_a_repeat_with_the_same_key_is_answered_from_the_first(desk: Desk) -> None:
    await desk.award()
    body, key = desk.file(Line(FIRST_DAY, "Bookmaker", 900)), str(uuid4())

    first = await desk.ask("POST", f"{desk.home}/spending-files", body, key=key)
    second = await desk.ask("POST", f"{desk.home}/spending-files", body, key=key)

    assert first.json() == second.json()
    assert second.headers["idempotency-replayed"] == "true"


async def test_what_a_payment_takes_in_the_meantime_a_spend_does_not_take_again(desk: Desk) -> None:
    fund = await desk.award(pence=10_000)
    await desk.plan("Maria, my assistant", ["Maria Kowalska"], 1_000)
    lines = [Line(FIRST_DAY + timedelta(weeks=week), "Maria Kowalska", 1_000) for week in range(10)]

    async def pay() -> None:
        about = About(uuid4(), desk.budget_id, FIRST_DAY, "Paid for the person", "care.personal")
        part = Part(fund, "adult_social_care", 600)
        await desk.ledger.post(postings.paid_to_provider(about, [part], source=Account.FUND_AVAILABLE))

    taken, *_ = await asyncio.gather(desk.take_in(*lines), *(pay() for _ in range(8)), return_exceptions=True)

    assert not isinstance(taken, BaseException)
    spends = await desk.spends()
    attributed = sum(spend["attributed_pence"] for spend in spends)
    asked = sum(query["pence"] for query in taken["queries"])
    assert attributed + asked == 10_000
    assert await desk.balance(fund, Account.FUND_AVAILABLE) >= 0
    assert await desk.balance(fund, Account.FUND_PAID) <= 10_000
    assert {query["kind"] for query in taken["queries"]} <= {"more_than_is_left"}


async def test_a_query_is_answered_once_however_many_answer(desk: Desk) -> None:
    fund = await desk.award()
    await desk.pay_out(fund, 50_000)
    item = await desk.plan("Gym", ["City Leisure"], 2_500, use="leisure.activity")
    (query,) = (await desk.take_in(Line(FIRST_DAY, "SUMUP 0042", 2_500)))["queries"]
    body = {"answer": "attribute", "on": "2009-07-15", "shares": [{"item_id": str(item), "pence": 2_500}]}
    path = f"{desk.home}/queries/{query['query_id']}/answer"

    answers = await asyncio.gather(*(desk.ask("POST", path, body) for _ in range(4)))

    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert await desk.balance(fund, Account.FUND_PAID) == 2_500
