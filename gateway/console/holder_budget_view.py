"""What a budget holder's own page shows: the whole in plain words, and each stream's awarded, spent, held and left."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.console import wording
from gateway.console.stream_part import Part, parts_of

Told = Mapping[str, Any]
_PARTS: Mapping[str, str] = {**wording.PARTS, "balances": "what is spent, held and left"}
#: Sums of a stream as the bar shows them, in this order: code of its colour, words.
_PORTIONS = (
    ("spent", "Spent"),
    ("in-account", "In your account, not yet accounted for"),
    ("held", "Held for what is agreed"),
    ("taken-back", "Taken back after a decision"),
    ("left", "Left to plan"),
)
#: What is next for the person, by stage: words, and the page below their own; none where they wait.
_NEXT: Mapping[str, tuple[str, str]] = {
    "case_open": ("Begin your self-assessment", "self-assessment"),
    "ready_to_plan": ("Plan how to use your money", "plans"),
    "planning": ("Go on with your plan", "plans"),
    "amendment_asked": ("See what should change in your plan", "plans"),
    "refused": ("See why the plan was refused", "plans"),
    "withdrawn": ("Begin again whenever you like", "self-assessment"),
}


@dataclass(frozen=True)
class Portion:
    """A part of a sum, with its place in the bar."""

    code: str
    words: str
    pence: int
    left_percent: str
    width_percent: str


@dataclass(frozen=True)
class Sums:
    """What became of a sum: its portions come to it, to the penny."""

    awarded_pence: int
    portions: tuple[Portion, ...]
    summary: str

    def pence(self, code: str) -> int:
        """One portion's sum."""
        return sum(portion.pence for portion in self.portions if portion.code == code)


@dataclass(frozen=True)
class OwnStream:
    """A stream that puts in money.

    Args:
        sums: None where nothing is confirmed yet, or they cannot be had for the moment.
    """

    part: Part
    sums: Sums | None


@dataclass(frozen=True)
class OwnBudget:
    """The page.

    Args:
        total_pence: None where no budget is open, or it cannot be had for the moment.
        next_step: address below the person's and words of what is next for them; empty where they wait.
    """

    name: str
    total_pence: int | None
    confirmed_pence: int
    indicative_pence: int
    days: str
    sums: Sums | None
    streams: tuple[OwnStream, ...]
    things: tuple[Part, ...]
    without: tuple[Part, ...]
    stage: str
    waits_for: str
    next_step: tuple[str, str]
    away: tuple[str, ...]


def own_budget(parts: Mapping[str, Any], away: frozenset[str]) -> OwnBudget:
    """The page of what the services answer; what is away or not there yet is None."""
    budget, progress, person = parts["budget"], parts["progress"], parts["person"]
    streams = parts_of(parts["awards"], budget)
    by_stream = _by_stream(parts["balances"]["money"]) if parts["balances"] else {}
    money = [part for part in streams if part.has_money]
    stage = progress["stage"] if progress else "" if "progress" in away else "case_open"
    words, address = _NEXT.get(stage, ("", ""))
    return OwnBudget(
        name=person["name"] if person else "",
        total_pence=budget["total_pence"] if budget else None,
        confirmed_pence=budget["confirmed_pence"] if budget else 0,
        indicative_pence=budget["indicative_pence"] if budget else 0,
        days=_days(money),
        sums=_sums_of(list(by_stream.values())) if by_stream else None,
        streams=tuple(
            OwnStream(part, _sums_of([by_stream[part.code]]) if part.code in by_stream else None) for part in money
        ),
        things=tuple(part for part in streams if part.has_award and part.in_kind),
        without=tuple(part for part in streams if not part.has_award),
        stage=wording.named(wording.STAGES, stage) if stage else "",
        waits_for=wording.inside(progress["waits_for"]) if progress else "",
        next_step=(address, words),
        away=tuple(_PARTS[name] for name in parts if name in away),
    )


def _days(money: Sequence[Part]) -> str:
    if not money:
        return ""
    return wording.period(min(part.starts_on for part in money), max(part.ends_on for part in money))


def _by_stream(money: Sequence[Told]) -> dict[str, Told]:
    """Sums by stream: a stream may have had more than one fund."""
    found: dict[str, dict[str, int]] = {}
    for fund in money:
        sums = found.setdefault(fund["stream"], {})
        for name, pence in fund.items():
            if name.endswith("_pence"):
                sums[name] = sums.get(name, 0) + pence
    return dict(found)


def _sums_of(told: Sequence[Told]) -> Sums:
    """What became of one stream's money, or of all of it."""
    pence = {
        "spent": sum(each["paid_pence"] for each in told),
        "in-account": sum(each["advanced_pence"] for each in told),
        "held": sum(each["committed_pence"] for each in told),
        "taken-back": sum(each["recovered_pence"] for each in told),
        "left": sum(each["left_pence"] for each in told),
    }
    awarded = sum(each["awarded_pence"] for each in told)
    portions = tuple(_portions(pence))
    words = [f"{portion.words.lower()} {wording.pounds(portion.pence)}" for portion in portions]
    return Sums(awarded, portions, f"Of {wording.pounds(awarded)}: {wording.listed(words)}.")


def _portions(pence: Mapping[str, int]) -> Iterator[Portion]:
    """Portions that there are, and always what is spent and left; what is below nought takes no room in the bar."""
    whole = sum(max(0, each) for each in pence.values()) or 1
    at = 0
    for code, words in _PORTIONS:
        if pence[code] or code in ("spent", "held", "left"):
            width = max(0, pence[code])
            yield Portion(code, words, pence[code], f"{100 * at / whole:.3f}", f"{100 * width / whole:.3f}")
            at += width
