"""The manifests of the overlay `local`, rendered by kubectl and played by podman."""

import asyncio
import json
import subprocess
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import yaml

from .building import ROOT
from .compose_platform import PATIENCE_S, POLL_S, said
from .engine import Engine, EngineFailed
from .kube_filter import PROBES, Manifest, config_maps_of, of_kind, pod_of, workloads
from .operators import NETWORK, Operators, readable

OVERLAY = ROOT / "deploy" / "k8s" / "overlays" / "local"
PORT = 8000
#: What runs on, in no order: a process waits for what it needs.
RUNNING = ("api", "consumer", "relay", "sender")


def rendered() -> Sequence[Manifest]:
    """The overlay's objects, as a cluster would get them."""
    done = subprocess.run(["kubectl", "kustomize", str(OVERLAY)], capture_output=True, text=True, check=True)
    return [each for each in yaml.safe_load_all(done.stdout) if each]


@dataclass
class KubePlatform:
    """What `kubectl apply -k overlays/local` starts, one pod of each workload.

    Args:
        engine: that has our image and the stand-ins.
        folder: for keys, certificates and Secrets as files.
    """

    engine: Engine
    folder: Path
    manifests: Sequence[Manifest] = field(default_factory=rendered)
    played: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._operators = Operators(self.engine, self.folder, self.manifests)

    @asynccontextmanager
    async def running(self) -> AsyncIterator["KubePlatform"]:
        """All of it, ready; everything is taken away in the end."""
        try:
            self.engine.podman("network", "create", NETWORK)
            await self._operators.work()
            await asyncio.gather(*(self.job(each) for each in workloads(self.manifests, "migration")))
            lasting = [each for component in RUNNING for each in workloads(self.manifests, component)]
            await asyncio.gather(*(self._last(each) for each in lasting))
            yield self
        finally:
            await asyncio.to_thread(self._end)

    @property
    def url(self) -> str:
        """Address of the gateway's pod."""
        return f"http://{self._address('gateway-api-0')}:{PORT}"

    async def job(self, workload: Manifest) -> str:
        """Run a Job to its end, or a CronJob once; what it said.

        Raises:
            EngineFailed: it ended badly.
        """
        container = container_of(await asyncio.to_thread(self._play, workload))
        ended = await asyncio.to_thread(self.engine.podman, "wait", container, timeout_s=PATIENCE_S)
        if ended.strip() != "0":
            raise EngineFailed(f"{container} ended with {ended.strip()}:\n{said(self.engine, container)}")
        return said(self.engine, container)

    def _play(self, workload: Manifest) -> str:
        """Have podman play a workload's first pod, found by the names of its Services; the pod's name."""
        pod = pod_of(workload, self._operators.secrets)
        readable(self._operators.secrets)
        name = str(pod["metadata"]["name"])
        file = self.folder / f"{name}.yaml"
        file.write_text(yaml.safe_dump_all([*config_maps_of(pod, self.manifests), pod]))
        labels = pod["metadata"]["labels"].items()
        services = [each for each in of_kind(self.manifests, "Service") if each["spec"]["selector"].items() <= labels]
        network = ":".join([NETWORK, *(f"alias={each['metadata']['name']}" for each in services)])
        self.played.append(name)
        self.engine.podman("kube", "play", f"--network={network}", str(file), timeout_s=PATIENCE_S)
        return name

    async def _last(self, workload: Manifest) -> None:
        """Play what is to run on, and ask its probes, as the manifest names them, until all are content.

        Raises:
            EngineFailed: they were not in time; the message holds its log.
        """
        pod = await asyncio.to_thread(self._play, workload)
        [container] = workload["spec"]["template"]["spec"]["containers"]
        paths = [container[probe]["httpGet"]["path"] for probe in PROBES]
        async with httpx.AsyncClient(base_url=f"http://{self._address(pod)}:{PORT}", timeout=10) as client:
            for _ in range(PATIENCE_S // POLL_S):
                if all([await _is_content(client, path) for path in paths]):
                    return
                await asyncio.sleep(POLL_S)
        raise EngineFailed(f"{pod} is not ready:\n{said(self.engine, container_of(pod))}")

    def _address(self, pod: str) -> str:
        infra = json.loads(self.engine.podman("pod", "inspect", pod))["InfraContainerID"]
        [found] = json.loads(self.engine.podman("inspect", infra))
        return str(found["NetworkSettings"]["Networks"][NETWORK]["IPAddress"])

    def _end(self) -> None:
        self.engine.tried(["podman", "pod", "rm", "--force", "--time=20", *self.played], timeout_s=PATIENCE_S)
        self._operators.end()
        self.engine.tried(["podman", "volume", "prune", "--force"])
        self.engine.tried(["podman", "network", "rm", "--force", NETWORK])


def container_of(pod: str) -> str:
    """Podman's name of the one container of one of our pods."""
    return f"{pod}-braid"


async def _is_content(client: httpx.AsyncClient, path: str) -> bool:
    try:
        return (await client.get(path)).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False
