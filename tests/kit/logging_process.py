"""A process of its own that logs as a service does: a request, the event that it publishes, and its failing handler.

Logging is set once for a process, so a test cannot set it in its own. Called with the example database's address, a
trace and a person; the trace is the caller's, as the gateway passes it on.
"""

import asyncio
import sys
from uuid import uuid4

from sqlalchemy import select

from braid.kit.delivery import Delivery
from braid.kit.logs import start_logging
from braid.kit.message import Message, encoded
from braid.kit.telemetry import start_tracing
from tests.kit.example_api import client_of, example_api, signed_in
from tests.kit.example_service import ExampleService, NumberSent, subscription_to, tables
from tests.transports.handlers import Refusing
from tests.transports.rig import QUICK


async def _work(database_url: str, trace_id: str, person: str) -> None:
    service = ExampleService(database_url)
    app = example_api(service)
    headers = signed_in() | {"Idempotency-Key": str(uuid4()), "traceparent": f"00-{trace_id}-{'b' * 16}-01"}
    async with client_of(app) as client:
        await client.post(f"/people/{person}/numbers", json={"number": 7}, headers=headers)
    async with service.ops.connect() as db:
        [row] = (await db.execute(select(tables.outbox))).all()
    message = Message(row.topic, row.key, encoded(row.headers), row.value, position="outbox/example/1")
    delivery = Delivery(subscription_to(NumberSent, "notes", Refusing(7)), service.units, retry=QUICK)
    await delivery.take(message)
    await app.state.runtime.close()
    await service.close()


if __name__ == "__main__":
    start_logging("json", "info")
    start_tracing(None, service="example")
    asyncio.run(_work(*sys.argv[1:]))
