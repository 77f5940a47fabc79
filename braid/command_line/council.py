"""`braid council`: one council's rows of one service, to another installation or as an archive that it keeps."""

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from braid.command_line.services import SERVICES, runtime_of

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

    owner_url, moving = _of(service)
    work = export_council(
        owner_url,
        service=service,
        moving=moving,
        council=council,
        folder=out / service,
        mover=Mover(by, because),
    )
    _tell("left", _moved(work), out / service)


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

    owner_url, moving = _of(service)
    work = import_council(owner_url, service=service, moving=moving, folder=folder / service, mover=Mover(by, because))
    _tell("came", _moved(work), folder / service)


def _of(service: str) -> tuple[str, Any]:
    """The address of a service's database as its owner, and how its tables move."""
    from braid.kit.database import plain_url
    from braid.kit.settings import required

    if service not in SERVICES:
        raise typer.BadParameter(f"{service} is not a service")
    runtime = runtime_of(service)
    url = required(runtime.settings.database.owner_url, f"{runtime.definition.prefix}DATABASE__OWNER_URL")
    return plain_url(url), runtime.definition.moving


def _moved(work: Coroutine[Any, Any, "Manifest"], tell: Callable[..., None] = typer.echo) -> "Manifest":
    import uvloop

    from braid.kit.moving.archive import NotMoved

    try:
        return uvloop.run(work)
    except NotMoved as refused:
        tell(f"Not moved: {refused}", err=True)
        raise typer.Exit(1) from None


def _tell(way: str, manifest: "Manifest", folder: Path) -> None:
    from braid.kit.moving.archive import MANIFEST, sha256_of

    typer.echo(
        f"{manifest.service}: {manifest.rows} rows of {manifest.council} {way}, in {len(manifest.tables)} tables"
    )
    # Whoever sends the archive and whoever takes it in compare it by another way than that by which it came.
    typer.echo(f"{manifest.service}: sha256 of the manifest {sha256_of(folder / MANIFEST)}")
