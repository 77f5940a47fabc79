"""No event is lost and none is applied twice: outboxes against topics, topics against inboxes and what events made."""

import json
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import asyncpg

from braid.command_line.services import all_definitions
from braid.contracts.allocation import IndicativeAllocationCalculated
from braid.contracts.assessment import AssessmentAgreed
from braid.contracts.award import AwardDecided
from braid.contracts.partner import PartnerAwardDecided
from braid.contracts.payment import PaymentSettled
from tests.chaos.topics import Record, Topics

Databases = Mapping[str, asyncpg.Connection]


async def pending_events(topics: Topics, databases: Databases) -> list[str]:
    """What has not arrived yet, in words: events still in an outbox, and records that an inbox has not got."""
    waiting = []
    await topics.read_on()
    for definition in all_definitions():
        missing = await _not_taken(definition.name, topics, databases)
        waiting += [f"{definition.name}: {missing} events not taken"] if missing else []
    # After the inboxes: whoever takes an event last may tell another, in the same transaction.
    told = {record.event_id for record in topics.records}
    for service, database in databases.items():
        rows = await database.fetch("SELECT event_id, published_at FROM outbox")
        if count := sum(row["published_at"] is None or str(row["event_id"]) not in told for row in rows):
            waiting.append(f"{service}: {count} events in the outbox")
    return waiting


async def _not_taken(service: str, topics: Topics, databases: Databases) -> int:
    database = databases[service]
    taken = {str(row["event_id"]) for row in await database.fetch("SELECT event_id FROM inbox")}
    letters = {row["position"] for row in await database.fetch("SELECT position FROM dead_letter")}
    return len(
        {
            record.event_id
            for record in _subscribed(service, topics)
            if record.event_id not in taken and record.message.position not in letters
        }
    )


def _subscribed(service: str, topics: Topics) -> list[Record]:
    subscription = next(one for one in all_definitions() if one.name == service).subscription
    wanted = set(subscription.topics)
    return [one for one in topics.records if one.message.topic in wanted and one.type in subscription.handlers]


async def unproven_events(topics: Topics, databases: Databases, told: set[str]) -> list[str]:
    """What is wrong with what was told, in words.

    Args:
        told: ids of the events that came from outside.
    """
    wrong = []
    sent: set[str] = set()
    by_id = defaultdict(list)
    for record in topics.records:
        by_id[record.event_id].append(record)
    for service, database in databases.items():
        rows = await database.fetch("SELECT id, event_id, topic, key, value FROM outbox ORDER BY id")
        sent |= {str(row["event_id"]) for row in rows}
        wrong += [f"{service}: {one}" for one in _outbox_that_differs(rows, by_id)]
        wrong += [f"{service}: {one}" for one in _order_that_differs(rows, topics)]
        wrong += await _dead_letters(service, database)
        inbox = {str(row["event_id"]) for row in await database.fetch("SELECT event_id FROM inbox")}
        if unheard := inbox - {one.event_id for one in _subscribed(service, topics)}:
            wrong.append(f"{service}: has taken what nobody told: {sorted(unheard)[:5]}")
    if unknown := set(by_id) - sent - told:
        wrong.append(f"on the topics and from nobody: {sorted(unknown)[:5]}")
    if lost := told - set(by_id):
        wrong.append(f"told by a partner and not on the topic: {sorted(lost)[:5]}")
    return wrong + await _effects_that_differ(topics, databases)


def _outbox_that_differs(rows: list[Any], by_id: Mapping[str, list[Record]]) -> list[str]:
    wrong = []
    for row in rows:
        found = by_id.get(str(row["event_id"]), [])
        if not found:
            wrong.append(f"event {row['event_id']} was never on topic {row['topic']}")
        for one in found:
            message = one.message
            if (message.topic, message.key, message.value) != (row["topic"], row["key"], row["value"]):
                wrong.append(f"event {row['event_id']} is otherwise on the topic than in the outbox")
    return wrong


def _order_that_differs(rows: list[Any], topics: Topics) -> list[str]:
    """People whose events stand on a topic in another order than they happened in, each counted where it came first."""
    ours = {str(row["event_id"]) for row in rows}
    happened = defaultdict(list)
    told: defaultdict[Any, dict[str, None]] = defaultdict(dict)
    for row in rows:
        happened[row["topic"], row["key"]].append(str(row["event_id"]))
    for record in topics.records:
        if record.event_id in ours:
            told[record.message.topic, record.message.key].setdefault(record.event_id)
    return [
        f"{key!r} on {topic}: another order" for (topic, key), ids in happened.items() if list(told[topic, key]) != ids
    ]


async def _dead_letters(service: str, database: asyncpg.Connection) -> list[str]:
    rows = await database.fetch("SELECT position, cause, error FROM dead_letter")
    wrong = [f"{service}: dead letter {row['position']}: {row['cause']}: {row['error'][:300]}" for row in rows]
    parked = await database.fetchval("SELECT count(*) FROM parked_key")
    return wrong + ([f"{service}: {parked} people's messages are held back"] if parked else [])


async def _effects_that_differ(topics: Topics, databases: Databases) -> list[str]:
    """Each event had its one effect, counted where it shows."""
    events: dict[str, dict[str, Any]] = defaultdict(dict)
    for record in topics.records:
        events[record.type][record.event_id] = json.loads(record.message.value or b"null")
    agreed = {(one["assessment_id"], one["version"]) for one in events[AssessmentAgreed.TYPE].values()}
    partners = {(one["reference"], one["version"]) for one in events[PartnerAwardDecided.TYPE].values()}
    awards = _awards(events[AwardDecided.TYPE].values())
    latest = {award_id: version for award_id, version, *_ in sorted(awards)}
    ras, streams, planning, ledger = (
        databases[name] for name in ("ras", "funding_streams", "support_planning", "ledger")
    )
    compared = {
        "allocations": (
            agreed,
            await _rows(ras, "SELECT assessment_id::text, assessment_version FROM allocation"),
        ),
        "allocations told": (
            {
                (one["assessment_id"], one["assessment_version"])
                for one in events[IndicativeAllocationCalculated.TYPE].values()
            },
            agreed,
        ),
        "awards": (
            awards,
            await _rows(streams, "SELECT award_id::text, version, status, amount_pence, contribution_pence FROM award"),
        ),
        "awards known in planning": (
            set(latest.items()),
            await _rows(planning, "SELECT award_id::text, version FROM award"),
        ),
        "awards known in the ledger": (
            set(latest.items()),
            await _rows(ledger, "SELECT award_id::text, version FROM award_seen"),
        ),
        "partners' decisions from the topic": (
            partners - await _rows(streams, "SELECT reference, version FROM partner_decision"),
            set(),
        ),
        "payments told": (
            {(one["payment_id"],) for one in events[PaymentSettled.TYPE].values()},
            await _rows(ledger, "SELECT payment_id::text FROM payment_item WHERE state = 'settled'"),
        ),
    }
    return [
        f"{what}: events and tables differ by {sorted(map(str, told ^ there))[:5]}"
        for what, (told, there) in compared.items()
        if told != there
    ]


def _awards(events: Any) -> set[tuple[Any, ...]]:
    return {
        (one["award_id"], one["version"], one["status"], one["amount_pence"], one["contribution_pence"])
        for one in events
    }


async def _rows(database: asyncpg.Connection, query: str) -> set[tuple[Any, ...]]:
    return {tuple(row) for row in await database.fetch(query)}
