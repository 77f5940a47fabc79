"""One real Apache Kafka broker for tests: KRaft, a single node, loopback only.

The broker runs straight from its Java archives, so a developer needs a Java
runtime and Maven (once, to fetch them) but no containers. ``KafkaBroker`` is
synchronous and safe to call inside a running event loop; from a coroutine use
``await asyncio.to_thread(broker.restart)`` so that the loop keeps turning.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import random
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Self

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError

HERE = Path(__file__).parent / "kafka"
DEFAULT_CACHE = Path(__file__).parents[2] / ".cache" / "kafka"
CLASS_ARCHIVE = "classes.jsa"
# Fixed, as one in 64 random ones begins with a dash and is taken for an option.
CLUSTER_ID = "BraidTestsRealKafka00A"
LOOPBACK = "127.0.0.1"
START_TIMEOUT = 60

# C1 and the serial collector halve the processor time of a start; a broker that
# lives for one test session never earns back what the optimising compiler costs.
# Logging is off because a class archive written by another Java is worth no line.
JVM_OPTIONS = (
    "-Xms256m",
    "-Xmx512m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-XX:-UsePerfData",
    "-XX:+ExitOnOutOfMemoryError",
    "-Xshare:auto",
    "-Xlog:disable",
    "-Xlog:all=error:stderr",
)

SETTINGS = {
    "auto.create.topics.enable": "false",
    "num.partitions": 3,
    "offsets.topic.num.partitions": 1,
    "offsets.topic.replication.factor": 1,
    "transaction.state.log.num.partitions": 1,
    "transaction.state.log.replication.factor": 1,
    "transaction.state.log.min.isr": 1,
    "share.coordinator.state.topic.num.partitions": 1,
    "share.coordinator.state.topic.replication.factor": 1,
    "share.coordinator.state.topic.min.isr": 1,
    "group.initial.rebalance.delay.ms": 0,
    "group.min.session.timeout.ms": 1000,
    # A broker that was killed is refused until its former session has run out, by
    # default 9 s; ten missed heartbeats are patience enough on a busy machine.
    "broker.session.timeout.ms": 2000,
    "broker.heartbeat.interval.ms": 200,
    # The log cleaner's default is 128 MB of heap.
    "log.cleaner.dedupe.buffer.size": 4 * 1024 * 1024,
}

# Asks the kernel to kill the broker with its parent, then becomes the broker. A
# separate interpreter, because preexec_fn can deadlock in a threaded process. The
# second check covers a parent that died before the request was made.
DIE_WITH_PARENT = """
import ctypes, os, signal, sys
parent, *command = sys.argv[1:]
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)
if os.getppid() != int(parent):
    sys.exit("the process that asked for a broker is gone")
os.execv(command[0], command)
"""

HOW_TO_GET_IT = (
    "On Debian: apt-get install openjdk-17-jre-headless maven. "
    "Or set KAFKA_BOOTSTRAP=host:port to use a broker of your own."
)


class KafkaUnavailable(Exception):
    """No broker can be started here; the message says what is missing."""

    def __init__(self, missing: str) -> None:
        super().__init__(f"{missing} {HOW_TO_GET_IT}")


class KafkaStartFailed(Exception):
    """The broker ended, or did not answer in time; carries the end of its log."""


class NotOurBroker(Exception):
    """The broker was given by KAFKA_BOOTSTRAP, so a test may not stop it."""


def kafka_archives(cache: Path = DEFAULT_CACHE) -> Path:
    """Return the directory of Kafka's jars, fetching them on first use.

    The first call takes about 30 seconds and 90 MB; parallel test workers wait for
    one another, and later calls only look.

    Raises:
        KafkaUnavailable: the jars are not there and cannot be fetched.
    """
    home = cache.absolute() / f"kafka-{_kafka_version()}"
    if not (home / "lib").is_dir():
        with _only_one_of_us(cache):
            if not (home / "lib").is_dir():
                _fetch(home)
                _archive_loaded_classes(home / "lib")
    return home / "lib"


def _kafka_version() -> str:
    found = re.search("<kafka.version>(.+)</", (HERE / "pom.xml").read_text())
    assert found, "the pom names no Kafka version"
    return found[1]


@contextlib.contextmanager
def _only_one_of_us(cache: Path) -> Iterator[None]:
    try:
        cache.mkdir(parents=True, exist_ok=True)
        lock = (cache / ".lock").open("w")
    except OSError as error:
        raise KafkaUnavailable(f"Kafka's jars cannot be kept: {error}.") from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _fetch(home: Path) -> None:
    """Let Maven copy the jars beside their final place, then move them in one step."""
    java()
    maven = _program("mvn", "Maven")
    with tempfile.TemporaryDirectory(dir=home.parent, prefix=".fetch-") as scratch:
        fresh = Path(scratch) / home.name
        command = [
            *(maven, "-B", "-q", "-Dstyle.color=never", "--strict-checksums"),
            # Java takes the home directory from the user database, not from HOME, and
            # an account made for a service may have none to keep a repository in.
            f"-Dmaven.repo.local={scratch}/repository",
            # By its full name, else a missing network is reported as a missing plugin.
            "org.apache.maven.plugins:maven-dependency-plugin:copy-dependencies",
            *("-f", str(HERE / "pom.xml"), "-DincludeScope=runtime"),
            f"-DoutputDirectory={fresh / 'lib'}",
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            why = "\n".join((done.stdout + done.stderr).splitlines()[:3])
            raise KafkaUnavailable(f"Maven could not fetch Kafka's jars:\n{why}\n")
        fresh.rename(home)


def _archive_loaded_classes(lib: Path) -> None:
    """Keep the classes of one start for the next: 3 seconds become 1.3.

    Only a speed-up, so a failure is passed over: the broker starts without it, and a
    real fault shows again, with its log, at the next start.
    """
    fresh = lib.parent / "fresh.jsa"
    option = f"-XX:ArchiveClassesAtExit={fresh}"
    with tempfile.TemporaryDirectory() as scratch, contextlib.suppress(KafkaStartFailed, FileNotFoundError):
        with KafkaBroker(lib, Path(scratch), jvm_options=(option,)):
            pass
        fresh.rename(lib.parent / CLASS_ARCHIVE)


def _program(name: str, title: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise KafkaUnavailable(f"The real Kafka needs {title}, but {name} is not on PATH.")
    return found


def java() -> str:
    """Return the path of a Java runtime that Kafka 4 can use.

    Raises:
        KafkaUnavailable: there is none on PATH, or it is older than 17.
    """
    found = _program("java", "Java 17 or newer")
    asked = [found, "-version"]
    said = subprocess.run(asked, capture_output=True, text=True, check=False).stderr
    version = re.search(r'version "(\d+)', said)
    if version is None or int(version[1]) < 17:
        raise KafkaUnavailable(f"The real Kafka needs Java 17 or newer, not: {said.strip()}.")
    return found


class KafkaBroker:
    """A broker of our own, which tests may kill.

    It keeps its two ports and its data over restarts, and dies with this process
    (by the kernel's hand on Linux; elsewhere call ``stop``).
    """

    def __init__(self, archives: Path, data: Path, *, jvm_options: Sequence[str] = ()) -> None:
        """Choose the ports; nothing runs yet."""
        self._archives = archives
        self._data = data.absolute()
        self._jvm_options = jvm_options
        self._port, self._controller_port = _free_ports(2)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def bootstrap(self) -> str:
        """The address for ``bootstrap_servers``."""
        return f"{LOOPBACK}:{self._port}"

    @property
    def pid(self) -> int | None:
        """The process number of the running broker, or None."""
        return self._process.pid if self._process else None

    @property
    def log_file(self) -> Path:
        """Where the broker writes its warnings and errors."""
        return self._data / "broker.log"

    def start(self) -> None:
        """Start the broker and return once it answers a metadata request.

        Raises:
            KafkaUnavailable: there is no Java to run it with.
            KafkaStartFailed: it ended, or was silent for 60 seconds.
        """
        if self._process and self._process.returncode is None:
            return
        (self._data / "tmp").mkdir(parents=True, exist_ok=True)
        (self._data / "server.properties").write_text(self._settings())
        if not (self._data / "logs" / "meta.properties").exists():
            self._format_storage()
        self._process = self._spawn(self._command("kafka.Kafka"))
        self._wait_until_ready(self._process)

    def stop(self) -> None:
        """End the broker in good order (SIGTERM)."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End the broker on the spot (SIGKILL), as a crash would."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """Stop the broker if it runs, and start it on the same ports and data.

        After ``kill`` this takes 2 seconds longer, until the dead broker's session
        has run out. Raises what ``start`` raises.
        """
        self.stop()
        self.start()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(how)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _settings(self) -> str:
        broker, controller = self._port, self._controller_port
        settings = {
            "process.roles": "broker,controller",
            "node.id": 1,
            "controller.quorum.voters": f"1@{LOOPBACK}:{controller}",
            "controller.listener.names": "CONTROLLER",
            "listeners": f"PLAINTEXT://{LOOPBACK}:{broker},CONTROLLER://{LOOPBACK}:{controller}",
            "advertised.listeners": f"PLAINTEXT://{LOOPBACK}:{broker}",
            "log.dirs": self._data / "logs",
            **SETTINGS,
        }
        return "".join(f"{name}={value}\n" for name, value in settings.items())

    def _command(self, main: str, *arguments: str) -> list[str]:
        archive = self._archives.parent / CLASS_ARCHIVE
        options = [f"-XX:SharedArchiveFile={archive}"] if archive.exists() else []
        # The class archive holds only for the same jars in the same order.
        jars = sorted(str(jar) for jar in self._archives.glob("*.jar"))
        return [
            *(java(), *JVM_OPTIONS, *options, *self._jvm_options),
            f"-Djava.io.tmpdir={self._data / 'tmp'}",
            f"-Dlog4j2.configurationFile={(HERE / 'log4j2.properties').as_uri()}",
            *("-cp", os.pathsep.join(jars), main, *arguments),
            str(self._data / "server.properties"),
        ]

    def _format_storage(self) -> None:
        arguments = ("format", "--ignore-formatted", "-t", CLUSTER_ID, "-c")
        with self.log_file.open("ab") as log:
            command = self._command("kafka.tools.StorageTool", *arguments)
            done = subprocess.run(command, stdout=log, stderr=log, check=False)
        if done.returncode:
            raise KafkaStartFailed(f"Kafka's storage could not be formatted.{self._log_tail()}")

    def _spawn(self, command: list[str]) -> subprocess.Popen[bytes]:
        """Start the broker from a thread that lives as long as the broker does.

        The kernel counts the death of the starting *thread* as the parent's, so a
        broker started from a short-lived pool thread would die with that.
        """
        started: Future[subprocess.Popen[bytes]] = Future()

        def keep() -> None:
            guard = [sys.executable, "-I", "-S", "-c", DIE_WITH_PARENT, str(os.getpid())]
            try:
                with self.log_file.open("ab") as log:
                    # Its own session, so that Ctrl-C leaves the stopping to us.
                    process = subprocess.Popen(guard + command, stdout=log, stderr=log, start_new_session=True)
            except OSError as error:
                started.set_exception(error)
                return
            started.set_result(process)
            process.wait()

        threading.Thread(target=keep, name="kafka-broker-keeper", daemon=True).start()
        return started.result()

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_TIMEOUT
        while not _answers_metadata(self._port):
            ended = process.returncode is not None
            if ended or time.monotonic() > deadline:
                self.kill()
                how = "ended" if ended else f"was not ready after {START_TIMEOUT} s"
                raise KafkaStartFailed(f"The broker {how}.{self._log_tail()}")
            time.sleep(0.05)

    def _log_tail(self) -> str:
        lines = self.log_file.read_text(errors="replace").splitlines()[-40:]
        return "\n".join([f" The end of {self.log_file}:", *lines])


def _free_ports(count: int) -> list[int]:
    """Return loopback ports below the range that the kernel gives to clients.

    Otherwise a client that keeps calling a killed broker can be given that very port
    as its own, and the broker finds it taken when it comes back.
    """
    found: list[int] = []
    with contextlib.ExitStack() as held:
        # From the system, as parallel test workers may share a seed.
        for port in random.SystemRandom().sample(range(20_000, 32_000), 200):
            taken = held.enter_context(socket.socket())
            with contextlib.suppress(OSError):
                taken.bind((LOOPBACK, port))
                found.append(port)
            if len(found) == count:
                return found
    raise KafkaUnavailable("No free port was found between 20000 and 32000.")


def _answers_metadata(port: int) -> bool:
    """Tell whether the broker counts itself as live, by a metadata request (v1).

    Spoken by hand: a client of asyncio cannot be run inside a running event loop.
    """
    key, version, correlation, no_client, no_topics = 3, 1, 0, -1, 0
    request = struct.pack(">hhihi", key, version, correlation, no_client, no_topics)
    try:
        with (
            socket.create_connection((LOOPBACK, port), timeout=2) as connection,
            connection.makefile("rwb") as stream,
        ):
            stream.write(struct.pack(">i", len(request)) + request)
            stream.flush()
            _size, _correlation, brokers = struct.unpack(">iii", stream.read(12))
            return bool(brokers)
    except (OSError, struct.error):
        return False


class GivenBroker:
    """A broker that someone else runs; tests may use it but not stop it."""

    def __init__(self, bootstrap: str) -> None:
        self.bootstrap = bootstrap

    def kill(self) -> None:
        """Refuse. Raises NotOurBroker."""
        raise NotOurBroker(f"{self.bootstrap} comes from KAFKA_BOOTSTRAP: tests do not kill it.")

    stop = restart = kill


def broker_from_environment() -> GivenBroker | None:
    """Return the broker named by KAFKA_BOOTSTRAP, or None if it is not set."""
    bootstrap = os.environ.get("KAFKA_BOOTSTRAP", "").strip()
    return GivenBroker(bootstrap) if bootstrap else None


async def create_topics(bootstrap: str, names: Sequence[str], partitions: int = 3) -> None:
    """Create topics, leaving alone those that exist, and wait for their leaders.

    Raises:
        RuntimeError: the broker refused one.
        TimeoutError: a partition had no leader after 10 seconds.
    """
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        answer = await admin.create_topics([NewTopic(name, partitions, 1) for name in names])
        for name, code, reason in answer.topic_errors:
            if code not in (0, TopicAlreadyExistsError.errno):
                raise RuntimeError(f"Kafka refused topic {name}: {reason} (error {code})")
        async with asyncio.timeout(10):
            while not await _have_leaders(admin, names):
                await asyncio.sleep(0.02)
    finally:
        await admin.close()


async def _have_leaders(admin: AIOKafkaAdminClient, names: Sequence[str]) -> bool:
    topics = await admin.describe_topics(list(names))
    leaders = [[partition["leader"] for partition in topic["partitions"]] for topic in topics]
    return all(found and min(found) >= 0 for found in leaders)
