"""A wrong user group put right: who did it and why stays, drafts ask again, and what is agreed is never changed."""

import json
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from braid.contracts.codes import UserGroup
from services.assessment.wording_files import worded_questionnaire
from tests.assessment import people
from tests.assessment.desk import A_DAY, Case, Office, plain, refused

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("assessment_user_group")]

WRONG, RIGHT = UserGroup.OLDER_PEOPLE, UserGroup.LEARNING_DISABILITY
WHY = "The first contact noted the parent's group."


def reading_otherwise() -> set[str]:
    """The questions that the two groups read in other words."""
    one, other = (worded_questionnaire("example-council", 3, group).questions for group in (WRONG, RIGHT))
    return {name for name in one if one[name] != other[name]}


async def put_right(office: Office, person: UUID, group: UserGroup = RIGHT, seen: int = 0) -> Any:
    """Correct the group; returns what follows."""
    body = {"reason": WHY, "user_group": group}
    path = f"/v1/people/{person}/corrections"
    return await office.somebody(subject="desk:three").done("POST", path, body, etag=f'"{seen}"')


async def sent(office: Office, person: UUID, kind: str) -> list[Any]:
    """Events of a kind about a person, in order."""
    async with office.runtime.ops_engine.connect() as db:
        query = text("SELECT value FROM outbox WHERE key = :key AND headers ->> 'ce_type' LIKE :kind ORDER BY id")
        values = await db.scalars(query, {"key": str(person).encode(), "kind": f"%.{kind}.%"})
        return [json.loads(bytes(value)) for value in values]


async def test_the_record_has_the_right_group_and_says_who_put_it_right_and_why(office: Office) -> None:
    person = await office.open_case(user_group=WRONG)

    told = await put_right(office, person)
    again = await put_right(office, person, seen=1)

    shown = await office.somebody().done("GET", f"/v1/people/{person}")
    (made,) = again["corrections"]
    assert shown["user_group"] == RIGHT
    assert (made["before"], made["after"]) == ({"user_group": WRONG}, {"user_group": RIGHT})
    assert (made["reason"], made["corrected_by"]) == (WHY, "desk:three")
    assert told["of_another_group"] == []


async def test_a_draft_asks_again_for_what_reads_otherwise_and_is_handed_in_once_it_is_confirmed(
    office: Office,
) -> None:
    case = await office.begin(await office.open_case(user_group=WRONG))
    person = people.somebody_like_savva_in_july()
    await case.save_all(person)

    told = await put_right(office, case.person_id)

    before = await case.read()
    again = reading_otherwise() & plain(person.person).keys()
    assert again
    assert set(before["to_confirm"]) == again
    assert {one["source"] for one in before["to_confirm"].values()} == {"words_of_another_group"}
    assert before["answers"] == plain(person.person)
    assert told["of_another_group"] == [
        {
            "assessment_id": case.assessment_id,
            "user_group": WRONG,
            "questions": sorted(again),
            "follows": "confirm_again",
        }
    ]
    refused(
        await case.who.ask("POST", f"{case.path}/submission", {"submitted_on": A_DAY}, etag=case.etag),
        422,
        "answers-unconfirmed",
    )
    await case.step("POST", "confirmations", {"answered_as": "person", "questions": sorted(again)})
    await case.hand_in()
    history = await case.who.done("GET", f"{case.person}/corrections")
    assert history["of_another_group"] == []


async def test_of_what_is_handed_in_the_answers_are_named_and_nothing_is_changed(office: Office) -> None:
    case = await office.handed_in()
    before = await case.read()

    (told,) = (await put_right(office, case.person_id))["of_another_group"]

    assert told["follows"] == "look_at_with_the_person"
    assert set(told["questions"]) == reading_otherwise() & before["answers"].keys()
    assert await case.read() == before


async def test_an_agreed_assessment_keeps_its_group_until_another_is_agreed_with_the_right_one(office: Office) -> None:
    person = people.somebody_like_savva_in_july()
    case = await office.agreed(person)
    before = await case.read()

    (told,) = (await put_right(office, case.person_id))["of_another_group"]

    assert (told["follows"], told["user_group"]) == ("change_of_circumstances", WRONG)
    assert await case.read() == before
    assert [one["user_group"] for one in await sent(office, case.person_id, "agreed")] == [WRONG]

    opened = await case.who.ask("POST", f"{case.path}/changes-of-circumstances", {"changed_on": A_DAY})
    later = Case(case.who, case.person_id, opened.json()["assessment_id"], opened.headers["etag"])
    to_confirm = (await later.read())["to_confirm"]
    for role in ("person", "practitioner"):
        theirs = [name for name, one in to_confirm.items() if one["given_as"] == role]
        await later.step("POST", "confirmations", {"answered_as": role, "questions": theirs})
        if role == "person":
            await later.hand_in()
    await later.agree()

    assert [one["user_group"] for one in await sent(office, case.person_id, "agreed")] == [WRONG, RIGHT]
    history = await case.who.done("GET", f"{case.person}/corrections")
    assert history["of_another_group"] == []


async def test_a_group_that_was_right_after_all_leaves_nothing_to_be_done(office: Office) -> None:
    case = await office.agreed()
    await put_right(office, case.person_id)

    assert (await put_right(office, case.person_id, WRONG, seen=1))["of_another_group"] == []
