"""A person's case as it is stored, made ready to be decided on: by its own council's choices and partners' words."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel import select

from braid.kit.unit_of_work import UnitOfWork
from services.funding_streams.council_settings_store import settings_on
from services.funding_streams.domain.adapter import Allocation, AllocationOutcome, Case, SettledFigure
from services.funding_streams.domain.contradictions import Doubt
from services.funding_streams.fact_check import checked
from services.funding_streams.partner_words import told_of
from services.funding_streams.rule_files import rule_files
from services.funding_streams.tables import CaseRow


@dataclass(frozen=True)
class ReadyCase:
    """A case, and what stands against deciding on some of its facts."""

    case: Case
    doubts: tuple[Doubt, ...]


async def case_of(person_id: UUID, work: UnitOfWork) -> CaseRow | None:
    """Return what is known of a person, as far as streams decide on them."""
    return (await work.session.scalars(select(CaseRow).where(CaseRow.person_id == person_id))).first()


def has_all(row: CaseRow) -> bool:
    """Whether the agreed assessment and its allocation are both here, and no final figure of a later one already is.

    They come in any order.
    """
    if row.agreed_on is None or not row.allocation or _is_settled_ahead(row):
        return False
    of_allocation = (row.allocation["assessment_id"], row.allocation["assessment_version"])
    return of_allocation == (str(row.assessment_id), row.assessment_version)


def _is_settled_ahead(row: CaseRow) -> bool:
    """Whether the final figure is of a later version of the assessment than the one that is known here."""
    if row.settlement is None or row.settlement["assessment_id"] != str(row.assessment_id):
        return False
    return bool(row.settlement["assessment_version"] > row.assessment_version)


async def ready(
    row: CaseRow, work: UnitOfWork, *, on: date | None = None, changes: Mapping[str, Any] | None = None
) -> ReadyCase:
    """Return a stored case as the streams take it.

    Args:
        row: a case that has all.
        work: of the case's council.
        on: the day of the decision, where it is not the day of the agreement.
        changes: facts that are supposed to be otherwise; None takes one away.

    Raises:
        SettingRefused: the law has since narrowed what a council may choose, and its choice is outside.
    """
    assert row.agreed_on is not None
    assert row.allocation is not None
    day = on or row.agreed_on
    values = {name: value for name, value in {**row.facts, **(changes or {})}.items() if value is not None}
    facts, doubts = checked(values, day)
    case = Case(
        facts=facts,
        on=day,
        figures=rule_files().figures,
        council=await settings_on(work, day),
        allocation=_allocation(row.allocation, row.settlement),
        partner_words=await told_of(row.person_id, work),
    )
    return ReadyCase(case, doubts)


def _allocation(told: Mapping[str, Any], settled: Mapping[str, Any] | None) -> Allocation:
    """Return the latest allocation, with the latest final figure as its own or as one from before it."""
    allocation = Allocation(told["pence_per_year"], AllocationOutcome(told["outcome"]))
    if settled is None:
        return allocation
    figure = SettledFigure(
        pence_per_year=settled["pence_per_year"],
        decided_on=date.fromisoformat(settled["decided_on"]),
        phased=tuple(year["pence_per_year"] for year in settled["phased"]),
        decided_by=settled["decided_by"],
        grounds=settled["grounds"],
    )
    if settled["allocation_id"] == told["allocation_id"]:
        return replace(allocation, settled=figure)
    return replace(allocation, settled_before=figure)
