"""What happened in an assessment: every answer as it was given, both sides of each dispute, every step."""

from uuid import uuid4

import pytest

from braid.kit.identity import Role
from tests.assessment.desk import OTHER_COUNCIL, Office, refused

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("assessment_history")]


async def test_every_answer_and_both_sides_of_a_dispute_are_told_the_latest_first(office: Office) -> None:
    case = await office.handed_in()
    before = await case.read()
    holder = office.somebody(Role.BUDGET_HOLDER, subject="holder", person_id=case.person_id)
    disputed = {"answer": "awake", "reason": "The log shows it."}
    await case.step("PUT", "disputes/nights", disputed)
    settled = {"counts": "person", "reason": "We read the log.", "person_agrees": True}
    await case.step("POST", "disputes/nights/settlement", settled)

    told = await holder.done("GET", f"{case.path}/history")

    assert (told["person_id"], told["assessment_id"]) == (str(case.person_id), case.assessment_id)
    settlement, dispute, handed_in, *rest = told["happened"]
    assert (settlement["kind"], settlement["counts"], settlement["reason"]) == (
        "settlement",
        "person",
        "We read the log.",
    )
    assert (dispute["kind"], dispute["question_id"], dispute["answer"], dispute["reason"]) == (
        "dispute",
        "nights",
        "awake",
        "The log shows it.",
    )
    assert (handed_in["kind"], handed_in["what"], handed_in["by"]) == (
        "step",
        "submitted as person",
        case.who.principal.subject,
    )
    answers = {each["question_id"]: each for each in rest if each["kind"] == "answer"}
    assert {name: each["answer"] for name, each in answers.items()} == before["answers"]
    assert {each["given_as"] for each in answers.values()} == {"person"}
    assert rest[-1]["what"] == "begun"
    assert not any((each["what"] or "").startswith("answers") for each in rest)


async def test_an_answer_that_was_changed_or_taken_back_stays_in_sight(office: Office) -> None:
    case = await office.begin()
    for etag, answer, words in (('"0"', "awake", "Every night."), ('"2"', "no_help", None), ('"3"', None, None)):
        body = {"answered_as": "person", "answer": answer, "own_words": words}
        assert (await case.who.ask("PUT", f"{case.path}/answers/nights", body, etag=etag)).is_success

    told = await case.who.done("GET", f"{case.path}/history?question_id=nights")

    assert [each["answer"] for each in told["happened"]] == [None, "no_help", "awake"]
    assert told["happened"][-1]["own_words"] == "Every night."
    assert [each["version"] for each in told["happened"]] == [4, 3, 2]


async def test_a_history_is_for_those_who_see_the_assessment(office: Office) -> None:
    case = await office.begin()
    for somebody in (
        office.somebody(Role.BUDGET_HOLDER, subject="another", person_id=uuid4()),
        office.somebody(Role.DELEGATE, subject=uuid4().hex),
        office.somebody(council=OTHER_COUNCIL),
    ):
        refused(await somebody.ask("GET", f"{case.path}/history"), 404, "not-found")
