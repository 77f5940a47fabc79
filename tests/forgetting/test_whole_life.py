"""From a case to money that was paid and spent; then the record's end: nothing in any database tells who it was."""

import base64
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from braid.command_line.demonstration import EXAMPLE_COUNCIL, example_people, wait_until_settled
from braid.command_line.services import SERVICES
from braid.contracts.award import AwardDecided
from braid.kit.delivery import Taken
from services.assessment import erasure, store
from services.assessment.domain.retention import ErasureBasis
from services.ledger import forgetting
from tests.forgetting.marked_rows import columns_with
from tests.journey.conftest import Case, Desk, RunningPlatform, until
from tests.ledger.builders import an_award_decided
from tests.ledger.test_council_guard import url_of
from tests.transports.rig import message_of

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("forgetting_whole_life")]

#: Said nowhere else, by what they are: a name, an NHS number, an address, and words of the person and about them.
NAME, RELATIVE, NHS_NUMBER = "Zebedee Quillfeather", "Ferdinand Quillfeather", "4010232137"
POSTCODE, UPRN, WORDS = "ZE2 9QF", "987650123456", "because of the marmalade"
PERSONAL = (NAME, RELATIVE, NHS_NUMBER, POSTCODE, "ZE29QF", UPRN, WORDS)

#: Kept while the money's own period runs, and why; then gone too.
KEPT_FOR_THE_ACCOUNTS = {
    "payee_account.name": "to whom it was paid",
    "payment_schedule.reason": "why it was paid",
    "payment_stop.reason": "why it was not paid for a time",
    "payment_stop.lifted_because": "the same",
    "spend.payee": "a statement's line, the voucher of a spend",
    "spend.line": "the same",
    "spend.reference": "the same",
    "spend_query_step.words": "what was decided about a spend, and why",
}


async def found_in(running: RunningPlatform, service: str) -> set[str]:
    db = await asyncpg.connect(url_of(running.platform.databases, service, "superuser"))
    try:
        return await columns_with(db, *PERSONAL)
    finally:
        await db.close()


async def live(running: RunningPlatform, desk: Desk) -> UUID:
    """A life on the platform, with a personal word wherever one can be said."""
    person = next(person for person in example_people() if "three-streams" in person.reference)
    on = person.agreed_on.isoformat()
    case = {
        "reference": uuid4().hex,
        "name": NAME,
        "user_group": person.user_group,
        "opened_on": on,
        "nhs_number": NHS_NUMBER,
        "postcode": POSTCODE,
        "uprn": UPRN,
        "date_of_birth": "1931-02-28",
    }
    person_id = UUID((await desk.done("POST", "/v1/people", case)).json()["person_id"])
    home = f"/v1/people/{person_id}"
    begun = await desk.done("POST", f"{home}/assessments", {"questionnaire": "example-council"})
    held = Case(person_id, f"/v1/assessments/{begun.json()['assessment_id']}", begun.headers["etag"])
    await desk.save(held, "person", person.answers)
    words = {"answered_as": "person", "answers": {"nights": "awake"}, "own_words": {"nights": WORDS}}
    held.etag = (await desk.done("PUT", f"{held.path}/answers", words, etag=held.etag)).headers["etag"]
    await desk.save(held, "person", {"nights": person.answers["nights"]})
    await desk.done("POST", f"{home}/carers", {"name": RELATIVE, "relationship": "brother"})
    await desk.ask_carer(held, person, person.agreed_on)
    await desk.hand_in(held, person.agreed_on)
    await desk.save(held, "practitioner", person.practitioner_answers)
    await desk.agree(held, person.agreed_on)
    await wait_until_settled(desk.client, person_id, patience_s=150)
    await hold_and_lift(desk, home)
    await plan(desk, home)
    async with running.desk("approver") as approver:
        await settle(approver, home)
    async with running.desk("finance_officer") as finance:
        await pay_and_spend(running, finance, home)
    return person_id


async def hold_and_lift(desk: Desk, home: str) -> None:
    hold = await desk.done("POST", f"{home}/legal-holds", {"because": WORDS, "from_on": "2009-07-01"})
    await desk.done("POST", f"/v1/legal-holds/{hold.json()['hold_id']}/lifting", {"lifted_on": "2009-08-01"})


async def plan(desk: Desk, home: str) -> None:
    funds = (await desk.done("GET", f"{home}/budget")).json()["funds"]
    fund = next(fund for fund in funds if fund["stream"] == "adult_social_care")
    item = {
        "item_id": str(uuid4()),
        "text": f"Afternoons with {RELATIVE}",
        "use": "care.personal",
        "unit": "hour",
        "unit_pence": 850,
        "units": "10",
        "cadence": "one_off",
        "outcome_ids": ["mine"],
    }
    content = {
        "starts_on": fund["starts_on"],
        "ends_on": fund["ends_on"],
        "outcomes": [{"outcome_id": "mine", "text": WORDS}],
        "items": [item],
        "if_things_go_wrong": f"{RELATIVE} is rung.",
    }
    await desk.done("POST", f"{home}/plans", content)


async def settle(approver: Desk, home: str) -> None:
    read = await approver.done("GET", f"{home}/allocation")
    lines = [{"text": WORDS, "units_per_week": 60, "unit": "hour", "pence_per_unit": 1_150}]
    body = {"decided_on": read.json()["as_of"], "lines": lines, "reason": WORDS}
    await approver.done("POST", f"{home}/allocation/settlement", body, etag=read.headers["etag"])

    async def has_followed() -> bool:
        funds = (await approver.done("GET", f"{home}/budget")).json()["funds"]
        return any(fund["stream"] == "adult_social_care" and fund["award_version"] == 2 for fund in funds)

    await until(has_followed)


async def pay_and_spend(running: RunningPlatform, finance: Desk, home: str) -> None:
    funds = (await finance.done("GET", f"{home}/budget")).json()["funds"]
    fund = next(fund for fund in funds if fund["stream"] == "adult_social_care")
    account = {"kind": "holder", "sort_code": "20-00-00", "account_number": "55779911", "name": RELATIVE}
    payee = (await finance.done("POST", f"{home}/payees", account)).json()["payee_id"]
    async with running.desk("finance_officer", name="confirmer") as another:
        await another.done("POST", f"/v1/payees/{payee}/accounts/1/confirmation")
    schedule = {
        "name": "plan",
        "fund_id": fund["fund_id"],
        "payee_id": payee,
        "reference": "CARE BUDGET",
        "reason": WORDS,
        "terms": {
            "starts_on": fund["starts_on"],
            "ends_on": fund["ends_on"],
            "every": "four_weeks",
            "in_advance": True,
            "paid": "gross",
            "rates": [{"from_on": fund["starts_on"], "pence_per_week": 100}],
        },
    }
    await finance.done("POST", f"{home}/payment-schedules", schedule)
    stop = {"kind": "suspension", "from_on": fund["starts_on"], "reason": WORDS}
    stopped = await finance.done("POST", f"{home}/payment-stops", stop)
    await finance.done("POST", f"/v1/payment-stops/{stopped.json()['stop_id']}/lifting", {"reason": WORDS})
    await run_payments(running, finance, fund)
    await spend(running, finance, home, fund)


async def run_payments(running: RunningPlatform, finance: Desk, fund: dict[str, Any]) -> None:
    body = {"due_by": fund["ends_on"], "pay_on": "2010-06-01", "number": 1}
    run = f"/v1/payment-runs/{(await finance.done('POST', '/v1/payment-runs', body)).json()['run_id']}"
    await finance.done("POST", f"{run}/check")
    async with running.desk("approver") as approver:
        await approver.done("POST", f"{run}/approval")
    payer = {"sort_code": "200000", "account_number": "73124567", "name": "Example Council"}
    await finance.done("POST", f"{run}/file", {"format": "pain001", "payer": payer})
    for step in ("sent", "finish"):
        await finance.done("POST", f"{run}/{step}")


async def spend(running: RunningPlatform, finance: Desk, home: str, fund: dict[str, Any]) -> None:
    item = {
        "text": f"Afternoons with {RELATIVE}",
        "use": "care.personal",
        "pence": 8_500,
        "cadence": "weekly",
        "starts_on": fund["starts_on"],
        "ends_on": fund["ends_on"],
        "payees": [RELATIVE],
        "relation": "not_related",
    }
    item_id = uuid4()
    async with running.desk() as practitioner:
        await practitioner.done("PUT", f"{home}/budget/items/{item_id}", item)
    rows = [
        "Date,Amount,Payee,Text",
        f"{fund['starts_on']},-12.34,{RELATIVE},{WORDS}",
        f"{fund['starts_on']},-5.00,A kiosk,Paper",
    ]
    statement = {
        "format": "csv",
        "content": base64.b64encode("\r\n".join(rows).encode()).decode(),
        "mapping": {
            "date": "Date",
            "amount": "Amount",
            "text": ["Text"],
            "counterparty": "Payee",
            "date_format": "%Y-%m-%d",
        },
        "account": "12345612345678",
        "is_card": False,
    }
    await finance.done("POST", f"{home}/budget/spending-files", statement)
    queries = (await finance.done("GET", f"{home}/budget/queries")).json()["queries"]
    for query in queries:
        answer = {"answer": "personal_money", "on": fund["ends_on"], "reason": WORDS}
        await finance.done("POST", f"{home}/budget/queries/{query['query_id']}/answer", answer)
    await finance.done("POST", f"{home}/budget/commitments", {"item_id": str(item_id)})


async def erase(running: RunningPlatform, person_id: UUID) -> None:
    """Erase the record on a day on which its period has run out."""
    units = replace(running.platform.runtimes["assessment"].units, clock=lambda: datetime(2040, 1, 2, tzinfo=UTC))
    async with units.for_council(EXAMPLE_COUNCIL) as work:
        person = await store.person(work, person_id)
        assert person is not None
        await erasure.erase(person, ErasureBasis.RETENTION_ENDED, work, by="records")
        await work.commit()


async def look_again_at_the_money(running: RunningPlatform, on: datetime) -> dict[UUID, tuple[str, ...]]:
    """What the clock does each day, on a day."""
    units = replace(running.platform.runtimes["ledger"].units, clock=lambda: on)
    async with units.for_council(EXAMPLE_COUNCIL) as work:
        looked = await forgetting.forget_due(work, None, 100)
        await work.commit()
    return {one.budget_id: one.kept_because for one in looked}


async def test_after_the_records_end_no_database_tells_who_it_was(running: RunningPlatform, desk: Desk) -> None:
    person_id = await live(running, desk)
    before = {service: await found_in(running, service) for service in SERVICES}
    budget: dict[str, Any] = (await desk.done("GET", f"/v1/people/{person_id}/budget")).json()
    assert {service for service in SERVICES if before[service]} >= {"assessment", "ras", "support_planning", "ledger"}

    await erase(running, person_id)

    async def only_money_is_kept() -> bool:
        left = {service: await found_in(running, service) for service in SERVICES}
        return not any(left[service] for service in SERVICES if service != "ledger") and (
            left["ledger"] <= set(KEPT_FOR_THE_ACCOUNTS)
        )

    await until(only_money_is_kept)
    assert await found_in(running, "ledger") == set(KEPT_FOR_THE_ACCOUNTS)
    assert (await desk.done("GET", f"/v1/people/{person_id}/budget")).json()["funds"] == budget["funds"]
    assert (
        await desk.ask("POST", f"/v1/people/{person_id}/plans", {"starts_on": "2010-06-01", "ends_on": "2011-05-31"})
    ).status_code == 410
    await nothing_brings_them_back(running, person_id)
    await the_money_forgets_in_its_own_time(running, desk, person_id)


async def nothing_brings_them_back(running: RunningPlatform, person_id: UUID) -> None:
    """An award that comes late has no effect."""
    event: AwardDecided = an_award_decided(person_id, council=EXAMPLE_COUNCIL)
    assert await running.platform.runtimes["ledger"].delivery().take(message_of(event)) is Taken.FORGOTTEN


async def the_money_forgets_in_its_own_time(running: RunningPlatform, desk: Desk, person_id: UUID) -> None:
    recorded = datetime.now(UTC)
    (because,) = (await look_again_at_the_money(running, recorded)).values()
    assert any("Limitation Act 1980" in why for why in because)

    much_later = recorded.replace(year=recorded.year + 8, day=1)
    assert list((await look_again_at_the_money(running, much_later)).values()) == [()]

    assert await found_in(running, "ledger") == set()
    async with running.desk("finance_officer") as finance:
        for path in ("payees", "payments", "payment-schedules", "payment-stops", "budget/spends", "budget/queries"):
            assert (await finance.done("GET", f"/v1/people/{person_id}/{path}")).is_success
        assert (await finance.done("POST", "/v1/forgetting")).json() == {"forgotten": 0, "kept": [], "next": None}
    async with running.desk("auditor") as auditor:
        assert (await auditor.done("GET", "/v1/journal/proof")).json()["holds"]
