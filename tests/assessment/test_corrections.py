"""A person's record put right after opening: checked as at opening, duplicates looked for again, history kept."""

import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from braid.kit.identity import Role
from tests.assessment import people
from tests.assessment.desk import A_DAY, Office, refused

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("assessment_corrections")]


def an_nhs_number() -> str:
    """A number for testing that nobody else in these tests has."""
    while True:
        digits = f"9{uuid4().int % 10**8:08d}"
        check = -sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=True)) % 11
        if check < 10:
            return f"{digits}{check}"


MISTYPED = "A digit was mistyped when the case was opened."


async def correct(office: Office, person: UUID, seen: int = 0, **told: Any) -> Any:
    body = {"reason": MISTYPED, **told}
    path = f"/v1/people/{person}/corrections"
    return await office.somebody(subject="desk:two").ask("POST", path, body, etag=f'"{seen}"')


async def test_a_wrong_nhs_number_is_replaced_and_the_history_says_by_whom_and_why(office: Office) -> None:
    wrong, right = an_nhs_number(), an_nhs_number()
    person = await office.open_case(nhs_number=wrong, date_of_birth="1931-02-28")

    answer = await correct(office, person, nhs_number=f"{right[:3]} {right[3:6]} {right[6:]}")
    shown = await office.somebody().done("GET", f"/v1/people/{person}")
    history = (await office.somebody().done("GET", f"/v1/people/{person}/corrections"))["corrections"]

    assert (answer.status_code, answer.headers["etag"]) == (201, '"1"')
    assert (shown["nhs_number"], shown["date_of_birth"]) == (right, "1931-02-28")
    (made,) = history
    told = {name: made[name] for name in ("number", "before", "after", "reason", "corrected_by")}
    assert told == {
        "number": 1,
        "before": {"nhs_number": wrong},
        "after": {"nhs_number": right},
        "reason": MISTYPED,
        "corrected_by": "desk:two",
    }


async def test_several_fields_are_put_right_at_once_and_what_should_not_be_there_is_taken_away(office: Office) -> None:
    person = await office.open_case(uprn="12345678", postcode="CB3 0AP")
    told: dict[str, Any] = {
        "name": "Nobody Atall (a made-up name)",
        "reference": uuid4().hex,
        "uprn": None,
        "postcode": "cb30aq",
    }

    await correct(office, person, **told)

    shown = await office.somebody().done("GET", f"/v1/people/{person}")
    assert {name: shown[name] for name in told} == {**told, "postcode": "CB3 0AQ"}


@pytest.mark.parametrize(
    ("told", "problem"),
    [
        ({"nhs_number": "9434765910"}, "identifier-refused"),
        ({"uprn": "12a"}, "identifier-refused"),
        ({"postcode": "nowhere"}, "identifier-refused"),
        ({"name": None}, "invalid-request"),
        ({}, "invalid-request"),
        ({"postcode": "CB3 0AP", "reason": ""}, "invalid-request"),
        ({"user_group": None}, "invalid-request"),
        ({"user_group": "tall_people"}, "invalid-request"),
    ],
)
async def test_what_is_no_correction_changes_nothing(office: Office, told: dict[str, Any], problem: str) -> None:
    person = await office.open_case()
    before = await office.somebody().done("GET", f"/v1/people/{person}")

    refused(await correct(office, person, **told), 422, problem)

    assert await office.somebody().done("GET", f"/v1/people/{person}") == before


async def test_duplicates_are_looked_for_again_and_there_is_a_way_on(office: Office) -> None:
    taken = an_nhs_number()
    known = await office.open_case(nhs_number=taken, date_of_birth="1932-03-04")
    person = await office.open_case(nhs_number=an_nhs_number(), date_of_birth="1950-01-01", name="Nobody like them")

    (candidate,) = refused(await correct(office, person, nhs_number=taken), 409, "possible-duplicate")["errors"]
    apart = {"people": [str(known)], "reason": "The number is mistyped at the other case."}
    looked_at = await correct(office, person, nhs_number=taken, not_same_as=apart)
    later = await correct(office, person, seen=1, name="Nobody like them (a made-up name)")

    assert candidate["person_id"] == str(known)
    # Whom the person is not was said once, and is not asked again.
    assert (looked_at.status_code, later.status_code) == (201, 201)


async def test_a_person_is_no_duplicate_of_themselves_and_a_reference_in_use_is_refused(office: Office) -> None:
    taken = uuid4().hex
    await office.open_case(reference=taken)
    person = await office.open_case(name="Anne Smyth", date_of_birth="1941-05-06")

    assert (await correct(office, person, name="Anne Smith")).status_code == 201
    refused(await correct(office, person, seen=1, reference=taken), 409, "reference-in-use")


async def test_nobody_overwrites_a_correction_that_they_have_not_seen_and_a_repeat_changes_nothing(
    office: Office,
) -> None:
    person = await office.open_case(postcode="CB3 0AP")
    await correct(office, person, postcode="CB3 0AQ")

    refused(await correct(office, person, postcode="CB3 0AP"), 412, "stale-version")
    again = await correct(office, person, seen=1, postcode="cb3 0aq")

    assert len(again.json()["corrections"]) == 1


async def test_a_wrong_date_of_birth_is_named_where_it_was_told_and_mended_by_a_change_of_circumstances(
    office: Office,
) -> None:
    case = await office.agreed(people.somebody_like_savva_in_july())
    agreed = (await case.read())["answers"]["date_of_birth"]
    right = "1949-12-31"
    assert agreed != right

    told = (await correct(office, case.person_id, date_of_birth=right)).json()
    changed = await case.who.done("POST", f"{case.path}/changes-of-circumstances", {"changed_on": A_DAY})

    assert told["telling_otherwise"] == [case.assessment_id]
    assert changed["answers"]["date_of_birth"] == right
    assert changed["to_confirm"]["date_of_birth"]["source"] == "person_record"


async def test_corrections_are_the_offices_and_are_seen_by_the_person_and_leave_in_no_event(office: Office) -> None:
    person = await office.open_case(name="Wrong Name")
    me = office.somebody(Role.BUDGET_HOLDER, person_id=person)
    path = f"/v1/people/{person}/corrections"

    refused(await me.ask("POST", path, {"reason": "x", "name": "Right Name"}, etag='"0"'), 403, "not-allowed")
    await correct(office, person, name="Right Name")
    stranger = office.somebody(council="E10009998")
    refused(await stranger.ask("GET", path), 404, "not-found")

    record = await me.done("GET", f"/v1/people/{person}/subject-access.json")
    assert [each["before"] for each in record["corrections_of_the_record"]] == [{"name": "Wrong Name"}]
    async with office.runtime.ops_engine.connect() as db:
        query = text("SELECT value FROM outbox WHERE key = :key")
        sent = [json.loads(bytes(value)) for value in await db.scalars(query, {"key": str(person).encode()})]
    assert len(sent) == 1
    assert "Name" not in json.dumps(sent)
