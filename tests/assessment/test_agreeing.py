"""Agreement: side by side, disputed with a reason, frozen, changed with circumstances, and left at any time."""

import json
from typing import Any

import pytest
from sqlalchemy import text

from braid.kit.identity import Role
from tests.assessment import people
from tests.assessment.desk import A_DAY, Case, Office, refused

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("assessment_agreeing")]


async def reviewed(office: Office) -> Case:
    case = await office.handed_in()
    await case.review(people.somebody_like_savva_in_july())
    return case


async def test_both_answers_stay_in_sight_whichever_counts(office: Office) -> None:
    case = await reviewed(office)
    said = (await case.read())["answers"]["nights"]
    disputed = await case.step("PUT", "disputes/nights", {"answer": "awake", "reason": "The night sitter's notes."})
    person = office.somebody(Role.BUDGET_HOLDER, person_id=case.person_id)

    shown = await case.read(person)

    assert (shown["answers"]["nights"], shown["disputes"]["nights"]["answer"]) == (said, "awake")
    assert shown["disputes"]["nights"]["reason"] == "The night sitter's notes."
    assert set(disputed["to_settle"]) == {"nights"}
    refused(
        await case.who.ask("POST", f"{case.path}/agreement", {"agreed_on": A_DAY}, etag=case.etag),
        409,
        "assessment-unsettled",
    )
    settled = {"counts": "practitioner", "reason": "The notes show it.", "person_agrees": False}
    await case.step("POST", "disputes/nights/settlement", settled)
    frozen = await case.agree()
    assert (frozen["answers"]["nights"], frozen["disputes"]["nights"]["counts"]) == (said, "practitioner")
    assert frozen["disputes"]["nights"]["person_agrees"] is False
    assert (await told(office, case))["answers"]["nights"] == ["awake"]


async def test_a_dispute_settled_for_the_person_leaves_their_answer(office: Office) -> None:
    case = await reviewed(office)
    said = (await case.read())["answers"]["nights"]
    await case.step("PUT", "disputes/nights", {"answer": "awake", "reason": "A guess."})
    await case.step(
        "POST", "disputes/nights/settlement", {"counts": "person", "reason": "It was one night.", "person_agrees": True}
    )

    await case.agree()

    assert (await told(office, case))["answers"]["nights"] == [said]


async def test_what_cannot_be_disputed_is_refused(office: Office) -> None:
    case = await reviewed(office)
    said = (await case.read())["answers"]["nights"]
    place, reason = f"{case.path}/disputes", "A reason."

    for question, answer, status, problem in (
        ("nights", said, 409, "nothing-in-dispute"),
        ("nights", "unheard_of", 422, "answers-not-accepted"),
        ("facs_band", "low", 422, "answers-not-accepted"),
        ("star_sign", "leo", 422, "answers-not-accepted"),
    ):
        body = {"answer": answer, "reason": reason}
        refused(await case.who.ask("PUT", f"{place}/{question}", body, etag=case.etag), status, problem)
    person = office.somebody(Role.BUDGET_HOLDER, person_id=case.person_id)
    refused(
        await person.ask("PUT", f"{place}/nights", {"answer": "awake", "reason": reason}, etag=case.etag),
        403,
        "not-allowed",
    )
    settled = {"counts": "person", "reason": reason, "person_agrees": True}
    refused(
        await case.who.ask("POST", f"{place}/nights/settlement", settled, etag=case.etag), 409, "nothing-in-dispute"
    )


async def test_an_agreed_assessment_is_frozen_and_a_change_opens_a_new_one_beside_it(office: Office) -> None:
    case = await office.agreed()
    before = await case.read()

    answer = await case.who.ask("POST", f"{case.path}/changes-of-circumstances", {"changed_on": "2010-02-01"})

    assert answer.status_code == 201
    after = Case(case.who, case.person_id, answer.json()["assessment_id"], answer.headers["etag"])
    begun = await after.read()
    assert begun["replaces"] == case.assessment_id
    assert begun["answers"]["nights"] == before["answers"]["nights"]
    assert begun["to_confirm"]["nights"] == {
        "source": "agreed_assessment",
        "of": case.assessment_id,
        "on": A_DAY,
        "given_as": "person",
    }
    unconfirmed = await after.who.ask(
        "POST", f"{after.path}/submission", {"submitted_on": "2010-02-02"}, etag=after.etag
    )
    assert "nights" in {each["name"] for each in refused(unconfirmed, 422, "answers-unconfirmed")["errors"]}

    await after.step("PUT", "answers", {"answered_as": "person", "answers": {"nights": "awake"}})
    for role in ("person", "practitioner"):
        open_ = [name for name, each in (await after.read())["to_confirm"].items() if each["given_as"] == role]
        await after.step("POST", "confirmations", {"answered_as": role, "questions": open_})
    await after.hand_in("2010-02-02")
    differences = await after.who.done("GET", f"{after.path}/differences")
    assert [(each["question_id"], each["now"], each["kind"]) for each in differences["differences"]] == [
        ("nights", "awake", "other")
    ]
    await after.agree("2010-02-03")
    assert (await told(office, after))["replaces"] == case.assessment_id
    assert await case.read() == before


async def test_an_assessment_that_is_not_agreed_is_changed_in_itself(office: Office) -> None:
    case = await office.handed_in()

    answer = await case.who.ask("POST", f"{case.path}/changes-of-circumstances", {"changed_on": A_DAY})

    refused(answer, 409, "assessment-not-open")
    refused(await case.who.ask("GET", f"{case.path}/differences"), 404, "not-found")


async def test_a_person_withdraws_at_any_time_with_nothing_lost_and_may_come_back(office: Office) -> None:
    case = await office.begin()
    await case.step("PUT", "answers", {"answered_as": "person", "answers": {"nights": "awake"}})
    person = office.somebody(Role.BUDGET_HOLDER, person_id=case.person_id)
    body = {"withdrawn_on": "2009-07-01", "reason": "too_much_work", "own_words": "I will not employ my own carers."}

    withdrawn = await person.done("POST", f"{case.person}/withdrawal", body)

    assert withdrawn["assessments_ended"] == [case.assessment_id]
    ended = await case.read()
    assert (ended["state"], ended["answers"]) == ("withdrawn", {"nights": "awake"})
    late = await case.who.ask("PUT", f"{case.path}/answers/nights", {"answer": "no_help"}, etag='"2"')
    refused(late, 409, "assessment-not-open")
    assert (await case.who.done("GET", case.person))["withdrawn_on"] == "2009-07-01"
    again = await office.begin(case.person_id)
    assert (await again.read())["state"] == "drafted"
    assert (await case.who.done("GET", case.person))["withdrawn_on"] is None
    assert "employ" not in str(await sent(office, case))


async def test_a_withdrawal_leaves_an_agreed_assessment_as_it_was(office: Office) -> None:
    case = await office.agreed()
    before = await case.read()

    withdrawn = await case.who.done(
        "POST", f"{case.person}/withdrawal", {"withdrawn_on": "2009-07-01", "reason": "own_wish"}
    )

    assert withdrawn["assessments_ended"] == []
    assert await case.read() == before


async def test_the_agreement_tells_every_need_that_was_asked_with_its_choices_from_least_to_most(
    office: Office,
) -> None:
    event = await told(office, await office.agreed())

    asked = {one["question_id"]: one for one in event["needs_asked"]}
    assert asked.keys() == event["answers"].keys()
    assert asked["nights"]["choices"] == ["no_help", "some_nights", "every_night", "awake"]
    assert (asked["risks"]["takes_several"], "none_of_these" in asked["risks"]["choices"]) == (True, False)


async def sent(office: Office, case: Case) -> list[dict[str, Any]]:
    """Every event about a person, in order."""
    async with office.runtime.ops_engine.connect() as db:
        query = text("SELECT value FROM outbox WHERE key = :key ORDER BY id")
        rows = await db.scalars(query, {"key": str(case.person_id).encode()})
        return [json.loads(bytes(value)) for value in rows]


async def told(office: Office, case: Case) -> dict[str, Any]:
    """The event of an assessment's agreement."""
    return next(
        event
        for event in await sent(office, case)
        if event.get("assessment_id") == case.assessment_id and "facts" in event
    )
