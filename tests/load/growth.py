"""What each kind of request costs with so many budgets in the databases, in core time and in time."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from time import perf_counter

import asyncpg
import httpx

from braid.command_line.demonstration import EXAMPLE_COUNCIL
from braid.kit.identity import Role
from tests.bench.figures import percentile
from tests.load.cores import Cores
from tests.load.kinds import EVERY_KIND, OF_A_PERSON, OF_THE_BOOKS, Call, SomebodysIds, Town
from tests.load.measured_platform import MeasuredPlatform, at_work

#: How often each kind is asked; of the books less often.
TIMES, TIMES_BOOKS, WARM_UP = 10, 3, 1
#: How long nothing is asked, to know what the platform takes by itself, in seconds.
IDLE_S = 15.0


@dataclass(frozen=True)
class Cost:
    """What one request of a kind takes.

    Args:
        core_ms: core milliseconds of the gateway and all services.
        database_ms: core milliseconds of PostgreSQL.
        median_ms, p95_ms: from sending to the whole answer.
        kilobytes: of the answer.
    """

    core_ms: float
    database_ms: float
    median_ms: float
    p95_ms: float
    kilobytes: float


@dataclass(frozen=True)
class Growth:
    """What was measured with so many budgets.

    Args:
        council: budgets of the council that asks.
        gigabytes: size of all databases.
        idle_cores: cores that the platform takes while nobody asks.
    """

    budgets: int
    council: int
    gigabytes: Mapping[str, float]
    idle_cores: Mapping[str, float]
    costs: Mapping[str, Cost]

    def as_json(self) -> str:
        """For a file."""
        return json.dumps(asdict(self), indent=1)


async def measure_growth(measured: MeasuredPlatform) -> Growth:
    """Ask every kind of request, one after the other."""
    people = await people_of_council(measured)
    town = Town(people)
    budgets, gigabytes = await _sizes(measured)
    async with _callers(measured) as callers:
        for make in OF_A_PERSON.values():
            await callers.ask(make(town))
        idle = await _idle(measured)
        costs = {}
        for kind, make in EVERY_KIND.items():
            times = TIMES_BOOKS if kind in OF_THE_BOOKS else TIMES
            try:
                costs[kind] = await _cost(measured, callers, [make(town) for _ in range(times + WARM_UP)])
            except NoAnswerInTime:
                print(f"  {kind}: no answer in time", flush=True)
            else:
                print(f"  {kind:28} {costs[kind]}", flush=True)
    return Growth(budgets, len(people), gigabytes, idle, costs)


async def people_of_council(measured: MeasuredPlatform) -> list[SomebodysIds]:
    """Everybody of the example council who has a plan and a fund."""
    admin = measured.databases.admin_url.rsplit("/", 1)[0]
    found: dict[str, dict[str, str]] = {}
    for service, query in _PEOPLE.items():
        db = await asyncpg.connect(f"{admin}/braid_{service}")
        for row in await db.fetch(query, EXAMPLE_COUNCIL):
            found.setdefault(str(row["person_id"]), {}).update({name: str(told) for name, told in row.items()})
        await db.close()
    wanted = set(SomebodysIds.__dataclass_fields__)
    return [SomebodysIds(**told) for told in found.values() if told.keys() == wanted]


async def _sizes(measured: MeasuredPlatform) -> tuple[int, Mapping[str, float]]:
    db = await asyncpg.connect(measured.databases.admin_url.rsplit("/", 1)[0] + "/braid_ledger")
    sizes = await db.fetch("SELECT datname, pg_database_size(oid) / 1e9::float8 AS gb FROM pg_database")
    budgets = await db.fetchval("SELECT count(*) FROM budget")
    await db.close()
    return budgets, {row["datname"]: row["gb"] for row in sizes if row["datname"].startswith("braid_")}


class NoAnswerInTime(Exception):
    """The gateway waited for a service no longer."""


class _Callers:
    """Clients of the gateway, one a role and door."""

    def __init__(self, measured: MeasuredPlatform) -> None:
        self._measured = measured
        self._clients: dict[tuple[Role, bool], httpx.AsyncClient] = {}

    async def ask(self, call: Call) -> httpx.Response:
        """Ask, and refuse to measure what is no success."""
        client = self._clients.setdefault((call.role, call.is_page), self._client(call.role, is_page=call.is_page))
        answer = await client.request(call.method, call.path, json=call.body, headers=call.headers)
        if answer.status_code == httpx.codes.GATEWAY_TIMEOUT:
            raise NoAnswerInTime(call.path)
        assert answer.is_success, f"{call.method} {call.path}: {answer.status_code} {answer.text[:500]}"
        return answer

    def _client(self, role: Role, *, is_page: bool) -> httpx.AsyncClient:
        principal, processes = at_work(role, EXAMPLE_COUNCIL), self._measured.processes
        if is_page:
            cookies = {"braid_session": self._measured.sessions.of(principal)}
            return httpx.AsyncClient(base_url=processes.url, cookies=cookies, timeout=600)
        headers = {"authorization": f"Bearer {processes.issuer.token(principal)}"}
        return httpx.AsyncClient(base_url=processes.url, headers=headers, timeout=600)

    async def __aenter__(self) -> "_Callers":
        return self

    async def __aexit__(self, *_error: object) -> None:
        for client in self._clients.values():
            await client.aclose()


def _callers(measured: MeasuredPlatform) -> _Callers:
    return _Callers(measured)


async def _cost(measured: MeasuredPlatform, callers: _Callers, calls: list[Call]) -> Cost:
    """Ask each call after the other; brokers, consumers and relays are not looked at."""
    for call in calls[:WARM_UP]:
        await callers.ask(call)
    cores, taken, size = Cores(measured), [], 0
    for call in calls[WARM_UP:]:
        sent = perf_counter()
        answer = await callers.ask(call)
        taken.append(perf_counter() - sent)
        size += len(answer.content)
    spent = cores.spent()
    count = len(taken)
    return Cost(
        1e3 * sum(seconds for name, seconds in spent.items() if name.startswith("serve ")) / count,
        1e3 * sum(seconds for name, seconds in spent.items() if name.startswith("postgres ")) / count,
        1e3 * percentile(taken, 0.5),
        1e3 * percentile(taken, 0.95),
        size / count / 1e3,
    )


async def _idle(measured: MeasuredPlatform) -> Mapping[str, float]:
    cores = Cores(measured)
    started = perf_counter()
    await asyncio.sleep(IDLE_S)
    seconds = perf_counter() - started
    return {name: spent / seconds for name, spent in cores.spent().items()}


_PEOPLE = {
    "assessment": "SELECT person_id, reference, name FROM person WHERE council = $1",
    "support_planning": "SELECT person_id, plan_id FROM plan WHERE council = $1",
    "ledger": "SELECT person_id, min(fund_id::text) AS fund_id FROM budget JOIN fund USING (council, budget_id)"
    " WHERE council = $1 GROUP BY person_id",
}
