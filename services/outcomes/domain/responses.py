"""One response to an instrument: when it may be taken, and what has to be said about it."""

from calendar import monthrange
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from services.outcomes.domain.errors import (
    AfterDeath,
    AnsweredAlready,
    BeforeTheBaseline,
    MayNotAnswer,
    NoLicence,
    NothingAnswered,
    OtherVersion,
    SecondBaseline,
    UnknownWave,
)
from services.outcomes.domain.instruments import Instrument, Respondent, StatedLicence, Subject, WaveKind
from services.outcomes.domain.scoring import check_levels

MONTHS_PER_YEAR = 12


@dataclass(frozen=True)
class Response:
    """What somebody answered.

    Args:
        wave: the wave's code, and ``number`` which time it is: 1, but for the second and later yearly one.
        answers: level by item; what was not answered is left out.
    """

    instrument_id: str
    version: int
    subject: Subject
    respondent: Respondent
    wave: str
    answered_on: date
    answers: Mapping[str, int]
    number: int = 1


@dataclass(frozen=True)
class About:
    """What must be known of somebody before a response is taken: their earlier ones to any instrument, and a death."""

    earlier: Sequence[Response] = ()
    died_on: date | None = None


@dataclass(frozen=True)
class Flag:
    """Something that goes with a response that was taken: a code, and the reason in plain words."""

    code: str
    text: str


def take(
    instrument: Instrument, response: Response, about: About, licences: Collection[StatedLicence]
) -> tuple[Flag, ...]:
    """Check a response.

    Returns:
        What has to be said about it when it is used.

    Raises:
        DomainError: its subclass says why the response cannot be taken.
    """
    assert (response.instrument_id, response.version) == (instrument.instrument_id, instrument.version)
    kind = _wave(instrument, response)
    _check_respondent(instrument, response)
    if not instrument.may_be_used(licences, response.answered_on):
        raise NoLicence(
            f"{instrument.title} belongs to {instrument.licence.holder}, and the council has stated no licence for"
            f" {response.answered_on}"
        )
    if about.died_on is not None and response.answered_on > about.died_on:
        raise AfterDeath(f"answered on {response.answered_on}, after the person's death on {about.died_on}")
    if not response.answers:
        raise NothingAnswered("no question was answered")
    check_levels(instrument, response.answers)
    baseline = _check_earlier(instrument, kind, response, about.earlier)
    return tuple(_flags(instrument, kind, response, baseline))


def flags_of(instrument: Instrument, response: Response, others: Sequence[Response]) -> tuple[Flag, ...]:
    """What has to be said about a response beside all others of the same person or carer as they are known now."""
    baseline = _baseline(instrument, _of_instrument(response, others))
    return tuple(_flags(instrument, instrument.waves[response.wave], response, baseline))


def due_on(kind: WaveKind, number: int, baseline_on: date) -> date:
    """The day of a wave; the month's last day where it has no such day."""
    months = baseline_on.month - 1 + kind.months * number
    year, month = baseline_on.year + months // MONTHS_PER_YEAR, months % MONTHS_PER_YEAR + 1
    return date(year, month, min(baseline_on.day, monthrange(year, month)[1]))


def _wave(instrument: Instrument, response: Response) -> WaveKind:
    kind = instrument.waves.get(response.wave)
    if kind is None:
        raise UnknownWave(f"{instrument.title} is asked at {', '.join(instrument.waves)}, not at {response.wave}")
    if response.number < 1 or (response.number > 1 and not kind.is_repeated):
        raise UnknownWave(f"{instrument.title} has no {response.wave} number {response.number}")
    return kind


def _check_respondent(instrument: Instrument, response: Response) -> None:
    if response.subject not in instrument.about:
        raise MayNotAnswer(f"{instrument.title} is not made for a {response.subject.replace('_', ' ')}")
    if response.respondent not in instrument.answered_by:
        allowed = ", ".join(sorted(instrument.answered_by))
        raise MayNotAnswer(f"{instrument.title} may be answered by {allowed}, not by {response.respondent}")


def _check_earlier(
    instrument: Instrument, kind: WaveKind, response: Response, earlier: Sequence[Response]
) -> Response | None:
    same = _of_instrument(response, earlier)
    baseline = _baseline(instrument, same)
    if kind.is_baseline and baseline is not None:
        raise SecondBaseline(f"the baseline was answered on {baseline.answered_on}")
    if any((one.wave, one.number) == (response.wave, response.number) for one in same):
        raise AnsweredAlready(f"{response.wave} number {response.number} was answered already")
    if kind.is_baseline and any(one.answered_on <= response.answered_on for one in same):
        raise BeforeTheBaseline("a follow-up was answered before this baseline")
    if kind.is_baseline and any(one.version != response.version for one in same):
        raise OtherVersion(f"a follow-up answered another version than {response.version}")
    if baseline is not None and response.answered_on <= baseline.answered_on:
        raise BeforeTheBaseline(f"the baseline was answered on {baseline.answered_on}")
    if baseline is not None and baseline.version != response.version:
        raise OtherVersion(f"the baseline answered version {baseline.version}, this is version {response.version}")
    return baseline


def _of_instrument(response: Response, others: Sequence[Response]) -> list[Response]:
    return [one for one in others if (one.instrument_id, one.subject) == (response.instrument_id, response.subject)]


def _baseline(instrument: Instrument, same: Sequence[Response]) -> Response | None:
    # Another version may have been asked at other times.
    waves = instrument.waves
    return next((one for one in same if one.wave in waves and waves[one.wave].is_baseline), None)


def _flags(instrument: Instrument, kind: WaveKind, response: Response, baseline: Response | None) -> Iterator[Flag]:
    missing = [item for item in instrument.items if item not in response.answers]
    if missing:
        yield Flag("not_all_answered", f"Not answered: {', '.join(missing)}. Nothing is put in their place.")
    if response.respondent is not Respondent.SELF:
        yield Flag(
            "not_answered_by_the_person", f"Answered by a {response.respondent}: reported apart from people's own."
        )
    if kind.is_baseline:
        return
    if baseline is None:
        yield Flag("no_baseline", "There is no baseline: it counts in comparisons between people, and shows no change.")
        return
    due = due_on(kind, response.number, baseline.answered_on)
    days = (response.answered_on - due).days
    if abs(days) > kind.window_days:
        when = "after" if days > 0 else "before"
        yield Flag(
            "not_on_time", f"Answered {abs(days)} days {when} {due}; up to {kind.window_days} days count as on time."
        )
