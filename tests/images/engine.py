"""Podman with a store of its own: nothing that it makes outlives the suite, nothing of the machine's own is touched."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

#: What the suite runs; the packages that bring them are named in `HOW_TO_GET_THEM`.
PROGRAMS = ("podman", "runc", "debootstrap", "catatonit", "iptables")
HOW_TO_GET_THEM = (
    "On Debian: apt-get install --no-install-recommends podman runc catatonit netavark aardvark-dns iptables "
    "uidmap debootstrap"
)

#: runc and these limits work where crun and the defaults fail: inside a container, and with both kinds of cgroups.
_CONTAINERS = """\
[containers]
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
tmp_dir = "{folder}/tmp"
image_copy_tmp_dir = "{folder}/copies"
[network]
network_backend = "netavark"
network_config_dir = "{folder}/networks"
"""
_STORAGE = """\
[storage]
driver = "overlay"
graphroot = "{folder}/storage"
runroot = "{folder}/run"
"""
#: A short name is Docker's own registry's, as Docker reads it; nothing is ever pulled from there.
_REGISTRIES = """\
unqualified-search-registries = ["docker.io"]
short-name-mode = "disabled"
"""


class EngineFailed(Exception):
    """A container engine's command ended badly; carries what it said."""


def missing() -> str:
    """Why containers cannot be built and run here; empty where they can."""
    if os.geteuid() != 0:
        return "The suite of images makes a base by debootstrap, which needs root."
    # The folders of root's programs are on no other user's PATH, and not always on root's.
    absent = [name for name in PROGRAMS if shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/sbin") is None]
    return f"The suite of images needs {', '.join(absent)}. {HOW_TO_GET_THEM}" if absent else ""


class Engine:
    """Runs podman.

    Args:
        folder: for images, containers, volumes and settings; short, as sockets lie in it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        settings = {
            "CONTAINERS_CONF": _CONTAINERS,
            "CONTAINERS_STORAGE_CONF": _STORAGE,
            "CONTAINERS_REGISTRIES_CONF": _REGISTRIES,
        }
        for place in ("tmp", "copies", "networks"):
            (folder / place).mkdir(parents=True, exist_ok=True)
        #: With which any program of the family finds this store.
        self.environment: Mapping[str, str] = {
            **os.environ,
            **{name: str(folder / name) for name in settings},
            "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin",
            "TMPDIR": str(folder / "tmp"),
        }
        for name, text in settings.items():
            (folder / name).write_text(text.format(folder=folder))

    def podman(self, *arguments: str, timeout_s: float = 600) -> str:
        """What a command of podman prints.

        Raises:
            EngineFailed: it ended badly.
        """
        return self.run(["podman", *arguments], timeout_s=timeout_s)

    def has_image(self, name: str) -> bool:
        """Whether the store has an image of that name."""
        return self.tried(["podman", "image", "exists", name]).returncode == 0

    def run(self, command: Sequence[str], *, timeout_s: float = 600, folder: Path | None = None) -> str:
        """What a program of the family prints.

        Raises:
            EngineFailed: it ended badly.
        """
        done = self.tried(command, timeout_s=timeout_s, folder=folder)
        if done.returncode:
            raise EngineFailed(
                f"{' '.join(command[:12])}: {done.returncode}\n{done.stdout[-4000:]}{done.stderr[-8000:]}"
            )
        return done.stdout

    def tried(
        self, command: Sequence[str], *, timeout_s: float = 600, folder: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        """How a program of the family ended."""
        return subprocess.run(
            command,
            env=self.environment,
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )


@contextmanager
def private_engine() -> Iterator[Engine]:
    """An engine with an empty store, all of which is gone afterwards.

    Who works on the suite names a folder in `BRAID_IMAGES_STORE`: images stay in it, and a build takes up its layers.
    """
    kept = os.environ.get("BRAID_IMAGES_STORE")
    folder = Path(kept or tempfile.mkdtemp(prefix="braid-images-")).absolute()
    engine = Engine(folder)
    try:
        yield engine
    finally:
        _end_all(engine)
        if not kept:
            engine.tried(["podman", "rmi", "--all", "--force"])
            # A mount that is left would have the files behind it taken away as well.
            for mount in _mounted_below(folder):
                subprocess.run(["umount", "--lazy", mount], capture_output=True, check=False)
            shutil.rmtree(folder, ignore_errors=True)


def _end_all(engine: Engine) -> None:
    engine.tried(["podman", "pod", "rm", "--all", "--force", "--time", "5"])
    engine.tried(["podman", "rm", "--all", "--force", "--time", "5"])
    engine.tried(["podman", "volume", "prune", "--force"])
    engine.tried(["podman", "network", "prune", "--force"])


def _mounted_below(folder: Path) -> Sequence[str]:
    places = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    return [place for place in reversed(places) if place.startswith(f"{folder}/")]
