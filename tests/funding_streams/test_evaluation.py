"""Deciding on request: one stream or all, one person or many, on facts that are given; nothing is stored."""

import json
import threading
from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from typing import Any

import pytest

from braid.kit.identity import Role
from services.funding_streams.api import bulk
from services.funding_streams.api.bulk import PEOPLE_MOST
from services.funding_streams.api.documents import DecisionOut
from services.funding_streams.api.examples import bulk_examples, evaluation_examples, evaluation_request
from services.funding_streams.discovery import adapters
from services.funding_streams.domain.decision import (
    ADULT_SOCIAL_CARE,
    INDEPENDENT_LIVING_FUND,
    SUPPORTING_PEOPLE,
    Decision,
)
from services.funding_streams.evaluation import evaluate
from services.funding_streams.fact_check import checked
from services.funding_streams.rule_files import rule_files

from .builders import NO_FACT, PILOT, a_case, a_person
from .rules_desk import RulesDesk

A_DAY = "2007-06-01"
#: What a year at 369.39 pounds a week comes to.
A_YEAR = {"pence_per_year": 1_920_828}
EXAMPLES = [(stream, name) for stream, examples in rule_files().examples.items() for name in examples]


# -- one person


async def test_a_decision_is_the_one_that_a_stored_case_would_get(desk: RulesDesk) -> None:
    person = await desk.has_case(1_920_828, on=A_DAY)
    stored = await desk.told(person)

    told = await desk.evaluated(None, A_DAY, a_person(), allocation=A_YEAR)

    ids = {"person_id", "council", "award_id", "version", "assessment_id", "assessment_version"}
    for evaluation in told:
        decision = evaluation["decision"]
        assert decision == stored[decision["stream"]].model_dump(mode="json", exclude=ids)


async def test_nothing_of_it_is_stored(desk: RulesDesk) -> None:
    await desk.evaluated(None, A_DAY, a_person(), allocation=A_YEAR)

    everything = await desk.done("GET", "council-settings")
    assert all(not setting["history"] for setting in everything["settings"])
    assert (await desk.send("GET", f"people/{'0' * 8}-0000-4000-8000-{'0' * 12}/awards")).status_code == 404


async def test_a_decision_carries_its_tests_sums_lines_uses_and_terms(desk: RulesDesk) -> None:
    told = (await desk.evaluated(ADULT_SOCIAL_CARE, A_DAY, a_person(), allocation=A_YEAR))["decision"]

    assert (told["status"], told["amount_pence"], told["contribution_pence"]) == ("confirmed", 1_920_828, 298_636)
    assert [step["code"] for step in told["trace"][:2]] == ["age", "ordinary_residence"]
    assert told["trace"][2]["figures"][0]["citation"].endswith("(S55)")
    assert sum(line["amount_pence"] for line in told["lines"]) == told["amount_pence"]
    assert {"care.personal", "domestic.garden"} <= {use["use"] for use in told["permitted_uses"]}
    assert "challenge" in {term["kind"] for term in told["terms"]}


async def test_without_a_trace_the_sums_are_the_same(desk: RulesDesk) -> None:
    full, short = [
        (await desk.evaluated(ADULT_SOCIAL_CARE, A_DAY, a_person(), allocation=A_YEAR, traced=traced))["decision"]
        for traced in (True, False)
    ]

    assert (short["trace"], short["terms"]) == ([], [])
    assert {**short, "trace": 0, "terms": 0} == {**full, "trace": 0, "terms": 0}


async def test_a_missing_fact_is_named_with_its_meaning_and_never_guessed(desk: RulesDesk) -> None:
    told = await desk.evaluated(ADULT_SOCIAL_CARE, A_DAY, a_person(household=NO_FACT), allocation=A_YEAR)

    assert told["decision"]["status"] == "undecided"
    assert told["missing"] == [
        {
            "fact": "household",
            "kind": "code",
            "meaning": "Who the person lives with as a benefit unit.",
            "codes": ["single", "couple"],
        }
    ]


async def test_one_stream_is_decided_by_its_own_law_and_all_through_the_gate(desk: RulesDesk) -> None:
    low = a_person(facs_band="low")

    alone = (await desk.evaluated(SUPPORTING_PEOPLE, A_DAY, low, allocation=A_YEAR))["decision"]
    together = {
        one["decision"]["stream"]: one["decision"] for one in await desk.evaluated(None, A_DAY, low, allocation=A_YEAR)
    }

    assert (alone["status"], alone["amount_pence"]) == ("confirmed", 130_000)
    assert together[SUPPORTING_PEOPLE]["status"] == "not_eligible"
    assert together[SUPPORTING_PEOPLE]["trace"][0]["code"] == "individual_budget_gate"
    assert [adapter.stream for adapter in adapters()] == list(together)


async def test_all_may_be_asked_for_by_that_word(desk: RulesDesk) -> None:
    named = await desk.done("POST", "decisions:evaluate", {"stream": "all", "on": A_DAY, "facts": a_person()})
    left_out = await desk.done("POST", "decisions:evaluate", {"on": A_DAY, "facts": a_person()})

    assert named == left_out
    assert len(named["evaluations"]) == len(adapters())


async def test_a_stream_looks_at_the_others_decisions_made_from_the_same_facts(desk: RulesDesk) -> None:
    facts = a_person(supporting_people_meets_pence_per_week=0)
    fund = (await desk.evaluated(INDEPENDENT_LIVING_FUND, A_DAY, facts, allocation=A_YEAR))["decision"]
    within_all = next(
        one["decision"]
        for one in await desk.evaluated(None, A_DAY, facts, allocation=A_YEAR)
        if one["decision"]["stream"] == INDEPENDENT_LIVING_FUND
    )

    assert (fund["status"], fund["pence_per_week"]) == ("indicative", 26_734)
    assert fund == within_all


async def test_or_at_decisions_that_are_given(desk: RulesDesk) -> None:
    """600.00 a week, less the council's 250.00, less half of 64.50 and the premium of 48.45: 269.30 a week."""
    given = {
        ADULT_SOCIAL_CARE: {"status": "confirmed", "amount_pence": 25_000 * 52},
        SUPPORTING_PEOPLE: {"status": "not_eligible"},
    }
    facts = a_person(qualifying_support_hours_per_week=60, qualifying_support_pence_per_hour=1_000, facs_band=NO_FACT)
    fund = (await desk.evaluated(INDEPENDENT_LIVING_FUND, A_DAY, facts, decisions=given))["decision"]

    assert (fund["status"], fund["pence_per_week"]) == ("indicative", 26_930)


async def test_what_money_may_pay_for_is_checked_item_by_item(desk: RulesDesk) -> None:
    items = [
        {"use": "care.personal", "relation": "spouse_or_partner"},
        {"use": "care.personal", "relation": "friend"},
        {"use": "domestic.garden", "relation": "not_related"},
        {"use": "never.gambling"},
    ]
    told = await desk.evaluated(ADULT_SOCIAL_CARE, A_DAY, a_person(), allocation=A_YEAR, items=items)

    assert [item["verdict"] for item in told["items"]] == ["barred", "permitted", "ask", "barred"]
    assert told["items"][2]["asks"] == ["need_in_plan"]


async def test_anybody_who_is_signed_in_may_ask_the_rules_and_a_stranger_may_not(desk: RulesDesk) -> None:
    body = {"on": A_DAY, "facts": {}}

    assert (await desk.send("POST", "decisions:evaluate", body)).status_code == 200
    assert (await desk.send("POST", "decisions:evaluate", body, role=Role.BUDGET_HOLDER)).status_code == 200
    assert (await desk.send("POST", "decisions:evaluate", body, authorization="Bearer none")).status_code == 401


def test_a_decision_is_told_with_every_field_that_it_has() -> None:
    assert set(DecisionOut.model_fields) == {field.name for field in fields(Decision)}


# -- the examples of the API's description


@pytest.mark.parametrize(("stream", "name"), EXAMPLES)
async def test_every_example_of_the_description_comes_to_what_its_stream_says(
    stream: str, name: str, desk: RulesDesk
) -> None:
    example = rule_files().examples[stream][name]

    answer = await desk.done("POST", "decisions:evaluate", evaluation_request(stream, name))

    decision = answer["evaluations"][0]["decision"]
    assert (decision["status"], decision["amount_pence"]) == (example.status, example.amount_pence)


def test_every_stream_brings_an_example_of_its_own() -> None:
    assert {name.split(".")[0] for name in evaluation_examples()} == {adapter.stream for adapter in adapters()}


async def test_the_example_in_bulk_is_answered(desk: RulesDesk) -> None:
    ((_, example),) = bulk_examples().items()
    body: Any = example["value"]

    answer = await desk.done("POST", "decisions:evaluate-in-bulk", body)

    assert [row["id"] for row in answer["people"]] == [person["id"] for person in body["people"]]
    assert not [row for row in answer["people"] if "problem" in row]


# -- many people


def in_bulk(*people: Any, stream: str = ADULT_SOCIAL_CARE) -> dict[str, Any]:
    return {"stream": stream, "on": A_DAY, "people": list(people)}


async def test_many_people_are_answered_in_the_order_in_which_they_came(desk: RulesDesk) -> None:
    people = [
        {"id": "one", "facts": a_person(), "allocation": A_YEAR},
        {"id": "two", "facts": a_person(facs_band="low"), "allocation": A_YEAR},
        {"facts": a_person(household=NO_FACT), "allocation": A_YEAR},
    ]
    first, second, third = (await desk.done("POST", "decisions:evaluate-in-bulk", in_bulk(*people)))["people"]

    assert (first["row"], first["id"], first["status"], first["amount_pence"]) == (0, "one", "confirmed", 1_920_828)
    assert (first["contribution_pence"], first["contribution_pence_per_week"]) == (298_636, 5_743)
    assert (second["id"], second["status"], second["amount_pence"]) == ("two", "not_eligible", 0)
    assert (third["id"], third["status"], third["missing_facts"]) == (None, "undecided", ["household"])
    assert "adult_social_care.age_least_years" in first["unconfirmed"]


async def test_a_person_whose_facts_are_refused_spoils_nobody_elses_answer(desk: RulesDesk) -> None:
    people = [
        {"id": "good", "facts": a_person(), "allocation": A_YEAR},
        {"id": "unknown fact", "facts": a_person(capitl_pence=1)},
        {"id": "no facts"},
        "not a person",
        {"id": "also good", "facts": a_person(), "allocation": A_YEAR},
    ]
    rows = (await desk.done("POST", "decisions:evaluate-in-bulk", in_bulk(*people)))["people"]

    assert [row.get("status") for row in rows] == ["confirmed", None, None, None, "confirmed"]
    (error,) = rows[1]["problem"]["errors"]
    assert (error["pointer"], error["name"]) == ("body:/people/1/facts/capitl_pence", "capitl_pence")
    assert rows[2]["problem"]["errors"][0]["pointer"] == "body:/people/2/facts"
    assert rows[3]["problem"]["errors"][0]["pointer"].startswith("body:/people/3")


async def test_answers_may_come_a_line_a_person(desk: RulesDesk) -> None:
    people = [{"id": str(number), "facts": a_person(), "allocation": A_YEAR} for number in range(450)]

    lines = await desk.send("POST", "decisions:evaluate-in-bulk", in_bulk(*people), accept="application/x-ndjson")
    document = await desk.done("POST", "decisions:evaluate-in-bulk", in_bulk(*people))

    assert lines.headers["content-type"].startswith("application/x-ndjson")
    assert [json.loads(line) for line in lines.text.splitlines()] == document["people"]


async def test_more_people_than_the_most_are_refused(desk: RulesDesk) -> None:
    answer = await desk.send("POST", "decisions:evaluate-in-bulk", in_bulk(*[{}] * (PEOPLE_MOST + 1)))

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "body:/people")


async def test_the_deciding_is_done_beside_the_event_loop(desk: RulesDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    threads = set[int]()

    def noting(values: Mapping[str, object], on: date) -> Any:
        threads.add(threading.get_ident())
        return checked(values, on)

    monkeypatch.setattr(bulk, "checked", noting)
    await desk.done("POST", "decisions:evaluate-in-bulk", in_bulk({"facts": a_person()}))

    assert threads
    assert threading.get_ident() not in threads


# -- which streams are decided together


def test_a_stream_is_decided_with_those_it_looks_at_and_no_others() -> None:
    case = a_case(PILOT, facts={})

    assert [decision.stream for decision in evaluate(case, INDEPENDENT_LIVING_FUND)] == [INDEPENDENT_LIVING_FUND]
    assert len(evaluate(case)) == len(adapters())


@pytest.mark.parametrize("on", [date(2004, 7, 1), date(2012, 7, 2), date(2026, 7, 1)])
def test_a_person_of_whom_nothing_is_known_is_refused_or_left_open_and_nothing_is_guessed(on: date) -> None:
    decisions = evaluate(a_case(on, weekly=None, facts={}))

    assert {decision.status for decision in decisions} <= {"not_eligible", "undecided"}
    assert sum(decision.amount_pence for decision in decisions) == 0
