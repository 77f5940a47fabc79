"""A person's statement as a page, and as files to keep: any period, with what is wrong about one that is none."""

import html
import re
from typing import Any

import httpx
import pytest

from braid.kit.identity import Principal, Role
from gateway.development_issuer import EXAMPLE_COUNCIL
from tests.gateway.doubles import PRACTITIONER, StubGateway
from tests.gateway.whole import DAY, LAST_DAY, MOMENT, PERSON_ID, person

HOLDER = Principal("budget_holder:test", EXAMPLE_COUNCIL, frozenset({Role.BUDGET_HOLDER}), PERSON_ID)
PAGE = f"/people/{PERSON_ID}/statement"
LEDGER = f"/v1/people/{PERSON_ID}/budget"

MOVEMENT = {
    "on": "2009-07-01",
    "recorded_on": "2009-07-03",
    "text": "Swimming, paid from your account",
    "change_pence": -12_50,
    "to_account_pence": 0,
    "left_pence": 987_50,
    "by_stream": {"adult_social_care": -10_00, "independent_living_fund": -2_50},
    "entry": f"{LEDGER}/entries/1",
}
STREAM = {
    "stream": "adult_social_care",
    "name": "Adult social care",
    "opening_pence": 0,
    "in_pence": 1_000_00,
    "out_pence": 12_50,
    "closing_pence": 987_50,
    "in_account_pence": 100_00,
    "held_pence": 200_00,
    "entries": f"{LEDGER}/statement/entries",
}


def a_statement(**changes: Any) -> dict[str, Any]:
    return {
        "budget_id": str(PERSON_ID),
        "person_id": str(PERSON_ID),
        "first": DAY,
        "last": LAST_DAY,
        "known_at": MOMENT,
        "title": "Your budget statement",
        "period": "1 June 2009 to 30 May 2010",
        "summary": ["On 1 June 2009 you had £0.00.", "£1,000.00 came in and £12.50 went out."],
        "opening_pence": 0,
        "closing_pence": 987_50,
        "in_account_pence": 100_00,
        "held_pence": 200_00,
        "to_pay_back_pence": 0,
        "streams": [STREAM],
        "movements": [MOVEMENT],
        "more": None,
        **changes,
    }


def fill(stub: StubGateway, statement: Any = None, funds: Any = ({"starts_on": DAY, "ends_on": LAST_DAY},)) -> None:
    """The services know the person, the funds and the statement."""
    stub.services.answers |= {
        f"/v1/people/{PERSON_ID}": person(),
        LEDGER: {"opened_on": "2009-06-15", "funds": list(funds)},
        f"{LEDGER}/statement": statement or a_statement(),
    }


async def answer_to(stub: StubGateway, path: str = PAGE, who: Principal | None = PRACTITIONER) -> httpx.Response:
    async with stub.browser(who) as client:
        return await client.get(path)


def words_of(answer: httpx.Response) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", answer.text)))


def asked(stub: StubGateway) -> dict[str, str]:
    """What the ledger was asked for."""
    (request,) = (one for one in stub.services.asked if one.url.path.startswith(f"{LEDGER}/statement"))
    return dict(request.url.params)


async def test_every_stream_and_movement_is_shown_with_what_is_left(stub: StubGateway) -> None:
    fill(stub)
    words = words_of(await answer_to(stub))

    assert "£1,000.00 came in and £12.50 went out." in words
    assert "Adult social care £0.00 £1,000.00 £12.50 £987.50 £100.00 £200.00" in words
    assert "1 July 2009 written down on 3 July 2009" in words
    assert "Adult social care: -£10.00" in words
    assert "-£12.50 £987.50" in words


async def test_without_a_period_it_is_the_time_that_the_funds_are_for(stub: StubGateway) -> None:
    fill(stub)
    await answer_to(stub)

    assert asked(stub) == {"first": DAY, "last": LAST_DAY}


@pytest.mark.parametrize(
    ("funds", "first", "last"),
    [
        ((), "2009-06-15", "2009-06-15"),
        (({"starts_on": "2009-04-01", "ends_on": "2012-03-31"},), "2009-04-01", "2010-04-01"),
    ],
)
async def test_funds_that_run_for_years_or_are_none_give_a_year_or_a_day(
    stub: StubGateway, funds: Any, first: str, last: str
) -> None:
    fill(stub, funds=funds)
    await answer_to(stub)

    assert asked(stub) == {"first": first, "last": last}


async def test_another_period_is_asked_for_as_it_was_written(stub: StubGateway) -> None:
    fill(stub)
    answer = await answer_to(stub, f"{PAGE}?first=2009-07-01&last=2009-07-31&after=100")

    assert asked(stub) == {"first": "2009-07-01", "last": "2009-07-31", "after": "100"}
    assert f'href="{PAGE}.pdf?first=2009-07-01&amp;last=2009-07-31"' in answer.text


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("first=2009-02-30&last=2009-07-31", "First day must be a real date"),
        ("first=2009-07-01&last=", "Last day must be a real date"),
        ("first=20090701&last=2009-07-31", "First day must be a real date"),
        ("first=2009-07-31&last=2009-07-01", "Last day must be the same as or after the first day"),
    ],
)
async def test_a_period_that_is_none_is_told_beside_its_field_and_nothing_is_retyped(
    stub: StubGateway, query: str, told: str
) -> None:
    fill(stub)
    answer = await answer_to(stub, f"{PAGE}?{query}")

    assert answer.status_code == 422
    assert words_of(answer).count(told) == 2
    assert all(f'value="{value}"' in answer.text for value in dict(httpx.QueryParams(query)).values())
    assert "<title>Error: " in answer.text


async def test_a_period_that_the_ledger_refuses_is_told_in_its_words(stub: StubGateway) -> None:
    fill(stub, lambda _request: httpx.Response(422, json={"detail": "at most 1,100 days"}))
    answer = await answer_to(stub, f"{PAGE}?first=2000-07-01&last=2009-07-31")

    assert answer.status_code == 422
    assert "At most 1,100 days" in words_of(answer)


async def test_movements_that_do_not_fit_go_on_on_the_next_page(stub: StubGateway) -> None:
    more = f"{LEDGER}/statement?first={DAY}&last={LAST_DAY}&known_at=2009-07-01T16:30:00%2B00:00&after=50"
    fill(stub, a_statement(more=more))
    answer = await answer_to(stub)

    (address,) = re.findall(r'href="([^"]*after=50)"', answer.text)
    await answer_to(stub, html.unescape(address))
    assert dict(stub.services.asked[-1].url.params) == {
        "first": DAY,
        "last": LAST_DAY,
        "known_at": "2009-07-01T16:30:00+00:00",
        "after": "50",
    }


@pytest.mark.parametrize(("kind", "media"), [("pdf", "application/pdf"), ("csv", "text/csv; charset=utf-8")])
async def test_the_same_is_there_as_a_file_byte_for_byte(stub: StubGateway, kind: str, media: str) -> None:
    content = b"%PDF-1.7 \x00\xff"
    headers = {"content-type": media, "content-disposition": f'attachment; filename="statement.{kind}"'}
    fill(stub)
    stub.services.answers[f"{LEDGER}/statement.{kind}"] = lambda _request: httpx.Response(
        200, content=content, headers=headers
    )

    answer = await answer_to(stub, f"{PAGE}.{kind}?first={DAY}&last={LAST_DAY}", HOLDER)

    assert (answer.content, answer.headers["content-type"]) == (content, media)
    assert answer.headers["content-disposition"] == headers["content-disposition"]
    assert answer.headers["cache-control"] == "no-store"


async def test_other_kinds_of_file_are_not_there(stub: StubGateway) -> None:
    fill(stub)

    assert (await answer_to(stub, f"{PAGE}.xlsx?first={DAY}&last={LAST_DAY}")).status_code == 404


async def test_a_holder_reads_it_as_their_own_and_nobody_else_at_all(stub: StubGateway) -> None:
    fill(stub)

    assert "Your budget statement" in words_of(await answer_to(stub, who=HOLDER))
    stub.services.answers[f"{LEDGER}/statement"] = lambda _request: httpx.Response(404, json={})
    assert (await answer_to(stub)).status_code == 404
    assert (await answer_to(stub, who=None)).headers["location"] == "/?session=ended"


async def test_it_is_not_there_while_the_ledger_is_away(stub: StubGateway) -> None:
    fill(stub)
    stub.services.away.add("ledger")

    assert (await answer_to(stub)).status_code == 503
