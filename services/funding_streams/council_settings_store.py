"""What a council has chosen of what the law leaves to it: every choice from its day on, none ever changed.

On a day the choice that began last holds; of two that begin on one day, the one that was made later.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy.dialects.postgresql import insert as insert_or_skip
from sqlmodel import col, select

from braid.kit.http import stale_version
from braid.kit.unit_of_work import UnitOfWork
from services.funding_streams.domain.council_settings import CouncilSettings, SettingValue
from services.funding_streams.rule_files import rule_files
from services.funding_streams.tables import CouncilSettingRow


async def history(work: UnitOfWork, name: str | None = None) -> Sequence[CouncilSettingRow]:
    """Return every choice of the council, of one setting or all, oldest first."""
    query = select(CouncilSettingRow).order_by(col(CouncilSettingRow.name), col(CouncilSettingRow.version))
    if name is not None:
        query = query.where(CouncilSettingRow.name == name)
    return (await work.session.scalars(query)).all()


def in_force(choices: Sequence[CouncilSettingRow], on: date) -> CouncilSettingRow | None:
    """Return the choice of one setting that holds on a day; None where the council has made none by then."""
    begun = [choice for choice in choices if choice.starts_on <= on]
    return max(begun, key=lambda choice: (choice.starts_on, choice.version), default=None)


async def settings_on(work: UnitOfWork, on: date) -> CouncilSettings:
    """Return the settings of the council on a day: its choices over the declared defaults.

    A choice of something that is declared no longer is passed over: no rule asks for it.

    Raises:
        SettingRefused: the law has since narrowed what a council may choose, and its choice is outside.
    """
    defaults = rule_files().council_defaults
    by_name: dict[str, list[CouncilSettingRow]] = {}
    for choice in await history(work):
        by_name.setdefault(choice.name, []).append(choice)
    held = {name: in_force(choices, on) for name, choices in by_name.items() if name in defaults.declared}
    return defaults.choosing({name: value_of(choice) for name, choice in held.items() if choice})


async def choose(
    work: UnitOfWork, name: str, value: SettingValue, starts_on: date, reason: str, *, by: str, seen_version: int
) -> None:
    """Keep a council's choice from a day on.

    Args:
        by: who chose, by the stable id of the identity provider.
        seen_version: number of choices of this setting that the caller has seen.

    Raises:
        UnknownSetting: nothing of this name is left to councils.
        SettingRefused: a value that is not one.
        Problem: 412, somebody chose in the meantime.
    """
    rule_files().council_defaults.choosing({name: value})
    if await _latest_version(work, name) != seen_version:
        raise stale_version()
    row = {
        "council": work.council,
        "name": name,
        "version": seen_version + 1,
        "starts_on": starts_on,
        "choice": {"value": list(value) if isinstance(value, tuple) else value},
        "reason": reason,
        "chosen_by": by,
    }
    # Of two who have seen the same version, the key of the table lets one through.
    kept = await work.session.execute(insert_or_skip(CouncilSettingRow).values(**row).on_conflict_do_nothing())
    if kept.rowcount != 1:  # type: ignore[attr-defined]
        raise stale_version()


def value_of(choice: CouncilSettingRow) -> SettingValue:
    """Return a choice's value as the rules read it."""
    return as_setting(choice.choice["value"])


def as_setting(value: Any) -> SettingValue:
    """Return a value as JSON has it as the rules read it: lists become tuples; the declaration checks the rest."""
    return tuple(value) if isinstance(value, list) else value


async def _latest_version(work: UnitOfWork, name: str) -> int:
    return max((choice.version for choice in await history(work, name)), default=0)
