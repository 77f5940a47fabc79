"""Which waves of an instrument are answered, open, late or still to come, from what was answered so far."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from itertools import count

from services.outcomes.domain.instruments import Instrument, WaveKind
from services.outcomes.domain.responses import Response, due_on


class WaveState(StrEnum):
    """How a wave stands on a day."""

    ANSWERED = "answered"
    #: Answers of the day count as on time.
    OPEN = "open"
    #: It is out of time, and no later one has begun: answers are taken and flagged.
    LATE = "late"
    #: A later one has begun, or for a baseline a follow-up was answered.
    MISSED = "missed"
    TO_COME = "to_come"
    #: Nothing is asked any more: the person has died.
    ENDED = "ended"


@dataclass(frozen=True)
class Wave:
    """One time at which an instrument is asked.

    Args:
        due_on: None for a baseline, and for a follow-up without one.
        from_day, until_day: the days between which answers count as on time; None where there is no day.
    """

    code: str
    number: int
    state: WaveState
    due_on: date | None = None
    from_day: date | None = None
    until_day: date | None = None

    @property
    def is_asked(self) -> bool:
        """Whether somebody should answer it now."""
        return self.state in (WaveState.OPEN, WaveState.LATE)


def waves(
    instrument: Instrument, answered: Sequence[Response], on: date, *, died_on: date | None = None
) -> tuple[Wave, ...]:
    """Every wave up to the next one to come, in the order in which they are due.

    Args:
        answered: what counts of the same person's or carer's answers to the instrument.
        on: the day that it is told for.
        died_on: of whoever is asked, where they have died.
    """
    first = next(kind for kind in instrument.waves.values() if kind.is_baseline)
    baseline = next((one for one in answered if one.wave == first.code), None)
    done = {(one.wave, one.number) for one in answered}
    if baseline is None:
        state = WaveState.MISSED if done else WaveState.OPEN
        told = [Wave(first.code, 1, state), *(Wave(*each, WaveState.ANSWERED) for each in sorted(done))]
    else:
        due = _due(instrument, baseline.answered_on, done, on)
        told = [Wave(first.code, 1, WaveState.ANSWERED, baseline.answered_on), *_with_states(due, done, on)]
    return tuple(_ended(told) if died_on is not None else told)


def _due(instrument: Instrument, baseline_on: date, done: set[tuple[str, int]], on: date) -> list[Wave]:
    follow_ups = (kind for kind in instrument.waves.values() if not kind.is_baseline)
    found = [wave for kind in follow_ups for wave in _of_kind(kind, baseline_on, done, on)]
    return sorted(found, key=lambda wave: (wave.due_on or baseline_on, wave.code))


def _of_kind(kind: WaveKind, baseline_on: date, done: set[tuple[str, int]], on: date) -> Iterator[Wave]:
    last_done = max((number for code, number in done if code == kind.code), default=0)
    window = timedelta(kind.window_days)
    for number in count(1):
        due = due_on(kind, number, baseline_on)
        yield Wave(kind.code, number, WaveState.TO_COME, due, due - window, due + window)
        if not kind.is_repeated or (due - window > on and number >= last_done):
            return


def _with_states(due: Sequence[Wave], done: set[tuple[str, int]], on: date) -> Iterator[Wave]:
    for place, wave in enumerate(due):
        later = due[place + 1 :]
        is_passed = any((one.code, one.number) in done or _has_begun(one, on) for one in later)
        yield replace(wave, state=_state(wave, done, on, is_passed=is_passed))


def _state(wave: Wave, done: set[tuple[str, int]], on: date, *, is_passed: bool) -> WaveState:
    if (wave.code, wave.number) in done:
        return WaveState.ANSWERED
    if not _has_begun(wave, on):
        return WaveState.TO_COME
    if wave.until_day is not None and on <= wave.until_day:
        return WaveState.OPEN
    return WaveState.MISSED if is_passed else WaveState.LATE


def _has_begun(wave: Wave, on: date) -> bool:
    return wave.from_day is not None and wave.from_day <= on


def _ended(told: Sequence[Wave]) -> Iterator[Wave]:
    for wave in told:
        was_missed_or_answered = wave.state in (WaveState.ANSWERED, WaveState.MISSED)
        yield wave if was_missed_or_answered else replace(wave, state=WaveState.ENDED)


def due(told: Sequence[Wave], first_budget_on: date | None) -> tuple[Wave, ...]:
    """The waves that somebody should answer now: a baseline from the first budget on, a follow-up from its first day.

    Args:
        first_budget_on: the day of the person's first budget; None where there is none.
    """
    asked = (wave if wave.due_on is not None else replace(wave, due_on=first_budget_on) for wave in told)
    return tuple(wave for wave in asked if wave.is_asked and wave.due_on is not None)


def version_asked(versions: Mapping[int, Instrument], answered: Sequence[Response]) -> Instrument:
    """The version that somebody is asked: of their baseline, or of what they answered first, or else the newest."""
    in_order = sorted(answered, key=lambda one: one.answered_on)
    known = next((one.version for one in in_order if one.version in versions), max(versions))
    return versions[known]
