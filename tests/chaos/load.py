"""People at work through the gateway while things break: assessed, awarded, planned, paid, spent, asked and decided."""

import asyncio
import base64
import contextlib
import random
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4, uuid5

import httpx
import typer
from aiokafka.errors import KafkaError

from braid.command_line.demonstration import EXAMPLE_COUNCIL, ExamplePerson, asked, example_people, make_journey
from braid.command_line.early_users import EarlyUser, Office, Story, early_users, office, tell_story
from braid.contracts.partner import MoneyBasis, PartnerAwardDecided, PartnerDecisionKind
from braid.kit.identity import Principal, Role
from braid.kit.message import Envelope, Message, encoded, headers_of
from braid.kit.settings import KafkaSettings
from braid.kit.transports.kafka import KafkaPublisher
from tests.chaos.journal import TIMEOUT_S, AskingUntilAnswered, Journal
from tests.chaos.platform import Platform

AGENCY, ILF, SOCIAL_CARE = "independent-living-fund", "independent_living_fund", "adult_social_care"
#: As long as any round may take: what a story waits for is waited for until the round's own patience ends.
PATIENCE_S = 3_600.0
#: Those whose plans are written without being changed in between, and paid.
_PLANNED = (1, 7, 13, 14)
_MAPPING = {"date": "Date", "amount": "Amount", "text": ["Text"], "counterparty": "Payee", "date_format": "%Y-%m-%d"}
_PAYER = {"sort_code": "200000", "account_number": "73124567", "name": "Example Council"}
_STORY = UUID("0b0a3a2e-61d4-5a4f-8f53-8d7d5f2b6c11")


@dataclass
class Load:
    """A council's people, some at a time, each with a story of their own.

    Args:
        platform: whose gateway is asked.
        journal: keeps what was asked and answered.
        broker: address at which the partner agency speaks.
        seed: of who comes when.
        at_once: how many stories go on side by side.
    """

    platform: Platform
    journal: Journal
    broker: str
    seed: int
    at_once: int = 3
    ended: int = 0
    _may_begin: asyncio.Event = field(default_factory=asyncio.Event)
    _to_be_paid: list[Story] = field(default_factory=list)
    _paying: asyncio.Lock = field(default_factory=asyncio.Lock)
    _number: int = 0

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator["Load"]:
        """People come while the context lasts, and whoever has begun comes to an end after it."""
        self._may_begin.set()
        async with office(self.sign_in) as at:
            working = [asyncio.create_task(self._one_after_the_other(at)) for _ in range(self.at_once)]
            try:
                yield self
                self._may_begin.clear()
                await asyncio.gather(*working)
                await self._kept("the last payments", self._pay(at))
            finally:
                for task in working:
                    task.cancel()
                await asyncio.gather(*working, return_exceptions=True)

    @asynccontextmanager
    async def sign_in(self, role: str, name: str) -> AsyncIterator[httpx.AsyncClient]:
        """A client of the gateway who asks until there is an answer."""
        agency = AGENCY if role == Role.PARTNER else None
        principal = Principal(f"{role}:{name}", EXAMPLE_COUNCIL, frozenset({Role(role)}), agency=agency)
        async with httpx.AsyncClient(
            transport=AskingUntilAnswered(self.journal, principal.subject),
            base_url=self.platform.url,
            headers={"authorization": f"Bearer {self.platform.token(principal)}"},
            timeout=TIMEOUT_S,
        ) as client:
            yield client

    async def _one_after_the_other(self, at: Office) -> None:
        stories: tuple[Callable[[Office, random.Random, str], Awaitable[None]], ...] = (self._planned, self._spent)
        while self._may_begin.is_set():
            self._number += 1
            number = self._number
            rng = random.Random(f"{self.seed}/{number}")
            name = f"chaos-{self.seed}-{number}-{uuid5(_STORY, str(rng.random())).hex[:6]}"
            self.ended += await self._kept(name, stories[number % len(stories)](at, rng, name))
            if len(self._to_be_paid) >= 2:
                await self._kept("payments", self._pay(at))

    async def _kept(self, name: str, story: Awaitable[None]) -> bool:
        """Whether a story came to its end; what stood in its way is kept."""
        try:
            await story
        except typer.Exit as refused:
            self.journal.is_odd("refused", f"{name}: {''.join(traceback.format_tb(refused.__traceback__)[-3:])}")
        except Exception:
            self.journal.is_odd("story", f"{name}: {traceback.format_exc()[-2_000:]}")
        else:
            return True
        return False

    async def _planned(self, at: Office, rng: random.Random, name: str) -> None:
        """A plan is written, decided on and arranged for; payment comes for some at once."""
        user = _planned_users()[rng.randrange(len(_PLANNED))]
        story = await tell_story(at, user, reference=name, patience_s=PATIENCE_S)
        if "pay" in user.course:
            self._to_be_paid.append(story)

    async def _pay(self, at: Office) -> None:
        # Taken out before the first wait, so that nobody is waited for by two runs.
        stories, self._to_be_paid = self._to_be_paid, []
        if not stories:
            return
        async with self._paying:
            await self._run_of_payments(at, max(story.plan["content"]["starts_on"] for story in stories))
        for story in stories:
            while (await _progress(at, story))["stage"] != story.user.ends:
                await asyncio.sleep(0.2)

    async def _run_of_payments(self, at: Office, due_by: str) -> None:
        """Pay everything that is due; the run before may have paid it all."""
        number = 1 + sum(request.path == "/v1/payment-runs" for request in self.journal.asked.values())
        body = {"due_by": due_by, "pay_on": due_by, "number": number}
        path = f"/v1/payment-runs/{(await asked(at.finance, 'POST', '/v1/payment-runs', body)).json()['run_id']}"
        checked = (await asked(at.finance, "POST", f"{path}/check")).json()
        if not checked["items"].get("going"):
            await asked(at.finance, "POST", f"{path}/cancellation")
            return
        await asked(at.approver, "POST", f"{path}/approval")
        await asked(at.finance, "POST", f"{path}/file", {"format": "pain001", "payer": _PAYER})
        for step in ("sent", "finish"):
            await asked(at.finance, "POST", f"{path}/{step}")

    async def _spent(self, at: Office, rng: random.Random, name: str) -> None:
        """A partner decides, money is held, settled and let go of, and a bank statement comes."""
        person = _three_streams()
        person_id = await make_journey(at.practitioner, person, reference=name, patience_s=PATIENCE_S)
        fund = await self._decided_by_partner(at, rng, person_id)
        path = f"/v1/people/{person_id}/budget"
        held = [await self._commitment(at, fund, path, pence) for pence in (4_000 + rng.randrange(9_000), 2_500)]
        step = f"{path}/commitments/{held[0]}"
        on = fund["starts_on"]
        await asked(at.finance, "POST", f"{step}/settlements", {"pence": None, "on": on, "reason": "Invoice"})
        body = {"pence": None, "on": on, "reason": "No longer needed"}
        await asked(at.practitioner, "POST", f"{path}/commitments/{held[1]}/release", body)
        await asked(at.finance, "POST", f"{path}/spending-files", _statement(rng, on))
        queries = (await asked(at.practitioner, "GET", f"{path}/queries")).json()["queries"]
        for query in queries[:2]:
            told = {"answer": "personal_money", "on": on}
            await asked(at.practitioner, "POST", f"{path}/queries/{query['query_id']}/answer", told)

    async def _commitment(self, at: Office, fund: Any, path: str, pence: int) -> str:
        item = {
            "item_id": str(uuid4()),
            "pence": pence,
            "text": "Pottery course",
            "use": fund["permitted_uses"][0]["use"],
            "cadence": "one_off",
            "relation": "not_related",
            "starts_on": fund["starts_on"],
            "ends_on": fund["ends_on"],
        }
        placed = await asked(at.practitioner, "POST", f"{path}/commitments", {"item": item})
        return str(placed.json()["commitment_id"])

    async def _decided_by_partner(self, at: Office, rng: random.Random, person_id: UUID) -> Any:
        """The trustees decide, by HTTP or on their topic, and their money is there; gives the council's fund."""
        funds = (await asked(at.practitioner, "GET", f"/v1/people/{person_id}/budget")).json()["funds"]
        fund = next(one for one in funds if one["stream"] == ILF)
        decision = _decision(person_id, fund["starts_on"], pence_a_week=10_000 + rng.randrange(5_000))
        if rng.random() < 0.5:
            async with self.sign_in(Role.PARTNER, "trustees") as trustees:
                await asked(trustees, "POST", f"/v1/partners/{AGENCY}/decisions", decision.model_dump(mode="json"))
        else:
            await self._told_on_the_topic(decision)
        while True:
            funds = (await asked(at.practitioner, "GET", f"/v1/people/{person_id}/budget")).json()["funds"]
            if next(one for one in funds if one["stream"] == ILF)["status"] == "confirmed":
                return next(one for one in funds if one["stream"] == SOCIAL_CARE)
            await asyncio.sleep(0.2)

    async def _told_on_the_topic(self, event: PartnerAwardDecided) -> None:
        envelope = Envelope(uuid4(), event.TYPE, f"/partner/{AGENCY}", datetime.now(UTC), str(event.person_id), None)
        message = Message(
            event.topic,
            str(event.person_id).encode(),
            encoded(headers_of(envelope)),
            event.model_dump_json().encode(),
        )
        is_told = False
        while not is_told:
            # Told again under the same id until the broker has it, as an agency does.
            publisher = KafkaPublisher(KafkaSettings(bootstrap=self.broker))
            with contextlib.suppress(TimeoutError, KafkaError):
                async with asyncio.timeout(20):
                    await publisher.start()
                    await publisher.publish([message])
                    is_told = True
            with contextlib.suppress(TimeoutError, KafkaError):
                async with asyncio.timeout(5):
                    await publisher.stop()
        self.journal.tells(str(envelope.event_id))


async def _progress(at: Office, story: Story) -> Any:
    return (await asked(at.practitioner, "GET", f"/v1/people/{story.person_id}/progress")).json()


def _planned_users() -> list[EarlyUser]:
    users = [user for user in early_users() if user.row in _PLANNED]
    return [
        replace(user, told={name: told for name, told in user.told.items() if name not in ("first", "found_without")})
        for user in users
    ]


def _three_streams() -> ExamplePerson:
    return next(person for person in example_people() if "three-streams" in person.reference)


def _decision(person_id: UUID, on: str, *, pence_a_week: int) -> PartnerAwardDecided:
    return PartnerAwardDecided(
        person_id=person_id,
        council=EXAMPLE_COUNCIL,
        agency=AGENCY,
        stream=ILF,
        reference=f"ILF-{person_id.hex[:12]}",
        version=1,
        kind=PartnerDecisionKind.CHANGE,
        decided_on=date.fromisoformat(on),
        effective_on=date.fromisoformat(on),
        ends_on=None,
        money=MoneyBasis.WEEKLY,
        amount_pence=pence_a_week,
        contribution_pence=0,
        reasons=("The trustees meet some of the hours that were asked for.",),
        challenge=None,
    )


def _statement(rng: random.Random, on: str) -> dict[str, Any]:
    """A bank statement of a few lines, none of which fits a plan: each is asked about."""
    lines = ["Date,Amount,Payee,Text"]
    lines += [f"{on},-{rng.randrange(500, 4_000) / 100:.2f},Shop {number},Line {number}" for number in range(3)]
    content = base64.b64encode("\r\n".join(lines).encode()).decode()
    # An account of their own: two people may well spend the same at the same shop on a day.
    account = f"{rng.randrange(10**14):014}"
    return {"format": "csv", "content": content, "mapping": _MAPPING, "account": account, "is_card": False}
