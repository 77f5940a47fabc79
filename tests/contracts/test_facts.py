"""The fact catalogue: what a value of each kind may be."""

import pytest

from braid.contracts.assessment import FactValue, IncomeLine
from braid.contracts.codes import PENCE_MAX
from braid.contracts.facts import CATALOGUE, INCOME_CODES, Fact, FactKind, fact_problems

#: One fact of each kind.
BY_KIND = {
    FactKind.YES_NO: "ordinarily_resident",
    FactKind.DATE: "date_of_birth",
    FactKind.PENCE: "capital_pence",
    FactKind.PENCE_PER_WEEK: "housing_costs_pence_per_week",
    FactKind.COUNT: "hours_worked_per_week",
    FactKind.CODE: "facs_band",
    FactKind.INCOMES: "incomes",
}


def income(code: str, pence_per_week: int = 100) -> IncomeLine:
    return IncomeLine(code=code, pence_per_week=pence_per_week)


GOOD: list[tuple[FactKind, FactValue]] = [
    (FactKind.YES_NO, True),
    (FactKind.YES_NO, False),
    (FactKind.DATE, "2009-06-01"),
    (FactKind.DATE, "2008-02-29"),
    (FactKind.PENCE, 0),
    (FactKind.PENCE, PENCE_MAX),
    (FactKind.PENCE_PER_WEEK, 8500),
    (FactKind.COUNT, 0),
    (FactKind.COUNT, 168),
    (FactKind.CODE, "critical"),
    (FactKind.INCOMES, ()),
    (FactKind.INCOMES, (income("earnings"), income("dla_mobility"))),
]

BAD: list[tuple[FactKind, FactValue, str]] = [
    (FactKind.YES_NO, 1, "must be true or false"),
    (FactKind.YES_NO, "true", "must be true or false"),
    (FactKind.DATE, "2009-02-29", "must be a date such as 2009-06-01"),
    (FactKind.DATE, "01/06/2009", "must be a date such as 2009-06-01"),
    (FactKind.DATE, "20090601", "must be a date such as 2009-06-01"),
    (FactKind.DATE, 20090601, "must be a date such as 2009-06-01"),
    (FactKind.PENCE, -1, "must be whole pence, zero or more"),
    (FactKind.PENCE, PENCE_MAX + 1, "must be whole pence, zero or more"),
    (FactKind.PENCE, True, "must be whole pence, zero or more"),
    (FactKind.PENCE, "100", "must be whole pence, zero or more"),
    (FactKind.PENCE_PER_WEEK, -1, "must be whole pence, zero or more"),
    (FactKind.COUNT, 169, "must be a whole number from 0 to 168"),
    (FactKind.COUNT, -1, "must be a whole number from 0 to 168"),
    (FactKind.COUNT, False, "must be a whole number from 0 to 168"),
    (FactKind.CODE, "serious", "must be one of critical, substantial, moderate, low, none"),
    (FactKind.CODE, True, "must be one of critical, substantial, moderate, low, none"),
    (FactKind.INCOMES, "earnings", "must be a list of incomes"),
    (FactKind.INCOMES, 100, "must be a list of incomes"),
    (FactKind.INCOMES, (income("lottery"),), "has an unknown income: lottery"),
    (FactKind.INCOMES, (income("earnings", 1), income("earnings", 2)), "names an income twice"),
]


@pytest.mark.parametrize(("kind", "value"), GOOD)
def test_a_value_that_is_written_as_its_fact_asks_is_fine(kind: FactKind, value: FactValue) -> None:
    assert fact_problems({BY_KIND[kind]: value}) == []


@pytest.mark.parametrize(("kind", "value", "complaint"), BAD)
def test_a_value_that_is_not_says_what_it_must_be(kind: FactKind, value: FactValue, complaint: str) -> None:
    assert fact_problems({BY_KIND[kind]: value}) == [(BY_KIND[kind], complaint)]


def test_a_fact_that_nobody_knows_is_named() -> None:
    assert fact_problems({"favourite_colour": "blue"}) == [("favourite_colour", "is not in the fact catalogue")]


def test_problems_are_told_in_the_order_in_which_the_facts_were_given() -> None:
    facts: dict[str, FactValue] = {"uk_resident": "yes", "capital_pence": 5, "colour": "blue", "facs_band": "x"}

    assert [name for name, _ in fact_problems(facts)] == ["uk_resident", "colour", "facs_band"]


def test_every_kind_of_fact_is_in_the_catalogue() -> None:
    assert {fact.kind for fact in CATALOGUE.values()} == set(FactKind) == set(BY_KIND)


@pytest.mark.parametrize("fact", CATALOGUE.values(), ids=list(CATALOGUE))
def test_a_fact_says_what_it_means_and_what_its_values_can_be(fact: Fact) -> None:
    assert fact.meaning.endswith(".")
    assert bool(fact.codes) == (fact.kind in (FactKind.CODE, FactKind.INCOMES))
    assert bool(fact.count_max) == (fact.kind is FactKind.COUNT)
    assert ("pence" in fact.name) == (fact.kind in (FactKind.PENCE, FactKind.PENCE_PER_WEEK))


def test_every_income_code_can_be_written_in_an_event() -> None:
    assert [income(code).code for code in INCOME_CODES] == list(INCOME_CODES)
