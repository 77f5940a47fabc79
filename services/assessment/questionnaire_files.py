"""Reads questionnaires from their files, strictly: a file with anything unknown or unsound in it is refused whole."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Self, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from braid.contracts.codes import PENCE_MAX
from braid.contracts.facts import CATALOGUE, Fact, FactKind
from braid.kit.strict_yaml import read_yaml
from services.assessment.domain.questionnaire import (
    RAS,
    Aspect,
    Choice,
    Condition,
    Kind,
    Question,
    Questionnaire,
    Role,
    Section,
)
from services.assessment.vague_words import definition_reasons

QUESTIONNAIRES = Path(__file__).parent / "questionnaires"

DAYS_IN_WEEK = 7
MINUTES_IN_DAY = 1440
HELP_CODES = ("none", "some", "most", "all")

Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Text = Annotated[str, Field(min_length=1)]


class QuestionnaireRefused(Exception):
    """A questionnaire file is not sound, was changed after its release, or was never released."""

    def __init__(self, file: str, reasons: list[str]) -> None:
        self.reasons = tuple(reasons)
        super().__init__(f"{file}: {'; '.join(reasons)}")


class StrictEntry(BaseModel):
    """A part of a file: what we do not know in it is a mistake."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class _ChoiceEntry(StrictEntry):
    code: Code
    text: Text
    alone: bool = False


class _Comparison(StrictEntry):
    at_least: Annotated[int, Field(ge=1)] | None = None
    other_than: Code | None = None

    @model_validator(mode="after")
    def _one_of_the_two(self) -> Self:
        if (self.at_least is None) == (self.other_than is None):
            raise ValueError("compares with at_least or with other_than, one of the two")
        return self


#: How a condition is written: an answer, answers of which one is enough, ``{at_least: 1}`` or ``{other_than: none}``.
_Told = bool | Code | Annotated[list[Code], Field(min_length=1)] | _Comparison
#: Conditions that must all hold, by question; in a list of such, it is enough that all of one hold.
_Conditions = Annotated[dict[Code, _Told], Field(min_length=1)]


class _QuestionEntry(StrictEntry):
    id: Code
    label: Text
    text: Text
    hint: Text
    asks: Annotated[dict[Annotated[Aspect, Field(strict=False)], str], Field(min_length=1, max_length=1)]
    kind: Annotated[Kind, Field(strict=False)]
    answered_by: Annotated[Role, Field(strict=False)]
    serves: Annotated[list[Code], Field(min_length=1)]
    required: bool
    choices: list[_ChoiceEntry] = []
    definitions: dict[str, Text] = {}
    only_if: _Conditions | list[_Conditions] = []
    declared_by: Code | None = None
    most: Annotated[int, Field(ge=1)] | None = None


class _SectionEntry(StrictEntry):
    id: Code
    title: Text
    intro: str = ""
    questions: Annotated[list[_QuestionEntry], Field(min_length=1)]


class _QuestionnaireFile(StrictEntry):
    id: str
    version: Annotated[int, Field(ge=1)]
    title: Text
    domains: Annotated[dict[Code, Text], Field(min_length=1)]
    sections: Annotated[list[_SectionEntry], Field(min_length=1)]


@lru_cache(maxsize=64)
def released_questionnaire(questionnaire_id: str, version: int, folder: Path = QUESTIONNAIRES) -> Questionnaire:
    """Load a released version of a questionnaire.

    Raises:
        QuestionnaireRefused: it was never released, was changed since, or is not sound.
    """
    name = f"{questionnaire_id}/{version}.yaml"
    questionnaire = read_questionnaire(released_text(name, folder), name)
    if (questionnaire.questionnaire_id, questionnaire.version) != (questionnaire_id, version):
        raise QuestionnaireRefused(name, ["the id and version inside the file are not those of its path"])
    return questionnaire


def latest_released_version(questionnaire_id: str, folder: Path = QUESTIONNAIRES) -> int:
    """The newest released version of a questionnaire, with which a new assessment begins.

    Raises:
        QuestionnaireRefused: no version was released.
    """
    names = [Path(name) for name in released_hashes(folder)]
    # Beside a version lie its wordings, such as 3.learning_disability.yaml.
    versions = [int(each.stem) for each in names if each.parent.as_posix() == questionnaire_id and each.stem.isdigit()]
    if not versions:
        raise QuestionnaireRefused(questionnaire_id, ["no version was ever released"])
    return max(versions)


def released_questionnaires(folder: Path = QUESTIONNAIRES) -> tuple[str, ...]:
    """The ids of all questionnaires of which some version was released."""
    return tuple(sorted({Path(name).parent.as_posix() for name in released_hashes(folder)}))


def read_questionnaire(text: str, name: str) -> Questionnaire:
    """Read and check a questionnaire.

    Args:
        text: the YAML.
        name: what to call the file in a refusal.

    Raises:
        QuestionnaireRefused: with every reason that was found.
    """
    entry = read_entry(_QuestionnaireFile, text, name)
    if reasons := list(_reasons(entry)):
        raise QuestionnaireRefused(name, reasons)
    return _questionnaire(entry)


_File = TypeVar("_File", bound=StrictEntry)


def read_entry(file: type[_File], text: str, name: str) -> _File:
    """Read a file of some kind.

    Raises:
        QuestionnaireRefused: with every reason for which it is not one.
    """
    try:
        return file.model_validate(read_yaml(text))
    except yaml.YAMLError as error:
        raise QuestionnaireRefused(name, [str(error)]) from error
    except ValidationError as error:
        reasons = [f"{'.'.join(str(step) for step in fault['loc'])}: {fault['msg']}" for fault in error.errors()]
        raise QuestionnaireRefused(name, reasons) from error


def released_text(name: str, folder: Path) -> str:
    """The text of a released file.

    Raises:
        QuestionnaireRefused: it was never released, or was changed since.
    """
    released = released_hashes(folder)
    if name not in released:
        raise QuestionnaireRefused(name, ["this version was never released"])
    content = (folder / name).read_bytes()
    if hashlib.sha256(content).hexdigest() != released[name]:
        raise QuestionnaireRefused(name, ["a released version never changes; make a new version beside it"])
    return content.decode()


def released_hashes(folder: Path) -> Mapping[str, str]:
    """The hash of every released file, by its name."""
    released: dict[str, str] = json.loads((folder / "released.json").read_text())
    return released


def _reasons(entry: _QuestionnaireFile) -> Iterator[str]:
    questions = [question for section in entry.sections for question in section.questions]
    yield from _twice("the section id", [section.id for section in entry.sections])
    yield from _twice("the question id", [question.id for question in questions])
    yield from _twice("what a question asks for:", [_asked(question) for question in questions if _asks_once(question)])
    earlier: dict[str, _QuestionEntry] = {}
    for question in questions:
        yield from (f"{question.id}: {reason}" for reason in _question_reasons(question, entry.domains))
        yield from (f"{question.id}: {reason}" for reason in _condition_reasons(question, earlier))
        earlier[question.id] = question


def _question_reasons(question: _QuestionEntry, domains: Mapping[str, str]) -> Iterator[str]:
    aspect, about = _aspect(question)
    with_choices = question.kind in (Kind.CHOICE, Kind.SEVERAL_CHOICES, Kind.INCOMES)
    if with_choices != bool(question.choices):
        yield "a question has choices if, and only if, it is answered by choosing"
    yield from _twice("the choice", [choice.code for choice in question.choices])
    said = " ".join([question.text, question.hint, *(choice.text for choice in question.choices)])
    yield from definition_reasons(said, question.definitions)
    if aspect is Aspect.FACT:
        yield from _fact_reasons(question, about)
    elif question.serves != [RAS]:
        yield "only a question for a fact serves a funding stream; this one serves ras alone"
    else:
        yield from _allocation_reasons(question, aspect, about, domains)


def _fact_reasons(question: _QuestionEntry, name: str) -> Iterator[str]:
    """Check a question for a fact.

    A fact that a stream declares for itself is not known here: the question tells its shape. It may join the catalogue
    later; the question, once released, stays as it is.
    """
    if RAS in question.serves:
        yield "a fact does not move the allocation"
    fact = None if question.declared_by else CATALOGUE.get(name)
    if fact is None:
        if question.declared_by not in question.serves:
            yield f"the fact {name!r} is not in the catalogue; declared_by must name the stream that declares it"
        if (question.kind is Kind.COUNT) != (question.most is not None):
            yield "a question for a stream's own fact says its most if, and only if, it is answered by a count"
        return
    if question.most is not None:
        yield f"the catalogue says the most of the fact {name!r}"
    if question.kind is not _kind_of(fact):
        yield f"the fact {name!r} is answered by {_kind_of(fact)}, not by {question.kind}"
    unknown = [choice.code for choice in question.choices if fact.codes and choice.code not in fact.codes]
    if unknown:
        yield f"the fact {name!r} has no code {', '.join(unknown)}"


def _condition_reasons(question: _QuestionEntry, earlier: Mapping[str, _QuestionEntry]) -> Iterator[str]:
    """Check what a question hangs on: earlier questions alone, so that no two can hang on each other."""
    if question.only_if and _aspect(question)[0] not in (Aspect.FACT, Aspect.NEED_ON_BAD_DAY):
        yield "only a question for a fact or a bad day may hang on another: else the allocation needs every answer"
    if _aspect(question)[0] is Aspect.NEED_ON_BAD_DAY:
        yield from _bad_day_reasons(question, earlier)
    for name, told in (item for together in _alternatives(question) for item in together.items()):
        other = earlier.get(name)
        if other is None:
            yield f"hangs on {name!r}, which is no earlier question"
            continue
        if other.answered_by is Role.PRACTITIONER and question.answered_by is Role.PERSON:
            yield f"hangs on {name!r}, which the practitioner answers after the person has handed in"
        if not _can_be(other, _condition(name, told, other)):
            yield f"hangs on an answer that {name!r} cannot have, or always has"


def _bad_day_reasons(question: _QuestionEntry, earlier: Mapping[str, _QuestionEntry]) -> Iterator[str]:
    """Check a question about a bad day: it is asked where there are such days, and answered as the one it is about."""
    about = _aspect(question)[1]
    usual = earlier.get(about)
    if usual is None or _aspect(usual)[0] is not Aspect.NEED:
        yield f"{about!r} is no earlier question that asks for a need"
    elif question.kind is not usual.kind or not _some_in_order(question.choices, usual.choices):
        yield f"is not answered with choices of {about!r}, in their order"
    hangs_on = {name for together in _alternatives(question) for name in together}
    bad_days = {name for name, other in earlier.items() if _aspect(other) == (Aspect.DAY_PROFILE, "bad")}
    if not hangs_on & bad_days:
        yield "is asked only where there are bad days: it hangs on the question how many there are"
    if question.required:
        yield "may be left open: a bad day is then as a usual one"


def _some_in_order(choices: list[_ChoiceEntry], of: list[_ChoiceEntry]) -> bool:
    codes = [choice.code for choice in choices]
    return codes == [choice.code for choice in of if choice.code in codes]


def _alternatives(question: _QuestionEntry) -> list[dict[str, _Told]]:
    return question.only_if if isinstance(question.only_if, list) else [question.only_if]


def _can_be(question: _QuestionEntry, condition: Condition) -> bool:
    if question.kind in (Kind.CHOICE, Kind.INCOMES):
        codes = {choice.code for choice in question.choices}
        return condition.at_least is None and codes > set(condition.values)
    if question.kind is Kind.YES_NO:
        return condition.values in ((True,), (False,))
    return question.kind in (Kind.COUNT, Kind.PENCE, Kind.PENCE_PER_WEEK) and condition.at_least is not None


def _allocation_reasons(
    question: _QuestionEntry, aspect: Aspect, about: str, domains: Mapping[str, str]
) -> Iterator[str]:
    if aspect in (Aspect.NEED, Aspect.INFORMAL_HELP) and about not in domains:
        yield f"{about!r} is not a domain of this questionnaire"
    kinds: Mapping[Aspect, tuple[Kind, ...]] = {
        Aspect.NEED: (Kind.CHOICE, Kind.SEVERAL_CHOICES),
        Aspect.NEED_ON_BAD_DAY: (Kind.CHOICE, Kind.SEVERAL_CHOICES),
        Aspect.INFORMAL_HELP: (Kind.CHOICE,),
        Aspect.CARER: (Kind.YES_NO,),
        Aspect.DAY_PROFILE: (Kind.COUNT,),
        Aspect.SPECIALIST_SUPPORT: (Kind.COUNT,),
    }
    if question.kind not in kinds[aspect]:
        yield f"a question for {aspect} is answered by {' or '.join(kinds[aspect])}"
    if aspect is Aspect.INFORMAL_HELP and tuple(choice.code for choice in question.choices) != HELP_CODES:
        yield f"help has the choices {', '.join(HELP_CODES)}, in this order"
    if aspect is Aspect.DAY_PROFILE and about not in ("good", "bad", "other"):
        yield "a kind of day is good, bad or other"
    if aspect is Aspect.NEED and not question.required:
        yield "a need that moves money must be answered: silence would count as no need"


def _twice(what: str, values: list[str]) -> Iterator[str]:
    for value in sorted({value for value in values if values.count(value) > 1}):
        yield f"{what} {value!r} is given twice"


def _aspect(question: _QuestionEntry) -> tuple[Aspect, str]:
    ((aspect, about),) = question.asks.items()
    return aspect, about


def _asked(question: _QuestionEntry) -> str:
    return " ".join(_aspect(question))


def _asks_once(question: _QuestionEntry) -> bool:
    # A need may take several questions of one domain; everything else is asked for once in the whole questionnaire.
    return _aspect(question)[0] is not Aspect.NEED


def _kind_of(fact: Fact) -> Kind:
    return Kind.CHOICE if fact.kind is FactKind.CODE else Kind(fact.kind.value)


def _most(entry: _QuestionEntry) -> int:
    aspect, about = _aspect(entry)
    if aspect is Aspect.DAY_PROFILE:
        return DAYS_IN_WEEK
    if aspect is Aspect.SPECIALIST_SUPPORT:
        return MINUTES_IN_DAY
    if entry.kind is not Kind.COUNT:
        return PENCE_MAX
    return entry.most or CATALOGUE[about].count_max


def _condition(name: str, told: _Told, other: _QuestionEntry) -> Condition:
    if isinstance(told, _Comparison):
        rest = (choice.code for choice in other.choices if choice.code != told.other_than)
        return Condition(name, tuple(rest) if told.other_than else (), told.at_least)
    return Condition(name, tuple(told) if isinstance(told, list) else (told,))


def _questionnaire(entry: _QuestionnaireFile) -> Questionnaire:
    by_id = {question.id: question for section in entry.sections for question in section.questions}
    sections = tuple(
        Section(
            section.id,
            section.title,
            section.intro,
            tuple(_question(question, by_id) for question in section.questions),
        )
        for section in entry.sections
    )
    return Questionnaire(entry.id, entry.version, entry.title, dict(entry.domains), sections)


def _question(entry: _QuestionEntry, by_id: Mapping[str, _QuestionEntry]) -> Question:
    aspect, about = _aspect(entry)
    return Question(
        question_id=entry.id,
        label=entry.label,
        text=entry.text,
        hint=entry.hint,
        asks=aspect,
        about=about,
        kind=entry.kind,
        answered_by=entry.answered_by,
        serves=tuple(entry.serves),
        required=entry.required,
        choices=tuple(Choice(choice.code, choice.text, choice.alone) for choice in entry.choices),
        definitions=dict(entry.definitions),
        most=_most(entry),
        only_if=tuple(
            tuple(_condition(name, told, by_id[name]) for name, told in together.items())
            for together in _alternatives(entry)
        ),
        declared_by=entry.declared_by,
    )
