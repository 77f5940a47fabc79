"""A council's planning desk over the real API, with a real ledger behind it that answers plan checks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx

from braid.command_line.embedded_platform import Databases
from braid.contracts.assessment import CaseOpened
from braid.contracts.award import AwardDecided
from braid.contracts.catalogue import EVENTS
from braid.contracts.codes import UserGroup
from braid.contracts.event import Event
from braid.contracts.uses import PermittedUse, Use
from braid.kit.identity import Principal, Role, create_keys, internal_signer, internal_verifier
from braid.kit.service import ServiceRuntime, build_api
from braid.kit.settings import ServiceSettings
from braid.kit.unit_of_work import UnitOfWorkFactory
from services.ledger.main import SERVICE as LEDGER
from services.support_planning.main import SERVICE as PLANNING
from services.support_planning.timer_process import TimerProcess
from tests.ledger.builders import Stream, an_award_decided

#: The day on which everything is planned; the clock of the tests stands there until it is moved.
TODAY = date(2009, 6, 1)
STARTS_ON, ENDS_ON = date(2009, 7, 6), date(2010, 7, 4)
CARE = (Use.CARE_PERSONAL, Use.CARE_NIGHT, Use.COMMUNITY_ACCESS, Use.EMPLOYING_ON_COSTS, Use.EMPLOYING_INSURANCE)


@dataclass
class Clock:
    """The time of the tests."""

    now: datetime = field(default_factory=lambda: datetime.combine(TODAY, datetime.min.time(), UTC))

    def __call__(self) -> datetime:
        """The time now."""
        return self.now

    def pass_days(self, days: int) -> None:
        """Let time pass."""
        self.now += timedelta(days=days)


class Desk:
    """One person's plans at one council.

    Args:
        ledger_client: of the ledger, as support planning asks it; may be taken away.
    """

    def __init__(self, databases: Databases, keys: Path) -> None:
        self.council = f"E10{uuid4().int % 10**6:06d}"
        self.person = uuid4()
        self.clock = Clock()
        create_keys(keys, "internal")
        self._signer = internal_signer(keys / "internal-private.pem")
        verifier = internal_verifier(keys / "internal-public.jwks.json")
        self._databases = databases
        self.ledger = ServiceRuntime(LEDGER, _settings(databases, LEDGER.name))
        self._ledger_client = _client(build_api(self.ledger, verifier=verifier))
        self.peers = {"ledger": self._ledger_client}
        self.planning = ServiceRuntime(PLANNING, _settings(databases, PLANNING.name), peers=self.peers)
        app = build_api(self.planning, verifier=verifier)
        self.units: UnitOfWorkFactory = replace(self.planning.units, clock=self.clock)
        app.state.units = self.units
        self._client = _client(app)
        self._delivered = 0

    async def close(self) -> None:
        """Close all connections."""
        for client in (self._client, self._ledger_client):
            await client.aclose()
        for runtime in (self.planning, self.ledger):
            await runtime.close()

    @property
    def home(self) -> str:
        """Where the person's resources lie."""
        return f"/v1/people/{self.person}"

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        role: Role = Role.PRACTITIONER,
        name: str = "planner",
        etag: str | None = None,
        person_id: UUID | None = None,
        of_ledger: bool = False,
    ) -> httpx.Response:
        """Ask as somebody."""
        principal = Principal(name, self.council, frozenset({role}), person_id)
        headers = {"authorization": f"Bearer {self._signer.sign(principal)}", "idempotency-key": str(uuid4())}
        if etag is not None:
            headers["if-match"] = etag
        client = self._ledger_client if of_ledger else self._client
        return await client.request(method, path, json=body, headers=headers)

    async def get(self, path: str, **who: Any) -> Any:
        """What must be there."""
        answer = await self.ask("GET", path, **who)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def hear(self, *events: Event) -> None:
        """Have each service that wants to know of events handle them, each in a transaction of its own."""
        for event in events:
            for runtime, units in ((self.ledger, self.ledger.units), (self.planning, self.units)):
                if handler := runtime.definition.handlers.get(event.TYPE):
                    async with units.for_council(event.council) as work:
                        await handler(event, work)
                        await work.commit()

    async def open_case(self) -> None:
        """Have the council open the person's case."""
        opened = CaseOpened(
            person_id=self.person, council=self.council, user_group=UserGroup.OLDER_PEOPLE, opened_on=TODAY
        )
        await self.hear(opened)

    async def award(
        self, pence: int, stream: Stream = Stream.ADULT_SOCIAL_CARE, *, uses: Sequence[Use] = CARE, **changes: Any
    ) -> AwardDecided:
        """Have a stream award money for the year of the plan."""
        permitted = tuple(PermittedUse(use=use, condition=None) for use in uses)
        others = {"permitted_uses": permitted, **changes.pop("others", {})}
        dates = {"starts_on": STARTS_ON, "ends_on": ENDS_ON}
        event = an_award_decided(
            self.person, stream=stream, amount_pence=pence, council=self.council, others=others, **{**dates, **changes}
        )
        await self.hear(event)
        return event

    async def begin(self, content: Mapping[str, Any], **who: Any) -> "PlanAtDesk":
        """Begin a plan that can be kept."""
        answer = await self.ask("POST", f"{self.home}/plans", content, **who)
        assert answer.status_code == 201, answer.text
        return PlanAtDesk(self, answer.json(), answer.headers["etag"])

    async def grant(self, *subjects_and_levels: tuple[str, str], **approval: Any) -> None:
        """Give approvers their levels from the day of the tests on."""
        held = await self.get("/v1/planning-choices/approval", role=Role.FINANCE_OFFICER)
        grants = [
            {"subject": subject, "level": level, "starts_on": "2009-01-01"} for subject, level in subjects_and_levels
        ]
        answer = await self.ask(
            "PUT",
            "/v1/planning-choices/approval",
            {
                "starts_on": "2009-01-01",
                "reason": "Scheme of delegation",
                "content": {**held["content"], "grants": grants, **approval},
            },
            role=Role.FINANCE_OFFICER,
            etag=f'"{len(held["choices"])}"',
        )
        assert answer.status_code == 200, answer.text

    async def told(self) -> list[Event]:
        """Events about the person that support planning published, in order."""
        url = self._databases.settings_of(PLANNING.name).ops_url
        assert url is not None
        db = await asyncpg.connect(url.get_secret_value())
        try:
            query = "SELECT headers ->> 'ce_type' AS type, value FROM outbox WHERE key = $1 ORDER BY id"
            rows = await db.fetch(query, str(self.person).encode())
        finally:
            await db.close()
        return [EVENTS[row["type"]].read(row["value"]) for row in rows]

    async def deliver(self) -> None:
        """Bring what support planning told to the ledger, as the relay does."""
        told = await self.told()
        await self.hear(*told[self._delivered :])
        self._delivered = len(told)

    async def let_time_pass(self, days: int) -> int:
        """Let days pass, and have whatever is due then done; how much that was."""
        self.clock.pass_days(days)
        return await TimerProcess(self.units).do_due_of(self.council)


@dataclass
class PlanAtDesk:
    """A plan as a client holds it."""

    desk: Desk
    body: dict[str, Any]
    etag: str

    @property
    def path(self) -> str:
        """Where it lies."""
        return f"/v1/plans/{self.body['plan_id']}"

    @property
    def check(self) -> dict[str, Any]:
        """The check that came with the latest save."""
        check: dict[str, Any] = self.body["check"]
        return check

    async def save(self, content: Mapping[str, Any], **who: Any) -> httpx.Response:
        """Save a change."""
        return self._keep(await self.desk.ask("PUT", self.path, content, etag=self.etag, **who))

    async def submit(self, **how: Any) -> httpx.Response:
        """Hand it in."""
        body = {"submitted_on": TODAY.isoformat(), **how}
        return self._keep(await self.desk.ask("POST", f"{self.path}/submission", body, etag=self.etag))

    async def decide(
        self, decision: str = "approve", *, name: str = "manager", person_id: UUID | None = None, **how: Any
    ) -> httpx.Response:
        """Decide on it, every question answered."""
        submission = self.body.get("submission") or {"route": {"questions": {}}}
        answers = dict.fromkeys(submission["route"]["questions"], "As we talked about.")
        body = {
            "decision": decision,
            "reasons": "It meets what was agreed.",
            "decided_on": TODAY.isoformat(),
            "answers": answers,
            "declares_no_interest": True,
            **how,
        }
        asked = self.desk.ask(
            "POST", f"{self.path}/decision", body, etag=self.etag, role=Role.APPROVER, name=name, person_id=person_id
        )
        return self._keep(await asked)

    async def approved(self, **how: Any) -> "PlanAtDesk":
        """Hand it in and have it approved."""
        for answer in (await self.submit(), await self.decide(**how)):
            assert answer.is_success, answer.text
        return self

    def _keep(self, answer: httpx.Response) -> httpx.Response:
        if answer.is_success:
            self.body, self.etag = answer.json(), answer.headers["etag"]
        return answer


def an_item(use: str = "care.personal", unit_pence: int = 1000, units: object = 10, **changes: Any) -> dict[str, Any]:
    """Something to pay for, each week unless told, from somebody who is nobody's relative."""
    return {
        "item_id": str(uuid4()),
        "text": "Help in the mornings",
        "use": use,
        "unit": "hour",
        "unit_pence": unit_pence,
        "units": None if units is None else str(units),
        "cadence": "weekly",
        "outcome_ids": ["at-home"],
        "need_ids": ["washing"],
        "payee": {"kind": "self_employed", "reference": "helper-1", "relation": "not_related"},
        **changes,
    }


def content(*items: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    """A plan's content that can be handed in, with these items."""
    return {
        "starts_on": STARTS_ON.isoformat(),
        "ends_on": ENDS_ON.isoformat(),
        "outcomes": [{"outcome_id": "at-home", "text": "I stay in my own home."}],
        "needs": [{"need_id": "washing", "text": "Washing and dressing"}],
        "items": list(items),
        "holdings": [{"holding_id": "council", "way": "council_managed"}],
        "if_things_go_wrong": "My sister rings the agency.",
        **changes,
    }


def codes(check: Mapping[str, Any], weight: str | None = None) -> list[str]:
    """Codes of a check's findings, of one weight or all."""
    return [one["code"] for one in check["findings"] if weight in (None, one["weight"])]


def _settings(databases: Databases, service: str) -> ServiceSettings:
    return ServiceSettings(environment="test", database=databases.settings_of(service))


def _client(app: Any) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service")
