"""An allocation table as somebody names it: a released one by id and version, or a file that is not released yet."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from braid.kit.strict_yaml import read_yaml
from services.ras.domain.allocation import AllocationTable
from services.ras.table_files import PARAMETERS, TableRefused, read_table


@dataclass(frozen=True)
class NamedTable:
    """A table with the text that it was read from and the questionnaires that it may score.

    Args:
        questionnaires: YAML by path, as `services.ras.table_files.read_table` takes them.
    """

    table: AllocationTable
    text: str
    questionnaires: Mapping[str, str]

    @property
    def document(self) -> dict[str, Any]:
        """The table's file, as data."""
        document: dict[str, Any] = read_yaml(self.text)
        return document

    @property
    def questionnaire(self) -> dict[str, Any]:
        """The questionnaire's file, as data."""
        asked = self.document["questionnaire"]
        document: dict[str, Any] = read_yaml(
            self.questionnaires[f"questionnaires/{asked['id']}/{asked['version']}.yaml"]
        )
        return document

    @property
    def name(self) -> str:
        """Id and version."""
        return f"{self.table.table_id}:{self.table.version}"


def released_texts(folder: Path = PARAMETERS) -> Mapping[str, str]:
    """Every released table and questionnaire by its path, as YAML."""
    released = json.loads((folder / "released.json").read_text())
    return {place: (folder / place).read_text() for place in released}


def named_table(name: str, folder: Path = PARAMETERS, *, files: bool = True) -> NamedTable:
    """Find a table by ``id:version`` among the released ones, or read the file at a path.

    Args:
        folder: of released tables and questionnaires.
        files: whether a name may be the path of a file; never where a stranger gives the name.

    Raises:
        TableRefused: there is no such table, or it is not sound.
    """
    texts = released_texts(folder)
    place = f"allocation_tables/{name.replace(':', '/')}.yaml"
    if place in texts:
        return as_named(texts[place], texts, name)
    if not files or not Path(name).is_file():
        known = sorted(place.split("/", 1)[1] for place in texts if place.startswith("allocation_tables/"))
        raise TableRefused(name, [f"is no released table ({', '.join(known)}){' and no file' if files else ''}"])
    return as_named(Path(name).read_text(), texts, name)


def as_named(text: str, questionnaires: Mapping[str, str], name: str) -> NamedTable:
    """Read a table from its text.

    Raises:
        TableRefused: it is not sound.
    """
    return NamedTable(read_table(text, questionnaires, name), text, questionnaires)
