"""Making a service's database and its three roles, as a superuser; on Kubernetes the operator does it."""

import asyncpg
from sqlalchemy.engine import make_url

from braid.kit.database import plain_url
from braid.kit.roles import Roles


async def prepare_database(
    service: str, *, admin_url: str, passwords: dict[str, str], database: str | None = None
) -> None:
    """Create the database and the roles of a service where they are missing, and set the roles' passwords.

    Args:
        service: name of the service.
        admin_url: address of any database of the server, as a superuser.
        passwords: by role: ``owner``, ``app``, ``ops``.
        database: name of the database; by default ``braid_<service>``.
    """
    roles = Roles(service)
    database = database or roles.database
    admin = await asyncpg.connect(plain_url(admin_url))
    try:
        # Two platforms may prepare one server at once; role names are the whole server's.
        await admin.execute("SELECT pg_advisory_lock(7042003)")
        for role, password in ((roles.owner, "owner"), (roles.app, "app"), (roles.ops, "ops")):
            await _role(admin, role, passwords[password])
        if not await admin.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", database):
            await admin.execute(f'CREATE DATABASE "{database}" OWNER {roles.owner}')
    finally:
        await admin.close()
    await _close_to_others(admin_url, database, roles)


def rights_on_database(database: str, roles: Roles) -> str:
    """The statements by which a service's roles alone may connect to a database; copies lack their template's."""
    return f"""
        REVOKE ALL ON DATABASE "{database}" FROM PUBLIC;
        GRANT CONNECT ON DATABASE "{database}" TO {roles.app}, {roles.ops};
    """


def passwords_in(urls: dict[str, str]) -> dict[str, str]:
    """The roles' passwords out of their addresses.

    Raises:
        ValueError: an address has none.
    """
    passwords = {kind: make_url(url).password for kind, url in urls.items()}
    missing = sorted(kind for kind, password in passwords.items() if not password)
    if missing:
        raise ValueError(f"no password in the address of: {', '.join(missing)}")
    return {kind: str(password) for kind, password in passwords.items()}


async def _role(admin: asyncpg.Connection, role: str, password: str) -> None:
    if not await admin.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role):
        await admin.execute(f"CREATE ROLE {role} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE")
    # ALTER ROLE takes no parameters; format() quotes the literal.
    await admin.execute(
        await admin.fetchval("SELECT format('ALTER ROLE %I PASSWORD %L', $1::text, $2::text)", role, password)
    )


async def _close_to_others(admin_url: str, database: str, roles: Roles) -> None:
    url = make_url(plain_url(admin_url)).set(database=database).render_as_string(hide_password=False)
    inside = await asyncpg.connect(url)
    try:
        await inside.execute(rights_on_database(database, roles))
        await inside.execute(f"REVOKE ALL ON SCHEMA public FROM PUBLIC; GRANT ALL ON SCHEMA public TO {roles.owner}")
        await inside.execute(f"GRANT USAGE ON SCHEMA public TO {roles.app}, {roles.ops}")
    finally:
        await inside.close()
