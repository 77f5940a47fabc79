"""How well each way of making a table does on made-up people, as rows of docs/calibration.md."""

from collections.abc import Iterator

import numpy as np
from sklearn.ensemble import HistGradientBoostingRegressor
from threadpoolctl import threadpool_limits

from services.ras.calibration.accuracy import Accuracy, Slice, accuracy, slices
from services.ras.calibration.comparison import compare
from services.ras.calibration.methods import Settings
from services.ras.calibration.past_people import PastPeople, past_people
from services.ras.named_tables import NamedTable, named_table
from services.ras.population.synthetic import Noise, synthetic_people

PEOPLE = 3000
SEED = 1
#: From whom the expected cost is learnt; nobody of them is among those whom it is measured on.
MANY, SEED_OF_MANY = 200_000, 77
FOLDS = 5
#: As noisy as published data, and costs that follow need closely.
UNSEEN = (0.6, 0.2)
TOLERANCE = 0.05
NO_NOISE = Noise(unseen=0, tail_chance=0, round_to_5=0, round_to_10=0, round_to_50=0)


def run() -> None:
    """Print a table for each noise, with costed lines and without."""
    named = named_table("example-council:1")
    for unseen in UNSEEN:
        past = _past(named, Noise(unseen=unseen))
        for title, people in (("", past), (", no costed lines", past.without_lines())):
            print(f"\nunseen {unseen}{title}")
            for row in _rows(people):
                print(row)
        print(_row("`few_knots`, a table for each user group", *_by_group(past)))
        print(_row("expected cost, the group not known", *_expected(named, past)))
        print(_row("expected cost, the group known: the hidden rule", *_hidden_rule(past, _past(named, NO_NOISE))))


def _past(named: NamedTable, noise: Noise, people: int = PEOPLE, seed: int = SEED) -> PastPeople:
    rates = {code: int(rate.pence_per_hour) for code, rate in named.table.rate_card.rates.items()}
    return past_people(synthetic_people(named.table.scoring, rates, people, seed, noise), named.table)


def _rows(past: PastPeople) -> Iterator[str]:
    for one in compare(past, Settings(seed=SEED), FOLDS, tolerance=TOLERANCE).judged:
        refused = " (cannot be chosen)" if one.refused else ""
        yield _row(f"`{one.method.code}`{refused}", one.out_of_sample, one.out_of_sample_slices)
        if one.method.code == "few_knots":
            groups = [part for part in one.out_of_sample_slices if part.by == "user group"]
            print("; ".join(f"{part.name} {_share(part.accuracy)}" for part in groups))


def _by_group(past: PastPeople) -> tuple[Accuracy, tuple[Slice, ...]]:
    figure = np.empty(len(past))
    for group in np.unique(past.user_group):
        who = past.user_group == group
        (one,) = compare(past.chosen(who), Settings(seed=SEED), FOLDS, codes=["few_knots"]).judged
        figure[who] = one.figures
    cost = past.pence_per_week.astype(np.float64)
    return accuracy(figure, cost), tuple(slices(figure, cost, past.user_group, TOLERANCE))


def _hidden_rule(past: PastPeople, without_noise: PastPeople) -> tuple[Accuracy, tuple[Slice, ...]]:
    """What the same people's packages would cost without noise, scaled to the same total: no method can do better."""
    order = np.argsort(without_noise.person)[np.argsort(np.argsort(past.person))]
    rule = without_noise.pence_per_week[order].astype(np.float64)
    cost = past.pence_per_week.astype(np.float64)
    figure = rule * cost.sum() / rule.sum()
    return accuracy(figure, cost), tuple(slices(figure, cost, past.user_group, TOLERANCE))


def _expected(named: NamedTable, past: PastPeople) -> tuple[Accuracy, tuple[Slice, ...]]:
    """What packages cost on average given every answer but the group: no table for all groups can do better.

    Learnt from many people without noise, since the group's own part cannot be worked out backwards.
    """
    many = _past(named, NO_NOISE, MANY, SEED_OF_MANY)
    model = HistGradientBoostingRegressor(max_iter=600, learning_rate=0.05, l2_regularization=1.0, random_state=SEED)
    with threadpool_limits(limits=1):
        rest = model.fit(many.reached, many.to_fit).predict(past.reached)
    figure = rest * past.to_fit.sum() / rest.sum() + past.lines_pence_per_week
    cost = past.pence_per_week.astype(np.float64)
    return accuracy(figure, cost), tuple(slices(figure, cost, past.user_group, TOLERANCE))


def _row(name: str, found: Accuracy, parts: tuple[Slice, ...]) -> str:
    top = {part.by: part.accuracy for part in parts if part.name == "quarter 4"}
    quarters = f"{_share(top['actual cost'])} / {_share(top['predicted cost'])}"
    fold = "–" if found.fold is None else f"{found.fold:.2f}"
    return f"| {name} | {found.r2:.2f} | {fold} | {found.within_20:.0%} | {quarters} | {found.total_ratio:.2f} |"


def _share(found: Accuracy) -> str:
    return "–" if found.bias_share is None else f"{found.bias_share:+.0%}"
