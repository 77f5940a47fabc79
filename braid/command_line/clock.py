"""`braid clock daily`: what has to be done for a council each day."""

from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

app = typer.Typer(no_args_is_help=True)

PREFIX = "CLOCK_"
_COUNCILS_DAY = ZoneInfo("Europe/London")


@app.callback()
def clock() -> None:
    """What a clock calls."""


@app.command()
def daily(
    on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="A day that was missed; today where none is told.")
    ] = None,
) -> None:
    """Let go of what has run out, look at every budget, tell what was spent, forget the words whose time is over.

    It asks the gateway as the council's own system, by the settings CLOCK_. Run again on the same day it does nothing
    twice.

    Exit code 1: something was refused, and is told. 75: the issuer or the gateway is away, so come again.
    """
    import asyncio

    from braid.command_line.daily_calls import call_daily
    from braid.command_line.system_client import ClientSettings
    from braid.kit.settings import load

    today = datetime.now(_COUNCILS_DAY).date()
    day = on.date() if on else today
    if day > today:
        raise typer.BadParameter("that day is still to come", param_hint="--on")
    code = asyncio.run(call_daily(load(ClientSettings, PREFIX), day, typer.echo))
    if code:
        raise typer.Exit(code)
