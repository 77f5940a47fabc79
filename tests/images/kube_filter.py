"""What podman 4.3 can play of the rendered manifests, and what takes the operators' place.

Left as they are: ConfigMaps, and of each workload the image, command, environment, limits and how it is shut in.
Podman plays Deployments, Pods and ConfigMaps alone, so that

- a StatefulSet and a Job become Pods by the name that Kubernetes would give to their first one;
- Secrets become podman's own, and volumes made of them folders of files: those that External Secrets and Strimzi make
  are made here from the same objects;
- probes are taken out, and asked by the suite: podman would ask them by a program that the image has not got;
- ports are taken out: podman would publish each on the machine, which all pods would then want for themselves;
- a folder for a while gets its pod's name: podman gives folders of one name to all pods at once;
- how pods are spread, what may talk to whom, how many there are and when they run is a cluster's business.
"""

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

Manifest = dict[str, Any]

WORKLOADS = ("Deployment", "StatefulSet", "Job", "CronJob")
PROBES = ("startupProbe", "livenessProbe", "readinessProbe")
#: What podman does not know, or reads and does nothing with.
OF_A_CLUSTER = ("topologySpreadConstraints", "serviceAccountName", "automountServiceAccountToken")


def workloads(manifests: Sequence[Manifest], component: str) -> Sequence[Manifest]:
    """Workloads of a component, such as `api`, of which there is to be at least one."""
    found = [each for each in manifests if each["kind"] in WORKLOADS]
    return [each for each in found if component_of(each) == component and each["spec"].get("replicas", 1) > 0]


def component_of(manifest: Manifest) -> str:
    """What a workload is to its service."""
    return str(manifest["metadata"]["labels"]["app.kubernetes.io/component"])


def of_kind(manifests: Sequence[Manifest], kind: str) -> Sequence[Manifest]:
    """All objects of a kind."""
    return [each for each in manifests if each["kind"] == kind]


def pod_of(workload: Manifest, secrets: Path) -> Manifest:
    """The first pod of a workload, as podman can play it.

    Args:
        workload: a Deployment, StatefulSet, Job or CronJob.
        secrets: folder with a folder of files for each Secret.
    """
    spec = workload["spec"]
    template = spec["jobTemplate"]["spec"]["template"] if workload["kind"] == "CronJob" else spec["template"]
    name = workload["metadata"]["name"]
    inner = {key: value for key, value in template["spec"].items() if key not in OF_A_CLUSTER}
    inner["containers"] = [_container(each, name) for each in inner["containers"]]
    inner["volumes"] = [_volume(each, name, secrets) for each in inner["volumes"]]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": f"{name}-0", "labels": template["metadata"]["labels"]},
        "spec": inner,
    }


def config_maps_of(pod: Manifest, manifests: Sequence[Manifest]) -> Sequence[Manifest]:
    """The ConfigMaps that a pod reads."""
    [container] = pod["spec"]["containers"]
    named = {each["configMapRef"]["name"] for each in container.get("envFrom", [])}
    return [each for each in of_kind(manifests, "ConfigMap") if each["metadata"]["name"] in named]


def _container(container: Manifest, pod: str) -> Manifest:
    kept = {key: value for key, value in container.items() if key not in (*PROBES, "lifecycle", "ports")}
    mounts = [{**each, "name": f"{pod}-{each['name']}"} for each in container["volumeMounts"]]
    return {**kept, "volumeMounts": mounts}


def _volume(volume: Manifest, pod: str, secrets: Path) -> Manifest:
    name = f"{pod}-{volume['name']}"
    if "emptyDir" in volume:
        return {"name": name, "emptyDir": {}}
    if "secret" in volume:
        folder = secrets / volume["secret"]["secretName"]
    else:
        folder = secrets / name
        folder.mkdir(exist_ok=True)
        for item in _items_of(volume["projected"]):
            (folder / item["path"]).write_bytes((secrets / item["secret"] / item["key"]).read_bytes())
    return {"name": name, "hostPath": {"path": str(folder), "type": "Directory"}}


def _items_of(projected: Manifest) -> Iterator[Mapping[str, str]]:
    """What a volume takes of several Secrets: the broker's authority and the pod's own certificate."""
    for source in projected["sources"]:
        yield from ({**item, "secret": source["secret"]["name"]} for item in source["secret"]["items"])


def secrets_of(
    manifests: Sequence[Manifest], vault: Mapping[str, Mapping[str, str]]
) -> Mapping[str, Mapping[str, str]]:
    """What External Secrets makes of what lies in the vault: Secret -> key -> value.

    Args:
        manifests: with the ExternalSecrets.
        vault: path -> property -> value.
    """
    return {
        each["metadata"]["name"]: dict(_filled(each["spec"], vault)) for each in of_kind(manifests, "ExternalSecret")
    }


def _filled(spec: Manifest, vault: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[str, str]]:
    fetched = {
        each["secretKey"]: vault[each["remoteRef"]["key"]][each["remoteRef"]["property"]] for each in spec["data"]
    }
    template = spec["target"].get("template")
    if template is None:
        yield from fetched.items()
        return
    for key, text in template["data"].items():
        # Passwords of the suite are letters and digits, so that `urlquery` changes nothing.
        yield key, re.sub(r"\{\{ \.(\w+)(?: \| urlquery)? \}\}", lambda found: fetched[found[1]], text)


def as_podman_reads_it(secret: Mapping[str, str]) -> Mapping[str, str]:
    """A Secret as podman 4.3 keeps it."""
    return {key: base64.b64encode(value.encode()).decode() for key, value in secret.items()}
