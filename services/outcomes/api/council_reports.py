"""Reports to a council over HTTP: each as figures, as a file for a spreadsheet, and as a page with its picture."""

import asyncio
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.util import find_spec
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import HTMLResponse

from braid.kit.http import Reading, UnitOfWorkRoute
from braid.kit.permissions import Action, may
from braid.kit.problems import Problem, not_found, responses
from services.outcomes import council_records
from services.outcomes.api.bodies import CouncilReportInList, CouncilReportOut, CouncilReportsOut, Day
from services.outcomes.council_report_pages import as_csv, as_page
from services.outcomes.domain.awards_in_force import Days
from services.outcomes.domain.council_reports.catalogue import REPORTS
from services.outcomes.domain.council_reports.tables import CouncilTable

router = APIRouter(prefix="/v1", route_class=UnitOfWorkRoute, tags=["council reports"])

#: A report is of a year where nobody says of which days.
A_YEAR = timedelta(days=365)
#: What draws the pictures.
DRAWING = "matplotlib"
NOT_ALLOWED = (403, "The caller's role does not allow it.")
NO_REPORT = (404, "There is no such report.")
BAD_DAYS = (422, "The last day is before the first, or still to come.")
NOT_DRAWN = (501, "The analysis packages are not installed where this service runs.")
_PRIVATE = {"Cache-Control": "private, no-store"}
_PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


@dataclass(frozen=True)
class Asked:
    """Which days a report is asked of; None: the year up to the last day, and up to today."""

    from_day: Annotated[Day | None, Query(description="First day; none: a year before the last.")] = None
    to_day: Annotated[Day | None, Query(description="Last day, as known on it; none: today.")] = None

    def days(self, today: date) -> Days:
        """The days.

        Raises:
            Problem: 422, there are no such days yet, or none at all.
        """
        last = self.to_day or today
        first = self.from_day or last - A_YEAR + timedelta(days=1)
        if last > today:
            raise Problem(422, "not-yet", "The day is still to come", f"What is known on {last} is not known yet.")
        if first > last:
            raise Problem(422, "no-days", "The last day is before the first", f"{first} comes after {last}.")
        return Days(first, last)


AskedDays = Annotated[Asked, Depends()]


@router.get("/council-reports", dependencies=[may(Action.READ_COUNCIL_REPORTS)], responses=responses(NOT_ALLOWED))
async def list_reports() -> CouncilReportsOut:
    """Every report, with the question that it answers."""
    told = [CouncilReportInList(report=one.code, title=one.title, question=one.question) for one in REPORTS.values()]
    return CouncilReportsOut(reports=told)


@router.get(
    "/council-reports/{report}",
    dependencies=[may(Action.READ_COUNCIL_REPORTS)],
    responses=responses(NOT_ALLOWED, NO_REPORT, BAD_DAYS),
)
async def read_report(report: str, asked: AskedDays, work: Reading) -> CouncilReportOut:
    """A report's figures: of cases that were open on any of the days, as known on the last of them."""
    table, days = await _table(report, asked, work)
    return CouncilReportOut.of(table, days, question=REPORTS[report].question, read_at=work.now)


@router.get(
    "/council-reports/{report}/table.csv",
    dependencies=[may(Action.READ_COUNCIL_REPORTS)],
    response_class=Response,
    responses={**responses(NOT_ALLOWED, NO_REPORT, BAD_DAYS), 200: {"content": {"text/csv": {}}}},
)
async def read_report_as_csv(report: str, asked: AskedDays, work: Reading) -> Response:
    """The same figures for a spreadsheet; what is not known is empty, what is kept back says so."""
    table, days = await _table(report, asked, work)
    name = f"{report}-{days.first}-{days.last}.csv"
    headers = {**_PRIVATE, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(as_csv(table), media_type="text/csv; charset=utf-8", headers=headers)


@router.get(
    "/council-reports/{report}/page",
    dependencies=[may(Action.READ_COUNCIL_REPORTS)],
    response_class=Response,
    responses={**responses(NOT_ALLOWED, NO_REPORT, BAD_DAYS, NOT_DRAWN), 200: {"content": {"text/html": {}}}},
)
async def read_report_as_page(report: str, asked: AskedDays, work: Reading) -> Response:
    """The same figures as a page that needs no other file: a picture, and the table beside it."""
    if find_spec(DRAWING) is None:
        raise Problem(
            501,
            "analysis-not-installed",
            "Pictures cannot be drawn here",
            f"This service runs without {DRAWING}. The figures are there without the picture.",
        )
    table, _ = await _table(report, asked, work)
    page = await asyncio.to_thread(as_page, table)
    return HTMLResponse(page, headers={**_PRIVATE, "Content-Security-Policy": _PAGE_POLICY})


async def _table(report: str, asked: Asked, work: Reading) -> tuple[CouncilTable, Days]:
    wanted = REPORTS.get(report)
    if wanted is None:
        raise not_found("report")
    days = asked.days(work.now.date())
    spending = await council_records.spending(work, days) if wanted.needs_spending else None
    journeys = await council_records.journeys(work, days, spending)
    return wanted.table(list(journeys.values()), days.last), days
