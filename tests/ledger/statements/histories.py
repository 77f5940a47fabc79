"""Histories of a budget, entry by entry, as reports read them."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from itertools import count
from typing import Any
from uuid import UUID

from services.ledger.domain import postings
from services.ledger.domain.chart_of_accounts import Account
from services.ledger.domain.journal import Entry, reversal_of
from services.ledger.domain.postings import About, Part
from services.ledger.domain.returns.funder_return import (
    FunderReturn,
    FundFacts,
    ReturnTotals,
    Told,
    moved_in,
    return_totals,
)
from services.ledger.domain.statements.recorded import RecordedEntry
from services.ledger.domain.statements.statement import Names
from tests.ledger.spending.builders import an_id

BUDGET = an_id("budget")
NAMES = Names(
    streams={
        "adult_social_care": "Adult social care",
        "supporting_people": "Supporting People",
        "independent_living_fund": "Independent Living Fund",
    },
    uses={"care.personal": "personal care", "work.support": "support at work"},
    spends={},
)


def at(day: date) -> datetime:
    """Noon of a day."""
    return datetime.combine(day, time(12), UTC)


def fund_of(stream: str) -> UUID:
    """The one fund of a stream."""
    return an_id(f"fund of {stream}")


class History:
    """A budget's entries, in the order in which they were recorded."""

    def __init__(self) -> None:
        self.entries: list[RecordedEntry] = []
        self.told: dict[UUID, Told] = {}
        self._numbers = count(1)
        self._named: dict[str, Entry] = {}

    def record(self, entry: Entry, recorded: date | None = None) -> Entry:
        """Add an entry; recorded on its value date unless told."""
        kinds = {one.entry_id: one.posted_as for one in self.entries}
        self.entries.append(
            RecordedEntry(
                next(self._numbers),
                at(recorded or entry.value_date),
                entry.entry_id,
                entry.kind,
                entry.value_date,
                entry.budget_id,
                entry.reason,
                entry.legs,
                entry.use,
                entry.subject_id,
                entry.reverses,
                kinds[entry.reverses] if entry.reverses else None,
            )
        )
        return entry

    def about(self, day: date, use: str | None = None) -> About:
        """What the next entry says of itself."""
        return About(an_id(f"entry {len(self.entries)}"), BUDGET, day, "As it happened", use)

    def take(self, step: dict[str, Any]) -> None:
        """Add a step of a case."""
        if "reverse" in step:
            entry = self._named[step["reverse"]]
            reversal = reversal_of(entry, entry_id=an_id(f"entry {len(self.entries)}"), reason="A slip")
            self.record(reversal, step.get("recorded"))
            return
        kind = next(name for name in ("award", "revise", "commit", "spend") if name in step)
        stream, pence = step[kind], step["pence"]
        part = Part(fund_of(stream), stream, pence)
        about = self.about(step["day"], step.get("use", "care.personal") if kind == "spend" else None)
        entry = {
            "award": lambda: postings.award(about, part, 0),
            "revise": lambda: postings.award_revised(about, part, 0),
            "commit": lambda: postings.committed(about, [part]),
            "spend": lambda: postings.spent(about, [part], source=Account.FUND_AVAILABLE),
        }[kind]()
        self.record(entry, step.get("recorded"))
        self._named[step.get("name", "")] = entry
        if "whole" in step:
            self.told[entry.entry_id] = Told("Provider", "Provider 17", step["whole"])


def history_of(steps: list[dict[str, Any]]) -> History:
    """The history of a case."""
    history = History()
    for step in steps:
        history.take(step)
    return history


def facts_of(stream: str, starts_on: date, ends_on: date, first_ends_on: date | None = None) -> FundFacts:
    """What a return knows of a stream's one fund."""
    return FundFacts(
        fund_of(stream), an_id("person"), stream, an_id("award"), starts_on, ends_on, first_ends_on or ends_on
    )


def totals_of(made: FunderReturn, entries: Sequence[RecordedEntry]) -> ReturnTotals:
    """What a return comes to, by what moved on the accounts of the funds that have a line."""
    funds = [line.facts.fund_id for line in made.lines]
    return return_totals(len(funds), 0, [one for fund in funds for one in moved_in(entries, fund, made.first)])


def journal_balances(history: History, stream: str, until: date) -> dict[Account, int]:
    """Credits less debits of a stream's accounts, summed leg by leg as the journal has them."""
    balances: dict[Account, int] = {}
    for one in history.entries:
        if one.value_date <= until:
            for leg in one.legs:
                if leg.stream == stream and leg.account.is_kept_by_fund:
                    balances[leg.account] = balances.get(leg.account, 0) - leg.amount_pence
    return {account: pence for account, pence in balances.items() if pence}
