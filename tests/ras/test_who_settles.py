"""What is left to a practitioner, and what is an approver's: the sums that are told are those that the rule keeps."""

from contextlib import suppress
from fractions import Fraction
from uuid import UUID

from hypothesis import example, given
from hypothesis import strategies as st

from services.ras.domain.errors import SomebodyElseMustDecide
from services.ras.domain.packages import PackageLine, Unit
from services.ras.domain.settlement import (
    NO_RULE,
    DecidedBy,
    Grounds,
    Indicative,
    Proposal,
    SettlementRule,
    SoftLimit,
    left_to_practitioner,
    settle,
)

ASSESSMENT = UUID(int=1)
#: Sums of whole weeks, so that a line of a package can come to each.
WEEKLY = st.integers(0, 200_000).map(lambda pence: pence * 52)
TOLERANCES = st.fractions(0, 1, max_denominator=40)


def a_practitioner_settles(rule: SettlementRule, assessed: int, final: int) -> bool:
    line = PackageLine("Support", Fraction(1), Unit.WEEK, Fraction(final, 52))
    lower = Grounds.LOWER_PRICE if final < assessed else None
    with suppress(SomebodyElseMustDecide):
        settle(
            rule,
            Indicative(ASSESSMENT, 1, Fraction(10), assessed),
            Proposal((line,), "Why", DecidedBy.PRACTITIONER, lower),
        )
        return True
    return False


@given(tolerance=TOLERANCES, assessed=WEEKLY, limit=WEEKLY, final=WEEKLY)
@example(tolerance=Fraction(1, 20), assessed=520_000, limit=10_000_000, final=520_000 + 26_000)
@example(tolerance=Fraction(1, 20), assessed=520_000, limit=10_000_000, final=520_000 + 26_052)
@example(tolerance=Fraction(1, 20), assessed=520_000, limit=104_000, final=520_000)
@example(tolerance=Fraction(1, 20), assessed=520_000, limit=520_000, final=520_000)
def test_a_practitioner_settles_exactly_the_sums_that_are_told(
    tolerance: Fraction, assessed: int, limit: int, final: int
) -> None:
    rule = SettlementRule(tolerance, (SoftLimit(limit, "a team's own"),))
    told = left_to_practitioner(rule, assessed)

    assert a_practitioner_settles(rule, assessed, final) == (told is not None and told[0] <= final <= told[1])


def test_without_a_figure_of_the_table_every_figure_is_an_approvers() -> None:
    assert left_to_practitioner(SettlementRule(Fraction(1, 2)), None) is None


def test_without_a_rule_a_practitioner_settles_the_indicative_figure_alone() -> None:
    assert left_to_practitioner(NO_RULE, 1_000) == (1_000, 1_000)
