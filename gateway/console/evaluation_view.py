"""What the pages of evaluations show: costs and outcomes in words and tables, each with its interval."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.console import wording
from gateway.console.figure_tables import FigureTable, table_of
from gateway.console.job_view import Job, job_of
from gateway.console.outcome_view import plain

Told = Mapping[str, Any]
BEFORE_AND_AFTER, ARMS = "before_and_after", "arms"
COMPARES: Mapping[str, tuple[str, str]] = {
    BEFORE_AND_AFTER: ("The same people before and after", "It shows a change, and not what made it."),
    ARMS: (
        "People with a budget, and people without",
        "People without one are those known here, or those of a file. Nobody was drawn by lot, so they may differ.",
    ),
}
_FINDINGS: Mapping[str, str] = {
    "clear": "Clear",
    "only_if_alone": "Clear only if nothing else were asked",
    "not_clear": "Not clear",
    "kept_back": "Kept back: few people",
}
_VERDICTS: Mapping[str, str] = {
    "budget_dominates": "Better and cheaper with a budget",
    "comparison_dominates": "Worse and dearer with a budget",
    "better_and_dearer": "Better and dearer with a budget",
    "worse_and_cheaper": "Worse and cheaper with a budget",
}
_ALL_STREAMS = "all streams"


@dataclass(frozen=True)
class Results:
    """What an evaluation found.

    Args:
        people: who was compared, arm by arm: who they are, and how many.
    """

    in_words: tuple[str, ...]
    people: tuple[tuple[str, int], ...]
    left_out: tuple[str, ...]
    warnings: tuple[str, ...]
    costs: FigureTable
    outcomes: FigureTable
    differing: tuple[str, ...]
    cost_and_effect: FigureTable | None
    as_of: str


@dataclass(frozen=True)
class Evaluation:
    """An evaluation, what was asked, and how far it is."""

    evaluation_id: str
    job: Job
    asked: tuple[tuple[str, str], ...]
    results: Results | None


def evaluation_of(told: Told) -> Evaluation:
    """An evaluation as its page shows it."""
    return Evaluation(
        told["evaluation_id"],
        job_of(told),
        tuple(_asked(told["question"])),
        _results(told["results"]) if told["results"] else None,
    )


def in_list(told: Told) -> tuple[str, str, str, str, Job]:
    """An evaluation as the list shows it."""
    asked = "; ".join(f"{name}: {wording.inside(what)}" for name, what in _asked(told["question"]))
    return f"/outcomes/evaluations/{told['evaluation_id']}", told["asked_at"], told["asked_by"], asked, job_of(told)


def measures_of(instruments: Told) -> Mapping[str, str]:
    """Every measure that can be compared, in words, of the instruments that may be used."""
    return {
        f"{one['instrument_id']}.{score['scoring_id']}": f"{one['title']}: {score['label']}"
        for one in instruments["instruments"]
        if one["may_be_used"]
        for score in one["scores"]
    }


def _asked(question: Told) -> Iterator[tuple[str, str]]:
    yield "Compared", COMPARES[question["compare"]][0]
    yield "Weeks", wording.period(question["weeks_from"], question["weeks_to"])
    if question["has_comparison_file"]:
        yield "People without a budget", "From a file"
    if question["measures"]:
        yield "Measures", wording.listed([_measure(each) for each in question["measures"]])


def _measure(code: str) -> str:
    instrument, _, score = code.partition(".")
    return f"{score.replace('_', ' ')} ({instrument.replace('-', ' ')})"


def _results(told: Told) -> Results:
    arms = [(told["arms"][arm], told["people"][arm]) for arm in ("budget", "comparison") if told["arms"].get(arm)]
    return Results(
        in_words=tuple(_in_words(told)),
        people=tuple((wording.whole_sentence(words), number) for words, number in arms),
        left_out=tuple(
            f"{wording.counted(each['people'], 'person', 'people')}: {wording.whole_sentence(each['why'])}"
            for each in told["left_out"]
            if each["people"]
        ),
        warnings=tuple(wording.whole_sentence(wording.told(each)) for each in told["warnings"]),
        costs=_costs(told["costs"]),
        outcomes=_outcomes(told),
        differing=tuple(_differing(told["groups_differ_p"])),
        cost_and_effect=_cost_and_effect(told["cost_and_effect"]) if told["cost_and_effect"] else None,
        as_of=told["as_of"],
    )


def _in_words(told: Told) -> Iterator[str]:
    whole = next((one for one in told["costs"] if one["stream"] == _ALL_STREAMS and one["group"] is None), None)
    if whole and whole["budget"] and whole["budget"]["value"] is not None:
        yield f"A week of a person with a budget costs {_money(whole['budget'])}."
    if whole and whole["difference"] and whole["difference"]["value"] is not None:
        yield f"The difference to people without one is {_money(whole['difference'])} a week."
    findings = [one for one in told["outcomes"] if one["group"] is None and one["answered"] == "all"]
    clear = [wording.inside(one["label"]) for one in findings if one["finding"] == "clear"]
    what = "change" if told["design"] == BEFORE_AND_AFTER else "difference"
    if clear:
        yield f"There is a clear {what} in {wording.listed(clear)}."
    elif findings:
        yield f"There is no clear {what} in any outcome."
    else:
        yield "No outcome could be compared."


def _group(code: str | None) -> str:
    return wording.named(wording.USER_GROUPS, code) if code else "Everybody"


def _costs(told: Iterable[Told]) -> FigureTable:
    rows = [
        (
            wording.named(wording.STREAMS, one["stream"]),
            _group(one["group"]),
            *(_money(one[name]) for name in ("budget", "comparison", "difference")),
        )
        for one in told
    ]
    names = ("Stream", "Who", "With a budget", "Without", "Difference")
    return _without_empty("Cost of a person’s week, with the interval of 95 in 100", names, rows)


def _outcomes(told: Told) -> FigureTable:
    rows = [
        (
            one["label"],
            _group(one["group"]) + _answered(one["answered"]),
            _people(one["people"], told["design"]),
            _points(one["estimate"]),
            _points(one["adjusted"]),
            _FINDINGS.get(one["finding"], one["finding"]),
        )
        for one in told["outcomes"]
    ]
    what = "Change since the start" if told["design"] == BEFORE_AND_AFTER else "Difference to people without"
    names = ("Outcome", "Who", "People", what, "Among people alike", "Finding")
    return _without_empty("Points of each score, with the interval of 95 in 100", names, rows)


def _answered(by: str) -> str:
    return {"self": ", answered by themselves", "others": ", answered by others"}.get(by, "")


def _people(numbers: Sequence[int] | None, design: str) -> str:
    """How many there are in each arm; before and after they are the same people."""
    told = [f"{each:,}" for each in numbers or ()]
    return told[0] if told and design == BEFORE_AND_AFTER else " and ".join(told)


def _differing(told: Mapping[str, float | None]) -> Iterator[str]:
    for measure, p in told.items():
        if p is not None:
            clear = "differ from each other" if p < 0.05 else "do not clearly differ from each other"  # noqa: PLR2004
            yield f"In {_measure(measure)}, user groups {clear} (p {p:.3f})."


def _cost_and_effect(told: Iterable[Told]) -> FigureTable:
    rows = [
        (
            _measure(one["measure"]),
            _group(one["group"]),
            wording.moved(round(one["cost_pence_per_week"])),
            plain(one["effect"]),
            _VERDICTS.get(one["verdict"], one["verdict"]),
            wording.pounds(round(one["pence_a_point_gained"])) if one["pence_a_point_gained"] is not None else "",
        )
        for one in told
    ]
    names = ("Outcome", "Who", "Cost a week more", "Points more", "Which is it", "Cost of a point for a week")
    return _without_empty("Cost and effect together", names, rows)


def _without_empty(caption: str, names: Sequence[str], rows: Sequence[Sequence[str]]) -> FigureTable:
    """A table without the columns in which nothing stands; what is empty elsewhere says so."""
    kept = [place for place in range(len(names)) if any(row[place] for row in rows)]
    cells = [[row[place] or "–" for place in kept] for row in rows]
    return table_of(caption, [names[place] for place in kept], cells)


def _money(told: Told | None) -> str:
    if told is None or told["value"] is None:
        return ""
    return _with_interval(told, lambda pence: wording.pounds(round(pence)))


def _points(told: Told | None) -> str:
    if told is None or told["value"] is None:
        return ""
    return _with_interval(told, plain)


def _with_interval(told: Told, words: Any) -> str:
    middle = str(words(told["value"]))
    if told["low"] is None or told["high"] is None:
        return middle
    return f"{middle} ({words(told['low'])} to {words(told['high'])})"
