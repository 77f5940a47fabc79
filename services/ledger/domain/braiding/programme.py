"""A model as a programme in whole numbers, for limits that cross: a network cannot hold those."""

from collections.abc import Sequence

from services.ledger.domain.braiding.model import Group, Model
from services.ledger.domain.braiding.network import Branch
from services.ledger.domain.braiding.objectives import ALONE, Objective, cell_costs, unpaid_costs
from services.ledger.domain.braiding.ports import Programme, ProgrammeSolver, Row


def solve_programme(
    model: Model, branch: Branch, groups: Sequence[Group], objectives: Sequence[Objective], solver: ProgrammeSolver
) -> list[int] | None:
    """Return pence by cell; None where a minimum cannot be reached.

    Raises:
        SolverFailed: the solver's answer does not stand up.
    """
    kept_of = {cell: len(model.cell_need) + place for place, cell in enumerate(model.cell_today)}
    found = solver.smallest_in_turn(
        Programme(_most(model, branch), _rows(model, groups, kept_of), _objectives(model, objectives, kept_of))
    )
    return None if found is None else [_pence(found, cell, kept_of) for cell in range(len(model.cell_need))]


def _pence(found: Sequence[int], cell: int, kept_of: dict[int, int]) -> int:
    return found[cell] + (found[kept_of[cell]] if cell in kept_of else 0)


def _most(model: Model, branch: Branch) -> list[int]:
    most = [0 if part in branch.closed else one for part, one in zip(model.cell_part, model.cell_most, strict=True)]
    kept = [min(pence, most[cell]) for cell, pence in model.cell_today.items()]
    for cell, pence in zip(model.cell_today, kept, strict=True):
        most[cell] -= pence
    return most + kept


def _rows(model: Model, groups: Sequence[Group], kept_of: dict[int, int]) -> list[Row]:
    by_need: list[list[int]] = [[] for _ in model.needs]
    by_part: list[list[int]] = [[] for _ in model.parts]
    for cell, (need, part) in enumerate(zip(model.cell_need, model.cell_part, strict=True)):
        columns = [cell, kept_of[cell]] if cell in kept_of else [cell]
        by_need[need] += columns
        by_part[part] += columns
    rows = [Row(columns, 0, need.pence) for columns, need in zip(by_need, model.needs, strict=True)]
    for share in model.shares:
        rows.append(Row([*share.cells, *(kept_of[cell] for cell in share.cells if cell in kept_of)], 0, share.pence))
    for group in groups:
        rows.append(
            Row([column for part in sorted(group.parts) for column in by_part[part]], group.floor, group.ceiling)
        )
    return rows


def _objectives(model: Model, objectives: Sequence[Objective], kept_of: dict[int, int]) -> list[dict[int, int]]:
    """Each objective, and after the fixed order each cell as large as those before it allow."""
    found = []
    for objective in objectives:
        weights = ALONE[objective]
        costs, unpaid = cell_costs(model, weights), unpaid_costs(model, weights)
        # A penny that is paid is a penny less unpaid.
        by_cell = {cell: cost - unpaid[model.cell_need[cell]] for cell, cost in enumerate(costs)}
        kept = {column: by_cell[cell] - weights.change for cell, column in kept_of.items()}
        found.append({column: cost for column, cost in (by_cell | kept).items() if cost})
    if Objective.ORDER not in objectives:
        return found
    ties = [{cell: -1} | ({kept_of[cell]: -1} if cell in kept_of else {}) for cell in range(len(model.cell_need))]
    return [one for one in (*found, *ties) if one]
