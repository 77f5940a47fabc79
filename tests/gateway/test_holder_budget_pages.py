"""A budget holder's own pages: what there is of each stream, and how the sum came about, step by step."""

import re
from typing import Any
from xml.etree import ElementTree

import pytest

from braid.kit.identity import Principal, Role
from gateway.console.stream_part import parts_of
from gateway.console.worked_out_view import WorkedOut, worked_out
from gateway.development_issuer import EXAMPLE_COUNCIL
from tests.gateway.allocations import FINAL, an_allocation
from tests.gateway.doubles import StubGateway
from tests.gateway.whole import PERSON_ID, as_services_answer, award, line, step, term, whole

HOLDER = Principal("budget_holder:test", EXAMPLE_COUNCIL, frozenset({Role.BUDGET_HOLDER}), PERSON_ID)
BUDGET, WORKED_OUT = f"/people/{PERSON_ID}/my-budget", f"/people/{PERSON_ID}/how-worked-out"
CARE = "adult_social_care"


def money(stream: str, awarded: int, **portions: int) -> dict[str, Any]:
    spent = {f"{name}_pence": portions.get(name, 0) for name in ("paid", "advanced", "committed", "recovered")}
    left = awarded - sum(spent.values())
    return {"stream": stream, "fund_id": "x", "awarded_pence": awarded, "left_pence": left, **spent}


def fill_budget(stub: StubGateway, read: dict[str, Any], *funds: dict[str, Any]) -> None:
    stub.services.answers.update(as_services_answer(read))
    stub.services.answers[f"/v1/people/{PERSON_ID}/budget/balances"] = {"money": list(funds), "balances": []}


async def page_of(stub: StubGateway, path: str, principal: Principal = HOLDER, status: int = 200) -> str:
    async with stub.browser(principal) as client:
        answer = await client.get(path)
    assert answer.status_code == status, answer.text
    return " ".join(answer.text.split())


async def test_each_stream_tells_what_is_awarded_spent_held_and_left(stub: StubGateway) -> None:
    told = whole(
        award(CARE, 520_000, contribution_pence=10_000, terms=[term("challenge", "Complain to the council.")]),
        award("independent_living_fund", 100_000, status="indicative", decided_by="The fund"),
    )
    fill_budget(stub, told, money(CARE, 520_000, paid=100_000, advanced=40_000, committed=80_000))
    text = await page_of(stub, BUDGET)

    for part in (
        "£6,200.00",
        "£5,200.00 is confirmed. £1,000.00 is indicative",
        "Of £5,200.00: spent £1,000.00, in your account, not yet accounted for £400.00, held for what is agreed"
        " £800.00 and left to plan £3,000.00.",
        "Of it you pay yourself</dt><dd>£100.00",
        "1 June 2009 to 30 May 2010",
        "This looks like £1,000.00. You can plan with it now. The fund decides",
        "Complain to the council.",
        "Personal care",
        f'href="/people/{PERSON_ID}/plans"',
    ):
        assert part in text, part


async def test_the_portions_of_a_bar_make_the_whole(stub: StubGateway) -> None:
    sums = money(CARE, 99_999, paid=33_333, advanced=1, committed=20_000, recovered=5)
    fill_budget(stub, whole(award(CARE, 99_999)), sums)
    text = await page_of(stub, BUDGET)

    (bar,) = re.findall(r'<svg class="portions"[^>]*aria-labelledby="in-words-whole".*?</svg>', text)
    widths = [float(told) for told in re.findall(r'width="([0-9.]+)%" height="28"/', bar)]
    assert len(widths) == 5
    assert sum(widths) == pytest.approx(100, abs=0.01)


async def test_what_is_not_in_the_budget_says_why_and_what_is_still_needed(stub: StubGateway) -> None:
    refused = award("supporting_people", 0, status="not_eligible", trace=[step("Nobody needs it.", "failed")])
    open_one = award("community_equipment", 0, status="undecided", missing_facts=["household"])
    fill_budget(stub, whole(award(CARE, 52_000), refused, open_one), money(CARE, 52_000))
    text = await page_of(stub, BUDGET)

    assert "Supporting People: not eligible" in text
    assert "Nobody needs it." in text
    assert "It cannot be decided before these are known" in text


@pytest.mark.parametrize(
    ("away", "told", "kept"),
    [
        ("ledger", "the budget and its sums", "Adult social care"),
        ("funding_streams", "what each stream decided and why", "£520.00"),
        ("support_planning", "where the budget has got to", "£520.00"),
        ("assessment", "the name and the details of the case", "£520.00"),
    ],
)
async def test_what_is_away_is_named_and_the_rest_is_shown(stub: StubGateway, away: str, told: str, kept: str) -> None:
    fill_budget(stub, whole(award(CARE, 52_000)), money(CARE, 52_000))
    stub.services.away.add(away)
    text = await page_of(stub, BUDGET)

    assert "Part of this page is missing for the moment" in text
    assert told in text
    assert kept in text


async def test_before_there_is_a_budget_the_page_leads_to_the_questions(stub: StubGateway) -> None:
    read = as_services_answer(whole())
    stub.services.answers[f"/v1/people/{PERSON_ID}"] = read[f"/v1/people/{PERSON_ID}"]
    text = await page_of(stub, BUDGET)

    assert "No budget is open yet." in text
    assert f'href="/people/{PERSON_ID}/self-assessment"' in text
    assert "Begin your self-assessment" in text


async def test_a_person_whom_nobody_knows_has_no_pages(stub: StubGateway) -> None:
    for path in (BUDGET, WORKED_OUT):
        await page_of(stub, path, status=404)


def steps_of(allocation: dict[str, Any] | None, *awards: dict[str, Any]) -> WorkedOut:
    return worked_out(allocation, parts_of({"awards": list(awards)}, None), is_whole=True)


def assert_adds_up(view: WorkedOut) -> None:
    """Each step goes on where the last one ended; a sum says what there is by then."""
    so_far = 0
    for bar in view.bars:
        so_far = so_far + bar.step.pence if not bar.step.is_sum else so_far
        if bar.step.is_sum:
            assert bar.step.pence == so_far, bar.step.title
        assert bar.until_pence == so_far, bar.step.title
        assert 0 <= float(bar.left_percent) + float(bar.width_percent) <= 100.01


ALLOCATION = an_allocation()
FIGURE = ALLOCATION["pence_per_year"]
SETTLED = {**ALLOCATION, "final": FINAL}


@pytest.mark.parametrize(
    ("allocation", "awards", "whole_pence"),
    [
        (ALLOCATION, (award(CARE, FIGURE),), FIGURE),
        (ALLOCATION, (award(CARE, FIGURE + 7, contribution_pence=500),), FIGURE + 7),
        (ALLOCATION, (award(CARE, FIGURE // 2),), FIGURE // 2),
        (ALLOCATION, (award("supporting_people", 127_400), award(CARE, FIGURE)), FIGURE + 127_400),
        (ALLOCATION, (award(CARE, 0, status="not_eligible"), award("supporting_people", 100)), 100),
        (SETTLED, (award(CARE, 104_000), award("access_to_work", 888_400, status="indicative")), 992_400),
        (None, (award(CARE, 5_000), award("supporting_people", 100, contribution_pence=40)), 5_100),
    ],
)
def test_the_steps_add_up_to_the_whole_budget_to_the_penny(
    allocation: dict[str, Any] | None, awards: tuple[dict[str, Any], ...], whole_pence: int
) -> None:
    view = steps_of(allocation, *awards)

    assert_adds_up(view)
    (budget,) = (bar for bar in view.bars if bar.step.title == "Your whole budget")
    assert budget.step.pence == whole_pence
    if share := sum(each["contribution_pence"] for each in awards):
        assert view.bars[-1].step.pence == whole_pence - share


def test_an_allocation_alone_ends_with_itself() -> None:
    view = steps_of(ALLOCATION)

    assert_adds_up(view)
    assert (view.bars[-1].step.title, view.bars[-1].step.pence) == ("Your indicative allocation", FIGURE)


def test_every_step_has_a_sentence_a_figure_and_its_source() -> None:
    charge = {**step("The person pays £10.00 a week.", "worked_out", citation="The charging rules"), "code": "charge"}
    view = steps_of(SETTLED, award(CARE, 104_000, contribution_pence=52_000, trace=[charge]))

    assert all(bar.step.sentence and bar.step.source and bar.step.pence for bar in view.bars)
    assert (view.bars[-2].step.sentence, view.bars[-2].step.source) == (
        "The person pays £10.00 a week.",
        "The charging rules",
    )


def test_nothing_worked_out_says_so() -> None:
    assert (steps_of(None).bars, steps_of(None).summary) == ((), "Nothing has been worked out yet.")


async def test_the_picture_has_a_bar_a_step_and_its_words(stub: StubGateway) -> None:
    lines = [line("Support <worker>", "weekly", 1_000, 52_000)]
    read = {
        **whole(award(CARE, FIGURE), award("access_to_work", 52_000, status="indicative", lines=lines)),
        "allocation": ALLOCATION,
    }
    stub.services.answers.update(as_services_answer(read))
    text = await page_of(stub, WORKED_OUT)
    (picture,) = re.findall(r'<svg role="img".*?</svg>(?=\s*<figcaption)', text)

    bars = ElementTree.fromstring(picture).iter("rect")
    assert len(list(bars)) == text.count('<th scope="row"')
    assert "Support &lt;worker&gt;: £10.00 every week." in text
    assert f"Your whole budget is £{(FIGURE + 52_000) / 100:,.2f}, from Adult social care and access_to_work." in text


async def test_what_cannot_be_had_is_told_and_the_rest_is_right(stub: StubGateway) -> None:
    stub.services.answers.update(as_services_answer(whole(award(CARE, 52_000))))
    stub.services.away.add("ras")
    text = await page_of(stub, WORKED_OUT)

    assert "A part of this is missing for the moment" in text
    assert "Your whole budget is £520.00" in text
