"""What the rules ask of a solver. Solvers are libraries, so they live outside the domain and come in through here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


class SolverFailed(Exception):
    """A solver gave no answer, or one that does not stand up to being checked."""


@dataclass(frozen=True)
class Network:
    """Money that flows along arcs; every list of arcs in one order.

    Args:
        supply: by node, pence that start there; below zero, that end there. They add up to nothing.
        starts, ends: by arc, its nodes.
        least, most: by arc, pence that must and may flow.
        costs: by arc, for each penny; zero or more.
    """

    supply: Sequence[int]
    starts: Sequence[int]
    ends: Sequence[int]
    least: Sequence[int]
    most: Sequence[int]
    costs: Sequence[int]


@dataclass(frozen=True)
class Flow:
    """A flow of least cost.

    Args:
        pence: by arc.
        free: arcs on which the flow might differ in another flow of the same cost: no other arc can.
    """

    pence: list[int]
    free: list[int]


class FlowSolver(Protocol):
    """Finds flows of least cost, exactly."""

    def cheapest_flow(self, network: Network) -> Flow | None:
        """Return a flow of least cost; None where no flow keeps all bounds.

        Raises:
            SolverFailed: what was found is not a flow of least cost.
        """
        ...


@dataclass(frozen=True)
class Row:
    """Columns whose sum is held between two bounds, in pence; None: no bound above."""

    columns: Sequence[int]
    least: int
    most: int | None


@dataclass(frozen=True)
class Programme:
    """Whole numbers under limits, to be chosen by several objectives, each of which comes before the next.

    Args:
        most: by column, the largest value; the least is nothing.
        rows: limits.
        objectives: by column, the cost of a penny; each is made as small as the ones before it allow.
    """

    most: Sequence[int]
    rows: Sequence[Row]
    objectives: Sequence[Mapping[int, int]]


class ProgrammeSolver(Protocol):
    """Solves what is no flow, in whole numbers."""

    def smallest_in_turn(self, programme: Programme) -> list[int] | None:
        """Return the value of each column; None where no values keep all limits.

        Raises:
            SolverFailed: what was found does not keep the limits to the penny.
        """
        ...


@dataclass(frozen=True)
class Solvers:
    """Both solvers."""

    flow: FlowSolver
    programme: ProgrammeSolver
