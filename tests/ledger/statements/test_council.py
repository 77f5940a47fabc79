"""What the council is told: commitments by age, journal lines for its general ledger, a text for hledger."""

import csv
import io
import shutil
import subprocess
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings

from braid.contracts.award import Cadence
from services.ledger.domain.chart_of_accounts import Account
from services.ledger.domain.returns.council import (
    CodeRule,
    LedgerCode,
    LedgerTotal,
    MappingAmbiguous,
    MappingIncomplete,
    OpenCommitment,
    by_age,
    coded,
    mapping_of,
)
from services.ledger.domain.returns.funder_return import Basis
from services.ledger.domain.returns.plain_text import journal_head, transaction
from services.ledger.statements.council_files import MappingRefused, general_ledger_csv, read_mapping
from services.ledger.statements.return_rules import return_rule, rule_files
from tests.ledger.spending.builders import ASC, FIRST_DAY, ILF, LAST_DAY, an_id
from tests.ledger.statements.histories import History
from tests.ledger.statements.test_statement import histories

ON = date(2009, 12, 31)


def a_commitment(
    days_old: int, pence: int = 100, *, stream: str = ASC, needed_on: date | None = None
) -> OpenCommitment:
    return OpenCommitment(
        an_id(f"{days_old} {pence}"),
        an_id("fund"),
        stream,
        "care.personal",
        pence,
        ON - timedelta(days=days_old),
        LAST_DAY,
        needed_on,
    )


@pytest.mark.parametrize(
    ("days", "bucket"),
    [(0, "0-30"), (30, "0-30"), (31, "31-60"), (60, "31-60"), (61, "61-90"), (90, "61-90"), (91, "over 90")],
)
def test_a_commitment_is_as_old_as_the_days_since_it_was_made(days: int, bucket: str) -> None:
    assert a_commitment(days).bucket(ON) == bucket


def test_ages_add_up_to_what_is_held_stream_by_stream() -> None:
    found = [a_commitment(1, 100), a_commitment(45, 200), a_commitment(400, 300), a_commitment(2, 50, stream=ILF)]

    table = by_age(found, ON)

    assert table[ASC] == {"0-30": 100, "31-60": 200, "61-90": 0, "over 90": 300}
    assert sum(table[ILF].values()) == 50


def test_what_is_held_past_the_fund_s_end_is_flagged() -> None:
    assert a_commitment(1, needed_on=LAST_DAY + timedelta(days=1)).is_past_the_end(ON)
    assert not a_commitment(1, needed_on=LAST_DAY).is_past_the_end(ON)
    assert a_commitment(1).is_past_the_end(LAST_DAY + timedelta(days=1))


def totals() -> list[LedgerTotal]:
    june = date(2009, 6, 1)
    return [
        LedgerTotal(june, ASC, Account.FUNDER_RECEIVABLE, 520_000, 0, 1),
        LedgerTotal(june, ASC, Account.FUND_AVAILABLE, 5_000, 520_000, 2),
        LedgerTotal(june, ASC, Account.FUND_PAID, 0, 5_000, 1),
    ]


MAPPING = """stream,account,nominal_code,cost_centre
*,fund.available,2100,SOC
*,fund.paid,4100,SOC
adult_social_care,fund.paid,4110,ASC1
adult_social_care,funder.receivable,1200,ASC1
"""


def test_a_stream_s_own_code_goes_before_the_one_for_any_stream() -> None:
    lines = coded(totals(), mapping_of(read_mapping(MAPPING)))

    assert {line.total.account: line.code for line in lines} == {
        Account.FUND_AVAILABLE: LedgerCode("2100", "SOC"),
        Account.FUND_PAID: LedgerCode("4110", "ASC1"),
        Account.FUNDER_RECEIVABLE: LedgerCode("1200", "ASC1"),
    }


def test_the_export_s_debits_are_its_credits() -> None:
    rows = list(
        csv.DictReader(io.StringIO(general_ledger_csv(coded(totals(), mapping_of(read_mapping(MAPPING))), "x")))
    )

    debits, credits = (sum(round(float(row[side]) * 100) for row in rows) for side in ("debit", "credit"))
    assert debits == credits == 525_000
    assert [row["period"] for row in rows] == ["2009-06"] * 3


def test_money_without_a_code_is_never_left_out() -> None:
    rules = [rule for rule in read_mapping(MAPPING) if rule.account is not Account.FUNDER_RECEIVABLE]

    with pytest.raises(MappingIncomplete, match=r"adult_social_care funder\.receivable"):
        coded(totals(), mapping_of(rules))


def test_two_codes_for_one_account_are_refused() -> None:
    rule = CodeRule(ASC, Account.FUND_PAID, LedgerCode("1", "2"))

    with pytest.raises(MappingAmbiguous):
        mapping_of([rule, rule])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "stream,account\n",
        "stream,account,nominal_code,cost_centre\n",
        "stream,account,nominal_code,cost_centre\n*,fund.gifts,1,2\n",
        "stream,account,nominal_code,cost_centre\n*,fund.paid,,2\n",
        "stream,account,nominal_code,cost_centre\n*,fund.paid,1,2,3\n",
        'stream,account,nominal_code,cost_centre\n*,"fund.paid\n',
    ],
)
def test_a_mapping_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(MappingRefused):
        read_mapping(text)


@pytest.mark.parametrize("cadence", list(Cadence))
def test_a_stream_without_a_file_is_told_by_its_cadence(cadence: Cadence) -> None:
    assert return_rule("a_stream_of_tomorrow", cadence).months >= 1


def test_access_to_work_is_claimed_cost_by_cost_within_nine_months() -> None:
    rule = return_rule("access_to_work", Cadence.ARREARS_ON_RECEIPTS)

    assert (rule.basis, rule.claim_months, rule.by_payee) == (Basis.CLAIM, 9, True)


def test_every_rule_file_reads_and_says_where_it_is_from() -> None:
    assert len(rule_files()) >= 6
    assert all(file.citation for file in rule_files().values())


HLEDGER = shutil.which("hledger")


@pytest.mark.skipif(HLEDGER is None, reason="hledger is not installed: apt-get install hledger")
@settings(max_examples=8, deadline=None)
@given(history=histories())
def test_hledger_comes_to_the_same_balances_on_any_day(
    tmp_path_factory: pytest.TempPathFactory, history: History
) -> None:
    file = tmp_path_factory.mktemp("hledger") / "all.journal"
    file.write_text(journal_head() + "".join(transaction(one) for one in history.entries))

    for days in (0, 7, 21, 60):
        until = FIRST_DAY + timedelta(days=days)
        assert balances_by_hledger(file, until) == balances_of(history, until)


def balances_by_hledger(file: Path, until: date) -> dict[str, int]:
    assert HLEDGER is not None
    command = [HLEDGER, "-f", str(file), "balance", "--flat", "-N", "-O", "csv", "-e", str(until + timedelta(days=1))]
    told = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout
    return {row["account"]: pence(row["balance"]) for row in csv.DictReader(io.StringIO(told))}


def pence(balance: str) -> int:
    return int(balance.removeprefix("GBP ").replace("GBP", "").replace(".", "").replace(",", "").strip())


def balances_of(history: History, until: date) -> dict[str, int]:
    balances: Counter[str] = Counter()
    for one in history.entries:
        for leg in one.legs if one.value_date <= until else ():
            name = ":".join([leg.stream, leg.account, *([str(leg.fund_id)] if leg.fund_id else [])])
            balances[name] += leg.amount_pence
    return {name: sum_ for name, sum_ in balances.items() if sum_}
