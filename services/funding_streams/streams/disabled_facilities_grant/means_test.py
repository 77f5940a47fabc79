"""The means test: who is spared it, and what everybody else is asked to put towards the works.

    (income that counts + income from capital - applicable amount), at least nothing, through the notional loan

Source:
    SI 1996/2890 as amended by SI 2005/3323 (S153), SI 2008/1190 (S152) and SI 2008/3104 (S154), each for applications
    that fall to be approved from its first day on: so the day of the decision says which rules apply.
"""

from services.funding_streams.domain.facts import Income
from services.funding_streams.domain.income_names import DISABILITY_BENEFITS, listed
from services.funding_streams.domain.money import Exact, half_up, in_pounds
from services.funding_streams.domain.working import Working
from services.funding_streams.streams.disabled_facilities_grant.applicable_amount import (
    Household,
    applicable_amount,
)
from services.funding_streams.streams.disabled_facilities_grant.naming import figure_name
from services.funding_streams.streams.disabled_facilities_grant.notional_loan import (
    for_tenure,
    less_earlier,
    loan_bands,
)
from services.funding_streams.streams.disabled_facilities_grant.spared import is_spared

IGNORED = {"disability_benefits": DISABILITY_BENEFITS}
IGNORED["disability_benefits_and_tax_credits"] = IGNORED["disability_benefits"] | {
    "working_tax_credit",
    "child_tax_credit",
    "constant_attendance_allowance",
}
FUND = "independent_living_fund"


def assessed_contribution(working: Working) -> Exact:
    """Return what the person is asked to put towards the works, in pence, exact; it may be more than they cost.

    Raises:
        MissingFact: a fact that the test needs.
        NoValueInForce: a figure is not loaded for the day.
    """
    if is_spared(working):
        return 0
    home = Household.of(working.case)
    needed = applicable_amount(working, home)
    surplus = _income(working, home) + _income_from_capital(working, home) - needed
    if surplus <= 0:
        working.worked_out(
            "means.contribution",
            lambda: (
                f"The means are {in_pounds(-surplus)} a week below what the household needs: nothing to contribute."
            ),
            working.figure(figure_name("relevant_person")),
        )
        return 0
    return _less_earlier(working, _loan(working, surplus))


def _income(working: Working, home: Household) -> int:
    incomes = [income for of_one in home.incomes for income in of_one]
    rules = [working.figure(figure_name("incomes_ignored"))]
    ignored_codes = IGNORED[rules[0].code]
    if FUND in [income.code for income in incomes]:
        rules.append(working.figure(figure_name("fund_payments_ignored")))
        ignored_codes = ignored_codes | {FUND}
    counted = [income for income in incomes if income.code not in ignored_codes]
    total = sum([income.pence_per_week for income in counted])

    def text() -> str:
        left_out = [income for income in incomes if income.code in ignored_codes]
        told = f" Not counted: {_named(left_out)}." if left_out else ""
        return f"Net income that counts: {_named(counted)}; {in_pounds(total)} a week.{told}"

    working.worked_out("means.income", text, *rules, working.figure(figure_name("relevant_person")))
    return total


def _named(incomes: list[Income]) -> str:
    return listed(income for income in incomes if income.pence_per_week)


def _income_from_capital(working: Working, home: Household) -> Exact:
    """Return the weekly income that capital is taken to give: a part of a step counts as a whole one."""
    facts = working.case.facts
    capital = facts.pence("capital_pence") + (facts.pence("partner_capital_pence") if home.kind == "couple" else 0)
    ignored, income = (
        working.figure(figure_name("capital_ignored")),
        working.figure(figure_name("tariff_income_per_step")),
    )
    older = working.figure(figure_name("tariff_older_years"))
    is_older = max(home.ages) >= older.whole
    step = working.figure(figure_name("tariff_step_older" if is_older else "tariff_step"))
    free, wide, each = ignored.pence, step.pence, income.pence
    tariff = -(-max(0, capital - free) // wide) * each
    if not tariff:
        working.worked_out(
            "means.capital",
            lambda: f"Capital of {in_pounds(capital)} is not above {in_pounds(free)} and counts as no income.",
            ignored,
        )
        return 0
    working.worked_out(
        "means.capital",
        lambda: (
            f"Capital of {in_pounds(capital)} counts as income of {in_pounds(tariff)} a week: {in_pounds(each)} for"
            f" each {in_pounds(wide)} or part of it above {in_pounds(free)}."
        ),
        ignored,
        step,
        income,
        older,
    )
    return tariff


def _loan(working: Working, surplus: Exact) -> Exact:
    tenure = working.case.facts.code("home_tenure")
    bands, figures = loan_bands(working.case.figures, tenure, working.case.on)
    contribution = bands.contribution(surplus)

    def text() -> str:
        used = zip(bands.parts(surplus), bands.pence_per_pound, strict=True)
        sums = " and ".join(f"{in_pounds(part)} x {in_pounds(rate)}" for part, rate in used if part)
        return (
            f"The means are {in_pounds(surplus)} a week above what the household needs. The loan that this could repay,"
            f" at so much for each pound a week: {sums}. The person contributes {in_pounds(half_up(contribution))}."
        )

    working.worked_out("means.contribution", text, *figures)
    return contribution


def _less_earlier(working: Working, contribution: Exact) -> Exact:
    """Take off what was contributed to an earlier grant for the same home."""
    facts, on = working.case.facts, working.case.on
    earlier = facts.pence_if_any("earlier_grant_contribution_pence")
    if not earlier:
        return contribution
    years = for_tenure(working.case.figures, f"look_back_years_{facts.code('home_tenure')}", on)
    approved_on = facts.date("earlier_grant_approved_on")
    left = less_earlier(contribution, earlier, approved_on, facts.date_if_any("grant_applied_on") or on, years.whole)
    working.worked_out(
        "means.earlier_contribution",
        lambda: (
            f"{in_pounds(earlier)} was contributed to a grant approved on {approved_on:%-d %B %Y}; contributions of the"
            f" last {years.whole} years count. The person contributes {in_pounds(half_up(left))}."
        ),
        years,
    )
    return left
