"""What a person is told to look at, and how the forecast comes about."""

from datetime import date, timedelta

import pytest

from services.ledger.domain.watching.alerts import AlertKind, Cause, HeldMoney, ItemActual, causes, changes
from services.ledger.domain.watching.comparison import against_plan
from services.ledger.domain.watching.forecast import FundMovement, FundPosition, forecast
from services.ledger.domain.watching.settings import WATCHING_BOUNDS, WatchingSettings
from tests.ledger.spending.builders import ASC, FIRST_DAY, LAST_DAY, an_id, an_item

DEFAULT = WatchingSettings()
YEAR = 5_200_00


def a_position(
    *movements: FundMovement,
    awarded: int = YEAR,
    held: int = 0,
    advanced: int = 0,
    ends_on: date = LAST_DAY,
) -> FundPosition:
    return FundPosition(
        an_id("fund"), ASC, "Adult social care", FIRST_DAY, ends_on, awarded, held, advanced, tuple(movements)
    )


def weekly(pence: int, weeks: int, *, held: int = 0) -> tuple[FundMovement, ...]:
    return tuple(FundMovement(FIRST_DAY + timedelta(weeks=week), pence, held) for week in range(weeks))


def kinds(found: list[Cause]) -> list[AlertKind]:
    return [cause.kind for cause in found]


def test_a_forecast_shows_its_sum() -> None:
    fund = a_position(*weekly(10_000, 13), held=50_000)
    on = FIRST_DAY + timedelta(days=13 * 7 - 1)

    expected = forecast(fund, on, DEFAULT)

    assert [(line.text, line.pence) for line in expected.lines] == [
        ("Spent by 30 August 2009", 130_000),
        ("Held for agreed items and still to be paid", 50_000),
        ("The other spending going on as since 8 June 2009: £1,200.00 in 84 days, for 273 more days", 390_000),
    ]
    assert (expected.spent_pence, expected.left_pence) == (570_000, -50_000)


def test_what_was_held_is_no_part_of_the_trend() -> None:
    fund = a_position(*weekly(10_000, 12, held=10_000), held=400_000)

    assert forecast(fund, FIRST_DAY + timedelta(weeks=12), DEFAULT).lines[2].pence == 0


def test_on_the_last_day_nothing_is_to_come() -> None:
    fund = a_position(*weekly(10_000, 52))

    assert forecast(fund, LAST_DAY, DEFAULT).spent_pence == YEAR
    assert forecast(fund, LAST_DAY + timedelta(days=90), DEFAULT).spent_pence == YEAR


def test_spending_as_planned_raises_nothing() -> None:
    fund = a_position(*weekly(10_000, 20))
    item = ItemActual(an_item(pence=10_000), 200_000)

    assert causes([fund], [item], [], FIRST_DAY + timedelta(weeks=19, days=1), DEFAULT) == []


def test_spending_too_fast_is_told_with_what_will_be_short() -> None:
    found = causes([a_position(*weekly(13_000, 20))], [], [], FIRST_DAY + timedelta(weeks=20, days=-1), DEFAULT)

    assert kinds(found) == [AlertKind.OVERSPEND]
    assert "will be £1,560.00 short by 30 May 2010" in found[0].text


def test_the_first_weeks_say_nothing_about_the_year() -> None:
    fund = a_position(*weekly(50_000, 3))

    assert causes([fund], [], [], FIRST_DAY + timedelta(weeks=3), DEFAULT) == []


def test_a_fund_that_nobody_spends_asks_after_the_person() -> None:
    on = FIRST_DAY + timedelta(weeks=8)

    found = causes([a_position()], [], [], on, DEFAULT)

    assert kinds(found) == [AlertKind.QUIET, AlertKind.UNDERSPEND]
    assert "Is the person getting the support" in found[0].text
    assert AlertKind.QUIET not in kinds(causes([a_position()], [], [], on - timedelta(days=1), DEFAULT))


@pytest.mark.parametrize(("advanced", "is_told"), [(80_000, False), (80_001, True)])
def test_more_than_eight_weeks_worth_in_the_account_is_told(advanced: int, is_told: bool) -> None:
    # 5,200.00 over 364 days is 100.00 a week.
    fund = a_position(*weekly(10_000, 9), advanced=advanced)

    found = causes([fund], [], [], FIRST_DAY + timedelta(weeks=9), DEFAULT)

    assert (AlertKind.SURPLUS in kinds(found)) is is_told


def test_money_that_ends_soon_is_told_with_what_is_unspent() -> None:
    fund = a_position(*weekly(10_000, 50))

    found = causes([fund], [], [], LAST_DAY - timedelta(days=42), DEFAULT)

    assert [cause.text for cause in found if cause.kind is AlertKind.ENDS_SOON] == [
        "Adult social care ends on 30 May 2010, in 42 days, with £200.00 not yet spent."
    ]
    assert AlertKind.ENDS_SOON not in kinds(causes([fund], [], [], LAST_DAY - timedelta(days=43), DEFAULT))


def test_one_payment_early_is_no_overspend_of_an_item_and_two_are() -> None:
    on = FIRST_DAY + timedelta(weeks=4)
    planned = 5 * 20_000

    early = causes([], [ItemActual(an_item(), planned + 20_000)], [], on, DEFAULT)
    twice = causes([], [ItemActual(an_item(), planned + 40_000)], [], on, DEFAULT)

    assert (kinds(early), kinds(twice)) == ([], [AlertKind.ITEM_OVERSPEND])


def test_money_held_past_an_early_end_is_flagged_and_not_dropped() -> None:
    # L15: the award now ends on 30 June, and 360.00 are held for July.
    fund = a_position(*weekly(18_000, 4), awarded=72_000, held=36_000, ends_on=date(2009, 6, 30))
    held = HeldMoney(an_id("commitment"), fund.fund_id, 36_000, date(2009, 7, 31))

    found = causes([fund], [], [held], date(2009, 6, 20), DEFAULT)

    flagged = next(cause for cause in found if cause.kind is AlertKind.HELD_PAST_THE_END)
    assert (flagged.about, flagged.pence) == (held.commitment_id, 36_000)


def test_a_cause_is_told_once_and_cleared_when_it_has_gone() -> None:
    quiet = Cause(AlertKind.QUIET, an_id("fund"), "Quiet.", 1)
    worse = Cause(AlertKind.QUIET, an_id("fund"), "Quiet for longer.", 2)

    first = changes([quiet], [])
    again = changes([worse], [quiet.key])
    gone = changes([], [quiet.key])

    assert (first.raised, first.cleared) == ((quiet,), ())
    assert (again.raised, again.cleared) == ((), ())
    assert (gone.raised, gone.cleared) == ((), (quiet.key,))


def test_planned_against_actual_adds_up_to_the_budget() -> None:
    on = FIRST_DAY + timedelta(weeks=2)
    compared = against_plan([ItemActual(an_item(), 50_000)], [a_position(*weekly(20_000, 3))], on)

    item = compared.items[0]
    assert (item.planned_pence, item.difference_pence, item.to_come_pence) == (60_000, -10_000, 49 * 20_000)
    assert (compared.spent_pence, compared.unplanned_pence, compared.awarded_pence) == (60_000, 10_000, YEAR)


def test_every_setting_has_bounds_that_hold_its_default() -> None:
    assert set(WATCHING_BOUNDS) == set(vars(DEFAULT))
    for name, figure in vars(DEFAULT).items():
        assert WATCHING_BOUNDS[name].least <= figure <= WATCHING_BOUNDS[name].most
