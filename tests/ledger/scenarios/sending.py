"""One sum sent from several sources to several targets, as moves between two accounts each."""

from collections.abc import Mapping, Sequence
from typing import Any

Move = tuple[str, str, int]


def moves(
    pence: int | str, sources: Sequence[str], shares: Sequence[Mapping[str, Any]], has: Mapping[str, int | None]
) -> list[Move]:
    """Empty one source after the other, and fill one target after the other.

    What the sources lack is asked of the last one, for the ledger to refuse.

    Args:
        pence: the sum, or ``all`` that the sources have.
        shares: targets, each with a ``share`` of the whole, a ``most``, or what is left.
        has: what a source has; None for one without a floor.
    """
    if pence == "all":
        pence = sum(has[source] or 0 for source in sources)
    assert isinstance(pence, int)
    taken = _taken(pence, sources, has)
    given = _given(pence, shares)
    found: list[Move] = []
    for source, available in taken:
        left = available
        while left:
            target, wanted = given[0]
            part = min(left, wanted)
            found.append((source, target, part))
            left -= part
            given[0] = (target, wanted - part)
            if wanted == part:
                given.pop(0)
    return found


def _taken(pence: int, sources: Sequence[str], has: Mapping[str, int | None]) -> list[tuple[str, int]]:
    left: dict[str, int | None] = dict(has)
    taken = []
    for place, source in enumerate(sources):
        have = left[source]
        is_last = place == len(sources) - 1
        part = pence if have is None or is_last else min(pence, have)
        left[source] = None if have is None else have - part
        pence -= part
        taken.append((source, part))
    return taken


def _given(pence: int, shares: Sequence[Mapping[str, Any]]) -> list[tuple[str, int]]:
    given, left = [], pence
    for one in shares:
        top, bottom = one.get("share", (1, 1))
        part = min(left, pence * top // bottom, one.get("most", left))
        given.append((one["to"], part))
        left -= part
    assert not left, "the shares leave something over"
    return given
