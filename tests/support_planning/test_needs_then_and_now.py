"""Reviews compare needs, money, outcomes and spending; money goes down only where needs give a ground for it."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from braid.contracts.assessment import AssessmentAgreed
from braid.contracts.catalogue import example_file
from braid.kit.identity import Role
from services.support_planning.domain.needs import (
    AgreedNeeds,
    AskedNeed,
    Direction,
    Judged,
    NeedsCompared,
    NothingToJudge,
    Part,
    differences,
    ground_for_less,
)
from services.support_planning.domain.reviews import NoGroundForLess, Outcome, require_ground
from tests.support_planning.desk import Desk, an_item, content
from tests.support_planning.test_where_is_my_budget import an

NIGHTS = AskedNeed("nights", "keeping_safe", "Nights", False, ("no_help", "some_nights", "every_night", "awake"))
RISKS = AskedNeed("risks", "behaviour", "Risks", True, ("hurt_myself", "hurt_others", "get_lost"))
THEN = AgreedNeeds(
    assessment_id="then",
    agreed_on=date(2009, 5, 4),
    asked=(NIGHTS, RISKS),
    answers={"nights": ("every_night",), "risks": ("hurt_myself",)},
    on_bad_days={"nights": ("awake",)},
    family_help={"keeping_safe": "some"},
    carer_willing_and_able=True,
    days={"good": 3, "bad": 2, "other": 2},
    support_minutes={"handover": 30},
    facts={"facs_band": "substantial", "outcomes_not_achieved": 3},
)


def now(**changes: Any) -> AgreedNeeds:
    return replace(THEN, **{"assessment_id": "now", "agreed_on": date(2010, 5, 4), **changes})


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, []),
        ({"answers": {**THEN.answers, "nights": ("some_nights",)}}, [("need", "nights", "less")]),
        ({"answers": {**THEN.answers, "nights": ("awake",)}}, [("need", "nights", "more")]),
        ({"answers": {**THEN.answers, "risks": ("hurt_myself", "get_lost")}}, [("need", "risks", "more")]),
        ({"answers": {**THEN.answers, "risks": ("none_of_these",)}}, [("need", "risks", "less")]),
        ({"answers": {**THEN.answers, "risks": ("hurt_others",)}}, [("need", "risks", "other")]),
        ({"answers": {"nights": ("every_night",)}}, [("need", "risks", "less")]),
        ({"answers": {"risks": ("hurt_myself",)}}, [("need", "nights", "other")]),
        ({"on_bad_days": {}}, [("need_on_bad_day", "nights", "less")]),
        ({"family_help": {"keeping_safe": "most"}}, [("family_help", "keeping_safe", "less")]),
        ({"family_help": {}}, [("family_help", "keeping_safe", "more")]),
        ({"carer_willing_and_able": None}, [("family_help", "keeping_safe", "more")]),
        ({"days": {"good": 4, "bad": 2, "other": 1}}, [("days", "good", "less")]),
        ({"days": {"good": 3, "bad": 4}}, [("days", "bad", "more")]),
        ({"support_minutes": {}}, [("specialist_support", "handover", "less")]),
        ({"facts": {"facs_band": "critical", "outcomes_not_achieved": 3}}, [("fact", "facs_band", "more")]),
        ({"facts": {"facs_band": "moderate", "outcomes_not_achieved": 3}}, [("fact", "facs_band", "less")]),
        (
            {"facts": {"facs_band": "substantial", "outcomes_not_achieved": 2}},
            [("fact", "outcomes_not_achieved", "less")],
        ),
        ({"facts": {"outcomes_not_achieved": 3}}, [("fact", "facs_band", "other")]),
    ],
)
def test_each_part_of_the_needs_is_told_as_less_or_more_or_other(
    changes: Mapping[str, Any], found: list[tuple[str, str, str]]
) -> None:
    assert [(one.part, one.name, one.direction) for one in differences(THEN, now(**changes))] == found


def test_answers_whose_questions_are_not_known_differ_and_no_more_can_be_said() -> None:
    then, later = replace(THEN, asked=()), now(asked=(), answers={**THEN.answers, "nights": ("no_help",)})

    assert [one.direction for one in differences(then, later)] == [Direction.OTHER]


LESS = now(answers={**THEN.answers, "nights": ("some_nights",)})
MORE = now(answers={**THEN.answers, "nights": ("awake",)}, days={"good": 2, "bad": 3, "other": 2})


@pytest.mark.parametrize(
    ("compared", "is_given", "why"),
    [
        (NeedsCompared(THEN, THEN), False, "have not been assessed again"),
        (NeedsCompared(None, None), False, "have not been assessed again"),
        (NeedsCompared(None, THEN, since=date(2009, 5, 4)), False, "have not been assessed again"),
        (NeedsCompared(None, THEN, since=date(2009, 5, 3)), True, "none before to compare"),
        (NeedsCompared(THEN, LESS), True, "assessed again on 2010-05-04. Less: Nights."),
        (NeedsCompared(THEN, now()), False, "no part of them is less than on 2009-05-04. The money carries on"),
        (
            NeedsCompared(THEN, MORE),
            False,
            "2009-05-04. More: Nights, Bad days in a week, Good days in a week. The money",
        ),
    ],
)
def test_money_goes_down_only_where_needs_give_a_ground_and_the_ground_is_told(
    compared: NeedsCompared, is_given: bool, why: str
) -> None:
    ground = ground_for_less(compared, asked_by_person=False)

    assert (ground.is_given, why in ground.why) == (is_given, True), ground.why
    assert ground_for_less(compared, asked_by_person=True).is_given


OTHER = NeedsCompared(THEN, now(answers={**THEN.answers, "risks": ("get_lost",)}))


def judged(*, is_less: bool, name: str = "risks") -> Judged:
    return Judged(Part.NEED, name, is_less, "They have not been lost since the door was mended.")


def test_one_answer_in_place_of_another_is_no_ground_until_a_practitioner_says_that_it_is_less_and_why() -> None:
    alone = ground_for_less(OTHER, asked_by_person=False)
    not_less = ground_for_less(OTHER, asked_by_person=False, judged=[judged(is_less=False)])
    less = ground_for_less(OTHER, asked_by_person=False, judged=[judged(is_less=True)])

    assert (alone.is_given, not_less.is_given, less.is_given) == (False, False, True)
    assert "Changed, and cannot be ranked: Risks." in alone.why
    assert "a practitioner must say of it whether it is less need, and why (need/risks)" in alone.why
    assert "not less: They have not been lost since" in not_less.why
    assert "A practitioner says that Risks is less: They have not been lost since the door was mended." in less.why


@pytest.mark.parametrize("name", ["nights", "unheard_of"])
def test_nobody_overrules_what_is_ranked_by_itself(name: str) -> None:
    compared = NeedsCompared(THEN, MORE)

    with pytest.raises(NothingToJudge, match=f"need/{name}"):
        ground_for_less(compared, asked_by_person=False, judged=[judged(is_less=True, name=name)])


@pytest.mark.parametrize("outcome", Outcome)
def test_a_review_that_takes_no_money_away_needs_no_ground(outcome: Outcome) -> None:
    compared = NeedsCompared(THEN, MORE)

    if outcome in (Outcome.LESS_MONEY, Outcome.ENDS):
        with pytest.raises(NoGroundForLess):
            require_ground(outcome, compared, asked_by_person=False)
    else:
        assert require_ground(outcome, compared, asked_by_person=False) == ""


def agreed(desk: Desk, on: str, *, without: str = "", **answers: str) -> AssessmentAgreed:
    """The example assessment, agreed on a day, some of its needs answered otherwise."""
    told = json.loads(example_file(AssessmentAgreed).read_text())
    changed = {**told["answers"], **{name: [code] for name, code in answers.items()}}
    changes = {
        "assessment_id": str(uuid4()),
        "agreed_on": on,
        "answers": changed,
        **({without: None} if without else {}),
    }
    event = an(AssessmentAgreed, desk.person, council=desk.council, **changes)
    assert isinstance(event, AssessmentAgreed)
    return event


RESULT = {"held_on": "2009-08-20", "outcome": "less_money", "met": {"at-home": "partly_met"}, "words": "It goes well."}


async def first_review(desk: Desk) -> str:
    reviews = (await desk.get(f"{desk.home}/reviews"))["reviews"]
    return f"/v1/reviews/{reviews[0]['review_id']}"


async def test_a_review_shows_needs_money_outcomes_and_spending_then_and_now(desk: Desk) -> None:
    before, after = agreed(desk, "2009-05-04"), agreed(desk, "2009-08-03", nights="awake")
    await desk.hear(before)
    await desk.award(800_000)
    await (await desk.begin(content(an_item(), an_item("community.access", 900, 2, outcome_ids=[])))).approved()
    desk.clock.pass_days(40)
    await desk.hear(after, after)

    # Five days after the first Monday: one payment of each item has fallen due.
    shown = (await desk.get(await first_review(desk)))["compared"]

    needs = shown["needs"]
    assert (needs["then"]["assessment_id"], needs["now"]["assessment_id"]) == (
        str(before.assessment_id),
        str(after.assessment_id),
    )
    (nights,) = needs["differences"]
    assert (nights["name"], nights["then"], nights["now"], nights["direction"]) == (
        "nights",
        ["every_night"],
        ["awake"],
        "more",
    )
    assert shown["awards_then"] == shown["awards_now"] == {"adult_social_care": 800_000}
    assert shown["planned_pence"] == 10_000 + 1_800
    assert shown["outcomes"] == [
        {
            "outcome_id": "at-home",
            "text": "I stay in my own home.",
            "planned_pence": 10_000,
            "spent_pence": 0,
            "met_before": None,
        }
    ]


async def test_less_money_is_refused_with_its_reason_until_some_need_is_less_and_the_ground_is_kept(desk: Desk) -> None:
    await desk.hear(agreed(desk, "2009-05-04"))
    await desk.award(800_000)
    await (await desk.begin(content(an_item()))).approved()
    path = await first_review(desk)

    async def hold(**changes: Any) -> Any:
        etag = (await desk.ask("GET", path)).headers["etag"]
        return await desk.ask("POST", f"{path}/result", {**RESULT, **changes}, etag=etag)

    not_again = await hold()
    await desk.hear(agreed(desk, "2009-08-03"), agreed(desk, "2009-08-04", nights="awake"))
    not_less = await hold()
    uncovered = await hold(met={})
    await desk.hear(agreed(desk, "2009-08-05", nights="some_nights"))
    held = await hold()
    again = await hold()

    for refused, why in ((not_again, "have not been assessed again"), (not_less, "More: Help at night")):
        assert (refused.status_code, refused.json()["type"].rsplit("/", 1)[1]) == (409, "no-ground-for-less")
        assert why in refused.json()["detail"]
    assert (uncovered.status_code, held.status_code, again.status_code) == (422, 200, 409)
    result = held.json()["result"]
    assert "Less: Help at night" in result["ground_for_less"]
    assert [one["direction"] for one in result["compared"]["needs"]["differences"]] == ["less"]


def with_risks(desk: Desk, on: str, risk: str) -> AssessmentAgreed:
    """The example assessment with a question of which several answers may apply, one of them given."""
    event = agreed(desk, on)
    asked = {"question_id": "risks", "domain": "behaviour", "label": "Risks", "takes_several": True}
    told = event.model_dump(mode="json")
    return AssessmentAgreed.model_validate(
        {
            **told,
            "needs_asked": [*told["needs_asked"], {**asked, "choices": ["hurt_myself", "get_lost"]}],
            "answers": {**told["answers"], "risks": [risk]},
        }
    )


async def test_what_cannot_be_ranked_takes_no_money_away_until_a_practitioner_judges_it_and_that_is_kept(
    desk: Desk,
) -> None:
    await desk.hear(with_risks(desk, "2009-05-04", "hurt_myself"))
    await desk.award(800_000)
    await (await desk.begin(content(an_item()))).approved()
    await desk.hear(with_risks(desk, "2009-08-03", "get_lost"))
    path = await first_review(desk)
    word = {"part": "need", "name": "risks", "is_less": True, "because": "The door is mended."}

    async def hold(**changes: Any) -> Any:
        etag = (await desk.ask("GET", path)).headers["etag"]
        return await desk.ask("POST", f"{path}/result", {**RESULT, **changes}, etag=etag)

    cheaper = await desk.begin(content(an_item(units=8)))
    asked = (await desk.ask("GET", f"{cheaper.path}/check")).json()["needs"]["differences"]
    refused = [await hold(), await cheaper.submit()]
    strange = [
        await hold(judged=[{**word, "name": "nights"}]),
        await cheaper.submit(judged=[{**word, "name": "nights"}]),
    ]
    mine = await desk.ask(
        "POST",
        f"{cheaper.path}/submission",
        {"submitted_on": "2009-08-04", "judged": [word]},
        role=Role.BUDGET_HOLDER,
        person_id=desk.person,
        etag=cheaper.etag,
    )
    held, taken = await hold(judged=[word]), await cheaper.submit(judged=[word])

    assert [(one["name"], one["direction"]) for one in asked] == [("risks", "other")]
    assert [one.status_code for one in refused] == [409, 422]
    assert all("a practitioner must say" in one.text for one in refused)
    assert [one.json()["type"].rsplit("/", 1)[1] for one in strange] == ["nothing-to-judge"] * 2
    assert mine.status_code == 403
    assert "The door is mended." in held.json()["result"]["ground_for_less"]
    assert taken.json()["submission"]["judged_needs"] == [word]


async def test_the_next_review_knows_how_far_outcomes_were_met_by_the_last(desk: Desk) -> None:
    await desk.award(800_000)
    await (await desk.begin(content(an_item()))).approved()
    path = await first_review(desk)
    etag = (await desk.ask("GET", path)).headers["etag"]
    held = await desk.ask("POST", f"{path}/result", {**RESULT, "outcome": "carries_on"}, etag=etag)
    assert held.status_code == 200, held.text

    yearly = (await desk.get(f"{desk.home}/reviews"))["reviews"][-1]
    shown = (await desk.get(f"/v1/reviews/{yearly['review_id']}"))["compared"]

    assert [one["met_before"] for one in shown["outcomes"]] == ["partly_met"]
    assert (await desk.get(path))["compared"]["outcomes"][0]["met_before"] is None


async def test_an_assessment_from_before_its_questions_were_told_is_compared_as_far_as_it_goes(desk: Desk) -> None:
    await desk.hear(agreed(desk, "2009-05-04", without="needs_asked"))
    await desk.award(800_000)
    await (await desk.begin(content(an_item()))).approved()

    await desk.hear(agreed(desk, "2009-08-03", without="needs_asked", nights="no_help"))

    shown = (await desk.get(await first_review(desk)))["compared"]["needs"]
    assert [(one["label"], one["direction"]) for one in shown["differences"]] == [("nights", "other")]


async def test_a_cheaper_plan_is_handed_in_only_where_needs_give_a_ground(desk: Desk) -> None:
    await desk.hear(agreed(desk, "2009-05-04"))
    await desk.award(800_000)
    await (await desk.begin(content(an_item()))).approved()
    cheaper = await desk.begin(content(an_item(units=8)))

    await desk.hear(agreed(desk, "2009-06-02", nights="awake"))
    refused = await cheaper.submit()
    await desk.hear(agreed(desk, "2009-06-03", nights="no_help"))
    taken = await cheaper.submit()

    (why,) = refused.json()["errors"]
    assert (why["name"], "More: Help at night" in why["message"]) == ("less_than_before", True)
    assert taken.status_code == 200, taken.text
