"""The smallest set of needs that is short by itself.

From the needs that are not paid in full one follows what could be paid otherwise: funds that may pay for them, needs
that these funds pay for now, funds that may pay for those. All money on the way is used up, or there would be a better
answer; so the needs reached cost more than everything that may pay for them. No smaller set of needs is short by as
much: this is the minimum cut of the network, and it is the same whichever of the best answers one starts from.
"""

from collections import defaultdict
from dataclasses import dataclass, replace

from services.ledger.domain.braiding.funding import Answered, Funding, best
from services.ledger.domain.braiding.model import Model
from services.ledger.domain.braiding.network import Drained
from services.ledger.domain.braiding.objectives import PAID_OR_NOT
from services.ledger.domain.braiding.ports import Solvers


@dataclass(frozen=True)
class Short:
    """Places of needs that are short together, and of the parts of funds that they use up."""

    needs: frozenset[int]
    parts: frozenset[int]


def shorts(funding: Funding, solvers: Solvers) -> list[Short]:
    """Return every shortage by itself."""
    if funding.is_whole:
        return []
    answered = funding.answered
    return _reached(answered, answered.drained) if answered.drained else _by_leaving_out(answered, solvers)


def _reached(answered: Answered, drained: Drained) -> list[Short]:
    """Follow what could be paid otherwise from each need that is not paid in full; ways that meet are one shortage."""
    onward = _onward(drained)
    model, paid = answered.model, answered.paid
    belongs: dict[int, int] = {}
    together: dict[int, set[int]] = {}
    for need, pence in enumerate(paid):
        if pence == model.needs[need].pence or need in belongs:
            continue
        nodes = {need}
        waiting = [need]
        met = set()
        for node in waiting:
            for other in onward[node]:
                if other in belongs:
                    met.add(belongs[other])
                elif other not in nodes:
                    nodes.add(other)
                    waiting.append(other)
        for earlier in met:
            nodes |= together.pop(earlier)
        together[need] = nodes
        belongs |= dict.fromkeys(nodes, need)
    first_part, first_after = len(model.needs), len(model.needs) + len(model.parts)
    return [
        Short(
            frozenset(node for node in nodes if node < first_part),
            frozenset(node - first_part for node in nodes if first_part <= node < first_after),
        )
        for nodes in together.values()
    ]


def _onward(drained: Drained) -> dict[int, list[int]]:
    """By node, those to which a penny more could go: along arcs that are not full, and back along those with money."""
    network, out = drained.drawn.network, drained.drawn.out
    onward: dict[int, list[int]] = defaultdict(list)
    arcs = zip(network.starts, network.ends, network.least, network.most, drained.pence, strict=True)
    for start, end, least, most, pence in arcs:
        if end == out:
            continue
        if pence < most:
            onward[start].append(end)
        if pence > least:
            onward[end].append(start)
    return onward


def _by_leaving_out(answered: Answered, solvers: Solvers) -> list[Short]:
    """Leave out needs one by one as long as the rest is short by as much; what is left is the smallest reason."""
    model = answered.model
    missing = sum(need.pence for need in model.needs) - sum(answered.pence)
    kept = set(range(len(model.needs)))
    for need in range(len(model.needs)):
        rest = _only(model, kept - {need})
        if sum(one.pence for one in rest.needs) - sum(best(rest, PAID_OR_NOT, solvers).pence) == missing:
            kept.discard(need)
    return _linked(model, kept)


def _only(model: Model, needs: set[int]) -> Model:
    """The model in which other needs cost nothing."""
    return replace(
        model,
        needs=[need if place in needs else replace(need, pence=0) for place, need in enumerate(model.needs)],
        cell_most=[most if need in needs else 0 for need, most in zip(model.cell_need, model.cell_most, strict=True)],
        cell_today={},
    )


def _linked(model: Model, needs: set[int]) -> list[Short]:
    """Tell needs apart that no fund or limit links."""
    touched: dict[int, set[int]] = {need: set() for need in needs}
    around: dict[int, set[int]] = defaultdict(set)
    for group in model.groups:
        for part in group.parts:
            around[part] |= group.parts
    for need, part in zip(model.cell_need, model.cell_part, strict=True):
        if need in needs:
            touched[need] |= {part} | around[part]
    found: list[tuple[set[int], set[int]]] = []
    for need in sorted(needs):
        joined = ({need}, set(touched[need]))
        for other in [one for one in found if one[1] & joined[1]]:
            found.remove(other)
            joined = (joined[0] | other[0], joined[1] | other[1])
        found.append(joined)
    return [Short(frozenset(members), frozenset(parts)) for members, parts in found]
