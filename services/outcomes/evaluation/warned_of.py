"""What a reader of an evaluation must be warned of, in plain words."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from services.outcomes.evaluation.cohort import Cohort, Outcome
from services.outcomes.evaluation.differences import Design, Difference, Finding, missing_by_arm, tipping

#: Fewer in an arm of a group are told with a warning.
FEW = 30
#: A share that differs by more than this between arms is told.
UNEVEN = 0.10
ANSWERED_LEAST = 0.8


def everything(cohort: Cohort, design: Design, by_measure: Mapping[str, Sequence[Difference]]) -> Iterator[str]:
    """Every warning."""
    if cohort.synthetic:
        yield "These people are made up. Nothing here is a finding."
    if design is Design.BEFORE_AND_AFTER:
        yield (
            "There is no comparison: people grow older, illness comes and goes, and whoever is asked at a bad time is"
            " better later on. A change is not what the budget did."
        )
    else:
        yield (
            "Unless people were given a budget by chance, those with one may differ from those without in ways that"
            " nobody wrote down."
        )
        yield from _uneven_groups(cohort)
        if not cohort.knows_costs_of_comparison:
            yield (
                "What people without a budget cost is not in the ledger: costs are those of people with one alone, and"
                " nothing is told of cost and effect together."
            )
    for outcome in cohort.outcomes:
        rows = by_measure[outcome.measure]
        yield from _about(cohort, outcome, rows, design)
    only_alone = [row for rows in by_measure.values() for row in rows if row.finding is Finding.ONLY_IF_ALONE]
    looked_at = sum(row.estimate is not None for rows in by_measure.values() for row in rows)
    if only_alone:
        yield (
            f"{looked_at} differences were looked at; {len(only_alone)} would seem clear if there were no others, and"
            " may be chance among so many."
        )


def _uneven_groups(cohort: Cohort) -> Iterator[str]:
    for name in cohort.groups:
        who = cohort.in_group(name)
        shares = [float(who[cohort.has_budget == arm].mean()) for arm in (True, False)]
        if abs(shares[0] - shares[1]) > UNEVEN:
            yield (
                f"{_words(name).capitalize()} are {shares[0]:.0%} of those with a budget and {shares[1]:.0%} of those"
                " without: look at the groups and at the adjusted differences, not at everybody together."
            )


def _about(cohort: Cohort, outcome: Outcome, rows: Sequence[Difference], design: Design) -> Iterator[str]:
    if outcome.unconfirmed:
        yield f"{outcome.label}: {outcome.unconfirmed}"
    yield from _missing(cohort, outcome, rows, design)
    yield from _answered_by_others(cohort, outcome, design)
    for row in rows:
        who = "everybody" if row.group is None else _words(row.group)
        if row.answered == "all" and row.estimate is None:
            yield f"{outcome.label}, {who}: too few people to publish, or kept back with a group that is."
        elif row.answered == "all" and min(row.counts) < FEW:
            yield (f"{outcome.label}, {who}: {min(row.counts)} people in an arm; so few may differ by chance alone.")


def _missing(cohort: Cohort, outcome: Outcome, rows: Sequence[Difference], design: Design) -> Iterator[str]:
    arms = [(people, told) for arm, people, told in missing_by_arm(outcome, cohort.has_budget) if people]
    if design is Design.BEFORE_AND_AFTER:
        arms = arms[:1]
    shares = [told / people for people, told in arms]
    names = ("with a budget", "without")
    if min(shares) < ANSWERED_LEAST or max(shares) - min(shares) > UNEVEN:
        told = " and ".join(f"{share:.0%} of those {name}" for share, name in zip(shares, names, strict=False))
        yield f"{outcome.label} is known of {told}. Nothing was put in place of what is missing."
    everybody = next(row for row in rows if row.group is None)
    points = tipping(outcome, everybody, cohort.has_budget) if design is Design.BETWEEN_ARMS else None
    if points is not None:
        yield (
            f"{outcome.label}: the difference would no longer be clear if those who did not answer, in the arm that"
            f" does better, were {points:.2f} points worse on average than those who did."
        )


def _answered_by_others(cohort: Cohort, outcome: Outcome, design: Design) -> Iterator[str]:
    there = ~np.isnan(outcome.after)
    by_others = there & ~outcome.answered_by_self
    if not by_others.any():
        return
    arms = (True,) if design is Design.BEFORE_AND_AFTER else (True, False)
    shares = [float(by_others[there & (cohort.has_budget == arm)].mean()) for arm in arms]
    uneven = max(shares) - min(shares) > UNEVEN
    told = f"{outcome.label}: {float(by_others[there].mean()):.0%} of the answers were given by somebody else"
    yield f"{told}; they are told apart{', and they come more often in one arm' if uneven else ''}."


def _words(code: str) -> str:
    return code.replace("_", " ")
