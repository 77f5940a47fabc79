"""Answers to test with: the least, the most, and any that there are."""

from collections.abc import Mapping
from typing import TypeAlias

from hypothesis import settings
from hypothesis import strategies as st

from services.ras.domain.allocation import Allocation, AllocationTable
from services.ras.domain.good_and_bad_days import DayProfile
from services.ras.domain.points import Counting, ScoredQuestion
from tests.ras.material import a_table

Answers: TypeAlias = dict[str, tuple[str, ...]]

TABLES = (
    "example-council",
    "example-council:2",
    "synthetic",
    "norfolk-children",
    "ratio",
    "florida",
    "washington-mid",
    "washington-levels",
)
#: The first example reads files, on machines that are busy with other tests: time is no part of these rules.
UNHURRIED = settings(deadline=None)


def least_need(table: AllocationTable, **other: str) -> Answers:
    """The least answer to every question, save those that are named."""
    return {
        question.question_id: (other.get(question.question_id, question.choices[0].code),)
        for question in table.scoring.questions
    }


def most_need(table: AllocationTable) -> Answers:
    return {
        question.question_id: tuple(choice.code for choice in question.choices[1:])
        if question.counting is Counting.ADD
        else (question.choices[-1].code,)
        for question in table.scoring.questions
    }


def all_help(table: AllocationTable) -> Mapping[str, str]:
    return dict.fromkeys(table.scoring.domains, "all")


def most_need_that_has_a_row(table: AllocationTable) -> Answers:
    answers = most_need(table) | {"caring_for_others": ("nobody",), "risks": ("none_of_these",), "nights": ("no_help",)}
    return answers | {"time_alone": ("an_hour",), "feelings_and_behaviour": ("most_weeks",)}


def an_assessment() -> st.SearchStrategy[tuple[AllocationTable, Answers, dict[str, str], bool | None]]:
    """Any answers to any table."""
    return st.sampled_from(TABLES).flatmap(answers_to)


@st.composite
def answers_to(draw: st.DrawFn, table_id: str) -> tuple[AllocationTable, Answers, dict[str, str], bool | None]:
    """Any answers to a table, with any help."""
    table = a_table(table_id)
    answers = {question.question_id: draw(some_answer(question)) for question in table.scoring.questions}
    helps = st.sampled_from(list(table.scoring.help_multipliers))
    informal_help = {domain: draw(helps) for domain in table.scoring.domains}
    return table, answers, informal_help, draw(st.sampled_from([True, False, None]))


def some_answer(question: ScoredQuestion) -> st.SearchStrategy[tuple[str, ...]]:
    codes = [choice.code for choice in question.choices]
    if question.counting is Counting.ADD:
        return st.lists(st.sampled_from(codes), min_size=1, unique=True).map(tuple)
    return st.sampled_from(codes).map(lambda code: (code,))


def more_need(question: ScoredQuestion, answer: tuple[str, ...]) -> tuple[str, ...]:
    """The next answer up, or one answer more."""
    codes = [choice.code for choice in question.choices]
    if not question.is_degree:
        return answer
    if question.counting is Counting.ADD:
        return (*answer, *[code for code in codes if code not in answer][:1])
    return (codes[min(codes.index(answer[0]) + 1, len(codes) - 1)],)


Days: TypeAlias = list[DayProfile]


def some_days() -> st.SearchStrategy[Days]:
    """A week of good, usual and bad days."""
    cuts = st.tuples(st.integers(0, 7), st.integers(0, 7)).map(sorted)
    return cuts.map(
        lambda at: [DayProfile("good", at[0]), DayProfile("other", at[1] - at[0]), DayProfile("bad", 7 - at[1])]
    )


def worth(allocation: Allocation, table: AllocationTable) -> float:
    """Money, where a person who costs needs above the table one by one comes after any sum that the table has."""
    above = allocation.points_thousandths > table.money.points_max * 1000
    return float("inf") if above else allocation.pence_per_year
