"""Separate processes on real Kafka tell what rules and dashboards ask for, and logs that one trace joins."""

import asyncio
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from braid.command_line.demonstration import example_people, make_journey
from braid.command_line.embedded_platform import Databases
from braid.command_line.main import app
from tests.deployment.alert_rules import RULES
from tests.deployment.test_dashboards import expressions
from tests.deployment.test_runbooks import environment_of
from tests.real_parts.kafka_broker import GivenBroker, KafkaBroker
from tests.real_parts.process_platform import ProcessPlatform

pytestmark = [pytest.mark.kafka, pytest.mark.xdist_group("kafka"), pytest.mark.timeout(1500)]

#: What there is only when something went wrong, or when somebody asked for a proof over HTTP.
ONLY_IN_TROUBLE = {
    "braid_dead_letters_waiting",
    "braid_dead_letter_age_seconds",
    "braid_parked_keys",
    "braid_message_retries_total",
    "braid_ledger_proofs_total",
}
PERSON = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


async def test_what_rules_and_dashboards_ask_for_is_told_and_one_trace_joins_the_logs(
    databases: Databases, kafka: KafkaBroker | GivenBroker, tmp_path: Path
) -> None:
    async with ProcessPlatform(databases, kafka.bootstrap, tmp_path).running() as platform:
        async with platform.client() as practitioner:
            for person in example_people()[:3]:
                await make_journey(practitioner, person, reference=person.reference, patience_s=150)
        proved = await asyncio.to_thread(CliRunner().invoke, app, ["ledger", "verify"], env=environment_of(databases))
        assert proved.exit_code == 0, proved.output
        told = {command: await metrics_of(platform, command) for command in platform.commands}
        lines = [line for command in platform.commands for line in logged(platform, command)]

    names = {name for metrics in told.values() for name in re.findall(r"^(braid_\w+)", metrics, re.MULTILINE)}
    asked = RULES.read_text() + " ".join(expression for _, expression in expressions())
    assert set(re.findall(r"\bbraid_[a-z_]+", asked)) - names - ONLY_IN_TROUBLE == set()
    assert 'braid_ledger_journal_whole{council="E10009999",service="ledger"} 1.0' in told["relay ledger"]
    assert re.search(
        r'braid_consumer_lag\{consumer="ledger",partition="\d",topic="braid.award.v1"\} 0.0', told["consume ledger"]
    )
    assert not [metrics for metrics in told.values() if PERSON.search(metrics)], "somebody is named in a label"
    assert {"gateway", "assessment"} <= set(joined(lines))
    assert {"ras", "funding_streams", "ledger", "support_planning"} <= set(joined(lines))


async def metrics_of(platform: ProcessPlatform, command: str) -> str:
    """What Prometheus is told by a process."""
    async with httpx.AsyncClient(timeout=60) as client:
        return (await client.get(f"http://127.0.0.1:{platform.ports[command]}/metrics")).text


def logged(platform: ProcessPlatform, command: str) -> Iterator[Mapping[str, str]]:
    """What a process logged, line by line."""
    for line in platform.log(command).splitlines():
        if line.startswith("{"):
            yield json.loads(line)


def joined(lines: list[Mapping[str, str]]) -> list[str]:
    """Services in whose logs the trace stands that most of them share."""
    by_trace: dict[str, set[str]] = {}
    for line in lines:
        if "trace_id" in line:
            by_trace.setdefault(line["trace_id"], set()).add(line.get("service") or line.get("consumer") or "")
    widest: set[str] = max(by_trace.values(), key=len)
    return sorted(widest)
