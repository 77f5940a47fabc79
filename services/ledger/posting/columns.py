"""Entries as the columns that the posting function takes, one element an entry or a leg, and its answers read back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from operator import itemgetter
from typing import Any, Protocol
from uuid import UUID

from services.ledger.domain.chart_of_accounts import Account, AccountName
from services.ledger.domain.journal import AMOUNT_PENCE_MAX, Leg
from services.ledger.domain.refusals import Refusal

#: As many as `columns_of` gives.
POSTING_COLUMNS = 18
#: The posting function, with the columns of `columns_of` as its parameters.
POST_ENTRIES = (
    f"SELECT answers, sequences FROM post_entries({', '.join(f'${place}' for place in range(1, POSTING_COLUMNS + 1))})"
)

_TOO_LARGE = AMOUNT_PENCE_MAX + 1
_COMMITTED = Account.FUND_COMMITTED
_REPLAYED = "replayed"
_POSTED = "posted"


_account: Callable[[tuple[int, int, bool]], int] = itemgetter(0)


class Postable(Protocol):
    """What can be asked to be posted: an `Entry`, or something of its shape that may not even balance."""

    @property
    def entry_id(self) -> UUID: ...

    @property
    def kind(self) -> str: ...

    @property
    def value_date(self) -> date: ...

    @property
    def budget_id(self) -> UUID: ...

    @property
    def legs(self) -> Sequence[Leg]: ...

    @property
    def reason(self) -> str: ...

    @property
    def reverses(self) -> UUID | None: ...

    @property
    def use(self) -> str | None: ...

    @property
    def subject_id(self) -> UUID | None: ...


@dataclass(frozen=True)
class Posting:
    """An entry on its way into the journal.

    Args:
        entry: what is to be posted.
        linked: neighbours with the same number are posted all or none.
        expires_on: of a commitment that the entry places: the last day on which something may be settled of it.
        item_id: of such a commitment: the item of the plan that it is for.
    """

    entry: Postable
    linked: int | None = None
    expires_on: date | None = None
    item_id: UUID | None = None


@dataclass(frozen=True)
class Answer:
    """What became of one entry.

    Args:
        entry_id: the entry.
        sequence: where it stands in the council's journal; none where it was refused.
        refusal: why it was not posted.
        is_replay: it was posted before, under the same id and saying the same.
    """

    entry_id: UUID
    sequence: int | None
    refusal: Refusal | None = None
    is_replay: bool = False


def names_of(postings: Sequence[Posting]) -> set[AccountName]:
    """Every account that the entries are on."""
    return {leg.name for posting in postings for leg in posting.entry.legs}


@dataclass(slots=True)
class Prepared:
    """A posting made ready by itself, so that a batch is only put together when it goes.

    Args:
        posting: what is to be posted.
        legs: number of the account, pence and whether it is held for a commitment; in the order of accounts, with 0 for
            an account that is not there.
    """

    posting: Posting
    legs: tuple[tuple[int, int, bool], ...]

    @property
    def is_on_known_accounts(self) -> bool:
        """Whether each of its accounts is there."""
        return self.legs[0][0] > 0


def prepared(posting: Posting, numbers: Mapping[AccountName, int]) -> Prepared:
    """Make a posting ready.

    Args:
        posting: what is to be posted.
        numbers: ids of the accounts that are there; a leg on any other account is refused as such.
    """
    if not posting.entry.legs:
        # One leg on no account is told as out of balance, which an entry without legs is.
        return Prepared(posting, ((0, 1, False),))
    has_subject = posting.entry.subject_id is not None
    legs = [
        (numbers.get(leg.name, 0), _readable(leg.amount_pence), has_subject and leg.account is _COMMITTED)
        for leg in posting.entry.legs
    ]
    legs.sort(key=_account)
    return Prepared(posting, tuple(legs))


def _readable(pence: int) -> int:
    """An amount that the database could not even read: as large as it can, which is refused as too large."""
    return pence if -_TOO_LARGE < pence < _TOO_LARGE else max(-_TOO_LARGE, min(pence, _TOO_LARGE))


def columns_of(batch: Sequence[Prepared], linked: Sequence[int | None] | None = None) -> tuple[Any, ...]:
    """The parameters of `POST_ENTRIES`.

    Args:
        batch: what is to be posted, in order.
        linked: numbers of linked groups in place of the postings' own, where these come from several callers.
    """
    accounts = sorted({leg[0] for each in batch for leg in each.legs} - {0})
    places = {account: place for place, account in enumerate(accounts, start=1)} | {0: 0}
    commitments: dict[tuple[UUID, int], int] = {}
    leg_entries, leg_accounts, leg_amounts, leg_commitments = list[int](), list[int](), list[int](), list[int]()
    for position, each in enumerate(batch, start=1):
        for account, pence, is_committed in each.legs:
            place = places[account]
            leg_entries.append(position)
            leg_accounts.append(place)
            leg_amounts.append(pence)
            subject = each.posting.entry.subject_id if is_committed and place else None
            leg_commitments.append(commitments.setdefault((subject, place), len(commitments) + 1) if subject else 0)
    postings = [each.posting for each in batch]
    entries = [posting.entry for posting in postings]
    return (
        [entry.entry_id for entry in entries],
        [entry.kind for entry in entries],
        [entry.value_date for entry in entries],
        [entry.budget_id for entry in entries],
        [entry.use for entry in entries],
        [entry.subject_id for entry in entries],
        [entry.reverses for entry in entries],
        [entry.reason for entry in entries],
        linked or [posting.linked for posting in postings],
        accounts,
        leg_entries,
        leg_accounts,
        leg_amounts,
        [commitment for commitment, _ in commitments],
        [place for _, place in commitments],
        leg_commitments,
        [posting.expires_on for posting in postings],
        [posting.item_id for posting in postings],
    )


def answers_of(
    postings: Sequence[Posting],
    answers: Sequence[str],
    sequences: Sequence[int | None],
    unconfirmed: frozenset[UUID],
) -> list[Answer]:
    """The function's answers, one a posting, in their order.

    Args:
        postings: what was asked.
        answers: codes, as the function gave them.
        sequences: places in the journal; none where refused.
        unconfirmed: funds whose money is not confirmed, so that they have no accounts.
    """
    return [
        # Most are posted; nothing more is asked of those.
        Answer(posting.entry.entry_id, sequence)
        if answer == _POSTED
        else Answer(posting.entry.entry_id, sequence, _refusal(posting.entry, answer, unconfirmed), answer == _REPLAYED)
        for posting, answer, sequence in zip(postings, answers, sequences, strict=True)
    ]


def _refusal(entry: Postable, answer: str, unconfirmed: frozenset[UUID]) -> Refusal | None:
    if answer == _REPLAYED:
        return None
    refusal = Refusal(answer)
    if refusal is Refusal.NO_ACCOUNT and any(leg.fund_id in unconfirmed for leg in entry.legs):
        return Refusal.NOT_CONFIRMED
    return refusal
