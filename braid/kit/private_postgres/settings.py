"""The server's settings: small, local and dependable."""

import random
import socket
from collections.abc import Iterator, Mapping

ADDRESS = "127.0.0.1"
# Below every system's range for outgoing connections: a client that knocks in vain on a port of
# that range can end up connected to itself, and then the server cannot have the port back.
PORTS = range(20_000, 30_000)
PORTS_TRIED = 50

SMALL = {
    "listen_addresses": ADDRESS,
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "32MB",
    "huge_pages": "off",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %u@%d ",
    "log_checkpoints": "off",
    # Nobody replicates from here: less log is written, and two processes fewer wait for work.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_logical_replication_workers": "0",
    "max_worker_processes": "2",
    "max_parallel_workers": "2",
    "max_parallel_workers_per_gather": "0",
    "autovacuum_max_workers": "1",
}
# Each since the version of PostgreSQL that knows it; an older one refuses to start with it.
SINCE = {
    # Passwords here are long and random, so stretching them protects nothing and costs every
    # connection milliseconds on both sides.
    16: {"scram_iterations": "1"},
    # Three processes that read ahead bring nothing to data that fits in memory.
    18: {"io_method": "sync"},
}
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def server_settings(version: int, *, durable: bool, options: Mapping[str, str]) -> dict[str, str]:
    """The settings for a major version; `options` have the last word."""
    settings = dict(SMALL)
    for since, additional in SINCE.items():
        if version >= since:
            settings |= additional
    return settings | ({} if durable else FORGETFUL) | dict(options)


def candidate_ports(given: int | None, remembered: int | None) -> Iterator[int]:
    """The given port only; else the remembered one, then free ones, until the caller is content."""
    if given is not None:
        yield given
        return
    if remembered is not None and is_free(remembered):
        yield remembered
    yield from filter(is_free, random.sample(PORTS, PORTS_TRIED))


def is_free(port: int) -> bool:
    """Whether PostgreSQL could listen on the port of 127.0.0.1 at this moment."""
    with socket.socket() as trial:
        # As PostgreSQL does: connections that have just been closed do not keep the port.
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((ADDRESS, port))
        except OSError:
            return False
    return True
