"""The API of what a council sets about spending, watching and paying: figures, each with its bounds and reason."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from braid.kit.http import Caller, Reading, UnitOfWorkRoute, Writing
from braid.kit.permissions import Action, may
from braid.kit.problems import ProblemKind, ProblemTable, responses
from services.ledger.domain.spending.settings import SettingRefused
from services.ledger.spending import settings_store

router = APIRouter(prefix="/v1", route_class=UnitOfWorkRoute, tags=["ledger settings"])

PROBLEMS: ProblemTable = {
    SettingRefused: ProblemKind(422, "setting-refused", "A council may not set this"),
}

Reason = Annotated[str, Field(min_length=1, max_length=2000, pattern=r"^[^\x00]*$")]


class FigureOut(BaseModel):
    """A figure that a council may set."""

    name: str
    meaning: str
    figure: int
    default: int
    least: int
    most: int
    only: list[int] = Field(
        description="The figures that it may have, where not all between the bounds mean something."
    )
    set_by: str | None
    reason: str | None


class FiguresOut(BaseModel):
    """Every figure that a council may set about spending, watching and paying."""

    figures: list[FigureOut]


class FigureIn(BaseModel):
    """A figure and why."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    figure: int
    reason: Reason


@router.get(
    "/ledger-settings",
    dependencies=[may(Action.READ_BOOKS)],
    responses=responses((403, "The caller is neither finance officer, auditor nor system.")),
)
async def read_settings(work: Reading) -> FiguresOut:
    """Every figure that a council may set about spending, watching and paying, with its default and bounds."""
    given = await settings_store.figures(work)
    return FiguresOut(
        figures=[
            FigureOut(
                name=name,
                meaning=bounds.meaning,
                figure=given[name].figure if name in given else settings_store.DEFAULTS[name],
                default=settings_store.DEFAULTS[name],
                least=bounds.least,
                most=bounds.most,
                only=list(bounds.only),
                set_by=given[name].set_by if name in given else None,
                reason=given[name].reason if name in given else None,
            )
            for name, bounds in settings_store.BOUNDS.items()
        ]
    )


@router.put(
    "/ledger-settings/{name}",
    dependencies=[may(Action.CHOOSE_FOR_COUNCIL)],
    responses=responses((403, "The caller is no finance officer."), (422, "A council may not set this.")),
)
async def put_setting(name: str, body: FigureIn, work: Writing, caller: Caller) -> FiguresOut:
    """Set a figure; what it was before stays on record."""
    await settings_store.set_figure(work, name, body.figure, by=caller.subject, reason=body.reason)
    return await read_settings(work)
