"""What would mend a shortage: cheapest first, and each proven."""

from dataclasses import replace
from datetime import date

from services.ledger.domain.braiding.funding import fund, unpaid_pence
from services.ledger.domain.braiding.mends import Alternative, Mend, MendKind, mends
from services.ledger.domain.braiding.plan import PERMITTED, Per, Plan
from services.ledger.domain.braiding.shortages import shortages
from tests.ledger.braiding.plans import SOLVERS, a_fund, a_minimum, a_plan_over_time, an_item, permits


def mends_of(whole: Plan, *alternatives: Alternative) -> list[Mend]:
    plan = whole.of_confirmed_money()
    short = shortages(fund(plan, SOLVERS), SOLVERS)[0]
    return list(mends(plan, short, SOLVERS, alternatives=alternatives, whole=whole))


def what(found: list[Mend]) -> list[tuple[MendKind, str, int]]:
    return [(one.kind, one.subject_id, one.pence) for one in found]


SHORT = Plan(
    [an_item("shower", 1_200_000), an_item("care", 800_000)],
    [a_fund("DFG", 900_000, 1), a_fund("ASC", 1_000_000, 2)],
    permits({"shower": ["DFG"], "care": ["ASC"]}),
)


def test_less_of_an_item_more_money_or_no_item_mend_a_shortage_cheapest_first() -> None:
    assert what(mends_of(SHORT)) == [
        (MendKind.SHRINK, "shower", 300_000),
        (MendKind.MONEY, "DFG", 300_000),
        (MendKind.DROP, "shower", 1_200_000),
    ]


def test_another_way_of_having_the_item_costs_nothing_and_comes_first() -> None:
    plan = replace(SHORT, funds=[a_fund("DFG", 900_000, 1), a_fund("ASC", 1_100_000, 2)])
    exception = Alternative("shower", MendKind.EXCEPTION, "Ask for an exception.", {"ASC": PERMITTED})
    useless = Alternative("shower", MendKind.USE, "Call it care.", {})

    assert what(mends_of(plan, exception, useless))[0] == (MendKind.EXCEPTION, "shower", 0)
    assert MendKind.USE not in {one.kind for one in mends_of(plan, exception, useless)}


def test_an_award_that_is_not_confirmed_would_mend_it() -> None:
    waiting = a_fund("grant", 300_000, 1, label="The grant", confirmed=False)
    allowances = {**SHORT.allowances, **permits({"shower": ["grant"]})}

    first = mends_of(replace(SHORT, funds=[*SHORT.funds, waiting], allowances=allowances))[0]

    assert (first.kind, first.text) == (MendKind.CONFIRM, "The grant confirms its £3,000.00 a year.")


def test_an_item_is_moved_into_the_days_of_a_fund_that_may_pay_for_it() -> None:
    plan = Plan(
        [an_item("course", 500, per=Per.ONCE, starts_on=date(2010, 3, 1), ends_on=date(2010, 3, 31))],
        [a_fund("grant", 500, ends_on=date(2009, 12, 31))],
        permits({"course": ["grant"]}),
    )

    first = mends_of(plan)[0]

    assert (first.kind, first.pence) == (MendKind.DATES, 0)
    assert first.text == "Have course on other days: 1 December 2009 to 31 December 2009."


def test_a_little_more_of_the_councils_input_opens_the_fund_that_asks_for_it() -> None:
    days = {"ends_on": date(2010, 4, 4)}
    plan = Plan(
        [an_item("care", 70_000, per=Per.WEEK, **days)],
        [
            a_fund("ILF", 47_500, 1, per=Per.WEEK_ON_AVERAGE, **days),
            a_fund("ASC", 30_000, 2, per=Per.WEEK, label="Social care", **days),
        ],
        permits({"care": ["ILF", "ASC"]}),
        minimums=[a_minimum("input", "ILF", 34_000, "ASC", per=Per.WEEK_ON_AVERAGE, **days)],
    )

    first = mends_of(plan)[0]

    assert (first.kind, first.pence, first.text) == (MendKind.MONEY, 208_000, "Social care pays £40.00 a week more.")


def test_every_mend_ends_its_shortage() -> None:
    kinds = set()
    for seed in range(24):
        plan = a_plan_over_time(seed)
        before = unpaid_pence(plan, SOLVERS)
        for short in shortages(fund(plan, SOLVERS), SOLVERS):
            found = mends(plan, short, SOLVERS)
            kinds |= {one.kind for one in found}

            assert [one.pence for one in found] == sorted(one.pence for one in found), f"seed {seed}"
            for one in found:
                assert fund(one.plan, SOLVERS).unpaid_pence <= before - short.missing_pence, f"seed {seed}"
    assert kinds >= {MendKind.SHRINK, MendKind.MONEY, MendKind.DROP, MendKind.DATES}
