"""One run: the platform started, rounds of faults under load, and the proof after each."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg

from braid.command_line.embedded_platform import Databases
from braid.command_line.services import SERVICES, all_definitions, definition_of
from braid.command_line.topics import create_missing
from tests.chaos.faults import Fault, Kind, Scene, in_turn, possible_kinds, schedule, suffer
from tests.chaos.journal import Journal
from tests.chaos.links import Link, Links
from tests.chaos.load import Load
from tests.chaos.platform import Platform, ports_for
from tests.chaos.proof_of_events import pending_events, unproven_events
from tests.chaos.proof_of_money import Replayed, unproven_chains, unproven_money
from tests.chaos.proof_of_quiet import unproven_quiet
from tests.chaos.proof_of_requests import placed_commitments, unproven_requests
from tests.chaos.servers import Broker, Database, Disk, listening_ports
from tests.chaos.topics import Topics
from tests.real_parts.databases import PASSWORDS

#: The stated time within which every process is ready again, counted from the end of what was done to it, in seconds.
READY_WITHIN_S = 60.0
#: How long stories may take to end, and events to arrive, once nothing is broken any more, in seconds.
PATIENCE_S = 300.0


@dataclass(frozen=True)
class Recovery:
    """How long it took until the processes that a fault had hit were ready."""

    kind: Kind
    seconds: float


@dataclass
class Outcome:
    """What a run did and found.

    Args:
        faults: those that were done.
        recoveries: by fault.
        caught_up: seconds from the end of each round's faults until every story had ended and every event arrived.
        wrong: what could not be proved, in words.
    """

    seed: int
    faults: list[Fault] = field(default_factory=list)
    recoveries: list[Recovery] = field(default_factory=list)
    caught_up: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    totals: dict[str, int] = field(default_factory=dict)
    kinds_left_out: list[Kind] = field(default_factory=list)
    seconds: float = 0.0


@dataclass
class Chaos:
    """Everything that runs.

    Args:
        seed: of the faults and of the load.
        folder: for data, logs and the journal.
        tell: is told what goes on, a line at a time.
        ready_within_s: the time in which processes must be ready again.
        patience_s: the time in which stories must end and events arrive.
        goes_on: whether there are more rounds after one that could not be proved.
    """

    seed: int
    folder: Path
    tell: Callable[[str], None]
    ready_within_s: float = READY_WITHIN_S
    patience_s: float = PATIENCE_S
    goes_on: bool = False

    async def run(self, count: int, a_round: int, *, kinds: Sequence[Kind] | None = None) -> Outcome:
        """Do so many faults, so many a round, and prove after each round.

        Args:
            kinds: only these.
        """
        started = time.monotonic()
        outcome = Outcome(self.seed)
        async with self._everything() as parts:
            scene = parts.scene
            possible = possible_kinds(disks_are_small=scene.broker_disk.is_small and scene.database_disk.is_small)
            outcome.kinds_left_out = [kind for kind in Kind if kind not in possible]
            faults = schedule(
                self.seed,
                count,
                commands=scene.platform.commands,
                links=sorted(scene.links.by_name),
                kinds=[kind for kind in possible if kinds is None or kind in kinds],
            )
            self.tell(f"ready after {time.monotonic() - started:.0f} s")
            for first in range(0, count, a_round):
                await self._round(parts, faults[first : first + a_round], outcome)
                if outcome.wrong and not self.goes_on:
                    break
            outcome.totals = await _totals(parts)
        outcome.seconds = time.monotonic() - started
        return outcome

    async def _round(self, parts: "_Parts", faults: list[Fault], outcome: Outcome) -> None:
        load = Load(parts.scene.platform, parts.journal, parts.scene.broker.bootstrap, parts.next_seed())
        mended = time.monotonic()
        try:
            async with asyncio.timeout(None) as limit:
                async with load.at_work():
                    for turn in in_turn(faults):
                        await self._turn(parts.scene, turn, outcome)
                    mended = time.monotonic()
                    limit.reschedule(asyncio.get_running_loop().time() + self.patience_s)
        except TimeoutError:
            outcome.wrong.append(f"not every story came to its end in {self.patience_s:.0f} s")
        parts.stories += load.ended
        wrong = [one for one in await self._proof(parts) if one not in outcome.wrong]
        outcome.wrong += wrong
        outcome.caught_up.append(time.monotonic() - mended)
        self.tell(
            f"{len(outcome.faults)} faults, {parts.stories} stories, {len(parts.journal.asked)} requests,"
            f" {len(parts.topics.records)} events; round proved {outcome.caught_up[-1]:.0f} s after its last fault"
            if not wrong
            else "NOT PROVED: " + "\n  ".join(wrong)
        )

    async def _turn(self, scene: Scene, turn: list[Fault], outcome: Outcome) -> None:
        await asyncio.sleep(turn[0].gap_s)
        for fault in turn:
            self.tell(f"  {fault.number}: {fault.kind.value}: {fault.target}, {fault.seconds:.1f} s")
            scene.journal.write(fault=fault.number, kind=fault.kind.name, target=fault.target, seconds=fault.seconds)
            outcome.faults.append(fault)
        await asyncio.gather(*(suffer(scene, fault) for fault in turn))
        hit = sorted({command for fault in turn for command in scene.must_be_ready(fault)})
        try:
            seconds = await scene.platform.seconds_to_ready(hit, self.ready_within_s)
        except TimeoutError as error:
            outcome.wrong.append(str(error))
        else:
            outcome.recoveries += [Recovery(fault.kind, seconds) for fault in turn]

    async def _proof(self, parts: "_Parts") -> list[str]:
        platform, journal = parts.scene.platform, parts.journal
        wrong = [f"{fall.command} ended by itself with {fall.code}:\n{fall.log}" for fall in platform.fallen]
        wrong += [f"{one.what}: {one.detail}" for one in journal.oddities]
        async with parts.connections() as databases:
            if late := await _arrived(parts.topics, databases, self.patience_s):
                return [*wrong, *late]
            wrong += await unproven_requests(journal, databases)
            wrong += await unproven_events(parts.topics, databases, journal.told)
            wrong += await unproven_money(databases["ledger"], placed_commitments(journal))
            wrong += await unproven_quiet(databases["ledger"])
            wrong += await asyncio.to_thread(unproven_chains, parts.databases)
            await parts.replayed.hear(parts.topics)
            wrong += await parts.replayed.unproven(databases["ledger"])
        try:
            await platform.seconds_to_ready(platform.commands, self.ready_within_s)
        except TimeoutError as error:
            wrong.append(str(error))
        return wrong

    @asynccontextmanager
    async def _everything(self) -> AsyncIterator["_Parts"]:
        links = _links()
        async with AsyncExitStack() as stack:
            broker_folder = self.folder / "broker"
            broker_folder.mkdir(parents=True)
            broker_disk = stack.enter_context(Disk(broker_folder, self.folder))
            broker = Broker(broker_folder, {service: links[f"{service}-broker"] for service in SERVICES})
            stack.callback(broker.stop)
            database = Database(self.folder / "database")
            database_disk = stack.enter_context(Disk(database.folder, self.folder))
            stack.callback(database.stop)
            await asyncio.gather(asyncio.to_thread(broker.start), asyncio.to_thread(database.start))
            databases = Databases(database.admin_url, PASSWORDS)
            replayed = Databases(database.admin_url, PASSWORDS, "_replayed")
            await asyncio.gather(
                _make(databases, list(SERVICES)), create_missing(broker.bootstrap, partitions=3, replicas=1)
            )
            await _make(replayed, ["ledger"])
            platform = Platform(databases, broker.bootstrap, self.folder / "platform")
            platform.ports = ports_for(platform.commands)
            platform.links = await stack.enter_async_context(_open_links(links, platform, broker, database))
            journal = Journal(self.folder / "journal.jsonl")
            stack.callback(journal.close)
            await stack.enter_async_context(platform.kept())
            scene = Scene(platform, platform.links, broker, database, broker_disk, database_disk, journal)
            yield _Parts(scene, journal, databases, Topics(broker.bootstrap), Replayed(replayed), self.seed)


@dataclass
class _Parts:
    scene: Scene
    journal: Journal
    databases: Databases
    topics: Topics
    replayed: Replayed
    seed: int
    stories: int = 0
    _rounds: int = 0

    def next_seed(self) -> int:
        self._rounds += 1
        return self.seed * 1_000 + self._rounds

    @asynccontextmanager
    async def connections(self) -> AsyncIterator[dict[str, asyncpg.Connection]]:
        """One to each service's database as its superuser, past every link."""
        async with AsyncExitStack() as stack:
            found = {}
            for service in SERVICES:
                url = self.scene.database.admin_url.rsplit("/", 1)[0] + f"/braid_{service}"
                found[service] = await asyncpg.connect(url)
                stack.push_async_callback(found[service].close)
            yield found


def _links() -> dict[str, int]:
    names = ["people-gateway"]
    for service in SERVICES:
        names += [f"{service}-database", f"{service}-broker", f"gateway-{service}"]
        names += [f"{service}-{asked}" for asked in definition_of(service).asks]
    return dict(zip(names, listening_ports(len(names)), strict=True))


@contextlib.asynccontextmanager
async def _open_links(
    ports: dict[str, int], platform: Platform, broker: Broker, database: Database
) -> AsyncIterator[Links]:
    links = []
    for name, port in ports.items():
        near, far = name.split("-")
        behind = {"database": database.port, "broker": broker.listeners.get(near, 0)}
        links.append(Link(name, port, behind.get(far) or platform.ports[f"serve {far}"]))
    async with Links(links) as opened:
        yield opened


async def _make(databases: Databases, services: list[str]) -> None:
    for definition in all_definitions():
        if definition.name in services:
            await databases.prepare(definition)
            await asyncio.to_thread(databases.migrate, definition)


async def _arrived(topics: Topics, databases: dict[str, asyncpg.Connection], patience_s: float) -> list[str]:
    """Wait until every event has arrived; what has not, where it does not come in time."""
    deadline = time.monotonic() + patience_s
    while waiting := await pending_events(topics, databases):
        if time.monotonic() > deadline:
            return [f"not arrived after {patience_s:.0f} s: {one}" for one in waiting]
        await asyncio.sleep(0.5)
    return []


async def _totals(parts: _Parts) -> dict[str, int]:
    """What was proved in all."""
    accepted = sum(asked.is_accepted for asked in parts.journal.asked.values())
    async with parts.connections() as databases:
        return {
            "stories told to their end": parts.stories,
            "requests accepted, each there once": accepted,
            "sendings without an answer, asked again": parts.journal.unknown,
            "events on the topics": len({record.event_id for record in parts.topics.records}),
            "records of events that were told twice": len(parts.topics.records)
            - len({record.event_id for record in parts.topics.records}),
            "journal entries": await databases["ledger"].fetchval("SELECT count(*) FROM journal_entry"),
            "budgets equal to a replay": await databases["ledger"].fetchval("SELECT count(*) FROM budget"),
            "payments settled": await databases["ledger"].fetchval(
                "SELECT count(*) FROM payment_item WHERE state = 'settled'"
            ),
        }
