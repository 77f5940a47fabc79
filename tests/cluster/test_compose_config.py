"""The Compose file as Docker Compose itself reads it is the one that the other tests look at."""

import json
import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.deployment import test_compose as looked_at
from tests.deployment.delivered import ROOT

Service = Mapping[str, Any]
SIZES = ("mem_limit", "shm_size")
TIMES = ("interval", "timeout", "start_period")


def as_compose_reads_it(program: Path, home: Path, **set_outside: str) -> Mapping[str, Any]:
    """What `docker compose config` says on a machine where nothing is set but what is named."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), **set_outside}
    done = subprocess.run(
        [str(program), "--profile=*", "config", "--format=json", "--no-path-resolution"],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert not done.stderr, done.stderr
    read: Mapping[str, Any] = json.loads(done.stdout)
    return read


def test_docker_compose_reads_the_services_that_the_tests_look_at(compose_program: Path, tmp_path: Path) -> None:
    read = as_compose_reads_it(compose_program, tmp_path)["services"]
    written = looked_at.services()

    assert set(read) == set(written)
    differ = {name: (in_short(read[name]), in_full(written[name])) for name in read}
    assert {name: both for name, both in differ.items() if both[0] != both[1]} == {}


def test_docker_compose_reads_the_volumes_that_the_tests_look_at(compose_program: Path, tmp_path: Path) -> None:
    assert set(as_compose_reads_it(compose_program, tmp_path)["volumes"]) == set(looked_at.compose()["volumes"])


def test_what_is_set_outside_takes_the_place_of_a_default(compose_program: Path, tmp_path: Path) -> None:
    by_default = as_compose_reads_it(compose_program, tmp_path)["services"]["postgres"]["environment"]

    set_outside = as_compose_reads_it(compose_program, tmp_path, BRAID_POSTGRES_PASSWORD="another")["services"][
        "postgres"
    ]

    assert set_outside["environment"] == {**by_default, "POSTGRES_PASSWORD": "another"} != by_default


def in_full(service: Service) -> Service:
    """A service as the file has it, with the defaults of its variables filled in and its sizes and times as numbers."""
    return _numbers({name: looked_at.with_defaults(value) for name, value in service.items()})


def in_short(service: Service) -> Service:
    """A service as Docker Compose tells it, in the short forms that the file has."""
    told = {name: value for name, value in service.items() if value is not None and name != "networks"}
    assert service["networks"] == {"default": None}
    if "build" in told:
        assert told["build"].pop("dockerfile") == "Dockerfile"
    if "volumes" in told:
        told["volumes"] = [_mount(one) for one in told["volumes"]]
    if "ports" in told:
        told["ports"] = [f"{one['host_ip']}:{one['published']}:{one['target']}" for one in told["ports"]]
    if "depends_on" in told:
        told["depends_on"] = {name: {"condition": one["condition"]} for name, one in told["depends_on"].items()}
    return _numbers(told)


def _mount(told: Mapping[str, Any]) -> str:
    return f"{told['source']}:{told['target']}" + (":ro" if told.get("read_only") else "")


def _numbers(service: Service) -> Service:
    sized: dict[str, Any] = {name: _bytes(value) if name in SIZES else value for name, value in service.items()}
    if "stop_grace_period" in sized:
        sized["stop_grace_period"] = _seconds(sized["stop_grace_period"])
    if "healthcheck" in sized:
        sized["healthcheck"] = {
            name: _seconds(value) if name in TIMES else value for name, value in sized["healthcheck"].items()
        }
    return sized


def _bytes(size: str) -> int:
    number, unit = re.fullmatch(r"(\d+)([mg]?)b?", str(size)).groups()  # type: ignore[union-attr]
    return int(number) * {"": 1, "m": 1024**2, "g": 1024**3}[unit]


def _seconds(time: str) -> int:
    return sum(int(number) * {"m": 60, "s": 1}[unit] for number, unit in re.findall(r"(\d+)([ms])", time))
