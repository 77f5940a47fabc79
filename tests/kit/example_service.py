"""A small service for tests of the kit: it notes numbers that people are sent, in the order in which they come."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID, uuid4

import asyncpg
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import BigInteger, Column, Connection, Identity, MetaData, Table, Text, Uuid, insert, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from braid.contracts.event import Event
from braid.kit.access_record_migration import create_access_records_v1
from braid.kit.database import async_url, open_engine, plain_url, session_factory
from braid.kit.dead_letter_migration import create_dead_letters_by_council_v1
from braid.kit.delivery import Handler, Subscription
from braid.kit.forgetting_migration import create_forget_person, create_forgetting_v1
from braid.kit.messaging_migration import create_messaging_tables_v1
from braid.kit.messaging_tables import MessagingTables, messaging_tables
from braid.kit.moving_migration import create_moving_v1
from braid.kit.prepare_database import prepare_database
from braid.kit.roles import Roles
from braid.kit.row_level_security import guard_by_council, let_owner_act
from braid.kit.unit_of_work import UnitOfWork, UnitOfWorkFactory
from tests.real_parts.databases import copy_database

COUNCIL = "E06999999"
OTHER_COUNCIL = "E06999998"
ROLES = Roles("example")
_TEMPLATE = "example_template"
PASSWORDS = {"owner": "owner-of-tests", "app": "app-of-tests", "ops": "ops-of-tests"}

metadata = MetaData()
noted = Table(
    "noted",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("council", Text, nullable=False),
    Column("person_id", Uuid, nullable=False),
    Column("number", BigInteger, nullable=False),
)
tables: MessagingTables = messaging_tables(metadata)


class NumberSent(Event):
    """A number was sent to a person."""

    TYPE: ClassVar[str] = "uk.braid.example.number-sent.v1"
    TOPIC: ClassVar[str] = "braid.example.v1"

    number: int


def number_sent_on(topic: str) -> type[NumberSent]:
    """The same event on a topic of its own, so that tests do not hear each other."""
    return type("NumberSent", (NumberSent,), {"TOPIC": topic, "__module__": __name__})


#: As a service's own migration makes it.
FORGET_PERSON = """
CREATE FUNCTION forget_person(forgotten uuid) RETURNS uuid[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    DELETE FROM noted WHERE person_id = forgotten;
    RETURN ARRAY[]::uuid[];
END $$
"""


async def note_number(event: NumberSent, work: UnitOfWork) -> None:
    """Note a number; twice the same number would show twice."""
    await work.session.execute(
        insert(noted).values(council=event.council, person_id=event.person_id, number=event.number)
    )


@dataclass
class ExampleService:
    """The example service on a database of its own."""

    database_url: str

    def __post_init__(self) -> None:
        self.app: AsyncEngine = open_engine(self.url_as(ROLES.app, "app"), application_name="example", pool_size=8)
        self.ops: AsyncEngine = open_engine(self.url_as(ROLES.ops, "ops"), application_name="example", pool_size=4)
        self.units = UnitOfWorkFactory("example", session_factory(self.app), tables)

    def url_as(self, role: str, password: str) -> str:
        """The database's address as one of the roles."""
        url = make_url(self.database_url).set(username=role, password=PASSWORDS[password])
        return url.render_as_string(hide_password=False)

    async def send(self, event: Event) -> None:
        """Publish an event in a transaction of its own."""
        async with self.units.for_council(event.council) as work:
            await work.publish(event)
            await work.commit()

    async def noted_numbers(self, person_id: UUID, council: str = COUNCIL) -> list[int]:
        """What was noted for a person, in order."""
        async with self.units.for_council(council) as work:
            query = select(noted.c.number).where(noted.c.person_id == person_id).order_by(noted.c.id)
            return list((await work.session.execute(query)).scalars())

    async def close(self) -> None:
        """Close the connections."""
        await self.app.dispose()
        await self.ops.dispose()


def subscription_to(event: type[Event], consumer: str, handler: Handler = note_number) -> Subscription:
    """A subscription to the one event."""
    return Subscription(consumer, {event.TYPE: event}, {event.TYPE: handler})


async def create_example_database(admin_url: str) -> ExampleService:
    """A new database with the example service's tables: a copy of one that the first call on a server makes."""
    name = f"example_{uuid4().hex}"
    if not await _has_template(admin_url):
        await _make_template(admin_url)
    await copy_database(plain_url(admin_url), ROLES, _TEMPLATE, name)
    return ExampleService(_on(admin_url, name))


async def _has_template(admin_url: str) -> bool:
    admin = await asyncpg.connect(plain_url(admin_url))
    try:
        return bool(await admin.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", _TEMPLATE))
    finally:
        await admin.close()


async def _make_template(admin_url: str) -> None:
    name = f"example_{uuid4().hex}"
    await prepare_database("example", admin_url=admin_url, passwords=PASSWORDS, database=name)
    owner = create_async_engine(async_url(ExampleService(_on(admin_url, name)).url_as(ROLES.owner, "owner")))
    async with owner.begin() as db:
        await db.run_sync(_create_tables)
    await owner.dispose()
    admin = await asyncpg.connect(plain_url(admin_url))
    # It has the name only once it is whole.
    await admin.execute(f'ALTER DATABASE "{name}" RENAME TO {_TEMPLATE}')
    await admin.close()


def _on(admin_url: str, database: str) -> str:
    return make_url(admin_url).set(database=database).render_as_string(hide_password=False)


@asynccontextmanager
async def example_service(admin_url: str) -> AsyncIterator[ExampleService]:
    """The example service on a new database, which is dropped at the end."""
    service = await create_example_database(admin_url)
    try:
        yield service
    finally:
        await service.close()
        admin = await asyncpg.connect(plain_url(admin_url))
        await admin.execute(f'DROP DATABASE "{make_url(service.database_url).database}" WITH (FORCE)')
        await admin.close()


def _create_tables(connection: Connection) -> None:
    noted.create(connection)
    connection.execute(text("CREATE TABLE alembic_version AS SELECT '0001' AS version_num"))
    with Operations.context(MigrationContext.configure(connection)):
        create_messaging_tables_v1(ROLES)
        create_forgetting_v1(ROLES)
        create_access_records_v1(ROLES)
        create_dead_letters_by_council_v1(ROLES)
        create_moving_v1(ROLES)
        create_forget_person(ROLES, FORGET_PERSON)
    statements: Sequence[str] = (
        *guard_by_council("noted", ROLES.app),
        let_owner_act("noted", ROLES.app, ROLES.owner),
        f"GRANT SELECT, INSERT ON noted TO {ROLES.app}",
        f"GRANT SELECT ON alembic_version TO {ROLES.app}, {ROLES.ops}",
    )
    for statement in statements:
        connection.execute(text(statement))
