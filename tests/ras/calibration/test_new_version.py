"""The chosen fit becomes a version that the service reads, and that says to the penny what the report says."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from functools import lru_cache

import numpy as np
import pytest
import yaml

from services.ras.calibration.comparison import Comparison, compare
from services.ras.calibration.errors import FitRefused, PastPeopleRefused
from services.ras.calibration.methods import Settings
from services.ras.calibration.new_version import Release, as_new_version
from services.ras.calibration.past_people import PastPeople, past_people
from services.ras.calibration.report import as_data, best, report
from services.ras.domain.errors import TableNotSound
from services.ras.named_tables import NamedTable
from services.ras.simulation.whole_population import allocations
from tests.ras.calibration.material import base, made_up, past

RELEASE = Release(2, date(2027, 4, 1), "The sums follow what support costs now.")
MAY_BE_CHOSEN = ("price_per_point", "few_knots", "isotonic", "rank_matched", "band_mean", "ridge", "ridge_few_knots")


@lru_cache
def compared(code: str) -> Comparison:
    return compare(past(), Settings(), folds=3, codes=[code])


def written(code: str) -> NamedTable:
    comparison = compared(code)
    return as_new_version(base(), comparison, comparison.judged[0], RELEASE)


@pytest.mark.parametrize("code", MAY_BE_CHOSEN)
def test_the_table_gives_the_people_what_the_fit_gave_them(code: str) -> None:
    (one,) = compared(code).judged
    everybody = replace(made_up(), specialist_minutes_per_day={})
    given = allocations(written(code).table, everybody)
    wanted = {
        int(person): 52 * float(figure) * one.factor
        for person, figure in zip(past().person, one.fit.figures(past()), strict=True)
    }

    off = [
        abs(int(pence) - wanted[row])
        for row, (pence, calculated) in enumerate(zip(given.pence_per_year, given.calculated, strict=True))
        if calculated
    ]
    assert len(off) > 350
    # A knot is rounded to the penny a year, and so is the sum. A price of points is exact; points are too.
    assert max(off) <= 1.0


@pytest.mark.parametrize("code", MAY_BE_CHOSEN)
def test_nobody_who_was_fitted_to_is_above_the_table(code: str) -> None:
    table = written(code).table

    assert table.money.exact_pence_per_year(table.money.points_max) is not None
    why = allocations(table, replace(made_up(), specialist_minutes_per_day={})).why_a_person
    assert not (why & 2).any()


def test_the_new_version_keeps_everything_but_the_sums() -> None:
    before, after = base().document, written("few_knots").document

    changed = {name for name in after if after[name] != before.get(name)}
    assert changed == {"version", "in_force_from", "statement", "money"}
    assert after["statement"].startswith(RELEASE.why)
    assert "made-up people" in after["statement"]


def test_points_set_from_people_replace_the_points_and_keep_the_questions() -> None:
    before, after = base().document["points"], written("ridge").document["points"]

    assert after["counting"] == before["counting"]
    assert {name: list(choices) for name, choices in after["by_question"].items()} == {
        name: list(choices) for name, choices in before["by_question"].items()
    }
    assert after["by_question"] != before["by_question"]


def test_sources_of_made_up_people_are_made_up() -> None:
    money = written("few_knots").document["money"]

    assert {knot["source"]["kind"] for knot in money["knots"]} == {"made_up"}
    assert written("few_knots").text.startswith("# SYNTHETIC")


def test_real_people_are_told_as_arithmetic_on_them() -> None:
    comparison = compare(replace(past(), synthetic=False), Settings(), folds=3, codes=["few_knots"])

    made = as_new_version(base(), comparison, comparison.judged[0], RELEASE)

    assert {knot["source"]["kind"] for knot in made.document["money"]["knots"]} == {"inferred"}
    assert "SYNTHETIC" not in made.text


def test_what_is_held_back_is_told_in_the_table() -> None:
    comparison = compare(past(), Settings(), folds=3, codes=["few_knots"], top_slice=0.1)

    made = as_new_version(base(), comparison, comparison.judged[0], RELEASE)

    assert made.table.held_back == Fraction(1, 10)
    assert "10% of all spending is held back" in made.table.statement


def test_a_fit_that_goes_below_nothing_cannot_be_chosen() -> None:
    comparison = compared("least_squares")

    with pytest.raises(FitRefused, match="below nothing"):
        as_new_version(base(), comparison, comparison.judged[0], RELEASE)


def test_a_fit_that_nobody_can_follow_cannot_be_chosen() -> None:
    comparison = compared("boosted")

    with pytest.raises(FitRefused, match="nobody could follow it"):
        as_new_version(base(), comparison, comparison.judged[0], RELEASE)


def test_a_version_that_is_not_newer_is_refused() -> None:
    comparison = compared("few_knots")

    with pytest.raises(FitRefused, match="not newer"):
        as_new_version(base(), comparison, comparison.judged[0], replace(RELEASE, version=1))


def test_points_alone_weigh_domains_and_the_new_points_follow() -> None:
    """A council that kept points and no answers: ridge weighs its domains."""
    points = past_points()
    comparison = compare(points, Settings(), folds=3, codes=["ridge"])

    made = as_new_version(base(), comparison, comparison.judged[0], RELEASE)

    before = {asked.question_id: asked for asked in base().table.scoring.questions}
    weights = comparison.judged[0].fit.weights.tenths
    assert weights is not None
    for asked in made.table.scoring.questions:
        weight = Fraction(weights[points.domains.index(asked.domain)], 10)
        assert [c.points for c in asked.choices] == [c.points * weight for c in before[asked.question_id].choices]


def past_points() -> PastPeople:
    net = past().points_thousandths
    order = np.argsort(past().person)
    people = replace(
        made_up(),
        answers={},
        points_thousandths={domain: net[order, place] for place, domain in enumerate(past().domains)},
    )
    return past_people(people, base().table)


def test_scores_from_answers_and_from_points_are_the_same() -> None:
    assert past_points().points_thousandths.tolist() == past().points_thousandths.tolist()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"pence_per_week": None}, "pence_per_week is missing"),
        ({"answers": {}}, "must be exactly points_personal_care"),
    ],
)
def test_people_without_what_a_fit_needs_are_refused(change: dict[str, object], reason: str) -> None:
    with pytest.raises(PastPeopleRefused, match=reason):
        past_people(replace(made_up(), **change), base().table)  # type: ignore[arg-type]


def test_people_who_left_a_question_out_are_refused() -> None:
    answers = dict(made_up().answers)
    answers.pop("nights")

    with pytest.raises(PastPeopleRefused, match="400 people have not answered"):
        past_people(replace(made_up(), answers=answers), base().table)


def test_the_report_has_a_table_for_every_picture_and_needs_no_other_file() -> None:
    comparison = compare(past(), Settings(), folds=3, codes=["price_per_point", "few_knots", "least_squares"])

    page = report(comparison, best(comparison))

    assert page.count("<figure>") == page.count("The same figures as a table") == 4
    for fetched in ('src="http', "<script", "<link", "@import", "url("):
        assert fetched not in page
    assert "(synthetic people)" in page
    assert "below nothing" in page
    assert "What the next point adds" in page


def test_the_reports_data_hold_every_way_and_name_the_one_shown() -> None:
    comparison = compare(past(), Settings(), folds=3, codes=["price_per_point", "few_knots", "least_squares"])

    data = as_data(comparison, best(comparison))

    assert set(data["methods"]) == {"price_per_point", "few_knots", "least_squares"}
    assert data["shown"] in {"price_per_point", "few_knots"}, "the line goes below nothing"
    assert yaml.safe_load(yaml.safe_dump(data)) == data


def test_the_service_itself_refuses_a_table_that_falls() -> None:
    """What the fit promises is checked again by whoever reads the table."""
    from services.ras.domain.tables import Knot, LinearBetweenKnots

    with pytest.raises(TableNotSound):
        LinearBetweenKnots((Knot(Fraction(0), Fraction(5)), Knot(Fraction(1), Fraction(4))))
