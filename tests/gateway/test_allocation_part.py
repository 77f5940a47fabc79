"""The allocation on a person's page: both views, the spread of days, and the final figure."""

import html
import re
from dataclasses import asdict
from typing import Any

import pytest

from services.ras.domain.allocation import allocate
from services.ras.domain.good_and_bad_days import DayProfile
from tests.gateway.doubles import PRACTITIONER, StubGateway
from tests.gateway.whole import PERSON_ID, as_services_answer, award, whole
from tests.ras.answers import least_need, most_need
from tests.ras.material import a_table

FINAL = {
    "settlement_id": str(PERSON_ID),
    "allocation_id": str(PERSON_ID),
    "pence_per_year": 104_000,
    "decided_on": "2010-12-01",
    "reason": "A cheaper provider of the same",
    "flags": ["the score is unchanged and the final figure fell"],
    "yearly_pence": [150_000, 104_000],
}


def an_allocation(nights: str = "awake", **other: Any) -> dict[str, Any]:
    """What the resource allocation service answers."""
    table = a_table("example-council:2")
    answers = most_need(table) if nights == "beyond the table" else least_need(table, nights=nights)
    days = [DayProfile("other", 5), DayProfile("bad", 2)]
    allocation = asdict(allocate(table, answers, {}, None, (), days))
    return {
        **allocation,
        "table_id": "example-council",
        "table_version": 2,
        "as_of": "2010-06-01",
        "final": None,
        **other,
    }


async def words_of_the_page(stub: StubGateway, allocation: dict[str, Any]) -> str:
    stub.services.answers.update(as_services_answer(whole(award("adult_social_care", 5200), allocation=allocation)))
    async with stub.browser(PRACTITIONER) as client:
        text = (await client.get(f"/people/{PERSON_ID}")).text
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", text)))


async def test_both_views_of_the_need_are_shown_with_the_gap_between_them(stub: StubGateway) -> None:
    allocation = an_allocation()
    words = await words_of_the_page(stub, allocation)

    view = allocation["costed_hours"]
    for line in view["lines"]:
        assert line["text"].replace("2010-04-01", "1 April 2010") in words
    assert f"The allocation is less by £{-view['gap_pence_per_year'] / 100:,.2f}" in words


async def test_a_gap_the_other_way_is_told_as_more(stub: StubGateway) -> None:
    allocation = an_allocation()
    allocation["costed_hours"]["gap_pence_per_year"] = 1_00

    assert "The allocation is more by £1.00" in await words_of_the_page(stub, allocation)


async def test_good_and_bad_days_are_shown_each_with_its_sum(stub: StubGateway) -> None:
    words = await words_of_the_page(stub, an_allocation())

    assert "A usual day 5 6 £1,616.75" in words
    assert "A bad day 2 9 £2,425.12" in words


async def test_a_figure_that_a_person_finds_still_has_its_hours_and_no_gap(stub: StubGateway) -> None:
    words = await words_of_the_page(stub, an_allocation("beyond the table"))

    assert "it gives no sum: a person must look" in words
    assert "These hours £" in words
    assert "The allocation is" not in words


async def test_the_final_figure_is_shown_with_its_reason_its_steps_and_its_flags(stub: StubGateway) -> None:
    words = await words_of_the_page(stub, an_allocation(final=FINAL))

    assert "£1,040.00 a year was settled on 1 December 2010. The reason: A cheaper provider of the same" in words
    assert "Year 1: £1,500.00 Year 2: £1,040.00" in words
    assert "The score is unchanged and the final figure fell" in words


@pytest.mark.parametrize("missing", ["costed_hours", "days"])
async def test_a_table_without_hours_or_days_shows_neither(stub: StubGateway, missing: str) -> None:
    words = await words_of_the_page(stub, an_allocation() | {missing: None})

    assert ("The same needs in hours" in words) == (missing == "days")
    assert ("Good and bad days" in words) == (missing == "costed_hours")
