"""The routes of spending, watching, statements and returns, with the problems that they answer with."""

from braid.kit.problems import ProblemTable
from services.ledger import (
    items_api,
    returns_api,
    settings_api,
    spending_api,
    statements_api,
    telling_api,
    watching_api,
)

ROUTERS = (
    items_api.router,
    spending_api.router,
    watching_api.router,
    telling_api.router,
    statements_api.router,
    returns_api.router,
    settings_api.router,
)

PROBLEMS: ProblemTable = {
    **items_api.PROBLEMS,
    **spending_api.PROBLEMS,
    **statements_api.PROBLEMS,
    **returns_api.PROBLEMS,
    **settings_api.PROBLEMS,
}
