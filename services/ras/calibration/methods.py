"""Ways of turning points into a sum, each fitted by a library and each with what it is good for and what to watch.

Every way is a function from past people to a figure for anybody. Those that can be a table carry their `Curve`.
"""

import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np
import statsmodels.api as sm
from scipy.optimize import nnls
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.isotonic import IsotonicRegression
from statsmodels.tools.sm_exceptions import IterationLimitWarning

from services.ras.calibration.curves import DENOMINATOR_MOST, Curve, Knots, Line, Price, Steps
from services.ras.calibration.past_people import THOUSANDTHS, Numbers, PastPeople
from services.ras.calibration.weights import Weights, equal_weights, fitted_weights

#: Fewer people than this in a band make its percentile a matter of chance; ours, as no guidance gives a number.
BAND_PEOPLE_MIN = 20
BANDS_MOST = 8
KNOTS_MOST = 8
#: People in a leaf of a boosted tree: a few packages cost many times the rest, and must not make a leaf of their own.
LEAF_PEOPLE = 100
LEAVES_MIN = 10


@dataclass(frozen=True)
class Settings:
    """What a fit may be told.

    Args:
        band_starts: first score of each band; empty lets each band have as many people.
        seed: of everything that has chance in it.
    """

    band_starts: tuple[int, ...] = ()
    seed: int = 1


@dataclass(frozen=True)
class Fit:
    """A fitted way.

    Args:
        weights: how answers become points; the table's own points unless the way sets them.
        curve: from points to the sum; None where the figure cannot be told as a table.
        figures: pence a week of anybody, without costed lines.
    """

    weights: Weights
    curve: Curve | None
    figures: Callable[[PastPeople], Numbers]


@dataclass(frozen=True)
class Method:
    """One way; ``watch`` says what is known to go wrong with it."""

    code: str
    title: str
    watch: str
    fit: Callable[[PastPeople, Settings], Fit]


def _of_points(curve: Callable[[PastPeople, Settings], Curve]) -> Callable[[PastPeople, Settings], Fit]:
    """A way that keeps the table's points and sets the sums alone."""

    def fit(past: PastPeople, settings: Settings) -> Fit:
        fitted = curve(past, settings)
        return Fit(equal_weights(), fitted, lambda people: fitted.at(people.points))

    return fit


def _price(past: PastPeople, _settings: Settings) -> Curve:
    """Total cost over total points."""
    points = max(int(past.total_thousandths.sum()), 1)
    return Price((Fraction(float(past.to_fit.sum())) * THOUSANDTHS / points).limit_denominator(DENOMINATOR_MOST))


def _least_squares(past: PastPeople, _settings: Settings) -> Curve:
    intercept, slope = sm.OLS(past.to_fit, sm.add_constant(past.points, has_constant="add")).fit().params
    return Line(float(intercept), float(slope))


def _quantile(share: float) -> Callable[[PastPeople, Settings], Curve]:
    def curve(past: PastPeople, _settings: Settings) -> Curve:
        with warnings.catch_warnings():
            # Heaped sums leave several lines equally good; the last one found is one of them.
            warnings.simplefilter("ignore", IterationLimitWarning)
            fitted = sm.QuantReg(past.to_fit, sm.add_constant(past.points, has_constant="add")).fit(q=share)
        return Line(*map(float, fitted.params))

    return curve


def _isotonic(past: PastPeople, _settings: Settings) -> Curve:
    fitted = IsotonicRegression(y_min=0).fit(past.points, past.to_fit)
    return _from_nothing(fitted.X_thresholds_, fitted.y_thresholds_)


def _rank_matched(past: PastPeople, _settings: Settings) -> Curve:
    """People by points, packages by cost, paired in order; people with equal points share what their ranks got."""
    points, place = np.unique(past.points, return_inverse=True)
    order = np.argsort(past.points, kind="stable")
    matched = np.empty(len(past))
    matched[order] = np.sort(past.to_fit)
    return _from_nothing(points, np.bincount(place, matched) / np.bincount(place))


def _few_knots(past: PastPeople, _settings: Settings) -> Curve:
    """Straight lines between a few scores, each rise 0 or more: least squares that cannot fall and is short to read."""
    return few_knots(past.points, past.to_fit)


def few_knots(points: Numbers, pence: Numbers) -> Knots:
    """The best such lines from 0 points to the highest score; they begin with nothing or more, as packages do."""
    inner = np.quantile(points, np.linspace(0, 1, KNOTS_MOST))
    at = np.unique(np.concatenate([[0.0], np.round(inner), [max(np.ceil(points.max()), 1.0)]]))
    rises = np.clip((points[:, None] - at[:-1]) / np.diff(at), 0, 1)
    pence_up, _ = nnls(np.column_stack([np.ones(len(points)), rises]), pence)
    return Knots(tuple(map(float, at)), tuple(map(float, np.cumsum(pence_up))))


def _from_nothing(points: Numbers, pence: Numbers) -> Knots:
    if points[0] > 0:
        points, pence = np.concatenate([[0.0], points]), np.concatenate([[0.0], pence])
    return Knots(tuple(map(float, points)), tuple(map(float, pence)))


BandSum = Literal["mean", "median", "percentile_80", "nearest_rank_80"]
_BAND_SUMS: Mapping[BandSum, Callable[[Numbers], float]] = {
    "mean": lambda sums: float(np.mean(sums)),
    "median": lambda sums: float(np.median(sums)),
    "percentile_80": lambda sums: float(np.percentile(sums, 80, method="linear")),
    "nearest_rank_80": lambda sums: float(np.percentile(sums, 80, method="inverted_cdf")),
}


def _bands(of: BandSum) -> Callable[[PastPeople, Settings], Curve]:
    def curve(past: PastPeople, settings: Settings) -> Curve:
        starts = settings.band_starts or band_starts(past.points)
        band = np.searchsorted(starts, past.points, side="right") - 1
        sums = [_BAND_SUMS[of](past.to_fit[band == number]) for number in range(len(starts)) if (band == number).any()]
        return Steps(tuple(start for number, start in enumerate(starts) if (band == number).any()), tuple(sums))

    return curve


def band_starts(points: Numbers) -> tuple[int, ...]:
    """Whole scores at which bands begin, so that each band has about as many people and not too few."""
    bands = max(1, min(BANDS_MOST, len(points) // BAND_PEOPLE_MIN))
    inner = np.quantile(points, np.linspace(0, 1, bands + 1)[1:-1])
    return tuple(sorted({0, *(int(np.ceil(at)) for at in inner)}))


def _ridge(past: PastPeople, settings: Settings) -> Fit:
    weights = fitted_weights(past, settings.seed)
    exact = Fraction(float(past.to_fit.sum() / max(weights.points(past).sum(), 1)))
    price = Price(exact.limit_denominator(DENOMINATOR_MOST))
    return Fit(weights, price, lambda people: price.at(weights.points(people)))


def _ridge_few_knots(past: PastPeople, settings: Settings) -> Fit:
    weights = fitted_weights(past, settings.seed)
    curve = few_knots(weights.points(past), past.to_fit)
    return Fit(weights, curve, lambda people: curve.at(weights.points(people)))


def _boosted(past: PastPeople, settings: Settings) -> Fit:
    def columns(people: PastPeople) -> Numbers:
        return np.column_stack([people.points_thousandths / THOUSANDTHS, people.points])

    given = columns(past)
    model = HistGradientBoostingRegressor(
        monotonic_cst=np.ones(given.shape[1], np.int8),
        learning_rate=0.03,
        max_iter=150,
        max_leaf_nodes=4,
        min_samples_leaf=max(1, min(LEAF_PEOPLE, len(past) // LEAVES_MIN)),
        l2_regularization=10,
        early_stopping=False,
        random_state=settings.seed,
    ).fit(given, past.to_fit)
    return Fit(equal_weights(), None, lambda people: np.asarray(model.predict(columns(people)), np.float64))


def _methods() -> Iterator[Method]:
    yield Method(
        "price_per_point",
        "One price for every point",
        "proportional through nothing; poor at both ends",
        _of_points(_price),
    )
    yield Method("least_squares", "Straight line", "below nothing for low scores", _of_points(_least_squares))
    yield Method("quantile_50", "Line through the middle", "totals are too low", _of_points(_quantile(0.5)))
    yield Method("quantile_80", "Line that covers four in five", "totals are too high", _of_points(_quantile(0.8)))
    yield Method("isotonic", "Rising curve", "follows chance where people are few", _of_points(_isotonic))
    yield Method("rank_matched", "Ranks matched", "matches distributions, not people", _of_points(_rank_matched))
    yield Method("few_knots", "Rising lines between few scores", "smooths away sharp turns", _of_points(_few_knots))
    yield Method("band_mean", "Mean of each band", "cliffs between bands", _of_points(_bands("mean")))
    yield Method("band_median", "Median of each band", "cliffs; totals are too low", _of_points(_bands("median")))
    yield Method(
        "band_percentile_80",
        "80th percentile of each band",
        "cliffs; chance in small bands",
        _of_points(_bands("percentile_80")),
    )
    yield Method(
        "band_nearest_rank_80",
        "80th percentile by nearest rank",
        "cliffs; totals too high",
        _of_points(_bands("nearest_rank_80")),
    )
    yield Method("ridge", "Points set from people, one price", "needs many people for rare answers", _ridge)
    yield Method("ridge_few_knots", "Points set from people, rising lines", "as before; more to read", _ridge_few_knots)
    yield Method("boosted", "Boosted trees that only rise", "an upper bound: nobody can follow it", _boosted)


METHODS: Mapping[str, Method] = {method.code: method for method in _methods()}
