"""Programmes in whole numbers by HiGHS, for the few plans that are no flow."""

import highspy
import numpy as np

from services.ledger.domain.braiding.ports import Programme, SolverFailed


class HighsProgrammeSolver:
    """The port to programmes in whole numbers."""

    def smallest_in_turn(self, programme: Programme) -> list[int] | None:
        """Return the value of each column; None where no values keep all limits.

        Raises:
            SolverFailed: what was found does not keep the limits to the penny.
        """
        if not programme.most:
            return None if any(row.least for row in programme.rows) else []
        highs = _loaded(programme)
        columns = np.arange(len(programme.most), dtype=np.int32)
        values = [0] * len(programme.most)
        for objective in programme.objectives:
            costs = np.zeros(len(columns))
            costs[list(objective)] = list(objective.values())
            highs.changeColsCost(len(columns), columns, costs)
            highs.run()
            status = highs.getModelStatus()
            if status == highspy.HighsModelStatus.kInfeasible:
                return None
            if status != highspy.HighsModelStatus.kOptimal:
                raise SolverFailed(f"HiGHS ended with {status}")
            values = [round(value) for value in highs.getSolution().col_value]
            reached = sum(cost * values[column] for column, cost in objective.items())
            held = list(objective)
            highs.addRow(-highspy.kHighsInf, float(reached), len(held), np.array(held, dtype=np.int32), costs[held])
        _check(programme, values)
        return values


def _loaded(programme: Programme) -> highspy.Highs:
    highs = highspy.Highs()  # type: ignore[no-untyped-call]
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("threads", 1)
    highs.setOptionValue("random_seed", 0)
    highs.setOptionValue("mip_rel_gap", 0.0)
    highs.setOptionValue("mip_abs_gap", 0.5)
    for column, largest in enumerate(programme.most):
        highs.addVar(0.0, float(largest))
        highs.changeColIntegrality(column, highspy.HighsVarType.kInteger)
    for row in programme.rows:
        most = highspy.kHighsInf if row.most is None else float(row.most)
        columns = np.array(row.columns, dtype=np.int32)
        highs.addRow(float(row.least), most, len(columns), columns, np.ones(len(columns)))
    return highs


def _check(programme: Programme, values: list[int]) -> None:
    if any(not 0 <= value <= most for value, most in zip(values, programme.most, strict=True)):
        raise SolverFailed("a value is out of its bounds")
    for row in programme.rows:
        total = sum(values[column] for column in row.columns)
        if total < row.least or (row.most is not None and total > row.most):
            raise SolverFailed(f"{total} is not between {row.least} and {row.most}")
