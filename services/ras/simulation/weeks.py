"""Good and bad days of a whole population: each different week is told to the domain once."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from services.ras.domain.allocation import AllocationTable
from services.ras.domain.good_and_bad_days import DAYS_IN_WEEK, DayProfile
from services.ras.population.people import KINDS_OF_DAY, People

Week = tuple[DayProfile, ...]
BASE = DAYS_IN_WEEK + 1


@dataclass(frozen=True)
class Weeks:
    """Everybody's week.

    Args:
        place: in ``different``, one a row.
        different: a number for each week that occurs, the same number for the same week wherever it occurs.
    """

    place: NDArray[np.int32]
    different: tuple[int, ...]


def weeks_of(table: AllocationTable, people: People) -> Weeks:
    """The weeks that a table prices; one that prices no days has one week for all."""
    if table.days is None or not people.days_per_week:
        return Weeks(np.zeros(len(people), np.int32), (0,))
    key = np.zeros(len(people), np.int64)
    for kind in KINDS_OF_DAY:
        key = key * BASE + people.days_per_week[kind]
    there = np.flatnonzero(np.bincount(key))
    places = np.zeros(there[-1] + 1, np.int32)
    places[there] = np.arange(len(there))
    return Weeks(places[key], tuple(there.tolist()))


@cache
def week(number: int) -> Week:
    """A week as the domain takes it, by its number."""
    days = {}
    for kind in reversed(KINDS_OF_DAY):
        number, days[kind] = divmod(number, BASE)
    return day_profiles({kind: days[kind] for kind in KINDS_OF_DAY})


def day_profiles(days: Mapping[str, int]) -> Week:
    """Days a week by kind as the domain takes them; empty where nobody told how the days differ."""
    return tuple(DayProfile(kind, count) for kind, count in days.items() if count)
