"""The journey's latency on real Kafka, with each service's API, consumer and relay a process of its own."""

import asyncio
import shutil
import tempfile
from pathlib import Path

from tests.bench.figures import milliseconds, percentile
from tests.bench.journeys import Latencies, measure
from tests.real_parts.databases import FreshDatabases, test_postgres
from tests.real_parts.kafka_broker import KafkaBroker, kafka_archives
from tests.real_parts.process_platform import ProcessPlatform


def run(*, journeys: int) -> None:
    """Print the figures on Kafka."""
    folder = Path(tempfile.mkdtemp())
    try:
        with test_postgres(folder) as postgres, KafkaBroker(kafka_archives(), folder / "kafka") as broker:
            fresh = FreshDatabases(postgres.admin_url())
            fresh.make_templates()
            latencies = asyncio.run(_measure(fresh, broker, folder, journeys))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"agreed -> budget open on Kafka: {milliseconds(latencies.agreed_to_open)}   (promise: p95 under 1000)")
    print(f"one plain request:              {milliseconds(latencies.plain_request)}")
    ratio = percentile(latencies.agreed_to_open, 0.5) / percentile(latencies.plain_request, 0.5)
    print(f"ratio of the medians: {ratio:.1f} plain requests")


async def _measure(fresh: FreshDatabases, broker: KafkaBroker, folder: Path, journeys: int) -> Latencies:
    databases = await fresh.copy()
    platform = ProcessPlatform(databases, broker.bootstrap, folder / "platform")
    async with platform.running(), platform.client() as client:
        ledger_url = databases.settings_of("ledger").url
        assert ledger_url is not None
        return await measure(client, ledger_url.get_secret_value(), journeys=journeys, warm_up=5)
