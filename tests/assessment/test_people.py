"""Opening a case: identifiers are checked, nobody is known twice unseen, and evidence is what it says it is."""

import asyncio
import base64
import hashlib
from typing import Any
from uuid import uuid4

import httpx
import pytest

from braid.kit.identity import Role
from tests.assessment.desk import A_DAY, Case, Office, Somebody, refused

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("assessment_people")]

BODY = {"user_group": "older_people", "opened_on": A_DAY}


def new(**told: Any) -> dict[str, Any]:
    return {"reference": uuid4().hex, "name": "Somebody (a made-up name)", **BODY, **told}


async def test_identifiers_are_kept_in_one_way_of_writing(office: Office) -> None:
    told = new(nhs_number="943 476 5919", uprn="000012345678", postcode="cb30ap", date_of_birth="1931-02-28")

    opened = await office.somebody().done("POST", "/v1/people", told)

    kept = {name: opened[name] for name in ("nhs_number", "uprn", "postcode", "date_of_birth")}
    assert kept == {
        "nhs_number": "9434765919",
        "uprn": "12345678",
        "postcode": "CB3 0AP",
        "date_of_birth": "1931-02-28",
    }


async def test_everybody_is_told_which_questions_an_assessment_can_begin_with(office: Office) -> None:
    told = (await office.somebody(Role.BUDGET_HOLDER).done("GET", "/v1/questionnaires"))["questionnaires"]

    newest = next(each for each in told if each["questionnaire"] == "example-council")
    assert (newest["version"], bool(newest["title"])) == (3, True)


@pytest.mark.parametrize(
    "told", [{"nhs_number": "9434765910"}, {"uprn": "12a"}, {"postcode": "nowhere"}], ids=lambda told: next(iter(told))
)
async def test_an_identifier_that_is_none_opens_no_case(office: Office, told: dict[str, str]) -> None:
    body = new(**told)

    refused(await office.somebody().ask("POST", "/v1/people", body), 422, "identifier-refused")

    await office.somebody().done("POST", "/v1/people", {**body, next(iter(told)): None})


async def test_a_council_without_social_care_duties_opens_no_case(office: Office) -> None:
    district = office.somebody(council="E10000001")

    refused(await district.ask("POST", "/v1/people", new()), 422, "identifier-refused")


async def test_the_same_nhs_number_is_told_with_whose_it_is_and_a_way_on(office: Office) -> None:
    first = new(nhs_number="9434765870")
    known = await office.somebody().done("POST", "/v1/people", first)
    again = new(nhs_number="943 476 5870", name="Nobody like them")

    (candidate,) = refused(await office.somebody().ask("POST", "/v1/people", again), 409, "possible-duplicate")[
        "errors"
    ]

    assert (candidate["person_id"], candidate["name"]) == (known["person_id"], first["reference"])
    assert candidate["message"] == "has the same NHS number"
    other = {"people": [str(uuid4())], "reason": "Somebody else altogether."}
    refused(
        await office.somebody().ask("POST", "/v1/people", {**again, "not_same_as": other}), 409, "possible-duplicate"
    )
    looked_at = {"people": [known["person_id"]], "reason": "The number was mistyped at the other case."}
    await office.somebody().done("POST", "/v1/people", {**again, "not_same_as": looked_at})


async def test_a_like_name_with_the_same_date_of_birth_is_told_even_with_day_and_month_changed_over(
    office: Office,
) -> None:
    await office.somebody().done("POST", "/v1/people", new(name="Anne Smith", date_of_birth="1931-02-03"))

    for name, born, status in (
        ("Smith, Ann", "1931-02-03", 409),
        ("Smith, Ann", "1931-03-02", 409),
        ("Smith, Ann", "1932-02-03", 201),
        ("Peter Jones", "1931-02-03", 201),
        ("Anne Smith", None, 201),
    ):
        answer = await office.somebody().ask("POST", "/v1/people", new(name=name, date_of_birth=born))
        assert answer.status_code == status, (name, born, answer.text)


async def test_of_two_desks_that_open_one_person_at_once_one_is_told(office: Office) -> None:
    answers = await asyncio.gather(
        *(office.somebody().ask("POST", "/v1/people", new(nhs_number="9000000009")) for _ in range(3))
    )

    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]


async def test_another_councils_people_are_no_candidates(office: Office) -> None:
    told = {"nhs_number": "9876543210"}
    await office.somebody(council="E10009998").done("POST", "/v1/people", new(**told))

    await office.somebody().done("POST", "/v1/people", new(**told))


PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


async def attach(
    who: Somebody, case: Case, content: bytes, said: str = "application/pdf", **told: Any
) -> httpx.Response:
    body = {"title": "A letter", "media_type": said, "content": base64.b64encode(content).decode()} | told
    return await who.ask("POST", f"{case.person}/evidence", body)


async def test_evidence_is_kept_with_its_hash_and_given_back_to_be_saved_only(office: Office) -> None:
    case = await office.begin()
    person = office.somebody(Role.BUDGET_HOLDER, person_id=case.person_id)

    kept = (await attach(person, case, PDF, assessment_id=case.assessment_id, question_id="nights")).json()

    assert (kept["sha256"], kept["size_bytes"]) == (hashlib.sha256(PDF).hexdigest(), len(PDF))
    (listed,) = (await case.who.done("GET", f"{case.person}/evidence"))["evidence"]
    assert (listed["title"], listed["question_id"], listed["evidence_id"]) == (
        "A letter",
        "nights",
        kept["evidence_id"],
    )
    given_back = await case.who.ask("GET", f"/v1/evidence/{kept['evidence_id']}/content")
    assert given_back.content == PDF
    assert given_back.headers["content-disposition"].startswith("attachment")
    assert given_back.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in given_back.headers["content-security-policy"]
    for stranger in (office.somebody(council="E10009998"), office.somebody(Role.BUDGET_HOLDER, person_id=uuid4())):
        refused(await stranger.ask("GET", f"/v1/evidence/{kept['evidence_id']}/content"), 404, "not-found")


@pytest.mark.parametrize(
    ("content", "said", "status", "problem"),
    [
        (b"MZ\x90\x00" + b"\0" * 60, "application/pdf", 415, "media-type-not-taken"),
        (b"<html><script>alert(1)</script></html>", "application/pdf", 415, "media-type-not-taken"),
        (PNG, "application/pdf", 415, "media-type-not-taken"),
        (PDF, "text/html", 415, "media-type-not-taken"),
        (b"hello", "image/png", 415, "media-type-not-taken"),
        (b"", "application/pdf", 422, "invalid-request"),
        (PDF + b"\0" * 5_000_000, "application/pdf", 413, "too-large"),
    ],
    ids=["a program", "a page", "a picture", "said to be a page", "nothing known", "empty", "too large"],
)
async def test_evidence_that_is_not_what_is_taken_is_refused_with_nothing_kept(
    office: Office, content: bytes, said: str, status: int, problem: str
) -> None:
    case = await office.begin()

    refused(await attach(case.who, case, content, said), status, problem)

    assert (await case.who.done("GET", f"{case.person}/evidence"))["evidence"] == []


async def test_evidence_for_what_is_not_there_is_refused(office: Office) -> None:
    case, other = await office.begin(), await office.begin()

    for told, status in (
        ({"assessment_id": other.assessment_id}, 404),
        ({"assessment_id": case.assessment_id, "question_id": "star_sign"}, 422),
        ({"title": ""}, 422),
        ({"title": "a\0b"}, 422),
    ):
        assert (await attach(case.who, case, PDF, **told)).status_code == status
