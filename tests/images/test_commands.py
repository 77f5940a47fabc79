"""Every long-running command in a container that is shut in as in a cluster, on a real broker and database."""

import asyncio
import json
from pathlib import Path

import httpx
import pytest

from braid.command_line.demonstration import example_people, make_journey
from braid.command_line.embedded_platform import Databases
from braid.command_line.services import SERVICES
from braid.kit.identity import Role
from tests.real_parts.kafka_broker import KafkaBroker
from tests.real_parts.process_platform import free_ports

from .building import BUILD_TIMEOUT_S, IMAGE
from .container_platform import SHUT_IN, ContainerPlatform
from .engine import Engine

pytestmark = [pytest.mark.timeout(2 * BUILD_TIMEOUT_S), pytest.mark.usefixtures("built")]

#: As long as the Compose file and the manifests give a container to finish what it has in hand, in seconds.
GRACE_S = 60
#: In good order, or as a shell tells of SIGTERM what the web server passes on when it has finished.
IN_GOOD_ORDER = (0, 143)
PATIENCE_S = 600


@pytest.mark.kafka
async def test_a_budget_opens_and_every_command_stops_in_time_when_told_to(
    engine: Engine, databases: Databases, kafka: KafkaBroker, tmp_path: Path
) -> None:
    [person, *_] = example_people()
    containers = ContainerPlatform(
        databases, kafka.bootstrap, tmp_path / "platform", ready_within_s=PATIENCE_S, engine=engine
    )
    # Pytest's own folders are closed to everybody else, and so to the image's user.
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)
    async with containers.running():
        async with containers.client() as practitioner:
            person_id = await make_journey(practitioner, person, reference="in-containers", patience_s=PATIENCE_S)
            budget = (await practitioner.get(f"/v1/people/{person_id}/budget")).json()
        async with containers.client(Role.AUDITOR) as auditor:
            proof = (await auditor.get("/v1/journal/proof")).json()
        ends = {
            command: await asyncio.to_thread(stopped, engine, containers, command) for command in containers.commands
        }

    assert [fund["stream"] for fund in budget["funds"]]
    assert proof["holds"]
    assert {command: code for command, code in ends.items() if code not in IN_GOOD_ORDER} == {}


def stopped(engine: Engine, platform: ContainerPlatform, command: str) -> int:
    """How a container ended that was told to; 137 where it had to be killed when its time was up."""
    engine.podman("stop", f"--time={GRACE_S}", platform.container(command), timeout_s=PATIENCE_S)
    return platform.processes[command].wait(timeout=PATIENCE_S)


async def test_a_container_that_waits_for_its_database_stops_when_told_to(engine: Engine) -> None:
    engine.podman(
        *("run", "--detach", "--name=waiting", "--network=host", *SHUT_IN, "--env=ASSESSMENT_ENVIRONMENT=test"),
        "--env=ASSESSMENT_DATABASE__OPS_URL=postgresql://nobody:known-to-nobody@127.0.0.1:1/none",
        "--env=ASSESSMENT_KAFKA__BOOTSTRAP=127.0.0.1:1",
        *(IMAGE, "relay", "assessment"),
    )
    try:
        async with asyncio.timeout(PATIENCE_S):
            while "database_away" not in said(engine, "waiting"):
                await asyncio.sleep(0.5)
        engine.podman("stop", f"--time={GRACE_S}", "waiting", timeout_s=PATIENCE_S)
        [found] = json.loads(engine.podman("inspect", "waiting"))
        assert found["State"]["ExitCode"] == 143, said(engine, "waiting")
    finally:
        engine.tried(["podman", "rm", "--force", "--time=5", "waiting"])


def said(engine: Engine, container: str) -> str:
    """A container's log."""
    logs = engine.tried(["podman", "logs", container])
    return logs.stdout + logs.stderr


async def test_the_image_s_own_check_tells_whether_a_container_lives(engine: Engine) -> None:
    [port] = free_ports(1)
    engine.podman("volume", "create", "keys-of-one")
    mounted = "--volume=keys-of-one:/var/lib/braid/keys"
    engine.podman("run", "--rm", *SHUT_IN, mounted, IMAGE, *["keys", "create", "--directory", "/var/lib/braid/keys"])
    engine.podman(
        *("run", "--detach", "--name=living", f"--publish=127.0.0.1:{port}:8000", *SHUT_IN, f"{mounted}:ro"),
        *("--env=GATEWAY_ENVIRONMENT=local", "--env=GATEWAY_HTTP__HOST=0.0.0.0", "--env=GATEWAY_HTTP__PORT=8000"),
        *(f"--env=GATEWAY_SERVICES__{name.upper()}=http://127.0.0.1:1" for name in SERVICES),
        *("--env=GATEWAY_IDENTITY__ISSUER=http://127.0.0.1:1", "--env=GATEWAY_IDENTITY__AUDIENCE=braid"),
        "--env=GATEWAY_INTERNAL__PRIVATE_KEY_FILE=/var/lib/braid/keys/internal-private.pem",
        *(IMAGE, "serve", "gateway"),
    )
    try:
        async with httpx.AsyncClient() as client, asyncio.timeout(PATIENCE_S):
            while not await answers(client, f"http://127.0.0.1:{port}/livez"):
                await asyncio.sleep(0.5)
        assert check(engine, "living") == 0, said(engine, "living")
        engine.podman("run", "--detach", "--name=deaf", *SHUT_IN, "--entrypoint=sleep", IMAGE, "3600")
        assert check(engine, "deaf") != 0
    finally:
        engine.tried(["podman", "rm", "--force", "--time=5", "living", "deaf"])
        engine.tried(["podman", "volume", "rm", "--force", "keys-of-one"])


def check(engine: Engine, container: str) -> int:
    """How the check ends that the image brings."""
    return engine.tried(["podman", "healthcheck", "run", container]).returncode


async def answers(client: httpx.AsyncClient, url: str) -> bool:
    """Whether somebody answers there."""
    try:
        return (await client.get(url)).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False
