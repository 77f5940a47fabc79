"""A base to build on, made of Debian's own packages, under the name that the Dockerfile gives to its base.

No registry of images is asked: whoever runs the suite may have none. What it shows is therefore the Dockerfile and not
the very base of a release, whose Python lies elsewhere and is built by others.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from .engine import Engine, EngineFailed

CACHE = Path(__file__).parents[2] / ".cache" / "images"
RELEASE = "bookworm"
#: `python -m venv` has to work in it under that name, and certificates are what a build trusts the package index by.
PACKAGES = ("ca-certificates", "python3", "python3-venv", "python-is-python3")
#: As the base of a release has it; an image that is imported has none.
PATH = "/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"
#: Where Debian keeps the authorities that it trusts, in the base as on a Debian machine.
AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt"
#: Settings of pip that say where packages come from; others would change what is installed, and how.
_WHERE_FROM = ("index-url", "extra-index-url", "find-links", "trusted-host", "proxy", "timeout", "default-timeout")


def debian_base() -> Path:
    """The base's files as an archive; made once, and kept until its list of packages changes.

    Raises:
        EngineFailed: debootstrap could not make it; the message holds what it said.
    """
    digest = hashlib.sha256(" ".join((RELEASE, *PACKAGES)).encode()).hexdigest()[:12]
    archive = CACHE / f"{RELEASE}-{digest}.tar"
    if not archive.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="braid-base-") as scratch:
            _make(Path(scratch) / "root", Path(scratch) / "base.tar")
            # Beside its place first, so that a run that is ended on the way leaves no half of one.
            shutil.copyfile(Path(scratch) / "base.tar", archive.with_suffix(".part"))
        archive.with_suffix(".part").rename(archive)
    return archive


def _make(root: Path, archive: Path) -> None:
    mirror = [address] if (address := _mirror()) else []
    include = f"--include={','.join(PACKAGES)}"
    commands = (
        ["debootstrap", "--variant=minbase", include, RELEASE, str(root), *mirror],
        # What is mounted in there is the machine's.
        ["tar", "--create", "--one-file-system", "--exclude=./var/cache/apt/archives/*", "--exclude=./proc/*",
         "--exclude=./sys/*", "--file", str(archive), "--directory", str(root), "."],
    )  # fmt: skip
    for command in commands:
        environment = {**os.environ, "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin"}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=1800, check=False)
        if done.returncode:
            raise EngineFailed(f"{command[0]} ended with {done.returncode}:\n{(done.stdout + done.stderr)[-4000:]}")


def _mirror() -> str:
    """Where this machine's own apt has this release from; empty where it says none."""
    if shutil.which("apt-get") is None:
        return ""
    told = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(CODENAME) $(COMPONENT) $(REPO_URI)", "Created-By: Packages"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    found = (line.split() for line in told.splitlines())
    return next((words[2] for words in found if words[:2] == [RELEASE, "main"]), "")


def import_base(engine: Engine, name: str) -> None:
    """Put the base into an engine's store as an image of that name."""
    engine.podman("import", f"--change=ENV PATH={PATH}", str(debian_base()), name, timeout_s=1200)


def package_sources(folder: Path) -> Mapping[str, str]:
    """What a build is shown of this machine so that its pip finds packages: file here -> place in the build.

    They are mounted while it runs and are in no layer of the image.
    """
    settings = folder / "pip.conf"
    # The build's pip trusts what the machine's programs trust.
    lines = [f"cert = {AUTHORITIES}"] if Path(AUTHORITIES).exists() else []
    told = _settings_of_pip()
    lines += [f"{name} = {told[name]}" for name in _WHERE_FROM if name in told]
    settings.write_text("\n".join(["[global]", *lines, ""]))
    wheels = [place for place in told.get("find-links", "").split() if Path(place).is_dir()]
    shown = {str(settings): "/etc/pip.conf", **{place: place for place in wheels}}
    return shown | ({AUTHORITIES: AUTHORITIES} if Path(AUTHORITIES).exists() else {})


@cache
def _settings_of_pip() -> Mapping[str, str]:
    # An environment that uv made has no pip of its own.
    asked = [sys.base_prefix + "/bin/python3", "-m", "pip", "config", "list"]
    told = subprocess.run(asked, capture_output=True, text=True, check=False).stdout
    # global.index-url='https://…' and :env:.index-url='https://…'; the later ones hold.
    parts = (line.partition("=") for line in sorted(told.splitlines(), key=lambda line: line.startswith(":env:")))
    return {name.rpartition(".")[2]: value.strip("'").replace("\\n", " ") for name, _, value in parts}
