"""The solvers of braiding, loaded when the first plan is looked at: a service starts without them."""

from functools import cache

from services.ledger.domain.braiding.ports import Solvers


@cache
def solvers() -> Solvers:
    """Return the solvers."""
    from services.ledger.flow_solver import LemonFlowSolver
    from services.ledger.programme_solver import HighsProgrammeSolver

    return Solvers(LemonFlowSolver(), HighsProgrammeSolver())
