"""Deciding on request: on a case that is given, for one stream or all, with nothing stored."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from services.funding_streams.discovery import adapters
from services.funding_streams.domain.adapter import Case, StreamAdapter
from services.funding_streams.domain.around import AsGiven
from services.funding_streams.domain.contradictions import Doubt, heeding
from services.funding_streams.domain.council_settings import CouncilSettings
from services.funding_streams.domain.decide_all import GATE, decide_all, in_order
from services.funding_streams.domain.decision import ADULT_SOCIAL_CARE, Decision

#: Puts something around a stream.
Surround = Callable[[StreamAdapter], StreamAdapter]


class NoSuchStream(Exception):
    """A stream is asked for that is no folder of ours."""

    def __init__(self, name: str) -> None:
        known = ", ".join(adapter.stream for adapter in adapters())
        super().__init__(f"{name} is not a stream; known are {known}")
        self.name = name


@dataclass(frozen=True)
class Panel:
    """Streams that are decided together.

    Args:
        asked: those whose decisions are wanted, in the order in which they are told.
        ordered: those and every other that can change their decisions, each after those it waits for.
        gated: whether an individual budget's gate stands before them.
    """

    asked: tuple[StreamAdapter, ...]
    ordered: tuple[StreamAdapter, ...]
    gated: bool

    def decide(
        self, case: Case, around: Callable[[StreamAdapter], StreamAdapter] | None = None
    ) -> tuple[Decision, ...]:
        """Decide, with something around each stream where that is given."""
        ordered = tuple(around(adapter) for adapter in self.ordered) if around else self.ordered
        ordered = tuple(_as_given(adapter, case, ordered) for adapter in ordered) if case.decisions else ordered
        if not self.gated and case.council.yes_no(GATE):
            case = replace(case, council=without_gate(case.council))
        return decide_all(case, self.asked, ordered)


def everything() -> Panel:
    """Return the panel of all streams, through the gate."""
    return _panel(None, gated=True)


def one_stream(stream: str, *, gated: bool = False) -> Panel:
    """Return the panel of one stream: its own law alone, unless the gate is asked for.

    Raises:
        NoSuchStream: no folder has that name.
    """
    if stream not in {adapter.stream for adapter in adapters()}:
        raise NoSuchStream(stream)
    return _panel(stream, gated=gated)


@lru_cache(maxsize=100)
def _panel(stream: str | None, *, gated: bool) -> Panel:
    everyone = adapters()
    if stream is None:
        return Panel(everyone, in_order(everyone), gated)
    wanted = {stream, ADULT_SOCIAL_CARE} if gated else {stream}
    members = _all_that_matter(wanted, everyone)
    asked = tuple(adapter for adapter in everyone if adapter.stream == stream)
    return Panel(asked, in_order([adapter for adapter in everyone if adapter.stream in members]), gated)


def _all_that_matter(wanted: set[str], everyone: Sequence[StreamAdapter]) -> set[str]:
    """Return streams with all that they look at, all that they displace and all that displace them."""
    members, before = set(wanted), set[str]()
    while members != before:
        before = set(members)
        for adapter in everyone:
            if adapter.stream in members:
                members.update(adapter.depends_on, adapter.displaces)
            elif members.intersection(adapter.displaces):
                members.add(adapter.stream)
    return members


def _as_given(adapter: StreamAdapter, case: Case, ordered: Sequence[StreamAdapter]) -> StreamAdapter:
    given = case.decisions.get(adapter.stream)
    if given is None:
        return adapter
    return AsGiven(adapter, given, tuple(one.stream for one in ordered if one.stream in adapter.displaces))


def without_gate(council: CouncilSettings) -> CouncilSettings:
    """Return a council's settings with the gate of the individual budget open, for one stream's own law."""
    return council.choosing({GATE: False})


def evaluate(case: Case, stream: str | None = None, doubts: Sequence[Doubt] = ()) -> tuple[Decision, ...]:
    """Decide one stream, or all of them through the gate.

    Args:
        case: the facts, the day and the rest; its decisions are taken as those streams' own and not made again.
        stream: its name; None for all.
        doubts: what stands against deciding on some of the facts: a stream that reads them stays open.

    Raises:
        NoSuchStream: no folder has that name.
    """
    panel = everything() if stream is None else one_stream(stream)
    return panel.decide(case, (lambda adapter: heeding(doubts, (adapter,))[0]) if doubts else None)
