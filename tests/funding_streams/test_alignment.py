"""Which facts each stream lacks, which it no longer needs, and what streams, facts and figures there are."""

from datetime import date
from typing import Any

import pytest

from services.funding_streams.discovery import adapters
from services.funding_streams.domain.alignment import aligned
from services.funding_streams.domain.decision import ADULT_SOCIAL_CARE, INDEPENDENT_LIVING_FUND, SUPPORTING_PEOPLE
from services.funding_streams.evaluation import evaluate
from services.funding_streams.rule_files import rule_files

from .builders import NO_FACT, PILOT, a_case, a_person
from .rules_desk import RulesDesk


def alignment_of(stream: str, on: date = PILOT, **changes: Any) -> Any:
    case = a_case(on, **changes)
    adapter = next(adapter for adapter in adapters() if adapter.stream == stream)
    return aligned(adapter, evaluate(case, stream)[0], case.facts)


def test_a_stream_names_the_facts_that_it_lacks() -> None:
    found = alignment_of(ADULT_SOCIAL_CARE, household=NO_FACT, capital_pence=NO_FACT)

    assert found.lacks == ("household", "capital_pence")


def test_a_fact_that_makes_no_difference_any_more_is_needless() -> None:
    """Above the upper limit the full cost is paid, whatever the incomes."""
    found = alignment_of(ADULT_SOCIAL_CARE, capital_pence=5_000_000, incomes=NO_FACT, household=NO_FACT)

    assert found.lacks == ()
    assert {"incomes", "household"} <= set(found.needless)
    assert "capital_pence" in found.knows


def test_a_refusal_needs_nothing_more() -> None:
    found = alignment_of(SUPPORTING_PEOPLE, housing_support_need=False, receives_housing_benefit=NO_FACT)

    assert found.lacks == ()
    assert "receives_housing_benefit" in found.needless


@pytest.mark.parametrize("on", [date(2005, 6, 1), PILOT, date(2012, 6, 1), date(2025, 6, 1)])
def test_every_fact_is_known_lacking_or_needless_and_never_two_of_them(on: date) -> None:
    facts = dict(list(a_person().items())[::2])
    case = a_case(on, facts=facts)
    for adapter, decision in zip(adapters(), evaluate(case), strict=True):
        found = aligned(adapter, decision, case.facts)
        parts = [*found.knows, *found.lacks, *found.needless]

        assert len(parts) == len(set(parts)), found.stream
        assert set(adapter.needs(on)) <= set(parts)


async def test_which_facts_are_missing_is_told_without_a_person(desk: RulesDesk) -> None:
    body = {"on": "2007-06-01", "facts": a_person(household=NO_FACT), "allocation": {"pence_per_year": 1_920_828}}

    everything = await desk.done("POST", "facts:missing", body)
    alone = await desk.done("POST", "facts:missing", {**body, "stream": SUPPORTING_PEOPLE})

    by_stream = {one["stream"]: one for one in everything["streams"]}
    assert list(by_stream) == [adapter.stream for adapter in adapters()]
    assert [fact["fact"] for fact in by_stream[ADULT_SOCIAL_CARE]["missing"]] == ["household"]
    assert [one["stream"] for one in alone["streams"]] == [SUPPORTING_PEOPLE]


async def test_what_each_stream_lacks_about_a_person_is_told_with_its_meaning(desk: RulesDesk) -> None:
    person = await desk.has_case()

    found = await desk.done("GET", f"people/{person}/alignment")

    fund = next(one for one in found["streams"] if one["stream"] == INDEPENDENT_LIVING_FUND)
    told = await desk.told(person)
    assert [fact["fact"] for fact in fund["lacks"]] == list(told[INDEPENDENT_LIVING_FUND].missing_facts)
    for stream in found["streams"]:
        for fact in (*stream["lacks"], *stream["needless"]):
            assert fact["meaning"] == rule_files().facts[fact["fact"]].meaning


# -- the rules themselves


async def test_streams_are_told_with_who_decides_what_they_need_and_what_they_pay_for(desk: RulesDesk) -> None:
    streams = {one["stream"]: one for one in (await desk.done("GET", "streams?on=2007-06-01"))["streams"]}

    assert list(streams) == [adapter.stream for adapter in adapters()]
    fund = streams[INDEPENDENT_LIVING_FUND]
    assert (fund["partner"], fund["has_rules"]) == ("independent-living-fund", True)
    assert ADULT_SOCIAL_CARE in fund["depends_on"]
    assert "dla_care_rate" in fund["needs"]
    assert "care.personal" in {use["use"] for use in fund["permitted_uses"]}
    assert {term["kind"] for term in fund["terms"]} >= {"challenge", "review"}


async def test_a_stream_that_has_ended_pays_for_nothing(desk: RulesDesk) -> None:
    streams = {one["stream"]: one for one in (await desk.done("GET", "streams?on=2020-01-01"))["streams"]}

    ended = streams[SUPPORTING_PEOPLE]
    assert (ended["has_rules"], ended["permitted_uses"], ended["needs"]) == (False, [], [])


async def test_every_fact_is_listed_with_who_asks_for_it(desk: RulesDesk) -> None:
    facts = {fact["fact"]: fact for fact in (await desk.done("GET", "facts?on=2007-06-01"))["facts"]}

    assert set(facts) == set(rule_files().facts)
    assert facts["facs_band"]["asked_by"] == [ADULT_SOCIAL_CARE]
    assert facts["household"]["codes"] == ["single", "couple"]
    assert all(fact["meaning"] for fact in facts.values())


async def test_the_figures_in_force_on_a_day_come_with_their_sources_page_by_page(desk: RulesDesk) -> None:
    figures: dict[str, Any] = {}
    after: str | None = ""
    while after is not None:
        page = await desk.done("GET", f"figures?on=2007-06-01&limit=40&after={after}")
        figures |= {figure["name"]: figure for figure in page["figures"]}
        after = page["next"]

    limit = figures["adult_social_care.capital_limit_upper"]
    assert (limit["value"], limit["unit"], limit["since"], limit["until"]) == (
        "2150000",
        "pence",
        "2007-04-09",
        "2008-04-06",
    )
    assert limit["citation"]["key"] == "S47"
    assert list(figures) == sorted(figures)
    assert not [name for name in figures if figures[name]["value"] == "None"]


async def test_a_figure_without_a_value_on_the_day_is_left_out(desk: RulesDesk) -> None:
    page = await desk.done("GET", "figures?on=2016-06-01&limit=500")

    assert "adult_social_care.fairer_charging_buffer_percent" not in {figure["name"] for figure in page["figures"]}
