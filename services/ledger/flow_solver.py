"""Flows of least cost by LEMON's network simplex: exact in whole numbers, and each is proven before it is used."""

import numpy as np
from pylmcf import pylmcf_cpp

from services.ledger.domain.braiding.ports import Flow, Network, SolverFailed


class LemonFlowSolver:
    """The port to flows of least cost."""

    def cheapest_flow(self, network: Network) -> Flow | None:
        """Return a flow of least cost; None where no flow keeps all bounds.

        Raises:
            SolverFailed: what was found is not a flow of least cost.
        """
        supply, starts, ends, least, most, costs = (
            np.array(one, dtype=np.int64)
            for one in (
                network.supply,
                network.starts,
                network.ends,
                network.least,
                network.most,
                network.costs,
            )
        )
        if (least > most).any():
            return None
        minimums = (least,) if least.any() else ()
        try:
            pence, potentials = pylmcf_cpp.lmcf(supply, starts, ends, most, *minimums, costs, return_potentials=True)
        except RuntimeError as error:
            if "INFEASIBLE" in str(error):
                return None
            raise SolverFailed(str(error)) from error
        reduced = costs + potentials[starts] - potentials[ends]
        _prove(supply, starts, ends, least, most, pence, reduced)
        return Flow(pence.tolist(), np.flatnonzero((reduced == 0) & (least < most)).tolist())


def _prove(
    supply: np.ndarray,
    starts: np.ndarray,
    ends: np.ndarray,
    least: np.ndarray,
    most: np.ndarray,
    pence: np.ndarray,
    reduced: np.ndarray,
) -> None:
    """Hold a flow against its bounds, and against prices of the nodes at which no other flow is cheaper.

    A penny that is sent along an arc pays the arc's cost and the difference of the prices at its ends. At the right
    prices an arc on which that comes to a loss is as empty as it may be, and one on which it is a gain is full.
    """
    out = np.zeros_like(supply)
    np.add.at(out, starts, pence)
    np.subtract.at(out, ends, pence)
    kept = (out == supply).all() and (pence >= least).all() and (pence <= most).all()
    cheapest = ((reduced <= 0) | (pence == least)).all() and ((reduced >= 0) | (pence == most)).all()
    if not (kept and cheapest):
        raise SolverFailed("the flow breaks a bound" if not kept else "the flow is not the cheapest")
