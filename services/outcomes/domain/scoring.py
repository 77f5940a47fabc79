"""From answers to scores, each with its reasons. An answer that is not there is never made up."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from services.outcomes.domain.errors import OutsideTheLevels, UnknownItem
from services.outcomes.domain.instruments import Instrument, Scoring

DECIMALS = 4


@dataclass(frozen=True)
class Score:
    """What answers come to.

    Args:
        value: exact; None where an answer that it needs is missing.
        missing: the items without an answer.
        reasons: how it was worked out, or why it was not, in plain words.
        unconfirmed: why its figures are not confirmed in a source; empty where they are.
    """

    scoring_id: str
    value: Fraction | None
    missing: tuple[str, ...]
    reasons: tuple[str, ...]
    unconfirmed: str


def scores(instrument: Instrument, answers: Mapping[str, int]) -> tuple[Score, ...]:
    """Every score of a response.

    Args:
        answers: level by item; an item that was not answered is left out.

    Raises:
        UnknownItem, OutsideTheLevels: an answer that the instrument cannot have.
    """
    check_levels(instrument, answers)
    return tuple(_score(scoring, answers) for scoring in instrument.scorings.values())


def check_levels(instrument: Instrument, answers: Mapping[str, int]) -> None:
    """Refuse answers that the instrument cannot have.

    Raises:
        UnknownItem, OutsideTheLevels: names the item, and what may be answered.
    """
    for item_id, level in answers.items():
        item = instrument.items.get(item_id)
        if item is None:
            raise UnknownItem(f"{instrument.title} does not ask {item_id}")
        # True is 1 to Python, and no level to anybody.
        if isinstance(level, bool) or level not in item.levels:
            allowed = ", ".join(map(str, sorted(item.levels)))
            raise OutsideTheLevels(f"{item_id} was answered {level!r}; its levels are {allowed}")


def _score(scoring: Scoring, answers: Mapping[str, int]) -> Score:
    missing = tuple(item for item in scoring.points if item not in answers)
    if missing:
        why = f"There is no {scoring.label}: {', '.join(missing)} was not answered, and nothing is put in its place."
        return Score(scoring.scoring_id, None, missing, (why,), scoring.unconfirmed)
    points = sum((scoring.points[item][answers[item]] for item in scoring.points), Fraction(0))
    value = scoring.constant + scoring.multiplier * points
    return Score(scoring.scoring_id, value, (), tuple(_reasons(scoring, answers, points, value)), scoring.unconfirmed)


def _reasons(scoring: Scoring, answers: Mapping[str, int], points: Fraction, value: Fraction) -> Iterator[str]:
    for item, by_level in scoring.points.items():
        yield f"{item.replace('_', ' ')}: level {answers[item]} counts {plain(by_level[answers[item]])}."
    if scoring.constant or scoring.multiplier != 1:
        yield f"{plain(scoring.constant)} + {plain(scoring.multiplier)} x {plain(points)} = {plain(value)}."
    better = "Higher" if scoring.higher_is_better else "Lower"
    yield f"{better} is better; it goes from {plain(scoring.lowest)} to {plain(scoring.highest)}."
    if scoring.unconfirmed:
        yield f"Not confirmed in a source: {scoring.unconfirmed}"


def plain(number: Fraction) -> str:
    """A number with at most four decimals, as people write it."""
    text = f"{float(number):.{DECIMALS}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
