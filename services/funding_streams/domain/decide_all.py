"""Every stream's decision on one case, each made once those it depends on are made."""

from collections.abc import Sequence
from dataclasses import replace

from services.funding_streams.domain.adapter import Case, StreamAdapter
from services.funding_streams.domain.adult_social_care import AdultSocialCare
from services.funding_streams.domain.decision import Decision, Outcome, Status, Stream, TraceStep
from services.funding_streams.domain.errors import CircularDependency, UnknownStream
from services.funding_streams.domain.independent_living_fund import IndependentLivingFund
from services.funding_streams.domain.supporting_people import SupportingPeople

#: The streams whose rules are here, in the order in which decisions are told.
ADAPTERS: tuple[StreamAdapter, ...] = (AdultSocialCare(), SupportingPeople(), IndependentLivingFund())

GATE_CODE = "individual_budget_gate"


def in_order(adapters: Sequence[StreamAdapter]) -> tuple[StreamAdapter, ...]:
    """Return adapters so that each comes after those it depends on; where the law leaves a choice, as given.

    Raises:
        UnknownStream: an adapter depends on a stream that has none.
        CircularDependency: streams wait for each other.
    """
    known = {adapter.stream for adapter in adapters}
    for adapter in adapters:
        for name in adapter.depends_on:
            if name not in known:
                raise UnknownStream(adapter.stream, name)
    waiting, placed = list(adapters), list[StreamAdapter]()
    while waiting:
        done = {adapter.stream for adapter in placed}
        ready = next((adapter for adapter in waiting if done.issuperset(adapter.depends_on)), None)
        if ready is None:
            raise CircularDependency(tuple(adapter.stream for adapter in waiting))
        waiting.remove(ready)
        placed.append(ready)
    return tuple(placed)


def decide_all(case: Case, adapters: Sequence[StreamAdapter] = ADAPTERS) -> tuple[Decision, ...]:
    """Decide every stream.

    Args:
        case: the facts, the day, the figures, the council's settings and the indicative allocation.
        adapters: the streams to decide, in the order in which their decisions are told.

    Returns:
        One decision for each adapter, in the order of ``adapters``.

    Raises:
        UnknownStream: an adapter depends on a stream that has none.
        CircularDependency: streams wait for each other.
    """
    made: dict[str, Decision] = {}
    for adapter in in_order(adapters):
        made[adapter.stream] = adapter.decide(case.knowing(made))
    social_care = made.get(Stream.ADULT_SOCIAL_CARE)
    return tuple(_through_gate(case, made[adapter.stream], social_care) for adapter in adapters)


def _through_gate(case: Case, decision: Decision, social_care: Decision | None) -> Decision:
    """Apply the gate: an individual budget opens only to people eligible for adult social care.

    Source:
        Moran et al. 2011, on the pilots of 2005 to 2008 (X1, S1). That it holds on other days is a setting.
    """
    gate = case.council.adult_social_care_is_the_gate
    if not gate or social_care is None or decision is social_care:
        return decision
    if social_care.status is Status.NOT_ELIGIBLE:
        return _shut_out(case, decision)
    if social_care.status is Status.UNDECIDED and decision.status is Status.CONFIRMED:
        text = "The individual budget opens once adult social care is decided; until then this award is indicative."
        step = _gate_step(case, Outcome.NOTED, text)
        return replace(decision, status=Status.INDICATIVE, trace=(step, *decision.trace))
    return decision


def _shut_out(case: Case, decision: Decision) -> Decision:
    text = (
        "Not eligible for adult social care, and an individual budget opens only to people who are. This says nothing"
        " about what the stream would pay outside an individual budget."
    )
    step = _gate_step(case, Outcome.FAILED, text)
    if decision.status is Status.NOT_ELIGIBLE:
        return replace(decision, trace=(step, *decision.trace))
    return replace(
        decision,
        status=Status.NOT_ELIGIBLE,
        starts_on=case.on,
        ends_on=case.on,
        pence_per_week=0,
        amount_pence=0,
        contribution_pence=0,
        permitted_uses=(),
        conditions=(),
        missing_facts=(),
        trace=(step,),
    )


def _gate_step(case: Case, outcome: Outcome, text: str) -> TraceStep:
    return TraceStep(GATE_CODE, outcome, text, (case.council.used("adult_social_care_is_the_gate"),))
