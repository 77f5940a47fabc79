"""What all objectives leave open: the earlier cell takes as much as it can.

Only money on cycles of arcs that all objectives leave free can move. There are few, since the costs of the fixed order
differ almost everywhere; each earlier cell in turn is filled along such cycles and then held.
"""

from collections import defaultdict
from collections.abc import Sequence

from services.ledger.domain.braiding.ports import Network


def settle_ties(network: Network, pence: list[int], free: Sequence[int], cells: Sequence[int]) -> None:
    """Move money along cycles of free arcs until each cell in turn pays as much as the ones before it allow.

    Args:
        pence: by arc; changed in place.
        free: arcs on which money may move at no cost.
        cells: those of them that are cells, in their order.
    """
    movable = _on_cycles(network, free)
    if not movable:
        return
    touching: dict[int, list[int]] = defaultdict(list)
    for arc in movable:
        touching[network.starts[arc]].append(arc)
        touching[network.ends[arc]].append(arc)
    for cell in cells:
        if cell not in movable:
            continue
        while pence[cell] < network.most[cell] and (way := _way_back(network, pence, touching, movable, cell)):
            room = min([network.most[cell] - pence[cell], *(_room(network, pence, *step) for step in way)])
            pence[cell] += room
            for arc, forward in way:
                pence[arc] += room if forward else -room
        movable.discard(cell)


def _on_cycles(network: Network, free: Sequence[int]) -> set[int]:
    """Leave out, again and again, the one arc at a node that no other free arc touches.

    A node keeps how many arcs touch it and the exclusive or of their numbers: where one is left, that is its number.
    """
    starts, ends = network.starts, network.ends
    kept = {arc for arc in free if network.least[arc] < network.most[arc]}
    count, name = [0] * len(network.supply), [0] * len(network.supply)
    for arc in kept:
        for node in (starts[arc], ends[arc]):
            count[node] += 1
            name[node] ^= arc
    waiting = [node for node, arcs in enumerate(count) if arcs == 1]
    for node in waiting:
        if count[node] == 1:
            arc = name[node]
            kept.discard(arc)
            for end in (starts[arc], ends[arc]):
                count[end] -= 1
                name[end] ^= arc
                if count[end] == 1:
                    waiting.append(end)
    return kept


_Step = tuple[int, bool]


def _way_back(
    network: Network, pence: Sequence[int], touching: dict[int, list[int]], movable: set[int], cell: int
) -> list[_Step]:
    """A way along which money can come back from the end of a cell to its start; empty where there is none."""
    goal = network.starts[cell]
    came: dict[int, tuple[int, _Step]] = {}
    waiting = [network.ends[cell]]
    seen = {network.ends[cell]}
    for node in waiting:
        for arc in touching[node]:
            forward = network.starts[arc] == node
            other = network.ends[arc] if forward else network.starts[arc]
            if arc == cell or arc not in movable or other in seen or not _room(network, pence, arc, forward):
                continue
            seen.add(other)
            came[other] = node, (arc, forward)
            if other == goal:
                return _steps(came, goal)
            waiting.append(other)
    return []


def _steps(came: dict[int, tuple[int, _Step]], node: int) -> list[_Step]:
    steps = []
    while node in came:
        node, step = came[node]
        steps.append(step)
    return steps


def _room(network: Network, pence: Sequence[int], arc: int, forward: bool) -> int:
    return network.most[arc] - pence[arc] if forward else pence[arc] - network.least[arc]
