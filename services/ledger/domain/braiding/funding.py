"""Who pays what: the one best answer to a plan."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from services.ledger.domain.braiding.model import Condition, Group, Model, model_of, span_of
from services.ledger.domain.braiding.network import Branch, Drained, drain, draw, groups_in, laminar, nested
from services.ledger.domain.braiding.objectives import EVERY_OBJECTIVE, PAID_OR_NOT, Objective, values
from services.ledger.domain.braiding.plan import Payment, Plan
from services.ledger.domain.braiding.ports import SolverFailed, Solvers
from services.ledger.domain.braiding.programme import solve_programme


@dataclass(frozen=True)
class Answered:
    """The best answer to a model.

    Args:
        pence: by cell.
        branch: what it decides about minimums before use.
        drained: the flow that it is; None where limits cross.
    """

    model: Model
    pence: Sequence[int]
    branch: Branch
    drained: Drained | None

    @cached_property
    def paying(self) -> Sequence[int]:
        """The cells that pay something."""
        return [cell for cell, pence in enumerate(self.pence) if pence]

    @cached_property
    def paid(self) -> Sequence[int]:
        """Pence paid by need."""
        paid = [0] * len(self.model.needs)
        for cell in self.paying:
            paid[self.model.cell_need[cell]] += self.pence[cell]
        return paid

    @cached_property
    def spent(self) -> Sequence[int]:
        """Pence spent by part of a fund."""
        spent = [0] * len(self.model.parts)
        for cell in self.paying:
            spent[self.model.cell_part[cell]] += self.pence[cell]
        return spent


@dataclass(frozen=True)
class Funding:
    """Who pays what.

    Args:
        payments: by item, then day, then fund; none of nothing.
        needed_pence: what all items cost.
        left_pence: by fund, what it has left of its own limit.
    """

    plan: Plan
    answered: Answered
    payments: tuple[Payment, ...]
    needed_pence: int
    left_pence: Mapping[str, int]

    @property
    def model(self) -> Model:
        """The plan as needs, parts and cells."""
        return self.answered.model

    @property
    def unpaid_pence(self) -> int:
        """What nobody pays."""
        return self.needed_pence - sum(payment.pence for payment in self.payments)

    @property
    def is_whole(self) -> bool:
        """Whether everything is paid."""
        return self.unpaid_pence == 0


def fund(plan: Plan, solvers: Solvers) -> Funding:
    """Decide who pays what, by all objectives in their order.

    Raises:
        BadPlan: the items together cost more than any budget could.
        SolverFailed: a solver's answer does not stand up to being checked.
    """
    model = model_of(plan)
    answered = best(model, EVERY_OBJECTIVE, solvers)
    payments = _payments(answered)
    return Funding(plan, answered, payments, sum(need.pence for need in model.needs), _left(answered))


def unpaid_pence(plan: Plan, solvers: Solvers) -> int:
    """Return the least that is left unpaid, which is quicker than who pays what.

    Raises:
        SolverFailed: a solver's answer does not stand up to being checked.
    """
    model = model_of(plan)
    answered = best(model, PAID_OR_NOT, solvers)
    return sum(need.pence for need in model.needs) - sum(answered.pence)


def best(model: Model, objectives: Sequence[Objective], solvers: Solvers) -> Answered:
    """Return the best answer: where a minimum before use is not kept, both ways of keeping it are tried.

    An answer to fewer rules that happens to keep them all is the best under all of them; and no answer under more rules
    is better than one under fewer. So what cannot win is not looked into.
    """
    if not model.needs:
        return Answered(model, [], Branch(), None)
    waiting = [Branch()]
    found: tuple[tuple[int, ...], Answered] | None = None
    while waiting:
        answered = _under(model, waiting.pop(), objectives, solvers)
        if answered is None:
            continue
        broken = next((one for one in model.conditions if _is_broken(one, answered)), None)
        if not model.conditions:
            return answered
        value = values(model, answered.pence, objectives)
        if found and value >= found[0]:
            continue
        if broken is None:
            found = value, answered
        else:
            branch = answered.branch
            waiting.append(Branch(branch.closed | broken.guarded, branch.floors))
            waiting.append(Branch(branch.closed, (*branch.floors, broken.counted)))
    if found is None:
        raise SolverFailed("no answer, though paying nothing is one")
    return found[1]


def _under(model: Model, branch: Branch, objectives: Sequence[Objective], solvers: Solvers) -> Answered | None:
    groups = groups_in(model, branch)
    around = nested(groups)
    if around is None:
        pence = _where_limits_cross(model, branch, groups, objectives, solvers)
        drained = None
    else:
        drained = drain(draw(model, branch, groups, around), objectives, solvers.flow)
        pence = drained.by_cell() if drained else None
    if pence is None:
        return None
    answered = Answered(model, pence, branch, drained)
    _check(answered)
    return answered


def _where_limits_cross(
    model: Model, branch: Branch, groups: Sequence[Group], objectives: Sequence[Objective], solvers: Solvers
) -> Sequence[int] | None:
    """Look for an answer under limits that nest which keeps the others as well: it is the best, and quickly found."""
    for fewer in laminar(groups):
        around = nested(fewer)
        if around is None:
            continue
        drained = drain(draw(model, branch, fewer, around), objectives, solvers.flow)
        if drained is None:
            return None
        answered = Answered(model, drained.by_cell(), branch, drained)
        if all(_is_kept(group, answered) for group in groups):
            return answered.pence
    return solve_programme(model, branch, groups, objectives, solvers.programme)


def _is_broken(condition: Condition, answered: Answered) -> bool:
    spent = answered.spent
    return any(spent[part] for part in condition.guarded) and (
        sum(spent[part] for part in condition.counted.parts) < condition.counted.floor
    )


def _check(answered: Answered) -> None:
    """Hold an answer against every limit, to the penny.

    Raises:
        SolverFailed: a limit is not kept.
    """
    model, pence, closed = answered.model, answered.pence, answered.branch.closed
    for cell in answered.paying:
        if not 0 < pence[cell] <= model.cell_most[cell] or model.cell_part[cell] in closed:
            raise SolverFailed(f"{pence[cell]} pence of at most {model.cell_most[cell]} in cell {cell}")
    if any(paid > need.pence for paid, need in zip(answered.paid, model.needs, strict=True)):
        raise SolverFailed("more is paid than is needed")
    if any(sum(pence[cell] for cell in share.cells) > share.pence for share in model.shares):
        raise SolverFailed("more is paid than a share")
    for group in (*model.groups, *answered.branch.floors):
        if not _is_kept(group, answered):
            raise SolverFailed(f"the limit {group.limit_id} is not kept")


def _is_kept(group: Group, answered: Answered) -> bool:
    together = sum(answered.spent[part] for part in group.parts)
    return group.floor <= together and (group.ceiling is None or together <= group.ceiling)


def _payments(answered: Answered) -> tuple[Payment, ...]:
    model, found = answered.model, []
    for cell in answered.paying:
        need, part = model.needs[model.cell_need[cell]], model.parts[model.cell_part[cell]]
        found.append(Payment(need.item.item_id, part.fund.fund_id, *span_of(need, part), answered.pence[cell]))
    return tuple(sorted(found, key=lambda one: (one.item_id, one.starts_on, one.fund_id)))


def _left(answered: Answered) -> Mapping[str, int]:
    model = answered.model
    left = {part.fund.fund_id: 0 for part in model.parts}
    for group in model.groups:
        if group.limit_id in left:
            left[group.limit_id] += group.ceiling or 0
    for part, pence in enumerate(answered.spent):
        left[model.parts[part].fund.fund_id] -= pence
    return left
