"""Reports that a council reads: waits, money, needs, equality and carers."""

import csv
import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.outcomes.council_report_pages import as_csv, as_page
from services.outcomes.domain.council_reports.money import (
    indicative_against_final,
    streams_per_budget,
    streams_unclaimed,
    unspent_money,
    ways_of_holding,
)
from services.outcomes.domain.council_reports.people import (
    carers_assessed,
    carers_lives,
    equality,
    relatives_paid,
    unmet_need,
)
from services.outcomes.domain.council_reports.records import (
    Carer,
    Journey,
    Need,
    RelativePaid,
    StreamInBudget,
    StreamState,
)
from services.outcomes.domain.council_reports.tables import KEPT_BACK, Cell, CouncilTable, quantile
from services.outcomes.domain.council_reports.times import moved_on, time_in_each_step
from services.outcomes.domain.small_numbers import PUBLISHED_PEOPLE_MIN, kept_back

OPENED = date(2026, 1, 1)
ON = date(2026, 7, 1)
CASE = Journey("older_people", {"case_opened": OPENED})
CONFIRMED = StreamInBudget(StreamState.CONFIRMED, awarded_pence=100_000, spent_pence=80_000)
BUDGET = replace(CASE, indicative_pence=1_000_000, final_pence=1_000_000, streams={"adult_social_care": CONFIRMED})


def after(days: int) -> date:
    return OPENED + timedelta(days)


def row(table: CouncilTable, name: str) -> dict[str, Cell]:
    return next(dict(zip(table.columns, one, strict=True)) for one in table.rows if one[0] == name)


def waits(*ended_after: int | None) -> list[Journey]:
    return [
        replace(
            CASE, reached={"case_opened": OPENED} | ({"assessment_submitted": after(days)} if days is not None else {})
        )
        for days in ended_after
    ]


def test_half_have_moved_on_when_half_of_all_have() -> None:
    step = row(time_in_each_step(waits(10, 20, 30, 40), ON), "self-assessment")

    assert (step["moved on"], step["half within, days"], step["still wait"]) == (4, 20, 0)


def test_those_who_still_wait_are_counted_among_those_who_waited() -> None:
    step = row(time_in_each_step(waits(10, 20, None, None, None), ON), "self-assessment")

    assert (step["moved on"], step["half within, days"]) == (2, None)
    assert (step["still wait"], step["longest, days"]) == (3, 181)


def test_whoever_left_waits_no_longer_than_until_then() -> None:
    step = row(time_in_each_step([replace(CASE, left_on=after(12))], ON), "self-assessment")

    assert (step["still wait"], step["longest, days"]) == (1, 12)


def test_what_came_after_the_day_of_the_report_is_not_yet_known() -> None:
    step = row(time_in_each_step(waits(10, 30), after(15)), "self-assessment")

    assert (step["moved on"], step["still wait"]) == (1, 1)


def test_a_step_that_ends_before_it_begins_is_told_and_not_counted() -> None:
    table = time_in_each_step(waits(-3, 5), ON)

    assert row(table, "self-assessment")["moved on"] == 1
    assert table.warnings == ("1 steps end before they begin, and are not counted.",)


@given(st.lists(st.integers(0, 400), min_size=1, max_size=60))
def test_where_nobody_waits_any_more_half_is_the_middle_one(lengths: list[int]) -> None:
    assert moved_on([(length, True) for length in lengths], 0.5) == sorted(lengths)[(len(lengths) - 1) // 2]


def test_final_sums_are_compared_with_indicative_ones() -> None:
    finals = [1_000_000] * 6 + [1_100_000] * 3 + [900_000] * 3
    table = indicative_against_final([replace(BUDGET, final_pence=final) for final in finals])
    told = row(table, "older_people")

    assert (told["higher, %"], told["about the same, %"], told["lower, %"]) == (25.0, 50.0, 25.0)
    assert (told["indicative, £ a year"], told["final, £ a year"]) == (10_000, 10_000)


def test_a_sum_that_is_not_final_yet_is_compared_with_nothing() -> None:
    table = indicative_against_final([replace(BUDGET, final_pence=None)] * 20 + [BUDGET] * 12)

    assert row(table, "everybody")["people"] == 12


def test_small_groups_are_kept_back_so_that_the_total_tells_nothing_of_them() -> None:
    sizes = {"older_people": 40, "learning_disability": 12, "mental_health": 3}
    people = [replace(BUDGET, user_group=name) for name, size in sizes.items() for _ in range(size)]
    table = indicative_against_final(people)

    assert {one[0] for one in table.rows if one[1] == KEPT_BACK} == {"learning_disability", "mental_health"}
    assert table.warnings
    assert row(indicative_against_final(people[:5]), "everybody")["people"] == KEPT_BACK


@given(st.lists(st.integers(0, 60), max_size=9))
def test_what_is_kept_back_leaves_no_group_to_be_worked_out(counts: list[int]) -> None:
    hidden = kept_back(counts)
    left = sum(counts[place] for place in hidden)

    assert {place for place, count in enumerate(counts) if 0 < count < PUBLISHED_PEOPLE_MIN} <= hidden
    all_hidden = hidden == {place for place, count in enumerate(counts) if count}
    assert not hidden or all_hidden or (len(hidden) > 1 and left >= PUBLISHED_PEOPLE_MIN)


def test_budgets_are_counted_by_the_streams_that_are_confirmed_in_them() -> None:
    fund = StreamInBudget(StreamState.INDICATIVE, awarded_pence=50_000)
    two = replace(BUDGET, streams={**BUDGET.streams, "supporting_people": CONFIRMED, "independent_living_fund": fund})
    table = streams_per_budget([BUDGET, BUDGET, two, CASE])

    assert table.rows == (("1", 2, 66.7), ("2", 1, 33.3))


def test_streams_that_were_found_and_not_claimed_are_told_with_their_money_and_their_wait() -> None:
    found = StreamInBudget(StreamState.INDICATIVE, awarded_pence=50_000, since=after(30))
    missing = StreamInBudget(StreamState.UNDECIDED)
    journeys = [
        replace(BUDGET, streams={"access_to_work": found}),
        replace(BUDGET, streams={"access_to_work": missing}),
        replace(BUDGET, streams={"access_to_work": found}, left_on=after(60)),
    ]
    told = row(streams_unclaimed(journeys, ON), "access_to_work")

    assert (told["confirmed"], told["found"], told["found, £"], told["undecided"]) == (0, 1, 500, 1)
    assert told["waits longest, days"] == 151


def test_each_way_of_holding_is_counted_and_a_mixture_once() -> None:
    mixed = replace(BUDGET, held_pence={"direct_payment": 300_000, "council_managed": 100_000})
    alone = replace(BUDGET, held_pence={"direct_payment": 400_000, "trust": 0})
    table = ways_of_holding([mixed, alone, CASE])

    assert row(table, "direct_payment") == dict(
        zip(table.columns, ("direct_payment", 2, 100.0, 1, 7_000, 87.5), strict=True)
    )
    assert row(table, "a mixture of ways")["budgets"] == 1
    assert "trust" not in [one[0] for one in table.rows]


def test_unspent_money_is_told_by_stream() -> None:
    much = replace(CONFIRMED, spent_pence=50_000, recovered_pence=10_000)
    over = replace(CONFIRMED, spent_pence=110_000)
    found = StreamInBudget(StreamState.INDICATIVE, awarded_pence=999_999)
    journeys = [replace(BUDGET, streams={"adult_social_care": fund}) for fund in (CONFIRMED, much, over, found)]
    told = row(unspent_money(journeys), "adult_social_care")

    assert (told["funds"], told["awarded £"], told["spent £"], told["recovered £"]) == (3, 3_000, 2_400, 100)
    assert (told["unspent, %"], told["half leave more, %"], told["more than 25% unspent"], told["overspent"]) == (
        20.0,
        20.0,
        1,
        1,
    )


def test_a_need_is_unmet_where_neither_the_plan_nor_others_meet_it() -> None:
    needs = (
        Need("personal_care", is_in_plan=True),
        Need("personal_care", is_in_plan=False, is_met_by_others=True),
        Need("personal_care", is_in_plan=False, reason="refused"),
        Need("personal_care", is_in_plan=False),
    )
    told = row(unmet_need([replace(BUDGET, needs=needs)]), "personal_care")

    assert tuple(told.values()) == ("personal_care", 4, 1, 1, 2, 50.0, 1, 0)


def of_group(ethnicity: str | None, count: int, with_budget: int) -> list[Journey]:
    characteristics = {"ethnicity": ethnicity} if ethnicity else {}
    reached = {"case_opened": OPENED, "budget_opened": after(40)}
    held = replace(BUDGET, characteristics=characteristics, reached=reached, held_pence={"direct_payment": 1})
    none = replace(CASE, characteristics=characteristics)
    return [held] * with_budget + [none] * (count - with_budget)


def test_who_gets_what_is_told_by_group() -> None:
    table = equality(of_group("a", 100, 50) + of_group("b", 40, 20) + of_group(None, 30, 15), "ethnicity")

    assert row(table, "a")["with a budget, %"] == 50.0
    assert row(table, "a")["half get more than, £ a week"] == 192.31
    assert row(table, "b")["half wait more than, days"] == 40
    assert row(table, "not told")["people"] == 30


def test_a_split_of_which_one_side_is_small_is_kept_back_with_the_next() -> None:
    table = equality(of_group("a", 100, 50) + of_group("b", 40, 37) + of_group("c", 60, 30), "ethnicity")

    assert [one[2] for one in table.rows] == [50, KEPT_BACK, KEPT_BACK]
    assert row(table, "b")["people"] == 40


def test_a_small_group_is_kept_back_whole() -> None:
    table = equality(of_group("a", 100, 50) + of_group("b", 4, 2) + of_group("c", 60, 30), "ethnicity")

    assert [one[1] for one in table.rows] == [100, KEPT_BACK, KEPT_BACK]
    assert table.warnings


def test_carers_are_counted_by_what_came_of_their_assessment() -> None:
    table = carers_assessed([replace(BUDGET, carers=(Carer("eligible"), Carer("refused"), Carer("")))] * 2)

    assert table.rows == (
        ("all carers", 6, 100.0),
        ("not assessed", 2, 33.3),
        ("eligible", 2, 33.3),
        ("refused", 2, 33.3),
    )


def test_carers_lives_are_told_where_enough_answered_twice() -> None:
    def with_scores(measure: str, pairs: Sequence[tuple[float, float]]) -> list[Journey]:
        return [replace(BUDGET, carers=(Carer("eligible", {measure: pair}),)) for pair in pairs]

    journeys = with_scores("weight_of_caring", [(2, 3)] * 6 + [(2, 2)] * 3 + [(3, 1)] * 3) + with_scores(
        "few", [(1, 2)]
    )
    table = carers_lives(journeys)

    assert tuple(row(table, "weight_of_caring").values()) == ("weight_of_caring", 12, 2.25, 2.25, 6, 3, 3)
    assert row(table, "few")["carers"] == KEPT_BACK


def test_payments_to_relatives_are_told_by_relation_and_household() -> None:
    paid = RelativePaid("son_or_daughter", same_household=False, pence_per_year=100_000)
    journeys = [replace(BUDGET, relatives_paid=(paid,), held_pence={"direct_payment": 400_000})] * 10
    table = relatives_paid(journeys)

    assert table.rows == (("son or daughter, another household", 10, 10_000, 25.0),)
    assert relatives_paid(journeys[:9]).rows[0][1] == KEPT_BACK


TABLES = (
    time_in_each_step(waits(10, 20, None), ON),
    indicative_against_final([BUDGET] * 12),
    equality(of_group("a", 100, 50) + of_group("=b", 4, 2) + of_group("c", 60, 30), "ethnicity"),
    ways_of_holding([]),
)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.code)
def test_every_report_is_a_page_with_its_table_and_a_file_of_the_same_figures(table: CouncilTable) -> None:
    page, file = as_page(table), list(csv.reader(io.StringIO(as_csv(table))))

    assert "<table>" in page
    assert (tuple(file[0]), len(file)) == (table.columns, len(table.rows) + 1)
    assert set(table.drawn) <= set(table.columns)


@pytest.mark.parametrize(
    "table",
    [
        time_in_each_step([], ON),
        indicative_against_final([]),
        streams_per_budget([]),
        streams_unclaimed([], ON),
        unspent_money([]),
        unmet_need([]),
        equality([], "sex"),
        carers_assessed([]),
        carers_lives([]),
        relatives_paid([]),
    ],
    ids=lambda table: table.code,
)
def test_a_council_without_budgets_has_empty_reports(table: CouncilTable) -> None:
    assert all(len(one) == len(table.columns) for one in table.rows)
    assert not any(cell for one in table.rows for cell in one[1:] if not isinstance(cell, str))


def test_no_word_of_anybody_runs_in_a_spreadsheet() -> None:
    table = equality(of_group('=cmd|"/c calc"!A1', 40, 20) + of_group("b", 40, 20), "ethnicity")

    assert not any(line.startswith(("=", '"=')) for line in as_csv(table).splitlines())


def test_quantiles_lie_between_the_two_nearest() -> None:
    assert [quantile([4, 1, 3, 2], share) for share in (0, 0.5, 1)] == [1, 2.5, 4]
