"""Which code works with a database that a later release has brought further, and which refuses."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import asyncpg
import httpx
import pytest
from alembic.script import ScriptDirectory

from braid.command_line.embedded_platform import Databases
from braid.kit.delivery import Delivery, Permanent
from braid.kit.health import probes_only
from braid.kit.migrations import WrongSchema, code_served_at, head_of, is_up_to_date, upgrade
from braid.kit.service import ServiceRuntime
from services.ras.main import SERVICE
from tests.kit.example_service import COUNCIL, ExampleService, NumberSent, subscription_to
from tests.transports.rig import QUICK, message_of

HEAD = head_of(SERVICE.package)


@pytest.fixture
async def runtime(databases: Databases) -> AsyncIterator[ServiceRuntime]:
    """A service of this release on a database of its own."""
    opened = ServiceRuntime(SERVICE, SERVICE.settings(environment="test", database=databases.settings_of("ras")))
    yield opened
    await opened.close()


async def brought_to(databases: Databases, revision: str, comment: str | None) -> None:
    """Leave a database as another release's migrations would."""
    owner = await asyncpg.connect(databases.owner_url("ras"))
    told = "NULL" if comment is None else f"'{comment}'"
    await owner.execute(f"UPDATE alembic_version SET version_num = '{revision}'")
    await owner.execute(f"COMMENT ON TABLE alembic_version IS {told}")
    await owner.close()


async def ready(runtime: ServiceRuntime) -> tuple[int, str]:
    """What a running process answers when it is asked whether it is ready."""
    transport = httpx.ASGITransport(probes_only(runtime.checks()))
    async with httpx.AsyncClient(transport=transport, base_url="http://process") as client:
        answer = await client.get("/readyz")
    return answer.status_code, answer.json()["checks"]["database"]


async def test_a_later_database_that_states_that_it_serves_this_code_is_served(
    databases: Databases, runtime: ServiceRuntime
) -> None:
    await brought_to(databases, "9998", f"At migration 9998: serves code at {HEAD}, 9998")

    await runtime.wait_for_schema()

    assert await ready(runtime) == (200, "ok")


@pytest.mark.parametrize(
    ("revision", "comment", "line"),
    [
        pytest.param(
            "9999",
            "At migration 9999: serves code at 9998, 9999",
            f"services.ras: the database is at migration 9999, which serves code at 9998, 9999; this code needs {HEAD}",
            id="it serves later code alone",
        ),
        pytest.param(
            "9999",
            f"At migration 9998: serves code at {HEAD}, 9998",
            f"services.ras: the database is at migration 9999, this code needs {HEAD}",
            id="it was brought further by somebody who stated nothing",
        ),
        pytest.param(
            "9999",
            None,
            f"services.ras: the database is at migration 9999, this code needs {HEAD}",
            id="nothing is stated",
        ),
        pytest.param(
            "9999",
            "Alembic keeps this table",
            f"services.ras: the database is at migration 9999, this code needs {HEAD}",
            id="something else is stated",
        ),
        pytest.param(
            "0001",
            "At migration 0001: serves code at 0001",
            "services.ras: the database is at migration 0001, which serves code at 0001; this code needs " + HEAD,
            id="it is at an earlier migration",
        ),
    ],
)
async def test_any_other_state_is_refused_in_one_line(
    databases: Databases, runtime: ServiceRuntime, revision: str, comment: str | None, line: str
) -> None:
    await brought_to(databases, revision, comment)

    with pytest.raises(WrongSchema) as refused:
        await runtime.wait_for_schema()

    assert str(refused.value) == line
    refusal = "failed: WrongSchema" if revision == "0001" else "failed: UnknownSchema"
    assert await ready(runtime) == (503, refusal), "a process that runs is not ready any more"


async def test_a_database_at_the_codes_own_migration_is_served_though_it_states_nothing(
    databases: Databases, runtime: ServiceRuntime
) -> None:
    """Such as one that was last migrated before databases stated it."""
    await brought_to(databases, HEAD, None)

    await runtime.wait_for_schema()


async def test_a_migration_job_of_the_release_that_is_gone_back_to_leaves_the_database_where_it_is(
    databases: Databases,
) -> None:
    owner_url = databases.owner_url("ras")
    await brought_to(databases, "9998", f"At migration 9998: serves code at {HEAD}, 9998")

    await asyncio.to_thread(upgrade, owner_url, SERVICE.package)

    assert await is_up_to_date(owner_url, SERVICE.package)


async def test_a_database_states_whom_it_serves_in_the_transaction_that_migrates_it(databases: Databases) -> None:
    owner = await asyncpg.connect(databases.owner_url("ras"))
    told = await owner.fetchval("SELECT obj_description('alembic_version'::regclass)")
    await owner.close()

    assert told.startswith(f"At migration {HEAD}: serves code at ")
    assert told.endswith(HEAD)


def history(folder: Path, *migrations: tuple[str, str | None]) -> ScriptDirectory:
    """Migrations, one on the other, each with the oldest code that it states."""
    (folder / "versions").mkdir()
    below: str | None = None
    for revision, oldest_code in migrations:
        lines = [f"revision = {revision!r}", f"down_revision = {below!r}"]
        lines += [f"oldest_code = {oldest_code!r}"] if oldest_code else []
        (folder / "versions" / f"{revision}.py").write_text("\n".join(lines))
        below = revision
    return ScriptDirectory(str(folder))


@pytest.mark.parametrize(
    ("stated", "served"),
    [
        pytest.param(None, ["0003"], id="who states nothing serves nobody before it"),
        pytest.param("0002", ["0002", "0003"], id="as far back as it states"),
        pytest.param("0001", ["0001", "0002", "0003"], id="over several migrations"),
        pytest.param("0009", ["0003"], id="who states what is not there serves nobody before it"),
    ],
)
def test_a_migration_serves_code_as_far_back_as_it_states(
    tmp_path: Path, stated: str | None, served: list[str]
) -> None:
    script = history(tmp_path, ("0001", None), ("0002", "0001"), ("0003", stated))

    assert code_served_at(script, "0003") == served


def test_what_was_taken_away_once_is_not_served_by_a_later_migration(tmp_path: Path) -> None:
    script = history(tmp_path, ("0001", None), ("0002", "0001"), ("0003", "0002"), ("0004", "0001"))

    assert "0001" not in code_served_at(script, "0004")


async def test_a_message_that_fails_where_the_database_has_gone_on_is_left_to_the_later_release(
    example: ExampleService,
) -> None:
    """It is neither lost nor buried: what fails may be this code."""

    async def reads_what_is_gone(_event: NumberSent, _work: object) -> None:
        raise Permanent("column noted.number does not exist")

    async def refuse() -> None:
        raise WrongSchema("the database is at migration 9999, this code needs 0001")

    delivery = Delivery(
        subscription_to(NumberSent, "notes", reads_what_is_gone), example.units, retry=QUICK, require_schema=refuse
    )
    person = uuid4()
    message = message_of(NumberSent(person_id=person, council=COUNCIL, number=1))

    with pytest.raises(WrongSchema):
        await delivery.take(message)

    later = Delivery(subscription_to(NumberSent, "notes"), example.units, retry=QUICK)
    await later.take(message)
    assert await example.noted_numbers(person) == [1]
