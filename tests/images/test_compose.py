"""The Compose file brought up, and a person's budget through it from end to end."""

import asyncio
import json

import pytest

from .building import BUILD_TIMEOUT_S
from .compose_platform import ComposePlatform
from .end_to_end import open_a_budget
from .engine import Engine
from .realm import COUNCIL, Realm
from .shut_in import how_it_is_shut_in

pytestmark = [pytest.mark.timeout(2 * BUILD_TIMEOUT_S), pytest.mark.kafka, pytest.mark.usefixtures("stand_ins")]

MEBIBYTE = 1024 * 1024


async def test_a_budget_opens_through_the_compose_file_and_the_journal_holds(engine: Engine, realm: Realm) -> None:
    async with ComposePlatform(engine).running() as platform:
        await open_a_budget(platform.url, realm, reference="in-compose")
        verify = ["podman", "exec", platform.container("ledger"), "braid", "ledger", "verify", COUNCIL]
        proof = await asyncio.to_thread(engine.tried, verify)
        found = json.loads(engine.podman("inspect", *map(platform.container, platform.of_ours)))

    assert proof.returncode == 0, proof.stdout + proof.stderr
    assert {one["Name"]: how_it_is_shut_in(one) for one in found} == {one["Name"]: SHUT_IN for one in found}


#: What the Compose file says of each of our containers.
SHUT_IN = {
    "user": "10001:10001",
    "root can be written": False,
    "capabilities": [],
    "new privileges": False,
    "memory": 384 * MEBIBYTE,
}
