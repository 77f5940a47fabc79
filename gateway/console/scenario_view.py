"""What the pages of scenarios show: who would gain and lose, in words, in a picture and in the table beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from braid.kit.permissions import PERMISSIONS, Action
from gateway.console import wording

Told = Mapping[str, Any]
MAY_RUN = PERMISSIONS[Action.RUN_SCENARIO].roles
STATUSES: Mapping[str, tuple[str, str]] = {
    "waiting": ("Waiting to begin", "grey"),
    "running": ("Being worked out", "yellow"),
    "done": ("Done", "green"),
    "failed": ("Not worked out", "red"),
}
PAID_BY: Mapping[str, str] = {"council": "The council", "gains": "Those who gain, until it is paid for"}
_WITHOUT: Mapping[str, str] = {
    "no_money": "their answers come to no money",
    "no_price": "a price is missing",
    "unanswered": "an answer is missing",
    "above_the_table": "their needs are above the table",
}
#: Of the picture, in per cent of its width: where its bars begin; the rest is theirs. Heights in pixels.
BARS_FROM, ROW_HEIGHT, BAR_HEIGHT = 14, 30, 20


@dataclass(frozen=True)
class Change:
    """What would happen to some people; pence a year."""

    name: str
    people: int
    winners: int
    losers: int
    gained_pence: int
    lost_pence: int
    before_pence: int
    after_pence: int

    @property
    def moved_pence(self) -> int:
        """How much more, or less, they would have together."""
        return self.after_pence - self.before_pence


@dataclass(frozen=True)
class Bar:
    """Two bars of the picture, one to each side of the line of no change; in per cent of its width."""

    name: str
    y: int
    lost_x: str
    lost_width: str
    gained_width: str


@dataclass(frozen=True)
class Picture:
    """The picture of gains and losses by tenth.

    Args:
        line_x: of no change, in per cent of the width.
    """

    bars: tuple[Bar, ...]
    line_x: str
    height: int
    in_words: str


@dataclass(frozen=True)
class Results:
    """What would happen."""

    everybody: Change
    in_words: str
    groups: tuple[Change, ...]
    tenths: tuple[Change, ...]
    picture: Picture
    years: tuple[Told, ...]
    without: tuple[str, ...]
    budget: str
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class Scenario:
    """A scenario and how far it is.

    Args:
        asked: what was asked, line by line.
        results: None until it is done.
        fault: why there are none; empty otherwise.
    """

    scenario_id: str
    status: str
    status_text: str
    colour: str
    percent: int
    asked: tuple[tuple[str, str], ...]
    results: Results | None
    fault: str
    faults: tuple[str, ...]

    @property
    def is_under_way(self) -> bool:
        """Whether its results are still to come."""
        return self.status in ("waiting", "running")


def scenario_of(told: Told) -> Scenario:
    """A scenario as a page shows it."""
    words, colour = STATUSES[told["status"]]
    problem = told["problem"]
    return Scenario(
        scenario_id=told["scenario_id"],
        status=told["status"],
        status_text=words,
        colour=colour,
        percent=int(100 * told["progress"]),
        asked=tuple(_asked(told)),
        results=_results(told["results"]) if told["results"] else None,
        fault=f"{problem['title']}. {problem['detail']}" if problem else "",
        faults=tuple(_fault(each) for each in problem["errors"]) if problem else (),
    )


@dataclass(frozen=True)
class Tried:
    """A scenario in the list of what was tried."""

    scenario_id: str
    asked_at: str
    asked_by: str
    asked: str
    status_text: str
    colour: str


def tried(told: Told) -> Tried:
    """A scenario as the list shows it."""
    words, colour = STATUSES[told["status"]]
    asked = "; ".join(f"{name}: {wording.inside(what)}" for name, what in _asked(told))
    return Tried(told["scenario_id"], told["asked_at"], told["asked_by"], asked, words, colour)


def table_name(told: Told | None) -> str:
    """A table as it was asked for."""
    if told is None:
        return "What people’s packages cost now"
    if "released" not in told:
        return "A table that is not released"
    name, _, version = told["released"].rpartition(":")
    return f"{wording.named({}, name.replace('-', ' '))}, version {version}"


def compared(one: Scenario, other: Scenario) -> tuple[tuple[str, str, str], ...]:
    """The main sums of two scenarios beside each other."""
    if not one.results or not other.results:
        return ()
    here, there = one.results.everybody, other.results.everybody
    pairs = [(words, a, b) for (words, a), (_, b) in zip(_sums(here), _sums(there), strict=True)]
    return tuple(pairs)


def _sums(told: Change) -> list[tuple[str, str]]:
    return [
        ("People", f"{told.people:,}"),
        ("Would gain", f"{told.winners:,}"),
        ("Would lose", f"{told.losers:,}"),
        ("Gained in a year", wording.pounds(told.gained_pence)),
        ("Lost in a year", wording.pounds(told.lost_pence)),
        ("All sums of a year", wording.pounds(told.after_pence)),
        ("More or less than before", wording.moved(told.moved_pence)),
    ]


def _asked(told: Told) -> list[tuple[str, str]]:
    question = told["question"]
    lines = [("Table", table_name(question["table"])), ("Compared with", table_name(question["against"]))]
    percent = (Decimal(question["prices"]) - 1) * 100
    if percent:
        lines.append(("Prices", f"{abs(percent).normalize():f}% {'higher' if percent > 0 else 'lower'}"))
    if rule := question["protection"]:
        share = (Decimal(rule["most_lost_a_year"]) * 100).normalize()
        years = wording.counted(rule["years"], "year", "years")
        lines.append(("Protection", f"nobody loses more than {share:f}% a year, for {years}"))
        lines.append(("Protection paid by", wording.inside(PAID_BY[rule["paid_by"]])))
    if question["budget_pence_per_year"] is not None:
        lines.append(("Budget of a year", wording.pounds(question["budget_pence_per_year"])))
    return lines


def _fault(each: Told) -> str:
    where = f"Row {each['row']}, " if each["row"] is not None else ""
    return f"{where}{each['column']}: {each['message']}"


def _results(told: Told) -> Results:
    everybody, *groups = (_change(each) for each in told["groups"])
    tenths = tuple(_change(each) for each in told["deciles"])
    return Results(
        everybody=everybody,
        in_words=_in_words(everybody),
        groups=tuple(groups),
        tenths=tenths,
        picture=_picture(tenths),
        years=tuple(told["years"]),
        without=tuple(
            f"{wording.counted(number, 'person has', 'people have')} no figure: {_WITHOUT.get(why, why)}."
            for why, number in told["without_figure"].items()
            if number
        ),
        budget=_against_budget(told),
        warnings=tuple(wording.whole_sentence(warning) for warning in told["warnings"]),
    )


def _change(told: Told) -> Change:
    name = told["name"]
    if name == "everybody":
        words = "Everybody"
    elif name.startswith("tenth "):
        words = f"Tenth {name.removeprefix('tenth ')}"
    else:
        words = wording.named(wording.USER_GROUPS, name)
    kept = ("people", "winners", "losers", "gained_pence", "lost_pence", "before_pence", "after_pence")
    return Change(words, *(told[each] for each in kept))


def _in_words(told: Change) -> str:
    more = "more" if told.moved_pence >= 0 else "less"
    return (
        f"Of {wording.counted(told.people, 'person', 'people')}, {told.winners:,} would gain and {told.losers:,} would"
        f" lose. All sums together come to {wording.pounds(told.after_pence)} a year,"
        f" {wording.pounds(abs(told.moved_pence))} {more} than before."
    )


def _against_budget(told: Told) -> str:
    if told["budget_pence"] is None:
        return ""
    left = told["budget_pence"] - told["total_pence"]
    budget = wording.pounds(told["budget_pence"])
    if left < 0:
        return f"That is {wording.pounds(-left)} more than the budget of {budget}."
    return f"The budget of {budget} covers it, with {wording.pounds(left)} left."


def _picture(tenths: Sequence[Change]) -> Picture:
    most_lost = max((each.lost_pence for each in tenths), default=0)
    most_gained = max((each.gained_pence for each in tenths), default=0)
    scale = (100 - BARS_FROM) / max(1, most_lost + most_gained)
    line = BARS_FROM + most_lost * scale
    bars = tuple(
        Bar(
            name=each.name,
            y=number * ROW_HEIGHT,
            lost_x=f"{line - each.lost_pence * scale:.3f}",
            lost_width=f"{each.lost_pence * scale:.3f}",
            gained_width=f"{each.gained_pence * scale:.3f}",
        )
        for number, each in enumerate(tenths)
    )
    return Picture(bars, f"{line:.3f}", len(bars) * ROW_HEIGHT, _picture_in_words(tenths))


def _picture_in_words(tenths: Sequence[Change]) -> str:
    if not any(each.gained_pence or each.lost_pence for each in tenths):
        return "No tenth gains or loses anything."
    told = []
    gains = max(tenths, key=lambda each: each.gained_pence)
    loses = max(tenths, key=lambda each: each.lost_pence)
    if gains.gained_pence:
        told.append(f"{wording.inside(gains.name)} gains most, {wording.pounds(gains.gained_pence)}")
    if loses.lost_pence:
        told.append(f"{wording.inside(loses.name)} loses most, {wording.pounds(loses.lost_pence)}")
    return f"{wording.sentence('; '.join(told))}. Tenth 1 had the lowest sums before."
