"""`braid council`: one council's rows of one service, to another installation or as an archive that it keeps."""

from collections.abc import Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from braid.command_line.services import SERVICES, definition_of, runtime_of

if TYPE_CHECKING:
    from braid.kit.moving.archive import Manifest

app = typer.Typer(no_args_is_help=True)

Service = Annotated[str, typer.Argument(help=f"One of {', '.join(SERVICES)}.")]
By = Annotated[str, typer.Option(help="Who does it; the council's auditors see it.")]
Because = Annotated[str, typer.Option(help="Why; the council's auditors see it.")]


@app.callback()
def council_() -> None:
    """A council that leaves or comes."""


@app.command("export")
def export(
    service: Service,
    council: Annotated[str, typer.Option(help="GSS code of the council.")],
    out: Annotated[Path, typer.Option(help="Folder; the service's rows go into one of its name inside.")],
    by: By,
    because: Because,
) -> None:
    """Write a council's rows of one service to files, when nothing of the council's is under way."""
    from braid.kit.moving.leaving import export_council
    from braid.kit.moving.moves_recorded import Mover

    owner_url = _owner_url(service)
    work = export_council(
        owner_url,
        service=service,
        moving=definition_of(service).moving,
        council=council,
        folder=out / service,
        mover=Mover(by, because),
    )
    _tell("left", _moved(service, owner_url, work), out / service)


@app.command("import")
def import_(
    service: Service,
    folder: Annotated[Path, typer.Option("--in", help="Folder that the export wrote to.")],
    by: By,
    because: Because,
) -> None:
    """Take in what an export wrote: all of it as it was, or nothing. A council that is here already is refused."""
    from braid.kit.moving.arriving import import_council
    from braid.kit.moving.moves_recorded import Mover

    owner_url = _owner_url(service)
    moving = definition_of(service).moving
    work = import_council(owner_url, service=service, moving=moving, folder=folder / service, mover=Mover(by, because))
    _tell("came", _moved(service, owner_url, work), folder / service)


def _owner_url(service: str) -> str:
    """The address of a service's database as its owner."""
    from braid.kit.database import plain_url
    from braid.kit.settings import required

    if service not in SERVICES:
        raise typer.BadParameter(f"{service} is not a service")
    runtime = runtime_of(service)
    variable = f"{runtime.definition.prefix}DATABASE__OWNER_URL"
    return plain_url(required(runtime.settings.database.owner_url, variable))


def _moved(service: str, owner_url: str, work: Coroutine[Any, Any, "Manifest"]) -> "Manifest":
    import uvloop

    from braid.kit.moving.archive import NotMoved

    try:
        return uvloop.run(_at_head(definition_of(service).package, owner_url, work))
    except NotMoved as refused:
        typer.echo(f"Not moved: {refused}", err=True)
        raise typer.Exit(1) from None


async def _at_head(package: str, owner_url: str, work: Coroutine[Any, Any, "Manifest"]) -> "Manifest":
    from braid.kit.migrations import head_of, is_at_head
    from braid.kit.moving.archive import NotMoved

    if not await is_at_head(owner_url, package):
        work.close()
        raise NotMoved(f"the database is away, or not at migration {head_of(package)}, which this code needs")
    return await work


def _tell(way: str, manifest: "Manifest", folder: Path) -> None:
    from braid.kit.moving.archive import MANIFEST, sha256_of

    typer.echo(
        f"{manifest.service}: {manifest.rows} rows of {manifest.council} {way}, in {len(manifest.tables)} tables"
    )
    # Whoever sends the archive and whoever takes it in compare it by another way than that by which it came.
    typer.echo(f"{manifest.service}: sha256 of the manifest {sha256_of(folder / MANIFEST)}")
