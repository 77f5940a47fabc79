"""Costed lines: the working is printed, and the year has the weeks that it says."""

from dataclasses import replace
from fractions import Fraction

from services.ras.domain.costed_lines import RateCard, RoundTo, SupportNeed, costed_line
from tests.ras.material import a_table

HANDOVER = SupportNeed("handover_two_to_one", "Two workers at handover", 30)
SPECIALIST = SupportNeed("specialist_support", "Support from a specialist provider", 14 * 60)


def a_rate_card() -> RateCard:
    return a_table("example-council").rate_card


def test_a_line_prints_its_hours_its_rate_its_weeks_where_the_rate_comes_from_and_how_it_was_rounded() -> None:
    line = costed_line(HANDOVER, a_rate_card())

    assert line is not None
    assert line.text == (
        "Two workers at handover: 0.5 hours a day x 7 days x 52 weeks = 182 hours at £14.10 an hour (a rate worked out"
        " from published sums), rounded from £2,566.20 to the pound"
    )


def test_a_year_of_365_days_would_not_give_the_published_sum() -> None:
    per_day = Fraction(14) * a_rate_card().rates["specialist_support"].pence_per_hour

    assert per_day * 365 == 2_044_000
    line = costed_line(SPECIALIST, a_rate_card())
    assert line is not None
    assert line.pence_per_year == 2_038_400


def test_a_card_that_rounds_to_pence_keeps_them() -> None:
    line = costed_line(HANDOVER, replace(a_rate_card(), round_to=RoundTo.PENCE))

    assert line is not None
    assert line.pence_per_year == 256_620
    assert "rounded" not in line.text


def test_support_without_a_rate_has_no_line() -> None:
    assert costed_line(replace(HANDOVER, code="music_therapy"), a_rate_card()) is None
