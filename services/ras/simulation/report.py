"""A scenario as a report, as data, and person by person."""

from dataclasses import asdict
from typing import Any

import numpy as np
import polars as pl

from services.ras.domain.sums import WEEKS_PER_YEAR
from services.ras.population.people import People
from services.ras.reports.page import Section, page
from services.ras.reports.pictures import Cell, Picture, Table, bars
from services.ras.simulation.scenario import Change, Scenario
from services.ras.simulation.whole_population import WhyAPerson

PENCE = 100
PER_CENT = 100
CHANGE_COLUMNS = (
    "who",
    "people",
    "no figure: a person looks",
    "win",
    "lose",
    "win over 10%",
    "lose over 10%",
    "gained £/year",
    "lost £/year",
    "before £/year",
    "after £/year",
)


def report(people: People, scenario: Scenario) -> str:
    """The report as one HTML file."""
    title = f"What {scenario.question.table.table_id} version {scenario.question.table.version} would do"
    title = f"{title} (synthetic people)" if people.synthetic else title
    about = (
        "Nobody's budget changes by this report. A figure is a starting point; what people get follows from"
        " their needs,"
        " and who must look at a person is no saving."
    )
    sections = [_totals(people, scenario), *_winners(scenario), _cliffs(scenario)]
    if scenario.years:
        sections.append(_protection(scenario))
    return page(title, about, tuple(warnings(people, scenario)), sections)


def warnings(people: People, scenario: Scenario) -> list[str]:
    """What a reader must not overlook."""
    found = []
    if people.synthetic:
        found.append("These people are made up.")
    if refused := int(scenario.refused.sum()):
        found.append(
            f"{refused:,} reductions are refused: no reassessment of the person's needs is recorded. Their sums"
            " stay, and"
            " no protection rule changes that (Care Act 2014 s.27)."
        )
    budget = scenario.question.budget_pence_per_year
    if budget is not None and scenario.total_pence > budget:
        found.append(
            f"The total is £{(scenario.total_pence - budget) / PENCE:,.2f} a year above the budget. Resources may"
            " decide how"
            " a need is met, never whether (statutory guidance, paragraph 10.27)."
        )
    if any(year.cost_pence > year.council_pence for year in scenario.years):
        found.append("Gains that wait are sums below what the table says is needed: each needs a person's judgement.")
    return found


def as_data(people: People, scenario: Scenario) -> dict[str, Any]:
    """The totals as plain data; pence a year."""
    return {
        "table": scenario.question.table.table_id,
        "version": scenario.question.table.version,
        "uplift": str(scenario.question.uplift),
        "synthetic": people.synthetic,
        "people": len(people),
        "without_figure": _reasons(scenario),
        "budget_pence": scenario.question.budget_pence_per_year,
        "before_pence": int(scenario.before.sum()),
        "total_pence": scenario.total_pence,
        "covered": scenario.covered,
        "reductions_refused": int(scenario.refused.sum()),
        "groups": [asdict(change) for change in scenario.groups],
        "deciles": [asdict(change) for change in scenario.deciles],
        "cliffs": [asdict(step) for step in scenario.cliffs],
        "years": [asdict(year) for year in scenario.years],
        "warnings": warnings(people, scenario),
    }


def by_person(people: People, scenario: Scenario) -> pl.DataFrame:
    """One row a person; pence a year. ``for_a_person`` is true where the table has no figure."""
    return pl.DataFrame(
        {
            "person": pl.Series(list(people.person.values), dtype=pl.String).gather(people.person.codes),
            "user_group": pl.Series(list(people.user_group.values), dtype=pl.String).gather(people.user_group.codes),
            "points_thousandths": scenario.allocations.points_thousandths,
            "before_pence_per_year": scenario.before,
            "figure_pence_per_year": scenario.allocations.pence_per_year,
            "after_pence_per_year": scenario.after,
            "for_a_person": ~scenario.allocations.calculated,
            "reduction_refused": scenario.refused,
            "synthetic": np.full(len(people), people.synthetic),
        }
    )


def _totals(people: People, scenario: Scenario) -> Section:
    budget = scenario.question.budget_pence_per_year
    rows: list[tuple[Cell, ...]] = [
        ("before", int(scenario.before.sum()) / PENCE),
        ("after, with sums before where a person must look", scenario.total_pence / PENCE),
        ("budget", None if budget is None else budget / PENCE),
        ("after less budget", None if budget is None else (scenario.total_pence - budget) / PENCE),
    ]
    totals = Table(f"£ a year of {WEEKS_PER_YEAR} weeks", ("", "£"), tuple(rows))
    reasons = Table(
        "Why a person must look",
        ("reason", "people"),
        tuple((_in_words(name), count) for name, count in _reasons(scenario).items()),
    )
    covered = (
        ""
        if scenario.covered is None
        else f"{scenario.covered / len(people):.1%} of all people have a figure that covers the cost."
    )
    return Section("Totals", (covered,) if covered else (), (totals, reasons))


def _reasons(scenario: Scenario) -> dict[str, int]:
    why = scenario.allocations.why_a_person
    return {reason.name.lower(): int((why & reason.value > 0).sum()) for reason in WhyAPerson if reason.name}


def _in_words(code: str) -> str:
    return code.replace("_", " ")


def _winners(scenario: Scenario) -> list[Section]:
    words = (
        "People without a figure are counted, and neither win nor lose. A tenth of the sums before holds one"
        " person in ten.",
    )
    return [
        Section(
            "Winners and losers by user group", words, (_picture("by group", scenario.groups), _table(scenario.groups))
        ),
        Section("By tenth of the sum before", (), (_picture("by tenth", scenario.deciles), _table(scenario.deciles))),
    ]


def _picture(by: str, changes: tuple[Change, ...]) -> Picture:
    def share(count: int, change: Change) -> float:
        return round(PER_CENT * count / max(change.people - change.for_a_person, 1), 1)

    rows = tuple(
        (one.name, share(one.winners_above_a_tenth, one), share(one.losers_above_a_tenth, one)) for one in changes
    )
    table = Table(f"Who wins or loses more than a tenth, {by}", ("who", "win over 10%, %", "lose over 10%, %"), rows)
    return bars(
        table.title, f"Shares of people who win or lose more than a tenth of their sum, {by}.", "% of people", table
    )


def _table(changes: tuple[Change, ...]) -> Table:
    rows = tuple(
        (
            _in_words(one.name),
            one.people,
            one.for_a_person,
            one.winners,
            one.losers,
            one.winners_above_a_tenth,
            one.losers_above_a_tenth,
            one.gained_pence / PENCE,
            one.lost_pence / PENCE,
            one.before_pence / PENCE,
            one.after_pence / PENCE,
        )
        for one in changes
    )
    return Table("In numbers", CHANGE_COLUMNS, rows)


def _cliffs(scenario: Scenario) -> Section:
    rows = tuple((step.at_points, step.pence_per_year / PENCE) for step in scenario.cliffs)
    return Section("Cliffs", (), (Table("Where one more point adds most", ("points", "£ a year more"), rows),))


def _protection(scenario: Scenario) -> Section:
    rows = tuple(
        (year.year, year.pence / PENCE, year.cost_pence / PENCE, year.council_pence / PENCE, year.still_protected)
        for year in scenario.years
    )
    columns = ("year", "all sums £", "protection £", "of that the council pays £", "people above their figure")
    costs = Table(
        "£ a year", ("year", "protection £", "council pays £"), tuple((row[0], row[2], row[3]) for row in rows)
    )
    picture = bars(
        "Cost of protection", "What the protection costs in each year, and what the council pays of it.", "£", costs
    )
    return Section("Transitional protection", (), (picture, Table("Year by year", columns, rows)))
