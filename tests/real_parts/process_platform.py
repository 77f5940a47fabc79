"""The whole platform as separate processes on real Kafka: each service's API, consumer and relay, and the gateway."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx

from braid.command_line.embedded_platform import Databases
from braid.command_line.services import SERVICES, definition_of
from braid.command_line.topics import create_missing
from braid.kit.identity import Principal, Role, create_keys
from gateway.development_issuer import AUDIENCE, ISSUER, DevelopmentIssuer
from services.webhooks.sealing import KEYS_FILE, create_webhook_key

START_TIMEOUT_S = 90


@dataclass
class ProcessPlatform:
    """Starts, kills and restarts the platform's processes.

    Args:
        databases: of the services, migrated.
        bootstrap: address of the broker.
        folder: for keys and logs.
        ready_within_s: patience with each process.
        tree: where the code lies that they run.
    """

    databases: Databases
    bootstrap: str
    folder: Path
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=dict)
    ready_within_s: int = START_TIMEOUT_S
    tree: Path = Path(__file__).parents[2]

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        for name in ("internal", "development"):
            create_keys(self.folder, name)
        create_webhook_key(self.folder)
        self.issuer = DevelopmentIssuer(self.folder / "development-private.pem", "test")
        self.commands = [
            *(f"serve {service}" for service in SERVICES),
            *(f"consume {service}" for service in SERVICES if definition_of(service).handlers),
            *(f"relay {service}" for service in SERVICES),
            *(f"send {service}" for service in SERVICES if definition_of(service).sender),
            "serve gateway",
        ]

    @property
    def url(self) -> str:
        """Address of the gateway."""
        return f"http://127.0.0.1:{self.ports['serve gateway']}"

    def client(self, role: Role = Role.PRACTITIONER, council: str = "E10009999") -> httpx.AsyncClient:
        """A client of the gateway, signed in."""
        token = self.issuer.token(Principal(f"{role}:test", council, frozenset({role})))
        return httpx.AsyncClient(base_url=self.url, headers={"authorization": f"Bearer {token}"}, timeout=30)

    @asynccontextmanager
    async def running(self) -> AsyncIterator["ProcessPlatform"]:
        """The platform, ready; everything is stopped in the end."""
        await create_missing(self.bootstrap, partitions=3, replicas=1)
        async with self.running_without_kafka(*self.commands):
            yield self

    @asynccontextmanager
    async def running_without_kafka(self, *commands: str) -> AsyncIterator["ProcessPlatform"]:
        """Some of its processes, ready, whether or not there is a broker; everything is stopped in the end."""
        with key_server(self.folder / "development-public.jwks.json") as keys_url:
            self._keys_url = keys_url
            self.ports = dict(zip(self.commands, free_ports(len(self.commands)), strict=True))
            try:
                for command in commands:
                    self.start(command)
                await asyncio.gather(*(self.ready(command) for command in commands))
                yield self
            finally:
                self.stop_all()

    def start(self, command: str) -> None:
        """Start one process, such as ``consume ras``."""
        with (self.folder / f"{command.replace(' ', '-')}.log").open("ab") as log:
            self.processes[command] = subprocess.Popen(
                self._program(command),
                env={**os.environ, **self.environment(command)},
                cwd=self.tree,
                stdout=log,
                stderr=log,
            )

    def kill(self, command: str) -> None:
        """SIGKILL one process."""
        self.processes[command].kill()
        self.processes[command].wait()

    def stop(self, command: str) -> int:
        """SIGTERM one process; its exit code."""
        self.processes[command].terminate()
        return self.processes[command].wait(timeout=30)

    def stop_all(self) -> None:
        """Stop whatever still runs."""
        for process in self.processes.values():
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.processes.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=20)
            process.kill()

    async def ready(self, command: str) -> None:
        """Wait until a process says that it is ready.

        Raises:
            RuntimeError: it ended, or is not ready in time; the message holds its log.
        """
        url = f"http://127.0.0.1:{self.ports[command]}/readyz"
        async with httpx.AsyncClient() as client:
            for _ in range(self.ready_within_s * 10):
                with contextlib.suppress(httpx.TransportError):
                    if (await client.get(url)).status_code == httpx.codes.OK:
                        return
                if self.processes[command].poll() is not None:
                    break
                await asyncio.sleep(0.1)
        raise RuntimeError(f"braid {command} is not ready:\n{self.log(command)}")

    def log(self, command: str) -> str:
        """What a process wrote."""
        return (self.folder / f"{command.replace(' ', '-')}.log").read_text()

    def _program(self, command: str) -> list[str]:
        """What runs a command of the platform: here, this very Python."""
        return [sys.executable, "-m", "braid", *command.split()]

    def environment(self, command: str) -> Mapping[str, str]:
        """The settings of a process, beside what it inherits."""
        name = command.split()[1]
        prefix = f"{name.upper()}_"
        common = {"ENVIRONMENT": "test", "HTTP__PORT": str(self.ports[command]), "TELEMETRY__LOG_LEVEL": "info"}
        own = self._gateway_settings() if name == "gateway" else self._service_settings(name)
        return {prefix + variable: value for variable, value in {**common, **own}.items()}

    def _service_settings(self, service: str) -> Mapping[str, str]:
        database = self.databases.settings_of(service)
        assert database.url is not None
        assert database.ops_url is not None
        return {
            "DATABASE__URL": database.url.get_secret_value(),
            "DATABASE__OPS_URL": database.ops_url.get_secret_value(),
            "KAFKA__BOOTSTRAP": self.bootstrap,
            "KAFKA__SESSION_TIMEOUT_MS": "6000",
            "IDENTITY__INTERNAL_KEYS_FILE": str(self.folder / "internal-public.jwks.json"),
            **({"SEALING__KEYS_FILE": str(self.folder / KEYS_FILE)} if service == "webhooks" else {}),
            **{
                f"ADDRESSES__{asked.upper()}": f"http://127.0.0.1:{self.ports[f'serve {asked}']}"
                for asked in definition_of(service).asks
            },
        }

    def _gateway_settings(self) -> Mapping[str, str]:
        return {
            **{f"SERVICES__{name.upper()}": f"http://127.0.0.1:{self.ports[f'serve {name}']}" for name in SERVICES},
            # What is measured is the platform, by callers who are few and ask much.
            "RATE__PER_SECOND": "1000000",
            "RATE__BURST": "1000000",
            "IDENTITY__ISSUER": ISSUER,
            "IDENTITY__AUDIENCE": AUDIENCE,
            "IDENTITY__KEYS_URL": self._keys_url,
            "INTERNAL__PRIVATE_KEY_FILE": str(self.folder / "internal-private.pem"),
        }


@contextmanager
def key_server(file: Path) -> Iterator[str]:
    """Serves an issuer's public keys, as an identity provider does; gives the address."""

    class Keys(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(json.loads(file.read_text())).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Keys)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/keys"
    finally:
        server.shutdown()
        server.server_close()


def free_ports(count: int) -> list[int]:
    """Ports of the loopback address that nobody listens on now."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()
