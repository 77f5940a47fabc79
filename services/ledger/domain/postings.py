"""The entries of a budget's life: who owes what to whom when money is awarded, committed, advanced, spent, given back.

Every builder returns one balanced entry; none decides whether it may be posted. Sums in pence, above zero.

=====================  ==============================================  =================================================
what happened          debits                                          credits
=====================  ==============================================  =================================================
award                  funder.receivable, person.contribution_rec.     fund.available
commitment             fund.available                                  fund.committed
release, expiry        fund.committed                                  fund.available
advance (payment run)  available or committed; payments_control        fund.advanced; bank (and contribution when net)
payment to a provider  available or committed; payments_control        fund.paid; bank
spend by the person    fund.advanced (else committed, available)       fund.paid
refund                 fund.paid                                       what it was spent from
carry over             fund.available of the old fund                  fund.available of the new fund
recovery decided       fund.advanced; person.recovery_receivable       fund.recovered; payments_control
written off            fund.advanced; council.written_off              fund.recovered; payments_control
instalment received    council.bank                                    person.recovery_receivable
given back             fund.recovered, or available of a closed fund   funder.receivable
=====================  ==============================================  =================================================
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from services.ledger.domain.chart_of_accounts import Account, AccountName
from services.ledger.domain.journal import Entry, EntryKind, Leg


@dataclass(frozen=True)
class Part:
    """One fund's part of an entry, in pence."""

    fund_id: UUID
    stream: str
    pence: int


@dataclass(frozen=True)
class About:
    """What every entry says besides its legs.

    Args:
        entry_id: the entry's own id; posting it again under the same id posts nothing.
        budget_id: the one budget it belongs to.
        value_date: the day that the money concerns.
        reason: in words.
        use: what the money is for, by its code in the taxonomy of uses; none where it is for no item.
        subject_id: the commitment, payment, spend or decision that it belongs to.
    """

    entry_id: UUID
    budget_id: UUID
    value_date: date
    reason: str
    use: str | None = None
    subject_id: UUID | None = None


def award(about: About, part: Part, contribution_pence: int) -> Entry:
    """Open a fund: the funder owes its part, the person the contribution, the fund holds both."""
    return _entry(
        EntryKind.AWARD,
        about,
        _leg(part, Account.FUNDER_RECEIVABLE, part.pence - contribution_pence),
        _leg(part, Account.PERSON_CONTRIBUTION_RECEIVABLE, contribution_pence),
        _leg(part, Account.FUND_AVAILABLE, -part.pence),
    )


def award_revised(about: About, part: Part, contribution_pence: int) -> Entry:
    """Post the difference that a later version of the award makes; either sum may be below zero."""
    return _entry(
        EntryKind.AWARD_REVISION,
        about,
        _leg(part, Account.FUNDER_RECEIVABLE, part.pence - contribution_pence),
        _leg(part, Account.PERSON_CONTRIBUTION_RECEIVABLE, contribution_pence),
        _leg(part, Account.FUND_AVAILABLE, -part.pence),
    )


def committed(about: About, parts: Sequence[Part]) -> Entry:
    """Hold money for an item."""
    return _moved(EntryKind.COMMITMENT, about, parts, Account.FUND_AVAILABLE, Account.FUND_COMMITTED)


def released(about: About, parts: Sequence[Part], *, expired: bool = False) -> Entry:
    """Let go of what was held."""
    kind = EntryKind.EXPIRY if expired else EntryKind.RELEASE
    return _moved(kind, about, parts, Account.FUND_COMMITTED, Account.FUND_AVAILABLE)


def advanced(about: About, parts: Sequence[Part], *, source: Account, net_contribution_pence: int = 0) -> Entry:
    """Pay money to the person's own account; net, the person adds the contribution to it themselves.

    Args:
        about: what it is.
        parts: what each fund pays, the contribution included.
        source: ``fund.available`` or ``fund.committed``.
        net_contribution_pence: the part of the first fund's sum that the person pays in; 0 when paid gross.
    """
    return _paid_out(EntryKind.PAYMENT, about, parts, source, Account.FUND_ADVANCED, net_contribution_pence)


def paid_to_provider(about: About, parts: Sequence[Part], *, source: Account) -> Entry:
    """Pay somebody else for the person: it is spent at once."""
    return _paid_out(EntryKind.PAYMENT, about, parts, source, Account.FUND_PAID, 0)


def spent(about: About, parts: Sequence[Part], *, source: Account) -> Entry:
    """Attribute what the person spent to the funds that pay for it."""
    return _moved(EntryKind.SPEND, about, parts, source, Account.FUND_PAID)


def refunded(about: About, parts: Sequence[Part], *, source: Account) -> Entry:
    """Give money that came back to the funds that had paid, where it can be spent again."""
    return _moved(EntryKind.REFUND, about, parts, Account.FUND_PAID, source)


def transferred(about: About, giver: Part, taker: Part) -> Entry:
    """Move money between two funds of one stream; two streams never balance."""
    return _between(EntryKind.TRANSFER, about, giver, taker)


def carried_over(about: About, giver: Part, taker: Part) -> Entry:
    """Move what the stream's rule lets stay at the year's end into the next year's fund."""
    return _between(EntryKind.CARRY_OVER, about, giver, taker)


def recovery_decided(about: About, part: Part) -> Entry:
    """A recorded decision that the person is to pay back what was advanced."""
    return _entry(
        EntryKind.RECOVERY,
        about,
        _leg(part, Account.FUND_ADVANCED, part.pence),
        _leg(part, Account.FUND_RECOVERED, -part.pence),
        _leg(part, Account.PERSON_RECOVERY_RECEIVABLE, part.pence),
        Leg(part.stream, Account.COUNCIL_PAYMENTS_CONTROL, -part.pence, None),
    )


def written_off(about: About, part: Part) -> Entry:
    """A recorded decision that the council bears what was advanced and is not asked back: the fund has it again."""
    return _entry(
        EntryKind.RECOVERY,
        about,
        _leg(part, Account.FUND_ADVANCED, part.pence),
        _leg(part, Account.FUND_RECOVERED, -part.pence),
        Leg(part.stream, Account.COUNCIL_WRITTEN_OFF, part.pence, None),
        Leg(part.stream, Account.COUNCIL_PAYMENTS_CONTROL, -part.pence, None),
    )


def instalment_received(about: About, part: Part) -> Entry:
    """An instalment of a recovery came in."""
    return _entry(
        EntryKind.RECOVERY_RECEIPT,
        about,
        Leg(part.stream, Account.COUNCIL_BANK, part.pence, None),
        _leg(part, Account.PERSON_RECOVERY_RECEIVABLE, -part.pence),
    )


def given_back(about: About, part: Part, *, source: Account) -> Entry:
    """Give the funder what was recovered, or what a closed fund has left."""
    return _entry(
        EntryKind.GIVEN_BACK,
        about,
        _leg(part, source, part.pence),
        _leg(part, Account.FUNDER_RECEIVABLE, -part.pence),
    )


def _between(kind: EntryKind, about: About, giver: Part, taker: Part) -> Entry:
    return _entry(
        kind, about, _leg(giver, Account.FUND_AVAILABLE, giver.pence), _leg(taker, Account.FUND_AVAILABLE, -taker.pence)
    )


def _moved(kind: EntryKind, about: About, parts: Sequence[Part], source: Account, target: Account) -> Entry:
    legs = (leg for part in parts for leg in (_leg(part, source, part.pence), _leg(part, target, -part.pence)))
    return _entry(kind, about, *legs)


def _paid_out(
    kind: EntryKind, about: About, parts: Sequence[Part], source: Account, target: Account, net_pence: int
) -> Entry:
    legs: list[Leg] = []
    for position, part in enumerate(parts):
        kept = net_pence if position == 0 else 0
        legs += (
            _leg(part, source, part.pence),
            _leg(part, target, -part.pence),
            _leg(part, Account.PERSON_CONTRIBUTION_RECEIVABLE, -kept),
        )
    for stream in sorted({part.stream for part in parts}):
        pence = sum(part.pence for part in parts if part.stream == stream)
        kept = net_pence if parts[0].stream == stream else 0
        legs += (
            Leg(stream, Account.COUNCIL_PAYMENTS_CONTROL, pence, None),
            Leg(stream, Account.COUNCIL_BANK, kept - pence, None),
        )
    return _entry(kind, about, *legs)


def _leg(part: Part, account: Account, pence: int) -> Leg:
    return Leg(part.stream, account, pence, part.fund_id)


def _entry(kind: EntryKind, about: About, *legs: Leg) -> Entry:
    merged: dict[AccountName, Leg] = {}
    for leg in legs:
        same = merged.get(leg.name)
        merged[leg.name] = replace(leg, amount_pence=same.amount_pence + leg.amount_pence) if same else leg
    return Entry(
        about.entry_id,
        kind,
        about.value_date,
        about.budget_id,
        tuple(leg for leg in merged.values() if leg.amount_pence),
        about.reason,
        use=about.use,
        subject_id=about.subject_id,
    )
