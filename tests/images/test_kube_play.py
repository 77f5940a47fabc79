"""The Kubernetes manifests played by podman, and a person's budget through them from end to end."""

import json
import shutil
from pathlib import Path

import pytest

from .building import BUILD_TIMEOUT_S
from .end_to_end import open_a_budget
from .engine import Engine
from .kube_filter import workloads
from .kube_platform import KubePlatform, container_of
from .realm import Realm
from .shut_in import how_it_is_shut_in

pytestmark = [pytest.mark.timeout(2 * BUILD_TIMEOUT_S), pytest.mark.kafka, pytest.mark.usefixtures("stand_ins")]

MEBIBYTE = 1024 * 1024


async def test_a_budget_opens_through_the_manifests_and_the_nightly_proof_holds(
    engine: Engine, realm: Realm, tmp_path: Path
) -> None:
    if shutil.which("kubectl") is None:
        pytest.skip("kubectl is not installed, which renders the manifests")
    async with KubePlatform(engine, tmp_path / "cluster").running() as platform:
        await open_a_budget(platform.url, realm, reference="in-pods")
        [proof] = workloads(platform.manifests, "proof")
        told = await platform.job(proof)
        found = json.loads(engine.podman("inspect", *map(container_of, platform.played)))

    assert "E10009999" in told
    for container in found:
        shut_in = how_it_is_shut_in(container)
        memory = shut_in.pop("memory")
        assert shut_in == {"user": "10001:10001", "root can be written": False, "capabilities": [],
                           "new privileges": False}, container["Name"]  # fmt: skip
        assert 0 < memory <= 512 * MEBIBYTE, container["Name"]
