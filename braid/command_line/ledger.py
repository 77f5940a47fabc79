"""`braid ledger`: the journal's proof, from the entries alone."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from services.ledger.domain.hash_chain import Proof

app = typer.Typer(no_args_is_help=True)


@app.callback()
def ledger() -> None:
    """The journal's proof."""


@app.command()
def verify(
    council: Annotated[str, typer.Argument(help="Whose journal; every council's where none is named.")] = "",
) -> None:
    """Work journals out again; fail and name the first difference where one does not hold."""
    import uvloop

    if not uvloop.run(_verify(council, typer.echo)):
        raise typer.Exit(1)


async def _verify(council: str, tell: Callable[..., None]) -> bool:
    import asyncpg

    from braid.command_line.services import definition_of
    from braid.kit.database import plain_url
    from braid.kit.settings import ServiceSettings, load, required
    from services.ledger.proof import councils, prove_on

    prefix = definition_of("ledger").prefix
    database = load(ServiceSettings, prefix).database
    url = plain_url(required(database.url, f"{prefix}DATABASE__URL"))
    names = [council]
    if not council:
        names = await councils(plain_url(required(database.ops_url, f"{prefix}DATABASE__OPS_URL")))
    proofs = {name: await prove_on(lambda: asyncpg.connect(url), name) for name in names}
    for name, proof in proofs.items():
        _told(name, proof, tell)
    return all(proof.holds for proof in proofs.values())


def _told(council: str, proof: "Proof", tell: Callable[..., None]) -> None:
    apart = proof.pence_by_stream
    tell(f"{council}: {proof.entries} entries are whole; debits less credits by stream, in pence: {apart}")
    if proof.broken_at is not None:
        dated = f", valued on {proof.broken_on:%d %B %Y}," if proof.broken_on else ""
        tell(f"{council}: entry {proof.broken_at}{dated} is the first that differs: {proof.difference}", err=True)
