"""A whole evaluation: what it finds, what it refuses, what it warns of, and what it keeps back."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner, Result

from braid.command_line.main import app
from services.outcomes.evaluation.cohort import Cohort, Floats
from services.outcomes.evaluation.cohort_files import CohortRefused, read_cohort, write_cohort
from services.outcomes.evaluation.cost_and_effect import Verdict
from services.outcomes.evaluation.differences import Answered, Design, Difference, Finding
from services.outcomes.evaluation.errors import GroupsTooSmall, NoComparison, NothingMeasured
from services.outcomes.evaluation.evaluating import Evaluation, Question, evaluate
from services.outcomes.evaluation.made_up_trial import Truth, made_up_trial
from services.outcomes.evaluation.report import report
from services.outcomes.evaluation.results import as_data

ONE = {"life.quality_of_life": ("quality of life", 7)}
QUICK = Question(draws=400)
STRONG = Truth(effect={"mental_health": 1.2, "learning_disability": 0.0}, missing=0.1)


@pytest.fixture(scope="module")
def trial() -> Cohort:
    return made_up_trial(STRONG, 41, ONE)


@pytest.fixture(scope="module")
def found(trial: Cohort) -> Evaluation:
    return evaluate(trial, QUICK)


def row(evaluation: Evaluation, group: str | None, answered: Answered = Answered.ALL) -> Difference:
    return next(one for one in evaluation.outcomes if (one.group, one.answered) == (group, answered))


def with_scores(cohort: Cohort, after: Floats) -> Cohort:
    return replace(cohort, outcomes=(replace(cohort.outcomes[0], after=after),))


def test_an_effect_on_one_group_is_found_in_that_group_and_in_no_other(found: Evaluation) -> None:
    assert row(found, "mental_health").finding is Finding.CLEAR
    assert row(found, "older_people").finding is not Finding.CLEAR
    assert (found.groups_differ["life.quality_of_life"] or 1) < 0.001


def test_the_adjusted_difference_is_nearer_than_the_raw_one(found: Evaluation) -> None:
    one = row(found, "mental_health")

    assert one.adjusted is not None
    assert one.estimate is not None
    assert one.adjusted.error < one.estimate.error
    assert one.adjusted.low < 1.2 < one.adjusted.high


def test_costs_are_told_by_stream_and_the_streams_add_up(found: Evaluation) -> None:
    by_stream = {one.stream: float(one.budget.value) for one in found.costs if one.group is None}
    whole = by_stream.pop("all streams")

    assert sum(by_stream.values()) == pytest.approx(whole)
    assert {one.group for one in found.costs} == {None, *made_up_trial(STRONG, 41, ONE).groups}


def test_what_is_better_and_cheaper_dominates_and_has_no_cost_of_a_point() -> None:
    better = evaluate(
        made_up_trial(Truth(pence_per_week=(10_000, 40_000), effect={"mental_health": 3}), 42, ONE), QUICK
    )
    (everybody,) = (one for one in better.together if one.group is None)

    assert everybody.verdict is Verdict.BUDGET_DOMINATES
    assert everybody.cloud.shares()[Verdict.BUDGET_DOMINATES] > 0.95
    assert everybody.pence_a_point_gained is None
    assert everybody.acceptability.min() == 1


def test_what_is_better_and_dearer_has_a_cost_of_a_point_and_a_worth_from_which_it_pays() -> None:
    truth = Truth(
        pence_per_week=(33_000, 30_000), spread=0.1, effect=dict.fromkeys(("older_people", "mental_health"), 1.5)
    )
    dearer = evaluate(made_up_trial(truth, 43, ONE), QUICK)
    (everybody,) = (one for one in dearer.together if one.group is None)

    assert everybody.verdict is Verdict.BETTER_AND_DEARER
    assert everybody.pence_a_point_gained == pytest.approx(everybody.cost / everybody.effect)
    assert (everybody.acceptability[0], everybody.acceptability[-1]) == (0, 1)
    assert (np.diff(everybody.acceptability) >= 0).all()


def test_of_a_measure_where_lower_is_better_a_fall_is_a_gain() -> None:
    cohort = made_up_trial(Truth(effect=dict.fromkeys(("older_people", "mental_health"), -2.0)), 44, ONE)
    cohort = replace(cohort, outcomes=(replace(cohort.outcomes[0], higher_is_better=False),))
    (everybody,) = (one for one in evaluate(cohort, QUICK).together if one.group is None)

    assert everybody.effect > 0
    assert (everybody.cloud.effect > 0).all()


def test_draws_and_formula_agree_about_the_net_benefit(found: Evaluation) -> None:
    (everybody,) = (one for one in found.together if one.group is None)
    worth = everybody.pence_a_point[5]
    drawn = worth * everybody.cloud.effect - everybody.cloud.cost

    assert drawn.mean() == pytest.approx(everybody.net_benefit.value[5], abs=0.2 * everybody.net_benefit.error[5])
    assert drawn.std() == pytest.approx(everybody.net_benefit.error[5], rel=0.15)


def test_the_same_seed_makes_the_same_draws(trial: Cohort, found: Evaluation) -> None:
    assert as_data(evaluate(trial, QUICK)) == as_data(found)


def test_answers_given_by_others_are_told_apart(found: Evaluation) -> None:
    own, others = row(found, None, Answered.SELF), row(found, None, Answered.OTHERS)

    assert sum(own.counts) + sum(others.counts) == sum(row(found, None).counts)
    assert any("given by somebody else" in warning for warning in found.warnings)


def test_a_small_group_is_kept_back_with_the_next_smallest_so_that_nobody_works_it_out(trial: Cohort) -> None:
    after = trial.outcomes[0].after.copy()
    small = np.flatnonzero((trial.group == 3) & trial.has_budget)
    after[small[9:]] = np.nan
    evaluation = evaluate(with_scores(trial, after), QUICK)
    kept = {one.group for one in evaluation.outcomes if one.estimate is None and one.answered is Answered.ALL}
    told = as_data(evaluation)

    assert (len(kept), "mental_health" in kept) == (2, True)
    assert {one.group for one in evaluation.together} & kept == set()
    assert all(one["people"] is None for one in told["outcomes"] if one["group"] in kept)
    assert any("Mental health" in text or "mental health" in text for text in evaluation.warnings)


def test_few_people_in_a_group_are_told_with_a_warning(trial: Cohort) -> None:
    after = trial.outcomes[0].after.copy()
    small = np.flatnonzero((trial.group == 3) & trial.has_budget & ~np.isnan(after))
    after[small[20:]] = np.nan
    evaluation = evaluate(with_scores(trial, after), QUICK)

    assert any("20 people in an arm" in warning for warning in evaluation.warnings)


def test_missing_answers_are_told_and_never_made_up(trial: Cohort) -> None:
    after = trial.outcomes[0].after.copy()
    after[np.flatnonzero(trial.has_budget)[:200]] = np.nan
    evaluation = evaluate(with_scores(trial, after), QUICK)

    assert row(evaluation, None).counts[0] == int((trial.has_budget & ~np.isnan(after)).sum())
    assert any("Nothing was put in place of what is missing" in warning for warning in evaluation.warnings)


def test_a_clear_difference_says_what_the_missing_would_have_to_be_like() -> None:
    cohort = made_up_trial(Truth(effect=dict.fromkeys(("older_people", "mental_health"), 2.0)), 45, ONE)

    assert any("would no longer be clear" in warning for warning in evaluate(cohort, QUICK).warnings)


def test_arms_of_another_mix_are_warned_of(trial: Cohort) -> None:
    group = trial.group.copy()
    group[trial.has_budget & (group == 2)] = 0

    assert any("those without" in text for text in evaluate(replace(trial, group=group), QUICK).warnings)


def test_many_differences_are_looked_at_and_chance_findings_are_no_findings() -> None:
    for seed in range(60, 80):
        evaluation = evaluate(made_up_trial(Truth(effect={}), seed), replace(QUICK, draws=100))
        alone = [one for one in evaluation.outcomes if one.finding is Finding.ONLY_IF_ALONE]
        if alone:
            break

    assert not any(one.finding is Finding.CLEAR for one in evaluation.outcomes)
    assert any("differences were looked at" in warning for warning in evaluation.warnings)


def test_before_and_after_tells_a_change_and_that_it_is_no_effect(trial: Cohort) -> None:
    evaluation = evaluate(trial, replace(QUICK, design=Design.BEFORE_AND_AFTER))

    assert evaluation.together == ()
    assert all(one.comparison is None for one in evaluation.costs)
    assert any("A change is not what the budget did" in warning for warning in evaluation.warnings)


def test_arms_without_comparison_are_refused(trial: Cohort) -> None:
    everybody = replace(trial, has_budget=np.ones(len(trial), np.bool_))

    with pytest.raises(NoComparison):
        evaluate(everybody, QUICK)
    assert evaluate(everybody, replace(QUICK, design=Design.BEFORE_AND_AFTER)).people == (959, 0)


def test_arms_too_small_to_publish_are_refused() -> None:
    with pytest.raises(GroupsTooSmall):
        evaluate(made_up_trial(Truth(people=(9, 100)), 46, ONE), QUICK)


def test_nothing_measured_is_refused(trial: Cohort) -> None:
    with pytest.raises(NothingMeasured):
        evaluate(with_scores(trial, np.full(len(trial), np.nan)), QUICK)


def test_the_report_has_a_table_for_every_picture_and_says_that_people_are_made_up(
    trial: Cohort, found: Evaluation
) -> None:
    text = report(trial, found)

    assert text.count("<figure>") == text.count("The same figures as a table") == 4
    assert "made-up people" in text
    assert f"<td>{' and '.join(map(str, row(found, 'mental_health').counts))}</td>" in text
    assert "<td>under 0.001</td>" in text
    assert "nan" not in text.split("<main>")[1].replace("finance", "")


def braid(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["outcomes", *map(str, arguments)])


def test_an_evaluation_goes_from_a_file_to_a_report(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    assert braid("made-up-trial", "--with-budget", "120", "--without", "110", "--out", file).exit_code == 0

    result = braid("evaluate", "--people", file, "--draws", "200", "--out", tmp_path / "out")

    assert result.exit_code == 0, result.output
    assert "Nothing here is a finding" in result.output
    told = json.loads((tmp_path / "out" / "evaluation.json").read_text())
    assert (told["people"], told["draws"]) == ({"budget": 120, "comparison": 110}, 200)
    assert (tmp_path / "out" / "evaluation.html").exists()


def test_a_file_is_read_as_it_was_written(trial: Cohort, tmp_path: Path) -> None:
    write_cohort(trial, tmp_path / "people.csv")
    read = read_cohort(tmp_path / "people.csv")

    assert (read.total_pence == trial.total_pence).all()
    assert set(read.groups) == set(trial.groups)
    assert np.allclose(read.outcomes[0].after, trial.outcomes[0].after, equal_nan=True)
    assert read.synthetic


GOOD = {
    "arm": "budget",
    "user_group": "older_people",
    "weeks": "26",
    "cost_pence_adult_social_care": "100",
    "after_life.satisfaction": "5",
    "answered_by_life.satisfaction": "self",
}


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"arm": "both"}, "row 2, arm: both is none of budget, comparison"),
        ({"user_group": ""}, "row 2, user_group: nothing is none of"),
        ({"weeks": "0"}, "row 2, weeks: 0 is no number from"),
        ({"cost_pence_adult_social_care": "-1"}, "row 2, cost_pence_adult_social_care: -1 is no whole number"),
        ({"cost_pence_adult_social_care": ""}, "nothing is no whole number"),
        ({"cost_pence_adult_social_care": "100.5"}, "100.5 is no whole number"),
        ({"weeks": "1_0"}, "1_0 is no number"),
        ({"weeks": "inf"}, "inf is no number"),
        ({"after_ascot-sct4.unweighted_sum": "12"}, "belongs to the University of Kent, and no licence was stated"),
        ({"after_life.satisfaction": "8"}, "8 is no number from"),
        ({"after_life.satisfaction": "NaN"}, "NaN is no number from"),
        ({"answered_by_life.satisfaction": ""}, "there is a score, and nobody who answered"),
        ({"happiness": "1"}, "happiness: no such column is known"),
        ({"after_life.happiness": "1"}, "no released instrument has that score"),
        ({"before_life.quality_of_life": "1"}, "after_life.quality_of_life is missing"),
    ],
)
def test_a_file_that_cannot_be_used_names_row_column_and_reason(
    changed: dict[str, str], fault: str, tmp_path: Path
) -> None:
    pl.DataFrame([GOOD | changed]).write_csv(tmp_path / "people.csv")

    with pytest.raises(CohortRefused) as refused:
        read_cohort(tmp_path / "people.csv")
    assert any(fault in one for one in refused.value.faults)


def test_a_licensed_measure_is_compared_once_its_licence_is_stated(tmp_path: Path) -> None:
    measure = "ascot-sct4.social_care_related_quality_of_life"
    people = [
        GOOD | {"arm": arm, f"after_{measure}": f"0.{place}"}
        for arm in ("budget", "comparison")
        for place in range(10, 32)
    ]
    pl.DataFrame(people).write_csv(tmp_path / "people.csv")

    result = braid(
        "evaluate", "--people", tmp_path / "people.csv", "--draws", "100", "--licensed", "ascot-sct4", "--out", tmp_path
    )

    assert result.exit_code == 0, result.output
    assert "The table of weights was not read in its source" in result.output


def test_somebody_alone_in_their_group_breaks_no_adjustment(trial: Cohort) -> None:
    group = np.zeros(len(trial), np.int64)
    group[0] = 1
    evaluation = evaluate(replace(trial, group=group, covariates={"same": np.ones(len(trial))}), QUICK)

    assert row(evaluation, None).estimate is not None
    assert "NaN" not in json.dumps(as_data(evaluation))


@pytest.mark.parametrize("missing", ["arm", "user_group", "weeks", "cost_pence_adult_social_care"])
def test_a_file_without_a_column_that_is_needed_names_it(missing: str, tmp_path: Path) -> None:
    pl.DataFrame([{name: text for name, text in GOOD.items() if name != missing}]).write_csv(tmp_path / "people.csv")

    result = braid("evaluate", "--people", tmp_path / "people.csv", "--out", tmp_path)

    assert result.exit_code == 1
    assert missing.removesuffix("adult_social_care") in result.output
