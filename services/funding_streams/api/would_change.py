"""What would have to change, looked for away from the event loop and told as data and in words."""

import asyncio
from datetime import date
from typing import Any

from braid.contracts.award import AwardStatus
from services.funding_streams.api.documents import ChangeOut, FactOut, WayOut, WouldChangeOut
from services.funding_streams.domain.adapter import Case
from services.funding_streams.domain.decision import Decision
from services.funding_streams.domain.way_in_words import change_in_words, way_in_words
from services.funding_streams.domain.what_would_change import Way
from services.funding_streams.evaluation import Panel
from services.funding_streams.rule_files import rule_files
from services.funding_streams.ways_in import askable, what_would_change


async def would_change(case: Case, panel: Panel, decision: Decision) -> WouldChangeOut:
    """Look for what would have to change, away from the event loop."""
    found = await asyncio.to_thread(what_would_change, case, panel)
    return WouldChangeOut(
        status=AwardStatus(decision.status),
        ways=[_way(way, case.on) for way in found.ways],
        decisions_tried=found.decisions,
        complete=found.complete,
    )


def _way(way: Way, on: date) -> WayOut:
    meanings = {name: fact.meaning for name, fact in rule_files().facts.items()}
    return WayOut(
        changes=[
            ChangeOut(
                name=change.name,
                before=_told(change.before),
                after=_told(change.after),
                text=change_in_words(change, askable(on), meanings),
            )
            for change in way.changes
        ],
        also=list(way.also),
        status=AwardStatus(way.decision.status),
        amount_pence=way.decision.amount_pence,
        contribution_pence=way.decision.contribution_pence,
        missing_facts=[FactOut.of(name) for name in way.decision.missing_facts],
        text=way_in_words(way, askable(on), meanings),
    )


def _told(value: Any) -> Any:
    """Return a fact's value as JSON has it."""
    if isinstance(value, tuple):
        return [{"code": line.code, "pence_per_week": line.pence_per_week} for line in value]
    return value
