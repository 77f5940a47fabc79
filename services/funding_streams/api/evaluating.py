"""Deciding on request: facts in, decisions out, nothing stored."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Body, Request
from pydantic import BaseModel, Field

from braid.contracts.award import AwardStatus
from braid.contracts.uses import may_pay
from braid.kit.http import Caller, Reading, UnitOfWorkRoute
from braid.kit.permissions import Action, may
from braid.kit.problems import responses
from braid.kit.unit_of_work import UnitOfWork
from services.funding_streams.api.documents import (
    AllocationIn,
    Asked,
    DecisionGiven,
    DecisionOut,
    EvaluatedOut,
    EvaluateIn,
    EvaluationOut,
    FactOut,
    FactsIn,
    ItemOut,
    PlausibleDay,
    StepChangeOut,
    WhatIfOut,
)
from services.funding_streams.api.examples import ExamplesOnDemand, evaluation_examples
from services.funding_streams.api.from_requests import as_allocation, no_such_stream, settings_of, sound_facts
from services.funding_streams.api.would_change import would_change
from services.funding_streams.council_settings_store import settings_on
from services.funding_streams.discovery import adapters
from services.funding_streams.domain.adapter import Case
from services.funding_streams.domain.decision import Decision, Status
from services.funding_streams.domain.facts import Facts
from services.funding_streams.domain.settling import last_day_of_award, without_award
from services.funding_streams.domain.what_if import changed_steps
from services.funding_streams.domain.working import Working
from services.funding_streams.evaluation import NoSuchStream, evaluate, one_stream
from services.funding_streams.rule_files import rule_files

router = APIRouter(prefix="/v1", route_class=UnitOfWorkRoute, tags=["rules on request"])

_REFUSED = (422, "The request is not valid, or a fact is unknown, impossible, or against another; each is named.")


class MissingIn(Asked):
    """Facts that are known, to be told which are still needed."""

    stream: str | None = Field(None, description="One stream; left out, every stream.")
    on: PlausibleDay
    facts: FactsIn
    allocation: AllocationIn | None = None


class MissingForOut(BaseModel):
    """What one stream still needs."""

    stream: str
    label: str
    status: AwardStatus
    missing: list[FactOut]


class MissingOut(BaseModel):
    """What each stream still needs."""

    on: date
    streams: list[MissingForOut]


@router.post("/decisions:evaluate", dependencies=[may(Action.EVALUATE_RULES)], responses=responses(_REFUSED))
async def evaluate_case(
    body: Annotated[EvaluateIn, Body(openapi_examples=ExamplesOnDemand(evaluation_examples))],
    request: Request,
    work: Reading,
    _caller: Caller,
) -> EvaluatedOut:
    """Decide on a case by the rules of a day: the decision with its tests, sums, lines, uses and terms.

    Facts that contradict each other, or cannot be, are refused by name; a fact that is missing leaves a decision open
    and is named in it.
    """
    case = await _case(body, request, work)
    decisions = _decided(case, body.stream)
    supposed = await _supposed(body, case, request, work)
    evaluations = [_evaluation(decision, body) for decision in decisions]
    for number, other in enumerate(supposed):
        steps = [StepChangeOut.model_validate(step) for step in changed_steps(decisions[number], other)]
        evaluations[number].what_if = WhatIfOut(decision=DecisionOut.of(other), changed_steps=steps)
    if body.changes:
        assert body.stream is not None
        evaluations[0].would_change = await would_change(case, one_stream(body.stream), decisions[0])
    return EvaluatedOut(on=body.on, council=body.council or work.council, evaluations=evaluations)


@router.post("/facts:missing", dependencies=[may(Action.EVALUATE_RULES)], responses=responses(_REFUSED))
async def missing_facts(body: MissingIn, work: Reading, _caller: Caller) -> MissingOut:
    """Which facts each stream still needs, with what they mean, after those that are known."""
    allocation = as_allocation(body.allocation)
    case = Case(
        sound_facts(body.facts, body.on),
        body.on,
        rule_files().figures,
        await settings_on(work, body.on),
        allocation,
        traced=False,
    )
    return MissingOut(
        on=body.on,
        streams=[
            MissingForOut(
                stream=decision.stream,
                label=decision.stream_label,
                status=AwardStatus(decision.status),
                missing=[FactOut.of(name) for name in decision.missing_facts],
            )
            for decision in _decided(case, body.stream)
        ],
    )


async def _case(body: EvaluateIn, request: Request, work: UnitOfWork) -> Case:
    return Case(
        facts=sound_facts(body.facts, body.on),
        on=body.on,
        figures=rule_files().figures,
        council=await settings_of(body.council, body.on, request, work),
        allocation=as_allocation(body.allocation),
        decisions=_given(body),
        traced=body.traced,
    )


def _given(body: EvaluateIn) -> dict[str, Decision]:
    known = {adapter.stream for adapter in adapters()}
    for name in body.decisions:
        if name not in known:
            raise no_such_stream(NoSuchStream(name), f"body:/decisions/{name}")
    return {name: _decision(name, told, body.on) for name, told in body.decisions.items()}


def _decision(stream: str, told: DecisionGiven, on: date) -> Decision:
    """Return a decision of which only the money is known."""
    case = Case(Facts({}), on, rule_files().figures, rule_files().council_defaults, traced=False)
    starts_on = told.starts_on or on
    return replace(
        without_award(stream, Working(case), Status(told.status)),
        starts_on=starts_on,
        ends_on=told.ends_on or last_day_of_award(starts_on, None),
        amount_pence=told.amount_pence,
        contribution_pence=told.contribution_pence,
    )


def _decided(case: Case, stream: str | None) -> tuple[Decision, ...]:
    try:
        return evaluate(case, stream)
    except NoSuchStream as error:
        raise no_such_stream(error) from error


async def _supposed(body: EvaluateIn, case: Case, request: Request, work: UnitOfWork) -> Sequence[Decision]:
    """Return the decisions as they would be; nothing where nothing is supposed."""
    if body.what_if is None:
        return ()
    on = body.what_if.on or body.on
    values = {name: value for name, value in {**body.facts, **body.what_if.facts}.items() if value is not None}
    council = case.council if on == body.on else await settings_of(body.council, on, request, work)
    facts = sound_facts(values, on, "body:/what_if/facts")
    return _decided(replace(case, facts=facts, on=on, council=council), body.stream)


def _evaluation(decision: Decision, body: EvaluateIn) -> EvaluationOut:
    told = DecisionOut.of(decision)
    verdicts = [(item, may_pay(item, told.permitted_uses, told.payee_bars)) for item in body.items]
    return EvaluationOut(
        decision=told,
        missing=[FactOut.of(name) for name in decision.missing_facts],
        items=[
            ItemOut(use=item.use, verdict=found.verdict, reasons=list(found.reasons), asks=list(found.asks))
            for item, found in verdicts
        ],
    )
