"""What the kill tests share: people, numbers, workers in processes of their own, and the proof that all went well."""

import asyncio
import multiprocessing
import signal
from collections import defaultdict
from collections.abc import Sequence
from multiprocessing.process import BaseProcess
from pathlib import Path
from uuid import UUID, uuid4

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.partitioner import murmur2
from sqlalchemy import func, select

from braid.kit.delivery import Subscription
from braid.kit.transports.kafka import group_of
from tests.kafka import worker
from tests.kit.example_service import tables
from tests.transports.rig import KafkaRig, eventually

#: Workers are forked from a process that has everything imported: they start in milliseconds instead of seconds.
processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(["tests.kafka.worker"])

PARTITIONS = 3
CONSUMER = "notes"


class Worker:
    """A running worker process."""

    def __init__(self, process: BaseProcess, notes: Path, name: str) -> None:
        self._process = process
        self._notes = notes
        self._name = name

    async def has_taken_a_message(self) -> None:
        """Wait until it has: then it is a member of the group and has a partition."""
        await eventually((self._notes / f"{self._name}.took").exists)

    async def dies(self) -> None:
        """Wait for its appointed death; any other end is a failure."""
        assert await self._exit_code() == -signal.SIGKILL
        assert (self._notes / f"{self._name}.died").exists()

    async def kill(self) -> None:
        """SIGKILL, from outside."""
        self._process.kill()
        assert await self._exit_code() == -signal.SIGKILL

    async def leaves(self) -> None:
        """SIGTERM: it finishes what is in hand."""
        self._process.terminate()
        assert await self._exit_code() == 0

    async def _exit_code(self) -> int | None:
        await eventually(lambda: self._process.exitcode is not None)
        return self._process.exitcode

    def end(self) -> None:
        """Make sure that it is gone."""
        if self._process.is_alive():
            self._process.kill()
        self._process.join()


class Scene:
    """The example service, its topic, six people spread over all partitions, and what was sent to them."""

    def __init__(self, rig: KafkaRig, notes: Path) -> None:
        self.rig = rig
        self.people = people_on_each_partition(2)
        self.sent: defaultdict[UUID, int] = defaultdict(int)
        self._notes = notes
        self._workers: list[Worker] = []

    def start(self, role: str, name: str, *, die_at: str = "", after: int = 1) -> Worker:
        """Start a worker process; a second one of a name that died lives on."""
        arguments = [
            *(role, "--name", name, "--notes", str(self._notes), "--die-at", die_at, "--after", str(after)),
            *("--database", self.rig.service.database_url, "--bootstrap", self.rig.settings.bootstrap),
            *("--topic", self.rig.topic, "--consumer", self.rig.name_of(CONSUMER)),
        ]
        process = processes.Process(target=worker.main, args=(arguments,), daemon=True)
        process.start()
        started = Worker(process, self._notes, name)
        self._workers.append(started)
        return started

    async def send_to_each(self, count: int) -> None:
        """Send everybody their next numbers, turn by turn."""
        for _ in range(count):
            for person in self.people:
                self.sent[person] += 1
                await self.rig.send(person, self.sent[person])

    async def has_committed(self, subscription: Subscription) -> None:
        """Wait until a consumer's group has told the broker how far it is, on one partition at least."""
        group = group_of(subscription.consumer)
        admin = AIOKafkaAdminClient(bootstrap_servers=self.rig.settings.bootstrap)
        await admin.start()

        async def has() -> bool:
            offsets = await admin.list_consumer_group_offsets(group)
            return any(each.offset >= 0 for each in offsets.values())

        await eventually(has)
        await admin.close()

    async def send_until(self, stop: asyncio.Event) -> None:
        """Keep on sending, no faster than a busy machine can follow."""
        while not stop.is_set():
            await self.send_to_each(1)
            await asyncio.sleep(0.1)

    async def prove(self) -> None:
        """Everything sent was noted exactly once and in order, nothing waits, nothing was given up."""
        for person in self.people:
            noted = await self.rig.noted(person, self.sent[person])
            assert noted == list(range(1, self.sent[person] + 1))
        await eventually(self._all_marked)
        async with self.rig.service.ops.connect() as db:
            assert await db.scalar(select(func.count()).select_from(tables.outbox)) == sum(self.sent.values())
            assert await db.scalar(select(func.count()).select_from(tables.dead_letter)) == 0
            assert await db.scalar(select(func.count()).select_from(tables.inbox)) == sum(self.sent.values())

    async def _all_marked(self) -> bool:
        async with self.rig.service.ops.connect() as db:
            query = select(func.count()).select_from(tables.outbox).where(tables.outbox.c.published_at.is_(None))
            return await db.scalar(query) == 0

    def end(self) -> None:
        """End all workers."""
        for started in self._workers:
            started.end()

    def logs(self) -> str:
        """What the workers logged, for a test that fails."""
        files = sorted(self._notes.glob("*.log"))
        return "\n".join(f"--- {file.name}\n{file.read_text()[-6_000:]}" for file in files)


def people_on_each_partition(count: int) -> Sequence[UUID]:
    """New people, as many on each partition, so that no member of a group can be left without work."""
    found: dict[int, list[UUID]] = {partition: [] for partition in range(PARTITIONS)}
    while any(len(people) < count for people in found.values()):
        person = uuid4()
        people = found[(murmur2(str(person).encode()) & 0x7FFFFFFF) % PARTITIONS]
        if len(people) < count:
            people.append(person)
    return [person for people in found.values() for person in people]
