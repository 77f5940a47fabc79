"""What a scenario found, as plain data and person by person; pence a year."""

from dataclasses import asdict
from typing import Any

import numpy as np
import polars as pl

from services.ras.domain.sums import pounds
from services.ras.population.people import People
from services.ras.simulation.scenario import Scenario
from services.ras.simulation.whole_population import WhyAPerson


def warnings(people: People, scenario: Scenario) -> list[str]:
    """What a reader must not overlook."""
    found = []
    if people.synthetic:
        found.append("These people are made up.")
    if refused := int(scenario.refused.sum()):
        found.append(
            f"{refused:,} reductions are refused: no reassessment of the person's needs is recorded. Their sums stay,"
            " and no protection rule changes that (Care Act 2014 s.27)."
        )
    budget = scenario.question.budget_pence_per_year
    if budget is not None and scenario.total_pence > budget:
        found.append(
            f"The total is {pounds(scenario.total_pence - budget)} a year above the budget. Resources may decide how a"
            " need is met, never whether (statutory guidance, paragraph 10.27)."
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
        "without_figure": without_figure(scenario),
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
    hours = scenario.allocations.costed_hours_pence_per_year
    views = {} if hours is None else {"costed_hours_pence_per_year": hours}
    return pl.DataFrame(
        {
            "person": pl.Series(list(people.person.values), dtype=pl.String).gather(people.person.codes),
            "user_group": pl.Series(list(people.user_group.values), dtype=pl.String).gather(people.user_group.codes),
            "points_thousandths": scenario.allocations.points_thousandths,
            "before_pence_per_year": scenario.before,
            "figure_pence_per_year": scenario.allocations.pence_per_year,
            "after_pence_per_year": scenario.after,
            **views,
            "for_a_person": ~scenario.allocations.calculated,
            "reduction_refused": scenario.refused,
            "synthetic": np.full(len(people), people.synthetic),
        }
    )


def without_figure(scenario: Scenario) -> dict[str, int]:
    """How many people have no figure, by the reason why a person must look; several may hold for one."""
    why = scenario.allocations.why_a_person
    return {reason.name.lower(): int((why & reason.value > 0).sum()) for reason in WhyAPerson if reason.name}
