"""What is shipped for Kubernetes, asked of a real API server: each form is taken as it stands."""

import copy
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

from tests.deployment.manifests import OVERLAYS, rendered_manifests
from tests.deployment.test_kubernetes import KUBERNETES_RELEASE

from .api_server import ApiServer, Refused
from .building import release
from .definitions import definitions

Manifest = Mapping[str, Any]
FORMS = sorted(path.name for path in OVERLAYS.iterdir())
#: Given to each pod by what makes it from its template.
_POD = {"apiVersion": "v1", "kind": "Pod"}


@pytest.fixture(params=FORMS, scope="module")
def overlay(request: pytest.FixtureRequest, server: ApiServer) -> Sequence[Manifest]:
    """An overlay's objects; the server knows their kinds, and their namespace is there."""
    shipped = rendered_manifests(request.param)
    known = list(definitions(shipped))
    server.apply(known)
    named = [f"crd/{one['metadata']['name']}" for one in known]
    server.kubectl("wait", "--for=condition=Established", "--timeout=60s", *named)
    server.apply([one for one in shipped if one["kind"] == "Namespace"])
    return shipped


def test_the_server_is_of_the_oldest_release_that_the_manifests_are_for() -> None:
    assert release("k8s.io/kubernetes").startswith(f"{KUBERNETES_RELEASE}.")


def test_the_server_takes_every_object_without_a_warning(server: ApiServer, overlay: Sequence[Manifest]) -> None:
    said = server.try_out(overlay)

    assert said.count("serverside-applied (server dry run)") == len(overlay)
    assert "Warning" not in said


def test_the_namespace_admits_every_pod_that_our_workloads_make(server: ApiServer, overlay: Sequence[Manifest]) -> None:
    pods = list(_pods(overlay))

    said = server.try_out(pods)

    assert said.count("(server dry run)") == len(pods) > len({one["metadata"]["namespace"] for one in pods})
    assert "Warning" not in said


def test_the_namespace_turns_away_a_pod_that_may_become_root(server: ApiServer, overlay: Sequence[Manifest]) -> None:
    pod = copy.deepcopy(next(_pods(overlay)))
    del pod["spec"]["containers"][0]["securityContext"]

    with pytest.raises(Refused, match="violates PodSecurity"):
        server.try_out([pod])


def test_a_field_that_no_kind_has_is_turned_away(server: ApiServer, overlay: Sequence[Manifest]) -> None:
    for kind in ("Deployment", "KafkaTopic"):
        spoilt = copy.deepcopy(next(one for one in overlay if one["kind"] == kind))
        spoilt["spec"]["replicaz"] = 3

        with pytest.raises(Refused, match="replicaz"):
            server.try_out([spoilt])


def test_what_breaks_an_operators_own_rule_is_turned_away(server: ApiServer, overlay: Sequence[Manifest]) -> None:
    routes = [one for one in overlay if one["kind"] == "HTTPRoute"]
    route = copy.deepcopy(next(one for one in routes if "backendRefs" in json.dumps(one)))
    rule = next(one for one in route["spec"]["rules"] if "backendRefs" in one)
    del rule["backendRefs"][0]["port"]

    with pytest.raises(Refused, match="Must have port for Service"):
        server.try_out([route])


def _pods(manifests: Sequence[Manifest]) -> Iterator[Any]:
    """A pod from each template."""
    for one in manifests:
        spec = one.get("spec", {})
        template = spec.get("jobTemplate", {}).get("spec", spec).get("template", {})
        if "containers" in template.get("spec", {}):
            about = one["metadata"]
            name = f"{one['kind'].lower()}-{about['name']}"
            labels = template.get("metadata", {}).get("labels", {})
            metadata = {"name": name, "namespace": about["namespace"], "labels": labels}
            yield {**_POD, "metadata": metadata, "spec": template["spec"]}
