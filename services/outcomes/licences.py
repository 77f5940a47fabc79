"""What councils state about licences of instruments whose wording is somebody else's, and that wording.

The latest statement about an instrument holds whole: whoever renews a licence names the earlier ones with it, so that
answers of their days may still be recorded.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from pydantic import TypeAdapter
from sqlmodel import col, select

from braid.kit.http import stale_version
from braid.kit.unit_of_work import UnitOfWork
from services.outcomes.domain.errors import LicenceRefused
from services.outcomes.domain.instruments import Instrument, Item, StatedLicence
from services.outcomes.instrument_files import released_instruments
from services.outcomes.tables import LicenceStatementRow


@dataclass(frozen=True)
class ItemWording:
    """The words of a question, and of each of its levels."""

    text: str
    levels: dict[int, str]


@dataclass(frozen=True)
class Wording:
    """The words of one version of an instrument, by item."""

    version: int
    items: dict[str, ItemWording]


@dataclass(frozen=True)
class Statement:
    """A council's statement: its licences, and the wording that it loaded from its own copy."""

    licences: tuple[StatedLicence, ...] = ()
    wordings: tuple[Wording, ...] = ()


LICENCES = TypeAdapter(tuple[StatedLicence, ...])
WORDINGS = TypeAdapter(tuple[Wording, ...])
NOTHING_STATED = Statement()


async def history(work: UnitOfWork, instrument_id: str) -> Sequence[LicenceStatementRow]:
    """Every statement of the council about an instrument, oldest first."""
    query = select(LicenceStatementRow).where(LicenceStatementRow.instrument_id == instrument_id)
    return (await work.session.scalars(query.order_by(col(LicenceStatementRow.version)))).all()


async def statements(work: UnitOfWork) -> dict[str, Statement]:
    """What the council states now, by instrument."""
    oldest_first = select(LicenceStatementRow).order_by(col(LicenceStatementRow.version))
    return {row.instrument_id: statement_of(row) for row in await work.session.scalars(oldest_first)}


def statement_of(row: LicenceStatementRow) -> Statement:
    """A statement as it is kept in a row."""
    return Statement(LICENCES.validate_python(row.licences), WORDINGS.validate_python(row.wordings))


async def state(
    work: UnitOfWork, instrument_id: str, told: Statement, *, reason: str, by: str, seen_version: int
) -> None:
    """Keep a council's statement; it takes the place of the one before.

    Raises:
        LicenceRefused: it does not fit the instrument.
        Problem: 412, somebody stated something in the meantime.
    """
    if refused := "; ".join(_reasons_against(instrument_id, told)):
        raise LicenceRefused(refused)
    made = await history(work, instrument_id)
    if len(made) != seen_version:
        raise stale_version()
    row = LicenceStatementRow(
        council=work.council,
        instrument_id=instrument_id,
        version=seen_version + 1,
        licences=LICENCES.dump_python(told.licences, mode="json"),
        wordings=WORDINGS.dump_python(told.wordings, mode="json"),
        reason=reason,
        stated_by=by,
        recorded_at=work.now,
    )
    work.session.add(row)
    await work.session.flush()


def worded(instrument: Instrument, told: Statement, on: date) -> Instrument:
    """An instrument with the words that the council loaded, on a day on which it may use them."""
    words = next((one.items for one in told.wordings if one.version == instrument.version), None)
    if words is None or not instrument.may_be_used(told.licences, on):
        return instrument
    items = {code: _worded(item, words[code]) for code, item in instrument.items.items()}
    return replace(instrument, items=items)


def _worded(item: Item, words: ItemWording) -> Item:
    return replace(item, text=words.text, levels=words.levels)


def _reasons_against(instrument_id: str, told: Statement) -> Iterator[str]:
    versions = {version: one for (name, version), one in released_instruments().items() if name == instrument_id}
    if not any(one.licence.is_needed for one in versions.values()):
        yield f"{instrument_id} may be used by anybody, and needs no licence"
    for licence in told.licences:
        if licence.to_day is not None and licence.to_day < licence.from_day:
            yield f"licence {licence.reference} ends before it begins"
    if len({one.version for one in told.wordings}) < len(told.wordings):
        yield "a version has two wordings"
    for wording in told.wordings:
        if wording.version not in versions:
            yield f"there is no version {wording.version}"
        else:
            yield from _against_words(wording, versions[wording.version])


def _against_words(wording: Wording, instrument: Instrument) -> Iterator[str]:
    if wording.items.keys() != instrument.items.keys():
        yield f"version {wording.version} asks {', '.join(instrument.items)}: each needs words, and nothing else does"
        return
    for code, words in wording.items.items():
        if words.levels.keys() != instrument.items[code].levels.keys():
            yield f"{code}: each of its levels needs words, and no other"
