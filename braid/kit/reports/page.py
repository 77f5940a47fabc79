"""A report as one HTML file."""

from collections.abc import Sequence
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined

from braid.kit.reports.pictures import Cell, Picture, Table


@dataclass(frozen=True)
class Section:
    """A heading, paragraphs, and pictures and tables."""

    heading: str
    words: tuple[str, ...] = ()
    parts: tuple[Picture | Table, ...] = ()


def page(title: str, about: str, warnings: Sequence[str], sections: Sequence[Section]) -> str:
    """Write a page that needs no other file. Everything is escaped."""
    environment = Environment(
        loader=PackageLoader("braid.kit.reports", ""), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters["shown"] = shown
    return environment.get_template("page.html.jinja").render(
        title=title,
        about=about,
        warnings=warnings,
        sections=sections,
        is_picture=lambda part: isinstance(part, Picture),
    )


def shown(cell: Cell) -> str:
    """A cell as people read it: a dash for nothing known, thousands apart, two decimals for what is no whole number."""
    if cell is None:
        return "–"
    if isinstance(cell, int):
        return f"{cell:,}"
    return f"{cell:,.2f}" if isinstance(cell, float) else cell
