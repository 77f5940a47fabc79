"""Every report that a council can read, with the question that it answers."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date

from services.outcomes.domain.council_reports import money, people
from services.outcomes.domain.council_reports.records import Journey
from services.outcomes.domain.council_reports.tables import CouncilTable
from services.outcomes.domain.council_reports.times import time_in_each_step

Journeys = Collection[Journey]


@dataclass(frozen=True)
class Report:
    """A report.

    Args:
        table: made of journeys as known on a day.
        needs_spending: whether it reads what was spent.
    """

    code: str
    title: str
    question: str
    table: Callable[[list[Journey], date], CouncilTable]
    needs_spending: bool = False


REPORTS = {
    one.code: one
    for one in (
        Report(
            "time_in_each_step",
            "Time in each step",
            "How long do people wait in each step, from the case to the money?",
            time_in_each_step,
        ),
        Report(
            "indicative_against_final",
            "Indicative and final sums",
            "How far are final figures from the indicative ones, by user group?",
            lambda journeys, _: money.indicative_against_final(journeys),
        ),
        Report(
            "streams_per_budget",
            "Streams in a budget",
            "Of how many streams are budgets made?",
            lambda journeys, _: money.streams_per_budget(journeys),
        ),
        Report(
            "streams_unclaimed",
            "Streams found and not claimed",
            "Which money was found for people, and whoever decides has not decided?",
            money.streams_unclaimed,
        ),
        Report(
            "ways_of_holding",
            "How the money is held",
            "How many budgets are held in each way, and how much of the money?",
            lambda journeys, _: money.ways_of_holding(journeys),
        ),
        Report(
            "unspent_money",
            "Money not spent",
            "How much of each stream's money is not spent?",
            lambda journeys, _: money.unspent_money(journeys),
            needs_spending=True,
        ),
        Report(
            "unmet_need",
            "Needs that nobody meets",
            "Which agreed needs are met neither by a plan nor by others?",
            lambda journeys, _: people.unmet_need(journeys),
        ),
        Report(
            "equality_user_group",
            "Who gets what, by user group",
            "Do user groups get budgets alike, as soon, and of what size?",
            lambda journeys, _: people.equality(journeys, "user_group"),
        ),
        Report(
            "equality_age_group",
            "Who gets what, by age group",
            "Do people of each age get budgets alike, as soon, and of what size?",
            lambda journeys, _: people.equality(journeys, "age_group"),
        ),
        Report(
            "carers_assessed",
            "Carers' own assessments",
            "What came of carers' own assessments?",
            lambda journeys, _: people.carers_assessed(journeys),
        ),
        Report(
            "carers_lives",
            "Carers' lives since the baseline",
            "How did what carers answer about their lives change?",
            lambda journeys, _: people.carers_lives(journeys),
        ),
        Report(
            "relatives_paid",
            "Payments to relatives",
            "How much of the money do plans pay to relatives, and to which?",
            lambda journeys, _: people.relatives_paid(journeys),
        ),
    )
}
