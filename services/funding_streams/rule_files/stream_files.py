"""Files beside a stream's figures: who decides, its terms, permitted uses, facts, settings of councils and examples."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from braid.contracts.codes import PENCE_MAX
from braid.contracts.facts import INCOME_CODES, Fact, FactKind
from braid.contracts.uses import Relation, Requirement, Use
from services.funding_streams.domain.council_settings import SettingDeclared, SettingKind, SettingValue
from services.funding_streams.domain.decision import Condition, PayeeBar, PermittedUse, TermKind
from services.funding_streams.domain.errors import SettingRefused
from services.funding_streams.domain.figures import AddedTerms, DatedTerm, DatedUses, Due, StreamProfile
from services.funding_streams.rule_files.figure_files import CitationPart, CitedPart, Part, Text, require_rising

Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class _DuePart(Part):
    count: Annotated[int, Field(ge=1)]
    unit: Literal["days", "weeks", "months", "years"]
    after: Code

    def due(self) -> Due:
        return Due(self.count, self.unit, self.after)


class _TermPart(CitedPart):
    kind: Annotated[TermKind, Field(strict=False)]
    text: Text
    start: date
    end: date | None = None
    due: _DuePart | None = None
    only_with: Literal["award", "refusal"] | None = None

    def term(self) -> DatedTerm:
        due = self.due.due() if self.due else None
        return DatedTerm(
            self.kind, self.text, self.start, self.end, self.citation.cite(), self.unconfirmed, due, self.only_with
        )


class StreamFile(Part):
    """``stream.yaml``: what is the same in every decision of the stream."""

    label: Text
    decided_by: Text
    partner: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{2,40}$")] | None
    place: Annotated[int, Field(ge=0)]
    terms: Annotated[tuple[_TermPart, ...], Field(strict=False)] = ()

    def profile(self, stream: str) -> StreamProfile:
        """Return the stream's profile under its name."""
        terms = tuple(term.term() for term in self.terms)
        return StreamProfile(stream, self.label, self.decided_by, self.partner, self.place, terms)


class _AddedTermsPart(CitedPart):
    streams: Annotated[tuple[Code, ...], Field(min_length=1, strict=False)]
    terms: Annotated[tuple[_TermPart, ...], Field(min_length=1, strict=False)]


class AddedTermsFile(Part):
    """``added_terms.yaml``: what a scheme that covers several streams adds to their terms."""

    blocks: Annotated[tuple[_AddedTermsPart, ...], Field(min_length=1, strict=False)]

    def added(self) -> tuple[AddedTerms, ...]:
        """Return the terms with the streams that they are added to."""
        return tuple(AddedTerms(block.streams, tuple(term.term() for term in block.terms)) for block in self.blocks)


def _condition(value: Any) -> Any:
    """Take a requirement written as a code, or as a code with its limit."""
    if isinstance(value, str):
        return {"requirement": value}
    if isinstance(value, Mapping) and len(value) == 1 and "requirement" not in value:
        ((requirement, limit),) = value.items()
        return {"requirement": requirement, "limit": limit}
    return value


class _ConditionPart(Part):
    requirement: Annotated[Requirement, Field(strict=False)]
    limit: Annotated[int, Field(ge=0)] | None = None

    @model_validator(mode="after")
    def _limited_if_it_says_so(self) -> Self:
        if self.requirement.endswith("_at_most") != (self.limit is not None):
            raise ValueError("a requirement has a limit if, and only if, it ends in at_most")
        return self


class _UsePart(Part):
    use: Annotated[Use, Field(strict=False)]
    condition: Text | None = None
    requires: Annotated[tuple[Annotated[_ConditionPart, BeforeValidator(_condition)], ...], Field(strict=False)] = ()

    @model_validator(mode="after")
    def _words_and_checks_go_together(self) -> Self:
        if bool(self.requires) != (self.condition is not None):
            raise ValueError("a condition in words needs one that can be checked, and the other way round")
        return self

    def permitted(self) -> PermittedUse:
        requires = tuple(Condition(one.requirement.value, one.limit or 0) for one in self.requires)
        return PermittedUse(self.use.value, self.condition, requires)


class _BarPart(CitedPart):
    relations: Annotated[tuple[Annotated[Relation, Field(strict=False)], ...], Field(min_length=1, strict=False)]
    only_in_same_household: bool
    unless: Code | None
    text: Text

    def bar(self) -> PayeeBar:
        return PayeeBar(
            tuple(one.value for one in self.relations),
            self.only_in_same_household,
            self.unless,
            self.text,
            str(self.citation.cite()),
            self.unconfirmed,
        )


class _DatedUsesPart(CitedPart):
    start: date
    uses: Annotated[tuple[_UsePart, ...], Field(strict=False)]
    payee_bars: Annotated[tuple[_BarPart, ...], Field(strict=False)] = ()

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        names = [entry.use for entry in self.uses]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"uses: named twice: {', '.join(twice)}")
        never = [name for name in names if name.startswith("never.")]
        if never:
            raise ValueError(f"uses: no stream may pay for {', '.join(never)}")
        return self


class UsesFile(Part):
    """``permitted_uses.yaml``."""

    description: Text
    values: Annotated[tuple[_DatedUsesPart, ...], Field(min_length=1, strict=False)]

    @model_validator(mode="after")
    def _dates_rise(self) -> Self:
        require_rising([entry.start for entry in self.values])
        return self

    def dated_uses(self, stream: str) -> tuple[DatedUses, ...]:
        """Return the rule by date."""
        return tuple(
            DatedUses(
                stream=stream,
                start=entry.start,
                uses=tuple(line.permitted() for line in entry.uses),
                bars=tuple(line.bar() for line in entry.payee_bars),
                citation=entry.citation.cite(),
                unconfirmed=entry.unconfirmed,
            )
            for entry in self.values
        )


class _FactPart(Part):
    name: Code
    kind: Annotated[FactKind, Field(strict=False)]
    meaning: Text
    codes: Annotated[tuple[Code, ...], Field(strict=False)] = ()
    count_max: Annotated[int, Field(ge=1)] | None = None
    told_by: Literal["assessment", "partner"] = "assessment"

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.kind is FactKind.CODE) != bool(self.codes):
            raise ValueError("a fact has codes if, and only if, it is answered by a code")
        if (self.kind is FactKind.COUNT) != (self.count_max is not None):
            raise ValueError("a fact has a largest count if, and only if, it is a count")
        return self

    def fact(self) -> Fact:
        codes = INCOME_CODES if self.kind is FactKind.INCOMES else self.codes
        return Fact(self.name, self.kind, self.meaning, codes, self.count_max or 0)


class FactsFile(Part):
    """``facts.yaml``: facts that no other stream asks for."""

    facts: Annotated[tuple[_FactPart, ...], Field(min_length=1, strict=False)]

    def declared(self) -> tuple[Fact, ...]:
        """Return the facts."""
        return tuple(one.fact() for one in self.facts)

    def told_by_partner(self) -> frozenset[str]:
        """Return names of facts that the stream's agency tells, so that no questionnaire asks for them."""
        return frozenset(one.name for one in self.facts if one.told_by == "partner")


class _SettingPart(Part):
    kind: Annotated[SettingKind, Field(strict=False)]
    default: bool | int | str | Annotated[tuple[Code, ...], Field(strict=False)] | None
    meaning: Text
    citation: CitationPart
    codes: Annotated[tuple[Code, ...], Field(strict=False)] = ()
    least: Annotated[int, Field(ge=0)] = 0
    most: Annotated[int, Field(ge=0)] = PENCE_MAX
    may_be_absent: bool = False

    def declared(self, name: str) -> SettingDeclared:
        value: SettingValue = self.default
        return SettingDeclared(
            name=name,
            kind=self.kind,
            default=value,
            meaning=self.meaning,
            citation=str(self.citation.cite()),
            codes=self.codes,
            least=self.least,
            most=self.most,
            may_be_absent=self.may_be_absent,
        )

    @model_validator(mode="after")
    def _default_is_a_choice(self) -> Self:
        try:
            self.declared("default").check(self.default)
        except SettingRefused as error:
            raise ValueError(str(error)) from error
        return self


class SettingsFile(Part):
    """``council_settings.yaml``: what the law leaves to councils, and what holds where one says nothing."""

    settings: Annotated[dict[Code, _SettingPart], Field(min_length=1)]

    def declared(self, folder: str) -> dict[str, SettingDeclared]:
        """Return the declarations under their full names."""
        return {f"{folder}.{name}": part.declared(f"{folder}.{name}") for name, part in self.settings.items()}


class ExamplePart(Part):
    """One worked example of a stream: shown in the API's documents and run as a test."""

    summary: Text
    on: date
    facts: dict[Code, Any]
    allocation_pence_per_year: Annotated[int, Field(ge=0)] | None = None
    status: Literal["confirmed", "indicative", "not_eligible", "undecided"]
    amount_pence: Annotated[int, Field(ge=0)]


class ExamplesFile(Part):
    """``examples.yaml``."""

    examples: Annotated[dict[Code, ExamplePart], Field(min_length=1)]
