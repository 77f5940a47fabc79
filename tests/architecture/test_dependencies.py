"""Every dependency has its reason, and the lock is hashed and names no addresses."""

import re
import tomllib

import pytest

from tests.architecture.source import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LOCKS = ("requirements/run.txt", "requirements/dev.txt")


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[\[<>=~; ]", requirement)[0].lower() for requirement in requirements}


def test_every_dependency_has_its_reason() -> None:
    told = (ROOT / "docs" / "dependencies.md").read_text()
    wanted = names(PROJECT["dependencies"]) | names(PROJECT["optional-dependencies"]["dev"])

    assert wanted - set(re.findall(r"^\| `([a-z0-9-]+)`", told.lower(), re.MULTILINE)) == set()


@pytest.mark.parametrize("lock", LOCKS)
def test_the_lock_names_no_addresses(lock: str) -> None:
    assert re.findall(r"https?:|--(?:extra-)?index-url|--find-links| @ ", (ROOT / lock).read_text()) == []


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_hashes(lock: str) -> None:
    text = (ROOT / lock).read_text()
    packages = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]

    assert [package.split("=")[0] for package in packages if "--hash=sha256:" not in package] == []


def test_what_the_project_needs_is_what_the_lock_has() -> None:
    locked = set(re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements/run.txt").read_text(), re.MULTILINE))

    assert names(PROJECT["dependencies"]) - locked == set()
