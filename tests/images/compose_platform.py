"""The Compose file as it stands, run by podman-compose with stand-ins for the images that cannot be had."""

import asyncio
import re
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import yaml

from .building import ROOT
from .engine import Engine, EngineFailed

COMPOSE_FILE = ROOT / "docker-compose.yml"
#: What watches the platform: nothing of ours waits for it, and its images cannot be had.
LEFT_OUT = {"otel-collector", "prometheus", "grafana"}
PATIENCE_S = 900
POLL_S = 2
#: Podman's own name server knows no names for a moment whenever a container comes or goes, and a job that asks in that
#: moment fails. It is started again, as by `docker compose up` called a second time; after other faults it is not.
NAME_NOT_KNOWN = "Name or service not known"
TRIES_MOST = 5


@dataclass
class ComposePlatform:
    """What `docker compose up` starts, in the order that the file asks for.

    Podman before 4.6 knows no condition of health and nothing asks a container's check in its place where there is no
    systemd, so both are done here: a service starts when those that it depends on are as the file says.
    """

    engine: Engine
    started: list[str] = field(default_factory=list)

    @property
    def services(self) -> Mapping[str, Any]:
        """What is started without a profile, but for what is left out."""
        told = yaml.safe_load(COMPOSE_FILE.read_text())["services"]
        return {name: one for name, one in told.items() if "profiles" not in one and name not in LEFT_OUT}

    @property
    def url(self) -> str:
        """Where the file publishes the gateway."""
        [port] = self.services["gateway"]["ports"]
        return f"http://{port.rpartition(':')[0]}"

    @asynccontextmanager
    async def running(self) -> AsyncIterator["ComposePlatform"]:
        """All of it, each as ready as the file can tell; containers and volumes are taken away in the end."""
        try:
            order = TopologicalSorter({name: _conditions(one).keys() for name, one in self.services.items()})
            order.prepare()
            while order.is_active():
                stage = order.get_ready()
                await asyncio.to_thread(self.compose, "up", "--detach", "--no-deps", "--no-build", *stage)
                self.started += stage
                await asyncio.gather(*(self._as_wanted(name) for name in stage))
                order.done(*stage)
            yield self
        finally:
            await asyncio.to_thread(self.compose, "down", "--volumes", "--timeout=20")

    def compose(self, *arguments: str) -> str:
        """What a command of podman-compose prints.

        Raises:
            EngineFailed: it ended badly.
        """
        program = str(Path(sys.executable).with_name("podman-compose"))
        return self.engine.run([program, f"--file={COMPOSE_FILE}", *arguments], timeout_s=PATIENCE_S, folder=ROOT)

    def container(self, service: str) -> str:
        """Name of a service's container."""
        return f"braid_{service}_1"

    @property
    def of_ours(self) -> Sequence[str]:
        """Services of our image that go on running."""
        return [name for name, one in self.services.items() if _is_ours(one) and not _is_job(one)]

    async def _as_wanted(self, service: str) -> None:
        """Wait until a job has ended well, or a service is in good health by its own check.

        Raises:
            EngineFailed: it did not get there; the message holds its log.
        """
        name = self.container(service)
        if _is_job(self.services[service]):
            await self._ended_well(name)
            return
        for _ in range(PATIENCE_S // POLL_S):
            check = await asyncio.to_thread(self.engine.tried, ["podman", "healthcheck", "run", name])
            if check.returncode == 0:
                return
            await asyncio.sleep(POLL_S)
        raise EngineFailed(f"{service} is not in good health:\n{said(self.engine, name)}")

    async def _ended_well(self, name: str) -> None:
        for _ in range(TRIES_MOST):
            ended = await asyncio.to_thread(self.engine.podman, "wait", name, timeout_s=PATIENCE_S)
            if ended.strip() == "0":
                return
            log = said(self.engine, name)
            if NAME_NOT_KNOWN not in log:
                break
            await asyncio.to_thread(self.engine.podman, "start", name)
        raise EngineFailed(f"{name} ended with {ended.strip()}:\n{log}")


def _conditions(service: Mapping[str, Any]) -> Mapping[str, Any]:
    conditions: Mapping[str, Any] = service.get("depends_on", {})
    return conditions


def _is_job(service: Mapping[str, Any]) -> bool:
    return bool(service.get("restart") == "no")


def _is_ours(service: Mapping[str, Any]) -> bool:
    return re.match(r"braid:", service["image"]) is not None


def said(engine: Engine, container: str) -> str:
    """The end of a container's log."""
    logs = engine.tried(["podman", "logs", "--tail=40", container])
    return logs.stdout + logs.stderr
