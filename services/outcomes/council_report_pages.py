"""A council report as a page with its picture and table, and as CSV."""

import csv
import io

from services.outcomes.domain.council_reports.tables import Cell, CouncilTable


def as_page(table: CouncilTable) -> str:
    """One HTML file that needs no other; needs the extra `analysis`."""
    from braid.kit.reports.page import Section, page
    from braid.kit.reports.pictures import Picture, Table, bars

    twin = Table(table.title, table.columns, table.rows)
    places = [0, *(table.columns.index(name) for name in table.drawn)]
    drawn = tuple(
        tuple(row[place] for place in places)
        for row in table.rows
        # What is kept back, or not known, is no bar of nothing.
        if all(isinstance(row[place], int | float) for place in places[1:])
    )
    parts: tuple[Picture | Table, ...] = (twin,)
    if drawn:
        alt = f"{table.title}: {', '.join(table.drawn)}, for each {table.columns[0]}."
        picture = bars(table.title, alt, table.unit, Table(table.title, (table.columns[0], *table.drawn), drawn))
        parts = (Picture(picture.alt, picture.svg, twin),)
    return page(table.title, table.about, table.warnings, [Section("Figures", (), parts)])


def as_csv(table: CouncilTable) -> str:
    """The same figures for a spreadsheet; what is not known is empty."""
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow(table.columns)
    writer.writerows([_for_a_spreadsheet(cell) for cell in row] for row in table.rows)
    return target.getvalue()


def _for_a_spreadsheet(cell: Cell) -> str | int | float:
    """A cell that no spreadsheet runs as a formula, whatever somebody wrote."""
    if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")):
        return f"'{cell}"
    return "" if cell is None else cell
