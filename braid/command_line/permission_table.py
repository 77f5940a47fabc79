"""The page that shows who may do what, and which routes do it: made from the tables that the platform itself asks."""

from collections.abc import Iterator
from pathlib import Path

import typer

from braid.kit.identity import Role
from braid.kit.permissions import PERMISSIONS, REACHES, Action
from gateway.routing import CHANGES, COMPOSED, ROUTES

PERMISSIONS_FILE = Path(__file__).parent.parent.parent / "docs" / "permissions.md"

_OPENING = """\
# Who may do what

Written by `braid permissions` from [the table](../braid/kit/permissions.py); a test holds this page to it. The gateway
asks the table before it passes a request on, and every service asks it again before its route begins. A caller with
several roles acts in those alone that the action is granted to. Nothing reaches beyond the council of the token.

Being allowed an action is not all: whose record it is, who proposed a payment and who is involved with a person are
looked at where the record is. Somebody else's record is answered as if it were not there.
"""


def permission_page() -> str:
    """The page."""
    return "\n".join([_OPENING, *_reaches(), *_cells(), *_routes()]) + "\n"


def _reaches() -> Iterator[str]:
    yield "A cell says how far a role reaches:\n"
    yield from (f"- **{reach}**: {meaning}" for reach, meaning in REACHES.items())
    yield ""


def _cells() -> Iterator[str]:
    yield "## Roles and actions\n"
    yield "| action | what | " + " | ".join(role.replace("_", " ") for role in Role) + " |"
    yield "|---" * (len(Role) + 2) + "|"
    for action, permission in PERMISSIONS.items():
        cells = " | ".join(permission.reach.get(role, "-") for role in Role)
        yield f"| `{action}` | {permission.meaning} | {cells} |"
    yield ""


def _routes() -> Iterator[str]:
    yield "## Actions and routes\n"
    yield "| action | routes |"
    yield "|---|---|"
    done_by = [(row.action, f"`{row.method} {row.path}`") for row in ROUTES]
    done_by += [(action, f"`GET {path}`") for path, action in COMPOSED.items()]
    done_by += [(action, f"`POST {path}`") for path, action in CHANGES.items()]
    for action in Action:
        routes = ", ".join(route for its, route in done_by if its is action)
        yield f"| `{action}` | {routes or 'none: the platform does it by itself, and records it so'} |"


def write() -> None:
    """Write the committed page."""
    PERMISSIONS_FILE.write_text(permission_page())
    typer.echo(f"wrote {PERMISSIONS_FILE.name}")
