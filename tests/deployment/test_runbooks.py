"""Runbooks name real commands: ours are run on real databases, those of Kubernetes are looked for in the manifests."""

import asyncio
import re
import shlex
import shutil
import subprocess
from collections.abc import Mapping
from uuid import UUID, uuid4

import pytest
from typer.testing import CliRunner, Result

from braid.command_line.embedded_platform import Databases
from braid.command_line.main import app
from braid.command_line.topics import create_missing
from braid.contracts.award import AWARD_TOPIC
from braid.kit import dead_letters
from braid.kit.delivery import RetryPolicy
from braid.kit.service import ServiceRuntime
from tests.funding_streams.partner_office import message_of
from tests.kit.example_service import COUNCIL
from tests.ledger.builders import an_award_decided
from tests.real_parts.kafka_broker import GivenBroker, KafkaBroker

from .alert_rules import RUNBOOKS
from .manifests import by_name, rendered_manifests

_SHELL = re.compile(r"```sh\n(.*?)```", re.DOTALL)
COMMANDS = sorted(
    {
        line.strip()
        for file in (*RUNBOOKS.glob("*.md"), RUNBOOKS.parent / "restoring.md")
        for block in _SHELL.findall(file.read_text())
        for line in block.strip().splitlines()
    }
)
#: They want a broker; what rebuilds is run after whole journeys, in tests/upgrading.
OF_TOPICS = {
    "braid topics create",
    "braid topics rewind SERVICE --to MOMENT",
    "braid rebuild SERVICE COUNCIL",
    "braid rebuild SERVICE COUNCIL --mend",
    "braid rebuild SERVICE COUNCIL --since MOMENT",
}
OURS = [command for command in COMMANDS if command.startswith("braid ") and command not in OF_TOPICS]
OF_KUBERNETES = [command for command in COMMANDS if command.startswith("kubectl ")]
#: What is in the manifests under another name than kubectl gives it.
KINDS = {
    "deployment": "Deployment",
    "statefulset": "StatefulSet",
    "cronjob": "CronJob",
    "hpa": "HorizontalPodAutoscaler",
    "job": "Job",
    "kafka": "Kafka",
    "cluster": "Cluster",
    "scheduledbackup": "ScheduledBackup",
    "objectstore": "ObjectStore",
    "externalsecret": "ExternalSecret",
}


def test_runbooks_name_no_command_that_is_not_tried() -> None:
    assert {*OURS, *OF_KUBERNETES, *OF_TOPICS} == set(COMMANDS)
    assert len(OURS) >= 8


def run(arguments: str, environment: Mapping[str, str]) -> Result:
    """Run a command of ours as its runbook says it."""
    _, *words = shlex.split(arguments)
    return CliRunner().invoke(app, words, env=environment)


def environment_of(databases: Databases) -> dict[str, str]:
    """Settings of every service, as operations have them."""
    variables: dict[str, str] = {}
    for service in ("assessment", "ras", "funding_streams", "ledger", "support_planning", "outcomes", "webhooks"):
        database = databases.settings_of(service)
        assert database.url
        assert database.ops_url
        variables |= {
            f"{service.upper()}_ENVIRONMENT": "test",
            f"{service.upper()}_DATABASE__URL": database.url.get_secret_value(),
            f"{service.upper()}_DATABASE__OPS_URL": database.ops_url.get_secret_value(),
        }
    return variables


async def buried(databases: Databases, person: UUID) -> int:
    """A decision that the ledger could not take when it came, and can now; returns the letter."""
    from services.ledger.main import SERVICE

    database = databases.settings_of("ledger")
    runtime = ServiceRuntime(SERVICE, SERVICE.settings(environment="test", database=database))
    message = message_of(an_award_decided(person, council=COUNCIL))
    async with runtime.units.for_council("") as work:
        await dead_letters.bury(work, "ledger", message, RuntimeError("a figure is missing"), attempts=4)
        await work.commit()
    # One that is in the books, so that there is a journal to prove.
    taken = await runtime.delivery(retry=RetryPolicy()).take(message_of(an_award_decided(uuid4(), council=COUNCIL)))
    assert taken == "handled"
    [letter] = await dead_letters.DeadLetterOffice(runtime.ops_engine, SERVICE.tables, "ledger").waiting()
    await runtime.close()
    return letter.id


@pytest.mark.parametrize("command", OURS)
async def test_a_command_of_ours_does_what_its_runbook_wants(databases: Databases, command: str) -> None:
    person, environment = uuid4(), environment_of(databases)
    letter = await buried(databases, person)
    proved = await asyncio.to_thread(run, f"braid ledger verify {COUNCIL}", environment)
    end = proved.output.split("the chain ends at ")[1].split()[0]
    filled_in = {
        "SERVICE": "ledger", "LETTER": str(letter), "TOPIC": AWARD_TOPIC, "PERSON": str(person), "YOU": "somebody",
        "COUNCIL": COUNCIL, "END": end,
    }  # fmt: skip

    ended = await asyncio.to_thread(
        run, re.sub(r"\b[A-Z]{3,}\b", lambda word: filled_in[word[0]], command), environment
    )

    assert ended.exit_code == 0, ended.output
    if "replay" in command:
        assert f"handled: {letter}" in ended.output
    if "list SERVICE" in command or "show" in command:
        assert "a figure is missing" in ended.output


@pytest.mark.kafka
@pytest.mark.xdist_group("kafka")
async def test_missing_topics_can_be_made_by_hand(kafka: KafkaBroker | GivenBroker) -> None:
    ended = await asyncio.to_thread(run, "braid topics create", {"KAFKA_BOOTSTRAP": kafka.bootstrap})

    assert ended.exit_code == 0, ended.output


@pytest.mark.kafka
@pytest.mark.xdist_group("kafka")
async def test_a_service_can_be_set_back_by_hand(databases: Databases, kafka: KafkaBroker | GivenBroker) -> None:
    await create_missing(kafka.bootstrap, partitions=1, replicas=1)
    environment = environment_of(databases) | {"LEDGER_KAFKA__BOOTSTRAP": kafka.bootstrap}

    ended = await asyncio.to_thread(run, "braid topics rewind ledger --to 2026-11-22T10:00:00Z", environment)

    assert ended.exit_code == 0, ended.output
    assert "nothing came since then" in ended.output


@pytest.mark.parametrize("command", OF_KUBERNETES)
def test_what_a_command_of_kubernetes_names_is_in_the_manifests(command: str) -> None:
    rendered = rendered_manifests()
    named = re.findall(rf"\b({'|'.join(KINDS)})[/ ](?:-n braid )?([a-z][a-z-]+)", command)
    for kind, name in named:
        if not name.startswith(("proof-by", "ledger-proof-")):
            assert name in by_name(rendered, KINDS[kind]), command
    assert " -n braid" in command


@pytest.mark.parametrize("verb", sorted({" ".join(re.findall(r"[a-z]+", command)[:3]) for command in OF_KUBERNETES}))
def test_kubectl_knows_what_it_is_asked_to_do(verb: str) -> None:
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        pytest.skip("kubectl is not installed")
    _, first, second = verb.split()
    words = [first, second] if first == "rollout" else [first]
    told = subprocess.run([kubectl, *words, "--help"], capture_output=True, text=True, timeout=60, check=False)

    assert told.returncode == 0
    assert f"kubectl {' '.join(words)}" in told.stdout
