"""Rules stay pure, edges alone commit, and nothing depends on the machine's clock or zone below them."""

import ast
import sys

import pytest

from tests.architecture.source import ROOT, called_attributes, imported_names, modules

#: The two edges, a request and a message; the unit of work that they call; migrations, which are their own edge;
#: the run of a job, which outlives the request that asked for it; timers, whose time comes by itself; the
#: sender of webhooks; and the record of a request that was rolled back.
MAY_COMMIT = {
    "braid/kit/http.py",
    "braid/kit/access_recording.py",
    "braid/kit/delivery.py",
    "braid/kit/jobs/runner.py",
    "braid/kit/unit_of_work.py",
    "braid/kit/migrations.py",
    "services/support_planning/timer_process.py",
    "services/webhooks/sending.py",
}

#: What would make a rule depend on the machine it runs on.
IMPURE_MODULES = {"asyncio", "io", "logging", "os", "pathlib", "random", "secrets", "socket", "subprocess", "time"}
IMPURE_CALLS = {"now", "today", "utcnow", "uuid4", "uuid1", "open", "read_text", "write_text"}

LINES_MOST = 450

#: Rules: each service's domain, and each funding stream's folder.
DOMAIN_MODULES = [(path, tree) for path, tree in modules("services") if "/domain/" in path or "/streams/" in path]


@pytest.mark.parametrize(("path", "tree"), DOMAIN_MODULES, ids=[path for path, _ in DOMAIN_MODULES])
def test_rules_import_the_standard_library_and_themselves_alone(path: str, tree: ast.Module) -> None:
    service = path.split("/domain/", maxsplit=1)[0].split("/streams/", maxsplit=1)[0].replace("/", ".")
    own = (f"{service}.domain", f"{service}.streams") if "/streams/" in path else (f"{service}.domain",)
    foreign = [
        name
        for name in imported_names(tree)
        if not name.startswith(own) and name.split(".")[0] not in sys.stdlib_module_names
    ]

    assert foreign == []


@pytest.mark.parametrize(("path", "tree"), DOMAIN_MODULES, ids=[path for path, _ in DOMAIN_MODULES])
def test_rules_use_neither_clock_nor_chance_nor_files(path: str, tree: ast.Module) -> None:
    imports = IMPURE_MODULES & {name.split(".")[0] for name in imported_names(tree)}
    calls = [(name, line) for name, line in called_attributes(tree) if name in IMPURE_CALLS]

    assert (imports, calls) == (set(), [])


def test_only_the_edges_commit() -> None:
    committing = {path for path, tree in modules() for name, _ in called_attributes(tree) if name == "commit"}

    # Kafka offsets are committed too, by what reads topics and by what sets a reader back.
    of_offsets = {"braid/kit/transports/kafka.py", "braid/kit/transports/kafka_rewind.py"}
    assert committing - of_offsets <= MAY_COMMIT
    assert {"braid/kit/http.py", "braid/kit/delivery.py"} <= committing


def test_services_and_gateway_take_the_time_from_their_edges() -> None:
    asking = [
        f"{path}:{line}"
        for path, tree in modules("services")
        for name, line in called_attributes(tree)
        if name in {"now", "today", "utcnow"}
    ]

    assert asking == []


def test_files_have_one_subject_and_are_not_long() -> None:
    long = {path: count for path, _ in modules() if (count := _lines(path)) > LINES_MOST}

    assert long == {}


def _lines(path: str) -> int:
    return len((ROOT / path).read_text().splitlines())
