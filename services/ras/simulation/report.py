"""A scenario as a report."""

from braid.kit.reports.page import Section, page
from braid.kit.reports.pictures import Cell, Picture, Table, bars
from services.ras.domain.sums import WEEKS_PER_YEAR
from services.ras.population.people import People
from services.ras.simulation.results import warnings, without_figure
from services.ras.simulation.scenario import Change, Scenario

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
    "costed hours £/year",
    "figures less costed hours £/year",
    "figure below costed hours",
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
        tuple((_in_words(name), count) for name, count in without_figure(scenario).items()),
    )
    covered = (
        ""
        if scenario.covered is None
        else f"{scenario.covered / len(people):.1%} of all people have a figure that covers the cost."
    )
    return Section("Totals", (covered,) if covered else (), (totals, reasons))


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
            None if one.costed_hours_pence is None else one.costed_hours_pence / PENCE,
            None if one.gap_pence is None else one.gap_pence / PENCE,
            one.below_costed_hours,
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
