"""The Kubernetes manifests, read in two ways.

One by one, as they lie in the base: each file there holds whole objects, so that most rules can be checked on any
machine. And as they reach a cluster, rendered through the example overlay: with the names, settings and references put
together. Rendering takes kubectl or kustomize; copying what they do would only add a second, slightly different one.
"""

import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from .delivered import ROOT

KUBERNETES = ROOT / "deploy" / "k8s"
BASE = KUBERNETES / "base"
OVERLAYS = KUBERNETES / "overlays"
COUNCIL = "example-council"

Manifest = Mapping[str, Any]

#: Files that say something to Kustomize and hold no whole object.
_FOR_KUSTOMIZE = ("kustomization.yaml", "particulars.yaml", "name-references.yaml")
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read(text: str) -> list[Any]:
    """All documents of a YAML text."""
    return [document for document in yaml.load_all(text, Loader=_LOADER) if document is not None]


@cache
def source_manifests() -> Sequence[Manifest]:
    """The base's objects, file by file."""
    files = sorted(path for path in BASE.rglob("*.yaml") if path.name not in _FOR_KUSTOMIZE)
    return [manifest for path in files for manifest in read(path.read_text())]


@cache
def rendered_manifests(overlay: str = COUNCIL) -> Sequence[Manifest]:
    """An overlay's objects as they reach a cluster; skips the test where nothing here can render them."""
    return rendered_folder(OVERLAYS / overlay)


def rendered_folder(folder: Path) -> Sequence[Manifest]:
    """The objects of a folder's kustomization; skips the test where nothing here can render them."""
    if shutil.which("kubectl"):
        command = ["kubectl", "kustomize", str(folder)]
    elif shutil.which("kustomize"):
        command = ["kustomize", "build", str(folder)]
    else:
        pytest.skip("rendering takes kubectl or kustomize, and neither is installed")
    rendered = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert rendered.returncode == 0, rendered.stderr
    return read(rendered.stdout)


def of_kind(manifests: Sequence[Manifest], *kinds: str) -> list[Manifest]:
    """Those of some kinds."""
    return [manifest for manifest in manifests if manifest["kind"] in kinds]


def by_name(manifests: Sequence[Manifest], kind: str) -> dict[str, Manifest]:
    """Those of one kind, by name."""
    found = of_kind(manifests, kind)
    named = {manifest["metadata"]["name"]: manifest for manifest in found}
    assert len(named) == len(found), f"two objects of kind {kind} have one name"
    return named


def workloads(manifests: Sequence[Manifest]) -> list[Manifest]:
    """What runs pods of ours."""
    return of_kind(manifests, "Deployment", "StatefulSet", "Job", "CronJob")


def long_running(manifests: Sequence[Manifest]) -> list[Manifest]:
    """What runs pods of ours that do not end by themselves, and are there whether or not somebody mends something."""
    found = of_kind(manifests, "Deployment", "StatefulSet")
    return [workload for workload in found if pod_labels(workload)["app.kubernetes.io/component"] != "operations"]


def pod_of(workload: Manifest) -> Manifest:
    """A workload's pod."""
    pod: Manifest = _template(workload)["spec"]
    return pod


def _template(workload: Manifest) -> Manifest:
    job = workload["spec"].get("jobTemplate", workload)
    template: Manifest = job["spec"]["template"]
    return template


def containers_of(workload: Manifest) -> list[Manifest]:
    """All containers of a workload's pod."""
    pod = pod_of(workload)
    return [*pod.get("initContainers", []), *pod["containers"]]


def title(manifest: Manifest) -> str:
    """How a failing test names an object."""
    return f"{manifest['kind']}/{manifest['metadata']['name']}"


def selects(selector: Manifest, labels: Mapping[str, str]) -> bool:
    """Whether a label selector selects an object with these labels."""
    wanted = selector.get("matchLabels", {})
    return all(labels.get(name) == value for name, value in wanted.items()) and all(
        _fits(expression, labels) for expression in selector.get("matchExpressions", [])
    )


def _fits(expression: Manifest, labels: Mapping[str, str]) -> bool:
    is_in = labels.get(expression["key"]) in expression["values"]
    return is_in if expression["operator"] == "In" else not is_in


def pod_labels(workload: Manifest) -> Mapping[str, str]:
    """Labels of a workload's pods."""
    labels: Mapping[str, str] = _template(workload)["metadata"]["labels"]
    return labels


def strings_in(value: Any) -> Iterator[str]:
    """Every string inside a manifest."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from strings_in(inner)
    elif isinstance(value, Sequence):
        for inner in value:
            yield from strings_in(inner)
