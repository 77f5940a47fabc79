"""The final figure over the API: settle it, with author and reason, and read every figure that there has been."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from braid.kit.http import Caller, ExpectedVersion, Reading, UnitOfWorkRoute, Writing, entity_tag, stale_version
from braid.kit.identity import Role
from braid.kit.permissions import Action, may
from braid.kit.problems import ProblemKind, ProblemTable, not_found, responses
from services.ras import store
from services.ras.api import SettlementOut
from services.ras.domain import errors
from services.ras.domain.allocation import Outcome
from services.ras.domain.packages import PackageLine, Unit
from services.ras.domain.settlement import CarerHours, DecidedBy, Grounds, Proposal
from services.ras.domain.sums import hundredths_of_percent
from services.ras.settling import FinalFigure, NothingToSettle, StaleVersion, settle_allocation
from services.ras.tables import AllocationRow, SettlementRow

router = APIRouter(prefix="/v1", route_class=UnitOfWorkRoute, tags=["resource allocation"])

PROBLEMS: ProblemTable = {
    errors.NotItemised: ProblemKind(422, "not-itemised", "A final figure is itemised"),
    errors.ReasonMissing: ProblemKind(422, "reason-missing", "A departure needs a reason"),
    errors.FallWithoutGrounds: ProblemKind(422, "fall-without-grounds", "A lower figure needs grounds"),
    errors.GroundsWithoutFall: ProblemKind(422, "grounds-without-fall", "Grounds are for a lower figure"),
    errors.DecidedTooEarly: ProblemKind(422, "dates-out-of-order", "The dates are out of order"),
    errors.NotReassessed: ProblemKind(409, "not-reassessed", "Assess the needs again first"),
    errors.SomebodyElseMustDecide: ProblemKind(403, "approver-must-decide", "An approver must decide this"),
}

#: Nobody needs more units of anything in a week than it has quarter-hours, for a handful of workers.
UnitsPerWeek = Annotated[Decimal, Field(gt=0, le=5000, max_digits=8, decimal_places=3)]
Words = Annotated[str, Field(min_length=1, max_length=500, pattern=r"^[^\x00]*$")]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class LineIn(_Body):
    """One service of the budget: units a week at a price each; a year has 52 weeks."""

    text: Words
    units_per_week: UnitsPerWeek
    unit: Unit
    pence_per_unit: Annotated[int, Field(ge=0, le=100_000_000)]


class CarerHoursIn(_Body):
    """Hours that somebody gives instead of paid support."""

    who: Annotated[Words, Field(description="As the person calls them, such as: my sister.")]
    hours_per_week: Annotated[Decimal, Field(gt=0, le=168, max_digits=6, decimal_places=3)]
    agreed: bool = Field(description="They were asked and agreed to give these hours.")


class SettlementIn(_Body):
    """A final figure; without lines, the indicative one as it stands."""

    decided_on: Annotated[date, Field(ge=date(1990, 1, 1), le=date(2099, 12, 31))]
    lines: Annotated[list[LineIn], Field(max_length=100)] = []
    reason: Annotated[str, Field(max_length=4000, pattern=r"^[^\x00]*$")] = ""
    grounds: Grounds | None = None
    carer_hours: Annotated[list[CarerHoursIn], Field(max_length=20)] = []


class FigureOut(BaseModel):
    """One figure of the history, indicative or final, with what it changed.

    The change is from the figure of the same kind before it, and from the first of that kind.
    """

    kind: str = Field(description="indicative or final.")
    version: int
    on: date
    points_thousandths: int
    pence_per_year: int | None = Field(description="Null where a person had to find the figure.")
    change_pence: int | None
    change_hundredths_of_percent: int | None
    since_first_hundredths_of_percent: int | None
    settlement: SettlementOut | None


class HistoryOut(BaseModel):
    """Every figure of a person, in the order in which they came."""

    person_id: UUID
    figures: list[FigureOut]


@router.post(
    "/people/{person_id}/allocation/settlement",
    status_code=201,
    dependencies=[may(Action.SETTLE_ALLOCATION)],
    responses=responses(
        (400, "Idempotency-Key is missing or malformed."),
        (403, "The caller's role does not settle figures, or an approver must decide this one."),
        (404, "There is no allocation yet."),
        (409, "The figure would fall and the needs were not assessed again."),
        (412, "Another figure came since you read them."),
        (422, "The body is not valid; or the reason, the lines or the grounds of a fall are missing."),
        (428, "If-Match is missing."),
    ),
)
async def settle(
    person_id: UUID, body: SettlementIn, expected: ExpectedVersion, work: Writing, caller: Caller, response: Response
) -> SettlementOut:
    """Settle the final figure on the latest indicative allocation; ``If-Match`` is the ETag of that read."""
    decided_by = DecidedBy.APPROVER if Role.APPROVER in caller.roles else DecidedBy.PRACTITIONER
    figure = FinalFigure(_proposal(body, decided_by), body.decided_on, caller.subject)
    try:
        row = await settle_allocation(person_id, expected, figure, work)
    except NothingToSettle as error:
        raise not_found("allocation") from error
    except StaleVersion as error:
        raise stale_version() from error
    response.headers.update(entity_tag(expected + 1))
    return SettlementOut.model_validate(row.model_dump())


@router.get(
    "/people/{person_id}/allocation/history",
    dependencies=[may(Action.READ_ALLOCATION)],
    responses=responses((404, "There is no allocation yet, or the record is not yours to see.")),
)
async def read_history(person_id: UUID, work: Reading, caller: Caller) -> HistoryOut:
    """Every indicative and final figure of a person, with the reason of each and what it changed."""
    history = await store.history(work, person_id) if caller.may_read(person_id) else None
    if history is None or not history.allocations:
        raise not_found("allocation")
    rows: list[AllocationRow | SettlementRow] = [*history.allocations, *history.settlements]
    rows.sort(key=lambda row: row.recorded_at)
    figures: list[FigureOut] = []
    for row in rows:
        figures.append(_figure(row, figures))
    return HistoryOut(person_id=person_id, figures=figures)


def _proposal(body: SettlementIn, decided_by: DecidedBy) -> Proposal:
    return Proposal(
        lines=tuple(
            PackageLine(line.text, Fraction(line.units_per_week), line.unit, Fraction(line.pence_per_unit))
            for line in body.lines
        ),
        reason=body.reason,
        decided_by=decided_by,
        grounds=body.grounds,
        carer_hours=tuple(
            CarerHours(carer.who, Fraction(carer.hours_per_week), carer.agreed) for carer in body.carer_hours
        ),
    )


def _figure(row: AllocationRow | SettlementRow, earlier: list[FigureOut]) -> FigureOut:
    is_final = isinstance(row, SettlementRow)
    kind = "final" if is_final else "indicative"
    has_figure = isinstance(row, SettlementRow) or row.outcome == Outcome.CALCULATED
    pence = row.pence_per_year if has_figure else None
    known = [each.pence_per_year for each in earlier if each.kind == kind and each.pence_per_year is not None]
    return FigureOut(
        kind=kind,
        version=row.version,
        on=row.decided_on if isinstance(row, SettlementRow) else row.as_of,
        points_thousandths=row.points_thousandths,
        pence_per_year=pence,
        change_pence=pence - known[-1] if pence is not None and known else None,
        change_hundredths_of_percent=hundredths_of_percent(known[-1], pence) if known and pence is not None else None,
        since_first_hundredths_of_percent=hundredths_of_percent(known[0], pence)
        if known and pence is not None
        else None,
        settlement=SettlementOut.model_validate(row.model_dump()) if is_final else None,
    )
