"""One engine and one image for the whole suite."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.real_parts.named_suites import left_out_unless_named

from .building import build_image
from .engine import Engine, missing, private_engine

HERE = Path(__file__).parent


def pytest_ignore_collect(config: pytest.Config) -> bool | None:
    """Leave this suite to those who name it: `make images`."""
    return left_out_unless_named(config, HERE)


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """Podman with a store of its own."""
    if why := missing():
        pytest.skip(why)
    with private_engine() as engine:
        yield engine


@pytest.fixture(scope="session")
def built(engine: Engine) -> str:
    """The image is in the engine's store; what its build said."""
    return build_image(engine)
