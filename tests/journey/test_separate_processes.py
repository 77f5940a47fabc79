"""The journey through separate processes on real Kafka, with processes killed on the way."""

from pathlib import Path

import pytest

from braid.command_line.demonstration import example_people, make_journey
from braid.command_line.embedded_platform import Databases
from braid.kit.identity import Role
from tests.real_parts.kafka_broker import KafkaBroker
from tests.real_parts.process_platform import ProcessPlatform

pytestmark = [pytest.mark.kafka, pytest.mark.xdist_group("kafka"), pytest.mark.timeout(300)]


async def test_a_budget_opens_through_separate_services_even_when_each_is_killed_on_the_way(
    databases: Databases, kafka: KafkaBroker, tmp_path: Path
) -> None:
    people = example_people()
    async with ProcessPlatform(databases, kafka.bootstrap, tmp_path).running() as platform:
        async with platform.client() as practitioner:
            first = await make_journey(practitioner, people[0], reference="first")
            victims = ["consume ras", "relay assessment", "consume funding_streams", "relay ras", "consume ledger"]
            for victim in victims:
                platform.kill(victim)
            for victim in victims:
                platform.start(victim)
            others = [
                await make_journey(practitioner, person, reference=person.reference, patience_s=90)
                for person in people[1:]
            ]
            budgets = [
                (await practitioner.get(f"/v1/people/{person_id}/budget")).json() for person_id in (first, *others)
            ]
        async with platform.client(Role.AUDITOR) as auditor:
            proof = (await auditor.get("/v1/journal/proof")).json()

        posted = sum(fund["awarded_pence"] for budget in budgets for fund in budget["funds"])
        assert proof["holds"]
        assert -posted == sum(
            balance["balance_pence"] for balance in proof["trial_balance"] if balance["account"].startswith("fund.")
        )
        assert [platform.stop(command) for command in ("consume ledger", "relay ledger")] == [0, 0]
