"""The Independent Living Fund: a trust beside the council, closed to new people in 2010 and ended in 2015.

In Scotland and Northern Ireland its users were taken over; in Scotland it opened again in 2024.

Source:
    The figures of this folder, each with its citation.
"""

from datetime import date

from services.funding_streams.domain.adapter import Case, StreamAdapter
from services.funding_streams.domain.decision import ADULT_SOCIAL_CARE, SUPPORTING_PEOPLE, Decision
from services.funding_streams.domain.settling import refused, undecided
from services.funding_streams.domain.working import Working
from services.funding_streams.streams.independent_living_fund.facts_needed import facts_of, still_needed
from services.funding_streams.streams.independent_living_fund.package import decide_package
from services.funding_streams.streams.independent_living_fund.schemes import (
    FUND,
    SCOTLAND_REOPENED,
    nation_of,
    scheme_of,
)
from services.funding_streams.streams.independent_living_fund.scotland_reopened import decide_new_in_scotland


class IndependentLivingFund(StreamAdapter):
    """The fund's trustees decide; this works out what they would be asked for."""

    stream = FUND
    depends_on = (ADULT_SOCIAL_CARE, SUPPORTING_PEOPLE)

    def needs(self, on: date) -> tuple[str, ...]:
        """Return every fact that may matter on that day; after 2015 they matter outside England alone."""
        return facts_of(on)

    def decide(self, case: Case) -> Decision:
        """Decide on what the trustees would be asked for; see `StreamAdapter`."""
        working = Working(case)
        nation = nation_of(working)
        scheme = working.attempt(scheme_of, working, nation)
        if working.refused:
            return refused(FUND, working)
        if scheme is None:
            return undecided(FUND, working, still_needed(case))
        if scheme is SCOTLAND_REOPENED:
            return decide_new_in_scotland(working)
        return decide_package(working, scheme, nation)
