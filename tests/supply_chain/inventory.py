"""The packages that the platform runs on, as they are locked, and their licences, as they say themselves.

``python -m tests.supply_chain.inventory FILE`` prints the licences and writes the bill of materials.
"""

import json
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import yaml
from packaging.markers import Marker
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCKED = ROOT / "requirements" / "run.txt"
LICENCES = Path(__file__).parent / "licences.yaml"
_PINNED = re.compile(r"^(?P<name>[\w.\-]+)(?:\[[\w,]+\])?==(?P<version>[^\s;\\]+)(?:\s*;\s*(?P<marker>[^\\]+))?")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


class NotPinned(Exception):
    """A line of the lock file is no package in one version with its hashes."""


@dataclass(frozen=True)
class Package:
    """One locked package.

    Args:
        name: canonical.
        version: the one that is locked.
        sha256: of its files, any of which may be installed.
        marker: on which machines it is installed; empty for all.
    """

    name: str
    version: str
    sha256: tuple[str, ...]
    marker: str

    @property
    def is_installed_here(self) -> bool:
        return not self.marker or Marker(self.marker).evaluate()


def packages(lock: str) -> Sequence[Package]:
    """What a lock file holds.

    Raises:
        NotPinned: a requirement has no version, or no hash.
    """
    found = []
    for requirement in re.split(r"\n(?=\S)", lock.strip()):
        pinned = _PINNED.match(requirement)
        hashes = tuple(_HASH.findall(requirement))
        if not pinned or not hashes:
            raise NotPinned(requirement.splitlines()[0])
        marker = (pinned["marker"] or "").strip()
        found.append(Package(canonicalize_name(pinned["name"]), pinned["version"], hashes, marker))
    return found


def told_by(package: Package) -> str:
    """The licence that an installed package tells of itself, in its own words; empty where it tells none."""
    about = metadata.metadata(package.name).json
    if about.get("license_expression"):
        return str(about["license_expression"])
    classified = [c.rpartition(" :: ")[2] for c in about.get("classifier", ()) if c.startswith("License :: ")]
    words = str(about.get("license", "")).strip().splitlines()
    return " AND ".join(classified) or (words[0] if words else "")


def rules() -> Mapping[str, Any]:
    """Which licences may be used, what they are called elsewhere, and what single packages do not say themselves."""
    read: Mapping[str, Any] = yaml.safe_load(LICENCES.read_text())
    return read


def licence_of(package: Package) -> str:
    """The licence by its SPDX name or expression, as far as the rules know what the package says."""
    by_hand = rules()["not_told"].get(package.name)
    if by_hand:
        return str(by_hand["licence"])
    told = told_by(package)
    return str(rules()["also_called"].get(told, told))


def is_allowed(licence: str) -> bool:
    """Whether every part of a licence expression that binds us is one that may be used."""
    allowed = set(rules()["allowed"])

    def holds(expression: str) -> bool:
        return any(
            all(part.strip(" ()") in allowed for part in re.split(r"\s+AND\s+", alternative))
            for alternative in re.split(r"\s+OR\s+", expression)
        )

    # Choices in brackets first: "(MIT OR X) AND Y" holds where one of each does.
    brackets = re.findall(r"\(([^()]*)\)", licence)
    outside = [part for part in re.split(r"\s+AND\s+", re.sub(r"\([^()]*\)", "", licence)) if part.strip()]
    return all(holds(part) for part in [*brackets, *outside]) if brackets else holds(licence)


def bill_of_materials() -> dict[str, Any]:
    """A CycloneDX document of what is locked; the same for the same lock file, whenever it is made."""
    lock = LOCKED.read_text()
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid5(NAMESPACE_URL, lock)}",
        "version": 1,
        "metadata": {"component": {"type": "application", "bom-ref": "braid", "name": "braid"}},
        "components": [_component(package) for package in packages(lock)],
    }


def _component(package: Package) -> dict[str, Any]:
    reference = f"pkg:pypi/{package.name}@{package.version}"
    told = [{"expression": licence_of(package)}] if package.is_installed_here else []
    return {
        "type": "library",
        "bom-ref": reference,
        "name": package.name,
        "version": package.version,
        "purl": reference,
        "licenses": told,
        # A release has a file for each kind of machine; a component's own hash would be that of one.
        "properties": [{"name": "braid:locked-sha256", "value": digest} for digest in package.sha256],
    }


if __name__ == "__main__":
    for each in packages(LOCKED.read_text()):
        if each.is_installed_here:
            print(f"{each.name} {each.version}: {licence_of(each)}")
    Path(sys.argv[1]).write_text(json.dumps(bill_of_materials(), indent=2) + "\n")
