"""Acting for somebody over the API: with an authority that is recorded, in force and not objected to."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from braid.kit.identity import Role
from tests.assessment import people
from tests.assessment.desk import A_DAY, OTHER_COUNCIL, Case, Office, Somebody, refused

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("assessment_authority")]

LONG_AGO, NOW = "2009-01-01", "2016-05-01"


async def record(office: Office, case: Case, subject: str = "", **told: Any) -> str:
    body = {
        "holder_name": "Somebody else (a made-up name)",
        "holder_subject": subject or None,
        "kind": "health_and_welfare_attorney",
        "decisions": ["assessment", "care_and_support"],
        "from_on": LONG_AGO,
        "evidence": "The registered instrument was seen.",
        **told,
    }
    return str((await office.somebody().done("POST", f"{case.person}/authorities", body))["authority_id"])


def proxy(office: Office, subject: str) -> Somebody:
    return office.somebody(Role.DELEGATE, subject=subject)


async def test_a_proxy_who_signs_in_answers_as_a_proxy(office: Office) -> None:
    case, subject = await office.begin(), uuid4().hex
    authority = await record(office, case, subject)
    daughter = proxy(office, subject)

    saved = await daughter.ask("PUT", f"{case.path}/answers/nights", {"answer": "awake"}, etag='"0"')

    given = saved.json()["given"]
    assert (given["given_as"], given["given_by"], given["authorities"]) == ("proxy", subject, [authority])
    assert (await daughter.ask("GET", case.path)).status_code == 200
    assert (await daughter.ask("GET", case.person)).status_code == 200


async def test_somebody_who_acts_sees_which_authority_is_their_own(office: Office) -> None:
    case, subject = await office.begin(), uuid4().hex
    own, others = await record(office, case, subject), await record(office, case, uuid4().hex)

    told = (await proxy(office, subject).done("GET", f"{case.person}/authorities"))["authorities"]

    assert {each["authority_id"]: each["is_yours"] for each in told} == {own: True, others: False}


async def test_an_expired_proxy_is_told_so_and_the_draft_is_kept(office: Office) -> None:
    case, subject = await office.begin(), uuid4().hex
    await case.step("PUT", "answers", {"answered_as": "person", "answers": {"nights": "awake"}})
    await record(office, case, subject, until_on="2015-12-31")
    before, late = await case.read(), proxy(office, subject)

    for answer in (
        await late.ask("PUT", f"{case.path}/answers/nights", {"answer": "no_help"}, etag='"2"'),
        await late.ask("GET", case.path),
    ):
        (why,) = refused(answer, 403, "authority-refused")["errors"]
        assert (why["code"], "2015-12-31" in why["message"]) == ("expired", True)
    assert await case.read() == before


async def test_an_advocate_answers_and_is_shown_as_one(office: Office) -> None:
    case = await office.begin()
    authority = await record(office, case, kind="advocate", from_on="2015-04-01")
    body = {"answer": "awake", "given_as": "advocate", "authorities": [authority], "given_on": NOW}

    saved = await case.who.ask("PUT", f"{case.path}/answers/nights", body, etag='"0"')

    given = saved.json()["given"]
    assert (given["given_as"], given["given_on"]) == ("advocate", NOW)
    refused(
        await case.who.ask("PUT", f"{case.path}/answers/decisions", {**body, "authorities": []}, etag='"0"'),
        403,
        "authority-refused",
    )
    refused(
        await case.who.ask("PUT", f"{case.path}/answers/decisions", {**body, "given_on": A_DAY}, etag='"0"'),
        403,
        "authority-refused",
    )


async def ready(office: Office, acting: str = "jointly") -> tuple[Case, list[Somebody], list[str]]:
    """An assessment that is answered, and two attorneys who sign in."""
    case, subjects = await office.begin(), [uuid4().hex, uuid4().hex]
    await case.save_all(people.somebody_like_savva_in_july())
    held = [await record(office, case, subject, acting=acting) for subject in subjects]
    return case, [proxy(office, subject) for subject in subjects], held


async def hand_in(case: Case, by: Somebody, etag: str | None = None, **told: Any) -> Any:
    body = {"submitted_on": NOW, **told}
    return await by.ask("POST", f"{case.path}/submission", body, etag=etag or case.etag)


async def test_two_joint_attorneys_sign_one_after_the_other_and_the_first_signature_waits(office: Office) -> None:
    case, (one, other), held = await ready(office)

    first = await hand_in(case, one)
    again = await hand_in(case, one)
    second = await hand_in(case, other)

    assert (first.status_code, again.status_code, second.status_code) == (202, 202, 200)
    waiting = {"act": "hand_in", "signed": held[:1], "waits_for": held[1:]}
    assert (first.json()["state"], first.json()["waiting_acts"]) == ("drafted", [waiting])
    assert again.json()["waiting_acts"] == [waiting]
    assert (second.json()["state"], second.json()["waiting_acts"]) == ("submitted", [])


async def test_joint_attorneys_who_are_named_together_need_no_waiting(office: Office) -> None:
    case, _, held = await ready(office)

    alone = await hand_in(case, case.who, given_as="proxy", authorities=held[:1])
    both = await hand_in(case, case.who, given_as="proxy", authorities=held)

    assert (alone.status_code, both.status_code, both.json()["state"]) == (202, 200, "submitted")


async def test_one_of_those_who_hold_it_jointly_and_severally_is_enough(office: Office) -> None:
    case, (one, _), _ = await ready(office, "jointly_and_severally")

    assert (await hand_in(case, one)).json()["state"] == "submitted"


async def test_a_signature_is_of_the_answers_as_they_stood_and_a_change_asks_for_it_anew(office: Office) -> None:
    case, (one, other), held = await ready(office)
    await hand_in(case, one)
    await case.step("PUT", "answers", {"answered_as": "person", "answers": {"nights": "no_help"}})

    second = await hand_in(case, other)
    first_again = await hand_in(case, one)

    assert (second.status_code, second.json()["waiting_acts"][0]["signed"]) == (202, held[1:])
    assert first_again.json()["state"] == "submitted"


async def test_what_cannot_be_handed_in_is_not_signed_either(office: Office) -> None:
    case, subject = await office.begin(), uuid4().hex
    for holder in (subject, uuid4().hex):
        await record(office, case, holder, acting="jointly")

    refused(await hand_in(case, proxy(office, subject)), 422, "assessment-incomplete")

    assert (await case.read())["waiting_acts"] == []


async def test_a_signature_ends_with_its_authority_and_an_expired_holder_signs_nothing(office: Office) -> None:
    case, (one, other), held = await ready(office)
    await hand_in(case, one)
    ended = {"revoked_on": LONG_AGO, "because": "The registration was cancelled."}
    await office.somebody().done("POST", f"/v1/authorities/{held[0]}/revocation", ended)

    late = await hand_in(case, one)
    second = await hand_in(case, other)

    assert refused(late, 403, "authority-refused")["errors"][0]["code"] == "revoked"
    # Who is left holds it alone: nobody else is in force to wait for.
    assert second.json()["state"] == "submitted"


async def test_joint_attorneys_agree_one_after_the_other(office: Office) -> None:
    person = people.somebody_like_savva_in_july()
    case = await office.handed_in(person)
    await case.review(person)
    both = [await record(office, case, acting="jointly") for _ in range(2)]
    agreeing = {"agreed_on": NOW, "agreed_with": "proxy"}

    first = await case.step("POST", "agreement", {**agreeing, "authorities": both[:1]})
    second = await case.step("POST", "agreement", {**agreeing, "authorities": both[1:]})

    assert (first["state"], first["waiting_acts"][0]["act"]) == ("submitted", "agree")
    assert second["state"] == "agreed"


async def test_joint_attorneys_withdraw_a_person_only_together(office: Office) -> None:
    case, (one, other), held = await ready(office)
    body = {"withdrawn_on": NOW, "reason": "own_wish"}

    first = await one.ask("POST", f"{case.person}/withdrawal", body)
    before = await case.read()
    other_day = await other.ask("POST", f"{case.person}/withdrawal", {**body, "withdrawn_on": "2016-05-02"})
    second = await other.ask("POST", f"{case.person}/withdrawal", body)

    assert (first.status_code, first.json()["waits_for"], before["state"]) == (202, held[1:], "drafted")
    assert (other_day.status_code, second.status_code) == (202, 201)
    assert (await case.read())["state"] == "withdrawn"


async def test_signatures_are_part_of_what_the_person_may_see_and_of_what_is_erased(office: Office) -> None:
    case, (one, _), held = await ready(office)
    await hand_in(case, one)
    seen = await case.who.done("GET", f"{case.person}/subject-access.json")
    await case.who.done("POST", f"{case.person}/withdrawal", {"withdrawn_on": NOW, "reason": "own_wish"})

    await case.who.done("POST", f"{case.person}/erasure", {"basis": "request"})

    assert [each["authority_id"] for each in seen["signatures_of_joint_holders"]] == held[:1]
    async with office.runtime.units.for_council(case.who.principal.council) as work:
        left = text("SELECT count(*) FROM joint_signature WHERE person_id = :person")
        assert await work.session.scalar(left, {"person": case.person_id}) == 0


async def test_a_person_who_objects_is_heard_at_once(office: Office) -> None:
    case, subject = await office.begin(), uuid4().hex
    authority = await record(office, case, subject)
    person = office.somebody(Role.BUDGET_HOLDER, person_id=case.person_id)
    objection = {"objected_on": NOW, "objection": "I speak for myself."}

    refused(
        await person.ask("POST", f"/v1/authorities/{authority}/objection", {**objection, "has_capacity": False}),
        403,
        "not-allowed",
    )
    await person.done("POST", f"/v1/authorities/{authority}/objection", objection)

    answer = await proxy(office, subject).ask("PUT", f"{case.path}/answers/nights", {"answer": "awake"}, etag='"0"')
    assert refused(answer, 403, "authority-refused")["errors"][0]["code"] == "objected"


async def test_a_revoked_authority_is_shown_and_does_not_count(office: Office) -> None:
    case, subject = await office.begin(), uuid4().hex
    authority = await record(office, case, subject)
    revoked = {"revoked_on": NOW, "because": "The person chose somebody else."}
    await office.somebody().done("POST", f"/v1/authorities/{authority}/revocation", revoked)

    (shown,) = (await case.who.done("GET", f"{case.person}/authorities"))["authorities"]

    assert (shown["in_force"], shown["revoked_on"]) == (False, NOW)
    refused(await proxy(office, subject).ask("GET", case.path), 403, "authority-refused")


async def test_an_authority_that_the_law_does_not_know_is_refused_with_every_reason(office: Office) -> None:
    case = await office.begin()
    body = {
        "holder_name": "X",
        "kind": "appointee",
        "decisions": ["assessment"],
        "from_on": NOW,
        "until_on": LONG_AGO,
        "evidence": "A letter.",
    }

    told = refused(await office.somebody().ask("POST", f"{case.person}/authorities", body), 422, "authority-not-sound")

    assert "cannot be for assessment" in told["detail"]
    assert "before it begins" in told["detail"]


async def test_nobody_finds_another_councils_authority(office: Office) -> None:
    case = await office.begin()
    authority = await record(office, case)
    stranger = office.somebody(council="E10009998")

    for answer in (
        await stranger.ask("GET", f"{case.person}/authorities"),
        await stranger.ask("POST", f"/v1/authorities/{authority}/revocation", {"revoked_on": NOW, "because": "x"}),
        await stranger.ask("POST", f"/v1/authorities/{authority}/objection", {"objected_on": NOW, "objection": "x"}),
    ):
        refused(answer, 404, "not-found")


async def test_somebody_finds_whom_they_act_for_and_what_each_authority_opens(office: Office) -> None:
    subject = uuid4().hex
    mine = [await office.begin() for _ in range(3)]
    open_one, ended, money = mine
    await record(office, open_one, subject)
    await record(office, open_one, subject, kind="helper", decisions=["care_and_support"])
    await record(office, ended, subject, until_on="2015-12-31")
    await record(office, money, subject, kind="appointee", decisions=["benefits"])
    await record(office, await office.begin(), uuid4().hex)

    told = await proxy(office, subject).done("GET", "/v1/people-acted-for")

    people_told = {each["person_id"]: each for each in told["people"]}
    assert set(people_told) == {str(case.person_id) for case in mine}
    assert [each["reference"] for each in told["people"]] == sorted(each["reference"] for each in told["people"])
    first = people_told[str(open_one.person_id)]
    assert (first["is_open"], first["why_closed"], len(first["authorities"])) == (True, [], 2)
    second = people_told[str(ended.person_id)]
    assert (second["is_open"], second["why_closed"]) == (False, ["it ended on 2015-12-31"])
    assert people_told[str(money.person_id)]["why_closed"] == ["it is not for assessment"]
    for case, is_open in ((open_one, True), (ended, False), (money, False)):
        answer = await proxy(office, subject).ask("GET", case.person)
        assert answer.status_code == (200 if is_open else 403)


async def test_whom_somebody_acts_for_comes_page_by_page(office: Office) -> None:
    subject, cases = uuid4().hex, [await office.begin() for _ in range(3)]
    for case in cases:
        await record(office, case, subject)
    daughter, found, after = proxy(office, subject), [], ""
    while True:
        page = await daughter.done("GET", f"/v1/people-acted-for?limit=1&after={after}")
        found += [each["person_id"] for each in page["people"]]
        if (after := page["next"]) is None:
            break

    assert sorted(found) == sorted(str(case.person_id) for case in cases)


async def test_nobody_is_shown_whom_others_act_for_nor_people_of_another_council(office: Office) -> None:
    case, subject = await office.begin(), uuid4().hex
    await record(office, case, subject)

    for somebody in (
        proxy(office, uuid4().hex),
        office.somebody(),
        office.somebody(Role.DELEGATE, subject=subject, council=OTHER_COUNCIL),
    ):
        assert await somebody.done("GET", "/v1/people-acted-for") == {"people": [], "next": None}
