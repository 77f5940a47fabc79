"""The one place where payments meet the journal: groups of entries in, each posted whole or not at all."""

from collections.abc import Iterator, Sequence

from braid.kit.unit_of_work import UnitOfWork
from services.ledger import journal_store
from services.ledger.domain.journal import Entry
from services.ledger.domain.refusals import Refusal
from services.ledger.posting.columns import Posting

#: Entries of one call: what the journal takes fastest.
ENTRIES_A_CALL = 5_000


async def post_whole(work: UnitOfWork, groups: Sequence[Sequence[Entry]]) -> dict[int, Refusal]:
    """Post groups of entries, each whole or not at all; what was posted before is no refusal.

    Returns:
        the journal's refusals, by the place of the group.
    """
    refused: dict[int, Refusal] = {}
    for call in _calls(groups):
        entries = [(place, entry) for place in call for entry in groups[place]]
        postings = [Posting(entry, linked=place if len(groups[place]) > 1 else None) for place, entry in entries]
        for (place, _), answer in zip(entries, await journal_store.post(work, *postings), strict=True):
            if answer.refusal and answer.refusal is not Refusal.LINKED_REFUSED:
                refused.setdefault(place, answer.refusal)
    return refused


def _calls(groups: Sequence[Sequence[Entry]]) -> Iterator[list[int]]:
    """Places of groups that go into one call together."""
    call: list[int] = []
    entries = 0
    for place, group in enumerate(groups):
        if call and entries + len(group) > ENTRIES_A_CALL:
            yield call
            call, entries = [], 0
        call.append(place)
        entries += len(group)
    if call:
        yield call
