"""The sender as a process of its own: it starts, sends, tells its metrics, and ends when it is told to."""

from pathlib import Path

import httpx
from standardwebhooks import Webhook

from tests.real_parts.process_platform import ProcessPlatform
from tests.transports.rig import eventually
from tests.webhooks.desk import Desk
from tests.webhooks.receiver import Receiver

SEND = "send webhooks"


async def test_the_sender_sends_what_is_in_line_and_ends_when_it_is_told_to(desk: Desk, tmp_path: Path) -> None:
    # The desk has put its keys into the same folder.
    platform = ProcessPlatform(desk.databases, "nowhere:9092", tmp_path)
    async with Receiver(None).listening() as receiver, platform.running_without_kafka(SEND):
        begun = await desk.subscribe(receiver)
        person = await desk.open_case()
        await eventually(lambda: bool(receiver.got))
        Webhook(begun["secret"]).verify(receiver.got[0].body, dict(receiver.got[0].headers))

        async def is_told() -> bool:
            async with httpx.AsyncClient() as client:
                metrics = (await client.get(f"http://127.0.0.1:{platform.ports[SEND]}/metrics")).text
            return 'braid_webhook_attempts_total{outcome="taken"} 1.0' in metrics

        await eventually(is_told)
        assert platform.stop(SEND) == 0
    assert '"outcome": "answered"' in platform.log(SEND)
    for private in (str(person), begun["secret"], receiver.url):
        assert private not in platform.log(SEND)
