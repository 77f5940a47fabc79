"""One engine and one image for the whole suite."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.real_parts.named_suites import left_out_unless_named

from .building import build_image
from .engine import Engine, missing, private_engine
from .realm import Realm
from .stand_ins import build_stand_ins

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


@pytest.fixture(scope="session")
def realm(tmp_path_factory: pytest.TempPathFactory) -> Realm:
    """Who signs tokens for the containers' gateway."""
    return Realm(tmp_path_factory.mktemp("realm"))


@pytest.fixture(scope="session")
def stand_ins(engine: Engine, built: str, realm: Realm) -> None:
    """Images that stand in for those of other makers are in the engine's store, and so is ours."""
    build_stand_ins(engine, realm.public_keys)
