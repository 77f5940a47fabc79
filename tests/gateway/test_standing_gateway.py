"""Tests that share a gateway's routes share nothing else."""

from pathlib import Path

import httpx

from gateway.rate_limits import RateLimit
from tests.gateway.doubles import PRACTITIONER, StandingGateway


async def test_a_renewed_gateway_knows_nothing_of_before(tmp_path: Path) -> None:
    standing = StandingGateway(tmp_path / "first")
    before = standing.renewed(tmp_path / "before")
    before.services.answers["/v1/people"] = {"people": []}
    token, session = before.issuer.token(PRACTITIONER), before.sessions.of(PRACTITIONER)
    assert (await asked_with(before.system(), token)).status_code == 200
    before.door._rate_limit = RateLimit(0.1, 1)

    after = standing.renewed(tmp_path / "after")

    assert (await asked_with(after.system(), token)).status_code == 401, "a token of the keys of before"
    assert after.sessions.principal_of(session) is None
    for _ in range(3):
        async with after.system() as client:
            assert (await client.get("/v1/people")).status_code == 404, "an answer of before, or a limit"
    assert len(before.services.asked) == 1


async def asked_with(client: httpx.AsyncClient, token: str) -> httpx.Response:
    async with client:
        return await client.get("/v1/people", headers={"authorization": f"Bearer {token}"})
