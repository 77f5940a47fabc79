"""Posting entries over HTTP, one or many: each answered by itself, each once."""

from typing import Any
from uuid import uuid4

import pytest

from braid.kit.identity import Role
from services.ledger.domain.chart_of_accounts import Account
from tests.ledger.api.entries_asked import a_leg, a_spend, unbalanced
from tests.ledger.builders import ASC, ILF, Stream
from tests.ledger.spending.desk import Desk


async def batch(desk: Desk, *entries: Any) -> list[Any]:
    answer = await desk.ask("POST", "/v1/entries:batch", {"entries": list(entries)})
    assert answer.status_code == 200, answer.text
    answers: list[Any] = answer.json()["answers"]
    return answers


def outcomes(answers: list[Any]) -> list[str]:
    return [one["refusal"]["code"] if one["refusal"] else one["outcome"] for one in answers]


async def test_an_entry_is_posted_once_however_often_it_is_sent(desk: Desk) -> None:
    fund = await desk.award(pence=520_000)
    entry = a_spend(desk, fund, 5_000)

    first, second = [await desk.ask("POST", "/v1/entries", entry) for _ in range(2)]

    assert (first.status_code, first.json()["outcome"]) == (201, "posted")
    assert (second.status_code, second.json()["outcome"]) == (200, "replayed")
    assert first.json()["sequence"] == second.json()["sequence"]
    assert await desk.balance(fund, Account.FUND_PAID) == 5_000


async def test_an_id_stands_for_one_entry(desk: Desk) -> None:
    fund = await desk.award(pence=520_000)
    entry = a_spend(desk, fund, 5_000)
    await desk.ask("POST", "/v1/entries", entry)

    other = await desk.ask("POST", "/v1/entries", a_spend(desk, fund, 5_001, entry_id=entry["entry_id"]))

    assert other.status_code == 409
    assert other.json()["errors"][0]["name"] == "id_used_for_something_else"
    assert await desk.balance(fund, Account.FUND_PAID) == 5_000


async def test_a_refused_id_may_be_used_again(desk: Desk) -> None:
    fund = await desk.award(pence=1_000)
    entry_id = str(uuid4())

    refused = await desk.ask("POST", "/v1/entries", a_spend(desk, fund, 1_500, entry_id=entry_id))
    posted = await desk.ask("POST", "/v1/entries", a_spend(desk, fund, 500, entry_id=entry_id))

    assert (refused.status_code, posted.status_code) == (409, 201)


async def test_a_batch_posts_what_is_good_and_tells_of_each_other_why_not(desk: Desk) -> None:
    """L7."""
    fund = await desk.award(pence=520_000)

    answers = await batch(desk, a_spend(desk, fund, 100), unbalanced(desk, fund), a_spend(desk, fund, 200))

    assert outcomes(answers) == ["posted", "unbalanced", "posted"]
    assert answers[1]["refusal"]["text"] == "What is debited and what is credited differ."
    assert await desk.balance(fund, Account.FUND_PAID) == 300


async def test_entries_that_are_linked_are_posted_all_or_none(desk: Desk) -> None:
    """L8."""
    fund = await desk.award(pence=520_000)
    group = [a_spend(desk, fund, 100), unbalanced(desk, fund), a_spend(desk, fund, 200)]

    answers = await batch(desk, *({**entry, "linked": 1} for entry in group), a_spend(desk, fund, 50))

    assert outcomes(answers) == ["linked_refused", "unbalanced", "linked_refused", "posted"]
    assert await desk.balance(fund, Account.FUND_PAID) == 50


async def test_an_entry_that_cannot_be_read_takes_those_it_is_linked_with_along_and_no_others(desk: Desk) -> None:
    fund = await desk.award(pence=520_000)
    unreadable = a_spend(desk, fund, 100, kind="gift", linked=1)

    answers = await batch(desk, a_spend(desk, fund, 200, linked=1), unreadable, a_spend(desk, fund, 50, linked=2))

    assert outcomes(answers) == ["linked_refused", "malformed", "posted"]
    assert answers[1]["entry_id"] == unreadable["entry_id"]
    assert answers[1]["refusal"]["text"].startswith("kind: ")
    assert await desk.balance(fund, Account.FUND_PAID) == 50


async def test_groups_with_one_number_stay_two_though_what_stood_between_them_cannot_be_read(desk: Desk) -> None:
    fund = await desk.award(pence=520_000)
    unreadable = a_spend(desk, fund, 100, kind="gift")

    answers = await batch(desk, a_spend(desk, fund, 200, linked=1), unreadable, {**unbalanced(desk, fund), "linked": 1})

    assert outcomes(answers) == ["posted", "malformed", "unbalanced"]
    assert await desk.balance(fund, Account.FUND_PAID) == 200


async def test_a_batch_sent_again_posts_nothing_more(desk: Desk) -> None:
    fund = await desk.award(pence=520_000)
    entries = [a_spend(desk, fund, 1) for _ in range(200)]

    first, second = await batch(desk, *entries), await batch(desk, *entries)

    assert (set(outcomes(first)), set(outcomes(second))) == ({"posted"}, {"replayed"})
    assert [one["sequence"] for one in first] == [one["sequence"] for one in second]
    assert await desk.balance(fund, Account.FUND_PAID) == 200


@pytest.mark.parametrize(
    "pence", [0, 2**53, 2**63, -(2**53), 1.5, "10", True, None, "NaN"], ids=lambda pence: f"{pence!r}"
)
async def test_only_whole_pence_within_range_are_an_amount(desk: Desk, pence: Any) -> None:
    fund = await desk.award(pence=520_000)

    answers = await batch(desk, a_spend(desk, fund, pence), a_spend(desk, fund, 1))

    assert outcomes(answers) == ["bad_amount", "posted"]


async def test_an_account_that_is_not_in_the_chart_is_none(desk: Desk) -> None:
    fund = await desk.award(pence=520_000)
    free = a_spend(desk, fund, 1, legs=[a_leg(fund, "fund.available", 1), a_leg(fund, "suspense", -1)])
    of_nobody = a_spend(desk, uuid4(), 1)
    without_fund = a_spend(desk, fund, 1, legs=[a_leg(fund, "fund.available", 1), a_leg(None, "fund.paid", -1)])

    assert outcomes(await batch(desk, free, of_nobody, without_fund)) == ["no_account"] * 3


async def test_every_rule_of_the_journal_holds_here_too(desk: Desk) -> None:
    fund = await desk.award(pence=1_000)
    other = await desk.award(Stream.INDEPENDENT_LIVING_FUND, 1_000)
    mixed = [a_leg(fund, "fund.available", 100), a_leg(other, "fund.paid", -100, stream=ILF)]
    twice = [a_leg(fund, "fund.available", 5), a_leg(fund, "fund.available", -5)]

    answers = await batch(
        desk,
        a_spend(desk, fund, 1, legs=mixed),
        a_spend(desk, fund, 1, legs=twice),
        a_spend(desk, fund, 1, use="adaptation.major"),
        a_spend(desk, fund, 1, value_date="2009-05-31"),
        a_spend(desk, fund, 1, value_date="2010-05-31"),
        a_spend(desk, fund, 1_001),
        a_spend(desk, fund, 1, budget_id=str(uuid4())),
    )

    assert outcomes(answers) == [
        "unbalanced_stream",
        "same_account",
        "ring_fenced",
        "before_award",
        "after_award_end",
        "insufficient",
        "not_your_fund",
    ]


@pytest.mark.parametrize(
    ("kind", "way"),
    [
        ("award", "when their stream decides them"),
        ("award_revision", "when their stream decides them"),
        ("transfer", "/budget/transfers"),
        ("carry_over", "/year-ends"),
        ("reversal", "/reversal"),
    ],
)
async def test_what_has_a_rule_of_its_own_is_not_posted_by_hand(desk: Desk, kind: str, way: str) -> None:
    fund = await desk.award(pence=1_000)
    legs = [a_leg(fund, "funder.receivable", 100), a_leg(fund, "fund.available", -100)]

    (answer,) = await batch(desk, a_spend(desk, fund, 100, kind=kind, legs=legs))
    alone = await desk.ask("POST", "/v1/entries", a_spend(desk, fund, 100, kind=kind, legs=legs))

    assert answer["refusal"]["code"] == "malformed"
    assert way in answer["refusal"]["text"]
    assert (alone.status_code, way in alone.json()["detail"]) == (422, True)


@pytest.mark.parametrize("role", [Role.PRACTITIONER, Role.APPROVER, Role.AUDITOR, Role.BUDGET_HOLDER])
@pytest.mark.parametrize("path", ["/v1/entries", "/v1/entries:batch"])
async def test_only_finance_and_systems_post(desk: Desk, role: Role, path: str) -> None:
    fund = await desk.award(pence=1_000)
    entry = a_spend(desk, fund, 1)
    body = entry if path == "/v1/entries" else {"entries": [entry]}

    assert (await desk.ask("POST", path, body, role=role, person_id=desk.person)).status_code == 403
    assert await desk.balance(fund, Account.FUND_PAID) == 0


async def test_another_council_posts_nothing_to_a_fund(desk: Desk) -> None:
    fund = await desk.award(pence=1_000)

    answer = await desk.ask("POST", "/v1/entries", a_spend(desk, fund, 1), council="E10009998")

    assert (answer.status_code, answer.json()["errors"][0]["name"]) == (409, "no_account")


@pytest.mark.parametrize("count", [0, 5_001])
async def test_a_batch_of_none_or_too_many_is_refused_whole(desk: Desk, count: int) -> None:
    answer = await desk.ask("POST", "/v1/entries:batch", {"entries": [None] * count})

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("entry", [None, 7, [], {}, {"entry_id": 7, "linked": "x"}])
async def test_what_is_no_entry_is_told_as_such(desk: Desk, entry: Any) -> None:
    fund = await desk.award(pence=1_000)

    assert outcomes(await batch(desk, entry, a_spend(desk, fund, 1))) == ["malformed", "posted"]


async def test_a_stream_that_is_none_of_ours_has_no_accounts(desk: Desk) -> None:
    fund = await desk.award(pence=1_000)
    legs = [a_leg(fund, "fund.available", 1, stream=ASC), a_leg(fund, "fund.paid", -1, stream="betting")]

    assert outcomes(await batch(desk, a_spend(desk, fund, 1, legs=legs))) == ["no_account"]
