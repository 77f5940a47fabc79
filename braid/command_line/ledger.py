"""`braid ledger`: the journal's proof, from the entries alone."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from services.ledger.domain.hash_chain import Head, Proof

app = typer.Typer(no_args_is_help=True)


@app.callback()
def ledger() -> None:
    """The journal's proof."""


@app.command()
def verify(
    council: Annotated[str, typer.Argument(help="Whose journal; every council's where none is named.")] = "",
    expect: Annotated[
        str, typer.Option(help="The end that an earlier proof of this council told, as SEQUENCE:HASH.")
    ] = "",
) -> None:
    """Work journals out again; fail and name the first difference where one does not hold.

    Told as well, and no reason to fail: budgets whose money is beyond what awards set over each other's.

    A chain that was cut and whose end was set back is whole in itself. So each proof tells the chain's end: keep it
    where whoever runs the database cannot write, and give it to the next proof.
    """
    import uvloop

    from services.ledger.domain.hash_chain import Head, HeadMisread

    if expect and not council:
        raise typer.BadParameter("name the council whose end it is", param_hint="--expect")
    try:
        expected = Head.read(expect) if expect else None
    except HeadMisread as error:
        raise typer.BadParameter(str(error), param_hint="--expect") from error
    if not uvloop.run(_verify(council, expected, typer.echo)):
        raise typer.Exit(1)


async def _verify(council: str, expected: "Head | None", tell: Callable[..., None]) -> bool:
    import asyncpg

    from braid.command_line.services import definition_of
    from braid.kit.database import plain_url
    from braid.kit.service import ServiceRuntime
    from braid.kit.settings import load, required
    from services.ledger.proof import councils, keep_outcome, prove_on
    from services.ledger.spending.limits_kept import not_kept

    definition = definition_of("ledger")
    prefix = definition.prefix
    settings = load(definition.settings, prefix)
    database = settings.database
    url = plain_url(required(database.url, f"{prefix}DATABASE__URL"))
    names = [council]
    if not council:
        names = await councils(plain_url(required(database.ops_url, f"{prefix}DATABASE__OPS_URL")))
    proofs = {}
    for name in names:
        proofs[name] = await prove_on(lambda: asyncpg.connect(url), name, expected)
        _told(name, proofs[name], tell)
        await keep_outcome(lambda: asyncpg.connect(url), name, proofs[name])
    runtime = ServiceRuntime(definition, settings)
    try:
        for name in names:
            async with runtime.units.for_council(name) as work:
                for one in await not_kept(work):
                    tell(f"{name}: budget {one.budget_id}: {one.text}", err=True)
    finally:
        await runtime.close()
    return all(proof.holds for proof in proofs.values())


def _told(council: str, proof: "Proof", tell: Callable[..., None]) -> None:
    apart = proof.pence_by_stream
    tell(f"{council}: {proof.entries} entries are whole; debits less credits by stream, in pence: {apart}")
    if proof.head:
        tell(f"{council}: the chain ends at {proof.head}")
    if proof.broken_at is not None:
        dated = f", valued on {proof.broken_on:%d %B %Y}," if proof.broken_on else ""
        tell(f"{council}: entry {proof.broken_at}{dated} is the first that differs: {proof.difference}", err=True)
