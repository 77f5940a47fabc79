"""Where is my budget? Events in through the handlers, the answer out over HTTP."""

import asyncio
import itertools
import json
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4, uuid5

import httpx
import pytest

from braid.command_line.embedded_platform import Databases
from braid.contracts.allocation import IndicativeAllocationCalculated
from braid.contracts.assessment import (
    AssessmentAgreed,
    AssessmentSubmitted,
    CarerAssessed,
    CaseOpened,
    CircumstancesChanged,
    PersonErased,
    PersonWithdrew,
)
from braid.contracts.award import AwardDecided
from braid.contracts.budget import AlertRaised, BudgetOpened
from braid.contracts.catalogue import EVENTS, example_file
from braid.contracts.event import Event
from braid.contracts.payment import PaymentSettled
from braid.kit.identity import Principal, Role, create_keys, internal_signer, internal_verifier
from braid.kit.service import ServiceRuntime, build_api
from braid.kit.settings import ServiceSettings
from services.support_planning.main import SERVICE

COUNCIL, OTHER_COUNCIL = "E10009999", "E10009998"

JOURNEY = (
    CaseOpened,
    AssessmentSubmitted,
    AssessmentAgreed,
    IndicativeAllocationCalculated,
    AwardDecided,
    BudgetOpened,
)


class Office:
    """The support-planning service as tests use it."""

    def __init__(self, runtime: ServiceRuntime, client: httpx.AsyncClient, keys: Path) -> None:
        self._units = runtime.units
        self._client = client
        self._signer = internal_signer(keys / "internal-private.pem")

    async def hear(self, *events: Event) -> None:
        """Handle events one after the other, each in a transaction of its own."""
        for event in events:
            async with self._units.for_council(event.council) as work:
                await SERVICE.handlers[event.TYPE](event, work)
                await work.commit()

    async def ask(
        self, person: UUID, role: Role = Role.PRACTITIONER, *, council: str = COUNCIL, as_: UUID | None = None
    ) -> httpx.Response:
        """Ask where a person's budget is."""
        token = self._signer.sign(Principal("somebody", council, frozenset({role}), as_))
        return await self._client.get(f"/v1/people/{person}/progress", headers={"authorization": f"Bearer {token}"})


@pytest.fixture
async def office(shared_databases: Databases, tmp_path: Path) -> AsyncIterator[Office]:
    create_keys(tmp_path, "internal")
    database = shared_databases.settings_of(SERVICE.name)
    runtime = ServiceRuntime(SERVICE, ServiceSettings(environment="test", database=database))
    app = build_api(runtime, verifier=internal_verifier(tmp_path / "internal-public.jwks.json"))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://support") as client:
        yield Office(runtime, client, tmp_path)
    await runtime.close()


def an(event: type[Event], person: UUID, **changes: Any) -> Event:
    """The contract's example of an event, about another person."""
    example = json.loads(example_file(event).read_text())
    # Several tests share one database, in which each person has an assessment of their own.
    own = {"assessment_id": str(uuid5(person, "assessment"))} if "assessment_id" in example else {}
    return event.model_validate_json(json.dumps({**example, "person_id": str(person), **own, **changes}))


@pytest.mark.parametrize(
    ("heard", "stage"),
    [
        (1, "case_open"),
        (2, "waiting_for_agreement"),
        (3, "waiting_for_allocation"),
        (4, "waiting_for_decisions"),
        (5, "waiting_for_decisions"),
        (6, "ready_to_plan"),
    ],
)
async def test_each_step_of_the_journey_is_told(office: Office, heard: int, stage: str) -> None:
    person = uuid4()

    await office.hear(*(an(event, person) for event in JOURNEY[:heard]))

    progress = (await office.ask(person)).json()
    assert progress["stage"] == stage
    assert progress["waits_for"]
    assert len(progress["milestones"]) == heard


async def test_a_table_that_does_not_fit_waits_for_a_person(office: Office) -> None:
    person = uuid4()

    await office.hear(
        *(an(event, person) for event in JOURNEY[:3]),
        an(IndicativeAllocationCalculated, person, outcome="needs_a_person", pence_per_year=0, lines=[]),
    )

    assert (await office.ask(person)).json()["stage"] == "waiting_for_a_person"


async def test_no_award_is_told_only_when_no_stream_may_award_any_more(office: Office) -> None:
    person = uuid4()
    await office.hear(*(an(event, person) for event in JOURNEY[:4]))

    await office.hear(an(AwardDecided, person, status="undecided", amount_pence=0, contribution_pence=0))
    undecided = (await office.ask(person)).json()
    await office.hear(an(AwardDecided, person, status="not_eligible", version=2, amount_pence=0, contribution_pence=0))
    not_eligible = (await office.ask(person)).json()

    assert (undecided["stage"], not_eligible["stage"]) == ("waiting_for_decisions", "no_award")
    assert not_eligible["awards"] == {"independent_living_fund": "not_eligible"}


async def test_somebody_who_withdrew_is_not_waited_for_until_they_come_back(office: Office) -> None:
    person = uuid4()
    await office.hear(*(an(event, person) for event in JOURNEY[:3]), an(PersonWithdrew, person))
    withdrawn = (await office.ask(person)).json()

    await office.hear(an(AssessmentSubmitted, person, version=2), an(AssessmentAgreed, person, version=2))
    back = (await office.ask(person)).json()

    assert (withdrawn["stage"], back["stage"]) == ("withdrawn", "waiting_for_allocation")
    assert len(withdrawn["milestones"]) == 3


async def test_events_that_come_in_another_order_or_twice_lead_to_the_same_answer(office: Office) -> None:
    chance, answers = random.Random(7), []
    for _ in range(5):
        person = uuid4()
        events = [an(event, person) for event in JOURNEY] * 2
        chance.shuffle(events)
        await office.hear(*events)
        answer = (await office.ask(person)).json()
        answers.append((answer["stage"], answer["awards"], [each["milestone"] for each in answer["milestones"]]))

    assert [first == second for first, second in itertools.pairwise(answers)] == [True] * 4
    assert answers[0][0] == "ready_to_plan"


async def test_events_that_come_at_the_same_time_are_all_noted(office: Office) -> None:
    person = uuid4()

    await asyncio.gather(*(office.hear(an(event, person)) for event in JOURNEY))

    assert len((await office.ask(person)).json()["milestones"]) == len(JOURNEY)


async def test_a_person_asks_about_their_own_budget_only(office: Office) -> None:
    person, other = uuid4(), uuid4()
    await office.hear(an(CaseOpened, person), an(CaseOpened, other))

    own = await office.ask(person, Role.BUDGET_HOLDER, as_=person)
    anothers = await office.ask(other, Role.BUDGET_HOLDER, as_=person)

    assert (own.status_code, anothers.status_code) == (200, 404)


async def test_another_councils_person_is_not_found_just_as_one_who_is_not_there(office: Office) -> None:
    person = uuid4()
    await office.hear(an(CaseOpened, person))

    anothers = await office.ask(person, council=OTHER_COUNCIL)
    nobody = await office.ask(uuid4())

    assert anothers.status_code == nobody.status_code == 404
    assert anothers.json() == nobody.json()


def test_the_process_manager_hears_of_every_step_of_the_journey() -> None:
    beside = (AlertRaised, PaymentSettled, CircumstancesChanged, PersonWithdrew, CarerAssessed, PersonErased)
    also = {event.TYPE for event in beside}
    assert {event.TYPE for event in JOURNEY} | also == set(SERVICE.handlers) <= set(EVENTS)
