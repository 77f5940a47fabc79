"""The fourteen early users through the gateway: each story ends as it did, and what would have helped is there."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import httpx
import pytest

from braid.command_line.demonstration import EXAMPLE_COUNCIL
from braid.command_line.early_users import EarlyUser, Office, early_users, office, pay, tell_story
from tests.journey.conftest import RunningPlatform

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("early_users")]

#: A test machine that is busy with other things is no reason to fail.
PATIENCE_S = 150.0


@asynccontextmanager
async def at_the_office(running: RunningPlatform) -> AsyncIterator[Office]:
    """The example council's office over the gateway of a running platform."""

    @asynccontextmanager
    async def sign_in(role: str, name: str) -> AsyncIterator[httpx.AsyncClient]:
        transport = httpx.ASGITransport(running.platform.gateway)
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway", timeout=60) as client:
            who = {"council": EXAMPLE_COUNCIL, "role": role, "name": name}
            token = (await client.post("/development/tokens", json=who)).json()["access_token"]
            client.headers["authorization"] = f"Bearer {token}"
            yield client

    async with office(sign_in) as at:
        yield at


@pytest.mark.parametrize("user", early_users(), ids=lambda user: f"row-{user.row}")
async def test_an_early_users_story_ends_as_it_did(running: RunningPlatform, user: EarlyUser) -> None:
    async with at_the_office(running) as at:
        story = await tell_story(at, user, reference=uuid4().hex, patience_s=PATIENCE_S)
        await pay(at, [story], patience_s=PATIENCE_S)

    assert story.progress["stage"] == user.ends
    assert story.first_problem is ("first_problem" in user.told)
    assert set(user.told.get("expects_streams", [])) <= story.streams
    assert set(user.told.get("still_to_sign", [])) <= set(story.still_to_sign)
    assert set(user.told.get("found", [])) <= story.found
    for name, code in user.told.get("found_without", {}).items():
        # It is said where the part is left out, and not of the plan that was handed in.
        assert (code in story.found_without[name], code in story.found) == (True, False)
    assert {"published", "ours"} <= user.told.keys()
    # Everybody sees which streams are in the budget and what each may buy, what is waited for, and since when.
    assert all(fund["stream"] and fund["permitted_uses"] for fund in story.funds)
    assert story.progress["waits_for"]
    assert story.progress["since"]


async def test_whoever_leaves_loses_nothing_and_may_come_back(running: RunningPlatform) -> None:
    (user,) = (one for one in early_users() if one.ends == "withdrawn")
    async with at_the_office(running) as at:
        story = await tell_story(at, user, reference=uuid4().hex, patience_s=PATIENCE_S)
        person = (await at.practitioner.get(f"/v1/people/{story.person_id}")).json()

    assert person["withdrawn_on"] == story.plan["content"]["starts_on"]
    assert story.funds_after == story.funds
    assert story.plan["state"] == "draft"
    assert not {"no_payroll", "employer_costs_missing", "no_employers_insurance"} & story.found


async def test_spending_little_calls_for_no_review_and_a_change_of_circumstances_does(
    running: RunningPlatform,
) -> None:
    of_row = {one.row: one for one in early_users()}
    async with at_the_office(running) as at:
        comes_and_goes, changes = [
            await tell_story(at, of_row[row], reference=uuid4().hex, patience_s=PATIENCE_S) for row in (1, 14)
        ]

    assert set(comes_and_goes.reviews) <= {"first", "yearly", "stream"}
    assert "triggered" in changes.reviews
    assert changes.funds_after == changes.funds


#: Rabiee, Moran and Glendinning (2009), table of those interviewed: group, who spoke, direct payments before, stage.
PSI, LD, MH, OP = "physical_or_sensory_impairment", "learning_disability", "mental_health", "older_people"
TABLE = [
    (PSI, "the person", True, "in_receipt"),
    (LD, "parent", False, "waiting_for_approval"),
    (LD, "parent", True, "waiting_for_approval"),
    (LD, "parent", False, "waiting_for_the_money"),
    (PSI, "the person", False, "waiting_for_approval"),
    (OP, "the person", False, "waiting_for_agreements"),
    (OP, "the person", False, "in_receipt"),
    (PSI, "the person", True, "waiting_for_approval"),
    (PSI, "the person", True, "in_receipt"),
    (PSI, "parent", False, "withdrawn"),
    (LD, "the person", True, "in_receipt"),
    (MH, "the person", False, "in_receipt"),
    (MH, "partner", True, "in_receipt"),
    (MH, "the person", False, "in_receipt"),
]


#: What the fourteen planned to buy, as published, and what each is called in their plans here.
BOUGHT = {
    "personal assistants": "Help on good and bad days",
    "transport to meetings": "Taxis to meetings",
    "tele-care": "An alarm",
    "short respite": "Breaks at home",
    "support at college": "Support at college",
    "a driver when needed": "A driver when I need one",
    "someone to take notes": "Somebody to take notes",
    "help with make-up and hair": "Help with make-up and hair",
    "a parent-and-toddler group": "The toddler group",
    "gifts of thanks": "A present at Christmas",
}


async def test_everything_that_the_fourteen_planned_to_buy_is_in_a_plan() -> None:
    planned = {item["text"] for user in early_users() for item in user.told["plan"]["items"]}

    assert set(BOUGHT.values()) <= planned


async def test_each_of_the_fourteen_is_as_published() -> None:
    names = ("group", "who_spoke", "had_direct_payments", "ends")

    assert [tuple(user.told[name] for name in names) for user in early_users()] == TABLE


async def test_the_fourteen_are_counted_as_they_were() -> None:
    users = early_users()
    ends = [user.ends for user in users]

    assert [user.row for user in users] == list(range(1, 15))
    assert ends.count("in_receipt") == 7
    assert ends.count("withdrawn") == 1
    assert sum(1 for user in users if user.told["had_direct_payments"]) == 6
