"""The real broker keeps what it acknowledged, and shares work out among a group."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from tests.real_parts.kafka_broker import (
    GivenBroker,
    KafkaBroker,
    KafkaStartFailed,
    KafkaUnavailable,
    NotOurBroker,
    broker_from_environment,
    create_topics,
    kafka_archives,
)

pytestmark = [pytest.mark.kafka, pytest.mark.xdist_group("kafka")]

PARTITIONS = 3


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaBroker | GivenBroker]:
    given = broker_from_environment()
    if given:
        yield given
        return
    with KafkaBroker(kafka_archives(), tmp_path_factory.mktemp("kafka")) as ours:
        yield ours


@pytest.fixture
async def topic(broker: KafkaBroker | GivenBroker) -> str:
    name = f"test-{uuid.uuid4()}"
    await create_topics(broker.bootstrap, [name], PARTITIONS)
    return name


def a_producer(bootstrap: str) -> AIOKafkaProducer:
    return AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", enable_idempotence=True, linger_ms=0)


def a_member(bootstrap: str, topic: str, group: str) -> AIOKafkaConsumer:
    return AIOKafkaConsumer(
        topic,
        bootstrap_servers=bootstrap,
        group_id=group,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        session_timeout_ms=2000,
        heartbeat_interval_ms=200,
        fetch_max_wait_ms=100,
    )


async def read_all(consumer: AIOKafkaConsumer, count: int) -> list[bytes]:
    """Read at least ``count`` records, then whatever else comes in half a second."""
    values: list[bytes] = []
    async with asyncio.timeout(20):
        while len(values) < count:
            values += values_of(await consumer.getmany(timeout_ms=200))
    return values + values_of(await consumer.getmany(timeout_ms=500))


def values_of(batches: dict[TopicPartition, list[Any]]) -> list[bytes]:
    return [record.value for records in batches.values() for record in records]


async def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.02)


async def test_a_record_comes_back_with_its_key_and_headers(broker: KafkaBroker | GivenBroker, topic: str) -> None:
    async with a_producer(broker.bootstrap) as producer:
        await producer.send_and_wait(topic, b"value", key=b"key", headers=[("h", b"1")])
    async with a_member(broker.bootstrap, topic, topic) as consumer:
        record = await asyncio.wait_for(consumer.getone(), 20)
    assert (record.key, record.value, record.headers) == (b"key", b"value", (("h", b"1"),))


async def test_topics_may_be_created_twice(broker: KafkaBroker | GivenBroker, topic: str) -> None:
    await create_topics(broker.bootstrap, [topic, f"{topic}-other"], PARTITIONS)


async def test_a_killed_broker_keeps_what_it_acknowledged(broker: KafkaBroker | GivenBroker, topic: str) -> None:
    if isinstance(broker, GivenBroker):
        pytest.skip("KAFKA_BOOTSTRAP is set: a broker that is not ours is not killed")
    sent = [str(number).encode() for number in range(1000)]
    async with a_producer(broker.bootstrap) as producer:
        for acknowledgement in [await producer.send(topic, value) for value in sent]:
            await acknowledgement
    async with a_member(broker.bootstrap, topic, topic) as consumer:
        assert sorted(await read_all(consumer, len(sent))) == sorted(sent)
        await consumer.commit()

    broker.kill()
    await asyncio.to_thread(broker.restart)

    async with a_producer(broker.bootstrap) as producer:
        await producer.send_and_wait(topic, b"after")
    async with a_member(broker.bootstrap, topic, topic) as consumer:
        assert await read_all(consumer, 1) == [b"after"], "the committed offsets were kept"
    async with a_member(broker.bootstrap, topic, f"{topic}-anew") as consumer:
        assert sorted(await read_all(consumer, 1001)) == sorted([*sent, b"after"])


async def test_a_producer_at_work_lives_through_the_death_of_the_broker(
    broker: KafkaBroker | GivenBroker, topic: str
) -> None:
    if isinstance(broker, GivenBroker):
        pytest.skip("KAFKA_BOOTSTRAP is set: a broker that is not ours is not killed")
    acknowledged: list[bytes] = []
    stop = asyncio.Event()

    async def work(producer: AIOKafkaProducer) -> None:
        while not stop.is_set():
            value = str(len(acknowledged)).encode()
            await producer.send_and_wait(topic, value)
            acknowledged.append(value)

    async with a_producer(broker.bootstrap) as producer:
        working = asyncio.create_task(work(producer))
        await until(lambda: len(acknowledged) > 100)
        await asyncio.to_thread(broker.kill)
        before = len(acknowledged)
        await asyncio.to_thread(broker.start)
        await until(lambda: len(acknowledged) > before + 100)
        stop.set()
        await working
    async with a_member(broker.bootstrap, topic, topic) as consumer:
        read = await read_all(consumer, len(acknowledged))
    assert sorted(read) == sorted(acknowledged), "each acknowledged record is there once"


async def test_a_group_shares_out_the_work_of_a_member_that_leaves(
    broker: KafkaBroker | GivenBroker, topic: str
) -> None:
    everything = {TopicPartition(topic, number) for number in range(PARTITIONS)}

    def shared_out() -> bool:
        one, other = first.assignment(), second.assignment()
        return bool(one and other) and not one & other and one | other == everything

    async with a_member(broker.bootstrap, topic, topic) as first:
        await until(lambda: first.assignment() == everything)
        async with a_member(broker.bootstrap, topic, topic) as second:
            await until(shared_out)
        await until(lambda: first.assignment() == everything)


def test_a_given_broker_is_not_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAFKA_BOOTSTRAP", "broker.example:9092")
    given = broker_from_environment()
    assert given
    assert given.bootstrap == "broker.example:9092"
    for act in (given.kill, given.stop, given.restart):
        with pytest.raises(NotOurBroker, match="KAFKA_BOOTSTRAP"):
            act()


def test_without_java_the_message_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(KafkaUnavailable, match=r"openjdk-17-jre-headless maven.*KAFKA_BOOTSTRAP"):
        kafka_archives(tmp_path / "cache")


def test_a_broker_that_cannot_start_shows_the_end_of_its_log(broker: KafkaBroker | GivenBroker, tmp_path: Path) -> None:
    if isinstance(broker, GivenBroker):
        pytest.skip("KAFKA_BOOTSTRAP is set: no broker of our own is started")
    broken = KafkaBroker(kafka_archives(), tmp_path, jvm_options=("-XX:NoSuchOption",))
    with pytest.raises(KafkaStartFailed, match="NoSuchOption"):
        broken.start()


ABANDON_A_BROKER = """
import pathlib, sys, threading, time
from {module} import KafkaBroker
broker = KafkaBroker(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
starting = threading.Thread(target=broker.start)
starting.start()
starting.join()
print(broker.pid, flush=True)
time.sleep(60)
"""


def test_a_broker_dies_with_the_process_that_started_it(broker: KafkaBroker | GivenBroker, tmp_path: Path) -> None:
    if isinstance(broker, GivenBroker) or sys.platform != "linux":
        pytest.skip("needs a broker of our own, and Linux")
    script = ABANDON_A_BROKER.format(module=KafkaBroker.__module__)
    parent = subprocess.Popen(
        [sys.executable, "-c", script, str(kafka_archives()), str(tmp_path)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    with parent:
        assert parent.stdout
        pid = int(parent.stdout.readline())
        time.sleep(0.5)
        assert is_running(pid), "the end of the starting thread alone kills nothing"
        parent.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 10
    while is_running(pid):
        assert time.monotonic() < deadline, "the broker outlived its parent"
        time.sleep(0.05)


def is_running(pid: int) -> bool:
    """Tell whether a process runs; a zombie, which nobody may ever reap, does not."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"
