"""Statutory returns on pages: a quarter chosen, how the file fared in the Department's words, and the files."""

import json
from datetime import date
from typing import Any

import httpx
import pytest

from gateway.console.return_view import quarter_ends
from tests.gateway.doubles import AUDITOR, PRACTITIONER, StubGateway
from tests.gateway.payments import FINANCE

RETURN_ID = "3f0e8e1a-6a1f-5a52-8a43-0d7b3c1c7c01"
LIST, PAGE = "/outcomes/returns", f"/outcomes/returns/{RETURN_ID}"
SERVICE = f"/v1/client-level-data-returns/{RETURN_ID}"
FORM = {"quarter_ends_on": "2026-12-31", "la_code": "503", "key": "once"}
FAULTS = "row,field,check,reason\r\n1,Date_of_Birth,Failed: Blank (Mandatory),It is <blank>\r\n"


def results(**told: Any) -> dict[str, Any]:
    return {
        "as_of": "2027-03-01T10:00:00Z",
        "period": {"starts_on": "2026-01-01", "ends_on": "2026-12-31"},
        "people": 812,
        "erased_since": 1,
        "rows": 2410,
        "faults": 31,
        "may_be_sent": False,
        "events": {"Request": 300, "Service": 2110},
        "fields": [
            {
                "field": "Date_of_Birth",
                "module": "Person details",
                "asked_is_confirmed": False,
                "counts": {"Passed: Valid": 2400, "Failed: Blank (Mandatory)": 10},
            },
            {
                "field": "LA_Code",
                "module": "Person details",
                "asked_is_confirmed": True,
                "counts": {"Passed: Valid": 2410},
            },
        ],
        "never_told": [{"field": "GP_Practice_Code", "why": "no event tells it"}],
        "left_out": [{"why": "nobody told who pays", "people": 2}, {"why": "nothing", "people": 0}],
        **told,
    }


def a_return(status: str = "done", **told: Any) -> dict[str, Any]:
    return {
        "return_id": RETURN_ID,
        "status": status,
        "progress": 0.42,
        "asked_by": "finance",
        "asked_at": "2027-03-01T10:00:00Z",
        "quarter_ends_on": "2026-12-31",
        "la_code": "503",
        "kept_until": "2027-03-31",
        "is_kept": status == "done",
        "results": results() if status == "done" else None,
        "problem": None,
        **told,
    }


def fill(stub: StubGateway, told: dict[str, Any] | None = None, answer: httpx.Response | None = None) -> None:
    nothing: dict[str, Any] = {"returns": [], "next": None}
    stub.services.answers["/v1/client-level-data-returns"] = lambda request: (
        answer if answer and request.method == "POST" else httpx.Response(200, json=nothing)
    )
    stub.services.answers[SERVICE] = told or a_return()
    as_file = {"content-type": "text/csv; charset=utf-8", "content-disposition": 'attachment; filename="x.csv"'}
    for name in ("faults.csv", "file.csv"):
        stub.services.answers[f"{SERVICE}/{name}"] = lambda _: httpx.Response(200, text=FAULTS, headers=as_file)


@pytest.fixture(autouse=True)
def the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """Quarters are over, or not, on one day whenever the tests run."""
    monkeypatch.setattr("gateway.console.return_pages.today", lambda: date(2027, 3, 1))


async def page_of(stub: StubGateway, path: str = PAGE, status: int = 200) -> str:
    async with stub.browser(AUDITOR) as client:
        answer = await client.get(path)
    assert answer.status_code == status, answer.text
    return " ".join(answer.text.split())


async def sent(stub: StubGateway, **form: str) -> httpx.Response:
    async with stub.browser(FINANCE) as client:
        return await client.post(LIST, data={**FORM, **form})


def asked(stub: StubGateway) -> list[Any]:
    return [json.loads(each.content) for each in stub.services.asked if each.method == "POST"]


@pytest.mark.parametrize(
    ("on", "ends"),
    [
        (date(2027, 1, 1), ["2026-12-31", "2026-09-30", "2026-06-30", "2026-03-31", "2025-12-31"]),
        (date(2027, 3, 31), ["2026-12-31", "2026-09-30", "2026-06-30", "2026-03-31", "2025-12-31"]),
        (date(2027, 4, 1), ["2027-03-31", "2026-12-31", "2026-09-30", "2026-06-30", "2026-03-31"]),
    ],
)
def test_quarters_that_are_over_can_be_chosen(on: date, ends: list[str]) -> None:
    assert list(quarter_ends(on))[:5] == ends


@pytest.mark.parametrize(("la_code", "told"), [("503", "503"), ("", None)])
async def test_a_return_is_made_of_the_quarter_that_was_chosen(
    stub: StubGateway, la_code: str, told: str | None
) -> None:
    fill(stub, answer=httpx.Response(202, json=a_return("waiting")))
    answer = await sent(stub, la_code=la_code)

    assert (answer.status_code, answer.headers["location"]) == (303, PAGE)
    assert asked(stub) == [{"quarter_ends_on": "2026-12-31", "la_code": told}]


@pytest.mark.parametrize(
    ("form", "field"),
    [({"quarter_ends_on": "2027-03-31"}, "quarter_ends_on"), ({"la_code": "5O3"}, "la_code")],
)
async def test_what_cannot_be_read_is_told_at_its_field(stub: StubGateway, form: dict[str, str], field: str) -> None:
    fill(stub)
    answer = await sent(stub, **form)

    assert answer.status_code == 422
    assert f'<a href="#{field}">' in answer.text
    assert asked(stub) == []


async def test_what_the_service_refuses_is_told_where_it_is_mended(stub: StubGateway) -> None:
    problem = {"type": "https://braid.example/problems/not-yet", "title": "The day is still to come", "detail": "x"}
    fill(stub, answer=httpx.Response(422, json=problem))

    assert '<a href="#quarter_ends_on">The day is still to come: x</a>' in (await sent(stub)).text


async def test_what_was_made_is_found_again_and_an_auditor_makes_nothing(stub: StubGateway) -> None:
    fill(stub)
    stub.services.answers["/v1/client-level-data-returns"] = {"returns": [a_return("running")], "next": None}
    text = await page_of(stub, LIST)

    assert f'href="{PAGE}"' in text
    assert "The twelve months to 31 December 2026" in text
    assert "Make it and check it" not in text


async def test_a_return_fares_in_the_departments_own_words(stub: StubGateway) -> None:
    fill(stub)
    text = await page_of(stub)

    for told in (
        "It should not be sent as it is",
        "2,410 rows of 812 people, with 31 faults.",
        "1 person’s record was erased since",
        "Failed: Blank (Mandatory)",
        'data-label="Passed: Valid">2,400</td>',
        "When a field must be filled in was read in a source for 1 of 2 fields: LA Code.",
        "<li>No event tells it. GP Practice Code</li>",
        "2 people: Nobody told who pays.",
        "It is &lt;blank&gt;",
        "The first 1 fault",
    ):
        assert told in text
    assert "0 people" not in text


async def test_the_file_of_people_is_for_finance_and_its_faults_for_auditors_too(stub: StubGateway) -> None:
    fill(stub)
    text = await page_of(stub)
    async with stub.browser(AUDITOR) as client:
        answers = [(await client.get(f"{PAGE}/{name}")).status_code for name in ("file.csv", "faults.csv")]
    async with stub.browser(FINANCE) as client:
        file = await client.get(f"{PAGE}/file.csv")

    assert f"{PAGE}/file.csv" not in text
    assert f"{PAGE}/faults.csv" in text
    assert answers == [403, 200]
    assert file.headers["content-disposition"] == 'attachment; filename="x.csv"'


async def test_files_whose_time_is_over_are_not_offered(stub: StubGateway) -> None:
    fill(stub, a_return(is_kept=False))
    problem = {"title": "The file is no longer there", "detail": "It was there until 2027-03-31."}
    stub.services.answers[f"{SERVICE}/file.csv"] = lambda _: httpx.Response(410, json=problem)
    text = await page_of(stub)
    async with stub.browser(FINANCE) as client:
        answer = await client.get(f"{PAGE}/file.csv")

    assert "They were here until 31 March 2027. Make the return anew." in text
    assert "faults.csv" not in text
    assert (answer.status_code, "The file is no longer there" in answer.text) == (410, True)


async def test_a_return_without_faults_can_be_sent(stub: StubGateway) -> None:
    fill(stub, a_return(results=results(faults=0, may_be_sent=True)))
    text = await page_of(stub)

    assert "It can be sent" in text
    assert "No value fails a check" in text


async def test_a_return_under_way_tells_how_far_it_is(stub: StubGateway) -> None:
    fill(stub, a_return("running"))

    assert "42% is done." in await page_of(stub)


async def test_returns_are_for_those_who_may_read_them(stub: StubGateway) -> None:
    fill(stub)
    async with stub.browser(PRACTITIONER) as client:
        answers = [(await client.get(path)).status_code for path in (LIST, PAGE, f"{PAGE}/faults.csv")]
    async with stub.browser(AUDITOR) as client:
        making = await client.post(LIST, data=FORM)

    assert [*answers, making.status_code] == [403] * 4
