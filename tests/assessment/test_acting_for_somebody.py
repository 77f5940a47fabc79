"""Acting for somebody over the API: with an authority that is recorded, in force and not objected to."""

from typing import Any
from uuid import uuid4

import pytest

from braid.kit.identity import Role
from tests.assessment import people
from tests.assessment.desk import A_DAY, Case, Office, Somebody, refused

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


async def test_two_joint_attorneys_hand_in_together_or_not_at_all(office: Office) -> None:
    case = await office.begin()
    await case.save_all(people.somebody_like_savva_in_july())
    both = [await record(office, case, acting="jointly") for _ in range(2)]
    handing_in = {"submitted_on": NOW, "given_as": "proxy"}
    before = await case.read()

    alone = await case.who.ask(
        "POST", f"{case.path}/submission", {**handing_in, "authorities": both[:1]}, etag=case.etag
    )

    assert refused(alone, 403, "authority-refused")["errors"][0]["code"] == "joint"
    assert await case.read() == before
    assert (await case.step("POST", "submission", {**handing_in, "authorities": both}))["state"] == "submitted"


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
