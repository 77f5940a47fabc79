"""A spend as entries of the journal: one for each use and each place that money is drawn from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from uuid import UUID, uuid5

from services.ledger.domain import postings
from services.ledger.domain.chart_of_accounts import Account
from services.ledger.domain.journal import Entry
from services.ledger.domain.postings import About, Part
from services.ledger.domain.spending.attribution import DrawnPart
from services.ledger.spending.purse import Draw


@dataclass(frozen=True)
class Purpose:
    """What every entry of one attribution says.

    Args:
        spend_id: the line behind it.
        attempt: which attribution of the spend it is, so that the entries of each have ids of their own.
        reason: in words, as the journal keeps it.
    """

    budget_id: UUID
    spend_id: UUID
    attempt: str
    value_date: date
    use: str | None
    reason: str
    is_paid_by_council: bool = False


@dataclass(frozen=True)
class PostedPart:
    """A part with the entry that posts it."""

    entry_id: UUID
    part: DrawnPart


def spend_entries(purpose: Purpose, draws: Iterable[Draw]) -> tuple[list[Entry], list[PostedPart]]:
    """Entries that post what was drawn: settling a commitment names it, everything else names the spend."""
    entries, posted = list[Entry](), list[PostedPart]()
    in_order = sorted(draws, key=lambda draw: (draw.part.account, str(draw.commitment_id or "")))
    for (account, commitment_id), group in groupby(in_order, lambda draw: (draw.part.account, draw.commitment_id)):
        parts = [draw.part for draw in group]
        about = _about(purpose, account, commitment_id)
        if purpose.is_paid_by_council:
            entries.append(postings.paid_to_provider(about, _parts(parts), source=account))
        else:
            entries.append(postings.spent(about, _parts(parts), source=account))
        posted += [PostedPart(about.entry_id, part) for part in parts]
    return entries, posted


def refund_entries(purpose: Purpose, parts: Iterable[DrawnPart]) -> tuple[list[Entry], list[PostedPart]]:
    """Entries that give money back to where it was drawn from.

    What a commitment had held comes back as available: the commitment was settled.
    """
    entries, posted = list[Entry](), list[PostedPart]()
    in_order = sorted(parts, key=lambda part: part.account)
    for account, group in groupby(in_order, lambda part: part.account):
        given = list(group)
        about = _about(purpose, account, None)
        target = Account.FUND_AVAILABLE if account is Account.FUND_COMMITTED else account
        entries.append(postings.refunded(about, _parts(given), source=target))
        posted += [PostedPart(about.entry_id, part) for part in given]
    return entries, posted


def _about(purpose: Purpose, account: Account, commitment_id: UUID | None) -> About:
    name = f"spend/{purpose.attempt}/{purpose.use}/{account}/{commitment_id}"
    return About(
        uuid5(purpose.spend_id, name),
        purpose.budget_id,
        purpose.value_date,
        purpose.reason,
        purpose.use,
        commitment_id or purpose.spend_id,
    )


def _parts(parts: Sequence[DrawnPart]) -> list[Part]:
    return [Part(part.fund_id, part.stream, part.pence) for part in parts]
