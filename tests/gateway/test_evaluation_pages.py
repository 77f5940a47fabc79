"""Evaluations on pages: asked as they were filled in, waited for, and told in words and tables with intervals."""

import json
from typing import Any

import httpx
import pytest

from tests.gateway.doubles import AUDITOR, PRACTITIONER, StubGateway
from tests.gateway.outcomes import instruments
from tests.gateway.payments import FINANCE

EVALUATION_ID = "3f0e8e1a-6a1f-5a52-8a43-0d7b3c1c7b01"
LIST, PAGE = "/outcomes/evaluations", f"/outcomes/evaluations/{EVALUATION_ID}"
SERVICE = f"/v1/outcome-evaluations/{EVALUATION_ID}"
NOTHING_ASKED: dict[str, Any] = {"evaluations": [], "next": None}
FORM = {"from_day": "2026-01-05", "to_day": "2026-12-27", "compare": "before_and_after", "key": "once"}


def estimate(value: float | None, low: float | None = None, high: float | None = None) -> dict[str, Any]:
    return {"value": value, "low": low, "high": high, "p": None}


def an_outcome(**told: Any) -> dict[str, Any]:
    return {
        "measure": "life.satisfaction",
        "label": "satisfaction",
        "group": None,
        "answered": "all",
        "people": [120, 110],
        "estimate": estimate(0.5, 0.25, 0.75),
        "adjusted": None,
        "p_holm": 0.01,
        "p_false_discovery": 0.01,
        "finding": "clear",
        **told,
    }


def results(**told: Any) -> dict[str, Any]:
    return {
        "design": "between_arms",
        "draws": 2000,
        "seed": 1,
        "as_of": "2027-03-01T10:00:00Z",
        "people": {"budget": 510, "comparison": 449},
        "left_out": [{"why": "nothing lived in these weeks", "people": 3}],
        "arms": {"budget": "people with a budget", "comparison": "people known here without one"},
        "warnings": ["fewer than 30 people in one group"],
        "costs": [
            {
                "stream": "all streams",
                "group": None,
                "budget": estimate(28_000, 26_000, 30_000),
                "comparison": estimate(30_000, 27_000, 33_000),
                "difference": estimate(-2_000, -5_000, 1_000),
            }
        ],
        "outcomes": [
            an_outcome(),
            an_outcome(answered="others", people=None, estimate=None, finding="kept_back"),
            an_outcome(group="older_people", answered="self", finding="not_clear"),
        ],
        "groups_differ_p": {"life.satisfaction": 0.03},
        "cost_and_effect": [],
        **told,
    }


def an_evaluation(status: str = "done", **told: Any) -> dict[str, Any]:
    return {
        "evaluation_id": EVALUATION_ID,
        "status": status,
        "progress": 0.42,
        "asked_by": "finance_officer:<b>",
        "asked_at": "2027-03-01T10:00:00Z",
        "question": {
            "from_day": "2026-01-05",
            "to_day": "2026-12-27",
            "compare": "arms",
            "measures": ["life.satisfaction"],
            "seed": 1,
            "draws": 2000,
            "pounds_a_point": 200,
            "weeks_from": "2026-01-05",
            "weeks_to": "2026-12-27",
            "has_comparison_file": True,
        },
        "results": results() if status == "done" else None,
        "problem": None,
        **told,
    }


def fill(stub: StubGateway, told: dict[str, Any] | None = None, answer: httpx.Response | None = None) -> None:
    stub.services.answers["/v1/outcome-instruments"] = instruments()
    stub.services.answers["/v1/outcome-evaluations"] = lambda request: (
        answer if answer and request.method == "POST" else httpx.Response(200, json=NOTHING_ASKED)
    )
    stub.services.answers[SERVICE] = told or an_evaluation()


async def page_of(stub: StubGateway, path: str = PAGE, status: int = 200) -> str:
    async with stub.browser(AUDITOR) as client:
        answer = await client.get(path)
    assert answer.status_code == status, answer.text
    return " ".join(answer.text.split())


async def sent(stub: StubGateway, content: bytes = b"", /, **form: str) -> httpx.Response:
    async with stub.browser(FINANCE) as client:
        return await client.post(LIST, data={**FORM, **form}, files={"file": ("people.csv", content)})


def asked(stub: StubGateway) -> list[Any]:
    return [json.loads(each.content) for each in stub.services.asked if each.method == "POST"]


@pytest.mark.parametrize(
    ("form", "content", "body"),
    [
        ({}, b"", {"compare": "before_and_after"}),
        ({"measure-life.satisfaction": "yes"}, b"", {"compare": "before_and_after", "measures": ["life.satisfaction"]}),
        ({"compare": "arms"}, b"\xef\xbb\xbfarm\n", {"compare": "arms", "comparison_csv": "arm\n"}),
    ],
)
async def test_an_evaluation_is_asked_as_it_was_filled_in(
    stub: StubGateway, form: dict[str, str], content: bytes, body: dict[str, Any]
) -> None:
    fill(stub, answer=httpx.Response(202, json=an_evaluation("waiting")))
    answer = await sent(stub, content, **form)

    assert (answer.status_code, answer.headers["location"]) == (303, PAGE)
    assert asked(stub) == [{"from_day": "2026-01-05", "to_day": "2026-12-27", **body}]


@pytest.mark.parametrize(
    ("form", "content", "field"),
    [
        ({"from_day": ""}, b"", "from_day"),
        ({"to_day": "soon"}, b"", "to_day"),
        ({"to_day": "2026-01-04"}, b"", "to_day"),
        ({"compare": "nothing"}, b"", "compare"),
        ({}, b"arm\n", "file"),
        ({"compare": "arms"}, b"\xff\xfe", "file"),
    ],
)
async def test_what_cannot_be_read_is_told_at_its_field(
    stub: StubGateway, form: dict[str, str], content: bytes, field: str
) -> None:
    fill(stub)
    answer = await sent(stub, content, **form)

    assert answer.status_code == 422
    assert f'<a href="#{field}">' in answer.text
    assert f'id="{field}"' in answer.text
    assert asked(stub) == []


@pytest.mark.parametrize(
    ("status", "kind", "field"),
    [(409, "nothing-answered", "#to_day"), (422, "no-whole-week", "#from_day"), (422, "unknown-measure", "#measures")],
)
async def test_what_the_service_refuses_is_told_where_it_is_mended(
    stub: StubGateway, status: int, kind: str, field: str
) -> None:
    problem = {"type": f"https://braid.example/problems/{kind}", "title": "Refused", "detail": "of 2026-12-27"}
    fill(stub, answer=httpx.Response(status, json=problem))

    assert f'<a href="{field}">Refused: of 27 December 2026</a>' in (await sent(stub)).text


async def test_a_service_without_the_analysis_says_so(stub: StubGateway) -> None:
    problem = {"type": "x", "title": "Evaluations cannot be worked out here", "detail": "It runs without scipy."}
    fill(stub, answer=httpx.Response(501, json=problem))

    assert "Evaluations cannot be worked out here: It runs without scipy." in (await sent(stub)).text


async def test_what_was_asked_is_found_again_and_an_auditor_asks_nothing(stub: StubGateway) -> None:
    fill(stub)
    listed = {"evaluations": [an_evaluation("running")], "next": "more"}
    stub.services.answers["/v1/outcome-evaluations"] = listed
    text = await page_of(stub, LIST)

    assert f'href="{PAGE}">1 March 2027, 10:00am GMT' in text
    assert "by finance_officer:&lt;b&gt;" in text
    assert "Being worked out" in text
    assert f'href="{LIST}?after=more"' in text
    assert "<textarea" not in text
    assert "Work it out" not in text


async def test_an_evaluation_under_way_tells_how_far_it_is_and_how_to_look_again(stub: StubGateway) -> None:
    fill(stub, an_evaluation("running"))
    text = await page_of(stub)

    assert "42% is done." in text
    assert f'href="{PAGE}"' in text


async def test_one_that_failed_tells_why(stub: StubGateway) -> None:
    errors = [{"row": 3, "column": "weeks", "message": "is below 0"}]
    problem = {"type": "people-refused", "title": "The people cannot be used", "detail": "1 fault", "errors": errors}
    fill(stub, an_evaluation("failed", problem=problem))

    assert "Row 3, weeks: is below 0" in await page_of(stub)


async def test_results_are_told_in_words_and_in_tables_with_their_intervals(stub: StubGateway) -> None:
    fill(stub)
    text = await page_of(stub)

    for told in (
        "A week of a person with a budget costs £280.00 (£260.00 to £300.00).",
        "The difference to people without one is -£20.00 (-£50.00 to £10.00) a week.",
        "There is a clear difference in satisfaction.",
        "People known here without one. 449 people.",
        "3 people: Nothing lived in these weeks.",
        "Fewer than 30 people in one group.",
        "0.5 (0.25 to 0.75)",
        "Kept back: few people",
        "Older people, answered by themselves",
        "In satisfaction (life), user groups differ from each other (p 0.030).",
        f'href="{PAGE}/report"',
    ):
        assert told in text
    assert "Among people alike" not in text


async def test_cost_and_effect_stand_together_where_costs_of_both_are_known(stub: StubGateway) -> None:
    together: dict[str, Any] = {
        "measure": "life.satisfaction",
        "group": None,
        "cost_pence_per_week": 1234.4,
        "effect": 0.5,
        "verdict": "better_and_dearer",
        "shares_of_draws": {},
        "pence_a_point_gained": 2468.8,
        "pence_a_point": [],
        "share_worth_it": [],
        "net_benefit": {"value": [], "low": [], "high": []},
    }
    fill(stub, an_evaluation(results=results(cost_and_effect=[together])))
    text = await page_of(stub)

    for told in ("+£12.34", "Better and dearer with a budget", "£24.69"):
        assert told in text


async def test_no_clear_difference_is_no_claim(stub: StubGateway) -> None:
    fill(stub, an_evaluation(results=results(outcomes=[an_outcome(finding="not_clear")])))

    assert "There is no clear difference in any outcome." in await page_of(stub)


async def test_the_report_comes_with_its_own_policy(stub: StubGateway) -> None:
    fill(stub)
    policy = {"content-security-policy": "default-src 'none'", "content-type": "text/html; charset=utf-8"}
    stub.services.answers[f"{SERVICE}/report"] = lambda _: httpx.Response(200, content=b"<html>", headers=policy)
    async with stub.browser(AUDITOR) as client:
        answer = await client.get(f"{PAGE}/report")

    assert answer.headers.get_list("content-security-policy") == ["default-src 'none'"]
    assert answer.headers["cache-control"] == "no-store"
    assert answer.text == "<html>"


async def test_evaluations_are_for_those_who_may_read_them(stub: StubGateway) -> None:
    fill(stub)
    async with stub.browser(PRACTITIONER) as client:
        answers = [(await client.get(path)).status_code for path in (LIST, PAGE, f"{PAGE}/report")]
    async with stub.browser(AUDITOR) as client:
        asking = await client.post(LIST, data=FORM, files={"file": ("x", b"")})

    assert [*answers, asking.status_code] == [403] * 4
