"""Subscriptions: who is told of what, where, and how it is known to be us."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid4

from sqlmodel import col, select

from braid.kit.problems import not_found
from braid.kit.unit_of_work import UnitOfWork
from services.webhooks import deliveries
from services.webhooks.sealing import Seal, new_secret
from services.webhooks.tables import SubscriptionRow

#: A council has a few systems, and an agency one or two at each.
SUBSCRIPTIONS_MOST = 50


class Because(StrEnum):
    """Why a subscription is not sent anything."""

    BY_HAND = "by_hand"
    GONE = "gone"
    FAILING = "failing"


class TooMany(Exception):
    """The council has as many subscriptions as it may."""


class OldSecretStillSigns(Exception):
    """A secret was changed, and the one before it is still in use."""


async def of_council(work: UnitOfWork, *, agency: str | None) -> Sequence[SubscriptionRow]:
    """The council's subscriptions, the oldest first; an agency's own alone where one asks."""
    query = select(SubscriptionRow).where(col(SubscriptionRow.ended_at).is_(None))
    if agency is not None:
        query = query.where(SubscriptionRow.agency == agency)
    return (await work.session.scalars(query.order_by(col(SubscriptionRow.recorded_at)))).all()


async def find(
    work: UnitOfWork, subscription_id: UUID, *, agency: str | None, to_change: bool = False
) -> SubscriptionRow:
    """One subscription.

    Args:
        agency: the agency that asks; it finds its own alone. None where the council asks.
        to_change: hold it until the end of the transaction.

    Raises:
        Problem: 404, there is none, or it is not theirs.
    """
    query = select(SubscriptionRow).where(
        SubscriptionRow.subscription_id == subscription_id, col(SubscriptionRow.ended_at).is_(None)
    )
    row = (await work.session.scalars(query.with_for_update() if to_change else query)).first()
    if row is None or agency not in (None, row.agency):
        raise not_found("subscription")
    return row


async def create(
    work: UnitOfWork,
    seal: Seal,
    *,
    name: str,
    url: str,
    event_types: Sequence[str],
    agency: str | None,
    streams: Sequence[str],
    by: str,
) -> tuple[SubscriptionRow, bytes]:
    """Begin a subscription; gives its secret, which is not told again.

    Raises:
        TooMany: the council has as many as it may.
    """
    if len(await of_council(work, agency=None)) >= SUBSCRIPTIONS_MOST:
        raise TooMany(f"A council has {SUBSCRIPTIONS_MOST} subscriptions at most; end one that is not needed.")
    secret, subscription_id = new_secret(), uuid4()
    row = SubscriptionRow(
        subscription_id=subscription_id,
        council=work.council,
        name=name,
        url=url,
        event_types=sorted(set(event_types)),
        agency=agency,
        streams=list(streams),
        secret=seal.sealed(subscription_id, secret),
        created_by=by,
    )
    work.session.add(row)
    await work.session.flush()
    return row, secret


def change(
    row: SubscriptionRow, *, name: str, url: str, event_types: Sequence[str], streams: Sequence[str], is_enabled: bool
) -> None:
    """Change a subscription. One that is enabled again is sent what waited for it, from the oldest on."""
    row.name, row.url, row.event_types, row.streams = name, url, sorted(set(event_types)), list(streams)
    if is_enabled != row.is_enabled:
        row.is_enabled = is_enabled
        row.disabled_because = None if is_enabled else Because.BY_HAND.value
        row.failing_since = row.not_before = None
    row.version += 1


async def end(work: UnitOfWork, row: SubscriptionRow) -> None:
    """End a subscription: nothing is sent any more, and address, secrets and whatever waited for it are not kept."""
    row.is_enabled, row.disabled_because, row.ended_at = False, Because.BY_HAND.value, work.now
    row.url, row.secret, row.old_secret, row.old_secret_until = "", None, None, None
    row.version += 1
    await deliveries.withdraw_all(work, row.subscription_id)


def rotate(work: UnitOfWork, seal: Seal, row: SubscriptionRow, *, old_signs_for: timedelta) -> bytes:
    """Give a subscription a new secret; the old one signs beside it for a while.

    Raises:
        OldSecretStillSigns: the secret before the old one does, and the receiver may know that one alone.
    """
    if old_signs_for and row.old_secret_until is not None and row.old_secret_until > work.now:
        raise OldSecretStillSigns(
            f"The secret was changed, and the one before it signs until {row.old_secret_until:%Y-%m-%d %H:%M} UTC."
            " To let both go at once, ask for 0 hours."
        )
    secret = new_secret()
    row.old_secret = row.secret if old_signs_for else None
    row.old_secret_until = work.now + old_signs_for if old_signs_for else None
    row.secret = seal.sealed(row.subscription_id, secret)
    row.version += 1
    return secret


def secrets_of(row: SubscriptionRow, seal: Seal, now: datetime) -> list[bytes]:
    """The secrets that sign now, the new one first."""
    sealed = [row.secret]
    if row.old_secret_until is not None and row.old_secret_until > now:
        sealed.append(row.old_secret)
    return [seal.opened(row.subscription_id, one) for one in sealed if one is not None]
