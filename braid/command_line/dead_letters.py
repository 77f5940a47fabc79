"""`braid dead-letters`: look at what could not be handled, mend it, replay it."""

import getpass
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated

import typer

from braid.command_line.services import SERVICES, runtime_of
from braid.kit.dead_letters import DeadLetterOffice, Replayed
from braid.kit.message import Message, encoded
from braid.kit.service import ServiceRuntime

app = typer.Typer(no_args_is_help=True)

Consumer = Annotated[str, typer.Argument(help=f"Service: {', '.join(SERVICES)}.")]
By = Annotated[str, typer.Option(default_factory=getpass.getuser, help="Who does it; kept with the letter.")]


@app.command("list")
def list_(consumer: Consumer, limit: int = 100) -> None:
    """The letters that wait, oldest first."""

    async def show(_runtime: ServiceRuntime, office: DeadLetterOffice) -> None:
        for letter in await office.waiting(limit=limit):
            typer.echo(
                f"{letter.id}  {letter.recorded_at:%Y-%m-%d %H:%M}  {letter.message.topic}  key {letter.key_text}"
                f"  {letter.cause} after {letter.attempts} attempts: {letter.error}"
            )

    _with_office(consumer, show)


@app.command()
def show(consumer: Consumer, letter_id: int) -> None:
    """One letter whole, in the form that ``replay --corrected`` reads."""

    async def show_one(_runtime: ServiceRuntime, office: DeadLetterOffice) -> None:
        letter = next((each for each in await office.waiting(limit=10_000) if each.id == letter_id), None)
        if letter is None:
            raise typer.BadParameter(f"no dead letter {letter_id} is waiting for {consumer}")
        message = letter.message
        headers = {name: raw.decode("utf-8", "backslashreplace") for name, raw in message.headers}
        value = message.value.decode("utf-8", "backslashreplace") if message.value is not None else None
        document = {"topic": message.topic, "key": letter.key_text, "headers": headers, "value": value}
        typer.echo(json.dumps({**document, "cause": letter.cause, "error": letter.error}, indent=2))

    _with_office(consumer, show_one)


@app.command("replay-key")
def replay_key(consumer: Consumer, topic: str, key: str, by: By) -> None:
    """Replay the letters of one key in order, then let its messages flow again."""

    async def replay(runtime: ServiceRuntime, office: DeadLetterOffice) -> None:
        _tell(await office.replay_key(runtime.delivery(), topic, key.encode(), by=by))

    _with_office(consumer, replay)


@app.command()
def replay(
    consumer: Consumer,
    letter_id: int,
    corrected: Annotated[
        Path | None, typer.Option(help="JSON file with topic, key, headers and value, as `show` prints it, mended.")
    ] = None,
    *,
    by: By,
) -> None:
    """Replay one letter, with a corrected message in its place if given; the original is kept."""
    correction = _read_correction(corrected) if corrected else None

    async def replay_one(runtime: ServiceRuntime, office: DeadLetterOffice) -> None:
        _tell(await office.replay_letter(runtime.delivery(), letter_id, by=by, correction=correction))

    _with_office(consumer, replay_one)


@app.command()
def discard(consumer: Consumer, letter_id: int, by: By) -> None:
    """Resolve a letter without handling it; it is kept, and so is who decided."""

    async def resolve(_runtime: ServiceRuntime, office: DeadLetterOffice) -> None:
        await office.discard(letter_id, by=by)

    _with_office(consumer, resolve)


def _with_office(consumer: str, work: Callable[[ServiceRuntime, DeadLetterOffice], Awaitable[None]]) -> None:
    import uvloop

    if consumer not in SERVICES:
        raise typer.BadParameter(f"{consumer} is not a service")
    runtime = runtime_of(consumer)

    async def run() -> None:
        try:
            await work(runtime, DeadLetterOffice(runtime.ops_engine, runtime.definition.tables, consumer))
        finally:
            await runtime.close()

    uvloop.run(run())


def _read_correction(file: Path) -> Message:
    document = json.loads(file.read_text())
    return Message(
        document["topic"], document["key"].encode(), encoded(document["headers"]), document["value"].encode()
    )


def _tell(replayed: Replayed) -> None:
    typer.echo(f"handled: {', '.join(map(str, replayed.handled)) or 'none'}")
    if replayed.stopped_at is not None:
        typer.echo(f"letter {replayed.stopped_at} still fails: {replayed.error}", err=True)
        raise typer.Exit(1)
