"""How scores changed from the baseline to the latest follow-up; where one of the two is missing there is no change."""

from collections.abc import Iterable, Mapping
from datetime import date

from services.outcomes.domain.instruments import Instrument
from services.outcomes.domain.responses import Response
from services.outcomes.domain.scoring import scores

#: An instrument's id and version.
Released = Mapping[tuple[str, int], Instrument]


def changes(responses: Iterable[Response], released: Released, on: date) -> dict[str, tuple[float, float]]:
    """The score at the baseline and at the latest follow-up by a day, by measure (``<instrument>.<score>``).

    Args:
        responses: about one life, to any instruments; none that was taken back.
    """
    known = sorted((one for one in responses if one.answered_on <= on), key=lambda one: one.answered_on)
    before: dict[str, float] = {}
    now: dict[str, float] = {}
    for one in known:
        instrument = released[one.instrument_id, one.version]
        told = before if instrument.waves[one.wave].is_baseline else now
        for score in scores(instrument, one.answers):
            if score.value is not None:
                told[f"{one.instrument_id}.{score.scoring_id}"] = float(score.value)
    return {measure: (before[measure], now[measure]) for measure in sorted(before.keys() & now.keys())}
