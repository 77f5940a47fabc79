"""Past people as a fit sees them: points, answers and what the package cost."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from services.ras.calibration.errors import PastPeopleRefused
from services.ras.domain.allocation import AllocationTable
from services.ras.domain.points import ScoredQuestion, Scoring
from services.ras.domain.sums import WEEKS_PER_YEAR
from services.ras.population.people import AND, Coded, People, Whole
from services.ras.simulation.scoring import WILLING, scored
from services.ras.simulation.whole_population import costed

Numbers = NDArray[np.float64]
THOUSANDTHS = 1000


@dataclass(frozen=True)
class Level:
    """One step up a question: the choice that reaches it. Its weight is what the step adds, so it is never below 0."""

    question_id: str
    choice: str


@dataclass(frozen=True)
class PastPeople:
    """Columns of equal length, ordered by person so that no fold depends on the order of a file.

    Args:
        person: a number for each person; rows of one person never part.
        user_group: codes.
        points_thousandths: net points by domain, one column a domain.
        domains: names of those columns.
        levels: what each column of ``reached`` stands for; empty where only points are known.
        reached: 1 where the answer reaches the level, times what help by family leaves of it; else 0.
        pence_per_week: what the package costs.
        lines_pence_per_week: what of that the rate card prices line by line; a table of points is fitted to the rest.
        synthetic: nobody is a real person.
    """

    person: Whole
    user_group: NDArray[np.str_]
    points_thousandths: Whole
    domains: tuple[str, ...]
    levels: tuple[Level, ...]
    reached: Numbers
    pence_per_week: Whole
    lines_pence_per_week: Numbers
    synthetic: bool

    def __len__(self) -> int:
        return len(self.person)

    @property
    def total_thousandths(self) -> Whole:
        """Net points of everybody."""
        return np.asarray(self.points_thousandths.sum(axis=1), np.int64)

    @property
    def points(self) -> Numbers:
        """Net points of everybody, as numbers to fit with."""
        return self.total_thousandths / THOUSANDTHS

    @property
    def to_fit(self) -> Numbers:
        """Pence a week that the points have to explain: what is not priced line by line."""
        return self.pence_per_week - self.lines_pence_per_week

    def chosen(self, rows: NDArray[Any]) -> Self:
        """Some rows, in that order."""
        columns = ("person", "user_group", "points_thousandths", "reached", "pence_per_week", "lines_pence_per_week")
        return replace(self, **{name: getattr(self, name)[rows] for name in columns})

    def without_lines(self) -> Self:
        """The same people as if no support were priced line by line: points have to explain everything."""
        return replace(self, lines_pence_per_week=np.zeros(len(self)))


def past_people(people: People, table: AllocationTable) -> PastPeople:
    """Score past people by a table's questions.

    Where the file has answers they are scored; else its points by domain are taken as they are.

    Raises:
        PastPeopleRefused: no costs, or points for other domains than the table's.
        AnswerUnknown: an answer that the table does not have.
    """
    if people.pence_per_week is None:
        raise PastPeopleRefused("the column pence_per_week is missing: there is nothing to fit to")
    if people.answers:
        points, levels, reached = _from_answers(people, table.scoring)
    else:
        points, levels, reached = _from_points(people, table.scoring), (), np.zeros((len(people), 0))
    lines, unpriced = costed(table.rate_card, people)
    if unpriced.any():
        raise PastPeopleRefused(
            f"the rate card has no price for the specialist support of {int(unpriced.sum())} people"
        )
    names, person = np.unique(people.person.words(), return_inverse=True)
    assert len(names), "a file without people is refused when it is read"
    past = PastPeople(
        person=person.astype(np.int64),
        user_group=people.user_group.words(),
        points_thousandths=points,
        domains=tuple(table.scoring.domains),
        levels=levels,
        reached=reached,
        pence_per_week=people.pence_per_week,
        lines_pence_per_week=lines / WEEKS_PER_YEAR,
        synthetic=people.synthetic,
    )
    return past.chosen(np.lexsort((people.pence_per_week, person)))


def _from_points(people: People, scoring: Scoring) -> Whole:
    if set(people.points_thousandths) != set(scoring.domains):
        wanted = ", ".join(f"points_{domain}" for domain in scoring.domains)
        raise PastPeopleRefused(f"the columns of points must be exactly {wanted}")
    return np.stack([people.points_thousandths[domain] for domain in scoring.domains], axis=1)


def _from_answers(people: People, scoring: Scoring) -> tuple[Whole, tuple[Level, ...], Numbers]:
    scores = scored(scoring, people)
    if scores.unanswered.any():
        raise PastPeopleRefused(f"{int(scores.unanswered.sum())} people have not answered every question with points")
    net = np.stack(list(scores.net.values()), axis=1)
    points = np.rint(net * float(scores.unit * THOUSANDTHS)).astype(np.int64)
    left = {domain: _left(people, domain, scoring.help_multipliers) for domain in scoring.domains}
    columns = [
        (
            Level(asked.question_id, choice.code),
            _reached(people.answers[asked.question_id], asked, place) * left[asked.domain],
        )
        for asked in scoring.questions
        for place, choice in enumerate(asked.choices)
        if place
    ]
    return points, tuple(level for level, _ in columns), np.stack([column for _, column in columns], axis=1)


def _left(people: People, domain: str, multipliers: Mapping[str, Any]) -> Numbers:
    willing = people.willing_and_able.is_word(WILLING)
    given = people.help_with(domain)
    shares = np.asarray([float(multipliers[word]) for word in given.values])[given.codes]
    return np.where(willing, shares, 1.0)


def _reached(answers: Coded, asked: ScoredQuestion, place: int) -> Numbers:
    """1 where the answer is this choice or a deeper one; where answers add up, where this choice is among them."""
    codes = [choice.code for choice in asked.choices]
    if asked.counting.value == "add":
        hits = [codes[place] in value.split(AND) for value in answers.values]
    else:
        hits = [max(codes.index(code) for code in value.split(AND)) >= place for value in answers.values]
    return np.asarray(hits, np.float64)[answers.codes]
