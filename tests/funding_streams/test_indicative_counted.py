"""Awards that wait for the body that decides are counted by stream until it has decided, and nobody is named."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from prometheus_client import generate_latest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from braid.command_line.embedded_platform import Databases
from braid.contracts.award import AwardStatus
from braid.kit.measures import Measures
from services.funding_streams.domain.decision import INDEPENDENT_LIVING_FUND
from services.funding_streams.main import SERVICE
from tests.funding_streams.partner_material import told
from tests.funding_streams.partner_office import PartnerOffice


@pytest.fixture
async def office(databases: Databases, tmp_path: Path) -> AsyncIterator[PartnerOffice]:
    """The service on a database of its own."""
    opened = PartnerOffice(databases, tmp_path)
    yield opened
    await opened.close()


async def waiting(office: PartnerOffice) -> dict[str, float]:
    """By stream, how many awards wait for their decision-maker."""
    service = f"streams-{uuid4()}"
    await Measures(service, office.runtime.ops_engine, SERVICE.measures).take()
    lines = [line for line in generate_latest().decode().splitlines() if f'service="{service}"' in line]
    counted = [line for line in lines if line.startswith("braid_awards_indicative{")]
    return {line.split('stream="')[1].split('"')[0]: float(line.rpartition(" ")[2]) for line in counted}


async def test_an_award_waits_until_its_partner_has_decided(office: PartnerOffice) -> None:
    people = [uuid4(), uuid4()]
    for person in people:
        await office.know(person)
    assert (await office.award(people[0])).status is AwardStatus.INDICATIVE
    before = await waiting(office)

    await settle(office, people[0])

    assert before[INDEPENDENT_LIVING_FUND] == 2
    assert (await waiting(office))[INDEPENDENT_LIVING_FUND] == 1


async def settle(office: PartnerOffice, person: UUID) -> None:
    """The trustees confirm a person's award."""
    await office.deliver(told(person))
    assert (await office.award(person)).status is AwardStatus.CONFIRMED


@pytest.mark.parametrize("column", ["person_id", "amount_pence", "decision"])
async def test_operations_may_count_decisions_and_read_none(office: PartnerOffice, column: str) -> None:
    async with office.runtime.ops_engine.connect() as db:
        with pytest.raises(ProgrammingError, match="permission denied"):
            await db.execute(text(f"SELECT {column} FROM award"))
