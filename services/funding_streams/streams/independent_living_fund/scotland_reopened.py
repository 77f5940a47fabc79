"""New applicants in Scotland since Independent Living Fund Scotland opened again.

A council applies for a person who has a large budget of its own already; the fund adds to it up to a limit. Nothing is
asked about capital and nobody contributes.

Source:
    S114, S115, S116.
"""

from services.funding_streams.domain.decision import Decision, Status
from services.funding_streams.domain.eras import years_old
from services.funding_streams.domain.money import in_pounds
from services.funding_streams.domain.settling import Award, awarded, last_day_of_award, refused, undecided
from services.funding_streams.domain.working import Working
from services.funding_streams.streams.independent_living_fund.facts_needed import COST
from services.funding_streams.streams.independent_living_fund.schemes import FUND, ILF_SCOTLAND, SCOTLAND_REOPENED
from services.funding_streams.streams.independent_living_fund.sums import to_the_penny
from services.funding_streams.streams.independent_living_fund.support import support_cost

FACTS = ("date_of_birth", "receives_self_directed_support", "net_council_budget_pence_per_week", *COST)
CONDITIONS = (
    "The fund is discretionary: this sum is an estimate until Independent Living Fund Scotland decides.",
    "The council makes the application and keeps its own budget for the person.",
    "Nothing is asked about capital, and the person makes no contribution to the fund.",
)


def decide_new_in_scotland(working: Working) -> Decision:
    """Decide on a new applicant in Scotland; see `StreamAdapter`."""
    working.decided_by = ILF_SCOTLAND
    working.attempt_each((_age, _self_directed, _council_budget))
    if working.refused:
        return refused(FUND, working, CONDITIONS[:1])
    award = working.attempt(_award, working)
    if working.refused:
        return refused(FUND, working, CONDITIONS[:1])
    missing = working.case.facts.absent(FACTS)
    if missing or working.missed or working.stuck or award is None:
        return undecided(FUND, working, missing)
    return awarded(FUND, working, award)


def _age(working: Working) -> None:
    least = working.figure(f"{FUND}.scotland_age_least_years")
    age = years_old(working.case.facts.date("date_of_birth"), working.case.on)
    working.test(
        "age",
        age >= least.whole,
        lambda: f"Aged {age}.",
        lambda: f"Aged {age}: the fund takes people of {least.whole} or more.",
        least,
    )


def _self_directed(working: Working) -> None:
    working.test(
        "self_directed_support",
        working.case.facts.yes_no("receives_self_directed_support"),
        "Receives self-directed support of a Scottish council.",
        "Does not receive self-directed support of a Scottish council.",
        working.figure(f"{FUND}.scotland_self_directed_support_needed"),
    )


def _council_budget(working: Working) -> None:
    budget = working.case.facts.pence("net_council_budget_pence_per_week")
    least = working.figure(f"{FUND}.scotland_council_budget_least")

    def told(reaches: str) -> str:
        return (
            f"The council's budget of {in_pounds(budget)} a week, housing benefit not counted, {reaches}"
            f" {in_pounds(least.pence)}."
        )

    working.test(
        "council_budget", budget >= least.pence, lambda: told("reaches"), lambda: told("does not reach"), least
    )


def _award(working: Working) -> Award:
    facts = working.case.facts
    limit, places = working.figure(f"{FUND}.scotland_award_limit"), working.figure(f"{FUND}.scotland_places")
    cost, budget = support_cost(working), facts.pence("net_council_budget_pence_per_week")
    left = max(0, cost - budget)
    pays = min(left, limit.pence)
    working.test(
        "award",
        pays > 0,
        lambda: (
            f"The council's {in_pounds(budget)} leaves {to_the_penny(left)} a week; the fund adds {to_the_penny(pays)}"
            f" of at most {in_pounds(limit.pence)}."
        ),
        "The council's budget leaves nothing for the fund to pay, so there is no award.",
        limit,
    )
    working.noted("places", lambda: f"There is money for up to {places.whole:,} new people.", places)
    return Award(
        pence_per_week=pays,
        ends_on=last_day_of_award(working.case.on, SCOTLAND_REOPENED.last_day),
        contribution_pence=0,
        conditions=CONDITIONS,
        status=Status.INDICATIVE,
    )
