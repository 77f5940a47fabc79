"""Licences of instruments on pages: stated with their days, their words loaded from a file, and why."""

import json
from typing import Any

import httpx
import pytest

from gateway.console.licence_forms import words_of
from tests.gateway.doubles import PRACTITIONER, StubGateway
from tests.gateway.outcomes import instruments
from tests.gateway.payments import FINANCE

LIST, PAGE = "/outcomes/instruments", "/outcomes/instruments/ghq-12"
SERVICE = "/v1/outcome-instruments/ghq-12/licence"
NOTHING: dict[str, Any] = {"instrument_id": "ghq-12", "licences": [], "wordings": [], "statements": []}
A_LICENCE = {"reference": "GLA-1", "from_day": "2026-04-01", "to_day": "2027-03-31"}
WORDS = {"version": 1, "items": {"item_1": {"text": "A made-up question?", "levels": {"1": "Yes", "2": "No"}}}}
FORM = {"key": "once", "etag": '"0"', "words": "none", "reason": "Bought."}
FIRST = {"reference-0": "GLA-1", "from_day-0": "2026-04-01", "to_day-0": "2027-03-31"}


def stated(**told: Any) -> dict[str, Any]:
    statement = {"version": 1, "reason": "Bought <b>.", "stated_by": "finance", "recorded_at": "2026-04-01T10:00:00Z"}
    return {**NOTHING, "licences": [A_LICENCE], "statements": [statement], **told}


def fill(stub: StubGateway, told: dict[str, Any] = NOTHING, answer: httpx.Response | None = None) -> None:
    etag = {"etag": f'"{len(told["statements"])}"'}
    stub.services.answers["/v1/outcome-instruments"] = instruments()
    stub.services.answers[SERVICE] = lambda request: (
        answer if answer and request.method == "PUT" else httpx.Response(200, json=told, headers=etag)
    )


async def page_of(stub: StubGateway, path: str = PAGE, status: int = 200) -> str:
    async with stub.browser(FINANCE) as client:
        answer = await client.get(path)
    assert answer.status_code == status, answer.text
    return " ".join(answer.text.split())


async def sent(stub: StubGateway, content: bytes = b"", /, **form: str) -> httpx.Response:
    async with stub.browser(FINANCE) as client:
        return await client.post(PAGE, data={**FORM, **form}, files={"file": ("words.csv", content)})


def put(stub: StubGateway) -> list[Any]:
    return [json.loads(each.content) for each in stub.services.asked if each.method == "PUT"]


async def test_every_instrument_says_whose_it_is_and_whether_it_may_be_used(stub: StubGateway) -> None:
    fill(stub)
    text = await page_of(stub, LIST)

    assert f'<a href="{PAGE}">GHQ-12</a>' in text
    assert "Off: no licence" in text
    assert "The words belong to GL Assessment." in text
    assert "Three questions about your life <strong" in text


async def test_the_way_to_outcomes_leads_to_the_first_list(stub: StubGateway) -> None:
    fill(stub)
    async with stub.browser(FINANCE) as client:
        answer = await client.get("/outcomes")

    assert answer.headers["location"] == "/outcomes/reports"


async def test_a_licence_is_stated_with_its_days_and_why(stub: StubGateway) -> None:
    fill(stub)
    answer = await sent(stub, **FIRST)

    assert answer.headers["location"] == f"{PAGE}?done=stated"
    assert put(stub) == [{"licences": [A_LICENCE], "wordings": [], "reason": "Bought."}]
    assert next(each for each in stub.services.asked if each.method == "PUT").headers["if-match"] == '"0"'


async def test_what_was_stated_is_filled_in_with_room_for_one_more(stub: StubGateway) -> None:
    fill(stub, stated(wordings=[WORDS]))
    text = await page_of(stub)

    for told in ('value="GLA-1"', 'id="reference-1"', "One more licence", "Bought &lt;b&gt;.", 'value="keep" checked'):
        assert told in text
    assert 'id="reference-2"' not in text


async def test_a_second_licence_without_an_end_is_stated_beside_the_first_and_words_are_kept(
    stub: StubGateway,
) -> None:
    fill(stub, stated(wordings=[WORDS]))
    await sent(stub, **FIRST, **{"reference-1": "GLA-2", "from_day-1": "2027-04-01", "words": "keep"})

    [told] = put(stub)
    assert told["licences"] == [A_LICENCE, {"reference": "GLA-2", "from_day": "2027-04-01", "to_day": None}]
    assert told["wordings"] == [WORDS]


async def test_words_are_loaded_from_a_file(stub: StubGateway) -> None:
    fill(stub)
    file = "version,question,level,words\r\n1,item_1,,A made-up question?\r\n1,item_1,1,Yes\r\n1,item_1,2,No\r\n"
    await sent(stub, b"\xef\xbb\xbf" + file.encode(), **FIRST, words="file")

    assert put(stub)[0]["wordings"] == [WORDS]


async def test_the_file_to_fill_in_has_a_row_a_question_and_a_row_a_level(stub: StubGateway) -> None:
    fill(stub, stated(wordings=[WORDS]))
    async with stub.browser(FINANCE) as client:
        answer = await client.get(f"{PAGE}/words.csv")

    rows = answer.text.splitlines()
    assert rows[:5] == [
        "version,question,level,words",
        "1,item_1,,A made-up question?",
        "1,item_1,1,Yes",
        "1,item_1,2,No",
        "1,item_1,3,",
    ]
    assert len(rows) == 1 + 12 * 5
    assert answer.headers["content-disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"reference-0": ""}, "reference-0"),
        ({"from_day-0": "soon"}, "from_day-0"),
        ({"to_day-0": "later"}, "to_day-0"),
        ({"reason": ""}, "reason"),
        ({"words": "keep"}, "words"),
        ({"words": "file"}, "file"),
    ],
)
async def test_what_cannot_be_read_is_told_at_its_field(stub: StubGateway, form: dict[str, str], field: str) -> None:
    fill(stub)
    answer = await sent(stub, **{**FIRST, **form})

    assert answer.status_code == 422
    assert f'<a href="#{field}">' in answer.text
    assert f'id="{field}"' in answer.text
    assert put(stub) == []


@pytest.mark.parametrize(
    ("file", "told"),
    [
        ("question,words\n", "The file must have the columns version, question, level and words"),
        ("version,question,level,words\n1,item_1,,\n", "Row 2 must have words"),
        ("version,question,level,words\none,item_1,,Why?\n", "Row 2 must name a version"),
        ("version,question,level,words\n1,,1,Why?\n", "Row 2 must name a version"),
        ("version,question,level,words\n1,item_1,1,Yes\n1,item_1,1,No\n", "Row 3 is there twice"),
        ("version,question,level,words\n1,item_1,,Why?\n1,item_1,,How?\n", "Row 3 is there twice"),
    ],
)
def test_a_file_of_words_that_cannot_be_read_says_where(file: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        words_of(file)


async def test_a_file_that_is_no_text_is_told_at_its_field(stub: StubGateway) -> None:
    fill(stub)

    assert "The file must be CSV in UTF-8" in (await sent(stub, b"\xff\xfe\x00", **FIRST, words="file")).text


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (422, "The statement does not fit the instrument: item_1: each of its levels needs words, and no other"),
        (412, "Somebody else has stated something since you opened the page."),
    ],
)
async def test_what_the_service_refuses_is_told_and_what_was_filled_in_stays(
    stub: StubGateway, status: int, told: str
) -> None:
    problem = {
        "title": "The statement does not fit the instrument",
        "detail": "item_1: each of its levels needs words, and no other",
    }
    fill(stub, stated(), httpx.Response(status, json=problem))
    answer = await sent(stub, **FIRST)

    assert answer.status_code == status
    assert told in answer.text
    assert 'value="GLA-1"' in answer.text
    # Whoever has seen the other statement decides on it.
    seen = 1 if status == 412 else 0
    assert f'name="etag" value="&#34;{seen}&#34;"' in answer.text


async def test_what_needs_no_licence_has_no_page_of_licences(stub: StubGateway) -> None:
    fill(stub)
    stub.services.answers["/v1/outcome-instruments/life/licence"] = lambda _: httpx.Response(
        200, json=NOTHING, headers={"etag": '"0"'}
    )
    await page_of(stub, "/outcomes/instruments/life", status=404)


async def test_licences_are_for_finance_officers(stub: StubGateway) -> None:
    fill(stub)
    async with stub.browser(PRACTITIONER) as client:
        answers = [(await client.get(path)).status_code for path in (LIST, PAGE, f"{PAGE}/words.csv")]

    assert answers == [403, 403, 403]
