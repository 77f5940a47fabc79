"""`braid ledger export-hledger`: the journal in a form that a second program can add up."""

import sys

import typer


def register(app: typer.Typer) -> None:
    """Add the commands to those of `braid ledger`."""
    app.command("export-hledger")(export_hledger)


def export_hledger(council: str) -> None:
    """Write a council's whole journal in hledger's format, to add it up with a second program."""
    import uvloop

    from braid.command_line.services import runtime_of
    from services.ledger.domain.returns.plain_text import journal_head, transaction
    from services.ledger.statements.reading import whole_journal

    async def run() -> None:
        runtime = runtime_of("ledger")
        try:
            async with runtime.units.for_council(council) as work:
                sys.stdout.write(journal_head())
                async for entry in whole_journal(work):
                    sys.stdout.write(transaction(entry))
        finally:
            await runtime.close()

    uvloop.run(run())
