"""`braid contracts`: the committed documents that follow from the event models."""

import json
from pathlib import Path
from typing import Any

import typer

from braid.contracts.catalogue import EVENTS, example_file, schema_file
from braid.contracts.compatibility import breaks
from braid.contracts.documents import asyncapi, schema_of

app = typer.Typer(no_args_is_help=True)

ASYNCAPI_FILE = Path(__file__).parent.parent / "contracts" / "asyncapi.json"


@app.command()
def check() -> None:
    """Fail when a contract breaks its readers, or when a committed document is not what the code makes."""
    faults = [*breaking_changes(), *stale_documents()]
    for fault in faults:
        typer.echo(fault, err=True)
    if faults:
        raise typer.Exit(1)
    typer.echo(f"{len(EVENTS)} event contracts: whole, committed and compatible.")


@app.command()
def write() -> None:
    """Write the schemas and the AsyncAPI document; refused when a contract would break its readers."""
    faults = breaking_changes()
    if faults:
        for fault in faults:
            typer.echo(fault, err=True)
        typer.echo("Make a new version of the event beside the old one instead.", err=True)
        raise typer.Exit(1)
    for event in EVENTS.values():
        _write(Path(str(schema_file(event))), schema_of(event))
    _write(ASYNCAPI_FILE, asyncapi(consumers(), outside_topics()))


def outside_topics() -> dict[str, tuple[str, ...]]:
    """Topics of the events that come from outside, by event type."""
    from braid.command_line.services import outside_topics_of_all

    return outside_topics_of_all()


def consumers() -> dict[str, tuple[str, ...]]:
    """The event types that each service handles."""
    from braid.command_line.services import all_definitions

    return {definition.name: tuple(definition.handlers) for definition in all_definitions() if definition.handlers}


def breaking_changes() -> list[str]:
    """What in the models breaks readers of the committed schemas."""
    found = []
    for event in EVENTS.values():
        committed = schema_file(event)
        if committed.is_file():
            released = json.loads(committed.read_text())
            found += [f"{event.TYPE}: {broken}" for broken in breaks(released, schema_of(event))]
    return found


def stale_documents() -> list[str]:
    """Committed documents that are missing, not what the code makes, or belong to no event."""
    stale = []
    for event in EVENTS.values():
        if not schema_file(event).is_file() or json.loads(schema_file(event).read_text()) != schema_of(event):
            stale.append(f"{event.TYPE}: the committed schema is not what the code makes: run braid contracts write")
        if not example_file(event).is_file():
            stale.append(f"{event.TYPE}: has no example")
    known = {f"{event_type}.json" for event_type in EVENTS}
    for folder in ("schemas", "examples"):
        there = {file.name for file in (ASYNCAPI_FILE.parent / folder).glob("*.json")}
        stale += [f"{folder}/{name}: belongs to no event" for name in sorted(there - known)]
    if not ASYNCAPI_FILE.is_file() or json.loads(ASYNCAPI_FILE.read_text()) != _plain(
        asyncapi(consumers(), outside_topics())
    ):
        stale.append("asyncapi.json is not what the code makes: run braid contracts write")
    return stale


def _plain(document: dict[str, Any]) -> Any:
    return json.loads(json.dumps(document))


def _write(file: Path, document: dict[str, Any]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(document, indent=2) + "\n")
    typer.echo(f"wrote {file.name}")
