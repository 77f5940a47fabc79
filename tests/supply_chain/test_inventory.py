"""What the platform runs on is pinned, may be used, and can be told to whoever asks."""

import json
from uuid import UUID

import pytest

from .inventory import (
    LOCKED,
    NotPinned,
    bill_of_materials,
    is_allowed,
    licence_of,
    packages,
    rules,
    told_by,
)


def test_every_locked_requirement_is_pinned_with_hashes() -> None:
    locked = packages(LOCKED.read_text())

    assert len(locked) > 60
    # Two versions of one package are for two releases of Python.
    assert len({(package.name, package.version) for package in locked}) == len(locked)
    assert len([package for package in locked if package.is_installed_here]) > 60


@pytest.mark.parametrize(
    "lock",
    [
        "httpx>=0.28 \\\n    --hash=sha256:" + "a" * 64,
        "httpx==0.28.1",
        "httpx @ https://example.org/httpx.whl \\\n    --hash=sha256:" + "a" * 64,
        "--index-url https://example.org",
    ],
)
def test_a_requirement_that_could_be_something_else_tomorrow_is_found(lock: str) -> None:
    with pytest.raises(NotPinned):
        packages(lock)


def test_every_package_may_be_used() -> None:
    """Of those that are installed on this machine: a package for another says nothing here."""
    refused = {
        package.name: licence_of(package)
        for package in packages(LOCKED.read_text())
        if package.is_installed_here and not is_allowed(licence_of(package))
    }

    assert refused == {}


@pytest.mark.parametrize(
    ("licence", "may"),
    [
        ("MIT", True),
        ("AGPL-3.0-only", False),
        ("MIT AND AGPL-3.0-only", False),
        ("MIT OR GPL-3.0-only", True),
        ("(MIT OR GPL-3.0-only) AND Apache-2.0", True),
        ("(MIT OR GPL-3.0-only) AND SSPL-1.0", False),
        ("", False),
        ("BSD License", False),
    ],
)
def test_a_licence_that_binds_us_to_what_we_do_not_want_is_refused(licence: str, may: bool) -> None:
    assert is_allowed(licence) is may


def test_nothing_is_said_by_hand_of_a_package_that_says_it_itself() -> None:
    locked = {package.name: package for package in packages(LOCKED.read_text())}
    by_hand = rules()["not_told"]

    assert set(by_hand) <= set(locked)
    assert {
        name for name in by_hand if is_allowed(rules()["also_called"].get(told_by(locked[name]), told_by(locked[name])))
    } == set()


def test_the_bill_of_materials_names_every_package_that_the_platform_runs_on() -> None:
    bill = bill_of_materials()
    locked = packages(LOCKED.read_text())

    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert UUID(bill["serialNumber"].removeprefix("urn:uuid:"))
    assert [(part["name"], part["version"]) for part in bill["components"]] == [(p.name, p.version) for p in locked]
    for part, package in zip(bill["components"], locked, strict=True):
        assert part["purl"] == f"pkg:pypi/{package.name}@{package.version}"
        assert {each["value"] for each in part["properties"]} == set(package.sha256)
        assert bool(part["licenses"]) is package.is_installed_here
    assert len({part["bom-ref"] for part in bill["components"]}) == len(locked)


def test_the_bill_is_the_same_whenever_it_is_made() -> None:
    assert json.dumps(bill_of_materials()) == json.dumps(bill_of_materials())
