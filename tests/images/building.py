"""Builds the image from the Dockerfile as it stands."""

import re
from pathlib import Path

from .debian import import_base, package_sources
from .engine import Engine

ROOT = Path(__file__).parents[2]
VERSION = "0.1.0"
REVISION = "made-by-the-suite-of-images"
#: As the Compose file calls it.
IMAGE = f"braid:{VERSION}"
#: A whole installation and a wheel, on a machine that does something else besides.
BUILD_TIMEOUT_S = 2400


def bases() -> set[str]:
    """What the Dockerfile builds on, by the names that an engine knows them by."""
    found = set(re.findall(r"^FROM\s+(\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE))
    return {name if "/" in name else f"docker.io/library/{name}" for name in found}


def build_image(engine: Engine) -> str:
    """Build the image; what the build said."""
    for base in bases():
        if not engine.has_image(base):
            import_base(engine, base)
    return build(
        engine,
        ROOT,
        ROOT / "Dockerfile",
        IMAGE,
        "--format=docker",
        f"--build-arg=VERSION={VERSION}",
        f"--build-arg=REVISION={REVISION}",
    )


def build(engine: Engine, context: Path, file: Path, name: str, *options: str) -> str:
    """Build any image on what is in the store; what the build said."""
    shown = [f"--volume={here}:{there}:ro" for here, there in package_sources(engine.folder).items()]
    return engine.podman(
        "build",
        # Neither a namespace nor a network of its own: nothing has to be kept apart while it is only built.
        *("--isolation=chroot", "--network=host", "--pull-never", *shown, *options),
        *(f"--tag={name}", f"--file={file}", str(context)),
        timeout_s=BUILD_TIMEOUT_S,
    )
