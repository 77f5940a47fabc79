"""What requests give in common, as the rules take it: facts, a council's settings on a day, an allocation, a stream."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from fastapi import Request

from braid.kit.problems import Problem
from braid.kit.unit_of_work import UnitOfWork, UnitOfWorkFactory
from services.funding_streams.api.documents import AllocationIn
from services.funding_streams.council_settings_store import settings_on
from services.funding_streams.domain.adapter import Allocation, AllocationOutcome
from services.funding_streams.domain.council_settings import CouncilSettings
from services.funding_streams.domain.facts import Facts
from services.funding_streams.evaluation import NoSuchStream
from services.funding_streams.fact_check import checked, refused


def sound_facts(values: Mapping[str, Any], on: date, place: str = "body:/facts") -> Facts:
    """Return facts that can be decided on.

    Raises:
        Problem: 422, naming every fact that stands in the way.
    """
    facts, doubts = checked(values, on)
    if doubts:
        raise refused(doubts, place)
    return facts


async def settings_of(council: str | None, on: date, request: Request, work: UnitOfWork) -> CouncilSettings:
    """Return the settings of a council on a day; another's are read as that council, which publishes them."""
    if council is None or council == work.council:
        return await settings_on(work, on)
    units: UnitOfWorkFactory = request.app.state.units
    async with units.for_council(council) as theirs:
        return await settings_on(theirs, on)


def as_allocation(given: AllocationIn | None) -> Allocation | None:
    """Return an allocation as the rules take it."""
    return Allocation(given.pence_per_year, AllocationOutcome(given.outcome)) if given else None


def no_such_stream(error: NoSuchStream, pointer: str = "body:/stream") -> Problem:
    """422: a stream that is no folder of ours."""
    errors = [{"pointer": pointer, "name": error.name, "message": str(error)}]
    return Problem(422, "unknown-stream", "There is no such stream", str(error), errors=errors)
