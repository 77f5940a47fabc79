"""The console over the whole platform: a real person's budget, seen by those who may and by those who may not.

One platform stands for all, and a journey is made once: nobody here changes anything of another's.
"""

import html
import re
from collections.abc import Iterator

import httpx
import pytest

from tests.gateway.conftest import Platform, StandingPlatform

# The first of them waits for the platform, and for its databases to be migrated.
pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.xdist_group("gateway_pages"),
    pytest.mark.timeout(600),
]

OTHER_COUNCIL = "E10000003"
NAME = "Daniel W."


@pytest.fixture
def platform(standing_platform: StandingPlatform) -> Iterator[Platform]:
    """The platform with every service there."""
    yield standing_platform
    standing_platform.away.clear()


async def shown(client: httpx.AsyncClient, path: str) -> str:
    """The page at a path, without its line breaks."""
    async with client:
        answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return " ".join(answer.text.split())


async def status(client: httpx.AsyncClient, path: str) -> int:
    async with client:
        return (await client.get(path)).status_code


async def test_the_page_of_a_person_tells_the_whole_and_its_parts(platform: Platform) -> None:
    person_id = await platform.journey()
    async with await platform.system("practitioner") as system:
        read = (await system.get(f"/v1/people/{person_id}/whole-budget")).json()
    text = await shown(await platform.browser("practitioner"), f"/people/{person_id}")

    total = read["budget"]["total_pence"]
    assert f'<p class="total">£{total // 100:,}.{total % 100:02d}</p>' in text
    assert "From 3 funding streams, for 1 June 2009 to 30 May 2010." in text
    for fund in read["budget"]["funds"]:
        assert f"£{fund['amount_pence'] // 100:,}.{fund['amount_pence'] % 100:02d}" in text
        assert fund["decided_by"] in text
    assert text.count('class="part stream-') == 3
    assert text.count('fill="url(#hatch)"') == 1


async def test_every_test_of_every_stream_is_told_with_its_figures(platform: Platform) -> None:
    person_id = await platform.journey()
    async with await platform.system("practitioner") as system:
        awards = (await system.get(f"/v1/people/{person_id}/awards")).json()["awards"]
    text = await shown(await platform.browser("practitioner"), f"/people/{person_id}")

    steps = [step for award in awards for step in award["trace"]]
    figures = [figure for step in steps for figure in step["figures"]]
    working = " ".join(re.findall(r'<ol class="steps">.*?</ol>', text))
    assert working.count('<strong class="outcome') == len(steps)
    assert working.count("<cite>") == len(figures)
    assert working.count("Not confirmed in a source yet") == sum(figure["unconfirmed"] for figure in figures) > 0


async def test_every_stream_tells_its_lines_bars_and_terms_with_their_sources(platform: Platform) -> None:
    person_id = await platform.journey("six-streams-in-one-budget")
    async with await platform.system("practitioner") as system:
        awards = (await system.get(f"/v1/people/{person_id}/awards")).json()["awards"]
    text = html.unescape(await shown(await platform.browser("practitioner"), f"/people/{person_id}"))

    assert len(awards) >= 6
    for award in awards:
        assert award["stream_label"] in text
        for told in (*award["lines"], *award["payee_bars"]):
            assert told["text"] in text
        for term in award["terms"]:
            assert term["citation"] in text
        for group in (award["payee_bars"], award["terms"]):
            assert all(told["citation"] for told in group)


async def test_things_given_in_kind_are_told_apart_from_the_money(platform: Platform) -> None:
    person_id = await platform.journey("six-streams-in-one-budget")
    async with await platform.system("practitioner") as system:
        budget = (await system.get(f"/v1/people/{person_id}/budget")).json()
    text = await shown(await platform.browser("practitioner"), f"/people/{person_id}")

    value = budget["in_kind_pence"]
    assert f"Community equipment, things worth £{value // 100:,}.{value % 100:02d}" in text
    assert "Things are given here, not money." in text
    assert text.count('class="part stream-') == len(budget["funds"]) - 1


async def test_the_journal_on_the_page_is_in_balance(platform: Platform) -> None:
    person_id = await platform.journey()
    text = await shown(await platform.browser("practitioner"), f"/people/{person_id}")

    assert text.count(">In balance<") == 2
    assert "Not in balance" not in text


@pytest.mark.parametrize("reference", ["six-streams-in-one-budget", "under-the-care-act-in-2026"])
async def test_codes_are_never_shown_to_people(reference: str, platform: Platform) -> None:
    person_id = await platform.journey(reference)
    text = await shown(await platform.browser("practitioner"), f"/people/{person_id}")

    words = re.sub(r"<[^>]*>", " ", text)
    assert not re.findall(r"\b[a-z]+_[a-z_]+\b", words)
    assert not re.findall(r"\d{4}-\d\d-\d\d", words)


async def test_a_holder_sees_the_own_page(platform: Platform) -> None:
    person_id = await platform.journey()
    text = await shown(await platform.browser("budget_holder", person_id=person_id), f"/people/{person_id}")

    assert "<h1>Your budget</h1>" in text
    assert NAME in text
    assert "your own share" in text


async def test_a_holder_finds_nobody_else(platform: Platform) -> None:
    own, other = await platform.journey(), await platform.journey("like-savva-in-july-2009")

    assert await status(await platform.browser("budget_holder", person_id=own), f"/people/{other}") == 404


async def test_a_holder_sees_no_list_of_people(platform: Platform) -> None:
    own = await platform.journey()

    assert await status(await platform.browser("budget_holder", person_id=own), "/people") == 403


async def test_another_council_sees_nobody(platform: Platform) -> None:
    await platform.journey()
    text = await shown(await platform.browser("practitioner", council=OTHER_COUNCIL), "/people")

    assert "The council has no people here yet." in text
    assert NAME not in text


@pytest.mark.parametrize("path", ["/people/{}", "/v1/people/{}", "/v1/people/{}/whole-budget", "/v1/people/{}/budget"])
async def test_another_council_finds_no_person_by_id(path: str, platform: Platform) -> None:
    person_id = await platform.journey()
    client = await platform.browser("practitioner", council=OTHER_COUNCIL)
    client.headers["authorization"] = f"Bearer {await platform.token('practitioner', council=OTHER_COUNCIL)}"

    assert await status(client, path.format(person_id)) == 404


async def test_another_councils_auditor_sees_an_empty_ledger(platform: Platform) -> None:
    await platform.journey()
    text = await shown(await platform.browser("auditor", council=OTHER_COUNCIL), "/ledger")

    assert "The journal has no entries yet." in text


@pytest.mark.parametrize("role", ["practitioner", "approver"])
async def test_others_of_the_staff_see_no_proof(role: str, platform: Platform) -> None:
    client = await platform.browser(role)

    assert await status(client, "/ledger") == 403


async def test_a_page_is_shown_without_the_parts_whose_service_is_away(platform: Platform) -> None:
    person_id = await platform.journey()
    platform.away |= {"ras", "ledger"}
    text = await shown(await platform.browser("practitioner"), f"/people/{person_id}")

    for part in ("how the allocation was worked out", "the budget and its sums", "the journal entries"):
        assert f"<li>{part}</li>" in text
    assert NAME in text
    assert "Independent Living Fund" in text
    assert "The case was opened" in text


async def test_a_page_is_shown_while_only_the_ledger_is_there(platform: Platform) -> None:
    person_id = await platform.journey()
    platform.away |= {"assessment", "ras", "funding_streams", "support_planning"}
    text = await shown(await platform.browser("practitioner"), f"/people/{person_id}")

    assert "Name not available for the moment" in text
    assert '<p class="total">£' in text
    assert NAME not in text


async def test_a_service_that_is_away_is_a_problem_at_the_api(platform: Platform) -> None:
    platform.away.add("ledger")
    async with await platform.system("auditor") as client:
        answer = await client.get("/v1/journal/proof")

    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")


async def test_a_ledger_that_is_away_is_a_page(platform: Platform) -> None:
    platform.away.add("ledger")

    assert await status(await platform.browser("auditor"), "/ledger") == 503


async def test_a_case_that_has_only_been_opened_has_a_page(platform: Platform) -> None:
    case = {"reference": "new", "name": "Nell N.", "user_group": "older_people", "opened_on": "2009-06-01"}
    async with await platform.system("practitioner") as system:
        opened = await system.post("/v1/people", json=case, headers={"idempotency-key": "nell"})
    text = await shown(await platform.browser("practitioner"), f"/people/{opened.json()['person_id']}")

    assert "No budget is open." in text
    assert "It has not been worked out yet." in text
    assert "Nothing has been entered yet." in text


async def test_an_idempotent_request_is_answered_again_through_the_gateway(platform: Platform) -> None:
    case = {"reference": "twice", "name": "Nell N.", "user_group": "older_people", "opened_on": "2009-06-01"}
    async with await platform.system("practitioner") as system:
        first = await system.post("/v1/people", json=case, headers={"idempotency-key": "twice"})
        second = await system.post("/v1/people", json=case, headers={"idempotency-key": "twice"})

    assert first.json() == second.json()
    assert first.headers["location"] == second.headers["location"] == f"/v1/people/{first.json()['person_id']}"
    assert second.headers["idempotency-replayed"] == "true"


async def test_a_stale_change_is_refused_through_the_gateway(platform: Platform) -> None:
    case = {"reference": "stale", "name": "Nell N.", "user_group": "older_people", "opened_on": "2009-06-01"}
    async with await platform.system("practitioner") as system:
        person_id = (await system.post("/v1/people", json=case, headers={"idempotency-key": "a"})).json()["person_id"]
        begun = await system.post(
            f"/v1/people/{person_id}/assessments",
            json={"questionnaire": "example-council"},
            headers={"idempotency-key": "b"},
        )
        path = f"/v1/assessments/{begun.json()['assessment_id']}/answers"
        answers = {"answered_as": "person", "answers": {"household": "single"}}
        missing = await system.put(path, json=answers)
        fresh = await system.put(path, json=answers, headers={"if-match": begun.headers["etag"]})
        stale = await system.put(path, json=answers, headers={"if-match": begun.headers["etag"]})

    assert (missing.status_code, fresh.status_code, stale.status_code) == (428, 200, 412)
    assert fresh.headers["etag"] != begun.headers["etag"]
