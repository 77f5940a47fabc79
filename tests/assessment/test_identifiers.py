"""Identifiers: NHS numbers by their check digit and range, places, postcodes and councils; and names that are alike."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.assessment.duplicates import names_are_alike
from services.assessment.identifiers import (
    IdentifierRefused,
    councils,
    nhs_number_of,
    postcode_of,
    require_council,
    uprn_of,
)

MADE_UP, REAL = "E10009999", "E10000003"


@pytest.mark.parametrize("told", ["943 476 5919", "943-476-5870", "9000000009"])
def test_a_number_for_testing_is_one_for_made_up_councils_alone(told: str) -> None:
    assert nhs_number_of(told, MADE_UP).isdigit()
    with pytest.raises(IdentifierRefused, match="begins like this"):
        nhs_number_of(told, REAL)


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ("4010232138", "check digit"),
        ("943476591", "ten digits"),
        ("94347659190", "ten digits"),
        ("four", "ten digits"),
        ("０４０１０２３２１３", "ten digits"),
        ("0101010109", "begins like this"),
        ("3200000015", "begins like this"),
        ("5000000013", "begins like this"),
        ("8000000016", "begins like this"),
    ],
)
def test_what_is_no_nhs_number_of_here_is_refused_with_its_reason(told: str, why: str) -> None:
    with pytest.raises(IdentifierRefused, match=why):
        nhs_number_of(told, REAL)


def test_a_published_example_is_one() -> None:
    assert nhs_number_of("401 023 2137", REAL) == "4010232137"


@given(st.integers(400_000_000, 499_999_999), st.integers(0, 9), st.integers(1, 9), st.integers(0, 9))
def test_one_mistyped_digit_is_always_found(first_nine: int, check: int, by: int, place: int) -> None:
    told = f"{first_nine}{check}"
    try:
        right = nhs_number_of(told, REAL)
    except IdentifierRefused:
        return
    wrong = right[:place] + str((int(right[place]) + by) % 10) + right[place + 1 :]
    with pytest.raises(IdentifierRefused):
        nhs_number_of(wrong, REAL)


@given(st.integers(1, 999_999_999_999))
def test_a_uprn_is_kept_without_leading_noughts(number: int) -> None:
    assert uprn_of(f"{number:012}") == str(number)


@pytest.mark.parametrize("told", ["", "0", "-1", "1.5", "1234567890123", "²"])
def test_what_is_no_uprn_is_refused(told: str) -> None:
    with pytest.raises(IdentifierRefused):
        uprn_of(told)


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("cb30ap", "CB3 0AP"),
        ("SW1A 1AA", "SW1A 1AA"),
        (" m1 1ae ", "M1 1AE"),
        ("EC1A1BB", "EC1A 1BB"),
        ("W1A 0AX", "W1A 0AX"),
    ],
)
def test_a_postcode_is_kept_as_it_is_written_on_letters(told: str, kept: str) -> None:
    assert postcode_of(told) == kept


@pytest.mark.parametrize("told", ["", "CB3", "CB3 0A", "QQ1 1AA", "CB3 0IP", "1CB 0AP", "CB333 0AP"])
def test_what_has_not_the_shape_of_a_postcode_is_refused(told: str) -> None:
    with pytest.raises(IdentifierRefused):
        postcode_of(told)


def test_every_english_council_with_the_duty_is_known_once() -> None:
    kinds = [code[:3] for code in councils()]

    assert len(councils()) == 153
    assert {kind: kinds.count(kind) for kind in sorted(set(kinds))} == {"E06": 63, "E08": 36, "E09": 33, "E10": 21}
    assert councils()[REAL].name == "Cambridgeshire County Council"


def test_a_council_without_the_duty_opens_no_case() -> None:
    require_council(REAL, date(2026, 1, 1))
    require_council(MADE_UP, date(2026, 1, 1))
    with pytest.raises(IdentifierRefused, match="no council"):
        require_council("E07000008", date(2026, 1, 1))


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("Smith, Anne", "Ann Smith", True),
        ("JOSÉ O'Neill", "Jose ONeill", True),
        ("Mary Jones", "Peter Jones", False),
        ("Ada Lovelace", "Charles Babbage", False),
    ],
)
def test_names_are_alike_whatever_the_order_of_their_parts(one: str, other: str, alike: bool) -> None:
    assert names_are_alike(one, other) is alike
