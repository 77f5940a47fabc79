"""The Disabled Facilities Grant: works to the home of a disabled person, less what a means test asks of them.

Source:
    Housing Grants, Construction and Regeneration Act 1996 part I chapter I (S150); SI 1996/2890 and its amendments
    (S152 to S154); SI 2008/1189 (S151).
"""

from collections.abc import Iterator
from datetime import date, timedelta

from services.funding_streams.domain.adapter import Case, StreamAdapter
from services.funding_streams.domain.decision import (
    ADULT_SOCIAL_CARE,
    SUPPORTING_PEOPLE,
    AwardLine,
    Decision,
    MoneyKind,
    Status,
)
from services.funding_streams.domain.financial_assessment.same_income import tell_income_charged_elsewhere
from services.funding_streams.domain.money import half_up, in_pounds
from services.funding_streams.domain.settling import Award, awarded, months_after, refused, undecided
from services.funding_streams.domain.working import Working
from services.funding_streams.streams.disabled_facilities_grant.eligibility import test_eligibility
from services.funding_streams.streams.disabled_facilities_grant.grant import (
    LimitReading,
    Works,
    maximum_grant,
    repayable,
)
from services.funding_streams.streams.disabled_facilities_grant.means_test import assessed_contribution
from services.funding_streams.streams.disabled_facilities_grant.naming import STREAM, figure_name
from services.funding_streams.streams.disabled_facilities_grant.needed_facts import GRANT_FACTS, missing_facts

LIMIT_READING = figure_name("limit_reading")
TOP_UP = figure_name("top_up_at_most_pence")
USE = "adaptation.major"


class DisabledFacilitiesGrant(StreamAdapter):
    """One sum for works to the home, decided by the housing authority.

    The amount of the award is what the works are paid with: the grant, what the council adds, and the person's own
    contribution, which ``contribution_pence`` tells. It is never above the cost of the works.
    """

    stream = STREAM
    #: Looked at only to say where the same income is charged as well.
    depends_on = (ADULT_SOCIAL_CARE, SUPPORTING_PEOPLE)

    def needs(self, on: date) -> tuple[str, ...]:
        """Return every fact that may matter; the same on every day, for the list has no part that the law has ended."""
        del on
        return GRANT_FACTS

    def decide(self, case: Case) -> Decision:
        """Decide on the works; see `StreamAdapter`."""
        working = Working(case)
        test_eligibility(working)
        if working.refused:
            return refused(STREAM, working)
        works = working.attempt(_works, working)
        if works is None or working.missed or working.stuck:
            return undecided(STREAM, working, missing_facts(case))
        return _award(working, works)


def works_due_by(working: Working) -> date:
    """Return the day by which works approved on the day of the decision must be done. Source: S174."""
    return months_after(working.case.on, working.figure(figure_name("works_months")).whole)


def _works(working: Working) -> Works:
    """Put cost, contribution and limit together.

    Raises:
        MissingFact: a fact that decides on the contribution, or the cost.
        NoValueInForce: a figure is not loaded for the day.
    """
    case = working.case
    contribution = half_up(assessed_contribution(working))
    if contribution:
        tell_income_charged_elsewhere(working)
    limit = maximum_grant(case.figures, case.on)
    works = Works(
        cost=case.facts.pence("works_cost_pence"),
        contribution=contribution,
        limit=int(limit.pence),
        reading=case.council.one_of(LimitReading, LIMIT_READING),
        top_up_at_most=case.council.whole(TOP_UP),
    )
    taken_from = "the works held to that" if works.reading is LimitReading.LIMIT_LESS_CONTRIBUTION else "the works"
    working.worked_out(
        "grant",
        lambda: (
            f"The works cost {in_pounds(works.cost)}; the grant is {in_pounds(works.limit)} at most, and the"
            f" contribution of {in_pounds(works.contribution)} is taken from {taken_from}: a grant of"
            f" {in_pounds(works.grant)}."
        ),
        limit,
        working.choice(LIMIT_READING),
    )
    if works.top_up:
        working.worked_out(
            "top_up",
            lambda: f"The council adds {in_pounds(works.top_up)} under its own policy.",
            working.choice(TOP_UP),
        )
    return works


def _award(working: Working, works: Works) -> Decision:
    due = works_due_by(working)
    paid = works.grant + works.paid_by_person
    lines = [AwardLine("works", "Works to the home", MoneyKind.ONE_OFF, paid, paid, USE)]
    if works.top_up:
        lines.append(AwardLine("top_up", "What the council adds", MoneyKind.ONE_OFF, works.top_up, works.top_up, USE))
    award = Award(
        ends_on=due - timedelta(days=1),
        contribution_pence=works.paid_by_person,
        conditions=tuple(_conditions(working, works)),
        status=Status.INDICATIVE,
        amount_pence=paid + works.top_up,
        lines=tuple(lines),
    )
    return awarded(STREAM, working, award)


def _conditions(working: Working, works: Works) -> Iterator[str]:
    if works.paid_by_person == 0:
        yield f"The grant is {in_pounds(works.grant)}; the person contributes nothing."
    elif works.grant:
        own = in_pounds(works.paid_by_person)
        yield f"The sum holds the grant of {in_pounds(works.grant)} and the person's own {own}."
    else:
        yield (
            f"The person's contribution of {in_pounds(works.paid_by_person)} leaves no grant to pay. An approval still"
            " counts: the contribution is taken off that for a later grant."
        )
    if works.not_met:
        yield f"Grant and contribution leave {in_pounds(works.not_met)} of the cost, which must be found elsewhere."
    yield "Only for the works that the housing authority approves; they do not begin before it has."
    yield from _repayment(working, works)


def _repayment(working: Working, works: Works) -> Iterator[str]:
    case, charge = working.case, figure_name("repayment_charge_above")
    if case.on < case.figures.by_name[charge].values[0].start:
        return
    back = repayable(case.figures, works.grant, case.facts.code("home_tenure"), case.on, case.on)
    if back:
        yield f"Up to {in_pounds(back)} may be asked back if the home is sold within ten years of the certified date."
