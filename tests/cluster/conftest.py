"""The real programs, built once a session, and one API server for the whole suite."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.real_parts.named_suites import left_out_unless_named

from .api_server import ApiServer, api_server
from .building import missing, program

HERE = Path(__file__).parent


def pytest_ignore_collect(config: pytest.Config) -> bool | None:
    """Leave this suite to those who name it: `make cluster`."""
    return left_out_unless_named(config, HERE)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiServer]:
    """An API server that knows the operators' own kinds, and nothing of ours yet."""
    _require_programs()
    with api_server(program("etcd"), program("kube-apiserver"), tmp_path_factory.mktemp("api-server")) as server:
        yield server


@pytest.fixture(scope="session")
def compose_program() -> Path:
    """Docker Compose."""
    _require_programs()
    return program("docker-compose")


def _require_programs() -> None:
    if why := missing():
        pytest.skip(why)
