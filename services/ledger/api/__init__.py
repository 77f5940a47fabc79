"""The ledger's own routes, one file a subject: budgets, posting, entries, balances, commitments, checks, transfers."""

from braid.kit.problems import ProblemTable
from services.ledger.api import (
    asking,
    balances,
    budgets,
    commitments,
    entries,
    plan_check,
    posting,
    proof,
    transfers,
)

ROUTERS = (
    budgets.router,
    entries.router,
    posting.router,
    balances.router,
    commitments.router,
    plan_check.router,
    transfers.router,
    proof.router,
)

PROBLEMS: ProblemTable = {
    **asking.PROBLEMS,
    **entries.PROBLEMS,
    **posting.PROBLEMS,
    **commitments.PROBLEMS,
    **transfers.PROBLEMS,
}
