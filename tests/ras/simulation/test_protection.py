"""Transitional protection holds for any population, any rule and any year."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ras.domain.errors import TableNotSound
from services.ras.domain.protection import Phasing, ShareOf, phased
from services.ras.domain.sums import shared
from services.ras.population.people import Whole
from services.ras.simulation.protection import lawful_targets, priced, sums_by_year
from services.ras.simulation.protection_rule import PaidBy, Protection

SUMS = st.lists(st.tuples(st.integers(1, 10_000_000), st.integers(0, 10_000_000)), min_size=1, max_size=30)
SHARES = st.fractions(0, 1, max_denominator=100)
PHASINGS = st.builds(
    Phasing, most_lost_a_year=SHARES, share_of=st.sampled_from(ShareOf), years=st.integers(1, 20), floor=SHARES
)
RULES = st.builds(Protection, phasing=PHASINGS, paid_by=st.sampled_from(PaidBy))


def columns(sums: list[tuple[int, int]]) -> tuple[Whole, Whole]:
    starting, target = np.asarray(sums, np.int64).T
    return starting, target


def a_rule(most_lost_a_year: Fraction, years: int, paid_by: PaidBy = PaidBy.COUNCIL, floor: str = "0") -> Protection:
    return Protection(Phasing(most_lost_a_year, years=years, floor=Fraction(floor)), paid_by)


@given(sums=SUMS, phasing=PHASINGS)
def test_everybody_at_once_gets_the_pence_of_each_alone(sums: list[tuple[int, int]], phasing: Phasing) -> None:
    starting, target = columns(sums)
    together = sums_by_year(starting, target, Protection(phasing))

    for place, (before, after) in enumerate(sums):
        alone = phased(before, after, phasing)
        later = [after] * (len(together) - len(alone))
        assert [int(year[place]) for year in together] == [*alone, *later]


@given(sums=SUMS, rule=RULES)
def test_nobody_is_ever_outside_the_way_from_their_sum_to_their_target(
    sums: list[tuple[int, int]], rule: Protection
) -> None:
    starting, target = columns(sums)

    for year in sums_by_year(starting, target, rule):
        assert (np.minimum(starting, target) <= year).all()
        assert (year <= np.maximum(starting, target)).all()


@given(sums=SUMS, rule=RULES)
def test_protected_sums_never_rise_from_year_to_year_and_end_at_the_target(
    sums: list[tuple[int, int]], rule: Protection
) -> None:
    starting, target = columns(sums)
    losing = target < starting

    years = sums_by_year(starting, target, rule)

    for before, after in pairwise(years):
        assert (after[losing] <= before[losing]).all()
    assert years[-1].tolist() == target.tolist()


@given(sums=SUMS, rule=RULES)
def test_what_protection_costs_is_paid_by_the_council_or_by_gains_to_the_penny(
    sums: list[tuple[int, int]], rule: Protection
) -> None:
    starting, target = columns(sums)
    gains = int(np.maximum(target - starting, 0).sum())

    for year in priced(starting, target, rule):
        assert year.pence == int(target.sum()) + year.council_pence
        if rule.paid_by is PaidBy.GAINS:
            assert year.council_pence == max(0, year.cost_pence - gains)
        else:
            assert year.council_pence == year.cost_pence


def test_gains_wait_by_the_same_share_as_the_domain_shares_pennies() -> None:
    starting = np.asarray([1000, 0, 0, 0])
    target = np.asarray([900, 50, 30, 7])
    rule = a_rule(Fraction(1, 20), years=1, paid_by=PaidBy.GAINS)

    first = sums_by_year(starting, target, rule)[0]

    waiting = shared(50, {"a": Fraction(50), "b": Fraction(30), "c": Fraction(7)})
    assert first.tolist() == [950, *(gain - wait for gain, wait in zip((50, 30, 7), waiting.values(), strict=True))]


def test_a_floor_stops_a_fall_while_protection_lasts_and_no_longer() -> None:
    rule = a_rule(Fraction(1, 4), years=3, floor="3/5")

    sums = [int(year[0]) for year in sums_by_year(np.asarray([1000]), np.asarray([100]), rule)]

    assert sums == [750, 600, 600, 100]


def test_a_sum_with_part_of_a_penny_is_rounded_half_up_and_never_twice() -> None:
    sums = sums_by_year(np.asarray([105]), np.asarray([0]), a_rule(Fraction(1, 10), years=3))

    assert [int(year[0]) for year in sums] == [95, 84, 74, 0], "94.5, 84 and 73.5 are kept"


def test_gains_come_at_once_where_the_council_pays() -> None:
    sums = sums_by_year(np.asarray([100]), np.asarray([900]), a_rule(Fraction(0), years=5))

    assert [year.tolist() for year in sums] == [[900]]


def test_a_rise_needs_no_reassessment_and_a_fall_does() -> None:
    starting, target = np.asarray([100, 100, 100]), np.asarray([150, 50, 50])

    allowed, refused = lawful_targets(starting, target, np.asarray([False, False, True]))

    assert (allowed.tolist(), refused.tolist()) == ([150, 100, 50], [False, True, False])


@pytest.mark.parametrize(
    ("share", "years", "floor"), [("1.1", 4, "0"), ("-0.1", 4, "0"), ("0.1", 0, "0"), ("0.1", 21, "0"), ("0.1", 4, "2")]
)
def test_a_rule_that_makes_no_sense_is_refused(share: str, years: int, floor: str) -> None:
    with pytest.raises(TableNotSound):
        Phasing(Fraction(share), years=years, floor=Fraction(floor))


def test_a_floor_and_holding_harmless_need_an_end() -> None:
    for share, floor in (("0", "0"), ("0.1", "0.5")):
        with pytest.raises(TableNotSound):
            Phasing(Fraction(share), floor=Fraction(floor))


def test_what_is_priced_needs_a_last_year() -> None:
    with pytest.raises(TableNotSound, match="number of years"):
        Protection(Phasing(Fraction(1, 10)))
