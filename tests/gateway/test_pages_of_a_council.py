"""Pages about everything that a council has, on a platform where nothing else has happened."""

import pytest

from tests.gateway.conftest import Platform
from tests.gateway.test_pages import NAME, shown


async def test_a_practitioner_sees_the_list_of_people(platform: Platform) -> None:
    person_id = await platform.journey()
    text = await shown(await platform.browser("practitioner"), "/people")

    assert f'href="/people/{person_id}"' in text
    assert NAME in text
    assert "Ready to plan" in text


@pytest.mark.parametrize("role", ["finance_officer", "auditor"])
async def test_finance_and_audit_see_the_proof(role: str, platform: Platform) -> None:
    await platform.journey()
    text = await shown(await platform.browser(role), "/ledger")

    assert "The proof holds" in text
    assert "2 journal entries" in text
    assert text.count(">In balance<") == 2
