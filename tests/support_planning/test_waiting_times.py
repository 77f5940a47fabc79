"""How long people wait for their budget is told as a metric, once for each of them."""

from uuid import UUID, uuid4

import pytest
from prometheus_client import REGISTRY

from braid.command_line.embedded_platform import Databases
from braid.contracts.assessment import AssessmentAgreed
from braid.contracts.budget import BudgetOpened
from braid.kit.service import ServiceRuntime
from braid.kit.settings import ServiceSettings
from braid.kit.unit_of_work import UnitOfWork
from services.support_planning.main import SERVICE
from tests.support_planning.test_where_is_my_budget import an


def counted() -> tuple[float, float]:
    """How many waits were told, and their seconds together."""
    values = [REGISTRY.get_sample_value(f"braid_agreed_to_budget_seconds_{part}") for part in ("count", "sum")]
    return values[0] or 0, values[1] or 0


@pytest.fixture
def runtime(shared_databases: Databases) -> ServiceRuntime:
    database = shared_databases.settings_of(SERVICE.name)
    return ServiceRuntime(SERVICE, ServiceSettings(environment="test", database=database))


async def opened(work: UnitOfWork, person: UUID) -> None:
    event = an(BudgetOpened, person, council=work.council)
    await SERVICE.handlers[event.TYPE](event, work)


async def agreed(work: UnitOfWork, person: UUID) -> None:
    event = an(AssessmentAgreed, person, council=work.council)
    await SERVICE.handlers[event.TYPE](event, work)


async def test_the_wait_from_the_agreement_to_the_budget_is_told_once_it_is_true(runtime: ServiceRuntime) -> None:
    person, before = uuid4(), counted()
    async with runtime.units.for_council("E10009997") as work:
        await agreed(work, person)
        await work.commit()
    async with runtime.units.for_council("E10009997") as work:
        await opened(work, person)
    assert counted() == before, "what was rolled back was no wait"
    async with runtime.units.for_council("E10009997") as work:
        await opened(work, person)
        await work.commit()

    assert counted()[0] == before[0] + 1
    assert counted()[1] > before[1]
    await runtime.close()


async def test_a_budget_that_was_there_before_an_agreement_waited_for_none(runtime: ServiceRuntime) -> None:
    person, before = uuid4(), counted()
    async with runtime.units.for_council("E10009997") as work:
        await opened(work, person)
        await agreed(work, person)
        await work.commit()

    assert counted() == before
    await runtime.close()
