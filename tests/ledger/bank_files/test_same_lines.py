"""The same file twice, a file that tells an old line anew, and files that overlap."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ledger.bank_files.camt053 import read_camt053
from services.ledger.domain.bank import StatementLine
from services.ledger.domain.bank_lines import Comparison, compare_lines, told_reference
from tests.ledger.bank_files.bank_answers import Booked, a_source, camt053


def lines_of(*lines: Booked) -> tuple[StatementLine, ...]:
    (statement,) = read_camt053(a_source(camt053(lines)))
    return statement.lines


def known(lines: tuple[StatementLine, ...]) -> dict[UUID, StatementLine]:
    return {line.line_id: line for line in lines}


def forty(*, referenced: bool) -> list[Booked]:
    return [
        Booked(
            -1_000 - number,
            on=f"2026-05-{number % 28 + 1:02d}",
            text=f"Item {number}",
            reference=f"R-{number}" if referenced else "",
        )
        for number in range(40)
    ]


@pytest.mark.parametrize("referenced", [True, False])
def test_a_statement_imported_twice_with_two_lines_changed_raises_two_queries(referenced: bool) -> None:
    """Row L26: 40 spends, 2 queries about changed lines, no duplicates; whether or not the bank gives references."""
    first = forty(referenced=referenced)
    second = [*first]
    second[3] = replace(first[3], pence=-9_999)
    second[17] = replace(first[17], text="Item seventeen")
    before, after = lines_of(*first), lines_of(*second)
    told = compare_lines(after, known(before))

    assert (told.new, told.unchanged, told.gone) == ((), 38, ())
    assert [(change.before, change.after.line_id) for change in told.changed] == [
        (before[3], before[3].line_id),
        (before[17], before[17].line_id),
    ]
    assert [change.after.amount_pence for change in told.changed] == [-9_999, before[17].amount_pence]


def test_the_same_change_found_again_is_the_same_query() -> None:
    before, after = lines_of(Booked(-1_000)), lines_of(Booked(-1_100))

    assert compare_lines(after, known(before)) == compare_lines(after, known(before))


@settings(deadline=None)
@given(
    st.lists(
        st.builds(
            Booked,
            st.sampled_from([-1_000, -1_250, 500]),
            on=st.sampled_from(["2026-05-04", "2026-05-05"]),
            text=st.sampled_from(["Shop", "Bus"]),
            reference=st.sampled_from(["", "NONREF", "R-1", "R-2"]),
        ),
        max_size=12,
    )
)
def test_a_file_imported_twice_brings_nothing_new(booked: list[Booked]) -> None:
    lines = lines_of(*booked)

    assert len(known(lines)) == len(lines)
    assert compare_lines(lines_of(*booked), known(lines)) == Comparison((), (), len(lines), ())


def test_a_file_that_overlaps_another_brings_only_what_is_later() -> None:
    may = [Booked(-1_000, on="2026-05-28"), Booked(-300, on="2026-05-29"), Booked(-300, on="2026-05-29")]
    june = [*may[1:], Booked(-300, on="2026-06-01")]
    told = compare_lines(lines_of(*june), known(lines_of(*may)))

    assert ([line.booked_on for line in told.new], told.unchanged, told.changed, told.gone) == (
        [date(2026, 6, 1)],
        2,
        (),
        (),
    )


def test_a_third_equal_line_of_a_day_is_one_more_line() -> None:
    coffee = Booked(-300)
    told = compare_lines(lines_of(coffee, coffee, coffee), known(lines_of(coffee, coffee)))

    assert (len(told.new), told.unchanged, told.changed) == (1, 2, ())


def test_a_line_that_the_bank_took_back_is_told_as_gone() -> None:
    before = lines_of(Booked(-1_000, text="Bus"), Booked(-300), Booked(-500, on="2026-05-06"))
    told = compare_lines(lines_of(Booked(-1_000, text="Bus"), Booked(-500, on="2026-05-06")), known(before))

    assert told.gone == (before[1],)


def test_what_lies_outside_a_file_s_days_is_not_gone() -> None:
    before = lines_of(Booked(-1_000, on="2026-05-01"), Booked(-300, on="2026-05-04"))

    assert compare_lines(lines_of(Booked(-300, on="2026-05-04")), known(before)).gone == ()


def test_a_line_of_another_day_amount_and_text_is_new_and_takes_no_place() -> None:
    before = lines_of(Booked(-1_000, text="Bus"))
    told = compare_lines(lines_of(Booked(-700, text="Shop")), known(before))

    assert ([line.text for line in told.new], told.changed, told.gone) == (["Shop"], (), before)


def test_a_line_with_a_reference_is_the_same_even_on_another_day() -> None:
    before = lines_of(Booked(-1_000, reference="R-9"))
    told = compare_lines(lines_of(Booked(-1_000, on="2026-05-07", reference="R-9")), known(before))

    assert ([change.before for change in told.changed], told.new) == ([before[0]], ())


def test_an_empty_file_says_nothing_about_what_is_known() -> None:
    assert compare_lines((), known(lines_of(Booked()))) == Comparison((), (), 0, ())


@pytest.mark.parametrize("given_reference", ["", " NONREF ", "NotProvided", "n/a"])
def test_words_for_no_reference_are_none(given_reference: str) -> None:
    assert told_reference(given_reference) == ""
