"""What a council set about spending, watching and paying: the latest figure of each name, defaults for the rest."""

from collections.abc import Mapping

from sqlmodel import select

from braid.kit.unit_of_work import UnitOfWork
from services.ledger.domain.payments.settings import PAYMENT_BOUNDS, PaymentSettings
from services.ledger.domain.spending.settings import (
    SPENDING_BOUNDS,
    Bounds,
    SettingRefused,
    SpendingSettings,
    settings_with,
)
from services.ledger.domain.watching.settings import WATCHING_BOUNDS, WatchingSettings
from services.ledger.spending.tables import CouncilFigureRow

#: Every figure that a council may set, by the name that it is set under.
BOUNDS: Mapping[str, Bounds] = {
    **{f"spending.{name}": bounds for name, bounds in SPENDING_BOUNDS.items()},
    **{f"watching.{name}": bounds for name, bounds in WATCHING_BOUNDS.items()},
    **{f"payments.{name}": bounds for name, bounds in PAYMENT_BOUNDS.items()},
}
DEFAULTS: Mapping[str, int] = {
    **{f"spending.{name}": figure for name, figure in vars(SpendingSettings()).items()},
    **{f"watching.{name}": figure for name, figure in vars(WatchingSettings()).items()},
    **{f"payments.{name}": figure for name, figure in vars(PaymentSettings()).items()},
}


async def figures(work: UnitOfWork) -> Mapping[str, CouncilFigureRow]:
    """The latest figure of each name that the council set."""
    query = select(CouncilFigureRow).order_by(CouncilFigureRow.figure_id)  # type: ignore[arg-type]
    return {row.name: row for row in await work.session.scalars(query)}


async def spending_settings(work: UnitOfWork) -> SpendingSettings:
    """How the council matches and asks."""
    return settings_with(SpendingSettings(), SPENDING_BOUNDS, await _of("spending.", work))


async def watching_settings(work: UnitOfWork) -> WatchingSettings:
    """When the council wants to be told."""
    return settings_with(WatchingSettings(), WATCHING_BOUNDS, await _of("watching.", work))


async def payment_settings(work: UnitOfWork) -> PaymentSettings:
    """How the council pays."""
    return settings_with(PaymentSettings(), PAYMENT_BOUNDS, await _of("payments.", work))


async def set_figure(work: UnitOfWork, name: str, figure: int, *, by: str, reason: str) -> None:
    """Set a figure; what it was before stays on record.

    Raises:
        SettingRefused: the name is unknown, or the figure out of its bounds.
    """
    bounds = BOUNDS.get(name)
    if bounds is None:
        raise SettingRefused(f"there is no setting {name}")
    bounds.require(name, figure)
    work.session.add(CouncilFigureRow(council=work.council, name=name, figure=figure, set_by=by, reason=reason))
    await work.session.flush()


async def _of(prefix: str, work: UnitOfWork) -> dict[str, int]:
    set_figures = await figures(work)
    return {name.removeprefix(prefix): row.figure for name, row in set_figures.items() if name.startswith(prefix)}
