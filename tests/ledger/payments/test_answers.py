"""What the bank answers: in part, late, twice, wrongly, or about something that we never sent."""

import asyncio
from datetime import date
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from services.ledger.journal_store import lock_period
from tests.ledger.bank_files.bank_answers import Booked, camt053
from tests.ledger.payments.payments_under_test import PaymentsUnderTest, told_as

PAIN_002 = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt>
<GrpHdr><MsgId>{answer}</MsgId><CreDtTm>2009-06-02T09:00:00</CreDtTm></GrpHdr>
<OrgnlGrpInfAndSts><OrgnlMsgId>{about}</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>{whole}
</OrgnlGrpInfAndSts>{batch}</CstmrPmtStsRpt></Document>"""


def a_report(about: str, *, whole: str = "", answer: str = "ANSWER-1", payments: dict[str, str] | None = None) -> bytes:
    """The bank's report: a word on the whole file, and on single payments."""
    told = "".join(
        f"<TxInfAndSts><OrgnlEndToEndId>{payment_id}</OrgnlEndToEndId><TxSts>{status}</TxSts>"
        + (f"<StsRsnInf><Rsn><Cd>{reason}</Cd></Rsn></StsRsnInf>" if reason else "")
        + "</TxInfAndSts>"
        for payment_id, said in (payments or {}).items()
        for status, _, reason in [said.partition(" ")]
    )
    batch = f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>{about}-1</OrgnlPmtInfId>{told}</OrgnlPmtInfAndSts>" if told else ""
    group = f"<GrpSts>{whole}</GrpSts>" if whole else ""
    return PAIN_002.format(answer=answer, about=about, whole=group, batch=batch).encode()


async def three_sent(payments: PaymentsUnderTest) -> tuple[dict[str, object], list[tuple[UUID, UUID, str]]]:
    """A run of three people that went to the bank; each with their fund, payee and end-to-end id."""
    people = [await payments.somebody_paid() for _ in range(3)]
    run = await payments.sent()
    ids = {item["person_id"]: told_as(item) for item in await payments.items(run)}
    return run, [(fund, payee, ids[str(person)]) for person, fund, payee in people]


async def test_what_the_bank_rejects_is_payable_again_once_its_account_is_changed_and_confirmed(
    payments: PaymentsUnderTest,
) -> None:
    """L22."""
    run, [(_, _, first), (fund, payee, closed), (_, _, third)] = await three_sent(payments)

    followed = await payments.tell(run, **{first: "paid", closed: "rejected AC04", third: "paid"})

    assert followed["counts"] == {"reject": 1, "settle": 2}
    assert (await payments.run(run))["items"] == {"rejected": 1, "settled": 2}
    (rejected,) = await payments.items(run, "rejected")
    assert rejected["reasons"] == [{"code": "AC04", "words": "AC04"}]
    assert (await payments.balances(fund))["fund.available"] == -1_040_000

    unchanged = await payments.checked(number=2)
    (held,) = await payments.items(unchanged, "held")
    assert [reason["code"] for reason in held["reasons"]] == ["account_refused_before"]

    version = await payments.change_account(payee, "66374958")
    changed = await payments.post(f"/payment-runs/{unchanged['run_id']}/check")
    (held,) = await payments.items(changed, "held")
    assert [reason["code"] for reason in held["reasons"]] == ["account_not_confirmed"]

    await payments.confirm(payee, version)
    confirmed = await payments.paid(number=2)
    assert confirmed["items"] == {"settled": 1}
    assert (await payments.balances(fund))["fund.advanced"] == -80_000


async def test_an_answer_in_part_settles_that_part_and_the_rest_when_it_comes(payments: PaymentsUnderTest) -> None:
    run, [(_, _, first), (_, _, second), (_, _, third)] = await three_sent(payments)

    await payments.tell(run, "in-part", **{first: "paid", second: "pending"})
    between = await payments.run(run)
    await payments.tell(run, "the-rest", **{second: "paid", third: "rejected AC01"})
    after = await payments.run(run)

    assert (between["state"], between["items"]) == ("sent", {"going": 2, "settled": 1})
    assert (after["state"], after["items"]) == ("done", {"rejected": 1, "settled": 2})


async def test_an_answer_told_again_changes_nothing(payments: PaymentsUnderTest) -> None:
    run, [(fund, _, first), (_, _, second), (_, _, third)] = await three_sent(payments)
    told = {first: "paid", second: "rejected AC04", third: "paid"}
    await payments.tell(run, **told)
    before = await payments.balances(fund), await payments.run(run), await payments.ledger.proof()

    again = await payments.tell(run, **told)

    assert again["counts"] == {"known_already": 3}
    assert (await payments.balances(fund), await payments.run(run), await payments.ledger.proof()) == before


async def test_the_same_answer_told_by_several_at_once_is_followed_once(payments: PaymentsUnderTest) -> None:
    run, [(fund, _, first), *_] = await three_sent(payments)

    told = await asyncio.gather(*(payments.tell(run, f"answer-{n}", **{first: "paid"}) for n in range(4)))

    assert sorted(next(iter(each["counts"])) for each in told) == ["known_already"] * 3 + ["settle"]
    assert (await payments.balances(fund))["fund.advanced"] == -80_000


async def test_a_payment_that_comes_back_late_is_payable_again_with_its_account_changed(
    payments: PaymentsUnderTest,
) -> None:
    run, [(fund, payee, late), *_] = await three_sent(payments)
    await payments.post(f"/payment-runs/{run['run_id']}/finish")
    assert (await payments.balances(fund))["fund.advanced"] == -80_000

    followed = await payments.tell(run, "return", **{late: "rejected AC06"})

    assert followed["counts"] == {"return": 1}
    balances = await payments.balances(fund)
    assert (balances["fund.available"], balances.get("fund.advanced", 0)) == (-1_040_000, 0)
    await payments.confirm(payee, await payments.change_account(payee, "66374958"))
    again = await payments.paid(number=2)
    assert again["items"] == {"settled": 1}
    assert (await payments.balances(fund))["fund.advanced"] == -80_000
    assert (await payments.ledger.proof()).holds


async def test_what_we_never_sent_is_told_and_touches_nothing(payments: PaymentsUnderTest) -> None:
    run, [(fund, _, first), *_] = await three_sent(payments)
    before = await payments.balances(fund)
    strange = uuid4().hex

    followed = await payments.tell(run, **{f"p{strange}": "paid", "pNOT OURS": "rejected AC01"})

    assert followed["for_a_person"] == {strange: "unknown_payment", "NOT OURS": "unknown_payment"}
    assert await payments.balances(fund) == before
    assert first in {told_as(item) for item in await payments.items(run, "going")}


async def test_another_sum_than_was_sent_is_told_and_not_settled(payments: PaymentsUnderTest) -> None:
    run, [(_, _, first), *_] = await three_sent(payments)
    told = {"end_to_end_id": first.removeprefix("p"), "word": "paid", "pence": 79_999}

    followed = await payments.post(
        f"/payment-runs/{run['run_id']}/results", {"answer_id": "other sum", "payments": [told]}
    )

    assert list(followed["for_a_person"].values()) == ["other_amount"]
    assert (await payments.run(run))["items"] == {"going": 3}


async def test_paid_after_rejected_is_for_a_person(payments: PaymentsUnderTest) -> None:
    run, [(_, _, first), *_] = await three_sent(payments)
    await payments.tell(run, **{first: "rejected AC04"})

    followed = await payments.tell(run, "later", **{first: "paid"})

    assert list(followed["for_a_person"].values()) == ["contradicts"]


async def test_what_the_bank_says_nothing_about_is_taken_as_paid_after_its_day(payments: PaymentsUnderTest) -> None:
    run, [(_, _, first), *_] = await three_sent(payments)
    await payments.tell(run, **{first: "rejected AC04"})

    followed = await payments.post(f"/payment-runs/{run['run_id']}/finish")

    assert followed["counts"] == {"settle": 2}
    assert (await payments.run(run))["items"] == {"rejected": 1, "settled": 2}


async def test_a_run_is_not_taken_as_paid_before_the_banks_day_is_over(payments: PaymentsUnderTest) -> None:
    await payments.somebody_paid()
    run = await payments.sent(pay_on="2099-06-01")

    assert (await payments.refused(f"/payment-runs/{run['run_id']}/finish"))[:2] == (409, "too-early")


async def test_an_answer_before_anybody_told_that_the_file_was_sent_shows_that_it_was(
    payments: PaymentsUnderTest,
) -> None:
    await payments.somebody_paid()
    run = await payments.filed()
    (item,) = await payments.items(run)

    await payments.tell(run, **{told_as(item): "paid"})

    after = await payments.run(run)
    assert after["state"] == "done"
    assert [step["step"] for step in after["steps"]][-2:] == ["send", "finish"]


async def test_an_answer_about_a_run_without_a_file_is_for_a_person(payments: PaymentsUnderTest) -> None:
    await payments.somebody_paid()
    run = await payments.approved()
    (item,) = await payments.items(run)

    followed = await payments.tell(run, **{told_as(item): "paid"})

    assert list(followed["for_a_person"].values()) == ["not_in_the_file"]


async def take(payments: PaymentsUnderTest, report: bytes) -> dict[str, object]:
    answer = await payments.ask("POST", "/payment-status-reports", report)
    assert answer.status_code == 200, answer.text
    told: dict[str, object] = answer.json()
    return told


async def test_a_banks_report_is_taken_in_as_it_came(payments: PaymentsUnderTest) -> None:
    run, [(_, _, first), (_, _, second), (_, _, third)] = await three_sent(payments)
    ids = [each.removeprefix("p") for each in (first, second, third)]
    report = a_report(str(run["message_id"]), payments=dict(zip(ids, ("ACSC", "RJCT AC04", "ACSC"), strict=True)))

    followed = await take(payments, report)
    again = await take(payments, report)

    assert followed["counts"] == {"reject": 1, "settle": 2}
    assert again["counts"] == {"known_already": 3}
    (rejected,) = await payments.items(run, "rejected")
    assert rejected["reasons"] == [{"code": "AC04", "words": "The account is closed."}]


@pytest.mark.parametrize(
    ("whole", "items"),
    [("ACSC", {"settled": 3}), ("RJCT", {"rejected": 3}), ("ACCP", {"going": 3})],
)
async def test_a_word_about_the_whole_file_is_one_about_each_payment(
    payments: PaymentsUnderTest, whole: str, items: dict[str, int]
) -> None:
    run, _ = await three_sent(payments)

    await take(payments, a_report(str(run["message_id"]), whole=whole))

    assert (await payments.run(run))["items"] == items


async def test_a_file_rejected_as_a_whole_says_nothing_about_the_accounts_in_it(payments: PaymentsUnderTest) -> None:
    run, _ = await three_sent(payments)
    await take(payments, a_report(str(run["message_id"]), whole="RJCT"))

    again = await payments.paid(number=2)

    assert again["items"] == {"settled": 3}


async def test_a_report_about_somebody_elses_file_does_nothing(payments: PaymentsUnderTest) -> None:
    run, [(_, _, first), *_] = await three_sent(payments)

    followed = await take(payments, a_report("NOT-OURS", payments={first.removeprefix("p"): "ACSC"}))

    assert followed["run_id"] is None
    assert (await payments.run(run))["items"] == {"going": 3}


@pytest.mark.parametrize("cut", [0, 40, 400])
async def test_half_a_report_is_refused_whole(payments: PaymentsUnderTest, cut: int) -> None:
    run, [(_, _, first), *_] = await three_sent(payments)
    report = a_report(str(run["message_id"]), payments={first.removeprefix("p"): "ACSC"})

    answer = await payments.ask("POST", "/payment-status-reports", report[:cut])

    assert answer.status_code == 422
    assert (await payments.run(run))["items"] == {"going": 3}


async def test_what_the_bank_did_is_dated_on_the_first_open_day_when_the_books_were_closed_meanwhile(
    payments: PaymentsUnderTest,
) -> None:
    await payments.somebody_paid()
    run = await payments.sent()
    await close_books(payments, date(2009, 6, 30))

    followed = await payments.post(f"/payment-runs/{run['run_id']}/finish")

    assert followed["counts"] == {"settle": 1}
    async with payments.ledger.as_app() as db:
        rows = await db.fetch("SELECT kind, value_date FROM journal_entry WHERE kind <> 'award' ORDER BY sequence")
    assert [tuple(row) for row in rows] == [("commitment", date(2009, 6, 1)), ("payment", date(2009, 7, 1))]


async def test_what_the_journal_does_not_take_is_for_a_person_and_is_settled_when_it_is_told_again(
    payments: PaymentsUnderTest,
) -> None:
    run, [(fund, _, first), *_] = await three_sent(payments)
    await close_account(payments, fund, closes=True)

    refused = await payments.tell(run, **{first: "paid"})
    between = await payments.run(run)
    await close_account(payments, fund, closes=False)
    again = await payments.tell(run, **{first: "paid"})

    assert list(refused["for_a_person"].values()) == ["not_posted"]
    assert between["items"] == {"going": 3}
    assert again["counts"] == {"settle": 1}
    assert (await payments.balances(fund))["fund.advanced"] == -80_000


async def close_account(payments: PaymentsUnderTest, fund: UUID, *, closes: bool) -> None:
    query = "SELECT close_account(account_id, :closes) FROM account WHERE fund_id = :fund AND code = 'fund.committed'"
    async with payments.work() as work:
        await work.session.execute(text(query), {"fund": fund, "closes": closes})
        await work.commit()


async def close_books(payments: PaymentsUnderTest, until: date) -> None:
    async with payments.work() as work:
        await lock_period(work, until, by="officer", reason="Closed")
        await work.commit()


async def test_an_entry_of_a_payment_is_not_reversed_by_itself_and_the_banks_answer_takes_it_back(
    payments: PaymentsUnderTest,
) -> None:
    person, fund, _ = await payments.somebody_paid()
    run = await payments.paid()
    entries = (await payments.get(f"/people/{person}/budget/entries?kind=payment"))["entries"]
    before = await payments.balances(fund)

    status, kind, detail = await payments.refused(f"/entries/{entries[0]['entry_id']}/reversal", {"reason": "A slip"})
    assert (status, kind) == (409, "entry-kept-elsewhere")
    assert "/results" in detail
    assert await payments.balances(fund) == before

    (item,) = await payments.items(run)
    followed = await payments.tell(run, "later", **{told_as(item): "rejected AC04"})
    assert followed["counts"] == {"return": 1}
    assert (await payments.balances(fund))["fund.available"] == -1_040_000


def a_statement(*lines: Booked) -> bytes:
    return camt053(lines)


def back(payment_id: str, pence: int = 80_000, reason: str = "AC04") -> Booked:
    """Money in, under the id of a payment of ours."""
    more = (
        f"<TxDtls><Refs><EndToEndId>{payment_id}</EndToEndId></Refs>"
        f"<RtrInf><Rsn><Cd>{reason}</Cd></Rsn></RtrInf></TxDtls>"
    )
    return Booked(pence, "2009-06-09", reference="R1", more=more)


async def test_a_payment_that_the_councils_statement_shows_coming_back_is_due_again(
    payments: PaymentsUnderTest,
) -> None:
    person, fund, _ = await payments.somebody_paid()
    run = await payments.paid()
    (item,) = await payments.items(run)
    statement = a_statement(back(told_as(item)[1:]), Booked(12_345, "2009-06-09", reference="R2"))

    first, again = [await payments.ask("POST", "/payment-account-statements", statement) for _ in range(2)]

    assert (first.status_code, first.json()["counts"]) == (200, {"return": 1})
    assert again.json()["counts"] == {"known_already": 1}
    (returned,) = await payments.items(run, "returned")
    assert returned["reasons"][0]["code"] == "AC04"
    assert (await payments.balances(fund)) == {"fund.available": -1_040_000, "funder.receivable": 1_040_000}
    assert (await payments.get(f"/people/{person}/payments"))["payments"][0]["status"] == "open"


async def test_another_sum_than_was_paid_coming_back_is_for_a_person(payments: PaymentsUnderTest) -> None:
    _, fund, _ = await payments.somebody_paid()
    run = await payments.paid()
    (item,) = await payments.items(run)

    told = await payments.ask("POST", "/payment-account-statements", a_statement(back(told_as(item)[1:], 79_999)))

    assert list(told.json()["for_a_person"].values()) == ["other_amount"]
    assert (await payments.balances(fund))["fund.advanced"] == -80_000


async def test_half_a_statement_is_refused_whole(payments: PaymentsUnderTest) -> None:
    answer = await payments.ask("POST", "/payment-account-statements", a_statement(back("x"))[:400])

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
