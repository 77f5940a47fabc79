"""Accounts whose digits cannot be: refused when they are written down, by the tables that the council has fetched."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest

from braid.kit.service import ServiceRuntime
from braid.kit.settings import SettingsRefused, load
from services.ledger.main import SERVICE
from services.ledger.settings import LedgerSettings, ModulusTables
from tests.ledger.ledger_under_test import LedgerUnderTest
from tests.ledger.payments.payments_under_test import PaymentsUnderTest, payments_of

CASES = Path(__file__).parent.parent / "cases"
TABLES = ModulusTables(
    weights_file=str(CASES / "bank_files_valacdos.txt"), substitutions_file=str(CASES / "bank_files_scsubtab.txt")
)
#: Vocalink's own first case: 66374958 passes, 66374959 does not.
SORT_CODE, RIGHT, WRONG = "089999", "66374958", "66374959"


@pytest.fixture
async def payments(ledger: LedgerUnderTest, tmp_path: Path) -> AsyncIterator[PaymentsUnderTest]:
    """Payments of a council that has fetched the tables."""
    settings = LedgerSettings(environment="test", database=ledger.databases.settings_of("ledger"), modulus=TABLES)
    await ledger.runtime.close()
    ledger.runtime = ServiceRuntime(SERVICE, settings)
    async with payments_of(ledger, tmp_path) as under_test:
        yield under_test


async def test_an_account_that_cannot_be_is_refused_and_one_that_can_is_told_as_checked(
    payments: PaymentsUnderTest,
) -> None:
    person = uuid4()
    await payments.a_fund(person)
    given = {"kind": "holder", "sort_code": SORT_CODE, "account_number": RIGHT, "name": "A Payee"}

    written = await payments.post(f"/people/{person}/payees", given)
    wrong = await payments.refused(f"/people/{person}/payees", {**given, "account_number": WRONG})
    changed = {"sort_code": SORT_CODE, "account_number": WRONG, "name": "A Payee"}
    change = await payments.refused(f"/payees/{written['payee_id']}/accounts", changed)
    unknown = await payments.post(f"/people/{person}/payees", {**given, "sort_code": "999999"})

    assert written["modulus"] == "passed"
    assert wrong[:2] == change[:2] == (422, "account-fails-its-check")
    assert unknown["modulus"] == "not_checkable"


def test_the_tables_are_set_for_the_ledger_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEDGER_ENVIRONMENT", "test")
    monkeypatch.setenv("LEDGER_DATABASE__POOL_SIZE", "2")
    monkeypatch.setenv("LEDGER_MODULUS__WEIGHTS_FILE", "/tables/valacdos.txt")

    assert load(SERVICE.settings, SERVICE.prefix).model_dump()["modulus"] == {
        "weights_file": "/tables/valacdos.txt",
        "substitutions_file": None,
    }
    monkeypatch.setenv("LEDGER_MODULUS__WEIGHT_FILE", "/tables/valacdos.txt")
    with pytest.raises(SettingsRefused):
        load(SERVICE.settings, SERVICE.prefix)
