"""The Independent Living Fund: a trust beside the council, closed to new people in 2010 and ended in 2015.

Source:
    The figures in ``parameters/independent_living_fund/``, each with its citation.
"""

from datetime import date
from fractions import Fraction

from services.funding_streams.domain.adapter import Case, StreamAdapter
from services.funding_streams.domain.charging import CapitalLimits, tariff_income
from services.funding_streams.domain.decision import ADULT_SOCIAL_CARE, INDEPENDENT_LIVING_FUND, Decision, Status
from services.funding_streams.domain.eras import ILF_LAST_DAY, ILF_WORK_RULE_FIRST_DAY
from services.funding_streams.domain.figures import Dated
from services.funding_streams.domain.income_guarantee import basic_income_support
from services.funding_streams.domain.money import a_week, in_pounds
from services.funding_streams.domain.settling import Award, awarded, last_day_of_award, refused, undecided
from services.funding_streams.domain.working import Working
from services.funding_streams.streams.independent_living_fund.eligibility import (
    FUND,
    TRANSFERRED_BENEFITS,
    WORK_FACT,
    Application,
    application_of,
    capital_with_partner,
    is_open,
    tests_for,
)
from services.funding_streams.streams.independent_living_fund.sums import (
    FundSums,
    available_income,
    income_over,
    meets_threshold,
    yearly_threshold,
)

STREAM = INDEPENDENT_LIVING_FUND
COMMON_FACTS = (
    "date_of_birth",
    "uk_resident",
    "dla_care_rate",
    "capital_pence",
    "household",
    "partner_capital_pence",
    "incomes",
    "receives_income_support",
    "housing_costs_pence_per_week",
    "qualifying_support_hours_per_week",
    "qualifying_support_pence_per_hour",
    "ilf_existing_user",
    "ilf_applied_on",
)
NEW_APPLICANT_FACTS = ("at_risk_of_residential_care", "can_live_at_home_six_months")

CONDITIONS = (
    "The fund is a discretionary trust: nobody is entitled to an award, and this sum is an estimate until the trustees"
    " decide.",
    "Only for personal care and domestic help, and the costs of employing; never for a relative who lives with the"
    " person.",
    "The council must keep up its own input: where other money lowers the cost, the fund's part falls.",
    "While an appeal over the benefit runs payments are suspended, not ended.",
)


class IndependentLivingFund(StreamAdapter):
    """The fund's trustees decide; this works out what they would be asked for."""

    stream = STREAM
    depends_on = (ADULT_SOCIAL_CARE,)

    def needs(self, on: date) -> tuple[str, ...]:
        """Return every fact that may matter on that day; none once the fund has ended."""
        if on > ILF_LAST_DAY:
            return ()
        work = (WORK_FACT,) if on >= ILF_WORK_RULE_FIRST_DAY else ()
        return (*COMMON_FACTS, *NEW_APPLICANT_FACTS, *work)

    def decide(self, case: Case) -> Decision:
        """Decide on what the trustees would be asked for; see `StreamAdapter`."""
        working = Working(case)
        if not working.attempt(lambda: is_open(working)):
            return refused(STREAM, working) if working.refused else undecided(STREAM, working, self._missing(case))
        applied = working.attempt(lambda: application_of(working))
        for test in tests_for(working, applied):
            working.attempt(test)
        if working.refused:
            return refused(STREAM, working, (CONDITIONS[0],))
        council_input = _council_input(working, applied)
        if working.refused:
            return refused(STREAM, working, (CONDITIONS[0],))
        sums = None
        if applied is not None and council_input is not None:
            sums = working.attempt(lambda: _sums(working, applied, council_input))
        missing = self._missing(case)
        if missing or working.missed or working.stuck or sums is None:
            return undecided(STREAM, working, missing)
        return _award(working, sums)

    def _missing(self, case: Case) -> tuple[str, ...]:
        needless = _needless(case)
        return tuple(name for name in case.facts.absent(self.needs(case.on)) if name not in needless)


def _council_input(working: Working, application: Application | None) -> Fraction | None:
    """Return the council's weekly input, tested against the threshold of a new applicant to the 1993 fund.

    Supporting People money is outside the joint package and is not counted (X3, S20).
    """
    decision = working.case.decisions.get(ADULT_SOCIAL_CARE)
    if decision is None or decision.status is Status.UNDECIDED:
        working.wait("council_input", "Adult social care must be decided first: the fund pays beside the council.")
        return None
    council_input = a_week(decision.amount_pence, decision.days)
    if application is not None:
        working.attempt(lambda: _threshold(working, application, council_input))
    return council_input


def _threshold(working: Working, application: Application, council_input: Fraction) -> None:
    text = f"The council's input is {in_pounds(council_input)} a week; Supporting People money is not counted."
    if application.existing:
        working.noted("council_input", lambda: f"{text} The threshold binds users only when they ask for more hours.")
        return
    threshold = working.case.figures.at(f"{FUND}.council_input_threshold", application.applied_on)
    a_year = in_pounds(yearly_threshold(threshold.pence))
    working.test(
        "council_input",
        meets_threshold(council_input, threshold.pence),
        lambda: f"{text} It reaches {in_pounds(threshold.pence)} a week, {a_year} over the year.",
        lambda: f"{text} It does not reach {in_pounds(threshold.pence)} a week, {a_year} over the year.",
        threshold,
    )


def _sums(working: Working, application: Application, council_input: Fraction) -> FundSums:
    facts = working.case.facts
    hours = facts.count("qualifying_support_hours_per_week")
    rate = facts.pence("qualifying_support_pence_per_hour")
    cost = Fraction(hours * rate)
    working.worked_out(
        "support_cost",
        lambda: f"{hours} hours of qualifying support at {in_pounds(rate)} cost {in_pounds(cost)} a week.",
    )
    limit = working.figure(f"{FUND}.award_limit_group_{1 if application.group_1 else 2}")
    # The joint limit is a gate at application: later growth of the council's part does not take an award away.
    joint = None if application.existing else working.figure(f"{FUND}.joint_limit")
    sums = FundSums(
        support_cost=cost,
        council_input=council_input,
        available_income=_available(working),
        council_charge=working.case.decisions[ADULT_SOCIAL_CARE].weekly_contribution,
        fund_limit=limit.pence,
        joint_limit=None if joint is None else joint.pence,
    )
    _tell(working, sums, limit, joint)
    return sums


def _available(working: Working) -> Fraction:
    facts = working.case.facts
    share = working.figure(f"{FUND}.care_component_share_percent")
    incomes = {income.code: income.pence_per_week for income in facts.incomes()}
    care, care_figures = _care_component(working, incomes)
    figures: list[Dated] = [share, *care_figures]
    if facts.yes_no("receives_income_support"):
        premium, over = Fraction(incomes.get("severe_disability_premium", 0)), Fraction(0)
        rest = f"severe disability premium {in_pounds(premium)}; nothing else counts for people on income support"
    else:
        basic, basic_figures = basic_income_support(working)
        premium, over = Fraction(0), _over(working, basic)
        figures += basic_figures
        rest = f"{in_pounds(over)} above notional income support of {in_pounds(basic)} and housing costs"
    available = available_income(care, share.whole, premium, over)
    working.worked_out(
        "available_income",
        lambda: (
            f"Available: {share.whole}% of the benefit for care, {in_pounds(care)}, and {rest}: {in_pounds(available)}"
            " a week. Earnings are ignored."
        ),
        *figures,
    )
    return available


def _over(working: Working, basic: Fraction) -> Fraction:
    from_capital = _income_from_capital(working)
    housing = Fraction(working.case.facts.pence("housing_costs_pence_per_week"))
    return income_over(working.case.facts.incomes(), from_capital, basic, housing)


def _care_component(working: Working, incomes: dict[str, int]) -> tuple[Fraction, tuple[Dated, ...]]:
    """Return the benefit for care in payment, or the rate in force where the sum is not among the incomes."""
    for code in ("dla_care_highest", *TRANSFERRED_BENEFITS):
        if incomes.get(code):
            return Fraction(incomes[code]), ()
    rate = working.figure("benefits.dla_care_highest")
    return rate.pence, (rate,)


def _income_from_capital(working: Working) -> Fraction:
    names = (f"{FUND}.capital_limit_lower", f"{FUND}.capital_limit_upper", f"{FUND}.tariff_step")
    lower, upper, step, income = (working.figure(name) for name in (*names, f"{FUND}.tariff_income_per_step"))
    limits = CapitalLimits(int(lower.pence), int(upper.pence), int(step.pence), int(income.pence))
    capital = capital_with_partner(working)
    tariff = tariff_income(capital, limits)
    text = f"Capital of {in_pounds(capital)} counts as income of {in_pounds(tariff)} a week."
    working.worked_out("income_from_capital", text, lower, step, income)
    return Fraction(tariff)


def _tell(working: Working, sums: FundSums, limit: Dated, joint: Dated | None) -> None:
    formula = working.figure(f"{FUND}.award_formula")
    working.worked_out(
        "contribution",
        lambda: (
            f"Available income {in_pounds(sums.available_income)} less the council's charge"
            f" {in_pounds(sums.council_charge)}, so that the same income is not charged twice: the person pays"
            f" {in_pounds(sums.contribution)} a week towards the support."
        ),
        formula,
    )
    working.worked_out(
        "award",
        lambda: (
            f"Cost {in_pounds(sums.support_cost)} less the council's {in_pounds(sums.council_input)} less the person's"
            f" {in_pounds(sums.contribution)}: {in_pounds(sums.uncapped)} a week."
        ),
        formula,
    )
    held = "is held to" if sums.uncapped > limit.pence else "is within"
    working.worked_out(
        "fund_limit", lambda: f"The award {held} the fund's limit of {in_pounds(limit.pence)} a week.", limit
    )
    room = sums.joint_room
    if joint is not None and room is not None:
        held = "is held to" if min(sums.uncapped, limit.pence) > room else "is within"
        text = f"Council and fund together may pay {in_pounds(joint.pence)} a week; the award {held} the"
        working.worked_out("joint_limit", lambda: f"{text} {in_pounds(room)} that this leaves.", joint)


def _needless(case: Case) -> frozenset[str]:
    """Return facts that the facts already known make needless."""
    known, needless = case.facts.values, set[str]()
    if known.get("household") == "single":
        needless.add("partner_capital_pence")
    if known.get("receives_income_support") is True:
        needless.add("housing_costs_pence_per_week")
    if known.get("ilf_existing_user") is True:
        needless |= {*NEW_APPLICANT_FACTS, WORK_FACT}
    elif known.get("ilf_existing_user") is False:
        needless.add("ilf_applied_on")
        if "ilf_applied_on" in known and case.facts.date("ilf_applied_on") < ILF_WORK_RULE_FIRST_DAY:
            needless.add(WORK_FACT)
    return frozenset(needless)


def _award(working: Working, sums: FundSums) -> Decision:
    if sums.award == 0:
        working.test("nothing_left", False, "", "Nothing is left for the fund to pay, so there is no award.")
        return refused(STREAM, working, (CONDITIONS[0],))
    conditions = list(CONDITIONS)
    conditions.append(f"The person pays {in_pounds(sums.contribution)} a week of the support from available income.")
    if sums.award < sums.uncapped:
        short = in_pounds(sums.uncapped - sums.award)
        conditions.append(f"A limit leaves {short} a week of the support without money; a person must look at that.")
    award = Award(
        pence_per_week=sums.award,
        ends_on=last_day_of_award(working.case.on, ILF_LAST_DAY),
        contribution_pence=0,
        conditions=tuple(conditions),
        status=Status.INDICATIVE,
    )
    return awarded(STREAM, working, award)
