"""Dead letters of the real services through the gateway and on its pages: one council's alone, and recorded."""

import re
from uuid import uuid4

import pytest

from braid.command_line.embedded_platform import Databases
from gateway.development_issuer import EXAMPLE_COUNCIL
from tests.gateway.conftest import Platform
from tests.real_parts.dead_letters import bury_broken_message

OTHER = "E06000001"
SECRET = "has moved to 12 Nowhere Road"


@pytest.mark.timeout(600)
async def test_operations_see_show_replay_and_discard_their_councils_letters(
    platform: Platform, databases: Databases
) -> None:
    person, stranger = uuid4(), uuid4()
    for service in ("ledger", "ras"):
        await bury_broken_message(databases, service, person, EXAMPLE_COUNCIL, SECRET)
    await bury_broken_message(databases, "ledger", stranger, OTHER, SECRET)

    async with await platform.system("operations") as client:
        listed = await client.get("/v1/dead-letters")
        parked = await client.get("/v1/parked-keys")
        letters = listed.json()["letters"]
        path = f"/v1/dead-letters/ledger/{next(each['letter_id'] for each in letters if each['service'] == 'ledger')}"
        shown = await client.post(f"{path}/showing", json={"reason": "To see what breaks it"})
        again = await client.post(f"{path}/replay", headers={"idempotency-key": str(uuid4())})
        together = await client.post(
            "/v1/dead-letters:replay",
            json={"service": "ras", "cause": "ValidationError"},
            headers={"idempotency-key": str(uuid4())},
        )
    async with await platform.system("operations", council=OTHER) as elsewhere:
        strangers = (await elsewhere.get("/v1/dead-letters")).json()["letters"]
        tried = [
            await elsewhere.get(path),
            await elsewhere.post(f"{path}/showing", json={"reason": "Out of curiosity"}),
            await elsewhere.post(f"{path}/replay", headers={"idempotency-key": str(uuid4())}),
        ]

    assert {(each["service"], each["person_id"], each["cause"]) for each in letters} == {
        ("ledger", str(person), "ValidationError"),
        ("ras", str(person), "ValidationError"),
    }
    assert SECRET not in listed.text
    assert {each["service"]: each["waiting"] for each in parked.json()["parked"]} == {"ledger": 1, "ras": 1}
    assert SECRET in shown.json()["text"]
    assert (again.json()["cause"], again.json()["handled"]) == ("ValidationError", [])
    assert together.json()["still_fail"][0]["cause"] == "ValidationError"
    assert [each["person_id"] for each in strangers] == [str(stranger)]
    assert [answer.status_code for answer in tried] == [404] * 3

    async with await platform.browser("operations") as browser:
        page = await browser.get(path.removeprefix("/v1"))
        form = await browser.get(f"{path.removeprefix('/v1')}/discard")
        key = re.search(r'name="key" value="([^"]+)"', form.text)
        assert key
        sure = {"reason": "The sender told it again", "sure": "yes", "key": key[1]}
        done = [await browser.post(f"{path.removeprefix('/v1')}/discard", data=sure) for _ in range(2)]
        platform.away.add("ras")
        left = await browser.get("/dead-letters")
    assert SECRET not in page.text
    assert ["is discarded" in answer.text for answer in done] == [True, True]
    assert "These services cannot be reached: Allocation." in left.text
    assert "No message waits." in left.text

    platform.away.clear()
    async with await platform.system("auditor") as auditor:
        records = (await auditor.get("/v1/access-records", params={"person_id": str(person)})).json()["records"]
    told = {(each["action"], each["service"], each["reason"]) for each in records}
    assert {
        ("show-dead-letter", "ledger", "To see what breaks it"),
        ("mend-dead-letters", "ledger", "The sender told it again"),
        ("mend-dead-letters", "ras", None),
        ("read-dead-letters", "ras", None),
    } <= told
