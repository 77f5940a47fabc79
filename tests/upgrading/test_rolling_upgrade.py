"""A release rolled out beside the one before it: requests, awards and what is told go on, and nothing is done twice."""

import asyncio
import itertools
import shutil
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest
from aiokafka import AIOKafkaProducer

from braid.command_line.embedded_platform import Databases
from braid.command_line.topics import create_missing
from braid.contracts.budget import BudgetOpened
from braid.kit.identity import Principal, Role, TokenSigner, internal_signer
from services.ledger.domain.funds import budget_id_of, fund_id_of
from tests.ledger.builders import ASC
from tests.ledger.ledger_under_test import LedgerUnderTest, connected
from tests.real_parts.kafka_broker import KafkaBroker
from tests.real_parts.process_platform import ProcessPlatform
from tests.transports.rig import eventually, message_of
from tests.upgrading.releases import Release

pytestmark = [pytest.mark.kafka, pytest.mark.xdist_group("kafka"), pytest.mark.timeout(900)]

COUNCIL = "E10000077"
SERVE, CONSUME, RELAY = COMMANDS = ("serve ledger", "consume ledger", "relay ledger")
#: The server of an API ends by the signal that told it to, once its requests are answered.
ENDED_AS_TOLD = {0, -signal.SIGTERM}
#: So many entries and awards go through at each step before the next one is taken.
ACCEPTED, AWARDED = 30, 5


@dataclass
class Load:
    """A council's finance system that posts, and streams that award, while releases come and go.

    Args:
        fund: budget and fund that it posts to.
        signer: of the tokens that the gateway would give it.
        producer: past every outbox.
        ways: addresses of the APIs that are ready, as a Kubernetes Service has them.
        posted: entries that were answered.
        awarded: people and their awards' pence, as the streams told.
    """

    fund: tuple[UUID, UUID]
    signer: TokenSigner
    producer: AIOKafkaProducer
    ways: list[str] = field(default_factory=list)
    posted: list[str] = field(default_factory=list)
    awarded: dict[UUID, int] = field(default_factory=dict)
    is_over: bool = False
    in_hand: Counter[str] = field(default_factory=Counter)

    async def leave(self, way: str) -> None:
        """Ask there no more; whoever asked already is answered. A pod waits so long before it is told to stop."""
        self.ways.remove(way)
        await eventually(lambda: not self.in_hand[way])

    async def post(self) -> None:
        """Post until it is over; any other answer than that the entry is posted is a failure of the upgrade."""
        async with httpx.AsyncClient(timeout=30) as client:
            for turn in itertools.count():
                if self.is_over:
                    return
                entry, way = self._entry(), self.ways[turn % len(self.ways)]
                self.in_hand[way] += 1
                answer = await client.post(f"{way}/v1/entries", json=entry, headers=self._signed())
                self.in_hand[way] -= 1
                assert answer.status_code == 201, answer.text
                self.posted.append(str(entry["entry_id"]))

    async def award(self, ledger: LedgerUnderTest) -> None:
        """Tell of an award for somebody new, again and again, until it is over."""
        for pence in itertools.count(1_000):
            if self.is_over:
                return
            decided = ledger.an_award_decided(uuid4(), amount_pence=pence)
            told = message_of(decided)
            await self.producer.send_and_wait(told.topic, told.value, key=told.key, headers=list(told.headers))
            self.awarded[decided.person_id] = pence
            await asyncio.sleep(0.1)

    async def goes_on(self) -> None:
        """Wait until more went through.

        Raises:
            TimeoutError: it did not.
        """
        posted, awarded = len(self.posted) + ACCEPTED, len(self.awarded) + AWARDED
        await eventually(lambda: len(self.posted) >= posted and len(self.awarded) >= awarded)

    def _signed(self) -> dict[str, str]:
        token = self.signer.sign(Principal("finance", COUNCIL, frozenset({Role.FINANCE_OFFICER})))
        return {"authorization": f"Bearer {token}"}

    def _entry(self) -> dict[str, object]:
        budget_id, fund_id = self.fund
        legs = [("fund.available", 1), ("fund.paid", -1)]
        return {
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


@asynccontextmanager
async def under_load(load: Load, ledger: LedgerUnderTest) -> AsyncIterator[None]:
    """The load, until the end of the block; what it met is raised there."""
    working = asyncio.gather(load.post(), load.post(), load.award(ledger))
    try:
        yield
    finally:
        load.is_over = True
        await working


@dataclass
class Rollout:
    """Releases on one database, and the load that each of them is given once it is ready.

    Args:
        databases: of all releases.
        bootstrap: address of the broker.
        folder: for trees, keys and logs.
    """

    databases: Databases
    bootstrap: str
    folder: Path

    def __post_init__(self) -> None:
        self.old = self.platform(Release(), "old")

    def platform(self, release: Release, name: str) -> ProcessPlatform:
        """A release's processes, with the keys of the first."""
        folder = self.folder / name
        folder.mkdir()
        if name != "old":
            for key in (self.folder / "old").glob("internal-*"):
                shutil.copy(key, folder)
        return ProcessPlatform(self.databases, self.bootstrap, folder, tree=release.tree)

    def migrate(self, release: Release) -> None:
        """What a release's migration job does."""
        owner = {"LEDGER_ENVIRONMENT": "test", "LEDGER_DATABASE__OWNER_URL": self.databases.owner_url("ledger")}
        done = release.run("migrate ledger", owner)
        assert done.returncode == 0, done.stderr


def url_of(platform: ProcessPlatform) -> str:
    return f"http://127.0.0.1:{platform.ports[SERVE]}"


async def restart(platform: ProcessPlatform, load: Load, *commands: str) -> None:
    """Restart processes as a cluster does: out of the ways first, and back once ready."""
    await load.leave(url_of(platform))
    for command in commands:
        assert platform.stop(command) in ENDED_AS_TOLD
        platform.start(command)
    await asyncio.gather(*(platform.ready(command) for command in commands))
    load.ways.append(url_of(platform))


@pytest.fixture
async def ledger(databases: Databases) -> AsyncIterator[LedgerUnderTest]:
    opened = LedgerUnderTest(databases, COUNCIL)
    yield opened
    await opened.close()


@pytest.fixture
async def load(ledger: LedgerUnderTest, kafka: KafkaBroker, rollout: Rollout) -> AsyncIterator[Load]:
    await create_missing(kafka.bootstrap, partitions=3, replicas=1)
    decided = ledger.an_award_decided(uuid4(), amount_pence=10**9)
    await ledger.take(decided)
    fund = budget_id_of(COUNCIL, decided.person_id), fund_id_of(decided.award_id)
    signer = internal_signer(rollout.old.folder / "internal-private.pem")
    async with AIOKafkaProducer(bootstrap_servers=kafka.bootstrap) as producer:
        yield Load(fund, signer, producer)


@pytest.fixture
def rollout(databases: Databases, kafka: KafkaBroker, tmp_path: Path) -> Rollout:
    return Rollout(databases, kafka.bootstrap, tmp_path)


async def test_a_release_is_rolled_out_and_the_one_after_takes_away_what_it_no_longer_uses(
    rollout: Rollout, load: Load, ledger: LedgerUnderTest
) -> None:
    this = Release()
    expanding = this.next(
        rollout.folder / "next",
        "ledger",
        "ALTER TABLE fund ADD COLUMN source text, ADD COLUMN label text NOT NULL DEFAULT ''",
        undo="ALTER TABLE fund DROP COLUMN source, DROP COLUMN label",
        oldest_code=this.head("ledger"),
    )
    new = rollout.platform(expanding, "new")
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(rollout.old.running_without_kafka(*COMMANDS))
        load.ways.append(url_of(rollout.old))
        async with under_load(load, ledger):
            await load.goes_on()

            await asyncio.to_thread(rollout.migrate, expanding)
            await load.goes_on()

            await stack.enter_async_context(new.running_without_kafka(*COMMANDS))
            load.ways.append(url_of(new))
            await load.goes_on()

            await restart(rollout.old, load, *COMMANDS)
            await load.goes_on()

            await load.leave(url_of(rollout.old))
            assert {rollout.old.stop(command) for command in COMMANDS} <= ENDED_AS_TOLD
            await load.goes_on()
        await everything_arrived_once(load, ledger)

        await the_old_release_refuses_what_was_taken_away(rollout, expanding, new)


async def everything_arrived_once(load: Load, ledger: LedgerUnderTest) -> None:
    async with connected(ledger.url("superuser")) as db:

        async def all_opened() -> bool:
            opened = await db.fetchval("SELECT count(*) FROM budget WHERE council = $1", COUNCIL)
            waiting = await db.fetchval("SELECT count(*) FROM outbox WHERE published_at IS NULL")
            return bool(opened == len(load.awarded) + 1 and not waiting)

        await eventually(all_opened)
        posted = await db.fetch("SELECT entry_id FROM journal_entry WHERE council = $1 AND kind = 'spend'", COUNCIL)
        told = await db.fetch(
            "SELECT key, count(*) AS times FROM outbox WHERE council = $1 AND headers ->> 'ce_type' = $2 GROUP BY key",
            COUNCIL,
            BudgetOpened.TYPE,
        )
        letters = await db.fetchval("SELECT count(*) FROM dead_letter WHERE council = $1", COUNCIL)
    assert sorted(str(row["entry_id"]) for row in posted) == sorted(load.posted), "each once, and none lost"
    for person, pence in load.awarded.items():
        assert list((await ledger.awarded_pence(person)).values()) == [pence]
    assert {row["key"].decode(): row["times"] for row in told if row["key"].decode() in map(str, load.awarded)} == {
        str(person): 1 for person in load.awarded
    }
    assert letters == 0
    assert (await ledger.proof()).holds


async def the_old_release_refuses_what_was_taken_away(
    rollout: Rollout, expanding: Release, running: ProcessPlatform
) -> None:
    """A release that takes away states so: older code refuses to start, and what runs of it gives way."""
    head = expanding.head("ledger")
    contracting = expanding.next(
        rollout.folder / "contract",
        "ledger",
        "ALTER TABLE fund DROP COLUMN source",
        undo="ALTER TABLE fund ADD COLUMN source text",
        oldest_code=None,
    )
    await asyncio.to_thread(rollout.migrate, contracting)
    refusal = (
        f"Refused: services.ledger: the database is at migration {contracting.head('ledger')},"
        f" which serves code at {contracting.head('ledger')}; this code needs {head}"
    )

    for command in (CONSUME, RELAY):
        process = running.processes[command]
        assert await asyncio.to_thread(process.wait, 60) == 1, "it ends, and leaves the rest to the later release"
        assert running.log(command).splitlines()[-1] == refusal
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"{url_of(running)}/readyz")
    assert (answer.status_code, answer.json()["checks"]) == (503, {"database": "failed: UnknownSchema"})

    running.stop(SERVE)
    again = await asyncio.to_thread(expanding.run, SERVE, running.environment(SERVE))
    assert (again.returncode, again.stderr.splitlines()[-1]) == (1, refusal)
