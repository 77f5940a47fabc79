"""Made-up people: the same for the same seed, shaped as the facts say, and never taken for real ones."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy.stats import skew, spearmanr

from services.ras.population.people import People, Whole
from services.ras.population.people_files import write_people
from services.ras.simulation.scoring import scored
from tests.ras.calibration.material import base, made_up

MANY = 6000


def costs(people: People) -> Whole:
    assert people.pence_per_week is not None
    return people.pence_per_week


def points(people: People) -> Whole:
    return scored(base().table.scoring, people).total()


def test_the_same_seed_makes_the_same_people_and_another_does_not() -> None:
    made_up.cache_clear()
    first = made_up(300, 5)
    made_up.cache_clear()
    again = made_up(300, 5)

    assert costs(first).tolist() == costs(again).tolist()
    assert {name: column.codes.tolist() for name, column in first.answers.items()} == {
        name: column.codes.tolist() for name, column in again.answers.items()
    }
    assert costs(first).tolist() != costs(made_up(300, 6)).tolist()


def test_costs_are_skewed_with_a_long_tail() -> None:
    cost = costs(made_up(MANY))

    assert np.mean(cost) > 1.5 * np.median(cost)
    assert skew(np.log(cost)) < skew(cost)
    assert np.quantile(cost, 0.99) > 8 * np.median(cost)


def test_most_sums_are_agreed_in_round_pounds() -> None:
    cost = costs(made_up(MANY))

    assert 0.7 < (cost % 500 == 0).mean() < 0.8
    assert 0.1 < (cost % 5000 == 0).mean() < 0.35
    assert (cost > 0).all()


def test_more_need_costs_more_in_every_user_group() -> None:
    people = made_up(MANY)

    for code, group in enumerate(people.user_group.values):
        who = people.user_group.codes == code
        assert spearmanr(points(people)[who], costs(people)[who]).statistic > 0.6, group


def test_groups_have_the_shares_that_were_set() -> None:
    counts = np.bincount(made_up(MANY).user_group.codes) / MANY

    assert counts.tolist() == pytest.approx([0.52, 0.19, 0.20, 0.09], abs=0.02)


def test_days_change_most_with_mental_ill_health_and_impairments_and_such_weeks_cost_more() -> None:
    people = made_up(MANY)
    changing = np.sum(list(people.days_per_week.values()), axis=0) == 7
    often = {
        group: changing[people.user_group.codes == code].mean() for code, group in enumerate(people.user_group.values)
    }

    assert (people.days_per_week["bad"][changing] > 0).all()
    assert often["mental_health"] > 0.35
    assert often["physical_or_sensory_impairment"] > 0.2
    assert max(often["older_people"], often["learning_disability"]) < 0.15
    for group in ("mental_health", "physical_or_sensory_impairment"):
        who = people.user_group.is_word(group)
        per_point = costs(people) / np.maximum(points(people), 1)
        assert np.median(per_point[who & changing]) > np.median(per_point[who & ~changing])


def test_simple_tables_do_about_as_badly_as_published_ones() -> None:
    """The noise was set so: a line explained 0.43 to 0.49 of the differences in Florida."""
    people = made_up(MANY)
    correlation = np.corrcoef(points(people), costs(people))[0, 1]

    assert 0.35 < correlation**2 < 0.60


def test_every_row_and_the_file_itself_say_that_nobody_is_real(tmp_path: Path) -> None:
    write_people(made_up(), tmp_path / "people.parquet")

    frame = pl.read_parquet(tmp_path / "people.parquet")
    assert frame["synthetic"].unique().to_list() == ["yes"]
    assert pl.read_parquet_metadata(tmp_path / "people.parquet")["synthetic"] == "yes"
    assert frame["person"].str.starts_with("synthetic-").all()
