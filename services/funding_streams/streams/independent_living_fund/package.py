"""The package that council and fund pay together: what each puts in, what is left, and the award.

For users and new applicants of the trust until it closed, and for its users in Scotland and Northern Ireland since.

Source:
    Amount of awards (S16, S23a); threshold (S11); limits (S17b, S20, S13a, S18); Supporting People outside the package
    (S20); no increases from 17 June 2010 (S99).
"""

from dataclasses import replace
from typing import NamedTuple

from services.funding_streams.domain.decision import ADULT_SOCIAL_CARE, Decision, Status
from services.funding_streams.domain.figures import Dated
from services.funding_streams.domain.financial_assessment.same_income import tell_income_charged_elsewhere
from services.funding_streams.domain.money import Exact, a_week, in_pounds
from services.funding_streams.domain.settling import Award, awarded, last_day_of_award, refused, undecided
from services.funding_streams.domain.working import Working
from services.funding_streams.streams.independent_living_fund.application import Application, application_of
from services.funding_streams.streams.independent_living_fund.beside_council import BesideCouncil
from services.funding_streams.streams.independent_living_fund.eligibility import is_suspended, test_eligibility
from services.funding_streams.streams.independent_living_fund.facts_needed import still_needed
from services.funding_streams.streams.independent_living_fund.income import available
from services.funding_streams.streams.independent_living_fund.increases import MoreHours, more_hours
from services.funding_streams.streams.independent_living_fund.schemes import FUND, TRUST, Nation, Scheme, begun
from services.funding_streams.streams.independent_living_fund.sums import (
    FundSums,
    meets_threshold,
    over_a_year,
    to_the_penny,
    yearly_threshold,
)
from services.funding_streams.streams.independent_living_fund.support import cost_left, support_cost

DISCRETION = (
    "The fund is a discretionary trust: nobody is entitled to an award, and this sum is an estimate until the trustees"
    " decide."
)
CONDITIONS = (
    DISCRETION,
    "Only for personal care and domestic help, and the costs of employing; never for a relative who lives with the"
    " person, nor for support that the council itself supplies.",
    "The council must keep up its own input: where other money lowers the cost, the fund's part falls.",
    "While an appeal over the benefit runs payments are suspended, not ended.",
)
SUSPENDED = "Payments are suspended while the appeal over the benefit runs; nothing is payable until it is decided."


class CouncilPart(NamedTuple):
    """What the council puts in, in pence a week: gross, and the charge that it takes back from the person."""

    input_pence: Exact
    charge_pence: Exact


def decide_package(working: Working, scheme: Scheme, nation: Nation) -> Decision:
    """Decide on an award beside a council's support; see `StreamAdapter`."""
    working.decided_by = scheme.decided_by
    application = working.attempt(application_of, working)
    test_eligibility(working, scheme, nation, application)
    suspended = application is not None and application.existing and working.attempt(is_suspended, working)
    package = None if working.refused or suspended else _package_if_known(working, scheme, application)
    if working.refused:
        return refused(FUND, working, (DISCRETION,))
    if suspended:
        return replace(undecided(FUND, working, still_needed(working.case)), conditions=(DISCRETION, SUSPENDED))
    missing = still_needed(working.case)
    if missing or working.missed or working.stuck or package is None:
        return undecided(FUND, working, missing)
    return _award(working, scheme, *package)


def _package_if_known(
    working: Working, scheme: Scheme, application: Application | None
) -> tuple[FundSums, BesideCouncil] | None:
    """Return the sums, and what was tested of the council's money; None where they cannot be known, or it failed."""
    part = working.attempt(_council_part, working, scheme)
    if application is None or part is None:
        return None
    if application.existing:
        more = working.attempt(more_hours, working, scheme, application, part.input_pence) or MoreHours()
    else:
        more = MoreHours(threshold=working.attempt(_threshold, working, application, part))
    if working.refused:
        return None
    return working.attempt(_package, working, scheme, application, part, more)


def _council_part(working: Working, scheme: Scheme) -> CouncilPart | None:
    """Return what the council puts in, or None where its own decision must come first.

    Raises:
        MissingFact: what a council outside England puts in.
    """
    if scheme is not TRUST:
        facts = working.case.facts
        net, charge = facts.pence("net_council_budget_pence_per_week"), facts.pence("council_charge_pence_per_week")
        working.noted(
            "council_puts_in",
            lambda: (
                f"The {scheme.council} puts in {in_pounds(net + charge)} a week, the {in_pounds(charge)} that it"
                " charges included."
            ),
        )
        return CouncilPart(net + charge, charge)
    decision = working.case.decisions.get(ADULT_SOCIAL_CARE)
    if decision is None or decision.status is Status.UNDECIDED:
        working.wait("council_input", "Adult social care must be decided first: the fund pays beside the council.")
        return None
    part = CouncilPart(a_week(decision.amount_pence, decision.days), decision.weekly_contribution)
    working.noted(
        "council_puts_in",
        lambda: (
            f"The council puts in {to_the_penny(part.input_pence)} a week, its charge of"
            f" {to_the_penny(part.charge_pence)} included. Supporting People money is not counted."
        ),
    )
    return part


def _threshold(working: Working, application: Application, part: CouncilPart) -> Dated:
    threshold = working.case.figures.at(f"{FUND}.council_input_threshold", application.applied_on)

    def told(reaches: str) -> str:
        a_year = in_pounds(yearly_threshold(threshold.pence))
        return (
            f"The council's {to_the_penny(part.input_pence)} a week {reaches} {in_pounds(threshold.pence)} a week,"
            f" {a_year} over the year."
        )

    working.test(
        "council_input",
        meets_threshold(part.input_pence, threshold.pence),
        lambda: told("reaches"),
        lambda: told("does not reach"),
        threshold,
    )
    return threshold


def _package(
    working: Working, scheme: Scheme, application: Application, part: CouncilPart, more: MoreHours
) -> tuple[FundSums, BesideCouncil]:
    cost = cost_left(working) if scheme is TRUST else support_cost(working)
    if scheme is TRUST:
        tell_income_charged_elsewhere(working, taken_off=(ADULT_SOCIAL_CARE,))
    limit = working.figure(f"{FUND}.award_limit_group_{1 if application.group_1 else 2}")
    # The joint limit is a gate at application: later growth of the council's part does not take an award away.
    joint = None if application.existing else working.figure(f"{FUND}.joint_limit")
    most = None if scheme.contribution_limit is None else begun(working, scheme.contribution_limit)
    sums = FundSums(
        support_cost=cost,
        council_input=part.input_pence,
        available_income=available(working, application),
        council_charge=part.charge_pence,
        fund_limit=limit.pence,
        joint_limit=None if joint is None else joint.pence,
        contribution_limit=None if most is None else most.pence,
        held_to=more.held_to,
    )
    _tell_contribution(working, sums, most)
    _tell_award(working, sums, limit, joint)
    if scheme is TRUST:
        return sums, BesideCouncil(more.threshold, joint)
    _tell_year(working, limit)
    return sums, BesideCouncil()


def _tell_contribution(working: Working, sums: FundSums, most: Dated | None) -> None:
    working.worked_out(
        "contribution",
        lambda: (
            f"Available income {to_the_penny(sums.available_income)} less the council's charge"
            f" {to_the_penny(sums.council_charge)}, so that the same income is not charged twice:"
            f" {to_the_penny(sums.netted_income)} a week towards the support."
        ),
        working.figure(f"{FUND}.award_formula"),
    )
    if most is not None:
        held = "is held to" if sums.netted_income > most.pence else "is within"
        working.worked_out(
            "contribution_limit",
            lambda: f"The contribution {held} the most that is asked for, {in_pounds(most.pence)} a week.",
            most,
        )


def _tell_award(working: Working, sums: FundSums, limit: Dated, joint: Dated | None) -> None:
    working.worked_out(
        "award",
        lambda: (
            f"Cost {to_the_penny(sums.support_cost)} less the council's {to_the_penny(sums.council_input)} less the"
            f" person's {to_the_penny(sums.contribution)}: {to_the_penny(sums.uncapped)} a week."
        ),
        working.figure(f"{FUND}.award_formula"),
    )
    over = sums.uncapped > limit.pence
    working.worked_out(
        "fund_limit",
        lambda: f"The award {_held(over)} the fund's limit of {in_pounds(limit.pence)} a week.",
        limit,
    )
    room = sums.joint_room
    if joint is not None and room is not None:
        working.worked_out(
            "joint_limit",
            lambda: (
                f"Council and fund together may pay {in_pounds(joint.pence)} a week; the award"
                f" {_held(min(sums.uncapped, limit.pence) > room)} the {to_the_penny(room)} that this leaves."
            ),
            joint,
        )


def _held(over: bool) -> str:
    return "is held to" if over else "is within"


def _tell_year(working: Working, limit: Dated) -> None:
    rule = working.figure(f"{FUND}.limit_is_over_the_year")
    working.noted(
        "limit_over_the_year",
        lambda: (
            f"A week may cost more than the limit as long as the year costs no more than"
            f" {in_pounds(over_a_year(limit.pence))}."
        ),
        rule,
        limit,
    )


def _award(working: Working, scheme: Scheme, sums: FundSums, beside: BesideCouncil) -> Decision:
    if sums.award == 0:
        formula = working.figure(f"{FUND}.award_formula")
        working.test("nothing_left", False, "", "Nothing is left for the fund to pay, so there is no award.", formula)
        return refused(FUND, working, (DISCRETION,))
    conditions = [*CONDITIONS, *(one.text for one in (*beside.minimums, *beside.joint_limits))]
    if sums.contribution:
        paid = to_the_penny(sums.contribution)
        conditions.append(f"The person pays {paid} a week of the support from available income.")
    if sums.award < sums.uncapped:
        short = to_the_penny(sums.uncapped - sums.award)
        conditions.append(f"A limit leaves {short} a week of the support without money; a person must look at that.")
    award = Award(
        pence_per_week=sums.award,
        ends_on=last_day_of_award(working.case.on, scheme.last_day),
        contribution_pence=0,
        conditions=tuple(conditions),
        status=Status.INDICATIVE,
        joint_limits=beside.joint_limits,
        minimums=beside.minimums,
    )
    return awarded(FUND, working, award)
