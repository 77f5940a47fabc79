"""A made-up population for tests and demonstrations: nobody in it is real, and every file of it says so in every row.

How a person is made. One number stands for how much support somebody needs (the *severity*, skewed to the right); each
question adds its own chance, and user groups differ in how much each domain matters. An answer is how far severity and
chance together reach up the question's choices. Family help falls with severity. What a package costs is then worked
out from the answers by a hidden rule - not by any allocation table - and spoilt as real costs are: a market's prices,
what the assessment did not see (skew), a few packages several times the rest (the tail), and sums that people agreed in
round numbers (heaping). Specialist support comes on top, line by line, at a market price. Some people's condition
changes from day to day, above all with mental ill health and with some impairments: they tell how many days a week are
good and bad, and their package costs what such a week does.

What is known and what is not. The published part is only the performance of such predictions: a linear fit explains
about 0.43 to 0.49 of the differences between people (Florida, 2025) and indicative and final sums differ on average by
a factor of 2.45 to 2.81 (three English councils, 2011-12). The noise is set so that simple methods do about as badly.
Levels, shares and weights are made up; no English council's person-level data was found in public.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from braid.contracts.codes import UserGroup
from services.ras.domain.good_and_bad_days import BAD, DAYS_IN_WEEK, GOOD, USUAL
from services.ras.domain.points import HELP_CODES, Counting, Scoring
from services.ras.population.people import AND, Coded, People, Whole

Numbers = NDArray[np.float64]


class GroupShape(NamedTuple):
    """What is made up about a user group: its share, its severity, its cost, and how often things are so."""

    share: float
    severity: float
    pounds_per_week: float
    help_chance: float
    specialist_chance: float
    fluctuating_chance: float


GROUPS: Mapping[UserGroup, GroupShape] = {
    UserGroup.OLDER_PEOPLE: GroupShape(0.52, -0.15, 420, 0.45, 0.02, 0.10),
    UserGroup.PHYSICAL_OR_SENSORY_IMPAIRMENT: GroupShape(0.19, 0.0, 520, 0.40, 0.04, 0.30),
    UserGroup.LEARNING_DISABILITY: GroupShape(0.20, 0.45, 760, 0.35, 0.12, 0.05),
    UserGroup.MENTAL_HEALTH: GroupShape(0.09, -0.25, 440, 0.20, 0.04, 0.45),
}

#: What a day of each kind costs, beside a usual one: the market's own and no table's.
COST_OF_DAY: Mapping[str, float] = {GOOD: 0.7, USUAL: 1.0, BAD: 1.6}

#: Of two equal needs, which domain costs more: by the domains' order in the questionnaire, repeated when there are
#: more.
DOMAIN_WEIGHTS = (1.6, 1.0, 0.7, 1.9, 0.5, 1.0, 0.9, 0.6, 1.3)
AGE_BANDS = ("18_to_34", "35_to_49", "50_to_64", "65_to_79", "80_and_over")
SEXES = ("female", "male")


@dataclass(frozen=True)
class Noise:
    """How far costs stray from need.

    Args:
        unseen: spread of what the assessment did not see, on the log scale; sets the skew.
        tail_chance: share of packages that cost a multiple of the rest.
        tail_index: of the Pareto multiple; the lower, the longer the tail.
        round_to_5, round_to_10, round_to_50: shares of sums agreed in such round pounds.
    """

    unseen: float = 0.6
    tail_chance: float = 0.03
    tail_index: float = 2.5
    round_to_5: float = 0.30
    round_to_10: float = 0.30
    round_to_50: float = 0.15


def synthetic_people(
    scoring: Scoring, rates: Mapping[str, int], count: int, seed: int, noise: Noise | None = None
) -> People:
    """Make people up who answer a questionnaire.

    Args:
        scoring: whose questions they answer; its points are not used.
        rates: market price of specialist support by code, pence an hour.
        count: how many.
        seed: the same seed makes the same people, on every machine.
    """
    chance = np.random.default_rng(seed)
    groups = tuple(GROUPS)
    shares = np.asarray([shape.share for shape in GROUPS.values()])
    group = chance.choice(len(groups), size=count, p=shares / shares.sum()).astype(np.int32)
    severity = _severity(chance, group)
    depths, answers = _answers(chance, scoring, severity)
    helped, met = _help(chance, scoring, group, severity)
    willing = chance.choice(3, size=count, p=[0.75, 0.10, 0.15]).astype(np.int32)
    specialist = _specialist(chance, tuple(rates), group, severity)
    need = _need(scoring, depths, met * (willing == 0)[:, None])
    # A stream of chance of its own: who has such days changes nothing else about anybody.
    days = _days(np.random.default_rng([seed, 1]), group)
    cost = _cost(chance, group, need, noise or Noise()) * _cost_of_week(days)
    for code, minutes in specialist.items():
        cost += minutes / 60 * 7 * rates[code] / 100 * np.exp(chance.normal(0, 0.08, count))
    return People(
        person=Coded(np.arange(count, dtype=np.int32), tuple(f"synthetic-{number:07}" for number in range(count))),
        user_group=Coded(group, tuple(map(str, groups))),
        pence_per_week=_heaped(chance, cost, noise or Noise()),
        points_thousandths={},
        answers=answers,
        informal_help=helped,
        willing_and_able=Coded(willing, ("yes", "no", "not_asked")),
        specialist_minutes_per_day=specialist,
        days_per_week=days,
        reassessed=chance.random(count) < 0.6,  # noqa: PLR2004
        equality={"age_band": _ages(chance, group), "sex": Coded(chance.integers(0, 2, count, np.int32), SEXES)},
        synthetic=True,
    )


def _severity(chance: np.random.Generator, group: NDArray[np.int32]) -> Numbers:
    centre = np.asarray([shape.severity for shape in GROUPS.values()])[group]
    # A gamma of shape 4 has a skew of 1: many people with some need, few with most.
    skewed: Numbers = chance.gamma(4.0, 0.5, len(group)) - 2.0
    return centre + skewed


def _answers(
    chance: np.random.Generator, scoring: Scoring, severity: Numbers
) -> tuple[Mapping[str, Numbers], Mapping[str, Coded]]:
    """How deep each need is, from 0 to 1, and the answer that says so."""
    depths, answers = {}, {}
    for asked in scoring.questions:
        felt = 1 / (1 + np.exp(-(0.9 * severity + chance.normal(0, 0.9, len(severity)) - 0.5)))
        steps = len(asked.choices) - 1
        reached = np.minimum((felt * (steps + 1)).astype(np.int32), steps)
        codes = tuple(choice.code for choice in asked.choices)
        values = _more_and_more(codes) if asked.counting is Counting.ADD else codes
        depths[asked.question_id] = reached / max(steps, 1)
        answers[asked.question_id] = Coded(reached, values)
    return depths, answers


def _more_and_more(codes: tuple[str, ...]) -> tuple[str, ...]:
    """Where answers add up, deeper need is more answers, not another one: no need, then one answer more at a time."""
    return (codes[0], *(AND.join(codes[1 : count + 1]) for count in range(1, len(codes))))


def _help(
    chance: np.random.Generator, scoring: Scoring, group: NDArray[np.int32], severity: Numbers
) -> tuple[Mapping[str, Coded], Numbers]:
    """The help that family gives by domain, and the share of the need that it meets in truth."""
    likely = np.asarray([shape.help_chance for shape in GROUPS.values()])[group]
    has_carer = chance.random(len(group)) < likely * 1.6
    helped, met = {}, []
    for domain in scoring.domains:
        level = np.clip((chance.normal(1.4, 0.9, len(group)) - 0.25 * severity), 0, 3).astype(np.int32)
        level = np.where(has_carer, level, 0).astype(np.int32)
        helped[domain] = Coded(level, HELP_CODES)
        met.append(np.asarray([0.0, 0.28, 0.58, 0.88])[level])
    return helped, np.stack(met, axis=1)


def _specialist(
    chance: np.random.Generator, codes: tuple[str, ...], group: NDArray[np.int32], severity: Numbers
) -> Mapping[str, Whole]:
    likely = np.asarray([shape.specialist_chance for shape in GROUPS.values()])[group] * np.exp(0.5 * severity)
    needs = chance.random(len(group)) < likely
    minutes = {}
    for code in codes:
        hours = chance.gamma(2.0, 1.6, len(group))
        quarters = np.clip(np.round(hours * 4), 1, 64).astype(np.int64)
        minutes[code] = np.where(needs & (chance.random(len(group)) < 1 / len(codes)), quarters * 15, 0)
    return minutes


def _days(chance: np.random.Generator, group: NDArray[np.int32]) -> Mapping[str, Whole]:
    """How many days a week are good, usual and bad, where somebody's condition changes; else nobody was told."""
    likely = np.asarray([shape.fluctuating_chance for shape in GROUPS.values()])[group]
    changes = chance.random(len(group)) < likely
    bad = np.where(changes, chance.integers(1, 5, len(group)), 0)
    good = np.where(changes, chance.integers(0, 4, len(group)), 0)
    return {GOOD: good, USUAL: np.where(changes, DAYS_IN_WEEK - good - bad, 0), BAD: bad}


def _cost_of_week(days: Mapping[str, Whole]) -> Numbers:
    """What a week costs beside one of usual days."""
    told: Numbers = np.sum([COST_OF_DAY[kind] * count for kind, count in days.items()], axis=0) / DAYS_IN_WEEK
    return np.where(told > 0, told, 1.0)


def _need(scoring: Scoring, depths: Mapping[str, Numbers], met: Numbers) -> Numbers:
    """Unmet need, about 1 for the deepest: domains weigh differently, and deep need costs more than its share."""
    whole, weights = np.zeros(len(met)), 0.0
    for place, domain in enumerate(scoring.domains):
        asked = [question for question in scoring.questions if question.domain == domain]
        depth = np.mean([depths[question.question_id] for question in asked], axis=0)
        weight = DOMAIN_WEIGHTS[place % len(DOMAIN_WEIGHTS)]
        whole += weight * depth**1.5 * (1 - met[:, place])
        weights += weight
    return whole / weights


def _cost(chance: np.random.Generator, group: NDArray[np.int32], need: Numbers, noise: Noise) -> Numbers:
    """Pounds a week."""
    level = np.asarray([shape.pounds_per_week for shape in GROUPS.values()])[group]
    cost: Numbers = (0.06 + 1.6 * need**1.3) * level * np.exp(chance.normal(0, noise.unseen, len(need)))
    in_the_tail = chance.random(len(need)) < noise.tail_chance
    multiple: Numbers = np.where(in_the_tail, 1 + chance.pareto(noise.tail_index, len(need)), 1.0)
    return cost * multiple


def _heaped(chance: np.random.Generator, pounds: Numbers, noise: Noise) -> Whole:
    """Pence a week, some of them agreed in round pounds; nobody's package is rounded away."""
    units = np.asarray([0.01, 5, 10, 50])
    rest = 1 - noise.round_to_5 - noise.round_to_10 - noise.round_to_50
    unit = chance.choice(units, size=len(pounds), p=[rest, noise.round_to_5, noise.round_to_10, noise.round_to_50])
    rounded = np.maximum(np.round(pounds / unit), 1) * unit
    return np.asarray(np.round(rounded * 100), np.int64)


def _ages(chance: np.random.Generator, group: NDArray[np.int32]) -> Coded:
    older = group == list(GROUPS).index(UserGroup.OLDER_PEOPLE)
    age = np.where(older, chance.integers(3, 5, len(group)), chance.integers(0, 3, len(group)))
    return Coded(age.astype(np.int32), AGE_BANDS)
