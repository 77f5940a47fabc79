"""The Kubernetes manifests: whole, restricted, and fitting together.

Every object of every overlay is checked against its kind's schema, strictly: Kubernetes' own by those that
kubernetes-validate carries, the operators' by those in `schemas`.
"""

import json
import os
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib import resources
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from referencing import Registry, Resource

from braid.command_line.daily_calls import AWAY, REFUSED
from braid.command_line.partner_manifests import partner_manifests
from braid.command_line.services import all_topics, definition_of
from braid.contracts.catalogue import dead_letter_topic
from services.funding_streams.discovery import agencies
from services.webhooks.domain.targets import PORTS, is_public, private_networks

from .delivered import (
    COMMANDS,
    CONSUMERS,
    DATABASE_URLS,
    PREFIXES,
    SERVICES,
    is_pinned,
    settings_of,
    settings_of_clock,
    unknown_variables,
)
from .manifests import (
    BASE,
    KUBERNETES,
    OVERLAYS,
    Manifest,
    by_name,
    containers_of,
    long_running,
    of_kind,
    pod_labels,
    pod_of,
    read,
    rendered_folder,
    rendered_manifests,
    selects,
    source_manifests,
    strings_in,
    title,
    workloads,
)

#: The oldest release that the manifests are written for: in it, a preStop that sleeps needs no shell and no gate.
KUBERNETES_RELEASE = "v1.34"

#: Groups of the operators' own kinds; their full schemas lie in `schemas`.
OPERATORS = (
    "kafka.strimzi.io", "postgresql.cnpg.io", "external-secrets.io", "gateway.networking.k8s.io", "keda.sh",
    "monitoring.coreos.com", "barmancloud.cnpg.io",
)  # fmt: skip
SCHEMAS = Path(__file__).parent / "schemas"
#: What is shipped, in every form: each must be valid and keep to the policies.
FORMS = ("base", *sorted(path.name for path in OVERLAYS.iterdir()))


@pytest.fixture(params=FORMS)
def delivered(request: pytest.FixtureRequest) -> Sequence[Manifest]:
    """All objects of one form."""
    return source_manifests() if request.param == "base" else rendered_manifests(request.param)


@pytest.fixture(params=["as they lie in the base", "as they reach a cluster"])
def manifests(request: pytest.FixtureRequest) -> Sequence[Manifest]:
    """All objects, read in both ways."""
    return source_manifests() if "base" in request.param else rendered_manifests()


@pytest.fixture
def rendered() -> Sequence[Manifest]:
    """All objects as they reach a cluster; the names that one object calls another by are only right there."""
    return rendered_manifests()


def at(value: Any, path: str) -> Any:
    """What lies at a dotted path, or nothing."""
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


@cache
def schemas_of_kubernetes() -> tuple[Any, Registry[Any]]:
    """The strict schemas that kubernetes-validate carries, and what they refer to.

    Its own function reads a megabyte of definitions again for each object, which would be most of this suite's time.
    """
    every_release = resources.files("kubernetes_validate") / "kubernetes-json-schema"
    [release] = [
        folder
        for folder in every_release.iterdir()
        if folder.name.startswith(f"{KUBERNETES_RELEASE}.") and folder.name.endswith("-local-strict")
    ]
    definitions: Resource[Any] = Resource.from_contents(json.loads((release / "_definitions.json").read_text()))
    return release, (definitions @ Registry()).crawl()


@cache
def validator_of(api_version: str, kind: str) -> jsonschema.Draft202012Validator:
    """Checks objects of a kind, strictly: a field that the kind does not have is a fault."""
    if api_version.startswith(OPERATORS):
        # What a cluster adds to every object is not in the operators' definitions, and neither is it in ours.
        path = SCHEMAS / f"{api_version.rpartition('/')[0]}_{kind.lower()}_{api_version.rpartition('/')[2]}.json"
        return jsonschema.Draft202012Validator(json.loads(path.read_text()))
    release, registry = schemas_of_kubernetes()
    group, _, version = api_version.rpartition("/")
    name = "-".join(part for part in (kind.lower(), group.partition(".")[0], version) if part)
    schema = json.loads((release / f"{name}.json").read_text())
    return jsonschema.Draft202012Validator(schema, registry=Resource.from_contents(schema) @ registry)


# --- form ---------------------------------------------------------------------------------------------------------


def test_every_object_fits_its_kinds_schema(delivered: Sequence[Manifest]) -> None:
    faults = [
        f"{title(manifest)}: {error.json_path}: {error.message}"
        for manifest in delivered
        for error in validator_of(manifest["apiVersion"], manifest["kind"]).iter_errors(manifest)
    ]

    assert len(delivered) > 50
    assert faults == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda manifest: manifest["spec"].update(replicas="3"),
        lambda manifest: manifest["spec"].update(replica=3),
        lambda manifest: manifest["spec"]["template"]["spec"]["containers"][0].pop("name"),
    ],
)
def test_the_schemas_find_a_spoilt_object(spoil: Callable[[Any], Any]) -> None:
    [relay] = [m for m in source_manifests() if m["kind"] == "Deployment" and m["metadata"]["name"] == "relay"]
    spoilt = json.loads(json.dumps(relay))
    spoil(spoilt)

    assert not validator_of("apps/v1", "Deployment").is_valid(spoilt)


@pytest.mark.parametrize(
    ("kind", "spoil"),
    [
        ("Kafka", lambda spec: spec["kafka"].update(replica=3)),
        ("Kafka", lambda spec: spec["kafka"]["listeners"][0].update(type="interior")),
        ("KafkaUser", lambda spec: spec["authorization"]["acls"].append({"resource": {"type": "topics"}})),
        ("Cluster", lambda spec: spec.update(instance=3)),
        ("ExternalSecret", lambda spec: spec["target"].update(creationPolicy="Mine")),
        ("HTTPRoute", lambda spec: spec["rules"][0]["matches"][0]["path"].update(type="Precise")),
        ("ScaledObject", lambda spec: spec.update(maxReplicas=6)),
        ("PodMonitor", lambda spec: spec["podMetricsEndpoints"][0].update(intervals="15s")),
        ("PrometheusRule", lambda spec: spec["groups"][0]["rules"][0].pop("expr")),
    ],
)
def test_the_schemas_find_a_spoilt_object_of_an_operator(kind: str, spoil: Callable[[Any], Any]) -> None:
    spoilt = json.loads(json.dumps(of_kind(rendered_manifests(), kind)[0]))
    assert validator_of(spoilt["apiVersion"], kind).is_valid(spoilt)
    spoil(spoilt["spec"])

    assert not validator_of(spoilt["apiVersion"], kind).is_valid(spoilt)


def test_every_schema_that_is_kept_is_used() -> None:
    used = {
        f"{manifest['apiVersion'].rpartition('/')[0]}_{manifest['kind'].lower()}_{manifest['apiVersion'].rpartition('/')[2]}.json"
        for overlay in FORMS[1:]
        for manifest in rendered_manifests(overlay)
        if manifest["apiVersion"].startswith(OPERATORS)
    }

    assert {path.name for path in SCHEMAS.glob("*.json")} == used


def test_every_file_of_the_base_is_used_by_a_kustomization() -> None:
    listed = set(BASE.rglob("kustomization.yaml"))
    for kustomization in sorted(listed):
        [content] = read(kustomization.read_text())
        directory = kustomization.parent
        listed |= {directory / resource for resource in content.get("resources", [])}
        listed |= {directory / patch["path"] for patch in content.get("patches", [])}
        listed |= {directory / file for file in content.get("configurations", [])}
        listed |= {directory / file for made in content.get("configMapGenerator", []) for file in made.get("envs", [])}
    files = {path for path in BASE.rglob("*") if path.is_file()}

    assert {str(path.relative_to(BASE)) for path in files - listed} == set()


# --- pods ---------------------------------------------------------------------------------------------------------


def test_no_container_runs_as_root_or_can_become_it(delivered: Sequence[Manifest]) -> None:
    for workload in workloads(delivered):
        pod = pod_of(workload)["securityContext"]
        assert pod["runAsNonRoot"] is True, title(workload)
        assert pod["runAsUser"] == 10001, title(workload)
        assert pod["seccompProfile"] == {"type": "RuntimeDefault"}, title(workload)
        for container in containers_of(workload):
            context = container["securityContext"]
            assert context["runAsNonRoot"] is True, title(workload)
            assert context["allowPrivilegeEscalation"] is False, title(workload)
            assert context["capabilities"] == {"drop": ["ALL"]}, title(workload)
            assert context["seccompProfile"] == {"type": "RuntimeDefault"}, title(workload)


def test_no_container_can_write_anywhere_but_in_its_own_temporary_folder(delivered: Sequence[Manifest]) -> None:
    for workload in workloads(delivered):
        writable = {volume["name"] for volume in pod_of(workload)["volumes"] if "emptyDir" in volume}
        for container in containers_of(workload):
            assert container["securityContext"]["readOnlyRootFilesystem"] is True, title(workload)
            mounts = {mount["mountPath"]: mount for mount in container["volumeMounts"]}
            assert mounts["/tmp"]["name"] in writable, title(workload)
            assert all(mount.get("readOnly") for path, mount in mounts.items() if path != "/tmp"), title(workload)


def test_every_container_says_what_it_needs_and_may_take(delivered: Sequence[Manifest]) -> None:
    for workload in workloads(delivered):
        for container in containers_of(workload):
            for bound in ("requests", "limits"):
                assert set(container["resources"][bound]) == {"cpu", "memory"}, title(workload)


def test_kafka_says_what_it_needs_and_may_take(delivered: Sequence[Manifest]) -> None:
    pools = of_kind(delivered, "KafkaNodePool", "Cluster")

    assert len(pools) == 3
    for pool in pools:
        for bound in ("requests", "limits"):
            assert set(pool["spec"]["resources"][bound]) == {"cpu", "memory"}, title(pool)


def test_long_running_containers_are_probed(delivered: Sequence[Manifest]) -> None:
    for workload in long_running(delivered):
        for container in containers_of(workload):
            assert container["startupProbe"]["httpGet"]["path"] == "/livez", title(workload)
            assert container["livenessProbe"]["httpGet"]["path"] == "/livez", title(workload)
            assert container["readinessProbe"]["httpGet"]["path"] == "/readyz", title(workload)
            assert container["ports"] == [{"name": "http", "containerPort": 8000}], title(workload)


def test_images_are_pinned_and_name_no_registry(delivered: Sequence[Manifest]) -> None:
    images = {container["image"] for workload in workloads(delivered) for container in containers_of(workload)}

    assert images == {"braid:0.1.0"}
    assert all(is_pinned(image) for image in images)
    assert not [text for manifest in delivered for text in strings_in(manifest) if ":latest" in text]


def test_pods_get_no_token_for_the_kubernetes_api(delivered: Sequence[Manifest]) -> None:
    for workload in workloads(delivered):
        assert pod_of(workload)["automountServiceAccountToken"] is False, title(workload)
    for account in of_kind(delivered, "ServiceAccount"):
        assert account["automountServiceAccountToken"] is False, title(account)


def test_pods_get_no_variables_from_kubernetes_that_a_service_would_refuse(delivered: Sequence[Manifest]) -> None:
    for workload in workloads(delivered):
        assert pod_of(workload)["enableServiceLinks"] is False, title(workload)


def test_apis_are_given_time_to_drain(manifests: Sequence[Manifest]) -> None:
    apis = [w for w in long_running(manifests) if pod_labels(w)["app.kubernetes.io/component"] == "api"]

    assert apis
    for api in apis:
        [container] = containers_of(api)
        assert container["lifecycle"]["preStop"]["sleep"]["seconds"] == 10
        assert pod_of(api)["terminationGracePeriodSeconds"] == 45
        assert api["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
        assert "replicas" not in api["spec"]


def test_consumers_keep_their_names_and_finish_what_is_in_hand(manifests: Sequence[Manifest]) -> None:
    consumers = of_kind(manifests, "StatefulSet")

    assert consumers
    for consumer in consumers:
        assert pod_labels(consumer)["app.kubernetes.io/component"] == "consumer"
        assert pod_of(consumer)["terminationGracePeriodSeconds"] == 60
        assert "volumeClaimTemplates" not in consumer["spec"]


def test_apis_and_consumers_are_spread_over_zones_and_machines(manifests: Sequence[Manifest]) -> None:
    for workload in long_running(manifests):
        if pod_labels(workload)["app.kubernetes.io/component"] in ("api", "consumer"):
            constraints = pod_of(workload)["topologySpreadConstraints"]
            assert {constraint["topologyKey"] for constraint in constraints} == {
                "topology.kubernetes.io/zone",
                "kubernetes.io/hostname",
            }
            for constraint in constraints:
                assert selects(constraint["labelSelector"], pod_labels(workload)), title(workload)


# --- namespace and network ----------------------------------------------------------------------------------------


def test_the_namespace_refuses_pods_that_are_not_restricted(delivered: Sequence[Manifest]) -> None:
    [namespace] = of_kind(delivered, "Namespace")

    for mode in ("enforce", "audit", "warn"):
        assert namespace["metadata"]["labels"][f"pod-security.kubernetes.io/{mode}"] == "restricted"


def test_everything_lies_in_that_namespace(rendered: Sequence[Manifest]) -> None:
    [namespace] = of_kind(rendered, "Namespace")
    elsewhere = [
        title(manifest)
        for manifest in rendered
        if manifest is not namespace and manifest["metadata"].get("namespace") != namespace["metadata"]["name"]
    ]

    assert elsewhere == []


def test_what_is_not_allowed_is_denied_in_every_namespace(delivered: Sequence[Manifest]) -> None:
    denied = {
        policy["metadata"].get("namespace", "braid")
        for policy in of_kind(delivered, "NetworkPolicy")
        if policy["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    }

    namespaces = {namespace["metadata"]["name"] for namespace in of_kind(delivered, "Namespace")}
    assert namespaces == {"braid"} == denied


def test_no_policy_lets_in_from_everywhere(delivered: Sequence[Manifest]) -> None:
    for policy in of_kind(delivered, "NetworkPolicy"):
        for rule in policy["spec"].get("ingress", []):
            assert rule.get("from"), title(policy)
            assert rule.get("ports"), title(policy)
            assert all(peer.get("podSelector") != {} for peer in rule["from"]), title(policy)
        for rule in policy["spec"].get("egress", []):
            assert rule.get("ports"), title(policy)


@pytest.mark.parametrize(
    ("service", "component", "allowed"),
    [
        ("gateway", "api", {"names", "gateway", "traces"}),
        ("ras", "api", {"names", "services-to-postgres", "traces"}),
        ("ras", "consumer", {"names", "services-to-postgres", "services-to-kafka", "traces"}),
        ("ras", "relay", {"names", "services-to-postgres", "services-to-kafka", "traces"}),
        ("ras", "migration", {"names", "services-to-postgres"}),
        ("webhooks", "api", {"names", "services-to-postgres", "webhooks-to-funding-streams", "traces"}),
        ("webhooks", "consumer", {"names", "services-to-postgres", "services-to-kafka", "traces"}),
        ("webhooks", "sender", {"names", "services-to-postgres", "webhooks-outward", "traces"}),
        ("ledger", "proof", {"names", "services-to-postgres"}),
        ("clock", "daily", {"names", "clock"}),
        ("ledger", "operations", {"names", "services-to-postgres"}),
    ],
)
def test_each_pod_may_go_where_it_must_and_nowhere_else(
    rendered: Sequence[Manifest], service: str, component: str, allowed: set[str]
) -> None:
    [workload] = [w for w in workloads(rendered) if w["metadata"]["name"] == f"{service}-{component}"]
    names = {
        name
        for name, policy in by_name(rendered, "NetworkPolicy").items()
        if "egress" in policy["spec"] and selects(policy["spec"]["podSelector"], pod_labels(workload))
    }

    assert names == allowed


def test_the_sender_alone_may_call_the_public_internet_and_nothing_private(rendered: Sequence[Manifest]) -> None:
    with_blocks = {
        name
        for name, policy in by_name(rendered, "NetworkPolicy").items()
        for rule in policy["spec"].get("egress", [])
        for peer in rule.get("to", [])
        if "ipBlock" in peer
    }
    assert with_blocks == {"webhooks-outward"}
    policy = by_name(rendered, "NetworkPolicy")["webhooks-outward"]["spec"]
    senders = [w["metadata"]["name"] for w in workloads(rendered) if selects(policy["podSelector"], pod_labels(w))]
    assert senders == ["webhooks-sender"]
    [rule] = policy["egress"]
    assert {port["port"] for port in rule["ports"]} == PORTS
    blocks = [peer["ipBlock"] for peer in rule["to"]]

    def lets_through(address: str) -> bool:
        found = ip_address(address)
        return any(
            found in ip_network(block["cidr"]) and not any(found in ip_network(one) for one in block["except"])
            for block in blocks
            if ip_network(block["cidr"]).version == found.version
        )

    for private in ("10.1.2.3", "172.20.0.1", "192.168.1.1", "169.254.169.254", "168.63.129.16", "100.100.100.200",
                    "127.0.0.1", "224.0.0.1", "fd00::1", "fe80::1", "::1", "2002:a00:1::"):  # fmt: skip
        assert not lets_through(private), private
        assert not is_public(ip_address(private)), private
    assert lets_through("1.1.1.1")
    assert lets_through("2606:4700:4700::1111")


def test_the_sender_may_call_the_private_networks_that_are_named_and_no_other(tmp_path: Path) -> None:
    taken = [os.path.relpath(OVERLAYS / "local", tmp_path)]
    components = [os.path.relpath(KUBERNETES / "components" / "private-receivers", tmp_path)]
    kustomization = {"resources": taken, "components": components}
    (tmp_path / "kustomization.yaml").write_text(yaml.safe_dump(kustomization))
    rendered = rendered_folder(tmp_path)

    policy = by_name(rendered, "NetworkPolicy")["webhooks-to-own-networks"]
    senders = [w for w in workloads(rendered) if selects(policy["spec"]["podSelector"], pod_labels(w))]
    assert [sender["metadata"]["name"] for sender in senders] == ["webhooks-sender"]
    [rule] = policy["spec"]["egress"]
    assert {port["port"] for port in rule["ports"]} == PORTS
    named = environment_of(senders[0], rendered)["WEBHOOKS_PRIVATE_NETWORKS"]
    assert [str(each) for each in private_networks(named)] == [peer["ipBlock"]["cidr"] for peer in rule["to"]]


def test_the_keys_of_secrets_are_seen_by_what_seals_and_what_signs_alone(rendered: Sequence[Manifest]) -> None:
    seen_by = {
        workload["metadata"]["name"]
        for workload in workloads(rendered)
        for volume in pod_of(workload)["volumes"]
        if at(volume, "secret.secretName") == "webhooks-keys"
    }
    told = {
        workload["metadata"]["name"]
        for workload in workloads(rendered)
        if "WEBHOOKS_SEALING__KEYS_FILE" in environment_of(workload, rendered)
    }

    assert seen_by == told == {"webhooks-api", "webhooks-sender"}


def test_every_policy_of_our_pods_selects_some(rendered: Sequence[Manifest]) -> None:
    operators = {"postgres", "kafka", "kafka-operators", "kafka-from-autoscaler"}
    for name, policy in by_name(rendered, "NetworkPolicy").items():
        if name not in operators:
            assert any(selects(policy["spec"]["podSelector"], pod_labels(w)) for w in workloads(rendered)), name


def test_the_gateway_is_the_only_way_in(rendered: Sequence[Manifest]) -> None:
    assert of_kind(rendered, "Ingress") == []
    assert {service["spec"].get("type", "ClusterIP") for service in of_kind(rendered, "Service")} == {"ClusterIP"}
    [route] = of_kind(rendered, "HTTPRoute")
    backends = [backend for rule in route["spec"]["rules"] for backend in rule.get("backendRefs", [])]

    assert backends == [{"name": "gateway-api", "port": 8000}]
    assert "gateway-api" in by_name(rendered, "Service")


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/metrics"])
def test_probes_and_metrics_are_not_shown_to_the_public(manifests: Sequence[Manifest], path: str) -> None:
    [route] = of_kind(manifests, "HTTPRoute")
    rules = [
        rule
        for rule in route["spec"]["rules"]
        if {"type": "Exact", "value": path} in [match["path"] for match in rule["matches"]]
    ]

    assert len(rules) == 1
    assert "backendRefs" not in rules[0]


# --- references ---------------------------------------------------------------------------------------------------


def made_secrets(rendered: Sequence[Manifest]) -> Mapping[str, set[str] | None]:
    """Secrets that operators make, with their keys."""
    made: dict[str, set[str] | None] = {"braid-cluster-ca-cert": {"ca.crt"}}
    for secret in of_kind(rendered, "ExternalSecret"):
        template = at(secret, "spec.target.template.data")
        made[secret["metadata"]["name"]] = set(template or [entry["secretKey"] for entry in secret["spec"]["data"]])
    for user in of_kind(rendered, "KafkaUser"):
        made[user["metadata"]["name"]] = {"user.crt", "user.key", "ca.crt"}
    return made


def test_every_secret_that_a_pod_reads_is_made_with_that_key(rendered: Sequence[Manifest]) -> None:
    made = made_secrets(rendered)
    for workload in workloads(rendered):
        for container in containers_of(workload):
            for variable in container.get("env", []):
                reference = at(variable, "valueFrom.secretKeyRef")
                if reference:
                    assert reference["key"] in (made[reference["name"]] or ()), title(workload)
        for volume in pod_of(workload)["volumes"]:
            if "secret" in volume:
                assert volume["secret"]["secretName"] in made, title(workload)
            for source in at(volume, "projected.sources") or []:
                keys = {item["key"] for item in source["secret"]["items"]}
                assert keys <= (made[source["secret"]["name"]] or set()), title(workload)


def test_every_configuration_and_account_that_a_pod_names_is_there(rendered: Sequence[Manifest]) -> None:
    configurations, accounts = by_name(rendered, "ConfigMap"), by_name(rendered, "ServiceAccount")
    for workload in workloads(rendered):
        assert pod_of(workload)["serviceAccountName"] in accounts, title(workload)
        for container in containers_of(workload):
            for source in container["envFrom"]:
                assert source["configMapRef"]["name"] in configurations, title(workload)


def test_services_budgets_and_autoscalers_find_their_pods(rendered: Sequence[Manifest]) -> None:
    for kind, path in (("Service", "spec.selector"), ("PodDisruptionBudget", "spec.selector.matchLabels")):
        for thing in of_kind(rendered, kind):
            found = [w for w in workloads(rendered) if selects({"matchLabels": at(thing, path)}, pod_labels(w))]
            assert [w["metadata"]["name"] for w in found] == [thing["metadata"]["name"]], title(thing)
    for scaler in of_kind(rendered, "HorizontalPodAutoscaler"):
        assert scaler["spec"]["scaleTargetRef"]["name"] in by_name(rendered, "Deployment"), title(scaler)
    for consumer in of_kind(rendered, "StatefulSet"):
        assert consumer["spec"]["serviceName"] in by_name(rendered, "Service"), title(consumer)


# --- commands and settings ----------------------------------------------------------------------------------------


def environment_of(workload: Manifest, rendered: Sequence[Manifest]) -> Mapping[str, str]:
    """A container's variables as its process sees them; secrets stand as their own names."""
    [container] = containers_of(workload)
    configurations = by_name(rendered, "ConfigMap")
    variables: dict[str, str] = {}
    for source in container["envFrom"]:
        variables |= configurations[source["configMapRef"]["name"]]["data"]
    for variable in container.get("env", []):
        secret = at(variable, "valueFrom.secretKeyRef.name")
        field = at(variable, "valueFrom.fieldRef.fieldPath")
        variables[variable["name"]] = variable.get("value") or secret or field
    return variables


def command_of(workload: Manifest) -> tuple[str, str]:
    """A workload's `braid` command and service; what only one service has is a command of its own group.

    What operations do by hand is no command yet: the pod waits for it.
    """
    [container] = containers_of(workload)
    if pod_labels(workload)["app.kubernetes.io/component"] == "operations":
        assert container["command"] == ["sleep", "infinity"]
        return "operations", pod_labels(workload)["app.kubernetes.io/name"].replace("-", "_")
    command, service = container["args"]
    return (service, command) if command in SERVICES else (command, service)


def test_every_service_runs_all_its_commands(rendered: Sequence[Manifest]) -> None:
    running = sorted(command_of(workload) for workload in workloads(rendered))

    everywhere = [
        (command, service)
        for command in ("serve", "consume", "relay", "send", "migrate")
        for service in COMMANDS[command]
    ]
    by_hand = [("operations", service) for service in CONSUMERS]
    assert running == sorted([*everywhere, *by_hand, ("verify", "ledger"), ("clock", "daily")])


def test_every_variable_of_ours_names_a_setting(rendered: Sequence[Manifest]) -> None:
    for workload in workloads(rendered):
        assert unknown_variables(list(environment_of(workload, rendered))) == [], title(workload)


def test_every_variable_in_the_sources_names_a_setting() -> None:
    files = [*KUBERNETES.rglob("*.env"), *BASE.rglob("particulars.yaml"), *KUBERNETES.rglob("kustomization.yaml")]
    prefixes = "|".join(PREFIXES.values())
    for file in files:
        named = re.findall(rf"\b(?:{prefixes})[A-Z]\w+", file.read_text())
        assert unknown_variables(named) == [], file


def test_each_service_accepts_its_settings(rendered: Sequence[Manifest]) -> None:
    for workload in workloads(rendered):
        command, service = command_of(workload)
        if command == "clock":
            continue
        variables = environment_of(workload, rendered)
        settings = settings_of(service, variables)
        assert settings.environment == "production"
        assert (settings.http.host, settings.http.port) == ("0.0.0.0", 8000)


def test_an_overlay_says_whose_word_the_gateway_takes_for_where_a_request_comes_from(
    rendered: Sequence[Manifest],
) -> None:
    by_command = {command_of(workload): workload for workload in workloads(rendered)}
    told = environment_of(by_command["serve", "gateway"], rendered)["GATEWAY_HTTP__TRUSTED_PROXIES"]

    [network] = [ip_network(each) for each in told.split(",")]
    assert network.is_private
    assert network.num_addresses < 2**24, "nobody outside the cluster"


def test_the_clock_reaches_the_gateway_and_the_issuer_that_the_gateway_trusts(rendered: Sequence[Manifest]) -> None:
    by_command = {command_of(workload): workload for workload in workloads(rendered)}
    clock = by_command["clock", "daily"]
    settings = settings_of_clock(environment_of(clock, rendered))
    trusted = environment_of(by_command["serve", "gateway"], rendered)
    [container] = containers_of(clock)
    [mount] = [mount for mount in container["volumeMounts"] if mount["name"] == "client-key"]
    [volume] = [volume for volume in pod_of(clock)["volumes"] if volume["name"] == "client-key"]
    key_files = {f"{mount['mountPath']}/{key}" for key in made_secrets(rendered)[volume["secret"]["secretName"]] or ()}

    assert settings.gateway == "http://gateway-api:8000"
    assert settings.issuer == trusted["GATEWAY_IDENTITY__ISSUER"]
    assert settings.client_key_file in key_files


def test_the_clock_does_not_try_again_what_was_refused(manifests: Sequence[Manifest]) -> None:
    [clock] = [job for job in of_kind(manifests, "CronJob") if containers_of(job)[0]["args"] == ["clock", "daily"]]
    spec = clock["spec"]["jobTemplate"]["spec"]
    [rule] = spec["podFailurePolicy"]["rules"]

    assert spec["backoffLimit"] > 0
    assert rule == {
        "action": "FailJob",
        "onExitCodes": {"containerName": "braid", "operator": "In", "values": [REFUSED]},
    }
    assert AWAY not in rule["onExitCodes"]["values"]


def test_each_command_is_given_the_database_roles_that_it_works_as_and_no_other(rendered: Sequence[Manifest]) -> None:
    roles = {"URL": "app", "OPS_URL": "ops", "OWNER_URL": "owner"}
    for workload in workloads(rendered):
        command, service = command_of(workload)
        variables = environment_of(workload, rendered)
        given = {k: v for k, v in variables.items() if "_DATABASE__" in k and k.endswith("URL")}
        own = f"{service.replace('_', '-')}-database"
        settings = DATABASE_URLS[command] if service != "gateway" else ()
        expected = {f"{PREFIXES[service]}DATABASE__{setting}": f"{own}-{roles[setting]}" for setting in settings}
        assert given == expected, title(workload)


def test_each_command_finds_its_certificate_for_the_broker_where_it_looks(rendered: Sequence[Manifest]) -> None:
    for workload in workloads(rendered):
        command, service = command_of(workload)
        variables = environment_of(workload, rendered)
        told = {name: value for name, value in variables.items() if "_KAFKA__" in name}
        assert bool(told) is (command in ("consume", "relay")), title(workload)
        if not told:
            continue
        [container] = containers_of(workload)
        [mount] = [mount for mount in container["volumeMounts"] if mount["name"] == "kafka"]
        [volume] = [volume for volume in pod_of(workload)["volumes"] if volume["name"] == "kafka"]
        sources = volume["projected"]["sources"]
        files = {f"{mount['mountPath']}/{item['path']}" for source in sources for item in source["secret"]["items"]}
        wanted = {value for name, value in told.items() if name.endswith("_FILE")}
        assert wanted == files, title(workload)
        assert told[f"{PREFIXES[service]}KAFKA__SECURITY_PROTOCOL"] == "SSL"
        assert workload["metadata"]["name"] in [source["secret"]["name"] for source in sources]


def test_each_consumer_is_a_member_of_its_group_by_its_own_name(rendered: Sequence[Manifest]) -> None:
    for consumer in of_kind(rendered, "StatefulSet"):
        _, service = command_of(consumer)
        variables = environment_of(consumer, rendered)
        assert variables[f"{PREFIXES[service]}KAFKA__GROUP_INSTANCE_ID"] == "metadata.name"


def test_the_private_key_is_seen_by_the_gateway_alone(rendered: Sequence[Manifest]) -> None:
    seen_by = {
        workload["metadata"]["name"]
        for workload in workloads(rendered)
        for volume in pod_of(workload)["volumes"]
        if at(volume, "secret.secretName") == "gateway-private-key"
    }

    assert seen_by == {"gateway-api"}


def test_keys_are_where_each_command_looks(rendered: Sequence[Manifest]) -> None:
    made = made_secrets(rendered)
    looked_for = 0
    for workload in workloads(rendered):
        for name, value in environment_of(workload, rendered).items():
            if name.endswith(("INTERNAL_KEYS_FILE", "PRIVATE_KEY_FILE", "SESSION_KEYS_FILE")):
                [volume] = [volume for volume in pod_of(workload)["volumes"] if volume["name"] == "keys"]
                [container] = containers_of(workload)
                [mount] = [mount for mount in container["volumeMounts"] if mount["name"] == "keys"]
                files = {f"{mount['mountPath']}/{key}" for key in made[volume["secret"]["secretName"]] or ()}
                assert value in files, title(workload)
                looked_for += 1

    assert looked_for == len(SERVICES) + 2


def test_the_gateway_knows_every_service_by_its_address(rendered: Sequence[Manifest]) -> None:
    [gateway] = [workload for workload in workloads(rendered) if workload["metadata"]["name"] == "gateway-api"]
    variables = environment_of(gateway, rendered)
    for service in SERVICES:
        address = variables[f"GATEWAY_SERVICES__{service.upper()}"]
        name = address.removeprefix("http://").removesuffix(":8000")
        assert command_of(by_name(rendered, "Deployment")[name]) == ("serve", service)


def test_people_sign_in_at_the_address_that_leads_to_the_gateway(rendered: Sequence[Manifest]) -> None:
    [gateway] = [workload for workload in workloads(rendered) if workload["metadata"]["name"] == "gateway-api"]
    [route] = of_kind(rendered, "HTTPRoute")
    assert (
        environment_of(gateway, rendered)["GATEWAY_SIGN_IN__PUBLIC_URL"] == f"https://{route['spec']['hostnames'][0]}"
    )


def test_the_example_leaves_no_address_that_the_base_left_open(rendered: Sequence[Manifest]) -> None:
    assert [text for manifest in rendered for text in strings_in(manifest) if ".invalid" in text] == []


# --- Kafka --------------------------------------------------------------------------------------------------------


def test_every_topic_is_there_with_its_dead_letters(manifests: Sequence[Manifest]) -> None:
    topics = by_name(manifests, "KafkaTopic")

    assert set(topics) == {*all_topics(), *(dead_letter_topic(topic) for topic in all_topics())}
    for topic in topics.values():
        assert topic["spec"]["partitions"] == 6
        assert topic["spec"]["replicas"] == 3
        assert topic["spec"]["config"]["min.insync.replicas"] == 2


def rights(rendered: Sequence[Manifest], kind: str, operation: str) -> dict[str, set[str]]:
    """By user, the resources of a kind that it may do something with."""
    return {
        name: {
            rule["resource"]["name"]
            for rule in user["spec"]["authorization"]["acls"]
            if rule["resource"]["type"] == kind and operation in rule["operations"]
        }
        for name, user in by_name(rendered, "KafkaUser").items()
    }


def test_every_command_that_needs_the_broker_has_a_user_and_no_other_has(rendered: Sequence[Manifest]) -> None:
    users = {f"{s.replace('_', '-')}-consumer" for s in CONSUMERS} | {f"{s.replace('_', '-')}-relay" for s in SERVICES}

    assert set(by_name(rendered, "KafkaUser")) == users | {"lag-reader"} | {
        f"partner-{agency}" for agency in agencies()
    }


def test_nobody_has_rights_on_a_topic_that_is_not_there(rendered: Sequence[Manifest]) -> None:
    topics = set(by_name(rendered, "KafkaTopic"))
    for operation in ("Read", "Write", "Describe"):
        for name, named in rights(rendered, "topic", operation).items():
            assert named <= topics, name


def test_each_topic_has_one_publisher(rendered: Sequence[Manifest]) -> None:
    writers = rights(rendered, "topic", "Write")

    for topic in all_topics():
        assert len([name for name, written in writers.items() if topic in written]) == 1, topic


def test_consumers_write_nothing(rendered: Sequence[Manifest]) -> None:
    writers = rights(rendered, "topic", "Write")

    assert {name for name, written in writers.items() if written and name.endswith("-consumer")} == set()


def test_relays_read_nothing(rendered: Sequence[Manifest]) -> None:
    readers = rights(rendered, "topic", "Read")

    assert {name for name, read_ in readers.items() if read_ and name.endswith("-relay")} == set()


def test_what_a_consumer_reads_its_relay_may_bury(rendered: Sequence[Manifest]) -> None:
    readers, writers = rights(rendered, "topic", "Read"), rights(rendered, "topic", "Write")
    for service in (name.replace("_", "-") for name in CONSUMERS):
        buried = {dead_letter_topic(topic) for topic in readers[f"{service}-consumer"]}
        assert buried == {topic for topic in writers[f"{service}-relay"] if topic.endswith(".dlq")}


@pytest.mark.parametrize("service", SERVICES)
def test_each_service_may_read_the_topics_that_it_handles_and_no_other(
    rendered: Sequence[Manifest], service: str
) -> None:
    definition = definition_of(service)
    handled = set(definition.subscription.topics)

    assert rights(rendered, "topic", "Read").get(f"{service.replace('_', '-')}-consumer", set()) == handled
    assert bool(handled) is (service in CONSUMERS)


@pytest.mark.parametrize("agency", agencies())
def test_a_partner_writes_to_its_own_topic_and_reads_what_came_back_and_nothing_else(
    rendered: Sequence[Manifest], agency: str
) -> None:
    user, topic = f"partner-{agency}", f"partner.{agency}.eligibility.v1"

    assert rights(rendered, "topic", "Write")[user] == {topic}
    assert rights(rendered, "topic", "Read")[user] == {f"{topic}.dlq"}
    assert rights(rendered, "topic", "Describe")[user] == {topic, f"{topic}.dlq"}
    assert rights(rendered, "group", "Read")[user] == {f"partner.{agency}"}


def test_what_follows_from_the_partner_agencies_is_as_it_is_written() -> None:
    written = partner_manifests(agencies())

    assert [file.name for file, content in written.items() if file.read_text() != content] == []


def test_each_consumer_has_its_own_group(rendered: Sequence[Manifest]) -> None:
    groups = rights(rendered, "group", "Read")

    for service in CONSUMERS:
        assert groups[f"{service.replace('_', '-')}-consumer"] == {f"braid.{service}"}


def test_the_broker_lets_in_known_clients_over_an_encrypted_line_alone(delivered: Sequence[Manifest]) -> None:
    [kafka] = of_kind(delivered, "Kafka")

    assert kafka["spec"]["kafka"]["authorization"] == {"type": "simple"}
    for listener in kafka["spec"]["kafka"]["listeners"]:
        assert listener["tls"] is True
        assert listener["type"] == "internal"
        assert listener["authentication"] == {"type": "tls"}


def test_the_brokers_pods_fit_the_restricted_namespace(delivered: Sequence[Manifest]) -> None:
    [kafka] = of_kind(delivered, "Kafka")
    templates = [kafka["spec"]["kafka"]["template"], kafka["spec"]["entityOperator"]["template"]]
    contexts = [part["securityContext"] for template in templates for part in template.values()]

    assert len(contexts) == 5
    for context in contexts:
        assert context["runAsNonRoot"] is True
        assert context["seccompProfile"] == {"type": "RuntimeDefault"}
        assert "fsGroup" in context or context["capabilities"] == {"drop": ["ALL"]}


def test_consumers_are_scaled_by_the_lag_of_every_topic_of_ours_that_they_read(rendered: Sequence[Manifest]) -> None:
    scaled = by_name(rendered, "ScaledObject")
    [authentication] = of_kind(rendered, "TriggerAuthentication")
    readers = rights(rendered, "topic", "Read")

    assert set(scaled) == {f"{name.replace('_', '-')}-consumer" for name in CONSUMERS}
    for service in CONSUMERS:
        name = f"{service.replace('_', '-')}-consumer"
        spec, consumer = scaled[name]["spec"], by_name(rendered, "StatefulSet")[name]
        assert (spec["scaleTargetRef"]["kind"], spec["scaleTargetRef"]["name"]) == ("StatefulSet", name)
        assert "replicas" not in consumer["spec"], "each apply would fight the autoscaler"
        assert spec["maxReplicaCount"] == by_name(rendered, "KafkaTopic")["braid.award.v1"]["spec"]["partitions"]
        triggers = [trigger["metadata"] for trigger in spec["triggers"]]
        assert {trigger["topic"] for trigger in triggers} == {t for t in readers[name] if not t.startswith("partner.")}
        assert {trigger["consumerGroup"] for trigger in triggers} == {f"braid.{service}"}
        assert {trigger["authenticationRef"]["name"] for trigger in spec["triggers"]} == {
            authentication["metadata"]["name"]
        }


def test_whoever_scales_may_see_how_far_consumers_are_and_read_nothing(rendered: Sequence[Manifest]) -> None:
    [user] = [user for user in of_kind(rendered, "KafkaUser") if user["metadata"]["name"] == "lag-reader"]
    triggers = [
        trigger["metadata"] for scaled in of_kind(rendered, "ScaledObject") for trigger in scaled["spec"]["triggers"]
    ]

    assert {operation for rule in user["spec"]["authorization"]["acls"] for operation in rule["operations"]} == {
        "Describe"
    }
    assert rights(rendered, "topic", "Describe")["lag-reader"] == {trigger["topic"] for trigger in triggers}
    assert rights(rendered, "group", "Describe")["lag-reader"] == {trigger["consumerGroup"] for trigger in triggers}


def test_what_operations_do_by_hand_has_no_pod_until_somebody_wants_one(rendered: Sequence[Manifest]) -> None:
    deployments = by_name(rendered, "Deployment")
    for service in CONSUMERS:
        assert deployments[f"{service.replace('_', '-')}-operations"]["spec"]["replicas"] == 0


def test_metrics_are_fetched_from_every_pod_that_tells_them_by_the_labels_that_rules_know(
    rendered: Sequence[Manifest],
) -> None:
    monitor = by_name(rendered, "PodMonitor")["braid"]
    policy = by_name(rendered, "NetworkPolicy")["metrics"]
    [endpoint] = monitor["spec"]["podMetricsEndpoints"]

    for workload in workloads(rendered):
        tells = workload in long_running(rendered)
        assert selects(monitor["spec"]["selector"], pod_labels(workload)) is tells, title(workload)
        assert selects(policy["spec"]["podSelector"], pod_labels(workload)) is tells, title(workload)
    assert {rule["targetLabel"] for rule in endpoint["relabelings"]} == {"job", "app", "component"}


def test_the_databases_own_figures_are_fetched_by_the_label_that_rules_know(rendered: Sequence[Manifest]) -> None:
    monitor, policy = by_name(rendered, "PodMonitor")["postgres"], by_name(rendered, "NetworkPolicy")["postgres"]
    instance = {"cnpg.io/cluster": by_name(rendered, "Cluster")["postgres"]["metadata"]["name"]}
    [endpoint] = monitor["spec"]["podMetricsEndpoints"]
    let_in = [rule["ports"] for rule in policy["spec"]["ingress"] if "observability" in strings_in(rule)]

    assert selects(monitor["spec"]["selector"], instance)
    assert let_in == [[{"port": 9187}]]
    assert [rule["targetLabel"] for rule in endpoint["relabelings"]] == ["cluster"]


# --- PostgreSQL ---------------------------------------------------------------------------------------------------


def test_every_service_has_its_database_and_three_roles(rendered: Sequence[Manifest]) -> None:
    [cluster] = of_kind(rendered, "Cluster")
    databases = {database["spec"]["name"]: database["spec"]["owner"] for database in of_kind(rendered, "Database")}
    roles = {role["name"] for role in cluster["spec"]["managed"]["roles"]}

    assert databases == {f"braid_{service}": f"{service}_owner" for service in SERVICES}
    assert roles == {f"{service}_{role}" for service in SERVICES for role in ("owner", "app", "ops")}


def test_no_role_can_pass_by_row_level_security(delivered: Sequence[Manifest]) -> None:
    [cluster] = of_kind(delivered, "Cluster")
    for role in cluster["spec"]["managed"]["roles"]:
        assert set(role) == {"name", "login", "passwordSecret"}, role["name"]


def test_the_address_and_the_role_are_made_from_one_password(rendered: Sequence[Manifest]) -> None:
    [cluster] = of_kind(rendered, "Cluster")
    secrets = by_name(rendered, "ExternalSecret")
    read_from = set()
    for role in cluster["spec"]["managed"]["roles"]:
        secret = secrets[role["passwordSecret"]["name"]]["spec"]
        service = role["name"].rpartition("_")[0]
        data = secret["target"]["template"]["data"]
        assert secret["target"]["template"]["type"] == "kubernetes.io/basic-auth"
        assert data["username"] == role["name"]
        assert data["password"] == "{{ .password }}"
        host = f"{cluster['metadata']['name']}-rw:5432"
        assert data["url"] == f"postgresql://{role['name']}:{{{{ .password | urlquery }}}}@{host}/braid_{service}"
        [entry] = secret["data"]
        read_from.add((entry["remoteRef"]["key"], entry["remoteRef"]["property"]))

    assert len(read_from) == len(cluster["spec"]["managed"]["roles"])


def test_each_role_reaches_its_own_database_alone(delivered: Sequence[Manifest]) -> None:
    [cluster] = of_kind(delivered, "Cluster")
    *allowed, last = cluster["spec"]["postgresql"]["pg_hba"]

    assert last == "host all all all reject"
    assert sorted(allowed) == sorted(f"hostssl braid_{s} {s}_owner,{s}_app,{s}_ops all scram-sha-256" for s in SERVICES)


def test_what_was_committed_is_on_a_second_machine(manifests: Sequence[Manifest]) -> None:
    [cluster] = of_kind(manifests, "Cluster")

    assert cluster["spec"]["instances"] >= 3
    assert cluster["spec"]["postgresql"]["synchronous"]["dataDurability"] == "required"


def connections_at_most(workload: Manifest, rendered: Sequence[Manifest]) -> int:
    """Connections that a workload's pods can hold together, in the middle of a release."""
    one_more_during_a_release = 1
    operations_pool = 2
    command, service = command_of(workload)
    name = workload["metadata"]["name"]
    pool = int(environment_of(workload, rendered).get(f"{PREFIXES[service]}DATABASE__POOL_SIZE", 0))
    if command == "serve":
        most = by_name(rendered, "HorizontalPodAutoscaler")[name]["spec"]["maxReplicas"]
        return int(most + one_more_during_a_release) * pool
    if command == "consume":
        return int(by_name(rendered, "ScaledObject")[name]["spec"]["maxReplicaCount"]) * pool
    if command == "operations":
        return pool + operations_pool
    if command == "clock":
        return 0
    if command == "send":
        return int(workload["spec"]["replicas"] + one_more_during_a_release) * pool
    if command == "relay":
        return int(workload["spec"]["replicas"] + one_more_during_a_release) * operations_pool
    return 1


def test_the_database_has_room_for_every_pool_at_its_largest(rendered: Sequence[Manifest]) -> None:
    [cluster] = of_kind(rendered, "Cluster")
    reserved_for_the_operator = 10
    needed = sum(connections_at_most(workload, rendered) for workload in workloads(rendered))

    room = int(cluster["spec"]["postgresql"]["parameters"]["max_connections"])
    assert 300 < needed + reserved_for_the_operator <= room


# --- secrets ------------------------------------------------------------------------------------------------------


def test_no_secret_is_written_down(delivered: Sequence[Manifest]) -> None:
    assert of_kind(delivered, "Secret") == []
    written = re.compile(r"://[^:/@\s]+:(?!\{\{)[^@\s]+@|-----BEGIN")
    assert [text for manifest in delivered for text in strings_in(manifest) if written.search(text)] == []


def test_no_file_names_a_registry() -> None:
    files = [path for path in KUBERNETES.rglob("*") if path.is_file()]
    hosts = re.compile(r"\b(ghcr|quay|gcr|docker)\.io\b|registry\.k8s\.io")

    assert [str(path) for path in files if hosts.search(path.read_text())] == []


def test_every_kustomization_reads_as_one() -> None:
    for path in KUBERNETES.rglob("kustomization.yaml"):
        content = yaml.safe_load(path.read_text())
        assert content["kind"] in ("Kustomization", "Component"), path
