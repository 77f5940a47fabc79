"""The fourteen early users' stories, planned, decided and paid through the gateway, each to the end that it had.

Their situations are published (Rabiee, Moran and Glendinning 2009, British Journal of Social Work 39(5), 918-935);
their answers, hours and sums are ours, and each file says so.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4, uuid5

import httpx
import typer
import yaml

from braid.command_line.demonstration import PATIENCE_S, POLL_S, asked, example_people, make_journey, signed_in
from braid.command_line.demonstration_text import WIDTH, wrapped

FILES = Path(__file__).parent.parent / "example_council" / "early_users"
_ITEMS = UUID("7b5c1e52-93a4-5d5e-9a0d-9c3b1c4d5e6f")
#: The council's own account, as Bacs knows it; made up.
_PAYER = {"sort_code": "200000", "account_number": "73124567", "name": "Example Council"}
_ACCOUNT = {"sort_code": "20-00-00", "account_number": "55779911", "name": "A Payee"}
#: Who is paid, by the way in which the money is held.
_PAYEES = {
    "direct_payment": "holder",
    "indirect_payment": "third_party",
    "trust": "third_party",
    "provider_account": "third_party",
    "council_managed": "provider",
}
SOCIAL_CARE = "adult_social_care"

#: Gives a client that is signed in at the example council, by role and name.
SignIn = Callable[[str, str], AbstractAsyncContextManager[httpx.AsyncClient]]


@dataclass(frozen=True)
class EarlyUser:
    """One of the fourteen: what is published of them, what is ours, and how their story ends.

    Args:
        course: the steps of the plan in order.
        ends: the stage at which the story ends, as progress names it.
        told: everything in the file.
    """

    row: int
    group: str
    published: str
    shows: str
    answers_of: str
    course: Sequence[str]
    ends: str
    told: Mapping[str, Any]


@dataclass
class Story:
    """What became of an early user on the platform.

    Args:
        first_problem: whether what they thought of first was stopped as their file says.
        found: codes of what is said of the plan as it was handed in.
        found_without: the same where a part of it is left out, by the part's name.
        funds, funds_after: the money of the budget before the plan, and at the end of its course.
        reviews: kinds of the reviews that are open.
    """

    user: EarlyUser
    person_id: UUID
    first_problem: bool
    found: set[str]
    found_without: Mapping[str, set[str]]
    funds: Sequence[Mapping[str, Any]]
    funds_after: Sequence[Mapping[str, Any]]
    plan: Mapping[str, Any]
    progress: Mapping[str, Any]
    still_to_sign: list[str]
    reviews: Sequence[str]

    @property
    def streams(self) -> set[str]:
        """The streams whose money is in the budget."""
        return {fund["stream"] for fund in self.funds}


@dataclass(frozen=True)
class Office:
    """Everybody at the example council who has a part in the stories; each is a client of the gateway."""

    practitioner: httpx.AsyncClient
    approver: httpx.AsyncClient
    finance: httpx.AsyncClient
    second_finance: httpx.AsyncClient


def early_users() -> list[EarlyUser]:
    """The fourteen, in the order of their rows."""
    return [_read(file) for file in sorted(FILES.glob("*.yaml"))]


def _read(file: Path) -> EarlyUser:
    told = yaml.safe_load(file.read_text())
    names = ("row", "group", "published", "shows", "answers_of", "course", "ends")
    return EarlyUser(**{name: told[name] for name in names}, told=told)


@asynccontextmanager
async def office(sign_in: SignIn) -> AsyncIterator[Office]:
    """The council's office, with an approver whose limit is the panel's."""
    async with AsyncExitStack() as stack:
        people = [
            await stack.enter_async_context(sign_in(role, name))
            for role, name in (
                ("practitioner", "planner"),
                ("approver", "panel"),
                ("finance_officer", "writer"),
                ("finance_officer", "confirmer"),
            )
        ]
        found = Office(*people)
        await _grant(found)
        yield found


async def _grant(at: Office) -> None:
    path = "/v1/planning-choices/approval"
    held = await asked(at.finance, "GET", path)
    content = held.json()["content"]
    grant = {"subject": "approver:panel", "level": content["levels"][-1]["name"], "starts_on": "2003-04-01"}
    if not any(one["subject"] == grant["subject"] for one in content["grants"]):
        body = {
            "starts_on": "2003-04-01",
            "reason": "The example council's panel",
            "content": {**content, "grants": [*content["grants"], grant]},
        }
        await asked(at.finance, "PUT", path, body, after=held)


async def tell_story(at: Office, user: EarlyUser, *, reference: str, patience_s: float = PATIENCE_S) -> Story:
    """Take one early user from a case to where their plan's course ends; payment comes for all of them at once."""
    lent = next(one for one in example_people() if one.reference == user.answers_of)
    person = replace(lent, user_group=user.group)
    person_id = await make_journey(at.practitioner, person, reference=reference, patience_s=patience_s)
    funds = await _funds(at, person_id)
    fund = next(one for one in funds if one["stream"] == SOCIAL_CARE)
    dates = {"starts_on": fund["starts_on"], "ends_on": fund["ends_on"]}
    plan, first_problem = await _begin(at, user, person_id, dates)
    found_without = {name: await _found_without(at, plan, name) for name in user.told.get("found_without", {})}
    found = _codes((await asked(at.practitioner, "GET", f"/v1/plans/{plan.json()['plan_id']}/check")).json())
    for step in user.course:
        if step in _STEPS:
            plan = await _STEPS[step](at, user, plan, dates["starts_on"])
        elif step == "pay":
            await _arrange_payment(at, person_id, fund, plan.json()["content"], patience_s)
        if step in _AWAITED:
            await _until(_AWAITED[step], at, person_id, patience_s)
    plan_id = plan.json()["plan_id"]
    return Story(
        user,
        person_id,
        first_problem,
        found,
        found_without,
        funds,
        await _funds(at, person_id),
        (await asked(at.practitioner, "GET", f"/v1/plans/{plan_id}")).json(),
        await _progress(at, person_id),
        await _still_to_sign(at, plan_id),
        await _open_reviews(at, person_id),
    )


async def _funds(at: Office, person_id: UUID) -> list[dict[str, Any]]:
    funds: list[dict[str, Any]] = (await asked(at.practitioner, "GET", f"/v1/people/{person_id}/budget")).json()[
        "funds"
    ]
    return funds


def _codes(check: Mapping[str, Any]) -> set[str]:
    return {one["code"] for one in check["findings"]}


async def _found_without(at: Office, plan: httpx.Response, name: str) -> set[str]:
    """What is said of the plan while a part of it is not told; it is told again after."""
    path, content = f"/v1/plans/{plan.json()['plan_id']}", plan.json()["content"]
    less = await asked(at.practitioner, "PUT", path, {**content, name: None}, after=plan)
    again = await asked(at.practitioner, "PUT", path, content, after=less)
    plan.headers["etag"] = again.headers["etag"]
    return _codes(less.json()["check"])


async def _begin(at: Office, user: EarlyUser, person_id: UUID, dates: Mapping[str, str]) -> tuple[httpx.Response, bool]:
    content = {**user.told["plan"], **dates, "items": [_item(person_id, one) for one in user.told["plan"]["items"]]}
    first = [_item(person_id, user.told["first"])] if "first" in user.told else []
    begun = await asked(
        at.practitioner,
        "POST",
        f"/v1/people/{person_id}/plans",
        {**content, "items": [*content["items"], *first]},
    )
    codes = {one["code"] for one in begun.json()["check"]["findings"] if one["weight"] == "stops"}
    if first:
        begun = await asked(at.practitioner, "PUT", f"/v1/plans/{begun.json()['plan_id']}", content, after=begun)
    return begun, user.told.get("first_problem") in codes


def _item(person_id: UUID, told: Mapping[str, Any]) -> dict[str, Any]:
    return {**told, "item_id": str(uuid5(_ITEMS, f"{person_id}/{told['text']}"))}


async def _submit(at: Office, _user: EarlyUser, plan: httpx.Response, on: str) -> httpx.Response:
    path = f"/v1/plans/{plan.json()['plan_id']}/submission"
    return await asked(at.practitioner, "POST", path, {"submitted_on": on}, after=plan)


async def _approve(at: Office, user: EarlyUser, plan: httpx.Response, on: str) -> httpx.Response:
    questions = plan.json()["submission"]["route"]["questions"]
    body = {
        "decision": "approve",
        "reasons": user.shows,
        "decided_on": on,
        "answers": dict.fromkeys(questions, "As was talked about with the person."),
        "declares_no_interest": True,
    }
    return await asked(at.approver, "POST", f"/v1/plans/{plan.json()['plan_id']}/decision", body, after=plan)


async def _sign(at: Office, user: EarlyUser, plan: httpx.Response, on: str) -> httpx.Response:
    signs = user.told.get("signs", {})
    holdings = [
        {**one, "signed": dict.fromkeys(signs.get(one["holding_id"], []), on)}
        for one in plan.json()["content"]["holdings"]
    ]
    body = {"holdings": holdings, "effective_from": on, "reason": "The forms are signed."}
    path = f"/v1/plans/{plan.json()['plan_id']}"
    await asked(at.practitioner, "POST", f"{path}/holding", body)
    return await asked(at.practitioner, "GET", path)


async def _leave(at: Office, user: EarlyUser, plan: httpx.Response, on: str) -> httpx.Response:
    """The person withdraws from the scheme; the plan that they had begun stays theirs."""
    body = {"withdrawn_on": on, **user.told["leaves"]}
    await asked(at.practitioner, "POST", f"/v1/people/{plan.json()['person_id']}/withdrawal", body)
    return plan


async def _circumstances_change(at: Office, _user: EarlyUser, plan: httpx.Response, on: str) -> httpx.Response:
    person = (await asked(at.practitioner, "GET", f"/v1/people/{plan.json()['person_id']}")).json()
    path = f"/v1/assessments/{person['assessments'][-1]}/changes-of-circumstances"
    await asked(at.practitioner, "POST", path, {"changed_on": on})
    return plan


_STEPS = {
    "submit": _submit,
    "approve": _approve,
    "sign": _sign,
    "leave": _leave,
    "circumstances_change": _circumstances_change,
}


async def _has_left(at: Office, person_id: UUID) -> bool:
    return bool((await _progress(at, person_id))["stage"] == "withdrawn")


async def _is_to_be_reviewed(at: Office, person_id: UUID) -> bool:
    return "triggered" in await _open_reviews(at, person_id)


#: What comes by events after a step of a course.
_AWAITED = {"leave": _has_left, "circumstances_change": _is_to_be_reviewed}


async def _until(
    awaited: Callable[[Office, UUID], Awaitable[bool]], at: Office, person_id: UUID, patience_s: float
) -> None:
    """Wait for what comes by events.

    Raises:
        TimeoutError: it did not in ``patience_s`` seconds.
    """
    async with asyncio.timeout(patience_s):
        while True:
            if await awaited(at, person_id):
                return
            await asyncio.sleep(POLL_S)


async def _open_reviews(at: Office, person_id: UUID) -> list[str]:
    reviews = (await asked(at.practitioner, "GET", f"/v1/people/{person_id}/reviews")).json()["reviews"]
    return [one["kind"] for one in reviews if one["held_on"] is None]


async def _arrange_payment(
    at: Office, person_id: UUID, fund: Mapping[str, Any], content: Mapping[str, Any], patience_s: float
) -> None:
    """Write down who is paid, and have it confirmed: payments follow the plan. What the council manages, it is billed.

    Raises:
        TimeoutError: no schedule followed the plan in ``patience_s`` seconds.
    """
    (holding,) = content["holdings"]
    way = holding["way"]
    kind = _PAYEES[way]
    reference = {"holder_reference": holding["holder_reference"]} if kind == "third_party" else {}
    body = {**_ACCOUNT, **reference, "kind": kind}
    payee = (await asked(at.finance, "POST", f"/v1/people/{person_id}/payees", body)).json()["payee_id"]
    await asked(at.second_finance, "POST", f"/v1/payees/{payee}/accounts/1/confirmation")
    if way == "council_managed":
        await asked(at.finance, "POST", f"/v1/people/{person_id}/invoices-due", _invoice(payee, fund, content))
        return
    schedules: list[Any] = []
    async with asyncio.timeout(patience_s):
        while not schedules:
            await asyncio.sleep(POLL_S)
            schedules = (await asked(at.finance, "GET", f"/v1/people/{person_id}/payment-schedules")).json()[
                "schedules"
            ]


def _invoice(payee: str, fund: Mapping[str, Any], content: Mapping[str, Any]) -> dict[str, Any]:
    """The first week of the first thing that the council's own money may buy."""
    permitted = {one["use"] for one in fund["permitted_uses"]}
    item = next(one for one in content["items"] if one["use"] in permitted and one.get("units"))
    first = date.fromisoformat(fund["starts_on"])
    return {
        "number": "1",
        "payee_id": payee,
        "from_on": first.isoformat(),
        "to_on": (first + timedelta(days=6)).isoformat(),
        "due_on": first.isoformat(),
        "parts": [
            {"fund_id": fund["fund_id"], "use": item["use"], "pence": int(item["unit_pence"] * Decimal(item["units"]))}
        ],
        "reference": "SUPPORT",
        "why": "The first week, as the plan has it",
    }


async def pay(at: Office, stories: Sequence[Story], *, patience_s: float = PATIENCE_S) -> None:
    """Pay everybody who is to be paid in one run, and wait until their progress tells of it.

    Raises:
        TimeoutError: it did not in ``patience_s`` seconds.
    """
    paid = [story for story in stories if "pay" in story.user.course]
    if not paid:
        return
    due_by = min(story.plan["content"]["starts_on"] for story in paid)
    runs = (await asked(at.finance, "GET", "/v1/payment-runs?limit=100")).json()["runs"]
    number = 1 + max((one["number"] for one in runs if one["due_by"] == due_by), default=0)
    body = {"due_by": due_by, "pay_on": due_by, "number": number}
    run = f"/v1/payment-runs/{(await asked(at.finance, 'POST', '/v1/payment-runs', body)).json()['run_id']}"
    await asked(at.finance, "POST", f"{run}/check")
    await asked(at.approver, "POST", f"{run}/approval")
    await asked(at.finance, "POST", f"{run}/file", {"format": "pain001", "payer": _PAYER})
    for step in ("sent", "finish"):
        await asked(at.finance, "POST", f"{run}/{step}")
    async with asyncio.timeout(patience_s):
        for story in paid:
            while story.progress["stage"] != story.user.ends:
                await asyncio.sleep(POLL_S)
                story.progress = await _progress(at, story.person_id)


async def tell_all(sign_in: SignIn, *, patience_s: float = PATIENCE_S) -> list[Story]:
    """All fourteen stories."""
    run = uuid4().hex[:6]
    async with office(sign_in) as at:
        stories = [
            await tell_story(at, user, reference=f"early-user-{user.row}-{run}", patience_s=patience_s)
            for user in early_users()
        ]
        await pay(at, stories, patience_s=patience_s)
    return stories


async def tell_early_users(url: str) -> None:
    """Run all fourteen stories on a running platform, and print how each ends and what it shows."""
    stories = await tell_all(lambda role, name: signed_in(url, role, name))
    typer.echo("\n".join(["=" * WIDTH, "Fourteen early users", *(line for one in stories for line in _lines(one)), ""]))


def _lines(story: Story) -> list[str]:
    user = story.user
    return [
        f"  {user.row:>2}  {story.progress['stage'].replace('_', ' ')}: {story.progress['waits_for']}",
        *wrapped(f"Published: {user.published.strip()}", "        "),
        *wrapped(f"Shown: {user.shows.strip()}", "        "),
    ]


async def _progress(at: Office, person_id: UUID) -> dict[str, Any]:
    progress: dict[str, Any] = (await asked(at.practitioner, "GET", f"/v1/people/{person_id}/progress")).json()
    return progress


async def _still_to_sign(at: Office, plan_id: str) -> list[str]:
    ways = (await asked(at.practitioner, "GET", f"/v1/plans/{plan_id}/holding")).json()["ways"]
    return sorted({one["code"] for way in ways for one in way["still_to_sign"]})
