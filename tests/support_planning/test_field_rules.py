"""The field's own rules over plans: each finding, its weight and its source, at its boundaries."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest

from services.support_planning.checking import of_the_field
from services.support_planning.content import Content, plan_of
from services.support_planning.council_choices import from_file
from services.support_planning.domain.field_rules.care_homes import most_nights_together
from services.support_planning.domain.field_rules.employing import Figures, on_costs
from services.support_planning.domain.field_rules.prices import Price
from services.support_planning.domain.findings import Finding, Weight
from services.support_planning.domain.plan import PayeeKind, Stay, Unit, pence_in_a_year
from services.support_planning.rule_files import NoFigureThatEarly, figures_on, rules_on
from tests.support_planning.desk import an_item, content

CATALOGUE = {
    "pa-hour": Price(
        "pa-hour", "PA", "care.personal", Unit.HOUR, PayeeKind.PERSONAL_ASSISTANT, 700, 850, 1100,
        {"moorland": (800, 1000, 1300)},
    )
}  # fmt: skip
NOVEMBER_2009, JUNE_2015 = date(2009, 11, 16), date(2015, 6, 1)
PA = {"kind": "personal_assistant", "reference": "pa-1", "relation": "not_related"}


def found(told: Mapping[str, Any], on: date = NOVEMBER_2009) -> dict[str, Finding]:
    """Findings by code of a plan's content, by the law of a day."""
    return {one.code: one for one in of_the_field(*_seen(told), CATALOGUE, on)}


def _seen(told: Mapping[str, Any]) -> tuple[Content, Any]:
    kept = Content.model_validate(told)
    return kept, plan_of(kept)


def test_a_plan_that_lacks_nothing_has_no_finding() -> None:
    assert found(content(an_item())) == {}


@pytest.mark.parametrize(
    ("relation", "same_household", "use", "barred"),
    [
        ("spouse_or_partner", False, "care.personal", True),
        ("close_relative", True, "care.personal", True),
        ("close_relative", None, "care.personal", True),
        ("close_relative", False, "care.personal", False),
        ("other_relative", True, "care.personal", False),
        ("friend", True, "care.personal", False),
        ("spouse_or_partner", True, "equipment.daily_living", False),
    ],
)
def test_relatives_are_paid_for_care_only_where_it_is_necessary(
    relation: str, same_household: bool | None, use: str, barred: bool
) -> None:
    payee = {"kind": "family_or_friend", "relation": relation, "same_household": same_household}

    told = found(content(an_item(use, payee=payee)), JUNE_2015)

    assert ("relative_paid" in told) is barred
    if barred:
        assert told["relative_paid"].weight is Weight.STOPS
        assert "2014/2871" in told["relative_paid"].citation


def test_a_relative_who_manages_the_money_is_paid_only_under_the_care_act_and_only_where_necessary() -> None:
    payee = {"kind": "family_or_friend", "relation": "close_relative", "same_household": True}
    told = content(an_item(), an_item("employing.payroll", payee=payee))

    assert "relative_paid" not in found(told, NOVEMBER_2009)
    assert found(told, JUNE_2015)["relative_paid"].unconfirmed


def stays(*starts_and_nights: tuple[int, int]) -> list[Stay]:
    return [Stay(date(2009, 7, 6) + timedelta(days=start), nights) for start, nights in starts_and_nights]


@pytest.mark.parametrize(
    ("told", "nights"),
    [
        (stays((0, 28)), 28),
        (stays((0, 29)), 29),
        # 27 days between them: they count together; 28: they do not.
        (stays((0, 14), (41, 15)), 29),
        (stays((0, 14), (42, 15)), 15),
        # Each less than four weeks after the one before.
        (stays((0, 10), (30, 10), (60, 10)), 30),
        (stays((60, 10), (0, 10), (30, 10)), 30),
        # One each four weeks: a year of 365 days holds thirteen of two nights, and the first night of a fourteenth.
        (stays(*((at, 2) for at in range(0, 700, 28))), 27),
        ([], 0),
    ],
)
def test_stays_in_a_care_home_are_added_together(told: list[Stay], nights: int) -> None:
    assert most_nights_together(told, gap_days=28, window_days=365) == nights


@pytest.mark.parametrize(("nights", "stopped"), [(28, False), (29, True)])
def test_more_than_four_weeks_in_a_care_home_stop_a_plan(nights: int, stopped: bool) -> None:
    stay = [{"starts_on": "2009-08-01", "nights": nights}]
    item = an_item("respite.residential", 8500, nights, unit="night", cadence="one_off", stays=stay)

    assert ("stays_too_long" in found(content(item))) is stopped


def test_health_care_is_told_to_be_the_health_services() -> None:
    told = found(content(an_item(), an_item("health.therapy")), JUNE_2015)["health_care"]

    assert (told.weight, told.citation) == (Weight.NOTES, "Care Act 2014, section 22")


@pytest.mark.parametrize(
    ("one", "other", "twice"),
    [
        ({}, {}, True),
        ({}, {"use": "community.access"}, False),
        ({}, {"need_ids": []}, False),
        ({"days": ["monday"]}, {"days": ["monday", "friday"]}, True),
        ({"days": ["monday"]}, {"days": ["friday"]}, False),
        ({"ends_on": "2009-12-31"}, {"starts_on": "2010-01-01"}, False),
        ({"ends_on": "2010-01-01"}, {"starts_on": "2010-01-01"}, True),
        ({}, {"unit_pence": 0}, False),
    ],
)
def test_one_need_is_paid_for_once_at_a_time(one: dict[str, Any], other: dict[str, Any], twice: bool) -> None:
    told = found(content(an_item(**one), an_item(**other)))

    assert ("paid_twice" in told) is twice


def test_a_need_that_is_met_without_money_is_not_paid_for_without_a_word() -> None:
    needs = [{"need_id": "washing", "text": "Washing", "met_without_money": "My sister helps, and wants to"}]

    assert found(content(an_item(), needs=needs))["met_already"].weight is Weight.ASKS


def test_a_need_that_nothing_meets_stops_a_plan() -> None:
    needs = [{"need_id": "washing", "text": "Washing"}, {"need_id": "night", "text": "Turning at night"}]

    assert "Turning at night" in found(content(an_item(), needs=needs))["need_not_met"].text


@pytest.mark.parametrize(
    ("area", "pence", "code"),
    [
        (None, 699, "below_local_price"),
        (None, 700, None),
        (None, 1100, None),
        (None, 1101, "above_local_price"),
        ("moorland", 799, "below_local_price"),
        ("moorland", 800, None),
        ("moorland", 1300, None),
    ],
)
def test_prices_are_held_to_what_things_cost_there(area: str | None, pence: int, code: str | None) -> None:
    told = found(content(an_item(unit_pence=pence, payee=PA), area=area))

    assert {"below_local_price", "above_local_price"} & told.keys() == ({code} if code else set())


def test_a_price_that_is_too_low_tells_what_is_missing_in_the_year() -> None:
    told = found(content(an_item(unit_pence=650, payee=PA)))["below_local_price"]

    assert told.pence == 52 * 10 * (850 - 650)


#: No National Insurance on this, and no pension yet: 52 weeks of 85 pounds, and 5.6 weeks' holiday on 46.4 worked.
WAGES, HOLIDAY = 52 * 8500, 53345


def test_employing_costs_holidays_and_what_the_law_of_the_day_adds() -> None:
    plan = plan_of(Content.model_validate(content(an_item(unit_pence=850, payee=PA))))

    costs = on_costs(plan, figures_on(NOVEMBER_2009))

    assert (costs.wages, costs.holiday, costs.insurance, costs.pension) == (WAGES, HOLIDAY, 0, 0)


def test_national_insurance_is_on_what_each_worker_earns_above_the_threshold_less_the_allowance() -> None:
    one, two = an_item(units=20), an_item(units=20)
    figures = Figures(1000, 10_000, 0, 0, 0, 0, 0, 0)
    same = plan_of(Content.model_validate(content({**one, "payee": PA}, {**two, "payee": PA})))
    apart = plan_of(
        Content.model_validate(content({**one, "payee": PA}, {**two, "payee": {**PA, "reference": "pa-2"}}))
    )

    # 400 pounds a week: a tenth of what is above 100 pounds of one worker, or of each of two.
    assert on_costs(same, figures).insurance == 52 * 3_000
    assert on_costs(apart, figures).insurance == 52 * 2_000
    assert on_costs(same, Figures(1000, 10_000, 10**9, 0, 0, 0, 0, 0)).insurance == 0


def test_an_employers_plan_says_what_it_leaves_out() -> None:
    told = found(content(an_item(unit_pence=850, payee=PA)))

    assert {"employer_costs_missing", "no_employers_insurance", "no_payroll"} <= told.keys()
    assert told["employer_costs_missing"].pence == HOLIDAY


def test_an_employers_plan_with_everything_in_it_says_nothing_of_it() -> None:
    items = (
        an_item(unit_pence=850, payee=PA),
        an_item("employing.on_costs", HOLIDAY, 1, unit="item", cadence="one_off", payee=None),
        an_item("employing.insurance", 7500, 1, unit="item", cadence="one_off", payee=None),
    )
    holdings = [{"holding_id": "mine", "way": "direct_payment", "payroll_by": "payroll_service"}]

    assert found(content(*items, holdings=holdings)) == {}


@pytest.mark.parametrize(("pence", "on", "stopped"), [(579, NOVEMBER_2009, True), (580, NOVEMBER_2009, False)])
def test_nobody_is_planned_below_the_minimum_wage(pence: int, on: date, stopped: bool) -> None:
    assert ("below_minimum_wage" in found(content(an_item(unit_pence=pence, payee=PA)), on)) is stopped


@pytest.mark.parametrize(("way", "weight"), [("trust", Weight.ASKS), ("provider_account", Weight.NOTES)])
def test_who_holds_the_money_and_is_paid_from_it_is_told(way: str, weight: Weight) -> None:
    holdings = [{"holding_id": "h", "way": way, "holder_reference": "helper-1"}]

    assert found(content(an_item(), holdings=holdings))["paid_from_what_they_manage"].weight is weight


def test_who_helped_to_plan_and_is_paid_from_it_is_told_unless_for_the_planning() -> None:
    broker = {"kind": "supplier", "reference": "broker-1"}

    told = found(content(an_item(payee=broker), an_item("brokerage", payee=broker), planned_with="broker-1"))

    assert len(told["planned_by_who_is_paid"].item_ids) == 1


@pytest.mark.parametrize(
    ("days", "pence"),
    [(364, 52_000), (365, 53_000), (182, 52_143), (728, 52_143)],
)
def test_a_year_of_a_plan_is_what_limits_are_held_to(days: int, pence: int) -> None:
    ends_on = (date(2009, 7, 6) + timedelta(days=days - 1)).isoformat()
    plan = plan_of(Content.model_validate(content(an_item(unit_pence=1000, units=1), ends_on=ends_on)))

    assert pence_in_a_year(plan) == pence


def test_what_is_bought_once_counts_whole_however_long_the_plan_is() -> None:
    once = an_item(unit_pence=90_000, units=1, cadence="one_off", unit="item")
    plan = plan_of(Content.model_validate(content(once, ends_on="2009-10-04")))

    assert pence_in_a_year(plan) == 90_000


def test_every_rule_and_figure_has_its_source_and_none_is_known_before_its_time() -> None:
    assert all(rule.citation for rule in rules_on(JUNE_2015).values())
    assert "relative_who_manages" not in rules_on(NOVEMBER_2009)
    with pytest.raises(NoFigureThatEarly):
        figures_on(date(2003, 1, 31))


def test_the_example_councils_prices_are_in_order_and_each_for_a_use_of_the_taxonomy() -> None:
    from braid.contracts.uses import Use

    assert {price["use"] for price in from_file("catalogue")["prices"]} <= {use.value for use in Use}


def test_whatever_rests_on_a_recorded_decision_is_asked_about() -> None:
    told = found(content(an_item(exceptions=["exceptional_circumstances"])))

    assert told["exception_asked"].weight is Weight.ASKS
