"""Reports to a council on pages: in words, in a picture, in the table beside it, and as a file."""

from datetime import date
from typing import Any

import httpx
import pytest

from gateway.console.figure_tables import picture_of, shown
from tests.gateway.doubles import AUDITOR, PRACTITIONER, StubGateway

LIST, PAGE = "/outcomes/reports", "/outcomes/reports/ways_of_holding"
SERVICE = "/v1/council-reports/ways_of_holding"
COLUMNS = ["way", "budgets", "% of budgets", "note"]
ROWS: list[list[Any]] = [
    ["direct_payment", 1200, 75.0, "told"],
    ["council_managed", 400, 25.5, "told"],
    ["older_people", "kept back", "kept back", "kept back"],
    ["provider_account", None, None, None],
]


def a_report(**told: Any) -> dict[str, Any]:
    return {
        "report": "ways_of_holding",
        "title": "How the money is held",
        "question": "How many budgets are held in each way?",
        "about": "Budgets that were open.",
        "from_day": "2026-01-01",
        "to_day": "2026-12-31",
        "read_at": "2027-03-01T10:00:00Z",
        "columns": COLUMNS,
        "rows": ROWS,
        "drawn": ["budgets", "% of budgets"],
        "unit": "%",
        "notes": ["Fewer than 10 people: <kept back>."],
        **told,
    }


def fill(stub: StubGateway, **told: Any) -> None:
    report = a_report(**told)
    kept = {name: report[name] for name in ("report", "title", "question")}
    stub.services.answers["/v1/council-reports"] = {"reports": [kept]}
    stub.services.answers[SERVICE] = report


async def page_of(stub: StubGateway, path: str = PAGE, status: int = 200) -> str:
    async with stub.browser(AUDITOR) as client:
        answer = await client.get(path)
    assert answer.status_code == status, answer.text
    return " ".join(answer.text.split())


async def test_every_report_is_listed_with_the_question_that_it_answers(stub: StubGateway) -> None:
    fill(stub)
    text = await page_of(stub, LIST)

    assert f'<a href="{PAGE}">How the money is held</a>' in text
    assert "How many budgets are held in each way?" in text


async def test_a_report_is_told_in_a_picture_and_in_the_table_beside_it(stub: StubGateway) -> None:
    fill(stub)
    text = await page_of(stub, f"{PAGE}?from_day=2026-01-01&to_day=2026-12-31")

    for told in (
        "From 1 January 2026 to 31 December 2026",
        "Fewer than 10 people: &lt;kept back&gt;.",
        "Budgets is highest for direct payment: 1,200.",
        '<td role="cell" class="sum" data-label="Budgets">1,200</td>',
        '<td role="cell" class="sum" data-label="Budgets">Kept back</td>',
        '<td role="cell" class="sum" data-label="Budgets">–</td>',
        '<th scope="row" role="rowheader">Older people</th>',
        f'href="{PAGE}/table.csv?from_day=2026-01-01&amp;to_day=2026-12-31"',
    ):
        assert told in text
    # The longest bar fills the picture, and what is kept back or not known has none.
    assert 'width="100.00%"' in text
    assert text.count("<rect ") == 4


def test_bars_are_as_long_as_their_figures() -> None:
    drawn = picture_of(["way", "budgets"], [["a", 10], ["b", 5], ["c", -1]], ["budgets"])

    assert drawn is not None
    assert [(bar.width, bar.value) for _, [bar] in drawn.rows] == [("100.00", "10"), ("50.00", "5"), ("0.00", "-1")]


@pytest.mark.parametrize("rows", [[], [["a", None]], [["a", "kept back"]], [["a", 0]]])
def test_nothing_that_is_known_is_no_picture(rows: list[list[Any]]) -> None:
    assert picture_of(["way", "budgets"], rows, ["budgets"]) is None


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (None, "–"),
        (1234, "1,234"),
        (12.5, "12.50"),
        (12.0, "12"),
        ("mental_health", "People with mental ill health"),
    ],
)
def test_cells_are_told_as_people_read_them(cell: Any, words: str) -> None:
    assert shown(cell) == words


async def test_without_days_it_is_the_last_year(stub: StubGateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.console.council_report_pages.today", lambda: date(2027, 3, 1))
    fill(stub)
    await page_of(stub)

    asked = next(each for each in stub.services.asked if each.url.path == SERVICE)
    assert dict(asked.url.params) == {"from_day": "2026-03-02", "to_day": "2027-03-01"}


async def test_a_report_of_nobody_says_so(stub: StubGateway) -> None:
    fill(stub, rows=[])

    assert "There is nothing to report of these days." in await page_of(stub)


async def test_days_that_are_none_are_told_at_their_fields(stub: StubGateway) -> None:
    fill(stub)

    assert '<a href="#to_day">Enter the last day</a>' in await page_of(stub, f"{PAGE}?to_day=soon", status=422)


@pytest.mark.parametrize(("kind", "field"), [("not-yet", "to_day"), ("no-days", "from_day")])
async def test_days_that_the_service_refuses_are_told_at_their_fields(stub: StubGateway, kind: str, field: str) -> None:
    fill(stub)
    problem = {"type": f"https://braid.example/problems/{kind}", "title": "Refused", "detail": "of 2030-01-01"}
    stub.services.answers[SERVICE] = lambda _: httpx.Response(422, json=problem)

    assert f'<a href="#{field}">Refused: of 1 January 2030</a>' in await page_of(stub, status=422)


async def test_the_table_is_given_as_a_file(stub: StubGateway) -> None:
    fill(stub)
    headers = {"content-type": "text/csv; charset=utf-8", "content-disposition": 'attachment; filename="x.csv"'}
    stub.services.answers[f"{SERVICE}/table.csv"] = lambda _: httpx.Response(200, content=b"way\r\n", headers=headers)
    async with stub.browser(AUDITOR) as client:
        answer = await client.get(f"{PAGE}/table.csv?from_day=2026-01-01&to_day=2026-12-31")

    assert answer.content == b"way\r\n"
    assert answer.headers["content-disposition"] == 'attachment; filename="x.csv"'
    assert stub.services.asked[-1].url.params["to_day"] == "2026-12-31"


async def test_a_report_that_is_none_is_not_found(stub: StubGateway) -> None:
    fill(stub)
    await page_of(stub, f"{LIST}/horoscope", status=404)


async def test_reports_are_for_those_who_may_read_them(stub: StubGateway) -> None:
    fill(stub)
    async with stub.browser(PRACTITIONER) as client:
        answers = [(await client.get(path)).status_code for path in (LIST, PAGE, f"{PAGE}/table.csv")]

    assert answers == [403, 403, 403]
