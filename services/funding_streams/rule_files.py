"""Rule figures as data: reads and checks the YAML files in ``parameters/`` and makes domain objects of them.

One file holds one figure with its dated values, each with its own citation. An unknown key, a value without a citation,
dates that do not rise or a value that does not fit its unit is refused, with file, key and what is wrong.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Self, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from braid.contracts.codes import Use
from braid.kit.strict_yaml import read_yaml
from services.funding_streams.domain.adapter import CapitalOperator, CouncilSettings, HomeImprovementCharge
from services.funding_streams.domain.adult_social_care import FACS_BANDS
from services.funding_streams.domain.decision import PermittedUse
from services.funding_streams.domain.figures import Citation, Dated, DatedUses, Figure, Figures, Period, Unit, Value

PARAMETERS = Path(__file__).parent / "parameters"
COUNCIL_DEFAULTS = "council_defaults.yaml"
PERMITTED_USES = "permitted_uses.yaml"

#: Key of what was not read in any source; a value that rests on it is unconfirmed.
FROM_MEMORY = "M"
LOCAL_CHOICE = "LOCAL"

_WHOLE_UNITS = (Unit.PENCE, Unit.PERCENT, Unit.COUNT, Unit.HOURS, Unit.MONTHS, Unit.YEARS)
_FRACTION_OF_PENCE = re.compile(r"^\d+(\.\d{1,4}|/[1-9]\d{0,3})$")
_CODE = re.compile(r"^[a-z][a-z0-9_]*$")


class RuleFilesWrong(Exception):
    """Rule files that cannot be used; every problem names its file and key."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


_Text = Annotated[str, Field(min_length=1, pattern=r"\S")]


class _CitationFile(_Part):
    title: _Text
    pinpoint: _Text
    key: Annotated[str, Field(pattern=r"^([SR]\d+[a-z]?|M|LOCAL)$")]
    href: Annotated[str, Field(pattern=r"^https?://\S+$")] | None = None

    def cite(self) -> Citation:
        return Citation(self.title, self.pinpoint, self.key, self.href)


class _DatedFile(_Part):
    start: date
    citation: _CitationFile
    unconfirmed: bool = False

    @model_validator(mode="after")
    def _memory_is_unconfirmed(self) -> Self:
        ends = getattr(self, "value", ...) is None
        if self.citation.key == FROM_MEMORY and not self.unconfirmed and not ends:
            raise ValueError("a value from memory must be marked unconfirmed: true")
        return self


class _ValueFile(_DatedFile):
    value: int | date | str | None
    note: _Text | None = None


class _FigureFile(_Part):
    description: _Text
    unit: Annotated[Unit, Field(strict=False)]
    period: Annotated[Period, Field(strict=False)]
    values: Annotated[tuple[_ValueFile, ...], Field(min_length=1, strict=False)]

    @model_validator(mode="after")
    def _dates_rise(self) -> Self:
        _require_rising([entry.start for entry in self.values])
        if self.values[0].value is None:
            raise ValueError("values.0.value: a figure cannot end before it has begun")
        for place, entry in enumerate(self.values):
            complaint = _complaint(entry.value, self.unit)
            if complaint:
                raise ValueError(f"values.{place}.value: {complaint}")
        return self


class _UseFile(_Part):
    use: Annotated[Use, Field(strict=False)]
    condition: _Text | None = None


class _DatedUsesFile(_DatedFile):
    uses: Annotated[tuple[_UseFile, ...], Field(strict=False)]

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        names = [entry.use for entry in self.uses]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"uses: named twice: {', '.join(twice)}")
        never = [name for name in names if name.startswith("never.")]
        if never:
            raise ValueError(f"uses: no stream may pay for {', '.join(never)}")
        return self


class _UsesFile(_Part):
    description: _Text
    values: Annotated[tuple[_DatedUsesFile, ...], Field(min_length=1, strict=False)]

    @model_validator(mode="after")
    def _dates_rise(self) -> Self:
        _require_rising([entry.start for entry in self.values])
        return self


class _SettingFile(_Part):
    value: bool | int | str | None
    unit: Annotated[str, Field(pattern=r"^(percent|pence|code|yes_no)$")]
    description: _Text
    citation: _CitationFile


class _Percentage(_SettingFile):
    value: Annotated[int, Field(ge=0, le=100)]


class _Band(_SettingFile):
    value: Annotated[str, Field(pattern=f"^({'|'.join(FACS_BANDS[:-1])})$")]


class _Operator(_SettingFile):
    value: Annotated[CapitalOperator, Field(strict=False)]


class _Sum(_SettingFile):
    value: Annotated[int, Field(ge=0)]


class _SumIfAny(_SettingFile):
    value: Annotated[int, Field(ge=0)] | None


class _HomeImprovement(_SettingFile):
    value: Annotated[HomeImprovementCharge, Field(strict=False)]


class _YesNo(_SettingFile):
    value: bool


class _Settings(_Part):
    charging_percentage: _Percentage
    facs_threshold: _Band
    capital_operator: _Operator
    local_income_guarantee_pence_per_week: _SumIfAny
    income_guarantee_extra_pence_per_week: _Sum
    home_improvement_charge: _HomeImprovement
    adult_social_care_is_the_gate: _YesNo


class _CouncilFile(_Part):
    description: _Text
    settings: _Settings


@dataclass(frozen=True)
class RuleFiles:
    """All that the rule files say."""

    figures: Figures
    council_defaults: CouncilSettings


_FileModel = TypeVar("_FileModel", bound=BaseModel)


def check_rule_files(folder: Path = PARAMETERS) -> list[str]:
    """Return what is wrong with the rule files, each line with file, key and what is wrong; empty when all is well."""
    problems: list[str] = []
    _read(folder, problems)
    return problems


def load_rule_files(folder: Path = PARAMETERS) -> RuleFiles:
    """Read all rule files.

    Raises:
        RuleFilesWrong: at least one file cannot be used.
    """
    problems: list[str] = []
    files = _read(folder, problems)
    if problems or files is None:
        raise RuleFilesWrong(problems)
    return files


@cache
def rule_files() -> RuleFiles:
    """Return the platform's own rule files, read once per process.

    Raises:
        RuleFilesWrong: at least one file cannot be used.
    """
    return load_rule_files()


def _read(folder: Path, problems: list[str]) -> RuleFiles | None:
    figures: dict[str, Figure] = {}
    uses: dict[str, tuple[DatedUses, ...]] = {}
    council: CouncilSettings | None = None
    for path in _files(folder, problems):
        name = path.relative_to(folder).as_posix()
        if name == COUNCIL_DEFAULTS:
            settings = _parsed(path, name, _CouncilFile, problems)
            council = None if settings is None else _council(settings)
        elif path.name == PERMITTED_USES:
            listed = _parsed(path, name, _UsesFile, problems)
            if listed is not None:
                uses[path.parent.name] = tuple(_dated_uses(entry) for entry in listed.values)
        else:
            content = _parsed(path, name, _FigureFile, problems)
            if content is not None:
                figure = _figure(name.removesuffix(".yaml").replace("/", "."), content)
                figures[figure.name] = figure
    if council is None:
        if not any(problem.startswith(COUNCIL_DEFAULTS) for problem in problems):
            problems.append(f"{COUNCIL_DEFAULTS}: the file is missing")
        return None
    return RuleFiles(Figures(figures, uses), council)


def _files(folder: Path, problems: list[str]) -> Iterator[Path]:
    """Yield rule files in a fixed order; anything else in the folders is a slip that would go unread."""
    for path in sorted(folder.rglob("*")):
        if path.is_dir() or path.name == "README.md":
            continue
        name = path.relative_to(folder).as_posix()
        if not re.fullmatch(r"([a-z][a-z0-9_]*/)?[a-z][a-z0-9_]*\.yaml", name):
            problems.append(f"{name}: not a rule file: it must be <stream>/<figure>.yaml in small letters")
        elif "/" not in name and name != COUNCIL_DEFAULTS:
            problems.append(f"{name}: a figure must be in the folder of its stream")
        else:
            yield path


def _parsed(path: Path, name: str, model: type[_FileModel], problems: list[str]) -> _FileModel | None:
    try:
        content = read_yaml(path.read_text(encoding="utf-8"))
        return model.model_validate(content)
    except yaml.YAMLError as error:
        problems.append(f"{name}: cannot be read as YAML: {' '.join(str(error).split())}")
    except ValidationError as error:
        problems.extend(f"{name}: {_told(problem)}" for problem in error.errors())
    return None


def _told(problem: Mapping[str, Any]) -> str:
    key = ".".join(str(part) for part in problem["loc"])
    text = str(problem["msg"]).removeprefix("Value error, ")
    return f"{key}: {text}" if key else text


def _require_rising(starts: list[date]) -> None:
    for place, (earlier, later) in enumerate(pairwise(starts), start=1):
        if later <= earlier:
            raise ValueError(f"values.{place}.start: {later} does not come after {earlier}")


def _complaint(value: int | date | str | None, unit: Unit) -> str | None:
    if value is None:
        return None
    if unit is Unit.DATE:
        return None if isinstance(value, date) else "must be a date"
    if unit is Unit.CODE:
        return None if isinstance(value, str) and _CODE.match(value) else "must be a code in small letters"
    if isinstance(value, str) and unit is Unit.PENCE and _FRACTION_OF_PENCE.match(value):
        return None
    if unit in _WHOLE_UNITS and isinstance(value, int) and value >= 0:
        return None
    return f"must be a whole number of {unit}, zero or more"


def _figure(name: str, content: _FigureFile) -> Figure:
    values = tuple(
        Dated(
            name=name,
            start=entry.start,
            value=_value(entry.value, content.unit),
            unit=content.unit,
            period=content.period,
            citation=entry.citation.cite(),
            unconfirmed=entry.unconfirmed,
            note=entry.note,
        )
        for entry in content.values
    )
    return Figure(name, content.description, content.unit, content.period, values)


def _value(value: int | date | str | None, unit: Unit) -> Value:
    return Fraction(value) if isinstance(value, str) and unit is Unit.PENCE else value


def _dated_uses(entry: _DatedUsesFile) -> DatedUses:
    uses = tuple(PermittedUse(use=line.use.value, condition=line.condition) for line in entry.uses)
    return DatedUses(entry.start, uses, entry.citation.cite(), entry.unconfirmed)


def _council(content: _CouncilFile) -> CouncilSettings:
    settings = content.settings
    entries = {name: getattr(settings, name) for name in type(settings).model_fields}
    return CouncilSettings(
        charging_percentage=settings.charging_percentage.value,
        facs_threshold=settings.facs_threshold.value,
        capital_operator=settings.capital_operator.value,
        local_income_guarantee_pence_per_week=settings.local_income_guarantee_pence_per_week.value,
        income_guarantee_extra_pence_per_week=settings.income_guarantee_extra_pence_per_week.value,
        home_improvement_charge=settings.home_improvement_charge.value,
        adult_social_care_is_the_gate=settings.adult_social_care_is_the_gate.value,
        citations={name: f"Local choice: {entry.citation.cite()}" for name, entry in entries.items()},
    )
