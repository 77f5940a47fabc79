"""The page of an allocation: both views, the days, the worth of answers, what moved it, and who settled what."""

import html
import re
from dataclasses import asdict

import pytest

from braid.kit.identity import Principal, Role
from gateway.development_issuer import EXAMPLE_COUNCIL
from services.ras.domain.change import change
from services.ras.domain.sensitivity import next_answers, worth_of_answers
from tests.gateway.allocations import FINAL, PAGE, TABLE, a_figure, a_need, an_allocation, fill
from tests.gateway.doubles import AUDITOR, PRACTITIONER, StubGateway
from tests.gateway.whole import PERSON_ID
from tests.ras.material import a_table

OTHER_ALLOCATION = "efc090a0-2e7d-5f59-8fca-f2c1ff29cc94"
HOLDER = Principal("budget_holder:test", EXAMPLE_COUNCIL, frozenset({Role.BUDGET_HOLDER}), PERSON_ID)
LINK = "Settle the final figure"


async def words_of(stub: StubGateway, path: str = PAGE, who: Principal = PRACTITIONER) -> str:
    async with stub.browser(who) as client:
        answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", answer.text)))


# -- the two views, and the days


async def test_both_views_of_the_need_are_shown_with_the_gap_between_them(stub: StubGateway) -> None:
    allocation = an_allocation()
    fill(stub, allocation)
    words = await words_of(stub)

    view = allocation["costed_hours"]
    for line in view["lines"]:
        assert line["text"].replace("2010-04-01", "1 April 2010") in words
    assert f"The allocation is less by £{-view['gap_pence_per_year'] / 100:,.2f}" in words


async def test_a_gap_the_other_way_is_told_as_more(stub: StubGateway) -> None:
    allocation = an_allocation()
    allocation["costed_hours"]["gap_pence_per_year"] = 1_00
    fill(stub, allocation)

    assert "The allocation is more by £1.00" in await words_of(stub)


async def test_good_and_bad_days_are_shown_each_with_its_sum_and_weighed(stub: StubGateway) -> None:
    fill(stub, an_allocation())
    words = await words_of(stub)

    assert "A usual day 5 6 £1,616.75" in words
    assert "A bad day 2 9 £2,425.12" in words
    assert "Weighed by how often they come 7 £1,847.71" in words


async def test_a_figure_that_a_person_finds_still_has_its_hours_and_no_gap(stub: StubGateway) -> None:
    fill(stub, an_allocation("beyond the table"))
    words = await words_of(stub)

    assert "it gives no sum: a person must look" in words
    assert "A person finds the figure." in words
    assert "These hours £" in words
    assert "The allocation is" not in words


@pytest.mark.parametrize("missing", ["costed_hours", "days"])
async def test_a_table_without_hours_or_days_shows_neither(stub: StubGateway, missing: str) -> None:
    fill(stub, an_allocation() | {missing: None})
    words = await words_of(stub)

    assert ("The same needs in hours" in words) == (missing == "days")
    assert ("What the sum would be if every day were such" in words) == (missing == "costed_hours")


# -- the worth of answers, and what moved the figure


async def test_each_answer_is_shown_with_its_worth_a_week(stub: StubGateway) -> None:
    fill(stub, an_allocation())
    words = await words_of(stub)

    (worth,) = worth_of_answers(TABLE, a_need())
    assert worth.pence_per_week is not None
    assert f"{worth.label} {worth.answer} £{worth.pence_per_week / 100:,.2f}" in words
    step = next_answers(TABLE, a_need())[0]
    assert f"{step.label}: “{step.answer}” would add £{step.pence_per_year / 100:,.2f} a year." in words
    assert "make sure that the answer is right" in words


async def test_answers_that_were_not_kept_are_said_to_be_so(stub: StubGateway) -> None:
    fill(stub, an_allocation(), answers=None, next_answers=[])

    assert "was not kept, so answers cannot be tried one by one" in await words_of(stub)


async def test_an_answer_whose_worth_a_person_finds_has_no_sum(stub: StubGateway) -> None:
    worth = {"question_id": "nights", "label": "Help at night", "answer": "Awake", "pence_per_week": None}
    fill(stub, an_allocation(), answers=[worth])

    assert "Help at night Awake A person finds it" in await words_of(stub)


async def test_need_and_price_are_told_apart_in_what_moved_the_figure(stub: StubGateway) -> None:
    before = a_table("example-council"), a_need("some_nights", ())
    moved = change(before, (TABLE, a_need()))
    fill(stub, an_allocation(), change=asdict(moved))
    words = await words_of(stub)

    for cause in moved.causes:
        sign = "+" if cause.pence > 0 else ""
        assert f"{cause.text} {sign}£{cause.pence / 100:,.2f}" in words
    rise = moved.now_pence_per_year - moved.before_pence_per_year
    assert f"Together +£{rise / 100:,.2f}" in words
    (answer,) = moved.answers
    assert f"{answer.label}: was “{answer.before}”, is “{answer.now}”" in words


async def test_why_a_change_cannot_be_told_is_said(stub: StubGateway) -> None:
    fill(stub, an_allocation(), why_no_change="What moved the figure cannot be told in pounds: a person finds it.")

    assert "What moved the figure cannot be told in pounds: a person finds it." in await words_of(stub)


async def test_the_first_figure_has_none_before_it(stub: StubGateway) -> None:
    fill(stub, an_allocation())

    assert "This is the first figure" in await words_of(stub)


# -- from the indicative to the final figure


@pytest.mark.parametrize("path", [PAGE, f"/people/{PERSON_ID}"])
async def test_the_final_figure_is_shown_with_its_reason_its_steps_and_its_flags(stub: StubGateway, path: str) -> None:
    fill(stub, an_allocation(final=FINAL), a_figure("indicative", 200_000), a_figure("final", 104_000, FINAL))
    words = await words_of(stub, path)

    assert "£1,040.00 a year was settled on 1 December 2010 by an approver." in words
    assert "Reason: A cheaper provider of the same Grounds: the same support costs less" in words
    assert "Year 1: £1,500.00 Year 2: £1,040.00" in words
    assert "To look at: The score rose by 3 and the final figure fell." in words


async def test_every_figure_is_shown_with_its_author_and_how_far_it_departs(stub: StubGateway) -> None:
    helped = {"who": "my sister", "hours_per_week": "6", "agreed": True}
    second = {**FINAL, "decided_by": "practitioner", "author": "practitioner:example", "carer_hours": [helped]}
    fill(
        stub,
        an_allocation(final=second),
        a_figure("indicative", 200_000),
        a_figure("final", 300_000, {**FINAL, "pence_per_year": 300_000}),
        a_figure("final", 104_000, second, change_pence=-196_000),
    )
    words = await words_of(stub)

    assert "by an approver (approver:example)" in words
    assert "by a practitioner (practitioner:example)" in words
    assert "-£1,960.00" in words
    assert "The indicative figure was £2,000.00: the final one is £1,000.00 more." in words
    assert "The indicative figure was £2,000.00: the final one is £960.00 less." in words
    assert "Counted instead: my sister, 6 hours a week, as agreed with them" in words


async def test_a_figure_that_was_settled_before_the_latest_assessment_is_not_the_one_to_plan_with(
    stub: StubGateway,
) -> None:
    fill(stub, an_allocation(final={**FINAL, "allocation_id": OTHER_ALLOCATION}))
    page, part = await words_of(stub), await words_of(stub, f"/people/{PERSON_ID}")

    assert "The indicative figure £" in page
    assert "It is a starting point for planning, and not settled yet." in page
    assert "That was before the latest assessment" in part


async def test_who_may_settle_what_is_told(stub: StubGateway) -> None:
    fill(stub, an_allocation())

    words = await words_of(stub)
    assert "from £950.00 to £1,050.00 a year, with a tolerance of 5% either way" in words
    assert "Above £35,000.00 a year (a team's own) an approver decides. The figure is not cut to that." in words


@pytest.mark.parametrize(("who", "offered"), [(PRACTITIONER, True), (AUDITOR, False), (HOLDER, False)])
async def test_settling_is_offered_to_those_who_may(stub: StubGateway, who: Principal, offered: bool) -> None:
    fill(stub, an_allocation())

    assert (LINK in await words_of(stub, who=who)) == offered


# -- the frame


async def test_the_page_is_there_while_the_name_is_not(stub: StubGateway) -> None:
    fill(stub, an_allocation())
    stub.services.away.add("assessment")

    assert "What each answer is worth" in await words_of(stub)


async def test_a_holder_reads_of_the_own_allocation(stub: StubGateway) -> None:
    fill(stub, an_allocation())

    assert "Your allocation" in await words_of(stub, who=HOLDER)


async def test_without_an_allocation_there_is_no_page(stub: StubGateway) -> None:
    async with stub.browser(PRACTITIONER) as client:
        assert (await client.get(PAGE)).status_code == 404
        assert (await client.get(f"{PAGE}/settlement")).status_code == 404
