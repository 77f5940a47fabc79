"""The rules themselves: the streams, the facts they ask for, and the figures in force, each with its source."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from braid.contracts.award import Term
from braid.contracts.facts import FactKind
from braid.contracts.uses import PayeeBar, PermittedUse
from braid.kit.http import Caller, Reading, UnitOfWorkRoute
from braid.kit.permissions import Action, may
from braid.kit.problems import responses
from services.funding_streams.api.documents import PlausibleDay
from services.funding_streams.discovery import adapters
from services.funding_streams.domain.adapter import StreamAdapter
from services.funding_streams.domain.errors import NoValueInForce
from services.funding_streams.domain.figures import Citation, Dated, DatedUses, Figure
from services.funding_streams.rule_files import rule_files

router = APIRouter(prefix="/v1", route_class=UnitOfWorkRoute, tags=["rules on request"])

_NOT_A_DAY = (422, "The day is not one.")
OnDay = Annotated[PlausibleDay | None, Query(description="The day whose law is told; today where it is left out.")]


class StreamOut(BaseModel):
    """A funding stream on a day."""

    stream: str
    label: str
    decided_by: str
    partner: str | None = Field(description="Agency whose word settles a decision; null where the council's own does.")
    depends_on: list[str] = Field(description="Streams whose decisions it looks at.")
    displaces: list[str] = Field(description="Streams that give way to it.")
    has_rules: bool = Field(description="False: the stream pays for nothing on that day, or its rules are not known.")
    needs: list[str] = Field(description="Facts that may matter on that day.")
    permitted_uses: list[PermittedUse]
    payee_bars: list[PayeeBar]
    terms: list[Term] = Field(description="A day that hangs on a decision or a fact is not told here.")


class StreamsOut(BaseModel):
    """Every stream, in the order in which decisions are told."""

    on: date
    streams: list[StreamOut]


class FactInCatalogueOut(BaseModel):
    """A fact that a stream may ask for."""

    fact: str
    kind: FactKind
    meaning: str
    codes: list[str]
    count_max: int | None
    asked_by: list[str] = Field(description="Streams in which it may matter on that day.")


class FactsOut(BaseModel):
    """Every fact that a stream may ask for, by name."""

    on: date
    facts: list[FactInCatalogueOut]


class CitationOut(BaseModel):
    """Where something was read."""

    model_config = ConfigDict(from_attributes=True)

    title: str
    pinpoint: str
    key: str
    href: str | None


class FigureOut(BaseModel):
    """A figure's value on a day."""

    name: str
    meaning: str
    value: str = Field(description="In whole units of ``unit``, an exact fraction of a penny, a day, or a code.")
    unit: str
    period: str
    since: date
    until: date | None = Field(description="Last day of this value; null while no later one is known.")
    citation: CitationOut
    unconfirmed: bool
    note: str | None


class FiguresOut(BaseModel):
    """A page of the figures in force on a day, by name."""

    on: date
    figures: list[FigureOut]
    next: str | None = Field(description="Give it as ``after`` for the next page; null on the last one.")


@router.get("/streams", dependencies=[may(Action.READ_PUBLISHED)], responses=responses(_NOT_A_DAY))
async def read_streams(work: Reading, _caller: Caller, on: OnDay = None) -> StreamsOut:
    """Every stream: who decides, what it asks for, what it may pay for, and what else holds."""
    day = on or work.now.date()
    return StreamsOut(on=day, streams=[_stream(adapter, day) for adapter in adapters()])


@router.get("/facts", dependencies=[may(Action.READ_PUBLISHED)], responses=responses(_NOT_A_DAY))
async def read_facts(work: Reading, _caller: Caller, on: OnDay = None) -> FactsOut:
    """Every fact that a stream may ask for: how it is written, what it means, and who asks."""
    day = on or work.now.date()
    needs = {adapter.stream: adapter.needs(day) for adapter in adapters()}
    return FactsOut(
        on=day,
        facts=[
            FactInCatalogueOut(
                fact=fact.name,
                kind=fact.kind,
                meaning=fact.meaning,
                codes=list(fact.codes),
                count_max=fact.count_max or None,
                asked_by=[stream for stream, names in needs.items() if fact.name in names],
            )
            for fact in sorted(rule_files().facts.values(), key=lambda fact: fact.name)
        ],
    )


@router.get("/figures", dependencies=[may(Action.READ_PUBLISHED)], responses=responses(_NOT_A_DAY))
async def read_figures(
    work: Reading,
    _caller: Caller,
    on: OnDay = None,
    after: Annotated[str, Query(max_length=200)] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> FiguresOut:
    """The figures of law and guidance in force on a day, each with its source; one without a value then is left out."""
    day = on or work.now.date()
    in_force = [
        (figure, value)
        for name, figure in sorted(rule_files().figures.by_name.items())
        if name > after and (value := _value(figure, day))
    ]
    page = [_figure(figure, value) for figure, value in in_force[:limit]]
    return FiguresOut(on=day, figures=page, next=page[-1].name if len(in_force) > limit else None)


def _stream(adapter: StreamAdapter, on: date) -> StreamOut:
    profile, uses = rule_files().figures.profiles[adapter.stream], _uses(adapter.stream, on)
    return StreamOut(
        stream=adapter.stream,
        label=profile.label,
        decided_by=profile.decided_by,
        partner=profile.partner,
        depends_on=list(adapter.depends_on),
        displaces=list(adapter.displaces),
        has_rules=uses is not None,
        needs=list(adapter.needs(on)),
        permitted_uses=[PermittedUse.model_validate(one, from_attributes=True) for one in uses.uses] if uses else [],
        payee_bars=[PayeeBar.model_validate(one, from_attributes=True) for one in uses.bars] if uses else [],
        terms=[
            Term(kind=term.kind.value, text=term.text, citation=str(term.citation), unconfirmed=term.unconfirmed)
            for term in profile.terms
            if term.in_force(on)
        ],
    )


def _uses(stream: str, on: date) -> DatedUses | None:
    try:
        return rule_files().figures.uses(stream, on)
    except NoValueInForce:
        return None


def _value(figure: Figure, on: date) -> Dated | None:
    try:
        return figure.at(on)
    except NoValueInForce:
        return None


def _figure(figure: Figure, value: Dated) -> FigureOut:
    later = [other.start for other in figure.values if other.start > value.start]
    citation: Citation = value.citation
    return FigureOut(
        name=figure.name,
        meaning=figure.description,
        value=str(value.value),
        unit=value.unit,
        period=value.period,
        since=value.start,
        until=date.fromordinal(min(later).toordinal() - 1) if later else None,
        citation=CitationOut.model_validate(citation),
        unconfirmed=value.unconfirmed,
        note=value.note,
    )
