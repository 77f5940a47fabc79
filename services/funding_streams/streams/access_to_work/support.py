"""What a person's support at work costs and who pays it, element by element, as the steps of a decision tell it."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import NamedTuple

from services.funding_streams.domain.money import DAYS_PER_AWARD, Exact, half_up, in_pounds, over_days, total
from services.funding_streams.domain.settling import last_day_of_award
from services.funding_streams.domain.working import Working
from services.funding_streams.streams.access_to_work.eligibility import Work
from services.funding_streams.streams.access_to_work.employers_share import employer_pays
from services.funding_streams.streams.access_to_work.sums import (
    Element,
    for_work,
    journey_shares,
    less_employers_share,
    shared_cost,
)


@dataclass
class Support:
    """The support of one person over one award, put together as its rules are applied.

    Attributes:
        work: the work that it is for.
        days_of_work: days of the award on which the job has begun; weekly costs arise on these alone.
        needed: what Access to Work would pay over the award for each element, in pence, before the yearly limit.
        conditions: what the person is told of costs that others pay.
    """

    work: Work
    days_of_work: int
    needed: dict[Element, Exact] = field(default_factory=dict)
    conditions: list[str] = field(default_factory=list)

    @property
    def total(self) -> Exact:
        """What Access to Work would pay in all, in pence, before the yearly limit."""
        return total(self.needed.values())

    def add_weekly(self, element: Element, pence_per_week: int) -> None:
        """Add what arises in every week of work."""
        self.needed[element] = over_days(pence_per_week, self.days_of_work)


class Journeys(NamedTuple):
    """One of the two sorts of journeys, with the facts that tell what they cost."""

    element: Element
    label: str
    cost_fact: str
    usual_cost_fact: str

    @property
    def code(self) -> str:
        """The element's own code."""
        return self.element.value


TO_WORK = Journeys(
    Element.TRAVEL_TO_WORK,
    "journeys to work",
    "travel_to_work_pence_per_week",
    "travel_to_work_usual_pence_per_week",
)
DURING_WORK = Journeys(
    Element.TRAVEL_IN_WORK,
    "journeys during work",
    "travel_in_work_pence_per_week",
    "travel_in_work_usual_pence_per_week",
)


def support_for(working: Working, work: Work) -> Support:
    """Return the support with nothing in it yet; a job that has not begun leaves fewer days of work."""
    on, begins_on = working.case.on, work.begins_on
    if begins_on is None or begins_on <= on:
        return Support(work, DAYS_PER_AWARD)
    days = (last_day_of_award(on, None) - begins_on + timedelta(days=1)).days
    working.noted("days_of_work", lambda: f"Weekly costs arise once the job has begun: on {days} days of the award.")
    return Support(work, days)


def add_elements(working: Working, support: Support) -> None:
    """Add what is paid for; out of work, a communicator at interviews alone."""
    if support.work.helped:
        working.attempt(_equipment_and_premises, working, support)
        working.attempt(_support_worker, working, support)
        working.attempt(_travel, working, support, TO_WORK)
        working.attempt(_travel, working, support, DURING_WORK)
    working.attempt(_interview_communicator, working, support)


def _equipment_and_premises(working: Working, support: Support) -> None:
    costs = {Element.EQUIPMENT: _equipment(working, support), Element.PREMISES: _premises(working)}
    cost = shared_cost(costs)
    if not cost:
        return
    paid = employer_pays(working, support.work.status, cost)
    support.needed |= less_employers_share(costs, paid)
    if paid:
        support.conditions.append(f"The employer pays {in_pounds(half_up(paid))} of the equipment and adaptations.")


def _equipment(working: Working, support: Support) -> Exact:
    cost = working.case.facts.pence("work_equipment_cost_pence")
    if not cost:
        return 0
    days = working.case.facts.count("work_equipment_private_days_per_week")
    kept = for_work(cost, days)
    private = half_up(cost - kept)
    working.worked_out(
        Element.EQUIPMENT.value,
        lambda: (
            f"Special aids and equipment cost {in_pounds(cost)}. "
            + (f"They are used privately on {days} days of 7: {in_pounds(private)} of it." if days else "All for work.")
        ),
        working.figure("access_to_work.private_use"),
    )
    if private:
        text = f"{in_pounds(private)} of the equipment is for private use, which Access to Work does not pay."
        support.conditions.append(text)
    return kept


def _premises(working: Working) -> int:
    cost = working.case.facts.pence("work_premises_cost_pence")
    if cost:
        working.worked_out(
            Element.PREMISES.value,
            lambda: f"Adaptations to premises and equipment cost {in_pounds(cost)}.",
            working.figure("access_to_work.cost_share_elements"),
        )
    return cost


def _support_worker(working: Working, support: Support) -> None:
    hours = working.case.facts.count("work_support_hours_per_week")
    if not hours:
        return
    price = working.case.facts.pence("work_support_pence_per_hour")
    support.add_weekly(Element.SUPPORT_WORKER, hours * price)
    working.worked_out(
        Element.SUPPORT_WORKER.value,
        lambda: (
            f"A support worker for {hours} hours a week at {in_pounds(price)} an hour is {in_pounds(hours * price)} a"
            " week, paid in full."
        ),
        working.figure("access_to_work.cost_share_elements"),
    )


def _travel(working: Working, support: Support, journeys: Journeys) -> None:
    cost = working.case.facts.pence(journeys.cost_fact)
    if not cost:
        return
    usual = working.case.facts.pence(journeys.usual_cost_fact)
    shares = journey_shares(cost, usual)
    support.add_weekly(journeys.element, shares.by_access_to_work)
    working.worked_out(
        journeys.code,
        lambda: (
            f"The {journeys.label} cost {in_pounds(cost)} a week. The person pays what they would cost otherwise,"
            f" {in_pounds(shares.by_person)}; {in_pounds(shares.by_access_to_work)} is left."
        ),
        working.figure("access_to_work.travel"),
    )
    if shares.by_person:
        support.conditions.append(
            f"The person pays {in_pounds(shares.by_person)} a week of the {journeys.label}: what they would cost"
            " otherwise."
        )


def _interview_communicator(working: Working, support: Support) -> None:
    cost = working.case.facts.pence("interview_communicator_cost_pence")
    if cost:
        support.needed[Element.INTERVIEW_COMMUNICATOR] = cost
        working.worked_out(
            Element.INTERVIEW_COMMUNICATOR.value,
            lambda: f"A communicator at job interviews costs {in_pounds(cost)}, paid in full.",
            working.figure("access_to_work.cost_share_elements"),
        )
