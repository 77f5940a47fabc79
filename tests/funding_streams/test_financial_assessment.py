"""The financial assessment: what is left to a person, what counts, and what a council may and may not decide."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from services.funding_streams.domain.decision import Decision, Status
from services.funding_streams.domain.errors import MissingFact, SettingRefused, UnknownSetting
from services.funding_streams.domain.facts import Income
from services.funding_streams.domain.financial_assessment.assessment import assess
from services.funding_streams.domain.financial_assessment.care_home import CareHomeStay, charge_in_care_home
from services.funding_streams.domain.financial_assessment.free_support import SupportItem, SupportKind, chargeable_cost
from services.funding_streams.domain.financial_assessment.protected_income import protected_income
from services.funding_streams.domain.financial_assessment.same_income import tell_income_charged_elsewhere
from services.funding_streams.domain.working import Working
from services.funding_streams.rule_files import rule_files
from services.funding_streams.streams.adult_social_care.rules import AdultSocialCare

from .builders import NO_FACT, a_case, a_council, incomes, pence, social_care_of, whole_pence

PILOT_2007 = date(2007, 6, 1)
CARE_ACT = date(2025, 6, 1)
PREFIX = "adult_social_care."
#: Means that allow a charge in either era, below the cost of the support.
CHARGED = {
    "weekly": "500",
    "incomes": incomes(universal_credit="250", severe_disability_premium="48.45", dla_care_highest="110.40"),
}


def decide(on: date = CARE_ACT, council: dict[str, Any] | None = None, **changes: Any) -> Decision:
    named = {f"{PREFIX}{name}": value for name, value in (council or {}).items()}
    return AdultSocialCare().decide(a_case(on, council=named, **(CHARGED | changes)))


def charge(on: date = CARE_ACT, council: dict[str, Any] | None = None, **changes: Any) -> Fraction:
    """Return the weekly charge in pence."""
    decision = decide(on, council, **changes)
    assert decision.status is Status.CONFIRMED, [step.text for step in decision.trace]
    return Fraction(decision.contribution_pence, 52)


def told(decision: Decision, code: str) -> str:
    step = decision.step(code)
    assert step is not None, [step.code for step in decision.trace]
    return step.text


# -- what must be left, by household


@pytest.mark.parametrize(
    ("on", "changes", "protected"),
    [
        (PILOT_2007, {"date_of_birth": "1982-06-01", "incomes": []}, "73.9375"),
        (PILOT_2007, {"date_of_birth": "1982-06-02", "incomes": []}, "58.5625"),
        # Half of 92.80, with a quarter more.
        (PILOT_2007, {"household": "couple", "incomes": []}, "58"),
        (PILOT_2007, {"household": "couple", "date_of_birth": "1940-01-01"}, "113.5625"),
        # 59.15 + family 16.43 + two children at 47.45 + one disabled child 46.69, with a quarter more.
        (PILOT_2007, {"incomes": [], "dependent_children": 2, "disabled_children": 1}, "271.4625"),
        # 59.15 + carer 27.15, with a quarter more.
        (PILOT_2007, {"incomes": [], "entitled_to_carers_allowance": True}, "107.875"),
        (CARE_ACT, {"incomes": []}, "112.50"),
        (CARE_ACT, {"incomes": [], "dependent_children": 2}, "318.40"),
        (CARE_ACT, {"incomes": [], "entitled_to_carers_allowance": True}, "165.75"),
        (CARE_ACT, {"incomes": [], "household": "couple"}, "88.35"),
        (CARE_ACT, {"incomes": [], "household": "couple", "dependent_children": 1}, "191.30"),
        (CARE_ACT, {"incomes": [], "household": "couple", "partner_date_of_birth": "1950-01-01"}, "177.60"),
        (CARE_ACT, {"incomes": [], "date_of_birth": "1950-01-01", "dependent_children": 1}, "335.55"),
        (date(2024, 6, 1), {"incomes": [], "date_of_birth": "2003-02-01", "dependent_children": 1}, "211.85"),
    ],
    ids=[
        "25 today",
        "25 tomorrow",
        "half a couple",
        "half a couple of pension age",
        "a lone parent of two, one disabled",
        "a carer before the Care Act",
        "single",
        "a lone parent of two",
        "a carer",
        "a member of a couple",
        "a member of a couple with a child",
        "the partner alone has pension age",
        "a lone parent of pension age",
        "a lone parent of 21",
    ],
)
def test_what_must_be_left_follows_age_household_and_children(
    on: date, changes: dict[str, Any], protected: str
) -> None:
    assert protected_income(Working(a_case(on, **changes))) == pence(protected)


def test_the_parts_of_what_must_be_left_are_told_one_by_one() -> None:
    text = told(decide(dependent_children=2, entitled_to_carers_allowance=True), "protected_income")

    assert "lone parent £112.50" in text
    assert "carer premium £53.25" in text
    assert "for a child £205.90 (2 at £102.95)" in text


def test_a_couple_is_told_that_the_partners_age_was_not_known() -> None:
    assert "partner's date of birth is not known" in told(decide(household="couple"), "protected_income.partner")


@pytest.mark.parametrize(
    ("on", "changes", "figure"),
    [
        (date(2026, 6, 1), {"household": "couple"}, "minimum_income_guarantee_couple_below_pension_age"),
        (date(2026, 6, 1), {"dependent_children": 1}, "minimum_income_guarantee_child"),
        (date(2026, 6, 1), {"entitled_to_carers_allowance": True}, "minimum_income_guarantee_carer_premium"),
        (date(2012, 6, 1), {"dependent_children": 1}, "benefits.family_premium"),
        (date(2004, 6, 1), {"entitled_to_carers_allowance": True}, "benefits.carer_premium"),
    ],
)
def test_a_rate_that_was_not_read_leaves_the_decision_open_by_name(
    on: date, changes: dict[str, Any], figure: str
) -> None:
    decision = decide(on, **changes)

    assert decision.status is Status.UNDECIDED
    assert any(figure in step.text for step in decision.trace)


@pytest.mark.parametrize("name", ["dependent_children", "entitled_to_carers_allowance"])
def test_family_is_asked_for_unless_capital_settles_the_charge(name: str) -> None:
    left_out: dict[str, Any] = {name: NO_FACT}

    assert decide(**left_out).missing_facts == (name,)
    assert decide(**left_out, capital_pence=2_325_001).missing_facts == ()


def test_disabled_children_are_asked_for_only_where_there_are_children_before_the_care_act() -> None:
    for on, children, missing in [
        (PILOT_2007, 1, ("disabled_children",)),
        (PILOT_2007, 0, ()),
        (CARE_ACT, 1, ()),
    ]:
        assert decide(on, dependent_children=children, disabled_children=NO_FACT).missing_facts == missing


# -- what counts, and what is taken off


def test_incomes_are_told_by_name_with_their_sums() -> None:
    text = told(decide(incomes=incomes(dla_care_highest="110.40", pip_mobility="77.05")), "means.income")

    assert "disability living allowance, care (highest rate) £110.40" in text
    assert "Left out: personal independence payment, mobility £77.05." in text
    assert "_" not in text


def test_the_sum_for_nights_counts_only_where_the_council_pays_for_nights() -> None:
    day, night = (charge(PILOT_2007, council_funds_night_care=pays) for pays in (False, True))

    assert night - day == 6_450 - 4_315


def test_no_more_is_left_out_for_nights_than_is_received() -> None:
    decision = decide(
        PILOT_2007, capital_pence=2_100_000, incomes=incomes(attendance_allowance_higher="10", other="200")
    )

    assert "£10.00 a week for nights" in told(decision, "means.night_element")


def test_costs_are_taken_off_line_by_line() -> None:
    decision = decide(housing_costs_pence_per_week=1_500, disability_related_expenditure_pence_per_week=2_000)

    assert "£15.00" in told(decision, "means.housing_costs")
    assert "£20.00" in told(decision, "means.disability_costs")


def test_the_charge_is_rounded_half_up_to_the_penny_once() -> None:
    # 200.00 less 1.25 times 59.15 is 126.0625; two weeks at 126.06 and not at 126.0625.
    assert (
        charge(PILOT_2007, incomes=incomes(income_support="200"), disability_related_expenditure_pence_per_week=0)
        == 12_606
    )


# -- capital at its boundaries


@pytest.mark.parametrize(
    ("operator", "capital", "full_cost"),
    [
        ("exceeds", 2_325_000, False),
        ("exceeds", 2_325_001, True),
        ("at_or_above", 2_324_999, False),
        ("at_or_above", 2_325_000, True),
    ],
)
def test_the_reading_of_the_upper_limit_is_the_councils(operator: str, capital: int, full_cost: bool) -> None:
    decision = decide(council={"capital_operator": operator}, incomes=[], capital_pence=capital)

    assert (decision.contribution_pence == decision.amount_pence) is full_cost


def test_a_council_may_set_a_higher_capital_limit_and_never_a_lower_one() -> None:
    higher, lower = ({"capital_limit_upper_pence": limit} for limit in (3_000_000, 1_500_000))

    assert decide(council=higher, incomes=[], capital_pence=2_900_000).contribution_pence == 0
    assert decide(council=lower, incomes=[], capital_pence=2_000_000).contribution_pence == 0


def test_who_pays_the_full_cost_under_the_care_act_is_told_when_the_council_arranges_support() -> None:
    assert any("where the person asks for it" in one for one in decide(capital_pence=3_000_000).conditions)
    assert not any("where the person asks for it" in one for one in decide(capital_pence=0).conditions)


# -- what is left to councils


def test_a_council_may_charge_a_share_of_what_is_available() -> None:
    whole, share = charge(), charge(council={"charging_percentage": 60})

    assert share == whole * Fraction(60, 100)


@pytest.mark.parametrize(("own", "assessed"), [(700, NO_FACT), (700, 900), (900, 700)])
def test_the_lower_limit_holds_where_setting_and_assessment_both_have_one(own: int, assessed: Any) -> None:
    assert charge(council={"charge_limit_pence_per_week": own}, charge_limit_pence_per_week=assessed) == 700


def test_a_councils_guarantee_can_raise_what_is_left_and_never_lower_it() -> None:
    for guarantee, step in ((30_000, True), (100, False)):
        decision = decide(council={"local_income_guarantee_pence_per_week": guarantee})
        assert (decision.step("protected_income.council_guarantee") is not None) is step
    assert charge(council={"local_income_guarantee_pence_per_week": 100}) == charge()


def test_a_council_may_add_to_what_is_left() -> None:
    assert charge() - charge(council={"income_guarantee_extra_pence_per_week": 500}) == 500


def test_a_council_may_leave_out_further_incomes() -> None:
    council = {"incomes_disregarded": ("severe_disability_premium",)}

    assert charge() - charge(council=council) == whole_pence("48.45")
    assert "Left out: severe disability premium £48.45" in told(decide(council=council), "means.income")


def test_night_care_is_not_asked_about_where_the_council_treats_nights_alike() -> None:
    for treatment in ("ignored", "counted"):
        assert decide(council={"night_element": treatment}, council_funds_night_care=NO_FACT).missing_facts == ()
    ignored, counted = (charge(council={"night_element": one}) for one in ("ignored", "counted"))
    assert ignored == charge(council_funds_night_care=False)
    assert counted == charge(council_funds_night_care=True)


def test_sums_for_nights_cannot_always_be_counted_before_the_care_act() -> None:
    assert charge(PILOT_2007, {"night_element": "counted"}) == charge(PILOT_2007)


def test_a_standard_sum_for_disability_costs_is_a_floor_for_who_has_a_benefit_for_care() -> None:
    council = {"disability_costs_standard_pence_per_week": 1_800}

    assert charge() - charge(council=council) == 800
    assert charge(council=council, disability_related_expenditure_pence_per_week=2_500) == charge(
        disability_related_expenditure_pence_per_week=2_500
    )
    without: dict[str, Any] = {
        "incomes": incomes(state_pension="250"),
        "disability_related_expenditure_pence_per_week": 0,
    }
    assert charge(council=council, **without) == charge(**without)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("charging_percentage", 101),
        ("charge_limit_pence_per_week", -1),
        ("facs_threshold", "none"),
        ("capital_operator", "below"),
        ("incomes_disregarded", ("capital",)),
        ("incomes_disregarded", ("other", "other")),
        ("night_element", "half"),
        ("income_guarantee_extra_pence_per_week", -500),
        ("disability_costs_standard_pence_per_week", None),
    ],
)
def test_a_choice_that_the_law_does_not_leave_open_is_refused(setting: str, value: Any) -> None:
    with pytest.raises(SettingRefused, match=setting):
        a_council({f"{PREFIX}{setting}": value})


@pytest.mark.parametrize(
    "name",
    [
        "capital_limit_lower",
        "capital_limit_upper",
        "minimum_income_guarantee_single_pension_age",
        "incomes_counted",
        "tariff_step",
        "care_act_outcomes_needed",
        "intermediate_care_free_weeks",
        "personal_expenses_allowance",
    ],
)
def test_what_the_law_fixes_is_no_setting(name: str) -> None:
    with pytest.raises(UnknownSetting):
        a_council({f"{PREFIX}{name}": 1})


def test_every_setting_tells_where_it_comes_from() -> None:
    for name, declared in rule_files().council_defaults.declared.items():
        assert declared.meaning, name
        assert declared.citation, name


# -- care homes, and what is free


def test_in_a_care_home_the_councils_higher_limit_for_support_at_home_does_not_hold() -> None:
    case = a_case(CARE_ACT, council={f"{PREFIX}capital_limit_upper_pence": 9_000_000})

    assert charge_in_care_home(Working(case), CareHomeStay(80_000, 2_325_001, ())) == 80_000


def test_in_a_care_home_earnings_and_mobility_benefits_are_left_out() -> None:
    stay = CareHomeStay(80_000, 0, (Income("earnings", 20_000), Income("pip_mobility", 7_705), Income("other", 10_000)))

    assert charge_in_care_home(Working(a_case(CARE_ACT)), stay) == 10_000 - 3_065


def test_who_has_less_than_the_personal_allowance_pays_nothing_in_a_care_home() -> None:
    stay = CareHomeStay(80_000, 0, (Income("other", 3_000),))

    assert charge_in_care_home(Working(a_case(CARE_ACT)), stay) == 0


@pytest.mark.parametrize(
    ("item", "charged_for"),
    [
        (SupportItem(SupportKind.COMMUNITY_EQUIPMENT, 250_000), 0),
        (SupportItem(SupportKind.MINOR_ADAPTATION, 100_000), 0),
        (SupportItem(SupportKind.MINOR_ADAPTATION, 100_001), 100_001),
        (SupportItem(SupportKind.SECTION_117_AFTERCARE, 50_000), 0),
        (SupportItem(SupportKind.FOR_CREUTZFELDT_JAKOB_DISEASE, 50_000), 0),
        (SupportItem(SupportKind.INTERMEDIATE_CARE, 84_000, days=42), 0),
        (SupportItem(SupportKind.INTERMEDIATE_CARE, 86_000, days=43), 2_000),
        (SupportItem(SupportKind.CARE, 20_000), 20_000),
    ],
)
def test_what_is_free_is_left_out_of_the_cost_that_is_charged_for(item: SupportItem, charged_for: int) -> None:
    assert chargeable_cost([item], rule_files().figures, CARE_ACT) == charged_for


# -- the same income in several tests


def test_a_decision_says_where_another_stream_charges_the_same_income() -> None:
    separate, netted = (Working(a_case(decisions=social_care_of("200", charge="30"))) for _ in range(2))
    tell_income_charged_elsewhere(separate)
    tell_income_charged_elsewhere(netted, taken_off=("adult_social_care",))

    (alone,), (less,) = separate.steps, netted.steps
    assert "£30.00 a week" in alone.text
    assert "does not take that charge off" in alone.text
    assert "is taken off here" in less.text


def test_nothing_is_said_where_nobody_else_charges() -> None:
    working = Working(a_case(decisions=social_care_of("200")))
    tell_income_charged_elsewhere(working)

    assert working.steps == []


def test_an_assessment_without_capital_names_what_it_lacks() -> None:
    with pytest.raises(MissingFact, match="capital_pence"):
        assess(Working(a_case(capital_pence=NO_FACT)))


def test_a_case_that_is_not_traced_is_assessed_alike() -> None:
    case = a_case(dependent_children=2, entitled_to_carers_allowance=True)
    quick = replace(case, traced=False)

    assert assess(Working(case)) == assess(Working(quick))
