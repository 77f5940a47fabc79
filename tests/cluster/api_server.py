"""A Kubernetes API server on this machine's loopback, with a store of its own and no cluster behind it."""

import json
import secrets
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

READY_WITHIN_S = 120
STOPS_WITHIN_S = 20
Manifest = Mapping[str, Any]


class Refused(Exception):
    """The server, or what speaks with it, said no; carries its words."""


@dataclass(frozen=True)
class ApiServer:
    """A running API server.

    Args:
        settings: the file by which kubectl reaches it as an administrator.
    """

    settings: Path

    def kubectl(self, *arguments: str, manifests: Sequence[Manifest] = ()) -> str:
        """What a command says, warnings with it.

        Raises:
            Refused: it ended badly.
        """
        done = subprocess.run(
            ["kubectl", f"--kubeconfig={self.settings}", *arguments],
            input=json.dumps({"apiVersion": "v1", "kind": "List", "items": list(manifests)}),
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        if done.returncode:
            raise Refused(done.stderr or done.stdout)
        return done.stdout + done.stderr

    def apply(self, manifests: Sequence[Manifest], *options: str) -> str:
        """Apply objects as an administrator would, strictly."""
        strictly = ("--server-side", "--validate=strict", "--filename=-", *options)
        return self.kubectl("apply", *strictly, manifests=manifests)

    def try_out(self, manifests: Sequence[Manifest]) -> str:
        """Have everything checked that would be checked, and nothing kept."""
        return self.apply(manifests, "--dry-run=server")


@contextmanager
def api_server(etcd: Path, kube_apiserver: Path, folder: Path) -> Iterator[ApiServer]:
    """Start one; it ends with the block."""
    store, peers, port = _free_port(), _free_port(), _free_port()
    store_url, peer_url = f"http://127.0.0.1:{store}", f"http://127.0.0.1:{peers}"
    keeping = _store_command(etcd, folder, store_url, peer_url)
    serving = _server_command(kube_apiserver, folder, store_url, port)
    log = folder / "kube-apiserver.log"
    with _running(folder / "etcd.log", keeping), _running(log, serving) as process:
        server = ApiServer(_kubectl_settings(folder, port))
        _await_ready(server, process, log)
        yield server


def _store_command(program: Path, folder: Path, store_url: str, peer_url: str) -> list[str]:
    return [
        str(program), f"--data-dir={folder / 'etcd'}", "--unsafe-no-fsync",
        f"--listen-client-urls={store_url}", f"--advertise-client-urls={store_url}",
        f"--listen-peer-urls={peer_url}", f"--initial-advertise-peer-urls={peer_url}",
        f"--initial-cluster=default={peer_url}",
    ]  # fmt: skip


def _server_command(program: Path, folder: Path, store_url: str, port: int) -> list[str]:
    key = folder / "service-account.key"
    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem, form = serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL
    key.write_bytes(made.private_bytes(pem, form, serialization.NoEncryption()))
    token = secrets.token_urlsafe(32)
    (folder / "token").write_text(token)
    (folder / "tokens.csv").write_text(f"{token},administrator,administrator,system:masters\n")
    return [
        str(program), f"--etcd-servers={store_url}", f"--cert-dir={folder / 'certificates'}",
        "--bind-address=127.0.0.1", f"--secure-port={port}", f"--token-auth-file={folder / 'tokens.csv'}",
        "--service-cluster-ip-range=10.96.0.0/16", "--service-account-issuer=https://cluster.invalid",
        f"--service-account-key-file={key}", f"--service-account-signing-key-file={key}",
        "--authorization-mode=RBAC",
        # No controller is there that would make each namespace's account.
        "--disable-admission-plugins=ServiceAccount",
    ]  # fmt: skip


def _kubectl_settings(folder: Path, port: int) -> Path:
    settings = folder / "kubectl.json"
    cluster = {"server": f"https://127.0.0.1:{port}", "insecure-skip-tls-verify": True}
    settings.write_text(
        json.dumps(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "current-context": "here",
                "clusters": [{"name": "here", "cluster": cluster}],
                "users": [{"name": "here", "user": {"token": (folder / "token").read_text()}}],
                "contexts": [{"name": "here", "context": {"cluster": "here", "user": "here"}}],
            }
        )
    )
    return settings


def _await_ready(server: ApiServer, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + READY_WITHIN_S
    while True:
        try:
            server.kubectl("get", "--raw=/readyz")
        except Refused as refused:
            if process.poll() is not None or time.monotonic() > until:
                raise Refused(f"{refused}\n{log.read_text()[-4000:]}") from refused
            time.sleep(0.5)
        else:
            return


@contextmanager
def _running(log: Path, command: Sequence[str]) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as said:
        process = subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(STOPS_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
