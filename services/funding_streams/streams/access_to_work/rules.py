"""Access to Work: a discretionary grant for the extra costs of work that disability brings.

The Department for Work and Pensions decides; this works out what it would be asked for. Nobody's means are tested, so
the person contributes nothing to the award: what journeys would cost otherwise, private use and the employer's share
are outside it.

Source:
    The figures in ``figures/``, each with its citation.
"""

from datetime import date

from services.funding_streams.domain.adapter import Case, StreamAdapter
from services.funding_streams.domain.decision import ACCESS_TO_WORK, AwardLine, Decision, MoneyKind, Status
from services.funding_streams.domain.money import Exact, half_up, half_up_a_week, in_pounds
from services.funding_streams.domain.settling import Award, awarded, last_day_of_award, refused, undecided
from services.funding_streams.domain.working import Working
from services.funding_streams.streams.access_to_work.asked_for import FACTS, needless
from services.funding_streams.streams.access_to_work.eligibility import test_person, test_work, work_of
from services.funding_streams.streams.access_to_work.sums import award_lines
from services.funding_streams.streams.access_to_work.support import Support, add_elements, support_for

STREAM = ACCESS_TO_WORK
DISCRETION = (
    "Access to Work is a discretionary grant of the Department for Work and Pensions: nobody is entitled to it, and"
    " this sum is an estimate until the department decides."
)
CONDITIONS = (
    DISCRETION,
    "Only for extra costs of work that arise from disability; not for costs of the business, standard equipment or what"
    " the employer must do by law.",
    "Nothing that was bought before it was agreed is paid back.",
    "Paid back after each cost is met, on a claim with receipts and a counter-signature from the workplace.",
)
BENEFITS_MUST_END = (
    "Incapacity benefit, employment and support allowance, severe disablement allowance and income support must end"
    " when the job begins, unless it is permitted or supported work."
)


class AccessToWork(StreamAdapter):
    """Grant paid in arrears on receipts, with a share of some costs left to the employer."""

    stream = STREAM

    def needs(self, on: date) -> tuple[str, ...]:
        """Return every fact that may matter, on any day the same; a decision asks for those that matter on its own."""
        del on
        return FACTS

    def decide(self, case: Case) -> Decision:
        """Decide on what the department would be asked for; see `StreamAdapter`."""
        working = Working(case)
        test_person(working)
        work = working.attempt(work_of, working)
        if work:
            test_work(working, work)
        if working.refused:
            return refused(STREAM, working, (DISCRETION,))
        if work is None:
            return undecided(STREAM, working, _missing(working))
        support = support_for(working, work)
        add_elements(working, support)
        if working.missed:
            return undecided(STREAM, working, _missing(working))
        needed = support.total
        if not working.stuck and half_up(needed) == 0:
            return _nothing_to_pay(working, support)
        lines = working.attempt(_lines, working, support, needed)
        if working.stuck or lines is None:
            return undecided(STREAM, working, ())
        return _award(working, support, lines)


def _missing(working: Working) -> tuple[str, ...]:
    unneeded = working.attempt(needless, working.case) or ()
    return tuple(name for name in working.case.facts.absent(FACTS) if name not in unneeded)


def _nothing_to_pay(working: Working, support: Support) -> Decision:
    text = "No cost is left for Access to Work to pay, so there is no award."
    working.test("cost_left", False, "", text, working.figure("access_to_work.cost_share_elements"))
    return refused(STREAM, working, (DISCRETION, *support.conditions))


def _lines(working: Working, support: Support, needed: Exact) -> tuple[AwardLine, ...]:
    """Return the lines of the award, held to the yearly limit; ``needed`` is what they come to without it."""
    rule = working.figure("access_to_work.annual_cap_rule")
    if rule.code == "none":
        text = "There is no yearly limit on this day."
        working.worked_out("yearly_limit", lambda: f"{_comes_to(needed)}. {text}", rule)
        return award_lines(support.needed, None, support.days_of_work)
    cap = working.figure("access_to_work.annual_cap")
    limit = cap.pence
    if needed > limit:
        left = in_pounds(half_up(needed - limit))
        support.conditions.append(
            f"The yearly limit leaves {left} of the cost without money; a person must look at that."
        )
        text = "holds the award to that sum: every line is lowered in proportion."
    else:
        text = "is not reached."
    working.worked_out(
        "yearly_limit", lambda: f"{_comes_to(needed)}. The yearly limit of {in_pounds(limit)} {text}", rule, cap
    )
    return award_lines(support.needed, limit, support.days_of_work)


def _comes_to(needed: Exact) -> str:
    return f"All this comes to {in_pounds(half_up(needed))} over the award"


def _award(working: Working, support: Support, lines: tuple[AwardLine, ...]) -> Decision:
    weekly = sum([line.amount_pence for line in lines if line.money is MoneyKind.WEEKLY])
    must_end = (BENEFITS_MUST_END,) if support.work.status == "starting_soon" else ()
    award = Award(
        ends_on=last_day_of_award(working.case.on, None),
        contribution_pence=0,
        conditions=(*CONDITIONS, *must_end, *support.conditions),
        status=Status.INDICATIVE,
        pence_per_week=half_up_a_week(weekly, support.days_of_work),
        amount_pence=sum([line.amount_pence for line in lines]),
        lines=lines,
    )
    return awarded(STREAM, working, award)
