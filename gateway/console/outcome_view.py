"""What the pages of answers about lives show: waves with their state, answers in words, scores with reasons."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.console import wording

Told = Mapping[str, Any]
#: How a wave stands: in words, and the colour of its tag.
STATES: Mapping[str, tuple[str, str]] = {
    "answered": ("Answered", "green"),
    "open": ("Open now", "yellow"),
    "late": ("Late", "orange"),
    "missed": ("Not answered in time", "grey"),
    "to_come": ("To come", "blue"),
    "ended": ("Not asked any more", "grey"),
}
#: Of these somebody should answer now.
ASKED = frozenset({"open", "late"})
RESPONDENTS: Mapping[str, tuple[str, str]] = {
    "self": ("The person themselves", "Also where somebody only read the questions out, or wrote the answers down."),
    "proxy": ("Somebody for the person", "A relative or friend, who says how they think it is."),
    "practitioner": ("A practitioner", "From what they know of the person."),
}
_WAVES: Mapping[str, str] = {"baseline": "At the start", "six_months": "After six months"}
_FLAGS: Mapping[str, str] = {
    "not_all_answered": "Not all answered",
    "not_answered_by_the_person": "Answered by somebody else",
    "no_baseline": "No answers from the start",
    "not_on_time": "Not on time",
}


def wave_name(code: str, number: int) -> str:
    """A wave as people call it."""
    if code == "yearly":
        return f"After {wording.counted(number, 'year', 'years')}"
    return wording.named(_WAVES, code)


def plain(number: float) -> str:
    """A score with at most two decimals, without needless zeros."""
    return f"{number:.2f}".rstrip("0").rstrip(".")


@dataclass(frozen=True)
class WaveView:
    """One time at which something is asked.

    Args:
        days: when answers count as on time, in words; empty where there is no day.
        response_id: of its answers; empty where there are none.
    """

    code: str
    number: int
    name: str
    state: str
    state_text: str
    colour: str
    days: str
    response_id: str

    @property
    def is_asked(self) -> bool:
        """Whether somebody should answer it now."""
        return self.state in ASKED


@dataclass(frozen=True)
class AskedView:
    """An instrument as a person or a carer is asked it.

    Args:
        answering: address of its questions, without the wave.
        may_answer: whether the person can be asked on pages: it may be used, has its words and is for them to answer.
        may_be_used: whether the council has a licence, where one is needed.
    """

    instrument_id: str
    version: int
    title: str
    carer_id: str
    waves: tuple[WaveView, ...]
    may_answer: bool
    may_be_used: bool
    holder: str

    @property
    def open_waves(self) -> tuple[WaveView, ...]:
        """The waves that should be answered now."""
        return tuple(wave for wave in self.waves if wave.is_asked)


def asked_of(told: Told, instruments: Told) -> tuple[AskedView, ...]:
    """What a person and their carers are asked, as the outcomes service tells it with its instruments."""
    known = {(one["instrument_id"], one["version"]): one for one in instruments["instruments"]}
    return tuple(_asked(one, known[one["instrument_id"], one["version"]]) for one in told["asked"])


def _asked(told: Told, instrument: Told) -> AskedView:
    return AskedView(
        told["instrument_id"],
        told["version"],
        told["title"],
        told["carer_id"] or "",
        tuple(_wave(wave) for wave in told["waves"]),
        may_answer=told["may_be_used"] and has_words(instrument) and "self" in told["answered_by"],
        may_be_used=told["may_be_used"],
        holder=instrument["holder"],
    )


def _wave(told: Told) -> WaveView:
    words, colour = STATES[told["state"]]
    return WaveView(
        told["wave"],
        told["number"],
        wave_name(told["wave"], told["number"]),
        told["state"],
        words,
        colour,
        f"{wording.period(told['from_day'], told['until_day'])}" if told["from_day"] else "",
        told["response_id"] or "",
    )


def has_words(instrument: Told) -> bool:
    """Whether its questions can be shown: the wording of some belongs to somebody, and may not be loaded here."""
    return all(item["text"] and all(level["text"] for level in item["levels"]) for item in instrument["items"])


@dataclass(frozen=True)
class AnswerView:
    """A question and what was answered."""

    item_id: str
    text: str
    answer: str


@dataclass(frozen=True)
class ScoreView:
    """What answers come to.

    Args:
        words: the score and its scale in a sentence.
        change: how it has moved since the start, in a sentence; empty where that cannot be told.
        reasons: how it was worked out.
        unconfirmed: why its figures are not confirmed in a source; empty where they are.
    """

    label: str
    value: str
    words: str
    change: str
    reasons: tuple[str, ...]
    unconfirmed: str


@dataclass(frozen=True)
class ResponseView:
    """Answers that were recorded.

    Args:
        flags: what has to be said about them: in a word, and in a sentence.
        taken_back_because: empty where they count.
    """

    response_id: str
    title: str
    wave: str
    carer_id: str
    answered_on: str
    answered_by: str
    recorded_by: str
    recorded_at: str
    answers: tuple[AnswerView, ...]
    scores: tuple[ScoreView, ...]
    flags: tuple[tuple[str, str], ...]
    taken_back_because: str


def response_of(told: Told, instrument: Told, others: Iterable[Told] = ()) -> ResponseView:
    """Answers as a page shows them.

    Args:
        told: the answers.
        instrument: which they are answers to.
        others: what else was answered about the same person, for what has changed since the start.
    """
    first = _baseline(told, instrument, others)
    return ResponseView(
        told["response_id"],
        instrument["title"],
        wave_name(told["wave"], told["number"]),
        told["carer_id"] or "",
        told["answered_on"],
        RESPONDENTS[told["respondent"]][0],
        told["recorded_by"],
        told["recorded_at"],
        tuple(_answers(told["answers"], instrument)),
        tuple(_scores(told, instrument, first)),
        tuple((_FLAGS.get(one["code"], one["code"]), _in_words(one["text"], instrument)) for one in told["flags"]),
        wording.whole_sentence(told["taken_back_because"]) if told["taken_back_because"] else "",
    )


def _baseline(told: Told, instrument: Told, others: Iterable[Told]) -> Told | None:
    code = next(wave["code"] for wave in instrument["waves"] if wave["months"] == 0)
    same = ("instrument_id", "version", "carer_id")
    return next(
        (
            one
            for one in others
            if one["wave"] == code != told["wave"]
            and one["taken_back_because"] is None
            and all(one[name] == told[name] for name in same)
        ),
        None,
    )


def _answers(answers: Mapping[str, int], instrument: Told) -> Iterator[AnswerView]:
    for item in instrument["items"]:
        level = answers.get(item["item_id"])
        yield AnswerView(item["item_id"], item_text(instrument, item), level_text(item, level))


def item_text(instrument: Told, item: Told) -> str:
    """A question's words, or its place and subject where its words belong to somebody."""
    if item["text"]:
        return str(item["text"])
    place = [each["item_id"] for each in instrument["items"]].index(item["item_id"]) + 1
    return f"Question {place}: {wording.inside(item['domain'])}"


def level_text(item: Told, level: int | None) -> str:
    """An answer's words, or its number where its words belong to somebody; empty where there is none."""
    if level is None:
        return ""
    text = next((each["text"] for each in item["levels"] if each["level"] == level), "")
    return text or f"Level {level}"


def _scores(told: Told, instrument: Told, first: Told | None) -> Iterator[ScoreView]:
    scorings = {one["scoring_id"]: one for one in instrument["scores"]}
    before = {one["scoring_id"]: one["value"] for one in first["scores"]} if first else {}
    for score in told["scores"]:
        scoring, value = scorings[score["scoring_id"]], score["value"]
        reasons = tuple(_in_words(each, instrument) for each in score["reasons"])
        yield ScoreView(
            wording.sentence(scoring["label"]),
            "" if value is None else plain(value),
            _no_score(score["missing"], instrument) if value is None else _scale(value, scoring),
            _change(value, before.get(score["scoring_id"])),
            reasons,
            score["unconfirmed"],
        )


def _no_score(missing: Sequence[str], instrument: Told) -> str:
    items = {item["item_id"]: item for item in instrument["items"]}
    subjects = wording.listed([wording.inside(items[each]["domain"]) for each in missing])
    return f"No score: what is asked on {subjects} was not answered. Nothing is put in its place."


def _scale(value: float, scoring: Told) -> str:
    better = "Higher is better" if scoring["higher_is_better"] else "Lower is better"
    return f"{plain(value)} on a scale from {plain(scoring['lowest'])} to {plain(scoring['highest'])}. {better}."


def _change(value: float | None, before: float | None) -> str:
    if value is None or before is None:
        return ""
    if value == before:
        return "The same as at the start."
    return f"{plain(abs(value - before))} {'higher' if value > before else 'lower'} than at the start."


def _in_words(text: str, instrument: Told) -> str:
    """A sentence of the service's with its questions and days as people call them."""
    for item in instrument["items"]:
        text = text.replace(item["item_id"], item["item_id"].replace("_", " "))
    return wording.told(text)


@dataclass(frozen=True)
class Course:
    """What was answered to one instrument over time, each row a wave and each column a score."""

    title: str
    carer_id: str
    labels: tuple[str, ...]
    rows: tuple[tuple[ResponseView, tuple[str, ...]], ...]


def courses_of(responses: Sequence[Told], instruments: Told) -> tuple[Course, ...]:
    """What counts, by instrument and by whose life it is about, in the order in which it was answered."""
    known = {(one["instrument_id"], one["version"]): one for one in instruments["instruments"]}
    by_course: dict[tuple[str, int, str], list[Told]] = {}
    for one in reversed(responses):
        if one["taken_back_because"] is None:
            key = (one["instrument_id"], one["version"], one["carer_id"] or "")
            by_course.setdefault(key, []).append(one)
    return tuple(_course(known[key[0], key[1]], key[2], told) for key, told in by_course.items())


def _course(instrument: Told, carer_id: str, told: Sequence[Told]) -> Course:
    labels = tuple(wording.sentence(one["label"]) for one in instrument["scores"])
    rows = tuple(
        (response_of(one, instrument), tuple(_cell(score["value"]) for score in one["scores"])) for one in told
    )
    return Course(instrument["title"], carer_id, labels, rows)


def _cell(value: float | None) -> str:
    return "–" if value is None else plain(value)
