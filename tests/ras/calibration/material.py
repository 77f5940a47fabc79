"""The twelve people of case S4, and people made up for tests."""

from functools import lru_cache

import numpy as np

from services.ras.calibration.methods import METHODS, Fit, Settings
from services.ras.calibration.past_people import PastPeople, past_people
from services.ras.named_tables import NamedTable, named_table
from services.ras.population.people import People
from services.ras.population.synthetic import Noise, synthetic_people

POINTS = (8, 12, 15, 20, 22, 27, 31, 36, 40, 47, 55, 64)
POUNDS = (55, 40, 110, 90, 160, 150, 140, 320, 260, 420, 700, 640)
#: Bands 0-15, 16-30, 31-45, 46-70.
BANDS = Settings(band_starts=(0, 16, 31, 46))


def people_of_s4() -> PastPeople:
    return of_points([1000 * points for points in POINTS], [100 * pounds for pounds in POUNDS])


def of_points(thousandths: list[int], pence_per_week: list[int], person: list[int] | None = None) -> PastPeople:
    """People of whom only points in one domain are known."""
    return PastPeople(
        person=np.asarray(person or range(len(thousandths)), np.int64),
        user_group=np.full(len(thousandths), "older_people"),
        points_thousandths=np.asarray(thousandths, np.int64)[:, None],
        domains=("everything",),
        levels=(),
        reached=np.zeros((len(thousandths), 0)),
        pence_per_week=np.asarray(pence_per_week, np.int64),
        lines_pence_per_week=np.zeros(len(thousandths)),
        synthetic=True,
    )


def fitted(code: str, past: PastPeople | None = None) -> Fit:
    return METHODS[code].fit(past or people_of_s4(), BANDS)


@lru_cache
def base() -> NamedTable:
    return named_table("example-council:1")


@lru_cache
def made_up(count: int = 400, seed: int = 1, unseen: float = 0.6) -> People:
    rates = {code: int(rate.pence_per_hour) for code, rate in base().table.rate_card.rates.items()}
    return synthetic_people(base().table.scoring, rates, count, seed, Noise(unseen=unseen))


@lru_cache
def past(count: int = 400, seed: int = 1) -> PastPeople:
    return past_people(made_up(count, seed), base().table)
