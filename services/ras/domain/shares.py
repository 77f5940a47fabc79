"""What each part of life adds to the points line of an allocation, to the penny.

The shares are by Aumann-Shapley pricing: each domain has what its points add as all points rise
together from none to the person's own. For a sum of points that is the same price for each of the person's points,
whatever the curve of the table, and it adds up exactly. For the square of a sum it is the Shapley value too.

    Aumann and Shapley, Values of Non-Atomic Games (1974); Billera and Heath, Mathematics of Operations Research 7
    (1982).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from services.ras.domain.good_and_bad_days import WeighedDays
from services.ras.domain.needs_by_day import Answers, AnswersByDay, ScoredDays, reasons_by_day
from services.ras.domain.points import Score, Scoring
from services.ras.domain.sums import rounded_half_up, shared, thousandths

WHERE_SCORES_BEGIN, LEAST_SCORE = "where_scores_begin", "least_score"


@dataclass(frozen=True)
class PointsShare:
    """What one domain adds to the points line; pence a year. The shares add up to that line exactly."""

    domain: str
    title: str
    points_gross_thousandths: int
    points_net_thousandths: int
    pence_per_year: int
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class SharedLine:
    """The points line that is shared; pence a year.

    Args:
        pence_per_year: nothing where a person must look: the shares are then of points alone.
        begins: the exact sum where scores begin. It is nobody's points.
        weighed: the kinds of day that the line is made of; None where there are none.
    """

    pence_per_year: int
    begins: Fraction
    weighed: WeighedDays | None


def points_shares(
    line: SharedLine, days: ScoredDays, scoring: Scoring, answers: Answers, answers_by_day: AnswersByDay
) -> tuple[PointsShare, ...]:
    """Share the points line among the parts of life, in the order of the scoring."""
    return tuple(_points_shares(line, days, scoring, answers, answers_by_day))


def _points_shares(
    line: SharedLine, days: ScoredDays, scoring: Scoring, answers: Answers, answers_by_day: AnswersByDay
) -> Iterator[PointsShare]:
    begins = min(line.pence_per_year, rounded_half_up(line.begins))
    shares = shared(line.pence_per_year - begins, _weights(line, days))
    for domain in days.usual.domains:
        yield PointsShare(
            domain=domain.domain,
            title=domain.title,
            points_gross_thousandths=thousandths(domain.gross),
            points_net_thousandths=thousandths(domain.net),
            pence_per_year=shares[domain.domain],
            reasons=(*domain.reasons, *reasons_by_day(scoring, domain.domain, answers, answers_by_day)),
        )
    if LEAST_SCORE in shares:
        because = next(scored.raised_because for scored in (days.usual, *days.told.values()) if scored.raised)
        raised = thousandths(days.usual.raised)
        yield PointsShare(LEAST_SCORE, "A least score", 0, raised, shares[LEAST_SCORE], (because,))
    if begins:
        because = "Everybody with a score begins with this sum."
        yield PointsShare(WHERE_SCORES_BEGIN, "Where scores begin", 0, 0, begins, (because,))


def _weights(line: SharedLine, days: ScoredDays) -> Mapping[str, Fraction]:
    """By what the line is shared. Where all days differ by a multiplier alone, the points themselves tell.

    Else each kind of day's sum is shared by that day's own points, and the week added up.
    """
    if line.weighed is None or not days.told:
        return _parts_of(days.usual)
    weights = dict.fromkeys(_parts_of(days.usual), Fraction(0))
    for day in line.weighed.figures:
        scored = days.told.get(day.kind, days.usual)
        above = (day.exact_pence_per_year - line.begins) * day.days_per_week
        for name, points in _parts_of(scored).items():
            if points:
                weights[name] = weights.get(name, Fraction(0)) + above * points / scored.net
    return weights


def _parts_of(scored: Score) -> dict[str, Fraction]:
    """Net points by domain, and what a least score adds to them; together all net points."""
    parts = {domain.domain: domain.net for domain in scored.domains}
    return parts | {LEAST_SCORE: scored.raised} if scored.raised else parts
