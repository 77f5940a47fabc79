"""The Compose file and what it mounts: complete, startable in order, and safe to have on a desk."""

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

import jsonschema
import pytest
import typer
import typer.core
import typer.main

from braid.command_line.main import Service as PlatformService
from braid.command_line.main import ServiceOrGateway, app
from braid.kit.identity import Role
from gateway.sign_in import CALLBACK_PATH
from services.funding_streams.discovery import agencies

from .alert_rules import RULES
from .delivered import (
    COMMANDS,
    CONSUMERS,
    DATABASE_URLS,
    PREFIXES,
    ROOT,
    SERVICES,
    is_pinned,
    settings_of,
    settings_of_clock,
)
from .manifests import read, strings_in
from .test_dashboards import DASHBOARDS
from .test_image import instructions

COMPOSE_DIRECTORY = ROOT / "deploy" / "compose"
Service = Mapping[str, Any]
#: Gives away public keys with our image's Python, and runs no command of ours.
CLIENT_KEYS = "client-keys"


@cache
def compose() -> Mapping[str, Any]:
    """The Compose file, with its anchors filled in."""
    [document] = read((ROOT / "docker-compose.yml").read_text())
    return {**document}


def services() -> Mapping[str, Service]:
    """Its services, by name."""
    found: Mapping[str, Service] = compose()["services"]
    return found


def ours() -> Mapping[str, Service]:
    """Those that run our image, for a command of ours."""
    from_our_image = {name: one for name, one in services().items() if one["image"].startswith("braid:")}
    assert {name for name, one in from_our_image.items() if not commands_of(one)} == {CLIENT_KEYS}
    return {name: one for name, one in from_our_image.items() if name != CLIENT_KEYS}


def commands_of(service: Service) -> list[list[str]]:
    """The `braid` commands that a service runs, be it straight or in a small script."""
    if "entrypoint" not in service:
        return [service["command"]]
    [script] = service["command"]
    return [found.split() for found in re.findall(r"(?:^|\s)braid ([^\n]+)", script)]


def environment_of(service: Service) -> Mapping[str, str]:
    """A service's variables, with the defaults of the Compose file filled in."""
    filled_in: Mapping[str, str] = with_defaults(service.get("environment", {}))
    return filled_in


def with_defaults(value: Any) -> Any:
    """A part of the file, with the defaults of its variables filled in."""
    if isinstance(value, Mapping):
        return {name: with_defaults(one) for name, one in value.items()}
    if isinstance(value, list):
        return [with_defaults(one) for one in value]
    return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", value) if isinstance(value, str) else value


def running(command: str) -> Mapping[str, Service]:
    """By platform service, the Compose service that runs a command of it."""
    return {
        arguments[1]: service
        for service in ours().values()
        for arguments in commands_of(service)
        if arguments[0] == command
    }


def test_it_fits_the_compose_specification() -> None:
    vendored = resources.files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json"
    validator = jsonschema.Draft7Validator(json.loads(vendored.read_text()))

    assert [f"{list(error.absolute_path)}: {error.message}" for error in validator.iter_errors(compose())] == []


def test_every_command_of_ours_is_one_that_the_image_knows() -> None:
    for name, service in ours().items():
        for command, *rest in commands_of(service):
            assert command in COMMANDS, name
            assert rest[0] in COMMANDS[command], name


@pytest.mark.parametrize("command", ["serve", "consume", "relay", "send", "migrate", "prepare-database"])
def test_every_service_runs_all_its_commands(command: str) -> None:
    assert sorted(running(command)) == sorted(COMMANDS[command])


def test_topics_and_keys_are_made() -> None:
    made = [" ".join(command[:2]) for service in ours().values() for command in commands_of(service)]

    assert {"topics create", "keys create"} <= set(made)
    assert environment_of(services()["topics"]) == {"KAFKA_BOOTSTRAP": "kafka:9092"}


def test_the_image_knows_the_commands_that_the_deployment_counts_on() -> None:
    program = typer.main.get_command(app)
    assert isinstance(program, typer.core.TyperGroup)

    assert set(COMMANDS) <= set(program.commands)
    for group in ("topics", "keys", "clock", "dead-letters"):
        inner = program.commands[group]
        assert isinstance(inner, typer.core.TyperGroup)
        assert set(COMMANDS[group]) <= set(inner.commands)
    assert {service.value for service in ServiceOrGateway} == set(COMMANDS["serve"])
    assert {service.value for service in PlatformService} == set(COMMANDS["migrate"])


@pytest.mark.parametrize("command", ["serve", "consume", "relay", "send", "migrate", "prepare-database"])
def test_each_service_accepts_its_settings(command: str) -> None:
    for service, container in running(command).items():
        settings = settings_of(service, environment_of(container))
        assert (settings.http.host, settings.http.port) == ("0.0.0.0", 8000)


@pytest.mark.parametrize("command", sorted({*DATABASE_URLS} - {"verify", "operations"}))
def test_each_command_is_given_the_one_database_role_that_it_works_as(command: str) -> None:
    for service, container in running(command).items():
        given = {name for name in environment_of(container) if "_DATABASE__" in name}
        settings = DATABASE_URLS[command] if service != "gateway" else ()
        assert given == {f"{PREFIXES[service]}DATABASE__{setting}" for setting in settings}


def test_database_addresses_name_the_service_and_the_role() -> None:
    roles = {"URL": "app", "OPS_URL": "ops", "OWNER_URL": "owner"}
    for service in SERVICES:
        for container in ours().values():
            for setting, role in roles.items():
                address = environment_of(container).get(f"{PREFIXES[service]}DATABASE__{setting}")
                expected = rf"postgresql://{service}_{role}:[^@]+@postgres:5432/braid_{service}"
                assert address is None or re.fullmatch(expected, address)


def test_consumers_and_relays_alone_are_told_of_the_broker() -> None:
    told = {name for name, service in ours().items() for variable in environment_of(service) if "_KAFKA__" in variable}

    assert told == {f"{name.replace('_', '-')}-consumer" for name in CONSUMERS} | {
        f"{name.replace('_', '-')}-relay" for name in SERVICES
    }


def test_where_no_proxy_stands_nobody_says_where_a_request_comes_from() -> None:
    assert environment_of(services()["gateway"])["GATEWAY_HTTP__TRUSTED_PROXIES"] == ""


def test_the_gateway_knows_every_service_by_its_address() -> None:
    variables = environment_of(services()["gateway"])

    for service in SERVICES:
        address = variables[f"GATEWAY_SERVICES__{service.upper()}"]
        name = address.removeprefix("http://").removesuffix(":8000")
        assert commands_of(services()[name]) == [["serve", service]]


def test_our_containers_cannot_change_themselves_or_gain_rights() -> None:
    for name, service in ours().items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert "no-new-privileges:true" in service["security_opt"], name
        assert "user" not in service, name
        assert "privileged" not in service, name


def test_a_volume_that_a_job_of_ours_writes_to_has_a_folder_of_its_users_in_the_image() -> None:
    # A new volume takes its owner from the folder beneath it, and is root's where there is none.
    written = {
        mount.split(":")[1]
        for service in ours().values()
        for mount in service.get("volumes", [])
        if not mount.endswith(":ro")
    }

    [making] = (run for name, run in instructions() if name == "RUN" and "/rootfs" in run)
    made, _, owner = making.partition("&&")
    assert written
    assert {f"/rootfs{folder}" for folder in written} == {word for word in made.split() if word.startswith("/rootfs")}
    assert owner.split() == ["chown", "-R", "10001:10001", "/rootfs/var/lib/braid"]


def test_the_private_key_is_seen_by_the_gateway_alone() -> None:
    sees = {
        name
        for name, service in services().items()
        for mount in service.get("volumes", [])
        if mount.startswith("keys:")
    }

    assert sees == {"gateway", "keys"}


def test_ports_are_open_on_this_machine_alone() -> None:
    published = [port for service in services().values() for port in service.get("ports", [])]

    assert "127.0.0.1:8080:8000" in published
    assert [port for port in published if not port.startswith("127.0.0.1:")] == []


def test_images_are_pinned() -> None:
    tags = {name: re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", service["image"]) for name, service in services().items()}

    assert {name for name, image in tags.items() if not is_pinned(image)} == set()


def test_every_password_can_be_set_from_outside_and_has_a_default_that_is_clearly_none() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    secret = re.compile(r"password|secret", re.IGNORECASE)
    for service in services().values():
        for name, value in service.get("environment", {}).items():
            if secret.search(name):
                assert re.fullmatch(r"\$\{\w+:-for-this-machine-only\}", value), name
    assert set(re.findall(r"postgresql://\w+:([^@]+)@", text)) == {
        "${BRAID_DATABASE_PASSWORD:-for-this-machine-only}",
        "${BRAID_POSTGRES_PASSWORD:-for-this-machine-only}",
    }


def test_what_must_come_first_exists_with_the_state_to_wait_for() -> None:
    states = {
        True: {"service_completed_successfully"},
        False: {"service_healthy", "service_started"},
    }
    for name, service in services().items():
        for other, wait in service.get("depends_on", {}).items():
            is_job = services()[other].get("restart") == "no"
            assert wait["condition"] in states[is_job], f"{name} waits for {other}"
            if wait["condition"] == "service_healthy":
                assert "test" in services()[other]["healthcheck"], f"{name} waits for {other}"


def test_nothing_starts_on_a_database_before_its_migration() -> None:
    for command in ("serve", "consume", "relay", "send"):
        for service, container in running(command).items():
            if service != "gateway":
                migration = services()[f"{service.replace('_', '-')}-migration"]
                assert commands_of(migration) == [["migrate", service]]
                assert f"{service.replace('_', '-')}-migration" in container["depends_on"]


def test_long_running_containers_restart_with_a_probe_and_jobs_do_neither() -> None:
    for name, service in ours().items():
        is_long_running = commands_of(service)[0][0] in ("serve", "consume", "relay", "send")
        assert service["restart"] == ("unless-stopped" if is_long_running else "no"), name
        assert ("test" in service["healthcheck"]) is is_long_running, name
        assert service["healthcheck"].get("disable", False) is not is_long_running, name


def test_every_mounted_file_is_there() -> None:
    mounts = [mount for service in services().values() for mount in service.get("volumes", [])]
    files = [mount.split(":")[0] for mount in mounts if mount.startswith("./")]

    assert len(files) >= 4
    assert [file for file in files if not (ROOT / file).exists()] == []


def test_every_named_volume_is_declared() -> None:
    mounts = [mount.split(":")[0] for service in services().values() for mount in service.get("volumes", [])]

    assert {mount for mount in mounts if not mount.startswith("./")} == set(compose()["volumes"])


def test_prometheus_fetches_from_every_long_running_container_of_ours() -> None:
    [configuration] = read((COMPOSE_DIRECTORY / "prometheus" / "prometheus.yaml").read_text())
    [job] = [job for job in configuration["scrape_configs"] if job["job_name"] == "braid"]
    [discovery] = job["dns_sd_configs"]

    assert discovery["port"] == 8000
    assert sorted(discovery["names"]) == sorted(
        name for name, service in ours().items() if service["restart"] == "unless-stopped"
    )


def test_prometheus_has_the_alert_rules_that_a_cluster_has() -> None:
    [configuration] = read((COMPOSE_DIRECTORY / "prometheus" / "prometheus.yaml").read_text())
    mounts = dict(mount.split(":")[:2] for mount in services()["prometheus"]["volumes"])

    assert [configuration["rule_files"]] == [[mounts[f"./{RULES.relative_to(ROOT)}"]]]


def test_what_operations_do_by_hand_is_at_hand_and_does_not_start_by_itself() -> None:
    by_hand = {name: service for name, service in ours().items() if name.endswith("-operations")}

    assert set(by_hand) == {f"{name.replace('_', '-')}-operations" for name in CONSUMERS}
    for service in by_hand.values():
        assert service["profiles"] == ["operations"]
        [(_, _, name)] = commands_of(service)
        given = {variable for variable in environment_of(service) if "_DATABASE__" in variable}
        assert given == {f"{PREFIXES[name]}DATABASE__{setting}" for setting in DATABASE_URLS["operations"]}


def test_grafana_is_given_its_dashboards() -> None:
    [provisioned] = read((COMPOSE_DIRECTORY / "grafana" / "dashboards" / "braid.yaml").read_text())
    mounts = dict(mount.split(":")[:2] for mount in services()["grafana"]["volumes"])

    [provider] = provisioned["providers"]
    assert provider["options"]["path"] == mounts[f"./{DASHBOARDS.relative_to(ROOT)}"]
    assert mounts["./deploy/compose/grafana/dashboards"] == "/etc/grafana/provisioning/dashboards"


def test_grafana_reads_from_prometheus() -> None:
    [provisioned] = read((COMPOSE_DIRECTORY / "grafana" / "datasources" / "prometheus.yaml").read_text())

    assert [(source["type"], source["url"]) for source in provisioned["datasources"]] == [
        ("prometheus", "http://prometheus:9090")
    ]
    assert "prometheus" in services()


def test_the_collector_takes_traces_where_the_services_send_them() -> None:
    [collector] = read((COMPOSE_DIRECTORY / "otel-collector" / "config.yaml").read_text())
    sent_to = {
        value
        for service in ours().values()
        for name, value in environment_of(service).items()
        if name.endswith("_TELEMETRY__OTLP_ENDPOINT")
    }

    assert sent_to == {"http://otel-collector:4318"}
    assert collector["receivers"]["otlp"]["protocols"]["http"]["endpoint"].endswith(":4318")


def test_every_part_of_the_collector_is_declared_and_used() -> None:
    [collector] = read((COMPOSE_DIRECTORY / "otel-collector" / "config.yaml").read_text())
    declared = {kind: set(collector[kind]) for kind in ("receivers", "processors", "exporters", "connectors")}
    used: dict[str, set[str]] = {"receivers": set(), "processors": set(), "exporters": set()}
    for pipeline in collector["service"]["pipelines"].values():
        for kind, parts in pipeline.items():
            used[kind] |= set(parts)

    assert used["receivers"] == declared["receivers"] | declared["connectors"]
    assert used["exporters"] == declared["exporters"] | declared["connectors"]
    assert used["processors"] == declared["processors"]


@cache
def realm() -> Mapping[str, Any]:
    """The identity provider's realm."""
    imported: Mapping[str, Any] = json.loads((COMPOSE_DIRECTORY / "keycloak" / "braid-realm.json").read_text())
    return imported


def clients() -> Mapping[str, Mapping[str, Any]]:
    """The realm's clients, by id."""
    return {client["clientId"]: client for client in realm()["clients"]}


def test_the_realm_is_the_issuer_that_the_gateway_trusts() -> None:
    variables = environment_of(services()["gateway"])
    published = environment_of(services()["keycloak"])["KC_HOSTNAME"]

    assert variables["GATEWAY_IDENTITY__ISSUER"] == f"{published}/realms/{realm()['realm']}"
    document = f"/realms/{realm()['realm']}/.well-known/openid-configuration"
    assert variables["GATEWAY_IDENTITY__DISCOVERY_URL"].endswith(document)
    assert f"127.0.0.1:{published.rpartition(':')[2]}:8080" in services()["keycloak"]["ports"]


def test_the_realm_has_every_role_that_the_platform_knows() -> None:
    roles = {role["name"] for role in realm()["roles"]["client"]["braid"]}

    assert {role.value for role in Role} == roles


def test_somebody_can_sign_in_with_each_role() -> None:
    people = [user for user in realm()["users"] if "serviceAccountClientId" not in user]
    given = [role for user in people for role in user["clientRoles"]["braid"]]
    systems = [user["clientRoles"]["braid"] for user in realm()["users"] if user not in people]

    assert sorted([*given, Role.SYSTEM]) == sorted(role["name"] for role in realm()["roles"]["client"]["braid"])
    assert systems == [[Role.SYSTEM]] * 2
    assert {code for user in realm()["users"] for code in user["attributes"]["council"]} == {"E10009999"}


def allowed_flows(client: Mapping[str, Any]) -> set[str]:
    """Ways in which a client may get tokens."""
    flows = ("standardFlowEnabled", "implicitFlowEnabled", "directAccessGrantsEnabled", "serviceAccountsEnabled")
    return {flow for flow in flows if client[flow]}


def test_people_sign_in_by_code_with_pkce() -> None:
    console = clients()["braid-console"]

    assert console["publicClient"] is True
    assert console["attributes"]["pkce.code.challenge.method"] == "S256"
    assert allowed_flows(console) == {"standardFlowEnabled"}


def test_people_come_back_to_the_console_alone() -> None:
    console = clients()["braid-console"]
    variables = environment_of(services()["gateway"])
    public_url = variables["GATEWAY_SIGN_IN__PUBLIC_URL"]

    assert variables["GATEWAY_SIGN_IN__CLIENT_ID"] == console["clientId"]
    assert console["redirectUris"] == [public_url + CALLBACK_PATH]
    assert console["attributes"]["post.logout.redirect.uris"] == public_url


def test_systems_sign_in_by_client_credentials_alone() -> None:
    for name in ("council-case-management", "council-clock"):
        assert clients()[name]["publicClient"] is False
        assert allowed_flows(clients()[name]) == {"serviceAccountsEnabled"}


def test_the_clock_does_the_day_when_it_is_asked_to_as_a_system_of_the_realm() -> None:
    clock, gateway = services()["clock"], environment_of(services()["gateway"])
    variables = environment_of(clock)
    settings = settings_of_clock(variables)
    system = clients()[settings.client_id]
    [account] = [user for user in realm()["users"] if user.get("serviceAccountClientId") == settings.client_id]

    assert commands_of(clock) == [["clock", "daily"]]
    assert clock["profiles"] == ["clock"]
    assert settings.issuer == gateway["GATEWAY_IDENTITY__ISSUER"]
    assert settings.discovery_url == gateway["GATEWAY_IDENTITY__DISCOVERY_URL"]
    assert (account["attributes"]["council"], account["clientRoles"]) == ([settings.council], {"braid": [Role.SYSTEM]})
    assert (system["clientAuthenticatorType"], "secret" in system, settings.client_secret) == (
        "client-jwt",
        False,
        None,
    )


def test_the_clocks_key_is_seen_by_the_clock_alone_and_its_public_half_by_the_identity_provider() -> None:
    clock, published = services()["clock"], services()[CLIENT_KEYS]
    client = clients()["council-clock"]
    key_file = environment_of(clock)["CLOCK_CLIENT_KEY_FILE"]

    [volume] = [each.partition(":") for each in clock["volumes"]]
    assert key_file == f"{volume[2].removesuffix(':ro')}/{client['clientId']}-private.pem"
    holders = {
        name
        for name, service in services().items()
        if any(mount.startswith(f"{volume[0]}:") for mount in service.get("volumes", []))
    }
    assert holders == {"keys", "clock"}
    assert client["attributes"]["jwks.url"] == f"http://{CLIENT_KEYS}:8000/{client['clientId']}-public.jwks.json"
    assert published["volumes"] == ["client-keys:/var/lib/braid/client-keys:ro"]
    assert (published["read_only"], published["cap_drop"], "ports" in published) == (True, ["ALL"], False)
    [script] = services()["keys"]["command"]
    assert [line.split()[-2:] for line in script.splitlines() if "client-keys" in line] == [
        [f"/var/lib/braid/clock-key/{client['clientId']}-public.jwks.json", "/var/lib/braid/client-keys/"]
    ]


@pytest.mark.parametrize("client", ["braid-console", "council-case-management", "council-clock"])
def test_access_tokens_say_who_for_which_council_in_which_roles(client: str) -> None:
    configurations = [
        mapper["config"]
        for mapper in clients()[client]["protocolMappers"]
        if mapper["config"]["access.token.claim"] == "true"
    ]
    claims = {configuration.get("claim.name") for configuration in configurations}
    audiences = {configuration.get("included.client.audience") for configuration in configurations}

    assert {"council", "roles"} <= claims
    assert environment_of(services()["gateway"])["GATEWAY_IDENTITY__AUDIENCE"] in audiences


def test_nobody_may_change_for_whom_they_act() -> None:
    [provider] = realm()["components"]["org.keycloak.userprofile.UserProfileProvider"]
    [profile] = [json.loads(text) for text in provider["config"]["kc.user.profile.config"]]
    editors = {attribute["name"]: attribute["permissions"]["edit"] for attribute in profile["attributes"]}

    assert editors["council"] == ["admin"]
    assert editors["person_id"] == ["admin"]
    assert editors["agency"] == ["admin"]


def test_a_partner_signs_in_for_an_agency_that_decides_on_a_stream() -> None:
    [partner] = [user for user in realm()["users"] if "partner" in user["clientRoles"]["braid"]]

    assert set(partner["attributes"]["agency"]) <= set(agencies())
    for client in ("braid-console", "council-case-management"):
        claims = {mapper["config"].get("claim.name") for mapper in clients()[client]["protocolMappers"]}
        assert "agency" in claims


def test_the_realm_holds_no_secret_of_its_own() -> None:
    secrets = [client["secret"] for client in clients().values() if "secret" in client]
    secrets += [credential["value"] for user in realm()["users"] for credential in user.get("credentials", [])]
    given = environment_of(services()["keycloak"])

    placeholders = set(re.findall(r"\$\{(\w+)\}", " ".join(strings_in(realm()))))
    assert {f"${{{name}}}" for name in placeholders} == set(secrets)
    assert placeholders <= set(given)
