"""The funding streams' API: what was decided on people, and the rules on request."""

from braid.kit.problems import ProblemKind, ProblemTable
from services.funding_streams.api import awards, bulk, catalogue, council_settings, evaluating, people
from services.funding_streams.domain.errors import SettingRefused

#: Every router of the service but the partners' own.
ROUTERS = (
    awards.router,
    people.router,
    evaluating.router,
    bulk.router,
    catalogue.router,
    council_settings.router,
)

#: A stored choice that the law has since taken from councils: nothing is decided on it until the council chooses anew.
PROBLEMS: ProblemTable = {
    SettingRefused: ProblemKind(409, "choice-stands-no-longer", "A choice of the council is not left to it any more")
}
