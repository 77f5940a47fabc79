"""What a council has chosen for planning: its prices, limits, promised waits and ways of holding, each from a day on.

On a day the choice that began last holds; of two that begin on one day, the later. Until a council chooses, what the
files say holds.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator
from sqlmodel import col, select

from braid.kit.http import stale_version
from braid.kit.strict_yaml import read_yaml
from braid.kit.unit_of_work import UnitOfWork
from services.support_planning.domain.approval import ApprovalRules
from services.support_planning.domain.field_rules.prices import Price
from services.support_planning.domain.holding import Agreement, Way, WayRules
from services.support_planning.domain.reviews import ReviewRules
from services.support_planning.domain.stages import Stage
from services.support_planning.tables import CouncilChoiceRow


class ChoiceRefused(Exception):
    """What a council would choose is not one: the message says where."""


class UnknownChoice(Exception):
    """Nothing of this name is left to councils."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


_Pence = Annotated[int, Field(ge=0, strict=True)]
_Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class _Level(_Part):
    name: _Code
    up_to_pence: _Pence | None


class _Grant(_Part):
    subject: Annotated[str, Field(min_length=1, max_length=200)]
    level: _Code
    starts_on: date
    ends_on: date | None = None


class _Approval(_Part):
    levels: Annotated[list[_Level], Field(min_length=1, max_length=10)]
    at_least: dict[_Code, _Code] = {}
    questions: dict[_Code, str] = {}
    grants: Annotated[list[_Grant], Field(max_length=2000)] = []

    @model_validator(mode="after")
    def _levels_rise(self) -> Self:
        limits = [one.up_to_pence for one in self.levels]
        if limits[-1] is not None or None in limits[:-1]:
            raise ValueError("the last level, and no other, takes any sum")
        if limits[:-1] != sorted(set(limits[:-1]), key=lambda one: one or 0):
            raise ValueError("each level's limit is above the one before it")
        names = {one.name for one in self.levels}
        unknown = {*self.at_least.values(), *(one.level for one in self.grants)} - names
        if unknown:
            raise ValueError(f"no level {', '.join(sorted(unknown))}")
        return self


class _Price(_Part):
    price_id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,63}$")]
    text: str
    use: str
    unit: str
    payee: str | None
    low_pence: _Pence
    usual_pence: _Pence
    high_pence: _Pence
    by_area: dict[str, tuple[_Pence, _Pence, _Pence]] = {}

    @model_validator(mode="after")
    def _prices_rise(self) -> Self:
        for prices in ((self.low_pence, self.usual_pence, self.high_pence), *self.by_area.values()):
            if list(prices) != sorted(prices):
                raise ValueError(f"{self.price_id}: low, usual and high are not in order")
        return self


class _Catalogue(_Part):
    prices: Annotated[list[_Price], Field(max_length=500)]


class _TimeLimits(_Part):
    steps: dict[Stage, Annotated[int, Field(ge=0, le=365)]]
    reviews: ReviewRules


class _Agreement(_Part):
    code: _Code
    text: str
    citation: str
    unconfirmed: bool = False


class _Way(_Part):
    agreements: list[_Agreement]
    conditions: list[str]


#: Choice -> its shape. The file of the same name holds until a council chooses.
SHAPES: Mapping[str, TypeAdapter[Any]] = {
    "approval": TypeAdapter(_Approval),
    "catalogue": TypeAdapter(_Catalogue),
    "time_limits": TypeAdapter(_TimeLimits),
    "holding": TypeAdapter(dict[Way, _Way]),
}


@dataclass(frozen=True)
class TimeLimits:
    """How long each step may take, in days, and when reviews fall due."""

    steps: Mapping[str, int]
    reviews: ReviewRules


# Made once: making one costs more than reading with it.
_APPROVAL = TypeAdapter(ApprovalRules)
_PRICES = TypeAdapter(tuple[Price, ...])
_TIME_LIMITS = TypeAdapter(TimeLimits)
_WAYS = TypeAdapter(dict[Way, _Way])


async def approval_rules(work: UnitOfWork, on: date) -> ApprovalRules:
    """Who may approve what on a day."""
    return _APPROVAL.validate_python(await content_on(work, "approval", on))


async def catalogue(work: UnitOfWork, on: date) -> Mapping[str, Price]:
    """What things cost on a day, by price id."""
    told = await content_on(work, "catalogue", on)
    prices = _PRICES.validate_python(told["prices"])
    return {one.price_id: one for one in prices}


async def time_limits(work: UnitOfWork, on: date) -> TimeLimits:
    """How long each step may take, and when reviews fall due."""
    return _TIME_LIMITS.validate_python(await content_on(work, "time_limits", on))


async def ways_of_holding(work: UnitOfWork, on: date) -> Mapping[Way, WayRules]:
    """What each way of holding money needs."""
    told = _WAYS.validate_python(await content_on(work, "holding", on))
    return {
        way: WayRules(tuple(Agreement(**one.model_dump()) for one in rules.agreements), tuple(rules.conditions))
        for way, rules in told.items()
    }


async def history(work: UnitOfWork, name: str) -> list[CouncilChoiceRow]:
    """Every choice of the council under a name, oldest first.

    Raises:
        UnknownChoice: nothing of this name is left to councils.
    """
    if name not in SHAPES:
        raise UnknownChoice(name)
    query = select(CouncilChoiceRow).where(CouncilChoiceRow.name == name)
    return list((await work.session.scalars(query.order_by(col(CouncilChoiceRow.version)))).all())


async def content_on(work: UnitOfWork, name: str, on: date) -> dict[str, Any]:
    """What holds under a name on a day."""
    begun = [one for one in await history(work, name) if one.starts_on <= on]
    latest = max(begun, key=lambda one: (one.starts_on, one.version), default=None)
    return latest.content if latest else from_file(name)


async def choose(
    work: UnitOfWork, name: str, content: Any, starts_on: date, reason: str, *, by: str, seen_version: int
) -> None:
    """Keep a council's choice from a day on.

    Args:
        seen_version: number of choices under this name that the caller has seen.

    Raises:
        UnknownChoice: nothing of this name is left to councils.
        ChoiceRefused: it is not one.
        Problem: 412, somebody chose in the meantime.
    """
    made = await history(work, name)
    kept = checked(name, content)
    if len(made) != seen_version:
        raise stale_version()
    work.session.add(
        CouncilChoiceRow(
            council=work.council,
            name=name,
            version=seen_version + 1,
            starts_on=starts_on,
            content=kept,
            reason=reason,
            chosen_by=by,
        )
    )
    await work.session.flush()


def checked(name: str, content: Any) -> dict[str, Any]:
    """A choice as it is kept.

    Raises:
        ChoiceRefused: it is not one.
    """
    shape = SHAPES[name]
    try:
        kept: dict[str, Any] = shape.dump_python(shape.validate_python(content), mode="json")
        _USED[name](kept)
    except ValidationError as error:
        faults = "; ".join(f"{'/'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise ChoiceRefused(faults) from error
    return kept


#: What reads each choice; a choice that it cannot read is refused when it is made.
_USED: Mapping[str, Callable[[Any], object]] = {
    "approval": _APPROVAL.validate_python,
    "catalogue": lambda kept: _PRICES.validate_python(kept["prices"]),
    "time_limits": _TIME_LIMITS.validate_python,
    "holding": _WAYS.validate_python,
}


@cache
def from_file(name: str) -> dict[str, Any]:
    """What holds until a council chooses."""
    told = read_yaml((resources.files("services.support_planning.council_data") / f"{name}.yaml").read_text())
    return checked(name, told)
