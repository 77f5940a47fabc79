"""Reads released instruments from their files, strictly; a released version never changes."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from braid.kit.strict_yaml import read_yaml
from services.outcomes.domain.instruments import Instrument, Item, Licence, Respondent, Scoring, Subject, WaveKind

INSTRUMENTS = Path(__file__).parent / "instruments"

Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Text = Annotated[str, Field(min_length=1, pattern=r"\S")]
Exact = Annotated[str, Field(pattern=r"^-?\d+(\.\d+)?$")]
Level = Annotated[int, Field(ge=0, le=20)]
PointsEntry = Annotated[dict[Level, Exact], Field(min_length=2)]


class InstrumentRefused(Exception):
    """An instrument's file is not sound, or was changed after its release."""

    def __init__(self, file: str, reasons: Iterable[str]) -> None:
        self.reasons = tuple(reasons)
        super().__init__(f"{file}: {'; '.join(self.reasons)}")


class _Strict(BaseModel):
    # Not strict about types: YAML has no enumerations. An unknown key is refused all the same.
    model_config = ConfigDict(extra="forbid", frozen=True)


class _LicenceEntry(_Strict):
    holder: Text
    needed: bool
    note: Text


class _WaveEntry(_Strict):
    months: Annotated[int, Field(ge=0, le=120)]
    repeated: bool = False
    window_days: Annotated[int, Field(ge=0, le=366)]


class _ItemEntry(_Strict):
    domain: Text
    text: str = ""
    levels: Annotated[dict[Level, str], Field(min_length=2)]


class _ScoringEntry(_Strict):
    label: Text
    higher_is_better: bool
    constant: Exact = "0"
    multiplier: Exact = "1"
    points: Annotated[dict[Code, PointsEntry], Field(min_length=1)]
    source: Text
    unconfirmed: str = ""


class _InstrumentFile(_Strict):
    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    version: Annotated[int, Field(ge=1)]
    title: Text
    licence: _LicenceEntry
    answered_by: Annotated[frozenset[Respondent], Field(min_length=1)]
    about: Annotated[frozenset[Subject], Field(min_length=1)]
    waves: Annotated[dict[Code, _WaveEntry], Field(min_length=1)]
    items: Annotated[dict[Code, _ItemEntry], Field(min_length=1)]
    scorings: Annotated[dict[Code, _ScoringEntry], Field(min_length=1)]


@cache
def released_instruments(folder: Path = INSTRUMENTS) -> Mapping[tuple[str, int], Instrument]:
    """Every released instrument by id and version.

    Raises:
        InstrumentRefused: a file was changed after its release, or is not sound.
    """
    released: Mapping[str, str] = json.loads((folder / "released.json").read_text())
    found = {}
    for name, digest in released.items():
        content = (folder / name).read_bytes()
        if hashlib.sha256(content).hexdigest() != digest:
            raise InstrumentRefused(name, ["a released version never changes; make a new version beside it"])
        instrument = read_instrument(content.decode(), name)
        found[instrument.instrument_id, instrument.version] = instrument
    return found


def read_instrument(text: str, name: str) -> Instrument:
    """Read and check an instrument.

    Args:
        text: the YAML.
        name: what to call the file in a refusal.

    Raises:
        InstrumentRefused: with every reason that was found.
    """
    try:
        entry = _InstrumentFile.model_validate(read_yaml(text))
    except yaml.YAMLError as error:
        raise InstrumentRefused(name, [str(error)]) from error
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()]
        raise InstrumentRefused(name, faults) from error
    if reasons := list(_reasons_against(entry)):
        raise InstrumentRefused(name, reasons)
    return Instrument(
        instrument_id=entry.id,
        version=entry.version,
        title=entry.title,
        licence=Licence(entry.licence.holder, entry.licence.needed, entry.licence.note),
        answered_by=entry.answered_by,
        about=entry.about,
        waves={code: WaveKind(code, one.months, one.repeated, one.window_days) for code, one in entry.waves.items()},
        items={code: Item(code, one.domain, one.levels, one.text) for code, one in entry.items.items()},
        scorings={code: _scoring(code, one) for code, one in entry.scorings.items()},
    )


def _scoring(code: str, entry: _ScoringEntry) -> Scoring:
    points = {
        item: {level: Fraction(value) for level, value in levels.items()} for item, levels in entry.points.items()
    }
    return Scoring(
        scoring_id=code,
        label=entry.label,
        higher_is_better=entry.higher_is_better,
        points=points,
        constant=Fraction(entry.constant),
        multiplier=Fraction(entry.multiplier),
        source=entry.source,
        unconfirmed=entry.unconfirmed,
    )


def _reasons_against(entry: _InstrumentFile) -> Iterator[str]:
    if sum(wave.months == 0 for wave in entry.waves.values()) != 1:
        yield "exactly one wave is the baseline, with 0 months"
    for code, wave in entry.waves.items():
        if wave.repeated and wave.months == 0:
            yield f"{code}: a baseline is never repeated"
    for code, item in entry.items.items():
        worded = [bool(item.text), *(bool(text) for text in item.levels.values())]
        if entry.licence.needed and any(worded):
            yield f"{code}: the wording is licensed and may not stand here"
        if not entry.licence.needed and not all(worded):
            yield f"{code}: the question or one of its answers has no words"
    for code, scoring in entry.scorings.items():
        yield from (f"{code}: {reason}" for reason in _against_points(scoring, entry.items))


def _against_points(scoring: _ScoringEntry, items: Mapping[str, _ItemEntry]) -> Iterator[str]:
    for item_id, points in scoring.points.items():
        if item_id not in items:
            yield f"scores {item_id}, which is not asked"
        elif points.keys() != items[item_id].levels.keys():
            yield f"does not score every level of {item_id}"
