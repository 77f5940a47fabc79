"""`braid run`: the embedded platform behind one port."""

import asyncio
import sys
from pathlib import Path
from time import perf_counter

import typer
import uvicorn
import uvloop

from braid.command_line.demonstration import EXAMPLE_COUNCIL, load_example_people
from braid.command_line.embedded_platform import Databases, EmbeddedPlatform, open_databases, write_environment
from braid.kit.logs import start_logging
from braid.kit.private_postgres import PrivatePostgres, PrivatePostgresError, state_directory
from braid.kit.processes import collect_seldom, http_server
from braid.kit.settings import HttpSettings
from braid.kit.telemetry import start_tracing


def run_platform(*, port: int, state: Path, with_examples: bool) -> None:
    """Start everything, say where to look, and run until told to stop.

    Args:
        port: of the gateway, on 127.0.0.1.
        state: folder of the private database and keys.
        with_examples: load the example people where nobody is there yet.
    """
    started = perf_counter()
    start_logging("console", "warning")
    start_tracing(None, service="platform")
    try:
        directory = state_directory(state.resolve())
        with PrivatePostgres(directory / "postgres") as postgres:
            directory.mkdir(parents=True, exist_ok=True)
            databases = open_databases(directory, postgres)
            write_environment(databases, directory / "environment")
            uvloop.run(_serve(databases, directory, port=port, with_examples=with_examples, started=started))
    except PrivatePostgresError as error:
        typer.echo(f"{error}", err=True)
        raise typer.Exit(1) from error


async def _serve(databases: Databases, state: Path, *, port: int, with_examples: bool, started: float) -> None:
    async with EmbeddedPlatform(databases, keys=state / "keys", url=f"http://127.0.0.1:{port}") as platform:
        server = http_server(platform.gateway, HttpSettings(port=port))
        collect_seldom()
        serving = asyncio.create_task(_until_stopped(server))
        while not server.started and not serving.done():  # noqa: ASYNC110 (uvicorn gives no event for it)
            await asyncio.sleep(0.01)
        if server.started:
            url = f"http://127.0.0.1:{port}"
            _say_where(url, state, seconds=perf_counter() - started)
            if with_examples:
                await _load_examples(url)
        await serving


async def _until_stopped(server: uvicorn.Server) -> None:
    try:
        await server.serve()
    except SystemExit as error:
        raise typer.Exit(1) from error


async def _load_examples(url: str) -> None:
    loaded = await load_example_people(url)
    if loaded:
        typer.echo(f"Loaded {loaded} example people of the example council.")


def _say_where(url: str, state: Path, *, seconds: float) -> None:
    typer.echo(
        f"""
Braid is running ({seconds:.1f} seconds).

  Look:     {url}/                 choose who to sign in as
  Try:      make demo              the journey of several people, in another terminal
  API:      {url}/openapi.json     and {url}/asyncapi.json
  Token:    curl -s -X POST {url}/development/tokens -H 'content-type: application/json' \\
              -d '{{"council": "{EXAMPLE_COUNCIL}", "role": "practitioner"}}'
  Tools:    set -a; . {state}/environment; set +a; then for instance:
            {sys.executable} -m braid ledger verify {EXAMPLE_COUNCIL}
  Stop:     Ctrl-C
"""
    )
    sys.stdout.flush()
