"""A scenario adds up, compares like with like, and leaves nobody out."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from services.ras.domain.protection import Phasing
from services.ras.population.people import People
from services.ras.simulation import scenario as scenarios
from services.ras.simulation.protection_rule import Protection
from services.ras.simulation.report import report
from services.ras.simulation.results import as_data, by_person
from services.ras.simulation.scenario import NothingToCompare, Question, cliffs, simulate
from tests.ras.calibration.material import base, made_up
from tests.ras.material import a_table


def people() -> People:
    return made_up(600)


def all_reassessed() -> People:
    return replace(people(), reassessed=np.ones(600, np.bool_))


def test_groups_and_tenths_hold_everybody_once() -> None:
    worked_out = simulate(people(), Question(base().table))
    everybody, *groups = worked_out.groups

    for parts in (groups, worked_out.deciles):
        assert sum(part.people for part in parts) == everybody.people == 600
        assert sum(part.for_a_person for part in parts) == everybody.for_a_person
        assert (
            sum(part.gained_pence - part.lost_pence for part in parts) == everybody.after_pence - everybody.before_pence
        )


def test_what_everybody_gains_and_loses_is_the_change_of_the_total() -> None:
    worked_out = simulate(all_reassessed(), Question(base().table))
    everybody = worked_out.groups[0]

    assert worked_out.total_pence - int(worked_out.before.sum()) == everybody.gained_pence - everybody.lost_pence
    assert everybody.winners > 0
    assert everybody.losers > 0


def test_who_has_no_figure_keeps_the_sum_before_in_the_total() -> None:
    worked_out = simulate(all_reassessed(), Question(base().table))
    without = ~worked_out.allocations.calculated

    assert without.any()
    assert worked_out.after[without].tolist() == worked_out.before[without].tolist()


def test_no_sum_falls_without_a_reassessment_whatever_the_protection() -> None:
    worked_out = simulate(people(), Question(base().table, protection=Protection(Phasing(Fraction(1), years=1))))
    not_reassessed = ~people().reassessed

    assert (worked_out.after >= worked_out.before)[not_reassessed].all()
    assert worked_out.refused.any()


def test_the_same_table_against_itself_moves_nobody() -> None:
    worked_out = simulate(people(), Question(base().table, before=base().table))

    assert (worked_out.groups[0].winners, worked_out.groups[0].losers) == (0, 0)


def test_other_prices_move_every_figure_exactly() -> None:
    one = simulate(people(), Question(base().table, before=base().table))
    other = simulate(people(), Question(base().table, before=base().table, uplift=Fraction(2)))
    figure = one.allocations.calculated
    lines = one.allocations.lines_pence_per_year[figure]
    doubled = 2 * (one.allocations.pence_per_year[figure] - lines) + lines
    # A sum is rounded after it is doubled, so it may differ from the doubled rounded one by a penny.
    assert np.abs(other.allocations.pence_per_year[figure] - doubled).max() <= 1


def test_working_in_parts_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[int] = []
    whole = simulate(people(), Question(base().table))
    monkeypatch.setattr(scenarios, "CHUNK", 250)

    parts = simulate(people(), Question(base().table), told.append)

    assert as_data(people(), parts) == as_data(people(), whole)
    assert told == [250, 250, 100]


def test_the_largest_cliff_of_norfolks_table_is_the_published_one() -> None:
    first = cliffs(a_table("norfolk-children").money)[0]

    assert (first.at_points, first.pence_per_year) == (171, 200_000)


def test_people_without_sums_need_a_table_to_compare_with() -> None:
    unknown = replace(people(), pence_per_week=None)

    with pytest.raises(NothingToCompare):
        simulate(unknown, Question(base().table))
    assert simulate(unknown, Question(base().table, before=base().table)).covered is None


def test_the_report_says_what_must_not_be_overlooked() -> None:
    question = Question(base().table, protection=Protection(Phasing(Fraction(1, 10), years=3)), budget_pence_per_year=1)
    worked_out = simulate(people(), question)

    page = report(people(), worked_out)

    for words in (
        "These people are made up",
        "reductions are refused",
        "above the budget",
        "What the protection costs",
    ):
        assert words in page
    assert page.count("<figure>") == page.count("The same figures as a table")


def test_every_row_of_the_results_says_that_the_people_are_synthetic() -> None:
    rows = by_person(people(), simulate(people(), Question(base().table)))

    assert rows.height == 600
    assert rows["synthetic"].all()
    assert rows["after_pence_per_year"].sum() == simulate(people(), Question(base().table)).total_pence
