"""Nothing that tells who somebody is, or lets one be somebody else, is in the gateway's logs, traces or metrics."""

import re
from urllib.parse import parse_qs, urlsplit

from prometheus_client import generate_latest
from structlog.testing import capture_logs

from tests.gateway.doubles import PRACTITIONER, StubGateway
from tests.gateway.test_sign_in import chosen_as, goes_on_to
from tests.gateway.whole import PERSON_ID, person
from tests.kit.tracing import recorded_spans

NAME, REFERENCE = "Zebedee Quillfeather", "QF-4711"


async def test_people_at_the_console_and_systems_leave_nothing_personal_in_what_is_observed(stub: StubGateway) -> None:
    told = {**person(), "name": NAME, "reference": REFERENCE}
    stub.services.answers["/v1/people"] = {"people": [told], "next": REFERENCE}
    stub.services.answers[f"/v1/people/{PERSON_ID}"] = told
    spans = recorded_spans()
    spans.clear()
    with capture_logs() as lines:
        async with stub.browser() as client:
            back = goes_on_to(await chosen_as(client, f"budget_holder:{PERSON_ID}"))
            await client.get(back)
            session = client.cookies["braid_session"]
            for path in (f"/people/{PERSON_ID}", f"/nothing?name={NAME}"):
                await client.get(path)
        async with stub.system(PRACTITIONER) as system:
            token = system.headers["authorization"].removeprefix("Bearer ")
            for path in ("/v1/people", f"/v1/people?after={REFERENCE}", f"/v1/people/{PERSON_ID}", "/v1/nothing"):
                await system.get(path)
            await system.post("/v1/people", json={"name": NAME}, headers={"idempotency-key": "a-key"})

    traced = [(span.name, dict(span.attributes or {})) for span in spans.get_finished_spans()]
    answer = parse_qs(urlsplit(back).query)
    secrets = {"name": NAME, "first name": "Zebedee", "reference": REFERENCE, "session": session, "token": token}
    secrets |= {"code": answer["code"][0], "state": answer["state"][0], "person": str(PERSON_ID)}
    assert "/people/{person_id}" in str(lines)
    assert traced
    assert leaked(secrets, f"{lines}") == set()
    assert leaked(secrets, f"{traced}") == set()
    assert leaked(secrets, generate_latest().decode()) == set()


def leaked(secrets: dict[str, str], observed: str) -> set[str]:
    """Which secrets stand in what is observed."""
    return {what for what, secret in secrets.items() if re.search(re.escape(secret), observed)}
