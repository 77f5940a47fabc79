"""`braid rules`: every rule file, checked."""

from collections.abc import Iterator

import typer

app = typer.Typer(no_args_is_help=True)


@app.callback()
def rules() -> None:
    """Rule files."""


@app.command()
def check() -> None:
    """Fail when rule files, allocation tables, questionnaires, instruments or the return's release are not whole."""
    from services.funding_streams.rule_files import check_rule_files

    faults = [*check_rule_files(), *_faults_of_outcomes()]
    for fault in faults:
        typer.echo(fault, err=True)
    if faults:
        raise typer.Exit(1)
    typer.echo("All rule files are whole.")


def _faults_of_outcomes() -> Iterator[str]:
    from services.outcomes.client_level_data.specification_files import SpecificationRefused, release_2
    from services.outcomes.instrument_files import InstrumentRefused, released_instruments

    for read in (release_2, released_instruments):
        try:
            read()
        except (SpecificationRefused, InstrumentRefused) as error:
            yield str(error)
