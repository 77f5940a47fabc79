"""The process that works one evaluation out: ``python -m services.outcomes.jobs.evaluation_work``.

It has no database, no settings and no network: records in, results and a report out. It is the one part of the service
that imports the analysis packages, and its memory goes back when it ends.
"""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from braid.kit.jobs.answer import Answer, problem
from braid.kit.jobs.worker import Progress, work
from services.outcomes.domain.people_compared import LeftOut, Weeks
from services.outcomes.jobs.evaluation_records import EvaluationAsked

if TYPE_CHECKING:
    from services.outcomes.evaluation.cohort import Cohort

REPORT = "report.html"
COMPARISON = "comparison.csv"
TITLE = "The evaluation could not be made"
FAULTS_TOLD = 100
#: Steps of a worth of a point, from nothing to the most.
WORTHS = 10
PENCE = 100
ARMS = "arms"

BUDGET_ARM = "People who had a budget in these weeks, from its opening on, whether they answered or not."
RECORDED_ARM = (
    "People known here without a budget in these weeks who answered: whoever waits for one, was not found eligible or"
    " withdrew. Nobody was given a budget by chance, and nobody else in the council is among them."
)
FILE_ARM = "The people of the file that came with the question; nothing here tells how they were chosen."


def worked_out(written: bytes, progress: Progress) -> Answer:
    """Work an evaluation out, or say why there is none.

    Args:
        written: `EvaluationAsked`.
        progress: told how many draws of how many are done.
    """
    from services.outcomes.evaluation.cohort_files import CohortRefused
    from services.outcomes.evaluation.errors import EvaluationError, GroupsTooSmall, NoComparison

    try:
        return _answer(EvaluationAsked.read(written), progress)
    except CohortRefused as error:
        errors = [{"row": None, "column": COMPARISON, "message": fault} for fault in error.faults[:FAULTS_TOLD]]
        told = f"{len(error.faults):,} faults; {len(errors)} are listed."
        return Answer(None, problem("people-refused", "The people to compare with cannot be used", told, errors))
    except NoComparison as error:
        return Answer(None, problem("no-comparison", TITLE, str(error)))
    except GroupsTooSmall as error:
        return Answer(None, problem("groups-too-small", TITLE, str(error)))
    except EvaluationError as error:
        return Answer(None, problem("nothing-measured", TITLE, str(error)))


def _answer(asked: EvaluationAsked, progress: Progress) -> Answer:
    from services.outcomes.evaluation.differences import Design
    from services.outcomes.evaluation.evaluating import Question, evaluate
    from services.outcomes.evaluation.report import report
    from services.outcomes.evaluation.results import as_data

    told = asked.question
    cohort, left_out = _cohort(asked)
    worths = tuple(told["pounds_a_point"] * PENCE * step // WORTHS for step in range(WORTHS + 1))
    design = Design.BETWEEN_ARMS if told["compare"] == ARMS else Design.BEFORE_AND_AFTER
    of_all, drawn = told["draws"] * len(cohort.outcomes), 0

    def done(more: int) -> None:
        nonlocal drawn
        drawn += more
        progress(drawn, of_all)

    progress(0, of_all)
    evaluation = evaluate(cohort, Question(design, told["draws"], worths, told["seed"]), done)
    labels = {one.measure: one.label for one in cohort.outcomes}
    results = as_data(evaluation)
    results |= {
        "as_of": asked.as_of,
        "left_out": [{"why": str(why), "people": count} for why, count in left_out.items()],
        "arms": {"budget": BUDGET_ARM, "comparison": _comparison_in_words(asked)},
        "outcomes": [{**one, "label": labels[one["measure"]]} for one in results["outcomes"]],
    }
    return Answer(results, None, {REPORT: report(cohort, evaluation).encode()})


def _cohort(asked: EvaluationAsked) -> tuple["Cohort", Mapping[LeftOut, int]]:
    from services.outcomes.evaluation.cohort_files import read_content
    from services.outcomes.evaluation.cohort_of_records import cohort_of_records, joined

    told: Mapping[str, Any] = asked.question
    weeks = Weeks(date.fromisoformat(told["weeks_from"]), date.fromisoformat(told["weeks_to"]))
    from_records = told["compare"] == ARMS and not asked.comparison
    found = cohort_of_records(list(asked.rows()), weeks, told["measures"], with_comparison=from_records)
    if not asked.comparison:
        return found.cohort, found.left_out
    others = read_content(asked.comparison, COMPARISON, told["licensed"])
    return joined(found.cohort, others), found.left_out


def _comparison_in_words(asked: EvaluationAsked) -> str | None:
    if asked.question["compare"] != ARMS:
        return None
    return FILE_ARM if asked.comparison else RECORDED_ARM


if __name__ == "__main__":
    work(worked_out)
