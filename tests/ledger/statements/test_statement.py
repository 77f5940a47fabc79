"""A statement's parts add up to its whole, whatever happened; and it is told in plain words."""

import csv
import io
from dataclasses import fields
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ledger.domain import postings
from services.ledger.domain.chart_of_accounts import Account
from services.ledger.domain.journal import Entry, reversal_of
from services.ledger.domain.postings import Part
from services.ledger.domain.returns.funder_return import (
    Basis,
    Columns,
    ReturnRule,
    differences,
    funder_return,
    months_after,
)
from services.ledger.domain.statements.statement import statement
from services.ledger.statements.csv_text import csv_text, in_pounds
from services.ledger.statements.page import statement_page
from tests.ledger.spending.builders import ASC, FIRST_DAY, ILF, LAST_DAY, SP, an_id
from tests.ledger.statements.histories import (
    BUDGET,
    NAMES,
    History,
    at,
    facts_of,
    fund_of,
    journal_balances,
    totals_of,
)

STREAMS = (ASC, ILF, SP)
COLUMNS = [field.name for field in fields(Columns)]
FAR_AHEAD = at(date(2020, 1, 1))
STEPS = ("commit", "release", "advance", "spend", "provider", "refund", "recover", "instalment", "give_back", "reverse")


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Awards of three streams, then anything that can happen to them, on any day and recorded on any later one."""
    history = History()
    for stream in STREAMS:
        award = postings.award(history.about(FIRST_DAY), Part(fund_of(stream), stream, 1_000_000), 20_000)
        history.record(award)
    entries: list[Entry] = []
    for _ in range(draw(st.integers(0, 12))):
        part = Part(fund_of(stream := draw(st.sampled_from(STREAMS))), stream, draw(st.integers(1, 5_000)))
        on = FIRST_DAY + timedelta(days=draw(st.integers(0, 60)))
        about = history.about(on, "care.personal")
        source = draw(st.sampled_from([Account.FUND_AVAILABLE, Account.FUND_COMMITTED]))
        step = draw(st.sampled_from(STEPS))
        if step == "reverse":
            if not entries:
                continue
            taken_back = entries.pop(draw(st.integers(0, len(entries) - 1)))
            entry = reversal_of(taken_back, entry_id=about.entry_id, reason="A slip")
        else:
            entry = {
                "commit": lambda: postings.committed(about, [part]),  # noqa: B023
                "release": lambda: postings.released(about, [part]),  # noqa: B023
                "advance": lambda: postings.advanced(about, [part], source=source, net_contribution_pence=1),  # noqa: B023
                "spend": lambda: postings.spent(about, [part], source=Account.FUND_ADVANCED),  # noqa: B023
                "provider": lambda: postings.paid_to_provider(about, [part], source=source),  # noqa: B023
                "refund": lambda: postings.refunded(about, [part], source=source),  # noqa: B023
                "recover": lambda: postings.recovery_decided(about, part),  # noqa: B023
                "instalment": lambda: postings.instalment_received(about, part),  # noqa: B023
                "give_back": lambda: postings.given_back(about, part, source=Account.FUND_AVAILABLE),  # noqa: B023
            }[step]()
            entries.append(entry)
        history.record(entry, entry.value_date + timedelta(days=draw(st.integers(0, 40))))
    return history


@given(history=histories(), first=st.integers(0, 60), length=st.integers(0, 60), known=st.integers(0, 100))
def test_opening_and_movements_come_to_the_closing_by_stream_and_whole(
    history: History, first: int, length: int, known: int
) -> None:
    start = FIRST_DAY + timedelta(days=first)
    made = statement(
        BUDGET,
        history.entries,
        start,
        start + timedelta(days=length),
        known_at=at(FIRST_DAY + timedelta(days=known)),
        names=NAMES,
    )

    assert made.opening_pence + sum(one.change_pence for one in made.movements) == made.closing_pence
    for part in made.streams:
        assert part.opening_pence + part.in_pence - part.out_pence == part.closing_pence
    assert all(one.change_pence == sum(change.pence for change in one.by_stream) for one in made.movements)


@given(history=histories(), day=st.integers(1, 59))
def test_one_period_s_closing_is_the_next_one_s_opening(history: History, day: int) -> None:
    middle = FIRST_DAY + timedelta(days=day)
    first = statement(BUDGET, history.entries, FIRST_DAY, middle, known_at=FAR_AHEAD, names=NAMES)
    second = statement(BUDGET, history.entries, middle + timedelta(days=1), LAST_DAY, known_at=FAR_AHEAD, names=NAMES)

    assert first.closing_pence == second.opening_pence


@given(history=histories(), stream=st.sampled_from(STREAMS), day=st.integers(0, 60), length=st.integers(0, 60))
def test_every_return_reconciles_to_the_journal_to_the_penny(
    history: History, stream: str, day: int, length: int
) -> None:
    first = FIRST_DAY + timedelta(days=day)
    last = first + timedelta(days=length)
    until_then = [one for one in history.entries if one.value_date <= last]

    made = funder_return(
        stream,
        ReturnRule(Basis.ACCOUNT, 3),
        [facts_of(stream, FIRST_DAY, LAST_DAY)],
        until_then,
        {},
        first,
        last,
    )

    assert differences(totals_of(made, until_then), journal_balances(history, stream, last)) == {}
    assert all(line.adds_up for line in made.lines)
    assert all(
        getattr(totals_of(made, until_then).columns, c) == sum(getattr(x, c) for x in made.lines) for c in COLUMNS
    )
    assert all(sum(line.spent_by_use.values()) == line.spent_pence for line in made.lines)


def test_a_return_that_misses_a_fund_does_not_reconcile() -> None:
    history = History()
    history.record(postings.award(history.about(FIRST_DAY), Part(fund_of(ASC), ASC, 520_000), 0))

    made = funder_return(ASC, ReturnRule(Basis.ACCOUNT, 3), [], history.entries, {}, FIRST_DAY, LAST_DAY)

    assert differences(totals_of(made, history.entries), journal_balances(history, ASC, LAST_DAY)) == {
        Account.FUND_AVAILABLE: -520_000,
        Account.FUNDER_RECEIVABLE: 520_000,
    }


def test_a_cost_that_is_claimed_too_late_is_marked() -> None:
    history = History()
    part = Part(fund_of(ASC), ASC, 14_000)
    history.record(postings.spent(history.about(FIRST_DAY), [part], source=Account.FUND_AVAILABLE), date(2010, 3, 1))
    history.record(postings.spent(history.about(FIRST_DAY), [part], source=Account.FUND_AVAILABLE), date(2010, 3, 2))
    rule = ReturnRule(Basis.CLAIM, 1, claim_months=9)

    made = funder_return(ASC, rule, [facts_of(ASC, FIRST_DAY, LAST_DAY)], history.entries, {}, FIRST_DAY, LAST_DAY)

    assert [cost.is_late for cost in made.lines[0].costs] == [False, True]


@pytest.mark.parametrize(
    ("on", "months", "later"),
    [
        (date(2009, 6, 1), 9, date(2010, 3, 1)),
        (date(2011, 5, 31), 9, date(2012, 2, 29)),
        (date(2009, 12, 31), 2, date(2010, 2, 28)),
    ],
)
def test_months_later_is_the_same_day_or_the_last(on: date, months: int, later: date) -> None:
    assert months_after(on, months) == later


def test_a_statement_is_told_in_a_few_sentences() -> None:
    history = History()
    part = Part(fund_of(ASC), ASC, 520_000)
    history.record(postings.award(history.about(FIRST_DAY), part, 0))
    half = Part(fund_of(ASC), ASC, 40_000)
    history.record(
        postings.advanced(history.about(FIRST_DAY + timedelta(days=1)), [half], source=Account.FUND_AVAILABLE)
    )
    spent = Part(fund_of(ASC), ASC, 15_000)
    history.record(
        postings.spent(
            history.about(FIRST_DAY + timedelta(days=2), "care.personal"), [spent], source=Account.FUND_ADVANCED
        ),
        FIRST_DAY + timedelta(days=9),
    )

    made = statement(BUDGET, history.entries, FIRST_DAY, date(2009, 6, 30), known_at=FAR_AHEAD, names=NAMES)
    page = statement_page(made, an_id("person"))

    assert page.summary == [
        "On 1 June 2009 you had £0.00.",
        "£5,200.00 came in and £150.00 went out.",
        "On 30 June 2009 you had £5,050.00 left.",
        "£250.00 of that is in your own account.",
    ]
    assert [(one.text, one.change_pence, one.to_account_pence) for one in page.movements] == [
        ("Money awarded: Adult social care", 520_000, 0),
        ("Paid into your account", 0, 40_000),
        ("Spent on personal care", -15_000, 0),
    ]
    assert page.movements[2].recorded_on == date(2009, 6, 10)


def test_a_long_statement_goes_on_where_it_stopped() -> None:
    history = History()
    for number in range(5):
        part = Part(fund_of(ASC), ASC, 100 + number)
        history.record(postings.award(history.about(FIRST_DAY), part, 0))
    made = statement(BUDGET, history.entries, FIRST_DAY, LAST_DAY, known_at=FAR_AHEAD, names=NAMES)

    first = statement_page(made, an_id("person"), most=3, address="/v1/here?first=x")
    second = statement_page(made, an_id("person"), skip=3, most=3, address="/v1/here?first=x")

    assert (len(first.movements), first.more) == (3, "/v1/here?first=x&after=3")
    assert (len(second.movements), second.more) == (2, None)


def test_a_spreadsheet_runs_nothing_of_a_csv() -> None:
    rows = [("=HYPERLINK(1)", in_pounds(-1_205)), ("@SUM", in_pounds(5)), ('Kate "K", cleaner', in_pounds(120_000))]

    read = list(csv.reader(io.StringIO(csv_text(("text", "sum"), rows))))

    assert read == [
        ["text", "sum"],
        ["'=HYPERLINK(1)", "-12.05"],
        ["'@SUM", "0.05"],
        ['Kate "K", cleaner', "1200.00"],
    ]
