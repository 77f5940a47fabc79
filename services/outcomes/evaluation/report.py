"""An evaluation as a report: pictures, each with its table."""

from collections.abc import Iterator, Mapping
from math import isfinite

from braid.kit.reports.page import Section, page
from braid.kit.reports.pictures import Cell, Picture, Table, bars, intervals, lines, plane
from services.outcomes.evaluation.cohort import Cohort
from services.outcomes.evaluation.cost_and_effect import CostAndEffect, Verdict
from services.outcomes.evaluation.differences import FALSE_ALARMS, Answered, Design, Difference, Finding
from services.outcomes.evaluation.evaluating import ALL_STREAMS, Cost, Evaluation
from services.outcomes.evaluation.intervals import Estimate

PENCE = 100
SMALLEST_TOLD = 0.001
KEPT_BACK = "kept back"
FINDINGS: Mapping[Finding, str] = {
    Finding.CLEAR: "clear",
    Finding.ONLY_IF_ALONE: "not clear among so many",
    Finding.NOT_CLEAR: "not clear",
    Finding.KEPT_BACK: KEPT_BACK,
}
VERDICTS: Mapping[Verdict, str] = {
    Verdict.BUDGET_DOMINATES: "the budget dominates: better and cheaper",
    Verdict.COMPARISON_DOMINATES: "the comparison dominates: the budget is no better and no cheaper",
    Verdict.BETTER_AND_DEARER: "the budget is better and dearer",
    Verdict.WORSE_AND_CHEAPER: "the budget is no better and cheaper",
}


def report(cohort: Cohort, evaluation: Evaluation) -> str:
    """The report as one HTML file."""
    budget, comparison = evaluation.people
    title = "Outcomes and costs of budgets" + (" (made-up people)" if cohort.synthetic else "")
    about = f"{budget} people with a budget"
    if evaluation.question.design is Design.BETWEEN_ARMS:
        about += f" beside {comparison} without; differences are those with a budget less those without."
    else:
        about += ", before and after; differences are after less before."
    labels = {one.measure: one.label for one in cohort.outcomes}
    sections = [_costs(evaluation.costs), *_outcomes(evaluation, labels), *_together(evaluation, labels), _method()]
    return page(title, about, evaluation.warnings, sections)


def _costs(costs: tuple[Cost, ...]) -> Section:
    columns = ("what", "with a budget £", "from", "to", "without £", "from", "to", "difference £", "from", "to")
    rows = tuple((_who(one), *_pounds(one.budget), *_pounds(one.comparison), *_pounds(one.difference)) for one in costs)
    drawn = tuple(
        (
            _who(one),
            float(one.budget.value) / PENCE,
            *((float(one.comparison.value) / PENCE,) if one.comparison else ()),
        )
        for one in costs
    )
    names = ("what", "with a budget", "without") if costs[0].comparison else ("what", "with a budget")
    picture = bars(
        "Cost of a person-week", "What a person-week costs, by stream and by user group.", "£", Table("£", names, drawn)
    )
    words = (
        "Everything spent over every week lived, so that a short time counts little. Intervals hold 95 times in 100."
    )
    return Section("What it costs", (words,), (picture, Table("Cost of a person-week", columns, rows)))


def _who(cost: Cost) -> str:
    return _words(cost.stream) if cost.group is None else f"{ALL_STREAMS}, {_words(cost.group)}"


def _pounds(estimate: Estimate | None) -> tuple[Cell, Cell, Cell]:
    if estimate is None:
        return None, None, None
    return (
        round(float(estimate.value) / PENCE, 2),
        round(float(estimate.low) / PENCE, 2),
        round(float(estimate.high) / PENCE, 2),
    )


def _outcomes(evaluation: Evaluation, labels: Mapping[str, str]) -> Iterator[Section]:
    for measure, label in labels.items():
        rows = [row for row in evaluation.outcomes if row.measure == measure]
        drawn = Table(
            "Differences", ("who", "difference", "from", "to"), tuple((_of(row), *_plain(row.estimate)) for row in rows)
        )
        picture = intervals(
            "Differences",
            f"Differences in {label} with their intervals, of everybody and by group.",
            "points",
            drawn,
        )
        yield Section(
            f"Outcome: {label}",
            tuple(_about_groups(evaluation.groups_differ[measure])),
            (picture, _numbers(rows, evaluation.question.design)),
        )


def _about_groups(p: float | None) -> Iterator[str]:
    if p is not None:
        say = "do" if p < FALSE_ALARMS else "do not clearly"
        yield f"User groups {say} differ from each other in this (p: {_probability(p)}, Cochran's Q)."


def _numbers(rows: list[Difference], design: Design) -> Table:
    held = ("p", "p (Holm)", "p (BH)")
    columns = ("who", "finding", "people", "difference", "from", "to", "adjusted", "from", "to", *held)
    return Table(
        "In numbers",
        columns,
        tuple(
            (
                _of(row),
                FINDINGS[row.finding],
                KEPT_BACK if row.estimate is None else _people(row.counts, design),
                *_plain(row.estimate),
                *_plain(row.adjusted),
                None if row.estimate is None else _probability(float(row.estimate.p)),
                _probability(row.holm),
                _probability(row.false_discovery),
            )
            for row in rows
        ),
    )


def _of(row: Difference) -> str:
    if row.answered is Answered.SELF:
        return "people's own answers"
    if row.answered is Answered.OTHERS:
        return "answered by somebody else"
    return "everybody" if row.group is None else _words(row.group)


def _plain(estimate: Estimate | None) -> tuple[Cell, Cell, Cell]:
    if estimate is None:
        return None, None, None
    return round(float(estimate.value), 4), round(float(estimate.low), 4), round(float(estimate.high), 4)


def _together(evaluation: Evaluation, labels: Mapping[str, str]) -> Iterator[Section]:
    for one in evaluation.together:
        who = "everybody" if one.group is None else _words(one.group)
        parts: list[Picture | Table] = [_quarters(one)]
        if one.group is None:
            parts = [_cloud(one, labels[one.measure]), _acceptability(one, labels[one.measure])]
        yield Section(f"Cost and effect: {labels[one.measure]}, {who}", (_sentence(one),), tuple(parts))


def _sentence(one: CostAndEffect) -> str:
    share = one.cloud.shares()[one.verdict]
    told = f"By the middle of both, {VERDICTS[one.verdict]}; so it is in {share:.0%} of the draws."
    if one.pence_a_point_gained is None:
        return f"{told} A cost of one more point would mean nothing here, and is not told."
    return f"{told} One more point costs £{one.pence_a_point_gained / PENCE:,.2f} a week."


def _quarters(one: CostAndEffect) -> Table:
    rows = tuple((VERDICTS[verdict], round(share, 3)) for verdict, share in one.cloud.shares().items())
    return Table("Share of draws", ("where", "share"), rows)


def _cloud(one: CostAndEffect, label: str) -> Picture:
    return plane(
        "Cost and effect of draws",
        f"Each dot is a draw: across, how much better {label} is with a budget; up, how much more a week costs.",
        ("better by, points", "dearer by, £ a week"),
        (one.cloud.effect, one.cloud.cost / PENCE),
        _quarters(one),
    )


def _acceptability(one: CostAndEffect, label: str) -> Picture:
    net = one.net_benefit
    rows = tuple(
        (
            worth / PENCE,
            round(float(share), 3),
            *(round(float(part[place]) / PENCE, 2) for part in (net.value, net.low, net.high)),
        )
        for place, (worth, share) in enumerate(zip(one.pence_a_point, one.acceptability, strict=True))
    )
    columns = (
        "a point held for a week is worth £",
        "share of draws worth their money",
        "net benefit £ a week",
        "from",
        "to",
    )
    return lines(
        "How likely the budget is worth its money",
        f"The share of draws in which the budget is worth its money, by what a point of {label} is worth.",
        columns[0],
        columns[1],
        Table("Worth", columns, rows),
        columns_drawn=1,
    )


def _method() -> Section:
    return Section(
        "How it was worked out",
        (
            "Differences of means by Welch's interval. Adjusted: least squares with HC3 errors, alike in baseline, user"
            " group, who answered and what else was given. Rates by linearisation. Draws: people drawn anew within"
            " arm and user group.",
            "All differences of the outcomes are one family: Holm for a finding, Benjamini and Hochberg beside it. What"
            " is missing is not made up. Groups of fewer than 10 in an arm are kept back, and as many of the next"
            " smallest that nobody can be worked out.",
        ),
    )


def _people(counts: tuple[int, int], design: Design) -> str:
    return str(counts[0]) if design is Design.BEFORE_AND_AFTER else f"{counts[0]} and {counts[1]}"


def _probability(p: float | None) -> str | None:
    if p is None or not isfinite(p):
        return None
    return f"{p:.3f}" if p >= SMALLEST_TOLD else f"under {SMALLEST_TOLD}"


def _words(code: str) -> str:
    return code.replace("_", " ")
