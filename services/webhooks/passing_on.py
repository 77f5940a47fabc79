"""Passing events on: each is put in line, with its inbox entry, for every subscription that is to be told of it."""

import json
from collections.abc import Sequence
from uuid import UUID, uuid4

from braid.contracts.assessment import PersonErased
from braid.contracts.event import Event
from braid.kit.forgetting import forget
from braid.kit.message import Envelope, Heard
from braid.kit.unit_of_work import UnitOfWork
from services.webhooks import deliveries
from services.webhooks.domain import telling
from services.webhooks.domain.messages import body_of
from services.webhooks.subscriptions import of_council
from services.webhooks.tables import SubscriptionRow


async def pass_on(event: Event, work: UnitOfWork) -> None:
    """Put an event in line for those who are told of its kind. One that is disabled finds it when it is enabled."""
    takers = [row for row in await of_council(work, agency=None) if event.TYPE in row.event_types]
    await _put_in_line(event, work, takers)


async def forget_and_tell(event: PersonErased, work: UnitOfWork) -> None:
    """Forget a person, and tell it to whoever was told anything about them, whether or not they asked for that kind.

    UK GDPR Article 19: each recipient is told of an erasure.
    """
    await forget(event, work)
    # Only now: what a sender had in hand was waited for.
    told = set(await deliveries.told_about(work, event.person_id))
    everybody = await of_council(work, agency=None)
    takers = [row for row in everybody if event.TYPE in row.event_types or row.subscription_id in told]
    await _put_in_line(event, work, takers)


async def send_test(work: UnitOfWork, row: SubscriptionRow) -> UUID:
    """Put a message in line that is about nobody, for a receiver to try itself out; gives its delivery's id."""
    event_id = uuid4()
    envelope = Envelope(event_id, telling.TEST, "/braid/webhooks", work.now, str(row.subscription_id), traceparent=None)
    data = json.dumps({"subscription_id": str(row.subscription_id), "council": row.council}).encode()
    return await deliveries.put_in_line(
        work,
        row.subscription_id,
        _body(Heard(envelope, data)),
        event_id=event_id,
        event_type=telling.TEST,
        person_id=None,
    )


async def _put_in_line(event: Event, work: UnitOfWork, takers: Sequence[SubscriptionRow]) -> None:
    if not takers:
        return
    assert work.heard is not None, "only what was heard is passed on"
    await work.lock_person(event.person_id)
    for row in takers:
        if row.agency is not None and not _is_of_its_streams(event, row):
            continue
        await deliveries.put_in_line(
            work,
            row.subscription_id,
            _body(work.heard if row.agency is None else _for_agency(work.heard)),
            event_id=work.heard.envelope.event_id,
            event_type=event.TYPE,
            person_id=event.person_id,
        )


def _is_of_its_streams(event: Event, row: SubscriptionRow) -> bool:
    return event.TYPE != telling.AWARD_DECIDED or getattr(event, "stream", None) in row.streams


def _for_agency(heard: Heard) -> Heard:
    if heard.envelope.type != telling.AWARD_DECIDED:
        return heard
    return Heard(heard.envelope, json.dumps(telling.for_agency(json.loads(heard.value))).encode())


def _body(heard: Heard) -> bytes:
    envelope = heard.envelope
    attributes = {
        "id": str(envelope.event_id),
        "type": envelope.type,
        "source": envelope.source,
        "time": envelope.time.isoformat(),
        "subject": envelope.subject,
    }
    return body_of(attributes, heard.value)
