"""The one place where spending meets the journal: spends in, each posted whole or not at all."""

from collections.abc import Sequence

from braid.kit.unit_of_work import UnitOfWork
from services.ledger import journal_store
from services.ledger.domain.journal import Entry
from services.ledger.domain.refusals import Refusal
from services.ledger.domain.spending.queries import QueryKind
from services.ledger.posting.columns import Posting

#: What a refusal means for whoever is asked about the spend; any other is a fault of ours.
MEANS = {
    Refusal.INSUFFICIENT: QueryKind.MORE_THAN_IS_LEFT,
    Refusal.EXCEEDS_COMMITMENT: QueryKind.MORE_THAN_IS_LEFT,
    Refusal.COMMITMENT_EXPIRED: QueryKind.MORE_THAN_IS_LEFT,
    Refusal.COMMITMENT_ALREADY_SETTLED: QueryKind.MORE_THAN_IS_LEFT,
    Refusal.COMMITMENT_ALREADY_RELEASED: QueryKind.MORE_THAN_IS_LEFT,
    Refusal.CLOSED: QueryKind.OUTSIDE_THE_AWARD,
    Refusal.BEFORE_AWARD: QueryKind.OUTSIDE_THE_AWARD,
    Refusal.AFTER_AWARD_END: QueryKind.OUTSIDE_THE_AWARD,
    Refusal.RING_FENCED: QueryKind.USE_NOT_PERMITTED,
    Refusal.PERIOD_LOCKED: QueryKind.PERIOD_CLOSED,
}


class JournalRefused(Exception):
    """The journal refused what the rules had found to be right: a fault of ours."""


async def post_whole(work: UnitOfWork, groups: Sequence[Sequence[Entry]]) -> list[QueryKind | None]:
    """Post groups of entries, each whole or not at all.

    Returns:
        for each group None, or what to ask about it.

    Raises:
        JournalRefused: for a reason that nobody can be asked about.
    """
    numbers = [number for number, group in enumerate(groups) for _ in group]
    postings = [Posting(entry, linked=number) for number, group in enumerate(groups) for entry in group]
    refused: list[QueryKind | None] = [None] * len(groups)
    for number, answer in zip(numbers, await journal_store.post(work, *postings), strict=True):
        if answer.refusal in (None, Refusal.LINKED_REFUSED):
            continue
        if answer.refusal not in MEANS:
            raise JournalRefused(f"entry {answer.entry_id}: {answer.refusal}")
        refused[number] = MEANS[answer.refusal]
    return refused
