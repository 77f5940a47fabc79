"""Numbers and codes by which others know a person, a place and a council: checked before they are kept."""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

COUNCILS = Path(__file__).parent / "councils.csv"

#: Councils that do not exist, for examples and tests; their people may have numbers that are made for testing.
_MADE_UP = re.compile(r"E(?:06|08|09|10)999[0-9]{3}|E1000999[0-9]")
#: The shape of a postcode: outward and inward code, as Royal Mail's Programmers' Guide tells it; GIR 0AA apart.
_POSTCODE = re.compile(
    r"([A-PR-UWYZ][0-9]{1,2}|[A-PR-UWYZ][A-HK-Y][0-9]{1,2}|[A-PR-UWYZ][0-9][A-HJKPSTUW]"
    r"|[A-PR-UWYZ][A-HK-Y][0-9][ABEHMNPRVWXY])([0-9][ABD-HJLNP-UW-Z]{2})"
)
#: First digits of the numbers of England, Wales and the Isle of Man: 400 000 000 to 499 999 999 and 600 000 000 to
#: 799 999 999, before the check digit. Others are of Scotland, Northern Ireland or Ireland, or not given out.
_GIVEN_OUT = frozenset("467")
#: Numbers that are made for testing begin with it.
_FOR_TESTING = "9"


class IdentifierRefused(Exception):
    """A number or code is not one, or not one of here."""


@dataclass(frozen=True)
class Council:
    """A council with adult social care duties.

    Args:
        until_on: its last day; None while there is none.
    """

    code: str
    name: str
    kind: str
    region: str
    until_on: date | None


def is_made_up(council: str) -> bool:
    """Whether a council is one of those that are for examples and tests."""
    return _MADE_UP.fullmatch(council) is not None


def nhs_number_of(told: str, council: str) -> str:
    """The ten digits of an NHS number of England, Wales or the Isle of Man.

    Raises:
        IdentifierRefused: it is not ten digits, its check digit is wrong, or such numbers are not given out: those of
            other countries, and those made for testing (but for a made-up council).
    """
    digits = re.sub(r"[ -]", "", told)
    if not re.fullmatch(r"[0-9]{10}", digits):
        raise IdentifierRefused("an NHS number has ten digits")
    # Modulus 11 with weights from 10 down to 2 (NHS Data Dictionary, NHS NUMBER); an outcome of 10 is never given out.
    check = -sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False)) % 11
    if check != int(digits[9]):
        raise IdentifierRefused("the check digit of the NHS number is wrong: a digit may be mistyped")
    if digits[0] in _GIVEN_OUT or (digits[0] == _FOR_TESTING and is_made_up(council)):
        return digits
    raise IdentifierRefused("no NHS number of England or Wales begins like this")


def uprn_of(told: str) -> str:
    """A unique property reference number without leading noughts; it has no check digit.

    Raises:
        IdentifierRefused: it is not a whole number of one to twelve digits, or nought.
    """
    if not re.fullmatch(r"[0-9]{1,12}", told) or int(told) == 0:
        raise IdentifierRefused("a UPRN is a number of one to twelve digits")
    return str(int(told))


def postcode_of(told: str) -> str:
    """A postcode as it is written on letters, such as ``CB3 0AP``.

    Raises:
        IdentifierRefused: it has not the shape of one.
    """
    match = _POSTCODE.fullmatch(re.sub(r"\s", "", told).upper())
    if match is None:
        raise IdentifierRefused("this is not the shape of a postcode of the United Kingdom")
    return f"{match[1]} {match[2]}"


@cache
def councils() -> Mapping[str, Council]:
    """Every English council with adult social care duties, by GSS code."""
    lines = [line for line in COUNCILS.read_text().splitlines() if not line.startswith("#")]
    return {
        row["gss_code"]: Council(
            row["gss_code"],
            row["name"],
            row["kind"],
            row["region"],
            date.fromisoformat(row["until_on"]) if row["until_on"] else None,
        )
        for row in csv.DictReader(lines)
    }


def require_council(code: str, on: date) -> None:
    """Refuse a case at a council that has no adult social care duties, or has them no more.

    Raises:
        IdentifierRefused: there is no such council on that day.
    """
    council = councils().get(code)
    if council is None and not is_made_up(code):
        raise IdentifierRefused(f"{code} is the code of no council with adult social care duties")
    if council is not None and council.until_on is not None and on > council.until_on:
        raise IdentifierRefused(f"{council.name} ended on {council.until_on}")
