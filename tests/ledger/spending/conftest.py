"""A person with a budget, and the ledger's API as the people around it use it."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from braid.kit.identity import create_keys, internal_signer, internal_verifier
from braid.kit.service import build_api
from tests.ledger.ledger_under_test import LedgerUnderTest
from tests.ledger.spending.desk import Desk


@pytest.fixture
async def desk(ledger: LedgerUnderTest, tmp_path: Path) -> AsyncIterator[Desk]:
    """The API over a council of its own."""
    create_keys(tmp_path, "internal")
    app = build_api(ledger.runtime, verifier=internal_verifier(tmp_path / "internal-public.jwks.json"))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://ledger") as client:
        yield Desk(client, internal_signer(tmp_path / "internal-private.pem"), ledger)
