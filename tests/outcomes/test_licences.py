"""Instruments whose wording is somebody else's: off until the council states a licence, worded by the council."""

from typing import Any

from braid.kit.identity import Role
from services.outcomes.instrument_files import released_instruments
from tests.outcomes.desk import BASELINE_ON, TODAY, Desk

GHQ = released_instruments()["ghq-12", 1]
OF_2026 = {"reference": "GLA-2026-17", "from_day": "2026-01-01", "to_day": "2026-12-31"}
OF_2027 = {"reference": "GLA-2027-03", "from_day": "2027-01-01", "to_day": None}
GHQ_ANSWERS: dict[str, Any] = {"instrument_id": "ghq-12", "answers": dict.fromkeys(GHQ.items, 1)}


def a_wording() -> dict[str, Any]:
    """Words of the test, and none of the holder's."""
    items = {
        code: {"text": f"Question {code}", "levels": {str(level): f"Answer {level}" for level in item.levels}}
        for code, item in GHQ.items.items()
    }
    return {"version": 1, "items": items}


async def instrument(desk: Desk, name: str, query: str = "", **who: Any) -> Any:
    told = await desk.get(f"/v1/outcome-instruments{query}", **who)
    return next(one for one in told["instruments"] if one["instrument_id"] == name)


async def test_our_own_instruments_are_told_whole_and_need_no_licence(desk: Desk) -> None:
    life = await instrument(desk, "life", role=Role.BUDGET_HOLDER)

    assert (life["needs_licence"], life["may_be_used"]) == (False, True)
    assert life["items"][0]["text"] == "All in all, how good or bad is your life at the moment?"
    assert life["items"][0]["levels"][0] == {"level": 7, "text": "As good as I can imagine"}
    assert [wave["months"] for wave in life["waves"]] == [0, 6, 12]
    assert (await desk.state_licence("life", OF_2026)).status_code == 422


async def test_weights_that_no_source_confirms_say_so(desk: Desk) -> None:
    ascot = await instrument(desk, "ascot-sct4")

    assert all(score["unconfirmed"] for score in ascot["scores"])


async def test_an_instrument_is_off_until_a_licence_is_stated_and_on_for_its_days_alone(desk: Desk) -> None:
    assert not (await instrument(desk, "ghq-12"))["may_be_used"]

    stated = await desk.state_licence("ghq-12", OF_2026)

    assert stated.status_code == 200, stated.text
    assert (await instrument(desk, "ghq-12", "?on=2026-12-31"))["may_be_used"]
    assert not (await instrument(desk, "ghq-12"))["may_be_used"]
    told = await desk.recorded(**GHQ_ANSWERS)
    assert {score["scoring_id"]: score["value"] for score in told["scores"]}["standard"] == 0
    late = await desk.answer(**{**GHQ_ANSWERS, "wave": "yearly", "answered_on": TODAY})
    assert late.status_code == 409


async def test_the_latest_statement_holds_whole(desk: Desk) -> None:
    first = await desk.state_licence("ghq-12", OF_2026)
    unseen = await desk.state_licence("ghq-12", OF_2027)
    renewed = await desk.state_licence("ghq-12", OF_2026, OF_2027, etag=first.headers["etag"])
    await desk.recorded(**GHQ_ANSWERS)
    await desk.recorded(**{**GHQ_ANSWERS, "wave": "yearly", "answered_on": TODAY})
    ended = await desk.state_licence("ghq-12", etag=renewed.headers["etag"])

    assert unseen.status_code == 412
    assert [one["version"] for one in ended.json()["statements"]] == [1, 2, 3]
    assert ended.json()["licences"] == []
    assert not (await instrument(desk, "ghq-12"))["may_be_used"]
    # What was recorded with a licence stays.
    assert len((await desk.get(desk.home))["responses"]) == 2


async def test_the_wording_is_the_councils_own_copy_and_is_told_while_it_may_be_used(desk: Desk) -> None:
    stated = await desk.state_licence("ghq-12", OF_2026, wordings=[a_wording()])

    assert stated.json()["wordings"] == [a_wording()]
    on = await instrument(desk, "ghq-12", f"?on={BASELINE_ON}")
    assert on["items"][0]["text"] == "Question item_1"
    assert on["items"][0]["levels"][0] == {"level": 1, "text": "Answer 1"}
    assert (await instrument(desk, "ghq-12"))["items"][0]["text"] == ""
    elsewhere = await instrument(desk, "ghq-12", f"?on={BASELINE_ON}", council="E10999998")
    assert (elsewhere["may_be_used"], elsewhere["items"][0]["text"]) == (False, "")


async def test_a_statement_that_does_not_fit_is_refused_with_every_reason(desk: Desk) -> None:
    missing = a_wording()
    del missing["items"]["item_1"]
    other_levels = a_wording()
    other_levels["items"]["item_2"]["levels"]["9"] = "More"
    backwards = {**OF_2026, "to_day": "2025-01-01"}

    refused = await desk.state_licence(
        "ghq-12", backwards, wordings=[missing, other_levels, {**a_wording(), "version": 7}]
    )

    detail = refused.json()["detail"]
    assert refused.status_code == 422
    for reason in ("GLA-2026-17 ends before it begins", "two wordings", "each needs words", "item_2", "no version 7"):
        assert reason in detail
    assert (await desk.state_licence("fortune-telling", OF_2026)).status_code == 404


async def test_the_finance_officer_alone_states_a_licence(desk: Desk) -> None:
    path, body = "/v1/outcome-instruments/ghq-12/licence", {"licences": [OF_2026], "reason": "Bought."}

    answer = await desk.ask("PUT", path, body, role=Role.PRACTITIONER, etag='"0"')

    assert answer.status_code == 403
    assert (await desk.ask("PUT", path, body, role=Role.FINANCE_OFFICER)).status_code == 428
