"""What is told over HTTP about instruments, answers and reports, in and out."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.outcomes.domain.awards_in_force import Days
from services.outcomes.domain.council_reports.tables import CouncilTable
from services.outcomes.domain.instruments import Instrument, Item, Respondent, Scoring, Subject
from services.outcomes.domain.scoring import DECIMALS
from services.outcomes.recording import Recorded

Words = Annotated[str, Field(min_length=1, max_length=2000, pattern=r"^[^\x00]*$")]
Code = Annotated[str, Field(max_length=40, pattern=r"^[a-z][a-z0-9_]*$")]
InstrumentId = Annotated[str, Field(max_length=40, pattern=r"^[a-z][a-z0-9-]*$")]
Day = Annotated[date, Field(ge=date(2003, 1, 1), le=date(2099, 12, 31))]
#: Wider than any instrument's levels: what is outside those is refused by name.
Level = Annotated[int, Field(ge=-999, le=999, strict=True)]
#: Level as a key of an object.
LevelKey = Annotated[int, Field(ge=0, le=20)]
InstrumentVersion = Annotated[int, Field(ge=1, le=1000, strict=True)]


class Part(BaseModel):
    """A part of a body; what we do not know in it is a mistake."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class LevelOut(BaseModel):
    """One of the answers to a question."""

    level: int
    text: str = Field(description="Empty where the wording is somebody else's, and the council has loaded none.")


class ItemOut(BaseModel):
    """A question."""

    item_id: str
    domain: str
    text: str = Field(description="Empty where the wording is somebody else's, and the council has loaded none.")
    levels: list[LevelOut]

    @classmethod
    def of(cls, item: Item) -> Self:
        """A question as it is told."""
        levels = [LevelOut(level=level, text=words) for level, words in item.levels.items()]
        return cls(item_id=item.item_id, domain=item.domain, text=item.text, levels=levels)


class ScoringOut(BaseModel):
    """A score that answers come to."""

    scoring_id: str
    label: str
    higher_is_better: bool
    lowest: float
    highest: float
    source: str
    unconfirmed: str = Field(description="Why its figures are not confirmed in a source; empty where they are.")

    @classmethod
    def of(cls, scoring: Scoring) -> Self:
        """A scoring as it is told."""
        return cls(
            scoring_id=scoring.scoring_id,
            label=scoring.label,
            higher_is_better=scoring.higher_is_better,
            lowest=round(float(scoring.lowest), DECIMALS),
            highest=round(float(scoring.highest), DECIMALS),
            source=scoring.source,
            unconfirmed=scoring.unconfirmed,
        )


class WaveOut(BaseModel):
    """When an instrument is asked."""

    model_config = ConfigDict(from_attributes=True)

    code: str
    months: int = Field(description="After the baseline, which itself has 0.")
    is_repeated: bool = Field(description="Asked again after every so many months.")
    window_days: int = Field(description="How far from its day answers still count as on time.")


class InstrumentOut(BaseModel):
    """A released version of an instrument, as the council may use it."""

    instrument_id: str
    version: int
    title: str
    holder: str = Field(description="Whose the wording is.")
    needs_licence: bool
    may_be_used: bool = Field(description="On the day that was asked for.")
    note: str = Field(description="About its licence.")
    answered_by: list[Respondent]
    about: list[Subject]
    waves: list[WaveOut]
    items: list[ItemOut] = Field(description="In the order in which they are asked.")
    scores: list[ScoringOut]

    @classmethod
    def of(cls, one: Instrument, *, may_be_used: bool) -> Self:
        """An instrument as it is told."""
        return cls(
            instrument_id=one.instrument_id,
            version=one.version,
            title=one.title,
            holder=one.licence.holder,
            needs_licence=one.licence.is_needed,
            may_be_used=may_be_used,
            note=one.licence.note,
            answered_by=sorted(one.answered_by),
            about=sorted(one.about),
            waves=[WaveOut.model_validate(wave) for wave in one.waves.values()],
            items=[ItemOut.of(item) for item in one.items.values()],
            scores=[ScoringOut.of(scoring) for scoring in one.scorings.values()],
        )


class InstrumentsOut(BaseModel):
    """Every released instrument."""

    on: date
    instruments: list[InstrumentOut]


class LicencePart(Part):
    """One licence."""

    reference: Annotated[Words, Field(max_length=200, description="The holder's, such as a registration number.")]
    from_day: Day
    to_day: Annotated[Day | None, Field(description="Its last day; null where it does not end.")] = None


class ItemWordingPart(Part):
    """The words of a question, and of each of its levels."""

    text: Words
    levels: Annotated[dict[LevelKey, Words], Field(min_length=2, max_length=21)]


class WordingPart(Part):
    """The words of one version of the instrument, from the council's own licensed copy."""

    version: InstrumentVersion
    items: Annotated[dict[Code, ItemWordingPart], Field(min_length=1, max_length=100)]


class LicenceIn(Part):
    """What a council states about its licences of an instrument; it takes the place of what it stated before."""

    licences: Annotated[list[LicencePart], Field(max_length=50, description="None: it may not be used any more.")]
    wordings: Annotated[
        list[WordingPart], Field(max_length=20, description="None: it is asked on the holder's own forms.")
    ] = []
    reason: Words


class PastStatementOut(BaseModel):
    """When something was stated, by whom and why."""

    model_config = ConfigDict(from_attributes=True)

    version: int
    reason: str
    stated_by: str
    recorded_at: datetime


class LicenceOut(BaseModel):
    """What the council states about an instrument now, and when it stated what."""

    instrument_id: str
    licences: list[LicencePart]
    wordings: list[WordingPart]
    statements: list[PastStatementOut] = Field(description="Oldest first.")


class ResponseIn(Part):
    """What somebody answered."""

    instrument_id: InstrumentId
    version: InstrumentVersion
    carer_id: Annotated[
        UUID | None, Field(description="The carer whose life it is about; null: the person's own life.")
    ] = None
    respondent: Annotated[
        Respondent, Field(description="Whoever only reads out or writes down is no proxy: the person answered.")
    ]
    wave: Code
    number: Annotated[int, Field(ge=1, le=100, strict=True, description="Which time, of a wave that is repeated.")] = 1
    answered_on: Day
    answers: Annotated[
        dict[Code, Level], Field(max_length=100, description="Level by item; what was not answered is left out.")
    ]


class ReasonIn(Part):
    """Why."""

    reason: Words


class ScoreOut(BaseModel):
    """What answers come to, and how."""

    scoring_id: str
    value: float | None = Field(description="With four decimals; null where an answer that it needs is missing.")
    missing: list[str]
    reasons: list[str] = Field(description="How it was worked out, or why it was not.")
    unconfirmed: str = Field(description="Why its figures are not confirmed in a source; empty where they are.")


class FlagOut(BaseModel):
    """What has to be said about the answers when they are used."""

    code: str
    text: str


class ResponseOut(BaseModel):
    """Answers that were recorded."""

    response_id: UUID
    person_id: UUID
    carer_id: UUID | None
    instrument_id: str
    version: int
    respondent: Respondent
    wave: str
    number: int
    answered_on: date
    answers: dict[str, int]
    scores: list[ScoreOut] = Field(description="None where the answers were taken back.")
    flags: list[FlagOut]
    recorded_by: str
    recorded_at: datetime
    taken_back_because: str | None = Field(description="Null: they count.")

    @classmethod
    def of(cls, one: Recorded) -> Self:
        """A response as it is told."""
        scores = [
            ScoreOut(
                scoring_id=score.scoring_id,
                value=None if score.value is None else round(float(score.value), DECIMALS),
                missing=list(score.missing),
                reasons=list(score.reasons),
                unconfirmed=score.unconfirmed,
            )
            for score in one.scores
        ]
        flags = [FlagOut(code=flag.code, text=flag.text) for flag in one.flags]
        kept = one.row.model_dump(include=set(cls.model_fields))
        return cls(**kept, scores=scores, flags=flags)


class ResponsesOut(BaseModel):
    """Everything that was answered about a person, and for staff about their carers; the latest first."""

    responses: list[ResponseOut]


class CouncilReportInList(BaseModel):
    """A report that can be read."""

    report: str = Field(description="Its code, for its address.")
    title: str
    question: str = Field(description="What it answers.")


class CouncilReportsOut(BaseModel):
    """Every report that can be read."""

    reports: list[CouncilReportInList]


class CouncilReportOut(BaseModel):
    """A report's figures."""

    report: str
    title: str
    question: str
    about: str = Field(description="How the figures are to be read.")
    from_day: date
    to_day: date = Field(description="What came after it is not in the figures.")
    read_at: datetime = Field(description="When the figures were read; what is told later may change them.")
    columns: list[str] = Field(description="The first one names the rows.")
    rows: list[list[str | int | float | None]] = Field(
        description="Null: not known. A group of few people says that it is kept back, and has no figures."
    )
    drawn: list[str] = Field(description="The columns that the picture shows.")
    unit: str = Field(description="Of what is drawn.")
    notes: list[str] = Field(description="What has to be said with the figures: what is kept back, what nobody told.")

    @classmethod
    def of(cls, table: CouncilTable, days: Days, *, question: str, read_at: datetime) -> Self:
        """A report as it is told."""
        return cls(
            report=table.code,
            title=table.title,
            question=question,
            about=table.about,
            from_day=days.first,
            to_day=days.last,
            read_at=read_at,
            columns=list(table.columns),
            rows=[list(row) for row in table.rows],
            drawn=list(table.drawn),
            unit=table.unit,
            notes=list(table.warnings),
        )
