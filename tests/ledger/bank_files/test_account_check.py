"""Sort code and account number: Vocalink's own test cases, on the lines of its table that they need."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from services.ledger.bank_files.account_check import AccountCheck, AccountChecker, WeightTableUnreadable, usual_form
from services.ledger.domain.bank import AccountDetailsImpossible, BankAccount

CASES = Path(__file__).parent.parent / "cases"
ROWS: list[dict[str, Any]] = yaml.safe_load((CASES / "bank_files_modulus.yaml").read_text())
WEIGHTS = (CASES / "bank_files_valacdos.txt").read_text().splitlines()
SUBSTITUTIONS = (CASES / "bank_files_scsubtab.txt").read_text().splitlines()


@pytest.fixture(scope="module")
def checker() -> AccountChecker:
    return AccountChecker(WEIGHTS, SUBSTITUTIONS)


@pytest.mark.parametrize("row", ROWS, ids=[f"{row['row']}-{row['about']}" for row in ROWS])
def test_accounts_fit_as_the_specification_says(row: dict[str, Any], checker: AccountChecker) -> None:
    assert checker.check(row["sort_code"], row["account_number"]) == row["expected"]


def test_a_sort_code_that_the_table_does_not_have_is_not_checked(checker: AccountChecker) -> None:
    assert checker.check("999999", "12345678") is AccountCheck.NOT_CHECKED


def test_without_a_table_nothing_is_checked() -> None:
    assert AccountChecker().check("089999", "66374959") is AccountCheck.NOT_CHECKED


def test_asking_again_gives_the_same_answer(checker: AccountChecker) -> None:
    asked = [
        checker.check("089999", "66374959"),
        checker.check("089999", "66374958"),
        checker.check("089999", "66374959"),
    ]

    assert asked == [AccountCheck.DOES_NOT_FIT, AccountCheck.FITS, AccountCheck.DOES_NOT_FIT]


@pytest.mark.parametrize(
    "line", ["089000 089999", "089000 089999 MOD12" + " 0" * 14, "08x000 089999 MOD10" + " 0" * 14]
)
def test_a_table_in_another_form_is_refused(line: str) -> None:
    with pytest.raises(WeightTableUnreadable):
        AccountChecker([line])


def test_substitutions_in_another_form_are_refused() -> None:
    with pytest.raises(WeightTableUnreadable):
        AccountChecker(WEIGHTS, ["938600"])


@pytest.mark.parametrize(
    ("sort_code", "number", "usual"),
    [
        ("20-09-15", "4101 1166", ("200915", "41011166")),
        ("080050", "1234567890", ("080050", "12345678")),
        ("600050", "12-34567890", ("600050", "34567890")),
        ("090050", "923456789", ("090059", "23456789")),
        ("200915", "1234567", ("200915", "01234567")),
        ("200915", "123456", ("200915", "00123456")),
    ],
)
def test_numbers_of_other_lengths_are_brought_to_eight_digits(
    sort_code: str, number: str, usual: tuple[str, str]
) -> None:
    assert usual_form(sort_code, number) == usual


@pytest.mark.parametrize(
    ("sort_code", "number"),
    [
        ("20091", "41011166"),
        ("2009155", "41011166"),
        ("200915", "41011"),
        ("200915", "41011166999"),
        ("200915", "4101116x"),
        ("２00915", "41011166"),
    ],
)
def test_what_can_be_no_account_is_refused(sort_code: str, number: str) -> None:
    with pytest.raises(AccountDetailsImpossible):
        usual_form(sort_code, number)


@pytest.mark.parametrize(
    ("sort_code", "number"), [("20-09-15", "41011166"), ("200915", "1234567"), ("200915", "4101116６")]
)
def test_an_account_to_be_paid_has_six_and_eight_digits(sort_code: str, number: str) -> None:
    with pytest.raises(AccountDetailsImpossible):
        BankAccount(sort_code, number, "Ann Example")
