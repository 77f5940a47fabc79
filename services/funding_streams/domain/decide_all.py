"""Every stream's decision on one case, each made once those it depends on are made.

It ends: streams are put in an order in which each comes after those it looks at, which is impossible if they wait for
each other (`CircularDependency`), and each is then decided exactly once. A decision is a function of the case alone, so
deciding again on the same case changes nothing, and the event of one stream's change is not an input of its own
decision.

What a partner agency decided is part of the case and settles its stream before any other looks at it, so that a
partner's word and all that follows from it are decided in one pass. Nothing that such a pass publishes is an input of
another: the service hears of assessments, allocations and partners, and tells of awards alone. One event in is
therefore at most one award out for each stream.
"""

from collections.abc import Sequence
from dataclasses import replace

from services.funding_streams.domain.adapter import Case, StreamAdapter
from services.funding_streams.domain.decision import ADULT_SOCIAL_CARE, Decision, Outcome, Status, TraceStep
from services.funding_streams.domain.errors import CircularDependency, UnknownStream
from services.funding_streams.domain.partner_settling import settled_by_partner
from services.funding_streams.domain.settling import without_money

GATE = "individual_budget.adult_social_care_is_the_gate"
GATE_CODE = "individual_budget_gate"


def in_order(adapters: Sequence[StreamAdapter]) -> tuple[StreamAdapter, ...]:
    """Return adapters so that each comes after those it depends on; where the law leaves a choice, as given.

    A stream that displaces another comes after it and before all that depend on the other.

    Raises:
        UnknownStream: an adapter depends on a stream that has none.
        CircularDependency: streams wait for each other.
    """
    waits_for = _waits_for(adapters)
    waiting, placed = list(adapters), list[StreamAdapter]()
    while waiting:
        done = {adapter.stream for adapter in placed}
        ready = next((adapter for adapter in waiting if done.issuperset(waits_for[adapter.stream])), None)
        if ready is None:
            raise CircularDependency(tuple(adapter.stream for adapter in waiting))
        waiting.remove(ready)
        placed.append(ready)
    return tuple(placed)


def _waits_for(adapters: Sequence[StreamAdapter]) -> dict[str, set[str]]:
    by_name = {adapter.stream: adapter for adapter in adapters}
    waits_for = {adapter.stream: {*adapter.depends_on, *adapter.displaces} for adapter in adapters}
    for adapter in adapters:
        for name in waits_for[adapter.stream]:
            if name not in by_name:
                raise UnknownStream(adapter.stream, name)
    for adapter in adapters:
        for other in adapters:
            if other is not adapter and set(adapter.displaces) & set(other.depends_on):
                waits_for[other.stream].add(adapter.stream)
    return waits_for


def decide_all(
    case: Case, adapters: Sequence[StreamAdapter], ordered: Sequence[StreamAdapter] = ()
) -> tuple[Decision, ...]:
    """Decide every stream.

    Args:
        case: the facts, the day, the figures, the council's settings, the indicative allocation and partners' words.
        adapters: the streams to decide, in the order in which their decisions are told.
        ordered: the same as `in_order` returns them, where that is known already.

    Returns:
        One decision for each adapter, in the order of ``adapters``.

    Raises:
        UnknownStream: an adapter depends on a stream that has none.
        CircularDependency: streams wait for each other.
    """
    made: dict[str, Decision] = {}
    at_the_gate: Decision | None = None
    for adapter in ordered or in_order(adapters):
        mine = case.knowing(made)
        words = case.partner_words.get(adapter.stream, ())
        made[adapter.stream] = own = settled_by_partner(adapter.decide(mine), words, mine)
        if adapter.stream == ADULT_SOCIAL_CARE:
            # The gate asks who is eligible, not whose money is left once another stream has taken its place.
            at_the_gate = own
        for name in adapter.displaces:
            made[name] = adapter.displace(mine, own, made[name])
    return tuple(_through_gate(case, made[adapter.stream], at_the_gate) for adapter in adapters)


def _through_gate(case: Case, decision: Decision, social_care: Decision | None) -> Decision:
    """Apply the gate: an individual budget opens only to people eligible for adult social care.

    Source:
        Moran et al. 2011, on the pilots of 2005 to 2008 (X1, S1). That it holds on other days is a setting.
    """
    if social_care is None or decision.stream == ADULT_SOCIAL_CARE or not case.council.yes_no(GATE):
        return decision
    if social_care.status is Status.NOT_ELIGIBLE:
        return _shut_out(case, decision)
    if social_care.status is Status.UNDECIDED and decision.status is Status.CONFIRMED:
        text = "The individual budget opens once adult social care is decided; until then this award is indicative."
        return replace(decision, status=Status.INDICATIVE, trace=_told(case, Outcome.NOTED, text, decision.trace))
    return decision


def _shut_out(case: Case, decision: Decision) -> Decision:
    text = (
        "Not eligible for adult social care, and an individual budget opens only to people who are. This says nothing"
        " about what the stream would pay outside an individual budget."
    )
    if decision.status is Status.NOT_ELIGIBLE:
        return replace(decision, trace=_told(case, Outcome.FAILED, text, decision.trace))
    return replace(
        without_money(decision, case),
        status=Status.NOT_ELIGIBLE,
        missing_facts=(),
        trace=_told(case, Outcome.FAILED, text, ()),
    )


def _told(case: Case, outcome: Outcome, text: str, trace: tuple[TraceStep, ...]) -> tuple[TraceStep, ...]:
    if not case.traced:
        return ()
    return (TraceStep(GATE_CODE, outcome, text, (case.council.choice(GATE).used(),)), *trace)
