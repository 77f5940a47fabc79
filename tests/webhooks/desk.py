"""A council's webhooks over the real API and database, with the funding streams beside them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx

from braid.command_line.embedded_platform import Databases
from braid.contracts.assessment import CaseOpened, PersonErased
from braid.contracts.codes import UserGroup
from braid.contracts.event import Event
from braid.kit.delivery import Taken
from braid.kit.identity import Principal, Role, create_keys, internal_signer, internal_verifier
from braid.kit.message import Message
from braid.kit.service import ServiceRuntime, build_api
from braid.kit.settings import ServiceSettings
from services.funding_streams.main import SERVICE as FUNDING_STREAMS
from services.webhooks.domain.targets import Where
from services.webhooks.main import SERVICE as WEBHOOKS
from services.webhooks.posting import Postman, Resolve, resolve
from services.webhooks.sealing import KEYS_FILE, create_webhook_key, seal_of
from services.webhooks.sending import Sender
from services.webhooks.settings import SealingSettings, SendingSettings, WebhookSettings
from tests.ledger.test_council_guard import url_of
from tests.transports.rig import message_of
from tests.webhooks.receiver import Receiver

AGENCY = "independent-living-fund"
CASE_OPENED = CaseOpened.TYPE
HERE = Where(loopback=True)


@dataclass
class Clock:
    """The time: that of the machine, moved on as a test wants."""

    ahead: timedelta = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def move_on(self, **span: float) -> None:
        """Let time pass."""
        self.ahead += timedelta(**span)


class Desk:
    """One council's desk."""

    def __init__(self, databases: Databases, folder: Path, *, ca_file: Path) -> None:
        self.council = f"E10{uuid4().int % 10**6:06d}"
        self.clock = Clock()
        self.databases, self.ca_file = databases, ca_file
        create_keys(folder, "internal")
        create_webhook_key(folder)
        self._signer = internal_signer(folder / "internal-private.pem")
        verifier = internal_verifier(folder / "internal-public.jwks.json")
        streams = ServiceSettings(environment="test", database=databases.settings_of(FUNDING_STREAMS.name))
        self._streams = ServiceRuntime(FUNDING_STREAMS, streams)
        self.streams_client = _client(build_api(self._streams, verifier=verifier))
        self.peers = {FUNDING_STREAMS.name: self.streams_client}
        self.settings = WebhookSettings(
            environment="test",
            database=databases.settings_of(WEBHOOKS.name),
            sealing=SealingSettings(keys_file=str(folder / KEYS_FILE)),
        )
        self.runtime = ServiceRuntime(WEBHOOKS, self.settings, peers=self.peers)
        self._app = build_api(self.runtime, verifier=verifier)
        self.units = replace(self.runtime.units, clock=self.clock)
        self._app.state.units = self.units
        self.client = _client(self._app)

    async def close(self) -> None:
        """Close all connections."""
        for client in (self.client, self.streams_client):
            await client.aclose()
        for runtime in (self.runtime, self._streams):
            await runtime.close()

    def set(self, **settings: Any) -> None:
        """Have settings changed."""
        self.settings = self.settings.model_copy(update=settings)
        self._app.state.settings = self.settings

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        role: Role = Role.SYSTEM,
        council: str | None = None,
        agency: str | None = AGENCY,
        key: str | None = None,
        etag: str = '"1"',
    ) -> httpx.Response:
        """Ask as somebody."""
        principal = Principal(
            f"{role}:test", council or self.council, frozenset({role}), None, agency if role is Role.PARTNER else None
        )
        headers = {
            "authorization": f"Bearer {self._signer.sign(principal)}",
            "idempotency-key": key or str(uuid4()),
            "if-match": etag,
        }
        return await self.client.request(method, path, json=body, headers=headers)

    async def done(self, method: str, path: str, body: Any = None, **who: Any) -> Any:
        """Ask for what must be answered."""
        answer = await self.ask(method, path, body, **who)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    async def subscribe(
        self, receiver: Receiver, *event_types: str, name: str = "Case management", **who: Any
    ) -> dict[str, Any]:
        """Have a receiver told of events; by default of opened cases."""
        body = {"name": name, "url": receiver.url, "event_types": list(event_types) or [CASE_OPENED]}
        subscription: dict[str, Any] = await self.done("POST", "/v1/webhook-subscriptions", body, **who)
        return subscription

    async def hear(self, *events: Event) -> list[Message]:
        """Have the service hear events, as they lie on their topics."""
        messages = [message_of(event) for event in events]
        for message in messages:
            assert await self.delivery().take(message) is Taken.HANDLED
        return messages

    def delivery(self) -> Any:
        """The service's consumer."""
        from braid.kit.delivery import Delivery

        return Delivery(WEBHOOKS.subscription, self.units)

    async def open_case(self, person: UUID | None = None) -> UUID:
        """Have a case opened; whose it is."""
        person = person or uuid4()
        await self.hear(self.a_case(person))
        return person

    def a_case(self, person: UUID) -> CaseOpened:
        """That a case was opened."""
        day = self.clock().date()
        return CaseOpened(person_id=person, council=self.council, user_group=UserGroup.OLDER_PEOPLE, opened_on=day)

    def an_erasure(self, person: UUID) -> PersonErased:
        """That a record was erased."""
        return PersonErased(
            person_id=person, council=self.council, erased_on=self.clock().date(), basis="retention_ended"
        )

    def sender(self, *, timeout_s: float = 60, look_up: Resolve = resolve, where: Where = HERE, **how: Any) -> Sender:
        """A sender; it has patience, since the machine may be busy."""
        postman = Postman(where, timeout_s=timeout_s, ca_file=str(self.ca_file), look_up=look_up)
        told = {"settings": SendingSettings(), "chance": lambda: 0.5, **how}
        return Sender(self.units, seal_of(self.settings), postman, where, **told)

    async def deliveries(self, subscription: Mapping[str, Any], **query: str) -> Sequence[dict[str, Any]]:
        """A subscription's deliveries, the latest first."""
        path = f"{place(subscription)}/deliveries"
        asked = "&".join(f"{name}={value}" for name, value in query.items())
        found: Sequence[dict[str, Any]] = (await self.done("GET", f"{path}?{asked}"))["deliveries"]
        return found

    async def attempts(self, subscription: Mapping[str, Any], delivery: Mapping[str, Any]) -> list[tuple[Any, Any]]:
        """Outcome and status of each attempt of a delivery."""
        told = await self.done("GET", f"{place(subscription)}/deliveries/{delivery['delivery_id']}")
        return [(one["outcome"], one["status"]) for one in told["attempts_made"]]

    async def rows(self, query: str, *arguments: Any) -> list[Any]:
        """What a query finds in the database, as the superuser."""
        db = await asyncpg.connect(url_of(self.databases, WEBHOOKS.name, "superuser"))
        try:
            found: list[Any] = await db.fetch(query, *arguments)
            return found
        finally:
            await db.close()


def place(subscription: Mapping[str, Any]) -> str:
    """The address of a subscription."""
    return f"/v1/webhook-subscriptions/{subscription['subscription_id']}"


def _client(app: Any) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service")
