"""Reads the rule folders: a folder a stream, and folders of what several streams share; checks them, and joins them."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from braid.contracts.facts import CATALOGUE, Fact
from braid.kit.strict_yaml import read_yaml
from services.funding_streams.domain.council_settings import CouncilSettings, SettingDeclared
from services.funding_streams.domain.figures import AddedTerms, DatedUses, Figure, Figures, StreamProfile
from services.funding_streams.rule_files.figure_files import FigureFile
from services.funding_streams.rule_files.stream_files import (
    AddedTermsFile,
    ExamplePart,
    ExamplesFile,
    FactsFile,
    SettingsFile,
    StreamFile,
    UsesFile,
)

SERVICE = Path(__file__).parent.parent
STREAMS = SERVICE / "streams"
SHARED_RULES = SERVICE / "shared_rules"

_FOLDER = re.compile(r"^[a-z][a-z0-9_]*$")
_FIGURE = re.compile(r"^figures/[a-z][a-z0-9_]*\.yaml$")
#: What may lie beside rule files: the rules' code and words about the folder.
_NOT_RULES = re.compile(r"^([a-z0-9_]+\.py|README\.md|__pycache__/.*)$")

_FileModel = TypeVar("_FileModel", bound=BaseModel)


class RuleFilesWrong(Exception):
    """Rule files that cannot be used; every problem names its file and key."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class RuleFiles:
    """All that the rule files say.

    Args:
        figures: of law and guidance, with permitted uses and profiles of the streams.
        council_defaults: what holds where a council says nothing.
        facts: every fact that a stream may ask for, by name: the contract's catalogue and the streams' own.
        examples: worked examples by stream and name.
        told_by_partners: names of facts that an agency tells, so that no questionnaire asks for them.
    """

    figures: Figures
    council_defaults: CouncilSettings
    facts: Mapping[str, Fact]
    examples: Mapping[str, Mapping[str, ExamplePart]]
    told_by_partners: frozenset[str] = frozenset()


def check_rule_files(*roots: Path) -> list[str]:
    """Return what is wrong with the rule files, each line with file, key and what is wrong; empty when all is well."""
    return _Reading.of(roots or (STREAMS, SHARED_RULES)).problems


def load_rule_files(*roots: Path) -> RuleFiles:
    """Read all rule files.

    Args:
        roots: folders of folders; the platform's own where none is given.

    Raises:
        RuleFilesWrong: at least one file cannot be used.
    """
    reading = _Reading.of(roots or (STREAMS, SHARED_RULES))
    if reading.problems:
        raise RuleFilesWrong(reading.problems)
    return RuleFiles(
        figures=Figures(reading.figures, reading.uses, reading.profiles, reading.added_terms),
        council_defaults=CouncilSettings(reading.settings),
        facts=reading.facts,
        examples=reading.examples,
        told_by_partners=frozenset(reading.told_by_partners),
    )


@cache
def rule_files() -> RuleFiles:
    """Return the platform's own rule files, read once per process.

    Raises:
        RuleFilesWrong: at least one file cannot be used.
    """
    return load_rule_files()


@dataclass
class _Reading:
    """What was read so far, and what was wrong with it."""

    problems: list[str] = field(default_factory=list)
    figures: dict[str, Figure] = field(default_factory=dict)
    uses: dict[str, tuple[DatedUses, ...]] = field(default_factory=dict)
    profiles: dict[str, StreamProfile] = field(default_factory=dict)
    added_terms: dict[str, tuple[AddedTerms, ...]] = field(default_factory=dict)
    settings: dict[str, SettingDeclared] = field(default_factory=dict)
    facts: dict[str, Fact] = field(default_factory=lambda: dict(CATALOGUE))
    examples: dict[str, Mapping[str, ExamplePart]] = field(default_factory=dict)
    told_by_partners: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, roots: tuple[Path, ...]) -> "_Reading":
        reading = cls()
        for root in roots:
            for folder in sorted(path for path in root.iterdir() if path.is_dir() and path.name != "__pycache__"):
                reading._folder(folder)
        return reading

    def _folder(self, folder: Path) -> None:
        if not _FOLDER.match(folder.name):
            self.problems.append(f"{folder.name}: a folder is named in small letters")
            return
        readers: Mapping[str, Callable[[Path, str], None]] = {
            "stream.yaml": self._stream,
            "permitted_uses.yaml": self._uses,
            "facts.yaml": self._facts,
            "council_settings.yaml": self._settings,
            "examples.yaml": self._examples,
            "added_terms.yaml": self._added_terms,
        }
        for path, name in self._files(folder, readers.keys()):
            readers.get(name, self._figure)(path, folder.name)

    def _files(self, folder: Path, known: Collection[str]) -> Iterator[tuple[Path, str]]:
        """Yield rule files in a fixed order; anything else in the folder is a slip that would go unread."""
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder).as_posix()
            if path.is_dir() or _NOT_RULES.match(name):
                continue
            if name in known or _FIGURE.match(name):
                yield path, name
            else:
                told = f"{', '.join(sorted(known))} or figures/<figure>.yaml in small letters"
                self.problems.append(f"{folder.name}/{name}: not a rule file: it must be {told}")

    def _figure(self, path: Path, folder: str) -> None:
        content = self._parsed(path, FigureFile)
        if content is not None:
            name = f"{folder}.{path.stem}"
            self.figures[name] = content.figure(name)

    def _stream(self, path: Path, folder: str) -> None:
        content = self._parsed(path, StreamFile)
        if content is not None:
            self.profiles[folder] = content.profile(folder)

    def _added_terms(self, path: Path, folder: str) -> None:
        content = self._parsed(path, AddedTermsFile)
        if content is not None:
            self.added_terms[folder] = content.added()

    def _uses(self, path: Path, folder: str) -> None:
        content = self._parsed(path, UsesFile)
        if content is not None:
            self.uses[folder] = content.dated_uses(folder)

    def _facts(self, path: Path, folder: str) -> None:
        content = self._parsed(path, FactsFile)
        for fact in content.declared() if content is not None else ():
            if fact.name in self.facts:
                self.problems.append(f"{folder}/{path.name}: the fact {fact.name} is declared already")
            self.facts[fact.name] = fact
        if content is not None:
            self.told_by_partners |= content.told_by_partner()

    def _settings(self, path: Path, folder: str) -> None:
        content = self._parsed(path, SettingsFile)
        if content is not None:
            self.settings.update(content.declared(folder))

    def _examples(self, path: Path, folder: str) -> None:
        content = self._parsed(path, ExamplesFile)
        if content is not None:
            self.examples[folder] = content.examples

    def _parsed(self, path: Path, model: type[_FileModel]) -> _FileModel | None:
        inner = path.parent.parent if path.parent.name == "figures" else path.parent
        name = path.relative_to(inner.parent).as_posix()
        try:
            return model.model_validate(read_yaml(path.read_text(encoding="utf-8")))
        except yaml.YAMLError as error:
            self.problems.append(f"{name}: cannot be read as YAML: {' '.join(str(error).split())}")
        except ValidationError as error:
            self.problems.extend(f"{name}: {_told(problem)}" for problem in error.errors())
        return None


def _told(problem: Mapping[str, Any]) -> str:
    key = ".".join(str(part) for part in problem["loc"])
    text = str(problem["msg"]).removeprefix("Value error, ")
    return f"{key}: {text}" if key else text
