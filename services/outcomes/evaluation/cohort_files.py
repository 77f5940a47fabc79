"""Reads and writes the people of an evaluation as CSV or Parquet, strictly: every fault names its row and its column.

| column | holds |
|---|---|
| `arm` | `budget` or `comparison` |
| `user_group` | a user group's code |
| `weeks` | how many weeks the costs are of, above 0 |
| `cost_pence_<stream>` | whole pence over those weeks; any number of such columns, at least one |
| `before_<measure>`, `after_<measure>` | scores; empty where there is none. A measure is `<instrument>.<score>` |
| `answered_by_<measure>` | `self`, `proxy` or `practitioner`; empty where nobody answered |
| `covariate_<name>` | numbers; what else differs between people, may be left out |
| `synthetic` | `yes` in made-up people, may be left out |
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
import polars as pl

from braid.contracts.codes import UserGroup
from services.outcomes.domain.instruments import Respondent, Scoring
from services.outcomes.evaluation.cohort import BUDGET, COMPARISON, Cohort, Floats, Outcome, answered_by_self
from services.outcomes.evaluation.errors import EvaluationError
from services.outcomes.instrument_files import released_instruments

COST, BEFORE, AFTER, ANSWERED_BY, COVARIATE = "cost_pence_", "before_", "after_", "answered_by_", "covariate_"
PREFIXES = (COST, BEFORE, AFTER, ANSWERED_BY, COVARIATE)
NEEDED = ("arm", "user_group", "weeks")
PENCE_MOST = 10**12
WEEKS_MOST = 5200
FAULTS_SHOWN = 20
FIRST_ROW = 2
#: Python would take 1_000 too.
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?")


class CohortRefused(EvaluationError):
    """A file of people cannot be used; ``faults`` say why, each with its row."""

    def __init__(self, name: str, faults: list[str]) -> None:
        self.faults = tuple(faults)
        more = f"; and {len(faults) - FAULTS_SHOWN} more" if len(faults) > FAULTS_SHOWN else ""
        super().__init__(f"{name}: {'; '.join(faults[:FAULTS_SHOWN])}{more}")


@dataclass(frozen=True)
class _Column:
    """A column as text, and what is wrong in it."""

    name: str
    texts: list[str]

    def numbers(
        self, faults: list[str], least: float, most: float, *, may_be_empty: bool = False, is_whole: bool = False
    ) -> Floats:
        """The column as numbers; not a number where it may be empty and is."""
        kind = "whole number" if is_whole else "number"
        found = np.full(len(self.texts), np.nan)
        for row, text in enumerate(self.texts):
            if not text and may_be_empty:
                continue
            number = float(text) if _NUMBER.fullmatch(text) else np.nan
            if not least <= number <= most or (is_whole and number != round(number)):
                faults.append(self._fault(row, f"{text[:40] or 'nothing'} is no {kind} from {least:g} to {most:g}"))
            found[row] = number
        return found

    def codes(self, faults: list[str], allowed: tuple[str, ...]) -> list[str]:
        """The column as codes."""
        for row, text in enumerate(self.texts):
            if text not in allowed:
                faults.append(
                    self._fault(row, f"{text[:40] or 'nothing'} is none of {', '.join(filter(None, allowed))}")
                )
        return self.texts

    def _fault(self, row: int, reason: str) -> str:
        return f"row {row + FIRST_ROW}, {self.name}: {reason}"


def read_cohort(file: Path, licensed: Collection[str] = ()) -> Cohort:
    """Read people from a ``.csv`` or ``.parquet`` file.

    Args:
        licensed: instruments for which the council has stated its licence.

    Raises:
        CohortRefused: with every fault that was found.
    """
    return read_content(file.read_bytes(), file.name, licensed)


def read_content(content: bytes, name: str, licensed: Collection[str] = ()) -> Cohort:
    """Read people from the content of a file: Parquet where its name ends so, else CSV.

    Raises:
        CohortRefused: with every fault that was found.
    """
    source = BytesIO(content)
    try:
        # Everything is read as text first: a guess at types would turn a misspelt sum into an empty one.
        frame = pl.read_parquet(source) if name.endswith(".parquet") else pl.read_csv(source, infer_schema=False)
        texts = frame.select(pl.all().cast(pl.String).fill_null("")).to_dict(as_series=False)
    except pl.exceptions.PolarsError as error:
        raise CohortRefused(name, [str(error)]) from error
    columns = {title: _Column(title, [text.strip() for text in column]) for title, column in texts.items()}
    return cohort_of(columns, name, licensed)


def cohort_of(columns: Mapping[str, _Column], name: str, licensed: Collection[str]) -> Cohort:
    """Put columns together; `read_cohort` says what is refused."""
    measures = _measures()
    if faults := [*_misnamed(columns, measures), *_unlicensed(_named(columns, AFTER), licensed)]:
        raise CohortRefused(name, faults)
    arms = columns["arm"].codes(faults, (BUDGET, COMPARISON))
    groups = columns["user_group"].codes(faults, tuple(UserGroup))
    present = tuple(group for group in UserGroup if group in set(groups))
    weeks = columns["weeks"].numbers(faults, 1 / 7, WEEKS_MOST)
    costs = {one: columns[COST + one].numbers(faults, 0, PENCE_MOST, is_whole=True) for one in _named(columns, COST)}
    outcomes = tuple(_outcome(measure, measures[measure], columns, faults) for measure in _named(columns, AFTER))
    covariates = {
        one: columns[COVARIATE + one].numbers(faults, -1e12, 1e12, may_be_empty=True)
        for one in _named(columns, COVARIATE)
    }
    synthetic = columns["synthetic"].codes(faults, ("yes", "no", "")) if "synthetic" in columns else []
    if not arms:
        faults.append("there is nobody in it")
    if faults:
        raise CohortRefused(name, faults)
    return Cohort(
        has_budget=np.array([arm == BUDGET for arm in arms], np.bool_),
        group=np.array([present.index(UserGroup(group)) for group in groups], np.int64),
        groups=tuple(map(str, present)),
        weeks=weeks,
        cost_pence={one: np.rint(pence).astype(np.int64) for one, pence in costs.items()},
        outcomes=outcomes,
        covariates=covariates,
        synthetic="yes" in synthetic,
    )


def _measures() -> dict[str, tuple[str, Scoring]]:
    """Every measure by ``<instrument>.<score>``: its label and its scoring, of the latest version."""
    return {
        f"{instrument.instrument_id}.{scoring.scoring_id}": (f"{scoring.label} ({instrument.title})", scoring)
        for _, instrument in sorted(released_instruments().items(), key=lambda one: one[0][1])
        for scoring in instrument.scorings.values()
    }


def _misnamed(columns: Mapping[str, _Column], measures: Mapping[str, object]) -> Iterator[str]:
    for needed in NEEDED:
        if needed not in columns:
            yield f"{needed}: the column is missing"
    for name in columns:
        if name not in NEEDED and name != "synthetic" and not name.startswith(PREFIXES):
            yield f"{name}: no such column is known"
        for prefix in (BEFORE, AFTER, ANSWERED_BY):
            measure = name.removeprefix(prefix)
            if name.startswith(prefix) and measure not in measures:
                yield f"{name}: no released instrument has that score; there are {', '.join(sorted(measures))}"
            elif name.startswith(prefix) and AFTER + measure not in columns:
                yield f"{name}: {AFTER}{measure} is missing"
    if not _named(columns, COST):
        yield f"{COST}<stream>: no column tells a cost"


def _unlicensed(measures: list[str], licensed: Collection[str]) -> Iterator[str]:
    needing = {
        instrument_id: instrument.licence.holder
        for (instrument_id, _), instrument in released_instruments().items()
        if instrument.licence.is_needed
    }
    for instrument_id in sorted({measure.split(".")[0] for measure in measures}):
        if instrument_id in needing and instrument_id not in licensed:
            yield f"{instrument_id}: belongs to {needing[instrument_id]}, and no licence was stated"


def _named(columns: Mapping[str, _Column], prefix: str) -> list[str]:
    return [name.removeprefix(prefix) for name in columns if name.startswith(prefix)]


def _outcome(measure: str, known: tuple[str, Scoring], columns: Mapping[str, _Column], faults: list[str]) -> Outcome:
    label, scoring = known
    # A score of four decimals may round to a hair outside its ends.
    ends = float(scoring.lowest) - 1e-4, float(scoring.highest) + 1e-4
    after = columns[AFTER + measure].numbers(faults, *ends, may_be_empty=True)
    before = np.full(len(after), np.nan)
    if BEFORE + measure in columns:
        before = columns[BEFORE + measure].numbers(faults, *ends, may_be_empty=True)
    own = np.ones(len(after), np.bool_)
    if ANSWERED_BY + measure in columns:
        respondents = columns[ANSWERED_BY + measure]
        own = answered_by_self(respondents.codes(faults, (*map(str, Respondent), "")))
        for row, (text, score) in enumerate(zip(respondents.texts, after, strict=True)):
            if not text and not np.isnan(score):
                faults.append(f"row {row + FIRST_ROW}, {respondents.name}: there is a score, and nobody who answered")
    return Outcome(measure, label, scoring.higher_is_better, before, after, own, scoring.unconfirmed)


def write_cohort(cohort: Cohort, file: Path) -> None:
    """Write people as CSV, in the columns that `read_cohort` takes."""
    table: dict[str, object] = {
        "arm": np.where(cohort.has_budget, BUDGET, COMPARISON),
        "user_group": np.array(cohort.groups)[cohort.group],
        "weeks": cohort.weeks,
        **{COST + name: pence for name, pence in cohort.cost_pence.items()},
    }
    for one in cohort.outcomes:
        by = np.where(one.answered_by_self, Respondent.SELF.value, Respondent.PROXY.value)
        table[BEFORE + one.measure] = pl.Series(one.before, dtype=pl.Float64).fill_nan(None)
        table[AFTER + one.measure] = pl.Series(one.after, dtype=pl.Float64).fill_nan(None)
        table[ANSWERED_BY + one.measure] = np.where(np.isnan(one.after), "", by)
    table |= {COVARIATE + name: values for name, values in cohort.covariates.items()}
    table["synthetic"] = np.full(len(cohort), "yes" if cohort.synthetic else "no")
    pl.DataFrame(table).write_csv(file)
