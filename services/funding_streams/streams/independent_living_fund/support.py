"""What the support costs that the fund may help to pay for, and what Supporting People takes over of it.

Source:
    Qualifying support (S16); Supporting People outside the package of council and fund (S20).
"""

from services.funding_streams.domain.decision import SUPPORTING_PEOPLE, Status
from services.funding_streams.domain.money import Exact, a_week, in_pounds
from services.funding_streams.domain.working import Working
from services.funding_streams.streams.independent_living_fund.facts_needed import SUPPORT_TAKEN_OVER
from services.funding_streams.streams.independent_living_fund.schemes import FUND, begun
from services.funding_streams.streams.independent_living_fund.sums import to_the_penny


def support_cost(working: Working) -> Exact:
    """Return the cost of qualifying support in pence a week: hours at a reasonable rate, and the costs of employing.

    Raises:
        MissingFact: hours or rate.
    """
    facts = working.case.facts
    hours, rate = facts.count("qualifying_support_hours_per_week"), facts.pence("qualifying_support_pence_per_hour")
    employing = facts.pence_if_any("employer_costs_pence_per_week")
    cost = hours * rate + (employing or 0)

    def told() -> str:
        by_hour = f"{hours} hours of qualifying support at {in_pounds(rate)}"
        if employing is None:
            return f"{by_hour} cost {in_pounds(cost)} a week; no further costs of employing are told."
        return f"{by_hour}, with {in_pounds(employing)} for employing, cost {in_pounds(cost)} a week."

    working.worked_out("support_cost", told)
    return cost


def cost_left(working: Working) -> Exact:
    """Return the cost of qualifying support in pence a week, less what Supporting People takes over.

    Its money is outside the package: it counts neither as council input nor against the joint limit. Where it lowers
    the cost the council's input stays level, so that the fund's part falls (X3, S20).

    Raises:
        MissingFact: hours or rate, or where there is Supporting People money, what it takes over.
    """
    cost = support_cost(working)
    rule = begun(working, f"{FUND}.supporting_people_lowers")
    decision = working.case.decisions.get(SUPPORTING_PEOPLE)
    if rule is None or decision is None:
        return cost
    if decision.status is Status.UNDECIDED:
        working.wait("supporting_people", "Supporting People must be decided first: it may take over some support.")
        return cost
    if decision.amount_pence == 0:
        return cost
    told = working.case.facts.pence(SUPPORT_TAKEN_OVER)
    met = min(told, cost, a_week(decision.amount_pence, decision.days))
    working.worked_out(
        "supporting_people",
        lambda: (
            f"Supporting People takes over {to_the_penny(met)} a week of it. The council's input stays level, so the"
            " fund's part falls."
            if met
            else "Supporting People takes over none of it; its money is outside the package of council and fund."
        ),
        rule,
    )
    return cost - met
