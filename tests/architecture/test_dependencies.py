"""Every dependency has its reason, and the lock is hashed and names no addresses."""

import re
import tomllib

import pytest

from tests.architecture.source import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LOCKS = tuple(f"requirements/{name}.txt" for name in ("run", "analysis", "dev", "images", "load"))


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[\[<>=~; ]", requirement)[0].lower() for requirement in requirements}


def test_every_dependency_has_its_reason() -> None:
    told = (ROOT / "docs" / "dependencies.md").read_text()
    extras = PROJECT["optional-dependencies"]
    wanted = names(PROJECT["dependencies"]) | names(extras["analysis"]) | names(extras["dev"])
    wanted |= names(extras["images"]) | names(extras["load"])

    assert wanted - set(re.findall(r"^\| `([a-z0-9-]+)`", told.lower(), re.MULTILINE)) == set()


@pytest.mark.parametrize("lock", LOCKS)
def test_the_lock_names_no_addresses(lock: str) -> None:
    assert re.findall(r"https?:|--(?:extra-)?index-url|--find-links| @ ", (ROOT / lock).read_text()) == []


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_hashes(lock: str) -> None:
    text = (ROOT / lock).read_text()
    packages = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]

    assert [package.split("=")[0] for package in packages if "--hash=sha256:" not in package] == []


def locked(lock: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, version in re.findall(r"^([a-z0-9-]+)==(\S+)", (ROOT / lock).read_text(), re.MULTILINE):
        found.setdefault(name, []).append(version)
    return found


def test_what_the_project_needs_is_what_the_lock_has() -> None:
    extras = PROJECT["optional-dependencies"]

    assert names(PROJECT["dependencies"]) - set(locked("requirements/run.txt")) == set()
    assert names(extras["analysis"]) - set(locked("requirements/analysis.txt")) == set()
    assert names(extras["analysis"]) | names(extras["dev"]) <= set(locked("requirements/dev.txt"))
    assert names(extras["images"]) <= set(locked("requirements/images.txt"))
    assert names(extras["load"]) <= set(locked("requirements/load.txt"))


@pytest.mark.parametrize("larger", LOCKS[1:])
def test_what_is_tested_is_what_runs(larger: str) -> None:
    run = locked("requirements/run.txt")

    assert {name: locked(larger).get(name) for name in run} == run


def test_the_small_lock_has_nothing_that_only_analysis_needs() -> None:
    analysis = names(PROJECT["optional-dependencies"]["analysis"]) - {"rich"}

    assert analysis & set(locked("requirements/run.txt")) == set()
