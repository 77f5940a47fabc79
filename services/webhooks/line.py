"""The line of what is to be sent: taking from its front, and what becomes of what was taken."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import text, update
from sqlmodel import col

from braid.kit.access_records import PERSON, Access, record_access
from braid.kit.identity import Principal, Role
from braid.kit.permissions import Action
from braid.kit.unit_of_work import UnitOfWork
from services.webhooks.deliveries import State
from services.webhooks.domain.schedule import FAILING_MOST
from services.webhooks.subscriptions import Because
from services.webhooks.tables import AttemptRow, DeliveryRow, SubscriptionRow
from services.webhooks.whose_records import WHOSE

GONE = 410
#: An access record of something that is about to be sent: that it was is told by its attempts.
ACCEPTED = 202

#: Of each person the first in line, of each subscription so many, those first that are due the longest. What another
#: sender takes at this moment is passed by.
_TAKE = text(
    """
WITH free AS (
    SELECT s.subscription_id, :each - (
        SELECT count(*) FROM delivery AS l
        WHERE l.subscription_id = s.subscription_id AND l.state = 'waiting' AND l.leased_until > :now
    ) AS places
    FROM subscription AS s
    WHERE s.is_enabled AND s.ended_at IS NULL AND (s.not_before IS NULL OR s.not_before <= :now)
),
fronts AS (
    SELECT d.delivery_id, f.places,
        row_number() OVER (PARTITION BY d.subscription_id ORDER BY d.due_at, d.number) AS place
    FROM delivery AS d JOIN free AS f USING (subscription_id)
    WHERE d.state = 'waiting' AND d.due_at <= :now AND (d.leased_until IS NULL OR d.leased_until <= :now)
        AND NOT EXISTS (
            SELECT FROM delivery AS e
            WHERE e.subscription_id = d.subscription_id AND e.person_id = d.person_id
                AND e.state = 'waiting' AND e.number < d.number
        )
),
due AS (
    SELECT d.delivery_id FROM delivery AS d JOIN fronts AS f USING (delivery_id)
    WHERE f.place <= f.places AND d.state = 'waiting' AND (d.leased_until IS NULL OR d.leased_until <= :now)
    ORDER BY d.due_at, d.number LIMIT :most FOR UPDATE OF d SKIP LOCKED
)
UPDATE delivery AS d
SET lease = :lease, leased_until = :until, attempts = d.attempts + 1, tries = d.tries + 1
FROM due, subscription AS s
WHERE d.delivery_id = due.delivery_id AND s.subscription_id = d.subscription_id
RETURNING d.delivery_id, d.subscription_id, d.event_id, d.event_type, d.person_id, d.body, d.attempts, d.tries,
    s.url, s.name, s.agency, s.secret, CASE WHEN s.old_secret_until > :now THEN s.old_secret END AS old_secret
"""
)
_DUE = text("SELECT * FROM councils_with_webhooks_due(:now) AS council ORDER BY council")
_ALL = text("SELECT * FROM councils_with_webhooks() AS council ORDER BY council")


@dataclass(frozen=True)
class InHand:
    """A message that a sender has taken, with whatever it needs to send it; bodies and secrets are not shown."""

    council: str
    delivery_id: UUID
    subscription_id: UUID
    lease: UUID
    event_id: UUID
    event_type: str
    person_id: UUID | None
    attempt: int
    tries: int
    url: str = field(repr=False)
    body: bytes = field(repr=False)
    secrets: tuple[bytes, ...] = field(repr=False)


async def councils_due(work: UnitOfWork) -> Sequence[str]:
    """Councils for which something is due."""
    return list((await work.session.scalars(_DUE, {"now": work.now})).all())


async def councils(work: UnitOfWork) -> Sequence[str]:
    """Councils that have, or had, a subscription."""
    return list((await work.session.scalars(_ALL)).all())


async def take(work: UnitOfWork, most: int, *, lease: timedelta, each: int) -> list[InHand]:
    """Take what is due in the acting council, and write down that it is about to leave.

    Args:
        most: as much as that.
        lease: for how long nobody else takes it.
        each: how much may be on its way to one subscription at a time.
    """
    mine, now = uuid4(), work.now
    asked = {"now": now, "until": now + lease, "lease": mine, "most": most, "each": each}
    taken: list[InHand] = []
    for row in (await work.session.execute(_TAKE, asked)).mappings():
        one = InHand(
            council=work.council,
            lease=mine,
            attempt=row["attempts"],
            secrets=tuple(sealed for sealed in (row["secret"], row["old_secret"]) if sealed is not None),
            **{
                name: row[name]
                for name in (
                    "delivery_id", "subscription_id", "event_id", "event_type", "person_id", "tries", "url", "body",
                )
            },
        )  # fmt: skip
        work.session.add(
            AttemptRow(delivery_id=one.delivery_id, attempt=one.attempt, council=work.council, begun_at=now)
        )
        if one.person_id is not None and one.tries == 1:
            await _record_disclosure(work, one, row["name"], row["agency"])
        taken.append(one)
    return taken


async def _record_disclosure(work: UnitOfWork, one: InHand, name: str, agency: str | None) -> None:
    """Record whom the person's event goes to, before it goes; it goes again under the same record."""
    role = Role.PARTNER if agency else Role.SYSTEM
    access = Access(
        principal=Principal(f"webhook:{name}", work.council, frozenset({role}), agency=agency),
        action=Action.BE_TOLD_OF_EVENT,
        method="POST",
        route=f"webhook {one.event_type}",
        resource=f"/v1/webhook-subscriptions/{one.subscription_id}/deliveries/{one.delivery_id}",
        status=ACCEPTED,
        parameters={PERSON: str(one.person_id)},
        is_repeat=one.attempt > 1,
    )
    await record_access(work, access, WHOSE)


async def note_outcome(work: UnitOfWork, one: InHand, outcome: str, status: int | None, took_ms: int) -> None:
    """Write down what came of an attempt."""
    attempt = update(AttemptRow).where(
        col(AttemptRow.delivery_id) == one.delivery_id, col(AttemptRow.attempt) == one.attempt
    )
    await work.session.execute(attempt.values(outcome=outcome, status=status, took_ms=took_ms))


async def delivered(work: UnitOfWork, one: InHand) -> None:
    """A receiver has taken a message, and so is there."""
    subscription = update(SubscriptionRow).where(
        col(SubscriptionRow.subscription_id) == one.subscription_id, col(SubscriptionRow.failing_since).is_not(None)
    )
    await work.session.execute(subscription.values(failing_since=None))
    await _release(work, one, state=State.DELIVERED.value, ended_at=work.now)


async def failed(
    work: UnitOfWork, one: InHand, status: int | None, *, due_at: datetime | None, hold: timedelta | None
) -> None:
    """A receiver has not taken a message.

    Args:
        status: with which it answered, if it did.
        due_at: when to try again; None where that was the last try.
        hold: how long the receiver asked to be sent nothing at all.
    """
    row = await work.session.get(SubscriptionRow, one.subscription_id, with_for_update=True)
    if row is not None and row.ended_at is None:
        _note_failure(work, row, status, hold)
    if due_at is None:
        await _release(work, one, state=State.GIVEN_UP.value, ended_at=work.now)
    else:
        await _release(work, one, due_at=due_at)
        await _let_those_behind_wait(work, one, due_at)


def _note_failure(work: UnitOfWork, row: SubscriptionRow, status: int | None, hold: timedelta | None) -> None:
    """Hold a receiver back that asked for it, and disable one that is gone, or has failed for too long."""
    row.failing_since = row.failing_since or work.now
    if hold:
        row.not_before = work.now + hold
    if row.is_enabled and (status == GONE or work.now - row.failing_since > FAILING_MOST):
        row.is_enabled = False
        row.disabled_because = (Because.GONE if status == GONE else Because.FAILING).value
        row.version += 1


async def _release(work: UnitOfWork, one: InHand, **values: object) -> None:
    """Change what is still ours: not what ran out and another took, nor what was withdrawn meanwhile."""
    delivery = update(DeliveryRow).where(
        col(DeliveryRow.delivery_id) == one.delivery_id,
        col(DeliveryRow.lease) == one.lease,
        col(DeliveryRow.state) == State.WAITING.value,
    )
    await work.session.execute(delivery.values(lease=None, leased_until=None, **values))


async def _let_those_behind_wait(work: UnitOfWork, one: InHand, due_at: datetime) -> None:
    """Of one person nothing goes before what is in front, so that nobody looks at it before."""
    if one.person_id is None:
        return
    behind = update(DeliveryRow).where(
        col(DeliveryRow.subscription_id) == one.subscription_id,
        col(DeliveryRow.person_id) == one.person_id,
        col(DeliveryRow.state) == State.WAITING.value,
        col(DeliveryRow.due_at) < due_at,
    )
    await work.session.execute(behind.values(due_at=due_at))
