"""Posting over HTTP, as ratios to what the same server does for an empty JSON document in the same minute.

The server is a process of its own, as it runs in service; it, PostgreSQL and the callers share the machine's cores.
"""

import asyncio
import json
import multiprocessing
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import redirect_stderr
from datetime import date
from itertools import islice, repeat
from pathlib import Path
from time import sleep
from uuid import UUID, uuid4

import httpx
import psutil
import uvicorn
from fastapi import APIRouter

from braid.command_line.embedded_platform import Databases
from braid.kit.http import Caller, UnitOfWorkRoute
from braid.kit.identity import Principal, Role, create_keys, internal_signer, internal_verifier
from braid.kit.permissions import Action, may
from braid.kit.private_postgres import PrivatePostgres, state_directory
from braid.kit.processes import collect_seldom, observe
from braid.kit.service import ServiceRuntime, build_api
from braid.kit.settings import ServiceSettings
from services.ledger.domain.funds import budget_id_of, fund_id_of
from services.ledger.handlers import record_award
from services.ledger.main import SERVICE
from tests.bench.http_load import rate, request_of
from tests.ledger.builders import ASC, COUNCIL, an_award_decided
from tests.real_parts.process_platform import free_ports

PEOPLE, CALLERS, BULK = 50, 32, 1_000
SINGLE_SHARE_LEAST, BULK_LEAST = 0.7, 25_000
_PASSWORDS = {"owner": "owner-of-bench", "app": "app-of-bench", "ops": "ops-of-bench"}


def run() -> None:
    """Print how many requests and entries a second there are."""
    with tempfile.TemporaryDirectory() as folder, PrivatePostgres(state_directory(Path(folder) / "postgres")) as server:
        databases = Databases(server.admin_url(), _PASSWORDS)
        asyncio.run(databases.prepare(SERVICE))
        databases.migrate(SERVICE)
        create_keys(Path(folder), "internal")
        funds = asyncio.run(_open_funds(databases))
        port = free_ports(1)[0]
        serving = multiprocessing.get_context("spawn").Process(
            target=_serve, args=(server.admin_url(), folder, port), daemon=True
        )
        serving.start()
        try:
            _wait_for(port)
            asyncio.run(_measure(Path(folder), port, funds, psutil.Process(serving.pid)))
        finally:
            serving.terminate()
            serving.join()


async def _measure(folder: Path, port: int, funds: Sequence[tuple[UUID, UUID]], serving: psutil.Process) -> None:
    signer = internal_signer(folder / "internal-private.pem")
    principal = Principal("finance", COUNCIL, frozenset({Role.FINANCE_OFFICER}))

    def request(path: str, body: bytes) -> bytes:
        return request_of("POST", path, signer.sign(principal), body)

    entries = _entries(funds)
    singles = [request("/v1/entries", json.dumps(entry).encode()) for entry in islice(entries, 40_000)]
    empty = request("/empty", b"{}")
    for _ in range(2):
        before = _core_seconds(serving)
        plain = await rate(port, repeat(empty), CALLERS)
        between = _core_seconds(serving)
        single = await rate(port, iter(singles[: len(singles) // 2]), CALLERS, is_right=_is_taken)
        cores = [(between - before) / plain.requests, (_core_seconds(serving) - between) / single.requests]
        singles = singles[len(singles) // 2 :]
        share = single.a_second / plain.a_second
        print(f"  empty document, {CALLERS} callers  {plain.a_second:8,.0f}/s   p99 {plain.p99_ms:.0f} ms")
        print(
            f"  one entry, {CALLERS} callers       {single.a_second:8,.0f}/s   p99 {single.p99_ms:.0f} ms"
            f"   {share:.0%} of it   (promise: {SINGLE_SHARE_LEAST:.0%})"
        )
        print(f"    of the serving process's core {1_000 * cores[0]:.2f} and {1_000 * cores[1]:.2f} ms a request")
    bodies = [json.dumps({"entries": list(islice(entries, BULK))}).encode() for _ in range(60)]
    before = _core_seconds(serving)
    bulk = await rate(port, (request("/v1/entries:batch", body) for body in bodies), 2, is_right=_is_taken)
    print(f"  bulk of {BULK:,}, 2 callers     {bulk.a_second * BULK:8,.0f} entries/s   (promise: {BULK_LEAST:,})")
    each = (_core_seconds(serving) - before) / bulk.requests
    print(f"    of the serving process's core {1_000 * each:.0f} ms a request")


def _core_seconds(serving: psutil.Process) -> float:
    times = serving.cpu_times()
    return times.user + times.system


def _is_taken(body: bytes) -> bool:
    """Whether an answer refuses no entry."""
    return b'"refused"' not in body


def _entries(funds: Sequence[tuple[UUID, UUID]]) -> Iterator[dict[str, object]]:
    while True:
        for budget_id, fund_id in funds:
            legs = [("fund.available", 1), ("fund.paid", -1)]
            yield {
                "entry_id": str(uuid4()),
                "kind": "spend",
                "value_date": "2009-06-12",
                "budget_id": str(budget_id),
                "use": "care.personal",
                "reason": "Invoice",
                "legs": [
                    {"stream": ASC, "account": account, "fund_id": str(fund_id), "amount_pence": pence}
                    for account, pence in legs
                ],
            }


async def _open_funds(databases: Databases) -> list[tuple[UUID, UUID]]:
    runtime = _runtime(databases)
    found = []
    for _ in range(PEOPLE):
        award = an_award_decided(amount_pence=10**9, starts_on=date(2009, 6, 1), ends_on=date(2010, 5, 30))
        async with runtime.units.for_council(COUNCIL) as work:
            await record_award(award, work)
            await work.commit()
        found.append((budget_id_of(COUNCIL, award.person_id), fund_id_of(award.award_id)))
    await runtime.close()
    return found


class _Unrecorded(UnitOfWorkRoute):
    """As the service's own, but nothing is kept of who asked: an empty document touches the database nowhere."""

    leaves_records = False


def _serve(admin_url: str, folder: str, port: int) -> None:
    runtime = _runtime(Databases(admin_url, _PASSWORDS))
    app = build_api(runtime, verifier=internal_verifier(Path(folder) / "internal-public.jwks.json"))
    plain = APIRouter(route_class=_Unrecorded)

    @plain.post("/empty", dependencies=[may(Action.POST_ENTRIES)])
    async def empty(body: dict[str, str], _caller: Caller) -> dict[str, str]:
        return body

    app.include_router(plain)
    # Its log goes where nobody reads it; what writing it costs stays.
    with Path(os.devnull).open("w") as nowhere, redirect_stderr(nowhere):
        observe(runtime)
        collect_seldom()
        uvicorn.run(app, port=port, log_level="warning", access_log=False)


def _runtime(databases: Databases) -> ServiceRuntime:
    return ServiceRuntime(SERVICE, ServiceSettings(environment="test", database=databases.settings_of("ledger")))


def _wait_for(port: int) -> None:
    for _ in range(300):
        try:
            if httpx.get(f"http://127.0.0.1:{port}/readyz").status_code == 200:
                return
        except httpx.TransportError:
            pass
        sleep(0.2)
    raise TimeoutError("the server did not start")
