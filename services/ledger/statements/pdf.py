"""A statement as PDF: tagged for screen readers, in large plain type, the same bytes for the same statement."""

import json
import re
from datetime import UTC
from functools import cache
from importlib import resources
from typing import Any

import typst
from anyascii import anyascii

from services.ledger.domain.in_words import day, pounds
from services.ledger.statements.page import MovementOut, StatementOut

#: Movements of one PDF: a few seconds of work, and a hundred and fifty pages.
MOVEMENTS_MAX = 2_000

#: What the person can do; the council's own words on it stand beside the statement, not in it.
_CLOSING = (
    "Tell your council if something is missing, or if a payment is not yours. You can ask for the bill or bank line"
    " behind any figure.",
    "If you and the council do not agree, you can complain, and then go to the ombudsman.",
)

#: All but Latin, Greek and Cyrillic letters, and the signs that go with them: what the font is made for.
_UNREADABLE = re.compile(
    r"[^\x20-\x7e\xa0-\u024f\u0386-\u03ce\u0400-\u045f\u1e80-\u1e85\u1ef2\u1ef3\u2013-\u2026\u20ac]"
)


def statement_pdf(page: StatementOut) -> bytes:
    """Write a statement as PDF/UA-1.

    A letter that no font here has is written in Latin letters, since the standard allows no text that cannot be shown;
    the page and the CSV have it as it is.
    """
    try:
        return _compiled(_written_out(page), page)
    except typst.TypstError:
        return _compiled(_in_latin_letters(_written_out(page)), page)


def _in_latin_letters(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _in_latin_letters(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_in_latin_letters(one) for one in value]
    return _UNREADABLE.sub(_latin, value)


def _latin(letter: re.Match[str]) -> str:
    latin = anyascii(letter[0])
    return latin if latin.isprintable() and latin else "?"


def _compiled(data: dict[str, Any], page: StatementOut) -> bytes:
    made: bytes = typst.compile(
        _template(),
        sys_inputs={"statement": json.dumps(data)},
        font_paths=_fonts(),
        pdf_standards="ua-1",
        timestamp=page.known_at.astimezone(UTC).replace(microsecond=0),
    )
    return made


@cache
def _fonts() -> typst.Fonts:
    """The same fonts on every machine."""
    folder = resources.files("font_source_sans_pro") / "files"
    return typst.Fonts(include_system_fonts=False, font_paths=[str(folder)])


@cache
def _template() -> bytes:
    return (resources.files("services.ledger.statements") / "statement.typ").read_bytes()


def _written_out(page: StatementOut) -> dict[str, Any]:
    known = f"This is what was written down by {day(page.known_at.date())}."
    return {
        "title": page.title,
        "period": page.period,
        "summary": [*page.summary, known],
        "streams": [
            {
                "name": part.name,
                "opening": pounds(part.opening_pence),
                "came": pounds(part.in_pence),
                "went": pounds(part.out_pence),
                "closing": pounds(part.closing_pence),
            }
            for part in page.streams
        ],
        "movements": [_movement(one) for one in page.movements],
        "closing": list(_CLOSING),
    }


def _movement(one: MovementOut) -> dict[str, str]:
    text = one.text
    if one.to_account_pence:
        text += f": {pounds(one.to_account_pence)}"
    if one.recorded_on != one.on:
        text += f" (written down on {day(one.recorded_on)})"
    return {
        "day": day(one.on),
        "text": text,
        "came": pounds(one.change_pence) if one.change_pence > 0 else "",
        "went": pounds(-one.change_pence) if one.change_pence < 0 else "",
        "left": pounds(one.left_pence),
    }
