"""What the gateway adds to a service's own answer, and how long the console's pages take.

Gateway and service are processes of their own, as they run in service; they, PostgreSQL and the callers share the
machine's cores. Each figure through the gateway stands beside the service's own of the same seconds. The pages are
those of the platform as ``make run`` starts it, with the example people in it.
"""

import asyncio
import re
import statistics
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path
from time import perf_counter

import httpx
import psutil

from braid.command_line.demonstration import EXAMPLE_COUNCIL, example_people, signed_in
from braid.kit.identity import Principal, Role, TokenSigner, internal_signer
from braid.kit.private_postgres import state_directory
from gateway.sessions import SESSION_S, sessions_with
from tests.bench.embedded import running_platform
from tests.bench.figures import milliseconds, percentile
from tests.bench.http_load import Rate, rate, request_of
from tests.real_parts.databases import FreshDatabases, test_postgres
from tests.real_parts.process_platform import ProcessPlatform

ROUNDS, CALLERS, SECONDS = 5, 16, 3.0
ADDED_MS_MOST, SHARE_LEAST = 2.0, 0.6
PAGE_MS_MOST, FIRST_LOAD_BYTES_MOST = 150, 200_000
TIMES = 60
#: A platform that takes less than this share of a processor for so many seconds has dealt with all that was to do.
IDLE_SHARE_MOST, QUIET_S = 0.1, 3
_CASE = {"reference": "AB-1", "name": "Ada Lovelace", "user_group": "older_people", "opened_on": "2009-06-01"}
_LOADED = re.compile(r'(?:src|href)="(/assets/[^"]+)"')
_LOADED_BY_STYLES = re.compile(r"url\(\"?(/assets/[^\")]+)\"?\)")


def run() -> None:
    """Print what the gateway adds and carries, and how long pages take and how large they are."""
    with tempfile.TemporaryDirectory() as folder, test_postgres(Path(folder)) as postgres:
        databases = FreshDatabases(postgres.admin_url())
        databases.make_templates()
        asyncio.run(_beside_the_service(databases, Path(folder) / "platform"))
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder) / "state"
        with running_platform(state) as (url, _, process):
            asyncio.run(_pages(url, state, process))


@dataclass
class _Asked:
    """The same read, of the service itself and through the gateway."""

    ports: Mapping[str, int]
    path: str
    signer: TokenSigner
    who: Principal
    outside_token: str

    async def both(self, callers: int) -> tuple[Rate, Rate]:
        # Inside tokens live for a minute only.
        return (
            await self._rate("serve assessment", self.signer.sign(self.who), callers),
            await self._rate("serve gateway", self.outside_token, callers),
        )

    async def _rate(self, command: str, token: str, callers: int) -> Rate:
        return await rate(self.ports[command], repeat(request_of("GET", self.path, token)), callers, seconds=SECONDS)


async def _beside_the_service(fresh: FreshDatabases, folder: Path) -> None:
    platform = ProcessPlatform(await fresh.copy(), "127.0.0.1:9", folder)
    async with platform.running_without_kafka("serve assessment", "serve gateway"):
        asked = await _one_case(platform, folder)
        await asked.both(1)
        alone = [await asked.both(1) for _ in range(ROUNDS)]
        many = [await asked.both(CALLERS) for _ in range(ROUNDS)]
    direct_ms, through_ms = (statistics.median(each[way].median_ms for each in alone) for way in (0, 1))
    direct, through = (statistics.median(each[way].a_second for each in many) for way in (0, 1))
    share = statistics.median(both[1].a_second / both[0].a_second for both in many)
    print("a person's case read, of the service itself and through the gateway")
    print(
        f"  one caller: median {direct_ms:.2f} ms, through the gateway {through_ms:.2f} ms:"
        f" {through_ms - direct_ms:.2f} ms more   (promise: under {ADDED_MS_MOST:.0f})"
    )
    print(
        f"  {CALLERS} callers: {direct:,.0f} a second, through the gateway {through:,.0f}:"
        f" {share:.0%} of it   (promise: at least {SHARE_LEAST:.0%})"
    )


async def _one_case(platform: ProcessPlatform, folder: Path) -> _Asked:
    async with platform.client() as client:
        opened = await client.post("/v1/people", json=_CASE, headers={"idempotency-key": "a-case"})
        opened.raise_for_status()
        path = f"/v1/people/{opened.json()['person_id']}"
        outside = client.headers["authorization"].removeprefix("Bearer ")
    who = Principal("practitioner:test", EXAMPLE_COUNCIL, frozenset({Role.PRACTITIONER}))
    return _Asked(platform.ports, path, internal_signer(folder / "internal-private.pem"), who, outside)


async def _pages(url: str, state: Path, process: psutil.Process) -> None:
    async with signed_in(url, "practitioner") as client:
        # It is ready before the example people are all in it, and they are in it before all is decided that follows.
        while len(people := (await client.get("/v1/people")).json()["people"]) < len(example_people()):
            await asyncio.sleep(1)
    await _until_idle(process)
    sessions = sessions_with(state_directory(state) / "keys" / "session-keys.txt", life_s=SESSION_S)
    person = people[0]["person_id"]
    print(f"the console's pages   (promise: p95 under {PAGE_MS_MOST} ms, first load {FIRST_LOAD_BYTES_MOST:,} bytes)")
    for role, path in (
        (Role.PRACTITIONER, "/people"),
        (Role.PRACTITIONER, f"/people/{person}"),
        (Role.PRACTITIONER, f"/people/{person}/allocation"),
        (Role.PRACTITIONER, f"/people/{person}/timeline"),
        (Role.PRACTITIONER, f"/people/{person}/statement"),
        (Role.APPROVER, "/approvals"),
        (Role.FINANCE_OFFICER, "/payments"),
        (Role.AUDITOR, "/ledger"),
    ):
        session = sessions.of(Principal(f"{role}:bench", EXAMPLE_COUNCIL, frozenset({role})))
        async with httpx.AsyncClient(base_url=url, cookies={"braid_session": session}, timeout=60) as browser:
            taken = await _timed(browser, path)
            loaded = await _first_load(browser, path)
        late = "" if percentile(taken, 0.95) * 1_000 < PAGE_MS_MOST else "   LATE"
        large = "" if loaded < FIRST_LOAD_BYTES_MOST else "   LARGE"
        print(f"  {path.replace(person, '…'):28} {milliseconds(taken)}{late}   {loaded:8,} bytes{large}")


async def _until_idle(process: psutil.Process) -> None:
    """Wait until a process has had next to nothing to do for a while, whatever else runs on the machine."""
    quiet = 0
    while quiet < QUIET_S:
        before = process.cpu_times()
        await asyncio.sleep(1)
        after = process.cpu_times()
        quiet = quiet + 1 if after.user + after.system - before.user - before.system < IDLE_SHARE_MOST else 0


async def _timed(browser: httpx.AsyncClient, path: str) -> Sequence[float]:
    taken = []
    for number in range(TIMES + 3):
        sent = perf_counter()
        (await browser.get(path)).raise_for_status()
        if number >= 3:
            taken.append(perf_counter() - sent)
    return taken


async def _first_load(browser: httpx.AsyncClient, path: str) -> int:
    """Bytes over the wire of a page and of all that it and its styles load."""
    page = await browser.get(path)
    size, wanted, had = page.num_bytes_downloaded, _LOADED.findall(page.text), set[str]()
    while wanted:
        address = wanted.pop()
        if address in had:
            continue
        had.add(address)
        answer = await browser.get(address)
        answer.raise_for_status()
        size += answer.num_bytes_downloaded
        if "css" in answer.headers["content-type"]:
            wanted += _LOADED_BY_STYLES.findall(answer.text)
    return size
