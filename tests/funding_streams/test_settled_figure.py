"""The final figure as it comes from the resource allocation system, and what adult social care awards on it."""

import random
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from braid.command_line.embedded_platform import Databases
from braid.contracts.allocation import AllocationSettled, IndicativeAllocationCalculated, SettlementGrounds
from braid.contracts.award import AwardDecided
from braid.contracts.event import Event
from braid.kit.delivery import Taken
from services.funding_streams.domain.adapter import Allocation, AllocationOutcome, SettledFigure
from services.funding_streams.domain.decision import ADULT_SOCIAL_CARE, Decision, Status
from services.funding_streams.streams.adult_social_care.allocated import GROUNDS
from services.funding_streams.streams.adult_social_care.rules import AdultSocialCare

from .builders import a_case
from .partner_material import told
from .partner_office import PartnerOffice, agreed, allocated, example_of

INDICATIVE, FINAL, REVISED = 2_000_000, 2_150_000, 2_300_000


@pytest.fixture
async def office(streams_databases: Databases, tmp_path: Path) -> AsyncIterator[PartnerOffice]:
    opened = PartnerOffice(streams_databases, tmp_path)
    yield opened
    await opened.close()


def settled(
    allocation: IndicativeAllocationCalculated, pence_per_year: int = FINAL, *, version: int = 1, **changes: Any
) -> AllocationSettled:
    """The final figure that an approver settles on an allocation."""
    return example_of(
        AllocationSettled,
        person_id=str(allocation.person_id),
        allocation_id=str(allocation.allocation_id),
        version=version,
        assessment_id=str(allocation.assessment_id),
        assessment_version=allocation.assessment_version,
        indicative_pence_per_year=allocation.pence_per_year,
        pence_per_year=pence_per_year,
        lines=[{"code": "points", "text": "Points", "pence_per_year": pence_per_year}],
        **changes,
    )


def a_life(person: UUID) -> dict[str, Event]:
    """All that is told of a person whose figure was settled twice, and then again after a new assessment."""
    first, second = agreed(person, version=1), agreed(person, version=2, on="2010-06-01")
    indicative = allocated(first, INDICATIVE)
    later = allocated(second, REVISED).model_copy(update={"allocation_id": uuid4()})
    return {
        "assessed": first,
        "allocated": indicative,
        "settled": settled(indicative),
        "settled again": settled(indicative, FINAL + 100, version=2),
        "partner": told(person, reference=f"A.{person}"),
        "reassessed": second,
        "reallocated": later,
        "settled anew": settled(later, REVISED - 100, version=3),
    }


def first_part(life: Mapping[str, Event], last: str) -> list[Event]:
    names = list(life)
    return [life[name] for name in names[: names.index(last) + 1]]


async def award_of(office: PartnerOffice, person: UUID) -> AwardDecided:
    return await office.award(person, ADULT_SOCIAL_CARE)


def step(award: AwardDecided | Decision, code: str) -> str:
    return next((step.text for step in award.trace if step.code == code), "")


# -- as it comes


async def test_the_award_follows_the_figure_once_it_is_settled(office: PartnerOffice) -> None:
    person = uuid4()
    life = a_life(person)

    assert await office.deliver(life["assessed"], life["allocated"], life["settled"]) == [Taken.HANDLED] * 3

    indicative, final = await office.awards(person, ADULT_SOCIAL_CARE)
    assert (indicative.version, indicative.amount_pence) == (1, INDICATIVE)
    assert (final.version, final.amount_pence) == (2, FINAL)
    assert step(final, "allocation") == (
        "The final figure is £21,500.00 for 52 weeks, £413.46 a week: settled by an approver on 3 June 2010. The"
        " indicative allocation was £20,000.00. The reason in words is kept with the figure."
    )


async def test_a_settlement_that_changes_the_sum_for_streams_that_look_at_it_changes_them_too(
    office: PartnerOffice,
) -> None:
    person = uuid4()
    life = a_life(person)
    await office.deliver(life["assessed"], life["allocated"])
    before = await office.award(person)

    await office.deliver(life["settled"])

    after = await office.award(person)
    assert (before.version, after.version) == (1, 2)
    assert after.amount_pence < before.amount_pence


async def test_the_same_settlement_again_and_an_older_one_tell_nothing_new(office: PartnerOffice) -> None:
    person = uuid4()
    life = a_life(person)
    await office.deliver(life["assessed"], life["allocated"], life["settled again"])
    published = await office.published(person)

    assert await office.deliver(life["settled again"], life["settled"]) == [Taken.HANDLED] * 2

    assert await office.published(person) == published
    assert (await award_of(office, person)).amount_pence == FINAL + 100


async def test_the_settled_figure_carries_on_until_a_new_assessments_allocation_is_settled(
    office: PartnerOffice,
) -> None:
    person = uuid4()
    life = a_life(person)

    await office.deliver(*first_part(life, "reallocated"))

    award = await award_of(office, person)
    assert (award.assessment_version, award.amount_pence) == (2, FINAL + 100)
    assert step(award, "allocation") == (
        "£21,501.00 for 52 weeks, £413.48 a week carries on: it was settled by an approver on 3 June 2010."
        " The needs have been assessed again since. The new indicative allocation is £23,000.00; nothing changes until"
        " somebody settles it."
    )

    await office.deliver(life["settled anew"])
    assert (await award_of(office, person)).amount_pence == REVISED - 100


@pytest.mark.parametrize(
    ("last", "pence"),
    [
        ("allocated", INDICATIVE),
        ("settled", FINAL),
        ("partner", FINAL + 100),
        ("reallocated", FINAL + 100),
        ("settled anew", REVISED - 100),
    ],
)
async def test_what_is_awarded_is_the_same_in_whatever_order_and_however_often_it_comes(
    office: PartnerOffice, last: str, pence: int
) -> None:
    chance = random.Random(last)
    ends = []
    for _ in range(8):
        person = uuid4()
        events = first_part(a_life(person), last)
        order = [*chance.sample(events, len(events)), chance.choice(events)]
        assert set(await office.deliver(*order)) == {Taken.HANDLED}
        award = await award_of(office, person)
        ends.append((award.amount_pence, award.assessment_version, award.trace))

    assert ends == [ends[0]] * 8
    assert ends[0][0] == pence


async def test_a_settlement_of_somebody_unknown_waits_for_the_rest(office: PartnerOffice) -> None:
    person = uuid4()
    life = a_life(person)

    assert await office.deliver(life["settled"], life["allocated"]) == [Taken.HANDLED] * 2
    assert await office.awards(person, ADULT_SOCIAL_CARE) == []

    await office.deliver(life["assessed"])
    assert [award.amount_pence for award in await office.awards(person, ADULT_SOCIAL_CARE)] == [FINAL]


async def test_a_figure_that_is_settled_ahead_of_its_assessment_changes_nothing_before_that_comes(
    office: PartnerOffice,
) -> None:
    person = uuid4()
    life = a_life(person)
    await office.deliver(life["assessed"], life["allocated"], life["settled"])
    settled_on_the_first = await award_of(office, person)

    await office.deliver(life["settled anew"], life["partner"])
    assert await award_of(office, person) == settled_on_the_first

    await office.deliver(life["reallocated"], life["reassessed"])
    assert [award.amount_pence for award in await office.awards(person, ADULT_SOCIAL_CARE)] == [
        INDICATIVE,
        FINAL,
        REVISED - 100,
    ]


async def test_a_settlement_from_before_its_role_was_told_counts_as_well(office: PartnerOffice) -> None:
    person = uuid4()
    life = a_life(person)
    older = life["settled"].model_copy(update={"decided_by": None})

    await office.deliver(life["assessed"], life["allocated"], older)

    assert "settled on 3 June 2010." in step(await award_of(office, person), "allocation")


# -- what is made of it


def decided_on(allocation: Allocation) -> Decision:
    return AdultSocialCare().decide(replace(a_case(), allocation=allocation))


def figure(pence: int = FINAL, **changes: Any) -> SettledFigure:
    return replace(SettledFigure(pence, date(2007, 7, 1), decided_by="practitioner"), **changes)


def test_a_figure_that_falls_in_steps_awards_what_the_first_year_has() -> None:
    phased = figure(1_500_000, phased=(1_800_000, 1_600_000), grounds="lower_price")

    decision = decided_on(Allocation(INDICATIVE, AllocationOutcome.CALCULATED, phased))

    assert decision.amount_pence == 1_800_000
    assert "The fall comes in steps, so the first year has £18,000.00." in step(decision, "allocation")


def test_a_settled_figure_is_awarded_where_the_table_had_none() -> None:
    needs_a_person = Allocation(0, AllocationOutcome.NEEDS_A_PERSON)

    open_, decision = decided_on(needs_a_person), decided_on(replace(needs_a_person, settled=figure()))

    assert open_.status is Status.UNDECIDED
    assert (decision.status, decision.amount_pence) == (Status.CONFIRMED, FINAL)
    assert "The table had no figure." in step(decision, "allocation")


def test_the_indicative_figure_that_was_settled_as_it_stands_is_said_to_be_so() -> None:
    decision = decided_on(Allocation(FINAL, AllocationOutcome.CALCULATED, figure()))

    assert "by a practitioner on 1 July 2007. It is the indicative allocation as it stands." in step(
        decision, "allocation"
    )


@pytest.mark.parametrize("grounds", SettlementGrounds)
def test_the_grounds_of_a_lower_figure_are_told(grounds: SettlementGrounds) -> None:
    decision = decided_on(Allocation(INDICATIVE, AllocationOutcome.CALCULATED, figure(1_900_000, grounds=grounds)))

    assert f"Why it is lower: {GROUNDS[grounds]}." in step(decision, "allocation")


@pytest.mark.parametrize(
    ("outcome", "told"),
    [
        (AllocationOutcome.CALCULATED, "The new indicative allocation is £100.00;"),
        (AllocationOutcome.NEEDS_A_PERSON, "The table had no figure for them;"),
    ],
)
def test_a_newer_indicative_figure_takes_nothing_from_what_was_settled(outcome: AllocationOutcome, told: str) -> None:
    decision = decided_on(Allocation(10_000, outcome, settled_before=figure()))

    assert (decision.status, decision.amount_pence) == (Status.CONFIRMED, FINAL)
    assert told in step(decision, "allocation")


@pytest.mark.parametrize(
    ("settled_on", "pence"),
    [
        (date(2007, 7, 1), 1_800_000),
        (date(2006, 6, 2), 1_800_000),
        (date(2006, 6, 1), 1_600_000),
        (date(2005, 6, 1), 1_500_000),
        (date(2008, 1, 1), 1_800_000),
    ],
)
def test_a_figure_that_falls_in_steps_carries_on_with_the_step_of_its_year(settled_on: date, pence: int) -> None:
    before = figure(1_500_000, phased=(1_800_000, 1_600_000), decided_on=settled_on)

    decision = decided_on(Allocation(1_000_000, AllocationOutcome.CALCULATED, settled_before=before))

    assert decision.amount_pence == pence
    assert ("It falls in steps to £15,000.00." in step(decision, "allocation")) == (pence != 1_500_000)
