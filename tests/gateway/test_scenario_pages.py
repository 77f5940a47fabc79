"""Scenarios: asked as they were filled in, waited for, told in words, in a picture and in its table, and compared."""

import json
from typing import Any

import httpx
import pytest

from gateway.development_issuer import EXAMPLE_COUNCIL
from tests.gateway.doubles import PRACTITIONER, StubGateway
from tests.gateway.payments import FINANCE

SCENARIO_ID, OTHER_ID = "3f0e8e1a-6a1f-5a52-8a43-0d7b3c1c7a01", "3f0e8e1a-6a1f-5a52-8a43-0d7b3c1c7a02"
PAGE = f"/scenarios/{SCENARIO_ID}"
FORM = {"table": "example-council:2", "against": "now", "prices": "0", "people": "stored", "key": "once"}
NOTHING_TRIED: dict[str, Any] = {"scenarios": [], "next": None}
TABLE = {"id": "example-council", "version": 2, "title": "The example council’s table", "in_force_from": "2009-04-01"}


def a_change(name: str, gained: int, lost: int, **other: Any) -> dict[str, Any]:
    return {
        "name": name,
        "people": 10,
        "winners": 6 if gained else 0,
        "losers": 3 if lost else 0,
        "gained_pence": gained,
        "lost_pence": lost,
        "before_pence": 1_000_000,
        "after_pence": 1_000_000 + gained - lost,
        **other,
    }


def results(**other: Any) -> dict[str, Any]:
    return {
        "budget_pence": 900_000,
        "total_pence": 1_030_000,
        "without_figure": {"no_price": 1, "unanswered": 0},
        "groups": [a_change("everybody", 50_000, 20_000), a_change("older_people", 50_000, 20_000)],
        "deciles": [a_change("tenth 1", 50_000, 0), a_change("tenth 2", 0, 20_000)],
        "years": [{"year": 1, "pence": 1_040_000, "cost_pence": 10_000, "council_pence": 0, "still_protected": 3}],
        "warnings": ["the people are made up"],
        **other,
    }


def a_scenario(status: str = "done", **other: Any) -> dict[str, Any]:
    return {
        "scenario_id": SCENARIO_ID,
        "status": status,
        "progress": 0.42,
        "question": {
            "table": {"released": "example-council:2"},
            "against": None,
            "prices": "1.025",
            "protection": {"most_lost_a_year": "0.10", "years": 3, "paid_by": "council"},
            "budget_pence_per_year": 900_000,
        },
        "results": results() if status == "done" else None,
        "problem": None,
        **other,
    }


def in_list(scenario_id: str = SCENARIO_ID, **other: Any) -> dict[str, Any]:
    told = a_scenario(scenario_id=scenario_id, asked_by="finance_officer:<b>", asked_at="2026-07-01T16:30:00Z")
    return {name: each for name, each in told.items() if name not in ("results", "problem")} | other


def fill(stub: StubGateway, told: dict[str, Any] | None = None) -> None:
    stub.services.answers["/v1/scenarios"] = NOTHING_TRIED
    stub.services.answers[f"/v1/allocation-tables/{EXAMPLE_COUNCIL}"] = [TABLE]
    stub.services.answers[f"/v1/scenarios/{SCENARIO_ID}"] = told or a_scenario()


async def page_of(stub: StubGateway, path: str = PAGE, status: int = 200) -> str:
    async with stub.browser(FINANCE) as client:
        answer = await client.get(path)
    assert answer.status_code == status, answer.text
    return " ".join(answer.text.split())


async def sent(stub: StubGateway, content: bytes = b"", /, **form: str) -> httpx.Response:
    async with stub.browser(FINANCE) as client:
        return await client.post("/scenarios", data={**FORM, **form}, files={"file": ("people.csv", content)})


def asked(stub: StubGateway) -> list[Any]:
    return [json.loads(each.content) for each in stub.services.asked if each.method == "POST"]


async def test_what_was_tried_is_found_again(stub: StubGateway) -> None:
    fill(stub)
    unreleased: dict[str, Any] = {"table": {}, "prices": "1", "protection": None}
    other = in_list(OTHER_ID, status="running", question=a_scenario()["question"] | unreleased)
    stub.services.answers["/v1/scenarios"] = {"scenarios": [in_list(), other], "next": "more"}
    text = await page_of(stub, "/scenarios?after=before")

    assert stub.services.asked[-1].url.params["after"] == "before"
    assert f'href="{PAGE}">1 July 2026, 5:30pm BST' in text
    assert "Prices: 2.5% higher" in text
    assert "Table: a table that is not released" in text
    assert "Being worked out" in text
    assert "by finance_officer:&lt;b&gt;" in text
    assert 'href="/scenarios?after=more"' in text


@pytest.mark.parametrize(
    ("form", "content", "body"),
    [
        ({}, b"", {"people": {"stored": True}}),
        ({"prices": "2.5"}, b"", {"people": {"stored": True}, "prices": "1.025"}),
        ({"prices": "-1", "budget": "£9,000"}, b"", {"prices": "0.99", "budget_pence_per_year": 900_000}),
        ({"against": "example-council:2"}, b"", {"against": {"released": "example-council:2"}}),
        ({"people": "file"}, b"\xef\xbb\xbfperson,user_group\n", {"people": {"csv": "person,user_group\n"}}),
        (
            {"protects": "yes", "most_lost": "10", "years": "3", "paid_by": "gains"},
            b"",
            {"protection": {"most_lost_a_year": "0.1", "years": 3, "paid_by": "gains"}},
        ),
    ],
)
async def test_a_scenario_is_asked_as_it_was_filled_in(
    form: dict[str, str], content: bytes, body: dict[str, Any], stub: StubGateway
) -> None:
    fill(stub)
    stub.services.answers["/v1/scenarios"] = lambda _: httpx.Response(202, json=a_scenario("waiting"))
    answer = await sent(stub, content, **form)

    assert (answer.status_code, answer.headers["location"]) == (303, PAGE)
    plain = {"table": {"released": "example-council:2"}, "people": {"stored": True}}
    assert asked(stub) == [{**plain, **body}]


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"table": "nobody:1"}, "table"),
        ({"against": "nobody:1"}, "against"),
        ({"prices": "a lot"}, "prices"),
        ({"prices": "-100"}, "prices"),
        ({"prices": "1e900000"}, "prices"),
        ({"budget": "much"}, "budget"),
        ({"people": "all"}, "people"),
        ({"people": "file"}, "file"),
        ({"protects": "yes", "most_lost": "101", "years": "3", "paid_by": "gains"}, "most_lost"),
        ({"protects": "yes", "most_lost": "10", "years": "21", "paid_by": "gains"}, "years"),
        ({"protects": "yes", "most_lost": "10", "years": "3", "paid_by": "me"}, "paid_by"),
    ],
)
async def test_what_cannot_be_read_is_told_at_its_field(form: dict[str, str], field: str, stub: StubGateway) -> None:
    fill(stub)
    answer = await sent(stub, **form)

    assert answer.status_code == 422
    assert f'<a href="#{field}">' in answer.text
    assert f'id="{field}"' in answer.text
    assert asked(stub) == []


async def test_a_file_that_is_no_text_is_told_at_its_field(stub: StubGateway) -> None:
    fill(stub)

    assert "The file must be CSV in UTF-8" in (await sent(stub, b"\xff\xfe\x00", people="file")).text


async def test_what_the_service_refuses_is_told_in_its_words(stub: StubGateway) -> None:
    fill(stub)
    problem = {"title": "There is nobody to try it on", "detail": "0 people have a figure"}
    stub.services.answers["/v1/scenarios"] = lambda request: (
        httpx.Response(422, json=problem) if request.method == "POST" else httpx.Response(200, json=NOTHING_TRIED)
    )

    assert "There is nobody to try it on: 0 people have a figure" in (await sent(stub)).text


async def test_a_council_without_a_table_has_nothing_to_try(stub: StubGateway) -> None:
    stub.services.answers["/v1/scenarios"] = NOTHING_TRIED
    assert "The council has no released table yet" in await page_of(stub, "/scenarios")


async def test_a_scenario_under_way_tells_how_far_it_is_and_how_to_look_again(stub: StubGateway) -> None:
    fill(stub, a_scenario("running"))
    text = await page_of(stub)

    assert "42% is done." in text
    assert f'href="{PAGE}"' in text


async def test_a_scenario_that_failed_tells_which_row_is_wrong(stub: StubGateway) -> None:
    errors = [{"row": 3, "column": "person", "message": "is there twice"}]
    problem = {"type": "x", "title": "The people cannot be used", "detail": "1 fault", "errors": errors}
    fill(stub, a_scenario("failed", problem=problem))

    assert "Row 3, person: is there twice" in await page_of(stub)


async def test_results_are_told_in_words_in_a_picture_and_in_the_table_beside_it(stub: StubGateway) -> None:
    fill(stub)
    text = await page_of(stub)

    for told in (
        "Of 10 people, 6 would gain and 3 would lose.",
        "£300.00 more than before.",
        "That is £1,300.00 more than the budget of £9,000.00.",
        "1 person has no figure: a price is missing.",
        "Tenth 1 gains most, £500.00; tenth 2 loses most, £200.00.",
        "nobody loses more than 10% a year, for 3 years",
        "2.5% higher",
        "The people are made up.",
    ):
        assert told in text
    assert 'role="img" aria-labelledby="picture-in-words"' in text
    assert '<th scope="row" role="rowheader">Tenth 2</th>' in text


async def test_the_longest_bars_fill_the_picture_between_them(stub: StubGateway) -> None:
    fill(stub)
    text = await page_of(stub)

    # 86 per cent are shared as 500 pounds gained to 200 lost.
    assert '<rect class="gained" x="38.571%" y="5" width="61.429%"' in text
    assert '<rect class="lost" x="14.000%" y="35" width="24.571%"' in text


async def test_a_population_that_nothing_moves_has_a_picture_too(stub: StubGateway) -> None:
    still = results(deciles=[a_change("tenth 1", 0, 0)])
    fill(stub, a_scenario(results=still))

    assert "No tenth gains or loses anything." in await page_of(stub)


async def test_two_scenarios_stand_beside_each_other(stub: StubGateway) -> None:
    fill(stub)
    other = results(groups=[a_change("everybody", 0, 70_000)])
    stub.services.answers[f"/v1/scenarios/{OTHER_ID}"] = a_scenario(scenario_id=OTHER_ID, results=other)
    text = await page_of(stub, f"{PAGE}?with=https%3A%2F%2Fbraid.example%2Fscenarios%2F{OTHER_ID}")

    row = '<th scope="row">More or less than before</th><td class="sum">+£300.00</td><td class="sum">-£700.00</td>'
    assert row in text


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ("the one of last week", "Enter the address of the other scenario’s page"),
        (OTHER_ID, "There is no such scenario of your council"),
    ],
)
async def test_another_scenario_that_is_not_there_is_told_at_its_field(
    other: str, told: str, stub: StubGateway
) -> None:
    fill(stub)

    assert f'<a href="#with">{told}</a>' in await page_of(stub, f"{PAGE}?with={other}", status=422)


async def test_every_persons_figure_is_given_as_a_file(stub: StubGateway) -> None:
    fill(stub)
    stub.services.answers[f"/v1/scenarios/{SCENARIO_ID}/people.csv"] = lambda _: httpx.Response(
        200, content=b"person\n"
    )
    async with stub.browser(FINANCE) as client:
        answer = await client.get(f"{PAGE}/people.csv")

    assert answer.content == b"person\n"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["cache-control"] == "no-store"


async def test_scenarios_are_for_finance_officers(stub: StubGateway) -> None:
    fill(stub)
    async with stub.browser(PRACTITIONER) as client:
        answers = [(await client.get(path)).status_code for path in ("/scenarios", PAGE, f"{PAGE}/people.csv")]

    assert answers == [403, 403, 403]


async def test_a_form_of_another_site_is_refused(stub: StubGateway) -> None:
    async with stub.browser(FINANCE) as client:
        answer = await client.post("/scenarios", data=FORM, headers={"sec-fetch-site": "cross-site"})

    assert answer.status_code == 403
    assert asked(stub) == []
