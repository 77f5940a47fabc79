"""Nothing that was accepted is lost, and nothing is there twice: what people were answered, against the databases."""

import json
import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import asyncpg

from gateway.routing import ROUTES
from tests.chaos.journal import Asked, Journal


@dataclass(frozen=True)
class Effect:
    """What a route makes: rows of a table, whose ids its answers tell.

    Args:
        path: of the route, as the gateway names it.
        service, table, column: where the rows are.
        ids: reads them from an answer.
        is_the_only_way: whether such rows come from nothing else.
    """

    path: str
    service: str
    table: str
    column: str
    ids: Callable[[Any], list[str]]
    is_the_only_way: bool = True


def _one(name: str) -> Callable[[Any], list[str]]:
    return lambda body: [body[name]]


EFFECTS = (
    Effect("/v1/people", "assessment", "person", "person_id", _one("person_id")),
    Effect(
        "/v1/people/{person_id}/assessments", "assessment", "assessment", "assessment_id", _one("assessment_id"), False
    ),
    Effect("/v1/people/{person_id}/carers", "assessment", "carer", "carer_id", _one("carer_id")),
    Effect("/v1/people/{person_id}/plans", "support_planning", "plan", "plan_id", _one("plan_id")),
    Effect("/v1/people/{person_id}/payees", "ledger", "payee", "payee_id", _one("payee_id")),
    Effect(
        "/v1/people/{person_id}/budget/commitments",
        "ledger",
        "commitment",
        "commitment_id",
        _one("commitment_id"),
        False,
    ),
    Effect("/v1/payment-runs", "ledger", "payment_run", "run_id", _one("run_id")),
)
#: Every POST's addresses, with its route and service.
_SERVICES = [
    (re.compile(re.sub(r"\{[^}]+\}", "[^/]+", row.path) + "$"), row.path, row.service)
    for row in ROUTES
    if row.method == "POST"
]


async def unproven_requests(journal: Journal, databases: Mapping[str, asyncpg.Connection]) -> list[str]:
    """What is wrong with what was accepted, in words; nothing where all of it is there, once."""
    accepted = [asked for asked in journal.asked.values() if asked.is_accepted]
    wrong = [f"{asked.path} under {asked.key} has no answer" for asked in journal.asked.values() if not asked.status]
    return wrong + await _answers_that_differ(accepted, databases) + await _effects_that_differ(accepted, databases)


def placed_commitments(journal: Journal) -> list[str]:
    """Ids of the commitments that people placed."""
    placed = "/v1/people/{person_id}/budget/commitments"
    return [one.body["commitment_id"] for one in journal.asked.values() if one.is_accepted and _route(one)[0] == placed]


def _route(asked: Asked) -> tuple[str, str]:
    """The route's path and its service."""
    return next((path, service) for pattern, path, service in _SERVICES if pattern.match(asked.path))


async def _answers_that_differ(accepted: list[Asked], databases: Mapping[str, asyncpg.Connection]) -> list[str]:
    by_service = defaultdict(list)
    for asked in accepted:
        by_service[_route(asked)[1]].append(asked)
    wrong = []
    for service, all_asked in by_service.items():
        query = "SELECT caller, key, status, body FROM idempotency_key WHERE key = ANY($1)"
        rows = await databases[service].fetch(query, [asked.key for asked in all_asked])
        kept = {(row["caller"], row["key"]): (row["status"], row["body"]) for row in rows}
        for asked in all_asked:
            status, body = kept.get((asked.caller, asked.key), (None, b"null"))
            if status != asked.status:
                wrong.append(f"{asked.path} under {asked.key} was answered {asked.status} and is kept as {status}")
            elif body and json.loads(body) != asked.body:
                wrong.append(f"{asked.path} under {asked.key} is kept with another answer than was given")
    return wrong


async def _effects_that_differ(accepted: list[Asked], databases: Mapping[str, asyncpg.Connection]) -> list[str]:
    wrong = []
    for effect in EFFECTS:
        told = {one for asked in accepted if _route(asked)[0] == effect.path for one in effect.ids(asked.body)}
        rows = await databases[effect.service].fetch(f"SELECT DISTINCT {effect.column} AS id FROM {effect.table}")
        there = {str(row["id"]) for row in rows}
        if lost := told - there:
            wrong.append(f"{effect.table}: accepted and not there: {sorted(lost)[:5]}")
        if effect.is_the_only_way and (more := there - told):
            wrong.append(f"{effect.table}: there, and nobody was answered so: {sorted(more)[:5]}")
    return wrong
