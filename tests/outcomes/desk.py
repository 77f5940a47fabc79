"""A council's outcomes over the real API and database, told of what happens elsewhere by events."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx

from braid.command_line.embedded_platform import Databases
from braid.contracts.assessment import CarerAssessed, CarerOutcome, CaseOpened, PersonErased
from braid.contracts.budget import DeathRecorded
from braid.contracts.codes import UserGroup
from braid.contracts.event import Event
from braid.kit.delivery import Delivery, Taken
from braid.kit.identity import Principal, Role, create_keys, internal_signer, internal_verifier
from braid.kit.service import ServiceRuntime, build_api
from braid.kit.settings import ServiceSettings
from services.outcomes.main import SERVICE as OUTCOMES
from tests.ledger.test_council_guard import url_of
from tests.transports.rig import message_of

#: The day on which the clock of the tests stands.
TODAY = date(2027, 3, 1)
BASELINE_ON = date(2026, 1, 31)
ANSWERS = {"quality_of_life": 4, "control_over_daily_life": 2, "satisfaction": 5}


class Desk:
    """One person's outcomes at one council."""

    def __init__(self, databases: Databases, keys: Path) -> None:
        self.council = f"E10{uuid4().int % 10**6:06d}"
        self.person, self.carer = uuid4(), uuid4()
        self.databases = databases
        create_keys(keys, "internal")
        self._signer = internal_signer(keys / "internal-private.pem")
        settings = ServiceSettings(environment="test", database=databases.settings_of(OUTCOMES.name))
        self.runtime = ServiceRuntime(OUTCOMES, settings)
        app = build_api(self.runtime, verifier=internal_verifier(keys / "internal-public.jwks.json"))
        self.units = replace(self.runtime.units, clock=lambda: datetime.combine(TODAY, datetime.min.time(), UTC))
        app.state.units = self.units
        self.app = app
        self._client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service")

    async def close(self) -> None:
        """Close all connections."""
        await self._client.aclose()
        await self.runtime.close()

    @property
    def home(self) -> str:
        """Where the person's answers lie."""
        return f"/v1/people/{self.person}/outcome-responses"

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        role: Role = Role.PRACTITIONER,
        council: str | None = None,
        key: str | None = None,
        etag: str | None = None,
    ) -> httpx.Response:
        """Ask as somebody; a budget holder is the person."""
        own = self.person if role is Role.BUDGET_HOLDER else None
        principal = Principal(f"{role}:test", council or self.council, frozenset({role}), own)
        headers = {"authorization": f"Bearer {self._signer.sign(principal)}", "idempotency-key": key or str(uuid4())}
        if etag is not None:
            headers["if-match"] = etag
        return await self._client.request(method, path, json=body, headers=headers)

    async def get(self, path: str, **who: Any) -> Any:
        """What must be there."""
        answer = await self.ask("GET", path, **who)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def answer(self, *, role: Role = Role.PRACTITIONER, key: str | None = None, **told: Any) -> httpx.Response:
        """Record answers; by default a baseline that the person gave."""
        return await self.ask("POST", self.home, a_response(**told), role=role, key=key)

    async def recorded(self, **told: Any) -> Any:
        """Record answers that must be taken."""
        answer = await self.answer(**told)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def take_back(self, response: Mapping[str, Any], **who: Any) -> httpx.Response:
        """Take answers back."""
        path = f"/v1/outcome-responses/{response['response_id']}/taking-back"
        return await self.ask("POST", path, {"reason": "They were somebody else's."}, **who)

    async def hear(self, *events: Event) -> None:
        """Have the service hear events, as they lie on their topics."""
        for event in events:
            taken = await Delivery(OUTCOMES.subscription, self.units).take(message_of(event))
            assert taken in (Taken.HANDLED, Taken.FORGOTTEN)

    async def open_case(self) -> None:
        """Have the council open the person's case."""
        group = UserGroup.OLDER_PEOPLE
        await self.hear(
            CaseOpened(person_id=self.person, council=self.council, user_group=group, opened_on=BASELINE_ON)
        )

    async def assess_carer(self) -> None:
        """Have the person's carer assessed."""
        await self.hear(
            CarerAssessed(
                person_id=self.person,
                council=self.council,
                carer_id=self.carer,
                carer_assessment_id=uuid4(),
                version=1,
                assessed_on=BASELINE_ON,
                outcome=CarerOutcome.ELIGIBLE,
                willing=True,
                able=True,
            )
        )

    async def record_death(self, died_on: date | None) -> None:
        """Have the ledger tell of a death, or that one which was recorded was none."""
        await self.hear(DeathRecorded(person_id=self.person, council=self.council, budget_id=uuid4(), died_on=died_on))

    async def erase(self) -> None:
        """Have the person's record erased."""
        await self.hear(
            PersonErased(person_id=self.person, council=self.council, erased_on=TODAY, basis="retention_ended")
        )

    async def state_licence(
        self, instrument: str, *licences: Mapping[str, Any], etag: str = '"0"', **others: Any
    ) -> httpx.Response:
        """State the council's licences of an instrument."""
        body = {"licences": list(licences), "reason": "Bought.", **others}
        path = f"/v1/outcome-instruments/{instrument}/licence"
        return await self.ask("PUT", path, body, role=Role.FINANCE_OFFICER, etag=etag)

    async def rows(self, query: str, *arguments: Any) -> list[Any]:
        """What a query finds in the database, as the superuser."""
        db = await asyncpg.connect(url_of(self.databases, OUTCOMES.name, "superuser"))
        try:
            found: list[Any] = await db.fetch(query, *arguments)
            return found
        finally:
            await db.close()


def a_response(**told: Any) -> dict[str, Any]:
    """Answers as they are told; by default a baseline that the person gave."""
    body = {
        "instrument_id": "life",
        "version": 1,
        "respondent": "self",
        "wave": "baseline",
        "answered_on": BASELINE_ON,
        "answers": ANSWERS,
        **told,
    }
    return {name: str(value) if isinstance(value, (date, UUID)) else value for name, value in body.items()}
