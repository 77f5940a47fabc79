"""What operators make of their objects on a cluster, made here from the same objects.

Roles, databases and who may connect come from the `Cluster` and `Database` objects, topics from the `KafkaTopic`
objects, a certificate from each `KafkaUser`, Secrets from the `ExternalSecret` objects and a vault. The broker takes
certificates alone and asks for no rights: those of the `KafkaUser` objects are read in `tests/deployment`, not tried.
The database takes connections that are not encrypted, as its stand-in has no TLS.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from secrets import token_hex

from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from braid.kit.identity import create_keys
from gateway.sessions import create_session_key
from services.webhooks.sealing import create_webhook_key
from tests.real_parts.process_platform import free_ports

from .compose_platform import PATIENCE_S, POLL_S, said
from .engine import Engine, EngineFailed
from .kafka_certificates import Authority
from .kube_filter import Manifest, as_podman_reads_it, of_kind, secrets_of
from .stand_ins import images_of_compose

NETWORK = "braid-cluster"
#: Where the overlay looks for its identity provider.
IDENTITY = "keycloak.identity.svc"
BROKER, DATABASE, REALM = "broker-0", "postgres-1", "identity"
#: In the container of the broker.
CERTIFICATES = "/certificates"
#: In the container of the database.
DATA = "/var/lib/postgresql/18/docker"
PASSWORDS = ("app-password", "ops-password", "owner-password")


class Operators:
    """Makes what the platform's pods need of others.

    Args:
        engine: that has the stand-ins.
        folder: for keys, certificates and Secrets as files.
        manifests: the rendered objects.
    """

    def __init__(self, engine: Engine, folder: Path, manifests: Sequence[Manifest]) -> None:
        self._engine = engine
        self._folder = folder
        self._manifests = manifests
        self._authority = Authority()
        [self._broker_port] = free_ports(1)
        #: A folder for each Secret, with a file for each key.
        self.secrets = folder / "secrets"
        self.secrets.mkdir(parents=True)

    async def work(self) -> None:
        """Make Secrets, and a broker with its topics and a server with its databases on the pods' network."""
        secrets = self._make_secrets()
        self._start_database()
        self._start("identity", IDENTITY, images_of_compose()["keycloak"], [], {})
        self._start_broker()
        await asyncio.gather(self._make_topics(), self._make_databases(secrets))

    def end(self) -> None:
        """Take away what was made."""
        self._engine.tried(["podman", "rm", "--force", "--time=5", BROKER, DATABASE, REALM])
        self._engine.tried(["podman", "secret", "rm", "--all"])

    def _make_secrets(self) -> Mapping[str, Mapping[str, str]]:
        made = {
            **secrets_of(self._manifests, self._vault()),
            "braid-cluster-ca-cert": {"ca.crt": self._authority.certificate},
        }
        for user in of_kind(self._manifests, "KafkaUser"):
            name = user["metadata"]["name"]
            own = self._authority.issue(name)
            made[name] = {"user.crt": own.certificate, "user.key": own.key}
        for name, secret in made.items():
            (self.secrets / name).mkdir()
            for key, value in secret.items():
                (self.secrets / name / key).write_text(value)
            kept = self._folder / f"{name}.json"
            kept.write_text(json.dumps(as_podman_reads_it(secret)))
            self._engine.podman("secret", "create", name, str(kept))
        return made

    def _vault(self) -> Mapping[str, Mapping[str, str]]:
        """What a council puts into its vault, by the names that `deploy/k8s/README.md` gives."""
        keys = self._folder / "keys"
        create_keys(keys, "internal")
        create_keys(keys, "client")
        create_session_key(keys)
        create_webhook_key(keys)
        files = {file.name: file.read_text() for file in keys.iterdir()}
        databases = [each["metadata"]["name"] for each in of_kind(self._manifests, "Database")]
        return {
            **{f"braid/{name}/database": {each: token_hex(16) for each in PASSWORDS} for name in databases},
            **{f"braid/{place}": files for place in ("webhooks/keys", "clock/client", "gateway/keys")},
        }

    def _start_database(self) -> None:
        parameters = self._only("Cluster")["spec"]["postgresql"]["parameters"]
        command = ["postgres", *(f"--{name}={value}" for name, value in parameters.items())]
        self._start(
            DATABASE, "postgres-rw", images_of_compose()["postgres"], command, {"POSTGRES_PASSWORD": token_hex(16)}
        )

    def _start_broker(self) -> None:
        kafka = self._only("Kafka")
        address = f"{kafka['metadata']['name']}-kafka-bootstrap"
        certificates = self._folder / "broker"
        certificates.mkdir()
        own = self._authority.issue("broker", [address])
        (certificates / "ca.crt").write_text(self._authority.certificate)
        (certificates / "broker.pem").write_text(own.key + own.certificate)
        readable(certificates)
        settings = {**self._broker_settings(kafka, address), **kafka["spec"]["kafka"]["config"]}
        variables = {f"KAFKA_{name.replace('.', '_').upper()}": _told(value) for name, value in settings.items()}
        self._start(
            *(BROKER, address, images_of_compose()["kafka"], []),
            {**variables, "KAFKA_HEAP_OPTS": "-Xms512m -Xmx512m"},
            f"--publish=127.0.0.1:{self._broker_port}:9094",
            f"--volume={certificates}:{CERTIFICATES}:ro",
        )

    def _broker_settings(self, kafka: Manifest, address: str) -> Mapping[str, object]:
        [listener] = kafka["spec"]["kafka"]["listeners"]
        return {
            "process.roles": "broker,controller",
            "node.id": 1,
            "controller.quorum.voters": "1@localhost:9091",
            "controller.listener.names": "CONTROLLER",
            "inter.broker.listener.name": "OPERATOR",
            "listeners": f"CONTROLLER://:9091,OPERATOR://:9094,TLS://:{listener['port']}",
            "advertised.listeners": f"OPERATOR://127.0.0.1:{self._broker_port},TLS://{address}:{listener['port']}",
            "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,OPERATOR:PLAINTEXT,TLS:SSL",
            "ssl.client.auth": "required",
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": f"{CERTIFICATES}/broker.pem",
            "ssl.truststore.type": "PEM",
            "ssl.truststore.location": f"{CERTIFICATES}/ca.crt",
            "log.dirs": "/var/lib/kafka/data",
            "offsets.topic.num.partitions": 1,
        }

    def _start(
        self, name: str, alias: str, image: str, command: Sequence[str], variables: Mapping[str, str], *options: str
    ) -> None:
        told = [f"--env={variable}={value}" for variable, value in variables.items()]
        network = f"--network={NETWORK}:alias={alias}"
        self._engine.podman("run", "--detach", f"--name={name}", network, *told, *options, image, *command)

    def _only(self, kind: str) -> Manifest:
        [found] = of_kind(self._manifests, kind)
        return found

    async def _make_topics(self) -> None:
        check = ("/opt/kafka/bin/kafka-broker-api-versions.sh", "--bootstrap-server", "127.0.0.1:9094")
        await self._until(BROKER, *check)
        admin = AIOKafkaAdminClient(bootstrap_servers=f"127.0.0.1:{self._broker_port}")
        await admin.start()
        try:
            answer = await admin.create_topics([_topic(each) for each in of_kind(self._manifests, "KafkaTopic")])
        finally:
            await admin.close()
        if refused := [error for error in answer.topic_errors if error[1]]:
            raise EngineFailed(f"the broker refused topics: {refused}")

    async def _make_databases(self, secrets: Mapping[str, Mapping[str, str]]) -> None:
        await self._until(DATABASE, "pg_isready", "--host=127.0.0.1")
        cluster = self._only("Cluster")["spec"]
        made = [
            *(_role(role, secrets[role["passwordSecret"]["name"]]) for role in cluster["managed"]["roles"]),
            *(_database(each) for each in of_kind(self._manifests, "Database")),
        ]
        self._put("\n".join(made), "/var/lib/postgresql/made.sql")
        # The line of the stand-in cannot be encrypted; who may connect to what is as it is.
        allowed = [line.replace("hostssl ", "host ") for line in cluster["postgresql"]["pg_hba"]]
        self._put("\n".join(["local all all trust", *allowed, ""]), f"{DATA}/pg_hba.conf")
        psql = ("exec", DATABASE, "psql", "--host=/var/run/postgresql", "--username=postgres", "--set=ON_ERROR_STOP=1")
        self._engine.podman(*psql, "--file=/var/lib/postgresql/made.sql")
        self._engine.podman(*psql, "--command=SELECT pg_reload_conf()")

    def _put(self, text: str, place: str) -> None:
        file = self._folder / Path(place).name
        file.write_text(text)
        file.chmod(0o644)
        self._engine.podman("cp", str(file), f"{DATABASE}:{place}")

    async def _until(self, container: str, *check: str) -> None:
        for _ in range(PATIENCE_S // POLL_S):
            if (await asyncio.to_thread(self._engine.tried, ["podman", "exec", container, *check])).returncode == 0:
                return
            await asyncio.sleep(POLL_S)
        raise EngineFailed(f"{container} does not answer:\n{said(self._engine, container)}")


def _topic(manifest: Manifest) -> NewTopic:
    spec = manifest["spec"]
    config = {name: _told(value) for name, value in spec["config"].items()}
    return NewTopic(manifest["metadata"]["name"], spec["partitions"], spec["replicas"], topic_configs=config)


def _role(role: Manifest, secret: Mapping[str, str]) -> str:
    return f"CREATE ROLE {role['name']} LOGIN PASSWORD '{secret['password']}';"


def _database(manifest: Manifest) -> str:
    return f"CREATE DATABASE {manifest['spec']['name']} OWNER {manifest['spec']['owner']};"


def _told(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def readable(folder: Path) -> None:
    """Let the users of containers read what is in a folder."""
    folder.chmod(0o755)
    for path in folder.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
