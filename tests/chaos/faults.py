"""What is done to a running platform, drawn from a seed: the same seed gives the same faults in the same order."""

import asyncio
import contextlib
import random
import signal
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tests.chaos.journal import Journal
from tests.chaos.links import Link, Links
from tests.chaos.platform import Platform, clock_library
from tests.chaos.servers import Broker, Database, Disk

BROKER, DATABASE = "the broker", "the database"


class Kind(StrEnum):
    """What breaks."""

    KILL = "a process killed (-9)"
    KILL_ALL_OF_A_SERVICE = "all processes of a service killed (-9)"
    STOP = "a process told to stop, as a deployment does"
    PAUSE = "a process paused"
    KILL_BROKER = "the broker killed (-9)"
    PAUSE_BROKER = "the broker paused"
    FILL_BROKER_DISK = "the broker's disk full"
    KILL_DATABASE = "the database killed (-9)"
    STOP_DATABASE = "the database stopped immediately"
    KILL_BACKEND = "one of the database's own processes killed (-9)"
    PAUSE_DATABASE = "the database paused"
    FILL_DATABASE_DISK = "the database's disk full"
    CUT_LINK = "a link cut"
    SWALLOWING_LINK = "a link that swallows everything"
    SLOW_LINK = "a link with latency"
    NARROW_LINK = "a link with little bandwidth"
    RESETTING_LINK = "a link that resets in the middle of answers"
    SKEW_CLOCK = "a process's clock wrong"


#: How often each kind comes, beside the others: what happens every week, more often than what happens once a year.
WEIGHTS: Mapping[Kind, int] = {
    Kind.KILL: 16,
    Kind.KILL_ALL_OF_A_SERVICE: 6,
    Kind.STOP: 6,
    Kind.PAUSE: 12,
    Kind.KILL_BROKER: 6,
    Kind.PAUSE_BROKER: 4,
    Kind.FILL_BROKER_DISK: 2,
    Kind.KILL_DATABASE: 5,
    Kind.STOP_DATABASE: 4,
    Kind.KILL_BACKEND: 5,
    Kind.PAUSE_DATABASE: 4,
    Kind.FILL_DATABASE_DISK: 2,
    Kind.CUT_LINK: 8,
    Kind.SWALLOWING_LINK: 8,
    Kind.SLOW_LINK: 5,
    Kind.NARROW_LINK: 4,
    Kind.RESETTING_LINK: 6,
    Kind.SKEW_CLOCK: 5,
}
#: Seconds that each lasts, at least and at most: some pauses are longer than a consumer's session, some links dead for
#: longer than a caller waits.
LASTS: Mapping[Kind, tuple[float, float]] = {
    Kind.PAUSE: (2, 14),
    Kind.PAUSE_BROKER: (3, 14),
    Kind.PAUSE_DATABASE: (3, 14),
    Kind.SWALLOWING_LINK: (4, 40),
    Kind.FILL_BROKER_DISK: (4, 8),
    Kind.FILL_DATABASE_DISK: (4, 8),
    Kind.SLOW_LINK: (4, 10),
    Kind.NARROW_LINK: (4, 10),
    Kind.RESETTING_LINK: (3, 8),
    Kind.SKEW_CLOCK: (4, 10),
}
_OTHERS_LAST = (0.2, 5.0)
#: How many come together with the next.
BESIDE_SHARE = 0.25


@dataclass(frozen=True)
class Fault:
    """One fault.

    Args:
        number: its place in the schedule, from 1.
        target: what it is done to.
        seconds: how long it lasts.
        amount: what the kind makes of it: a latency, a clock's error, which of many; from 0 to 1.
        gap_s: how long nothing else is done before it.
        is_beside_next: whether the next one comes at the same time.
    """

    number: int
    kind: Kind
    target: str
    seconds: float
    amount: float
    gap_s: float
    is_beside_next: bool = False

    @property
    def place(self) -> str:
        """What two faults at a time must not both be done to."""
        return self.target.split()[-1]


def in_turn(faults: Sequence[Fault]) -> list[list[Fault]]:
    """Faults one after the other, or two at a time where the first says so and they do not meet."""
    turns: list[list[Fault]] = []
    for fault in faults:
        last = turns[-1] if turns else []
        if len(last) == 1 and last[0].is_beside_next and last[0].place != fault.place:
            last.append(fault)
        else:
            turns.append([fault])
    return turns


def schedule(
    seed: int, count: int, *, commands: Sequence[str], links: Sequence[str], kinds: Sequence[Kind]
) -> list[Fault]:
    """The faults of a seed: every kind comes once before the weights decide, where there are faults enough."""
    rng = random.Random(seed)
    first = rng.sample(kinds, len(kinds))
    weights = [WEIGHTS[kind] for kind in kinds]
    faults = []
    for number in range(1, count + 1):
        kind = first[number - 1] if number <= len(first) else rng.choices(kinds, weights)[0]
        least, most = LASTS.get(kind, _OTHERS_LAST)
        targets = _targets(kind, commands, links)
        target, seconds, amount = rng.choice(targets), rng.uniform(least, most), rng.random()
        gap_s, is_beside_next = rng.uniform(0.2, 3), rng.random() < BESIDE_SHARE
        faults.append(Fault(number, kind, target, round(seconds, 2), round(amount, 4), round(gap_s, 2), is_beside_next))
    return faults


def possible_kinds(*, disks_are_small: bool) -> list[Kind]:
    """What can be done on this machine."""
    left_out: set[Kind] = set()
    if not disks_are_small:
        left_out |= {Kind.FILL_BROKER_DISK, Kind.FILL_DATABASE_DISK}
    if clock_library() is None:
        left_out.add(Kind.SKEW_CLOCK)
    return [kind for kind in Kind if kind not in left_out]


def _targets(kind: Kind, commands: Sequence[str], links: Sequence[str]) -> Sequence[str]:
    if "LINK" in kind.name:
        return links
    if "BROKER" in kind.name:
        return [BROKER]
    if "DATABASE" in kind.name or kind is Kind.KILL_BACKEND:
        return [DATABASE]
    if kind is Kind.KILL_ALL_OF_A_SERVICE:
        return sorted({command.split()[1] for command in commands} - {"gateway"})
    return commands


@dataclass(frozen=True)
class Scene:
    """Everything that can be broken."""

    platform: Platform
    links: Links
    broker: Broker
    database: Database
    broker_disk: Disk
    database_disk: Disk
    journal: Journal

    def must_be_ready(self, fault: Fault) -> list[str]:
        """Processes that were in trouble by a fault."""
        if fault.target in self.platform.commands:
            return [fault.target]
        return self.platform.commands


async def suffer(scene: Scene, fault: Fault) -> None:
    """Let a fault happen, last and be mended."""
    async with _WAYS[fault.kind](scene, fault):
        await asyncio.sleep(fault.seconds)


@contextlib.asynccontextmanager
async def _kill(scene: Scene, fault: Fault) -> AsyncIterator[None]:
    await asyncio.to_thread(scene.platform.kill, fault.target)
    yield
    scene.platform.start(fault.target)


@contextlib.asynccontextmanager
async def _kill_all(scene: Scene, fault: Fault) -> AsyncIterator[None]:
    commands = [command for command in scene.platform.commands if command.split()[1] == fault.target]
    for command in commands:
        await asyncio.to_thread(scene.platform.kill, command)
    yield
    for command in commands:
        scene.platform.start(command)


@contextlib.asynccontextmanager
async def _stop(scene: Scene, fault: Fault) -> AsyncIterator[None]:
    code = await asyncio.to_thread(scene.platform.stop, fault.target)
    # A server of ours that has finished what was in hand ends by the signal that told it to.
    if code not in (0, -signal.SIGTERM):
        scene.journal.is_odd("stop", f"{fault.target} ended with {code} when told to stop")
    yield
    scene.platform.start(fault.target)


@contextlib.asynccontextmanager
async def _skew(scene: Scene, fault: Fault) -> AsyncIterator[None]:
    scene.journal.clocks_differ = True
    await asyncio.to_thread(scene.platform.stop, fault.target)
    scene.platform.start(fault.target, clock_s=_clock_error_s(fault))
    yield
    await asyncio.to_thread(scene.platform.stop, fault.target)
    scene.platform.start(fault.target)
    scene.journal.clocks_differ = False


def _clock_error_s(fault: Fault) -> int:
    """From two hours behind to two hours ahead, and never nothing."""
    return int((fault.amount - 0.5) * 4 * 3_600) or 1


@contextlib.asynccontextmanager
async def _pause(scene: Scene, fault: Fault) -> AsyncIterator[None]:
    scene.platform.freeze(fault.target)
    try:
        yield
    finally:
        scene.platform.thaw(fault.target)


@contextlib.asynccontextmanager
async def _kill_broker(scene: Scene, _fault: Fault) -> AsyncIterator[None]:
    await asyncio.to_thread(scene.broker.kill)
    yield
    await asyncio.to_thread(scene.broker.start)


@contextlib.asynccontextmanager
async def _pause_broker(scene: Scene, _fault: Fault) -> AsyncIterator[None]:
    scene.broker.freeze()
    try:
        yield
    finally:
        scene.broker.thaw()


@contextlib.asynccontextmanager
async def _fill_broker_disk(scene: Scene, _fault: Fault) -> AsyncIterator[None]:
    async with _full(scene.broker_disk):
        yield
    # A broker that could not write gives up its disk for good, and is restarted by whoever made room.
    await asyncio.to_thread(scene.broker.come_back)


@contextlib.asynccontextmanager
async def _kill_database(scene: Scene, _fault: Fault) -> AsyncIterator[None]:
    await asyncio.to_thread(scene.database.kill)
    yield
    await asyncio.to_thread(scene.database.start)


@contextlib.asynccontextmanager
async def _stop_database(scene: Scene, _fault: Fault) -> AsyncIterator[None]:
    await asyncio.to_thread(scene.database.stop_immediately)
    yield
    await asyncio.to_thread(scene.database.start)


@contextlib.asynccontextmanager
async def _kill_backend(scene: Scene, fault: Fault) -> AsyncIterator[None]:
    scene.database.kill_backend(int(fault.amount * 1_000))
    yield


@contextlib.asynccontextmanager
async def _pause_database(scene: Scene, _fault: Fault) -> AsyncIterator[None]:
    scene.database.freeze()
    try:
        yield
    finally:
        scene.database.thaw()


@contextlib.asynccontextmanager
async def _fill_database_disk(scene: Scene, _fault: Fault) -> AsyncIterator[None]:
    async with _full(scene.database_disk):
        yield
    await asyncio.to_thread(scene.database.come_back)


@contextlib.asynccontextmanager
async def _full(disk: Disk) -> AsyncIterator[None]:
    enough = asyncio.Event()

    async def keep_full() -> None:
        while not enough.is_set():
            # What the server frees meanwhile is taken as well.
            await asyncio.to_thread(disk.fill)
            await asyncio.sleep(0.3)

    filling = asyncio.create_task(keep_full())
    try:
        yield
    finally:
        enough.set()
        await filling
        await asyncio.to_thread(disk.empty)


def _on_link(break_it: Callable[[Link, float], None]) -> "Way":
    @contextlib.asynccontextmanager
    async def way(scene: Scene, fault: Fault) -> AsyncIterator[None]:
        link = scene.links[fault.target]
        break_it(link, fault.amount)
        try:
            yield
        finally:
            link.heal()

    return way


def _slow(link: Link, amount: float) -> None:
    link.latency_s = 0.05 + amount * 0.5


def _narrow(link: Link, amount: float) -> None:
    link.bytes_a_second = int(3_000 + amount * 20_000)


def _resetting(link: Link, amount: float) -> None:
    link.answer_bytes_most = int(20 + amount * 400)


Way = Callable[[Scene, Fault], contextlib.AbstractAsyncContextManager[None]]
_WAYS: Mapping[Kind, Way] = {
    Kind.KILL: _kill,
    Kind.KILL_ALL_OF_A_SERVICE: _kill_all,
    Kind.STOP: _stop,
    Kind.PAUSE: _pause,
    Kind.KILL_BROKER: _kill_broker,
    Kind.PAUSE_BROKER: _pause_broker,
    Kind.FILL_BROKER_DISK: _fill_broker_disk,
    Kind.KILL_DATABASE: _kill_database,
    Kind.STOP_DATABASE: _stop_database,
    Kind.KILL_BACKEND: _kill_backend,
    Kind.PAUSE_DATABASE: _pause_database,
    Kind.FILL_DATABASE_DISK: _fill_database_disk,
    Kind.CUT_LINK: _on_link(lambda link, _amount: link.cut()),
    Kind.SWALLOWING_LINK: _on_link(lambda link, _amount: link.swallow()),
    Kind.SLOW_LINK: _on_link(_slow),
    Kind.NARROW_LINK: _on_link(_narrow),
    Kind.RESETTING_LINK: _on_link(_resetting),
    Kind.SKEW_CLOCK: _skew,
}
