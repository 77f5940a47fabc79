"""Payments of a council that has paid nothing yet."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.ledger.ledger_under_test import LedgerUnderTest
from tests.ledger.payments.payments_under_test import PaymentsUnderTest, payments_of


@pytest.fixture
async def payments(ledger: LedgerUnderTest, tmp_path: Path) -> AsyncIterator[PaymentsUnderTest]:
    async with payments_of(ledger, tmp_path) as under_test:
        yield under_test
