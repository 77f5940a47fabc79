"""Which facts the fund's decisions may rest on, and which of them are still needed.

Facts of rare circumstances are asked for by the rule that meets the circumstance; those of most people are listed here,
so that all are named at once.
"""

from datetime import date
from functools import cache

from services.funding_streams.domain.adapter import Case
from services.funding_streams.domain.decision import SUPPORTING_PEOPLE
from services.funding_streams.domain.eras import ILF_LAST_DAY, ILF_WORK_RULE_FIRST_DAY, SUPPORTING_PEOPLE_LAST_DAY
from services.funding_streams.streams.independent_living_fund.eligibility import PRIORITY_FIRST_DAY, WORK_FACT

#: New applicants in Scotland from this day. A test holds it to the rule file.
SCOTLAND_REOPENED_ON = date(2024, 4, 1)

COST = ("qualifying_support_hours_per_week", "qualifying_support_pence_per_hour")
MEANS = ("incomes", "receives_income_support", "housing_costs_pence_per_week", "date_of_birth")
CAPITAL = ("capital_pence", "household", "partner_capital_pence")
NEW_APPLICANT = ("at_risk_of_residential_care", "can_live_at_home_six_months")
COUNCIL_ELSEWHERE = ("net_council_budget_pence_per_week", "council_charge_pence_per_week")
#: Asked for where there is Supporting People money.
SUPPORT_TAKEN_OVER = "supporting_people_meets_pence_per_week"
#: Of few people: asked for where a rule meets them.
RARE = (
    "weeks_in_uk_of_last_52",
    "benefit_appeal_running",
    "ilf_asks_for_more_hours",
    "ilf_award_pence_per_week",
    "ilf_protected_from_contribution",
)
#: Taken where they are given and asked for of nobody; a step tells what is taken where they are not.
TAKEN_IF_GIVEN = ("lives_in", "employer_costs_pence_per_week")
USER = ("ilf_existing_user", "ilf_applied_on")


def facts_of(on: date) -> tuple[str, ...]:
    """Return every fact that may matter to a decision on that day."""
    common = (*USER, "dla_care_rate", *CAPITAL, *MEANS, *COST, *RARE, *TAKEN_IF_GIVEN)
    if on > ILF_LAST_DAY:
        new = ("receives_self_directed_support",) if on >= SCOTLAND_REOPENED_ON else ()
        return (*common, *COUNCIL_ELSEWHERE, *new)
    work = (WORK_FACT,) if on >= PRIORITY_FIRST_DAY else ()
    support = (SUPPORT_TAKEN_OVER,) if on <= SUPPORTING_PEOPLE_LAST_DAY else ()
    return ("uk_resident", *common, *NEW_APPLICANT, *work, *support)


def still_needed(case: Case) -> tuple[str, ...]:
    """Return the facts, rare ones apart, that the assessment lacks and that may still matter."""
    known, has_ended = case.facts.values, case.on > ILF_LAST_DAY
    existing = known.get("ilf_existing_user")
    support = case.decisions.get(SUPPORTING_PEOPLE)
    wanted = _wanted(
        has_ended,
        existing if isinstance(existing, bool) else None,
        must_work=not has_ended and existing is not True and _must_work(case),
        has_support=support is not None and support.amount_pence > 0,
        is_single=known.get("household") == "single",
        on_income_support=known.get("receives_income_support") is True,
    )
    if wanted <= known.keys():
        return ()
    return tuple(name for name in facts_of(case.on) if name in wanted and name not in known)


@cache
def _wanted(
    has_ended: bool,
    existing: bool | None,
    *,
    must_work: bool,
    has_support: bool,
    is_single: bool,
    on_income_support: bool,
) -> frozenset[str]:
    if has_ended and not existing:
        # Nobody new, save in Scotland; where that scheme is open its own rules ask.
        return frozenset({"ilf_existing_user"})
    wanted = {"ilf_existing_user", "dla_care_rate", *CAPITAL, *MEANS, *COST}
    if existing is not False:
        wanted.add("ilf_applied_on")
    if has_ended:
        wanted |= set(COUNCIL_ELSEWHERE)
    else:
        wanted.add("uk_resident")
        wanted |= set() if existing else {*NEW_APPLICANT, *((WORK_FACT,) if must_work else ())}
        wanted |= {SUPPORT_TAKEN_OVER} if has_support else set()
    if is_single:
        wanted.discard("partner_capital_pence")
    if on_income_support:
        wanted.discard("housing_costs_pence_per_week")
        if existing:
            wanted.discard("date_of_birth")
    return frozenset(wanted)


def _must_work(case: Case) -> bool:
    """Whether a new applicant must work, by the day of the application or, before there is one, of the decision."""
    applied_on = case.facts.date("ilf_applied_on") if "ilf_applied_on" in case.facts.values else case.on
    return min(applied_on, case.on) >= ILF_WORK_RULE_FIRST_DAY
