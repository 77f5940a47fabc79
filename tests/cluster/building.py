"""The programs that the suite asks, built from their published sources at the versions that `programs/` locks."""

import hashlib
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROGRAMS = Path(__file__).parent / "programs"
KEPT = ROOT / ".cache" / "cluster"
#: An API server is a thousand packages; on two cores that others want too it takes half an hour.
BUILD_TIMEOUT_S = 5400

#: By program, the module that locks it and the package that is its command.
_SOURCES = {
    "kube-apiserver": ("kubernetes", "k8s.io/kubernetes/cmd/kube-apiserver"),
    "etcd": ("etcd", "go.etcd.io/etcd/server/v3"),
    "docker-compose": ("compose", "github.com/docker/compose/v2/cmd"),
}


class BuildFailed(Exception):
    """A program could not be built; carries what the compiler said."""


def missing() -> str:
    """Why the suite cannot run here; empty where it can."""
    absent = [name for name in ("go", "kubectl") if shutil.which(name) is None]
    return f"this suite takes {' and '.join(absent)}" if absent else ""


@cache
def program(name: str) -> Path:
    """The path of a built program, which is kept for as long as its lock stays as it is.

    Raises:
        BuildFailed: it could not be built.
    """
    module, package = _SOURCES[name]
    folder = PROGRAMS / module
    locked = hashlib.sha256((folder / "go.sum").read_bytes()).hexdigest()[:12]
    built = KEPT / f"{name}-{locked}"
    if not built.exists():
        _build(folder, package, built)
    return built


def release(module: str) -> str:
    """The version that is locked of a module, such as ``v1.34.2``."""
    found = subprocess.run(
        ["go", "list", "-m", "-f", "{{.Version}}", module],
        cwd=PROGRAMS / "kubernetes", capture_output=True, text=True, check=True,
    )  # fmt: skip
    return found.stdout.strip()


def _build(folder: Path, package: str, built: Path) -> None:
    KEPT.mkdir(parents=True, exist_ok=True)
    unfinished = built.with_suffix(f".{os.getpid()}")
    environment = os.environ | {"CGO_ENABLED": "0", "GOFLAGS": "-mod=readonly -trimpath"}
    # The server tells clients its version from what is linked in, and some of its defaults follow it.
    version = release("k8s.io/kubernetes") if "k8s.io" in package else ""
    named = f"-X k8s.io/component-base/version.gitVersion={version}" if version else ""
    done = subprocess.run(
        ["go", "build", f"-ldflags=-s -w {named}", "-o", str(unfinished), package],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=BUILD_TIMEOUT_S, check=False,
    )  # fmt: skip
    if done.returncode:
        raise BuildFailed(f"{package}: {done.stderr[-4000:]}")
    unfinished.replace(built)
