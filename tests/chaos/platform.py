"""The platform's processes as a keeper runs them: by the commands of production, restarted when they end."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import httpx
from sqlalchemy.engine import make_url

from braid.command_line.services import SERVICES, definition_of
from braid.kit.identity import Principal
from tests.chaos.links import LOOPBACK, Links
from tests.chaos.servers import listening_ports
from tests.real_parts.process_platform import ProcessPlatform, key_server

#: How long a keeper takes to see that a process ended by itself, in seconds.
LOOK_EVERY_S = 0.5
#: Processes that are started side by side at first: a machine of two cores has no more done by starting all at once.
STARTED_TOGETHER = 8
START_WITHIN_S = 300


@dataclass
class Fall:
    """A process that ended although nobody had ended it."""

    command: str
    code: int
    log: str


@dataclass
class Platform(ProcessPlatform):
    """The processes, each with what it needs behind links."""

    links: Links = field(default_factory=lambda: Links(()))
    #: Commands that are down on purpose for the moment.
    down: set[str] = field(default_factory=set)
    fallen: list[Fall] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Address of the gateway, behind people's own link."""
        return f"http://{LOOPBACK}:{self.links['people-gateway'].port}"

    def token(self, principal: Principal) -> str:
        """A token with which somebody comes to the gateway."""
        return self.issuer.token(principal)

    @asynccontextmanager
    async def kept(self) -> AsyncIterator["Platform"]:
        """All processes, ready, and kept running; everything is stopped in the end."""
        with key_server(self.folder / "development-public.jwks.json") as keys_url:
            self._keys_url = keys_url
            keeper = asyncio.create_task(self._keep())
            try:
                for first in range(0, len(self.commands), STARTED_TOGETHER):
                    together = self.commands[first : first + STARTED_TOGETHER]
                    for command in together:
                        self.start(command)
                    await self.seconds_to_ready(together, START_WITHIN_S)
                yield self
            finally:
                keeper.cancel()
                await asyncio.gather(keeper, return_exceptions=True)
                self.thaw_all()
                # Beside the links, which they need to finish what is in hand.
                await asyncio.to_thread(self.stop_all)

    def start(self, command: str, *, clock_s: int = 0) -> None:
        """Start one process, with a clock that is wrong by so many seconds where told."""
        faked = {}
        if clock_s:
            faked = {
                "LD_PRELOAD": str(clock_library()),
                "FAKETIME": f"{clock_s:+d}s",
                "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            }
        with (self.folder / f"{command.replace(' ', '-')}.log").open("ab") as log:
            self.processes[command] = subprocess.Popen(
                [sys.executable, "-m", "braid", *command.split()],
                env={**os.environ, **self.environment(command), **faked},
                stdout=log,
                stderr=log,
            )
        self.down.discard(command)

    def kill(self, command: str) -> None:
        """SIGKILL one process; it stays down."""
        self.down.add(command)
        super().kill(command)

    def stop(self, command: str) -> int:
        """SIGTERM one process, which finishes what is in hand; it stays down."""
        self.down.add(command)
        process = self.processes[command]
        process.terminate()
        try:
            return process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()

    def freeze(self, command: str) -> None:
        """Stop one process where it stands."""
        self.processes[command].send_signal(signal.SIGSTOP)

    def thaw(self, command: str) -> None:
        """Let it go on."""
        self.processes[command].send_signal(signal.SIGCONT)

    def thaw_all(self) -> None:
        """Let all go on, so that they can end."""
        for process in self.processes.values():
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGCONT)

    async def seconds_to_ready(self, commands: list[str], patience_s: float) -> float:
        """How long until processes say that they are ready, from now.

        Raises:
            TimeoutError: one was not in time.
        """
        started = time.monotonic()
        async with httpx.AsyncClient(timeout=10) as client:
            waiting = set(commands)
            while waiting:
                if time.monotonic() - started > patience_s:
                    raise TimeoutError(f"not ready after {patience_s:.0f} s: {', '.join(sorted(waiting))}")
                answers = await asyncio.gather(*(self._is_ready(client, command) for command in sorted(waiting)))
                waiting -= {command for command, is_ready in zip(sorted(waiting), answers, strict=True) if is_ready}
                await asyncio.sleep(0.2 if waiting else 0)
        return time.monotonic() - started

    async def _is_ready(self, client: httpx.AsyncClient, command: str) -> bool:
        with contextlib.suppress(httpx.TransportError):
            return (await client.get(f"http://{LOOPBACK}:{self.ports[command]}/readyz")).is_success
        return False

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            for command, process in list(self.processes.items()):
                code = process.poll()
                if code is not None and command not in self.down:
                    self.fallen.append(Fall(command, code, self.log(command)[-3_000:]))
                    self.start(command)

    def _service_settings(self, service: str) -> Mapping[str, str]:
        plain = dict(super()._service_settings(service))
        database = self.links[f"{service}-database"]
        for name in ("DATABASE__URL", "DATABASE__OPS_URL"):
            plain[name] = make_url(plain[name]).set(port=database.port).render_as_string(hide_password=False)
        plain["KAFKA__BOOTSTRAP"] = f"{LOOPBACK}:{self.links[f'{service}-broker'].port}"
        for asked in definition_of(service).asks:
            plain[f"ADDRESSES__{asked.upper()}"] = f"http://{LOOPBACK}:{self.links[f'{service}-{asked}'].port}"
        return plain

    def _gateway_settings(self) -> Mapping[str, str]:
        links = {
            f"SERVICES__{service.upper()}": f"http://{LOOPBACK}:{self.links[f'gateway-{service}'].port}"
            for service in SERVICES
        }
        return {**super()._gateway_settings(), **links}


def ports_for(commands: list[str]) -> dict[str, int]:
    """A port for each process."""
    return dict(zip(commands, listening_ports(len(commands)), strict=True))


@cache
def clock_library() -> Path | None:
    """The library that tells a process another time, where the machine has it (Debian: libfaketime)."""
    return next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
