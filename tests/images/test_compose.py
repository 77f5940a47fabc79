"""The Compose file brought up, and a person's budget through it from end to end."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import pytest

from .building import BUILD_TIMEOUT_S
from .compose_platform import ComposePlatform
from .end_to_end import open_a_budget
from .engine import Engine
from .realm import COUNCIL, Realm

pytestmark = [pytest.mark.timeout(2 * BUILD_TIMEOUT_S), pytest.mark.kafka, pytest.mark.usefixtures("stand_ins")]

MEGABYTE = 1024 * 1024


async def test_a_budget_opens_through_the_compose_file_and_the_journal_holds(engine: Engine, realm: Realm) -> None:
    async with ComposePlatform(engine).running() as platform:
        await open_a_budget(platform.url, realm, reference="in-compose")
        verify = ["podman", "exec", platform.container("ledger"), "braid", "ledger", "verify", COUNCIL]
        proof = await asyncio.to_thread(engine.tried, verify)
        found = json.loads(engine.podman("inspect", *map(platform.container, platform.of_ours)))

    assert proof.returncode == 0, proof.stdout + proof.stderr
    assert {one["Name"]: how_it_is_shut_in(one) for one in found} == {one["Name"]: SHUT_IN for one in found}


#: What the Compose file says of each of our containers, as podman tells it.
SHUT_IN = {
    "user": "10001:10001",
    "root can be written": False,
    "capabilities": [],
    "new privileges": False,
    "memory": 384 * MEGABYTE,
    "processes": 128,
}


def how_it_is_shut_in(container: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a container may do, as podman tells it."""
    host = container["HostConfig"]
    return {
        "user": container["Config"]["User"],
        "root can be written": not host["ReadonlyRootfs"],
        "capabilities": container["EffectiveCaps"] or [],
        "new privileges": "no-new-privileges" not in " ".join(host["SecurityOpt"]),
        "memory": host["Memory"],
        "processes": host["PidsLimit"],
    }
