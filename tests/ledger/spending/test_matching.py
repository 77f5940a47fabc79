"""Which item a payment is for."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ledger.domain.spending.attribution import in_order_given
from services.ledger.domain.spending.consideration import consider, refunded_spend
from services.ledger.domain.spending.matching import match, told_twice
from services.ledger.domain.spending.money_out import Source, words_of_name
from services.ledger.domain.spending.planned_items import ItemCadence
from services.ledger.domain.spending.queries import QueryKind
from services.ledger.domain.spending.settings import (
    SPENDING_BOUNDS,
    SettingRefused,
    SpendingSettings,
    settings_with,
)
from tests.ledger.spending.builders import FIRST_DAY, LAST_DAY, a_room, a_spend, an_id, an_item

DEFAULT = SpendingSettings()


def test_a_weekly_wage_is_matched_by_name_sum_and_day_and_says_so() -> None:
    item = an_item()

    found = match(a_spend(), [item], DEFAULT)

    assert found.item_id == item.item_id
    assert [one.words for one in found.candidates[0].evidence] == [
        "The payee is Maria Kowalska.",
        "The sum is the £200.00 that is due.",
        "It was due on 1 June 2009.",
    ]


@pytest.mark.parametrize(
    "payee", ["KOWALSKA MARIA", "Card payment to María Kowalska", "M Maria Kowalska Ltd", "Maria Kowalskaa"]
)
def test_banks_write_names_in_their_own_way(payee: str) -> None:
    assert match(a_spend(payee=payee), [an_item()], DEFAULT).item_id is not None


@pytest.mark.parametrize("payee", ["Mark Kowalski", "Maria", "Corner shop", ""])
def test_somebody_else_is_not_taken_for_the_payee(payee: str) -> None:
    assert match(a_spend(payee=payee), [an_item()], DEFAULT).candidates == ()


def test_sum_and_day_alone_never_make_a_match() -> None:
    assert match(a_spend(payee="Bookmaker"), [an_item()], DEFAULT).item_id is None


def test_a_reference_makes_a_match_where_the_payee_is_a_till() -> None:
    item = an_item("Gym", payees=("City Leisure",), references=("MEM-4711",), pence=2_000)
    spend = a_spend(2_000, payee="SUMUP *0042", reference="DD MEM 4711 JUNE")

    assert match(spend, [item], DEFAULT).item_id == item.item_id


def test_one_payment_may_settle_four_weeks() -> None:
    found = match(a_spend(80_000), [an_item()], DEFAULT)

    assert "4 times the £200.00" in found.candidates[0].evidence[1].words


def test_two_items_for_one_payee_are_told_apart_by_their_sums() -> None:
    care, driving = an_item(), an_item("Driving", pence=4_500, use="travel.other")

    assert match(a_spend(4_500), [care, driving], DEFAULT).item_id == driving.item_id


def test_two_items_that_come_close_go_to_a_person_with_what_speaks_for_each() -> None:
    items = {one.item_id: one for one in (an_item(), an_item("Evenings with Maria"))}

    considered = consider(a_spend(), items, (), lambda _: [a_room(advanced=99_999)], lambda _: in_order_given, DEFAULT)

    assert considered.attribution is None
    assert considered.finding is not None
    assert considered.finding.kind is QueryKind.SEVERAL_ITEMS
    assert len(considered.finding.reasons) == 2


def test_the_order_of_the_items_changes_nothing() -> None:
    items = [an_item(), an_item("Driving", pence=4_500), an_item("Gym", payees=("City Leisure",))]

    forward, backward = match(a_spend(), items, DEFAULT), match(a_spend(), items[::-1], DEFAULT)

    assert forward == backward


def test_an_item_of_another_time_is_not_meant() -> None:
    late = a_spend(on=LAST_DAY + timedelta(days=DEFAULT.days_around + 1))

    assert match(late, [an_item()], DEFAULT).candidates == ()


def test_what_fits_nothing_is_asked_of_the_person() -> None:
    considered = consider(a_spend(payee="Bookmaker"), {}, (), lambda _: [], lambda _: in_order_given, DEFAULT)

    assert considered.finding is not None
    assert (considered.finding.kind, considered.finding.pence) == (QueryKind.NO_ITEM, 20_000)
    assert considered.finding.reasons == ("No item of the plan fits £200.00 to Bookmaker on 1 June 2009.",)


@pytest.mark.parametrize(("pence", "is_set_aside"), [(300, True), (301, False)])
def test_a_council_may_leave_small_sums_unasked(pence: int, is_set_aside: bool) -> None:
    settings = settings_with(DEFAULT, SPENDING_BOUNDS, {"ask_above_pence": 300})

    considered = consider(a_spend(pence, payee="Corner shop"), {}, (), lambda _: [], lambda _: in_order_given, settings)

    assert considered.is_set_aside is is_set_aside
    assert (considered.finding is None) is is_set_aside


@pytest.mark.parametrize("given", [{"ask_above_pence": 5_001}, {"answer_days": 6}, {"generosity": 1}])
def test_settings_stay_within_their_bounds(given: dict[str, int]) -> None:
    with pytest.raises(SettingRefused):
        settings_with(DEFAULT, SPENDING_BOUNDS, given)


def test_every_setting_has_bounds_that_hold_its_default() -> None:
    assert settings_with(DEFAULT, SPENDING_BOUNDS, vars(DEFAULT)) == DEFAULT
    assert set(SPENDING_BOUNDS) == set(vars(DEFAULT))


def test_the_same_payment_on_a_card_feed_and_a_statement_is_suspect() -> None:
    feed = a_spend(source=Source.CARD_FEED)

    assert told_twice(a_spend(on=FIRST_DAY + timedelta(days=2)), [feed], an_item(), DEFAULT) == feed


def test_a_weekly_wage_paid_twice_in_three_days_is_suspect_and_two_coffees_are_not() -> None:
    first, again = a_spend(name="first"), a_spend(on=FIRST_DAY + timedelta(days=3), name="again")

    assert told_twice(again, [first, again], an_item(), DEFAULT) == first
    assert told_twice(again, [first, again], None, DEFAULT) is None


def test_next_week_s_wage_is_not_suspect() -> None:
    next_week = a_spend(on=FIRST_DAY + timedelta(days=7))

    assert told_twice(next_week, [a_spend()], an_item(), DEFAULT) is None


def test_money_that_came_back_belongs_to_the_nearest_spend_that_is_large_enough() -> None:
    early = a_spend(5_000, FIRST_DAY, "City Leisure")
    small = a_spend(1_000, FIRST_DAY + timedelta(days=20), "City Leisure")
    later = a_spend(5_000, FIRST_DAY + timedelta(days=10), "CITY LEISURE LTD")
    back = a_spend(-1_250, FIRST_DAY + timedelta(days=30), "City Leisure")

    assert refunded_spend(back, [early, small, later], DEFAULT) == later


@pytest.mark.parametrize("payee", ["Council direct payments", ""])
def test_a_pay_in_is_nobody_s_refund(payee: str) -> None:
    back = a_spend(-1_250, FIRST_DAY + timedelta(days=30), payee)

    assert refunded_spend(back, [a_spend(5_000), a_spend(5_000, payee="")], DEFAULT) is None


@pytest.mark.parametrize(
    ("cadence", "days"),
    [
        (ItemCadence.WEEKLY, [1, 8, 15, 22, 29]),
        (ItemCadence.FORTNIGHTLY, [1, 15, 29]),
        (ItemCadence.FOUR_WEEKLY, [1, 29]),
        (ItemCadence.MONTHLY, [1]),
        (ItemCadence.ONE_OFF, [1]),
    ],
)
def test_an_item_is_due_by_its_cadence(cadence: ItemCadence, days: list[int]) -> None:
    due = an_item(cadence=cadence).due_days(date(2009, 6, 30))

    assert list(due) == [date(2009, 6, day) for day in days]


def test_the_31st_is_the_last_day_of_a_shorter_month_and_comes_back() -> None:
    item = an_item(cadence=ItemCadence.MONTHLY, starts_on=date(2010, 12, 31), ends_on=date(2011, 3, 31))

    assert list(item.due_days(date(2011, 12, 31))) == [
        date(2010, 12, 31),
        date(2011, 1, 31),
        date(2011, 2, 28),
        date(2011, 3, 31),
    ]


def test_a_name_without_any_word_is_no_name() -> None:
    assert words_of_name("CARD PAYMENT TO THE CO. LTD") == ()
    assert match(a_spend(payee="Card payment"), [an_item(payees=("The Company Ltd",))], DEFAULT).candidates == ()


def test_ids_are_as_the_tests_say() -> None:
    assert an_item().item_id == an_id("Maria, my assistant")


@given(
    cadence=st.sampled_from(list(ItemCadence)),
    starts=st.integers(0, 400),
    length=st.integers(0, 900),
    asked=st.integers(-60, 1_500),
)
def test_the_nearest_due_day_is_the_nearest_of_all(cadence: ItemCadence, starts: int, length: int, asked: int) -> None:
    first = FIRST_DAY + timedelta(days=starts)
    item = an_item(cadence=cadence, starts_on=first, ends_on=first + timedelta(days=length))
    on = FIRST_DAY + timedelta(days=asked)

    assert item.nearest_due_day(on) == min(item.due_days(item.ends_on), key=lambda due: (abs((due - on).days), due))
