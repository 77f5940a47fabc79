"""`braid ledger`: the journal's proof, from the entries alone."""

import typer

app = typer.Typer(no_args_is_help=True)


@app.callback()
def ledger() -> None:
    """The journal's proof."""


@app.command()
def verify(council: str) -> None:
    """Work a council's journal out again; fail and name the first difference when it does not hold."""
    import uvloop

    from braid.command_line.services import runtime_of
    from services.ledger.journal_store import prove

    async def run() -> bool:
        runtime = runtime_of("ledger")
        try:
            async with runtime.units.for_council(council) as work:
                proof = await prove(work)
        finally:
            await runtime.close()
        typer.echo(
            f"{proof.entries} entries are whole; debits less credits by stream, in pence: {proof.pence_by_stream}"
        )
        if proof.broken_at is not None:
            typer.echo(f"Entry {proof.broken_at}: {proof.difference}", err=True)
        return proof.holds

    if not uvloop.run(run()):
        raise typer.Exit(1)
