"""A model as a network of flow: needs, cells, parts of funds, limits, and out.

A network is enough where the limits nest: any two cover the same parts, or one covers all of the other's, or they have
none in common. Limits that cross are no network; ``programme`` has those.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from services.ledger.domain.braiding.model import Group, Model
from services.ledger.domain.braiding.objectives import (
    COST_MAX,
    Objective,
    Weights,
    cell_costs,
    passes,
    unpaid_costs,
)
from services.ledger.domain.braiding.ports import Flow, FlowSolver, Network
from services.ledger.domain.braiding.ties import settle_ties


@dataclass(frozen=True)
class Branch:
    """What is decided about minimums before use.

    Args:
        closed: parts that pay nothing, because their minimum is not reached.
        floors: groups that must pay a least sum, because their minimum is reached.
    """

    closed: frozenset[int] = frozenset()
    floors: tuple[Group, ...] = ()


@dataclass(frozen=True)
class Drawn:
    """A model drawn as a network. Arcs of cells come first; a cell that pays something now has a second arc for that.

    Args:
        kept_arcs: by cell, the arc of what it pays now.
        out: the node where all money ends.
    """

    model: Model
    network: Network
    kept_arcs: dict[int, int]
    out: int


@dataclass(frozen=True)
class Drained:
    """Money that flows through a drawn network, in pence by arc."""

    drawn: Drawn
    pence: list[int]

    def by_cell(self) -> list[int]:
        """Pence by cell."""
        found = self.pence[: len(self.drawn.model.cell_need)]
        for cell, arc in self.drawn.kept_arcs.items():
            found[cell] += self.pence[arc]
        return found


def nested(groups: Sequence[Group]) -> list[int | None] | None:
    """By group, the place of the group around it, if any; None where groups cross. The smallest come first.

    Args:
        groups: sorted by how many parts they cover.
    """
    around: list[int | None] = [None] * len(groups)
    innermost: dict[int, int] = {}
    for place in range(len(groups) - 1, -1, -1):
        outer = {innermost.get(part) for part in groups[place].parts}
        if len(outer) > 1:
            return None
        around[place] = outer.pop()
        innermost |= dict.fromkeys(groups[place].parts, place)
    return around


def laminar(groups: Sequence[Group]) -> Iterator[list[Group]]:
    """Groups without some of those that cross others: those that cover the least are kept first, then the others.

    An answer under fewer limits that happens to keep the others too is the best under all of them.
    """
    for order in (groups, groups[::-1]):
        kept: list[Group] = []
        for group in order:
            if all(not group.parts & one.parts or group.parts <= one.parts or one.parts <= group.parts for one in kept):
                kept.append(group)
        yield sorted(kept, key=lambda one: len(one.parts))


def groups_in(model: Model, branch: Branch) -> list[Group]:
    """The limits that can be felt, and the minimums of a branch; the smallest first."""
    wanted = [0] * len(model.parts)
    for part, most in zip(model.cell_part, model.cell_most, strict=True):
        wanted[part] += most
    felt = [
        group
        for group in model.groups
        if group.ceiling is not None
        and group.ceiling < sum(wanted[part] for part in group.parts)
        and (len(group.parts) == 1 or group.ceiling < _wanted_of(model, group))
    ]
    return sorted((*felt, *branch.floors), key=lambda one: len(one.parts))


def _wanted_of(model: Model, group: Group) -> int:
    """The most that all needs together could want of a group: no need wants more than it costs, of several parts."""
    wanted: dict[int, int] = {}
    for need, part, most in zip(model.cell_need, model.cell_part, model.cell_most, strict=True):
        if part in group.parts:
            wanted[need] = wanted.get(need, 0) + most
    return sum(min(pence, model.needs[need].pence) for need, pence in wanted.items())


class _Arcs:
    """Arcs as they are drawn, one after another."""

    def __init__(self, starts: list[int], ends: list[int], most: list[int]) -> None:
        self.starts, self.ends, self.most = starts, ends, most
        self.least = [0] * len(most)

    def add(self, start: int, end: int, most: int, least: int = 0) -> None:
        self.starts.append(start)
        self.ends.append(end)
        self.most.append(most)
        self.least.append(least)


def draw(model: Model, branch: Branch, groups: Sequence[Group], around: Sequence[int | None]) -> Drawn:
    """Draw a model as a network without costs."""
    needs, parts = len(model.needs), len(model.parts)
    group_node, share_node = needs + parts, needs + parts + len(groups)
    out = share_node + len(model.shares)
    everything = sum(need.pence for need in model.needs)
    arcs = _cell_arcs(model, branch, share_node)
    kept_arcs: dict[int, int] = {}
    for cell, pence in model.cell_today.items():
        kept = min(pence, arcs.most[cell])
        kept_arcs[cell] = len(arcs.starts)
        arcs.most[cell] -= kept
        arcs.add(arcs.starts[cell], arcs.ends[cell], kept)
    for place, need in enumerate(model.needs):
        arcs.add(place, out, need.pence)
    for place, share in enumerate(model.shares):
        arcs.add(model.cell_need[share.cells[0]], share_node + place, share.pence)
    innermost = {part: place for place in range(len(groups) - 1, -1, -1) for part in groups[place].parts}
    for part in range(parts):
        arcs.add(needs + part, group_node + innermost[part] if part in innermost else out, everything)
    for place, (group, outer) in enumerate(zip(groups, around, strict=True)):
        most = everything if group.ceiling is None else min(group.ceiling, everything)
        # A floor above everything cannot be reached, and need not be larger to say so.
        least = min(group.floor, everything + 1)
        arcs.add(group_node + place, out if outer is None else group_node + outer, most, least)
    supply = [need.pence for need in model.needs] + [0] * (out - needs) + [-everything]
    return Drawn(model, Network(supply, arcs.starts, arcs.ends, arcs.least, arcs.most, []), kept_arcs, out)


def _cell_arcs(model: Model, branch: Branch, share_node: int) -> _Arcs:
    starts, most = list(model.cell_need), list(model.cell_most)
    for place, share in enumerate(model.shares):
        for cell in share.cells:
            starts[cell] = share_node + place
    if branch.closed:
        most = [0 if part in branch.closed else one for part, one in zip(model.cell_part, most, strict=True)]
    return _Arcs(starts, [len(model.needs) + part for part in model.cell_part], most)


def drain(
    drawn: Drawn, objectives: Sequence[Objective], solver: FlowSolver, cost_max: int = COST_MAX
) -> Drained | None:
    """Find the one best flow; None where a minimum cannot be reached.

    Args:
        cost_max: the largest cost that the solver takes.

    Raises:
        SolverFailed: the solver's answer does not stand up.
    """
    network, found = drawn.network, Flow([], [])
    for one in passes(drawn.model, objectives, cost_max):
        network = replace(network, costs=_costs(drawn, one))
        flow = solver.cheapest_flow(network)
        if flow is None:
            return None
        network, found = _holding(network, flow), flow
    if Objective.ORDER in objectives:
        _settle(drawn, network, found)
    return Drained(drawn, found.pence)


def _costs(drawn: Drawn, weights: Weights) -> list[int]:
    costs = cell_costs(drawn.model, weights)
    kept = [costs[cell] - weights.change for cell in drawn.kept_arcs]
    unpaid = unpaid_costs(drawn.model, weights)
    rest = len(drawn.network.starts) - len(costs) - len(kept) - len(unpaid)
    return [*costs, *kept, *unpaid, *([0] * rest)]


def _holding(network: Network, flow: Flow) -> Network:
    """The network in which nothing may move but what may without a loss."""
    least, most = list(flow.pence), list(flow.pence)
    for arc in flow.free:
        least[arc], most[arc] = network.least[arc], network.most[arc]
    return replace(network, least=least, most=most)


def _settle(drawn: Drawn, network: Network, flow: Flow) -> None:
    """Settle what all objectives leave open."""
    cell_of = {arc: cell for cell, arc in drawn.kept_arcs.items()}
    cells = len(drawn.model.cell_need)
    order = {arc: cell_of.get(arc, arc) for arc in flow.free if arc < cells or arc in cell_of}
    settle_ties(network, flow.pence, flow.free, sorted(order, key=lambda arc: order[arc]))
