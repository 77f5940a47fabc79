"""People are found by what somebody at a desk has of them, and by nobody of another council."""

from typing import Any
from uuid import uuid4

import pytest

from braid.kit.identity import Role
from tests.assessment.desk import A_DAY, Office, refused

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("assessment_people")]

SEARCH = "/v1/people:search"


def a_name() -> str:
    return f"Zeb{uuid4().hex[:8]} O'Neill_%"


async def found(office: Office, **asked: Any) -> list[str]:
    return [one["reference"] for one in (await office.somebody().done("POST", SEARCH, asked))["people"]]


async def opened(office: Office, **told: Any) -> str:
    reference = told.pop("reference", uuid4().hex)
    body = {"reference": reference, "name": a_name(), "user_group": "older_people", "opened_on": A_DAY, **told}
    await office.somebody().done("POST", "/v1/people", body)
    return str(reference)


@pytest.mark.parametrize("written", [lambda name: name, lambda name: name.lower(), lambda name: name[3:11].upper()])
async def test_a_part_of_the_name_finds_them_in_any_case(office: Office, written: Any) -> None:
    name = a_name()
    reference = await opened(office, name=name)

    assert await found(office, text=written(name)) == [reference]


async def test_what_stands_for_any_letters_in_a_database_stands_for_itself(office: Office) -> None:
    name = uuid4().hex
    await opened(office, name=f"{name} Smith")

    assert await found(office, text=f"{name}%Smith") == []
    assert await found(office, text=f"{name}_Smith") == []


async def test_a_reference_is_found_by_its_beginning(office: Office) -> None:
    reference = await opened(office)

    assert await found(office, text=reference[:12].upper()) == [reference]
    assert await found(office, text=reference[1:]) == []


async def test_a_postcode_is_found_with_and_without_its_blank(office: Office) -> None:
    reference = await opened(office, postcode="ZE1 0AB")

    assert reference in await found(office, text="ze10ab")
    assert reference in await found(office, text="ZE1 0AB")
    assert reference in await found(office, text="ZE1")


async def test_a_user_group_narrows_what_is_found(office: Office) -> None:
    name = uuid4().hex
    older = await opened(office, name=name)
    other = await opened(office, name=f"{name} too", user_group="mental_health", date_of_birth="1980-01-01")

    assert set(await found(office, text=name)) == {older, other}
    assert await found(office, text=name, user_group="mental_health") == [other]


async def test_pages_follow_one_another_and_end(office: Office) -> None:
    mark = uuid4().hex[:20]
    references = sorted([await opened(office, reference=f"{mark}-{number}") for number in range(3)])

    first = await office.somebody().done("POST", SEARCH, {"text": mark, "limit": 2})
    second = await office.somebody().done("POST", SEARCH, {"text": mark, "limit": 2, "after": first["next"]})

    assert [one["reference"] for one in (*first["people"], *second["people"])] == references
    assert second["next"] is None


async def test_another_council_finds_nobody(office: Office) -> None:
    reference = await opened(office)
    other = office.somebody(council="E10000003")

    assert (await other.done("POST", SEARCH, {"text": reference}))["people"] == []


async def test_a_budget_holder_searches_for_nobody(office: Office) -> None:
    refused(await office.somebody(Role.BUDGET_HOLDER).ask("POST", SEARCH, {"text": "Zeb"}), 403, "not-allowed")


@pytest.mark.parametrize("asked", [{"text": "x"}, {"text": "x" * 101}, {"text": "a\0b"}, {"limit": 0}, {"name": "Ada"}])
async def test_what_cannot_be_looked_for_is_told(office: Office, asked: dict[str, Any]) -> None:
    assert (await office.somebody().ask("POST", SEARCH, asked)).status_code == 422
