"""What the law leaves to councils: what each may choose, what it has chosen, and its history."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, StrictStr

from braid.kit.http import Caller, ExpectedVersion, Reading, UnitOfWorkRoute, Writing, entity_tag
from braid.kit.permissions import Action, may
from braid.kit.problems import Problem, not_found, responses
from services.funding_streams.api.documents import PlausibleDay
from services.funding_streams.council_settings_store import as_setting, choose, history, in_force, value_of
from services.funding_streams.domain.council_settings import SettingDeclared, SettingKind
from services.funding_streams.domain.errors import SettingRefused
from services.funding_streams.rule_files import rule_files
from services.funding_streams.tables import CouncilSettingRow

router = APIRouter(prefix="/v1/council-settings", route_class=UnitOfWorkRoute, tags=["council settings"])

#: A council's charging policy is its finance officers' to keep. Approvers decide on single people's money: who applies
#: a rule to a person does not also set it.

#: A choice: yes or no, a number, a code, a list of codes, or null where there may be none.
SettingValueJson = StrictBool | StrictInt | StrictStr | list[StrictStr] | None
_NO_SETTING = (404, "Nothing of this name is left to councils.")


class ChoiceIn(BaseModel):
    """A council's choice, from a day on."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    value: SettingValueJson
    starts_on: PlausibleDay = Field(alias="from", description="First day on which it holds.")
    reason: Annotated[str, Field(min_length=3, max_length=1000, description="Why, and on whose decision.")]


class ChoiceOut(BaseModel):
    """One choice of the council; never changed, a later one comes beside it."""

    model_config = ConfigDict(serialize_by_alias=True)

    version: int
    value: SettingValueJson
    starts_on: date = Field(alias="from")
    reason: str
    chosen_by: str
    recorded_at: datetime


class SettingOut(BaseModel):
    """One thing that is left to councils, and what this council makes of it on a day."""

    name: str
    meaning: str
    citation: str = Field(description="What lets a council choose, or why the default was chosen.")
    kind: SettingKind
    codes: list[str]
    least: int | None
    most: int | None
    may_be_absent: bool
    default: SettingValueJson
    is_chosen: bool = Field(description="False: the council has chosen nothing by that day, and the default holds.")
    value: SettingValueJson = Field(description="What holds on that day.")
    version: int = Field(description="How many choices there are; If-Match of the next one.")
    history: list[ChoiceOut] = Field(description="Oldest first.")


class SettingsOut(BaseModel):
    """Everything that is left to councils, by name."""

    council: str
    on: date
    settings: list[SettingOut]


OnDay = Annotated[PlausibleDay | None, Query(description="The day that is asked about; today where it is left out.")]


@router.get("", dependencies=[may(Action.READ_PUBLISHED)], responses=responses((422, "The day is not one.")))
async def read_settings(work: Reading, _caller: Caller, on: OnDay = None) -> SettingsOut:
    """What the law leaves to councils, with the default, this council's choice on the day, and its history."""
    day = on or work.now.date()
    choices = await history(work)
    declared = rule_files().council_defaults.declared
    return SettingsOut(
        council=work.council,
        on=day,
        settings=[
            _setting(one, [choice for choice in choices if choice.name == name], day)
            for name, one in sorted(declared.items())
        ],
    )


@router.get("/{name}", dependencies=[may(Action.READ_PUBLISHED)], responses=responses(_NO_SETTING))
async def read_setting(name: str, work: Reading, _caller: Caller, response: Response, on: OnDay = None) -> SettingOut:
    """One setting, with its history and the ETag that the next choice needs."""
    return _answer(_declared(name), await history(work, name), on or work.now.date(), response)


@router.put(
    "/{name}",
    dependencies=[may(Action.CHOOSE_FOR_COUNCIL)],
    responses=responses(
        (403, "Only a finance officer of the council chooses."),
        _NO_SETTING,
        (412, "Somebody chose in the meantime."),
        (422, "The value is not one that the law leaves to councils."),
        (428, "If-Match is missing."),
    ),
)
async def choose_setting(
    name: str, body: ChoiceIn, work: Writing, caller: Caller, seen: ExpectedVersion, response: Response
) -> SettingOut:
    """Choose, from a day on. Decisions of that day and later ones rest on it as they are made; none is made again."""
    declared = _declared(name)
    try:
        await choose(
            work, name, as_setting(body.value), body.starts_on, body.reason, by=caller.subject, seen_version=seen
        )
    except SettingRefused as error:
        fault = {"pointer": "body:/value", "name": name, "message": str(error)}
        raise Problem(
            422, "setting-refused", "The law does not leave this value to councils", str(error), errors=[fault]
        ) from error
    return _answer(declared, await history(work, name), body.starts_on, response)


def _declared(name: str) -> SettingDeclared:
    """Return a declaration; a figure of law, which no council may set, is told from a name that there is not.

    Raises:
        Problem: 404.
    """
    declared = rule_files().council_defaults.declared.get(name)
    if declared is not None:
        return declared
    if name in rule_files().figures.by_name:
        detail = f"{name} is a figure of law or guidance: it holds for every council, and none may set it."
        raise Problem(404, "not-left-to-councils", "This is not left to councils", detail)
    raise not_found("setting that is left to councils")


def _answer(
    declared: SettingDeclared, choices: Sequence[CouncilSettingRow], on: date, response: Response
) -> SettingOut:
    setting = _setting(declared, choices, on)
    response.headers.update(entity_tag(setting.version))
    return setting


def _setting(declared: SettingDeclared, choices: Sequence[CouncilSettingRow], on: date) -> SettingOut:
    chosen = in_force(choices, on)
    is_number = declared.kind in (SettingKind.PERCENT, SettingKind.PENCE, SettingKind.COUNT)
    return SettingOut(
        name=declared.name,
        meaning=declared.meaning,
        citation=declared.citation,
        kind=declared.kind,
        codes=list(declared.codes),
        least=declared.least if is_number else None,
        most=declared.most if is_number else None,
        may_be_absent=declared.may_be_absent,
        default=_json(declared.default),
        is_chosen=chosen is not None,
        value=_json(value_of(chosen) if chosen else declared.default),
        version=max((choice.version for choice in choices), default=0),
        history=[
            ChoiceOut.model_validate(
                {
                    **choice.model_dump(include={"version", "reason", "chosen_by", "recorded_at"}),
                    "from": choice.starts_on,
                    "value": choice.choice["value"],
                }
            )
            for choice in choices
        ],
    )


def _json(value: Any) -> SettingValueJson:
    return list(value) if isinstance(value, tuple) else value
