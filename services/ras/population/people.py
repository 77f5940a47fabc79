"""A whole population as columns: one row is one package of support that a person was given.

Columns hold codes, not words, so that a million people fit into little memory and one look-up answers for everybody who
gave the same answer.
"""

from collections.abc import Container, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from services.ras.domain.good_and_bad_days import BAD, GOOD, USUAL
from services.ras.domain.points import NO_HELP
from services.ras.domain.sums import WEEKS_PER_YEAR

Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]

#: What separates several answers to one question.
AND = ";"
#: The kinds of day that a week may have, as `services.ras.domain.good_and_bad_days` names them.
KINDS_OF_DAY = (GOOD, USUAL, BAD)


@dataclass(frozen=True)
class Coded:
    """One column of words.

    Args:
        codes: place in ``values``, one a row.
        values: every word that occurs; several answers to one question are joined by ``;``, and no answer is empty.
    """

    codes: NDArray[np.int32]
    values: tuple[str, ...]

    @classmethod
    def of_one(cls, value: str, count: int) -> Self:
        """The same word in every row."""
        return cls(np.zeros(count, np.int32), (value,))

    def words(self) -> NDArray[np.str_]:
        """The words themselves, one a row."""
        return np.asarray(self.values, dtype=np.str_)[self.codes]

    def word(self, row: int) -> str:
        """The word of one row."""
        return self.values[int(self.codes[row])]

    def looked_up(self, meaning: Mapping[str, int]) -> Whole:
        """What each row's word means."""
        return np.asarray([meaning[value] for value in self.values], dtype=np.int64)[self.codes]

    def is_word(self, word: str) -> Flags:
        """In which rows the word stands."""
        return np.asarray([value == word for value in self.values], dtype=np.bool_)[self.codes]

    def is_among(self, words: Container[str]) -> Flags:
        """In which rows one of the words stands, alone or among others."""
        return np.asarray([any(one in words for one in value.split(AND)) for value in self.values])[self.codes]

    def chosen(self, rows: slice | NDArray[Any]) -> Self:
        """Some rows, in that order."""
        return replace(self, codes=self.codes[rows])


@dataclass(frozen=True)
class People:
    """Columns of equal length.

    Args:
        person: who; one person may have several rows, and no fold or comparison may part them.
        user_group: codes of `braid.contracts.codes.UserGroup`.
        pence_per_week: what the agreed package costs the council a week; None where nobody has one yet, or it is told
            by the year.
        points_thousandths: net points by domain, where the file states them.
        answers: by question.
        informal_help: none, some, most or all, by domain.
        willing_and_able: ``yes``, ``no`` or ``not_asked``.
        specialist_minutes_per_day: by code of the rate card.
        days_per_week: how often each kind of day comes, by kind; together 7, or nothing where nobody told. Empty where
            nobody in the file told.
        reassessed: a reassessment of the person's needs is recorded since the current sum was set.
        equality: age band, sex and the like, by name: never an input of a sum, only of figures about fairness.
        synthetic: nobody in the file is a real person.
        told_pence_per_year: what the agreed package costs a year, where it is told so.
        answers_by_day: by kind of day and question, the answers of such a day where they are other than ``answers``;
            empty where they are the same.
    """

    person: Coded
    user_group: Coded
    pence_per_week: Whole | None
    points_thousandths: Mapping[str, Whole]
    answers: Mapping[str, Coded]
    informal_help: Mapping[str, Coded]
    willing_and_able: Coded
    specialist_minutes_per_day: Mapping[str, Whole]
    days_per_week: Mapping[str, Whole]
    reassessed: Flags
    equality: Mapping[str, Coded]
    synthetic: bool
    told_pence_per_year: Whole | None = None
    answers_by_day: Mapping[str, Mapping[str, Coded]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.person.codes)

    def help_with(self, domain: str) -> Coded:
        """What family and friends do in a domain; none where the file says nothing."""
        return self.informal_help.get(domain) or Coded.of_one(NO_HELP, len(self))

    @property
    def pence_per_year(self) -> Whole | None:
        """What the agreed package costs a year of 52 weeks; None where nobody has one yet."""
        if self.told_pence_per_year is not None or self.pence_per_week is None:
            return self.told_pence_per_year
        return self.pence_per_week * WEEKS_PER_YEAR

    def chosen(self, rows: slice | NDArray[Any]) -> Self:
        """Some rows, in that order."""
        return replace(self, **{one.name: _rows_of(getattr(self, one.name), rows) for one in fields(self)})


def _rows_of(column: Any, rows: slice | NDArray[Any]) -> Any:
    if isinstance(column, Coded):
        return column.chosen(rows)
    if isinstance(column, np.ndarray):
        return column[rows]
    if isinstance(column, Mapping):
        return {name: _rows_of(inner, rows) for name, inner in column.items()}
    return column
