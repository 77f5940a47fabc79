"""`braid rules`: every rule file, checked."""

import typer

app = typer.Typer(no_args_is_help=True)


@app.callback()
def rules() -> None:
    """Rule files."""


@app.command()
def check() -> None:
    """Fail when a rule file, an allocation table or a questionnaire is not whole."""
    from services.funding_streams.rule_files import check_rule_files

    faults = check_rule_files()
    for fault in faults:
        typer.echo(fault, err=True)
    if faults:
        raise typer.Exit(1)
    typer.echo("All rule files are whole.")
