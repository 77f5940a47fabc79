"""The funding streams as a partner agency meets them: messages and requests in, and what comes back."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID, uuid4

import asyncpg
import httpx
from sqlmodel import col, select

from braid.command_line.embedded_platform import Databases
from braid.contracts.allocation import IndicativeAllocationCalculated
from braid.contracts.assessment import AssessmentAgreed
from braid.contracts.award import AwardDecided
from braid.contracts.catalogue import example_file
from braid.contracts.event import Event
from braid.kit.dead_letters import DeadLetter, DeadLetterOffice
from braid.kit.delivery import RetryPolicy, Taken
from braid.kit.identity import Principal, Role, create_keys, internal_signer, internal_verifier
from braid.kit.message import Envelope, Message, encoded, headers_of
from braid.kit.service import ServiceRuntime, build_api
from braid.kit.settings import ServiceSettings
from services.funding_streams.domain.decision import INDEPENDENT_LIVING_FUND
from services.funding_streams.main import SERVICE
from services.funding_streams.tables import AwardRow, PartnerDecisionRow

from .builders import a_person
from .partner_material import AGENCY, COUNCIL

E = TypeVar("E", bound=Event)


def message_of(event: Event, *, event_id: UUID | None = None) -> Message:
    """An event as its sender puts it on its topic."""
    person = str(event.person_id)
    envelope = Envelope(event_id or uuid4(), event.TYPE, "/elsewhere", datetime.now(UTC), person, traceparent=None)
    return Message(
        event.topic, person.encode(), encoded(headers_of(envelope)), event.model_dump_json().encode(), uuid4().hex
    )


def example_of(event: type[E], **changes: Any) -> E:
    """The committed example of an event, with changes."""
    return event.model_validate(json.loads(example_file(event).read_bytes()) | changes)


def agreed(person_id: UUID, *, on: str = "2009-06-01", version: int = 5, **changes: Any) -> AssessmentAgreed:
    """The assessment of somebody whom all three streams of 2009 could pay for."""
    return example_of(
        AssessmentAgreed, person_id=str(person_id), agreed_on=on, version=version, facts=a_person(), **changes
    )


def allocated(
    assessment: AssessmentAgreed, pence_per_year: int = 2_000_000, *, version: int | None = None
) -> IndicativeAllocationCalculated:
    """The allocation that belongs to an assessment; by default its version is that of the assessment."""
    return example_of(
        IndicativeAllocationCalculated,
        person_id=str(assessment.person_id),
        version=version or assessment.version,
        assessment_id=str(assessment.assessment_id),
        assessment_version=assessment.version,
        pence_per_year=pence_per_year,
        lines=[{"code": "points", "text": "Points", "pence_per_year": pence_per_year}],
    )


class PartnerOffice:
    """The service with its database, its API and its dead letters."""

    def __init__(self, databases: Databases, keys: Path) -> None:
        self._databases = databases
        database = databases.settings_of(SERVICE.name)
        self.runtime = ServiceRuntime(SERVICE, ServiceSettings(environment="test", database=database))
        self._delivery = self.runtime.delivery(retry=RetryPolicy(attempts_max=2, backoff_s=0.01))
        self._letters = DeadLetterOffice(self.runtime.ops_engine, SERVICE.tables, SERVICE.name)
        create_keys(keys, "internal")
        self._signer = internal_signer(keys / "internal-private.pem")
        app = build_api(self.runtime, verifier=internal_verifier(keys / "internal-public.jwks.json"))
        self._client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://streams")

    async def close(self) -> None:
        """Close all connections."""
        await self._client.aclose()
        await self.runtime.close()

    async def deliver(self, *events: Event) -> list[Taken]:
        """Deliver events one after the other, each as a message of its own on its topic."""
        return [await self._delivery.take(message_of(event)) for event in events]

    async def deliver_message(self, message: Message, **changes: Any) -> Taken:
        """Deliver a message as it is, or with something spoilt."""
        return await self._delivery.take(replace(message, **changes))

    async def know(self, person_id: UUID) -> None:
        """Let the service know a person's assessment and allocation."""
        assessment = agreed(person_id)
        assert await self.deliver(assessment, allocated(assessment)) == [Taken.HANDLED] * 2

    async def awards(self, person_id: UUID, stream: str = INDEPENDENT_LIVING_FUND) -> Sequence[AwardDecided]:
        """Every version of a stream's decision on a person, the first version first."""
        query = select(AwardRow).where(AwardRow.person_id == person_id, AwardRow.stream == stream)
        async with self.runtime.units.for_council(COUNCIL) as work:
            rows = await work.session.scalars(query.order_by(col(AwardRow.version)))
            return [AwardDecided.model_validate({**row.decision, "version": row.version}) for row in rows]

    async def award(self, person_id: UUID, stream: str = INDEPENDENT_LIVING_FUND) -> AwardDecided:
        """A stream's latest decision on a person."""
        return (await self.awards(person_id, stream))[-1]

    async def kept(self, person_id: UUID, council: str = COUNCIL) -> list[tuple[str, int]]:
        """Reference and version of what agencies have told of a person."""
        query = select(PartnerDecisionRow).where(PartnerDecisionRow.person_id == person_id)
        async with self.runtime.units.for_council(council) as work:
            return sorted((row.reference, row.version) for row in await work.session.scalars(query))

    async def published(self, person_id: UUID) -> int:
        """How many awards were published about a person."""
        url = self._databases.settings_of(SERVICE.name).ops_url
        assert url is not None
        db = await asyncpg.connect(url.get_secret_value())
        try:
            query = "SELECT count(*) FROM outbox WHERE key = $1 AND headers ->> 'ce_type' = $2"
            count: int = await db.fetchval(query, str(person_id).encode(), AwardDecided.TYPE)
            return count
        finally:
            await db.close()

    async def letters(self, person_id: UUID) -> Sequence[DeadLetter]:
        """The dead letters about a person."""
        return await self._letters.waiting(key=str(person_id).encode())

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        agency: str | None = AGENCY,
        role: Role = Role.PARTNER,
        council: str = COUNCIL,
        key: str | None = None,
    ) -> httpx.Response:
        """Ask the API below an agency's address, signed in as that agency unless it is somebody else."""
        caller = Principal(f"{role}:somebody", council, frozenset({role}), agency=agency)
        headers = {
            "authorization": f"Bearer {self._signer.sign(caller)}",
            "idempotency-key": key or str(uuid4()),
            "content-type": "application/json",
        }
        content = body if isinstance(body, str) else None if body is None else json.dumps(body)
        return await self._client.request(method, f"/v1/partners/{path}", content=content, headers=headers)

    async def tell(self, event: Event, **asking: Any) -> httpx.Response:
        """Tell a decision by REST."""
        return await self.ask("POST", f"{AGENCY}/decisions", event.model_dump(mode="json"), **asking)
