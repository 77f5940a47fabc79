"""What would have to change for one stream to say yes: the search with the platform's own rules and facts."""

from dataclasses import replace
from datetime import date
from functools import lru_cache

from braid.contracts.facts import FactKind
from services.funding_streams.domain.adapter import Allocation, AllocationOutcome, Case
from services.funding_streams.domain.contradictions import contradictions
from services.funding_streams.domain.facts import Facts
from services.funding_streams.domain.levers import ALLOCATION, Askable, Situation
from services.funding_streams.domain.what_would_change import Seen, Verdict, Watching, WaysFound, ways_in
from services.funding_streams.evaluation import Panel
from services.funding_streams.fact_check import most_pence
from services.funding_streams.rule_files import rule_files


def what_would_change(case: Case, panel: Panel) -> WaysFound:
    """Look for the smallest sets of changes after which the one stream of a panel no longer refuses.

    The search decides some hundreds of times: not for an event loop.

    Args:
        case: as it is; what partners and other streams have said stays as it is.
        panel: of the one stream.
    """

    def decide(situation: Situation, told: bool) -> Verdict:
        facts = Facts(situation.facts)
        against = [name for doubt in contradictions(facts, situation.on, case.figures) for name in doubt.facts]
        seen = Seen()
        supposed = replace(case, facts=facts, on=situation.on, allocation=_allocation(case, situation), traced=told)
        (decision,) = panel.decide(supposed, lambda adapter: Watching(adapter, seen))
        return Verdict(decision, tuple(seen.read), seen.failed, tuple(dict.fromkeys(against)))

    pence = case.allocation.year_to_award_pence(case.on) if case.allocation else None
    start = Situation(case.facts.values, case.on, pence)
    return ways_in(decide, start, askable(case.on), case.figures.days_of_change)


def _allocation(case: Case, situation: Situation) -> Allocation | None:
    """Return the allocation; one that was moved is taken as worked out by the table."""
    pence = situation.allocation_pence
    if pence is None or case.allocation is None or pence == case.allocation.year_to_award_pence(case.on):
        return case.allocation
    return Allocation(pence, AllocationOutcome.CALCULATED)


@lru_cache(maxsize=100)
def askable(on: date) -> dict[str, Askable]:
    """Return every fact that a search may change, and the indicative allocation, by name."""
    sums = (FactKind.PENCE, FactKind.PENCE_PER_WEEK)
    facts = {
        fact.name: Askable(
            fact.name, fact.kind.value, fact.codes, most_pence(fact, on) if fact.kind in sums else fact.count_max
        )
        for fact in rule_files().facts.values()
    }
    most = int(rule_files().figures.at("plausibility.allocation_pence_most", on).pence)
    return {**facts, ALLOCATION: Askable(ALLOCATION, FactKind.PENCE.value, most=most)}
