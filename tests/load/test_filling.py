"""Budgets that are filled in for a measurement are whole: everybody's own, and their council's journal holds."""

import json
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from braid.command_line.demonstration import EXAMPLE_COUNCIL
from tests.load.filling import MEASURED_COUNCIL_MOST, Part, parts, still_to_fill
from tests.load.template import PEOPLE, Template, read_template, renamed


def test_as_many_budgets_are_filled_in_as_are_asked_for() -> None:
    for budgets in (1_000, 10_000, 100_000, 1_000_000):
        filled = sum(part.people for part in parts(budgets))
        assert budgets - PEOPLE < filled < budgets + PEOPLE


def test_the_council_that_is_measured_stays_of_a_size_while_others_join() -> None:
    first, *others = parts(1_000_000)
    assert (first.council, first.short) == (EXAMPLE_COUNCIL, False)
    assert first.people < MEASURED_COUNCIL_MOST + PEOPLE
    assert all(part.short and part.council != EXAMPLE_COUNCIL for part in others)
    assert len({part.council for part in others}) == len(others) == 152


@pytest.mark.parametrize(("before", "after"), [(0, 1_000), (1_000, 10_000), (10_000, 100_000)])
def test_what_is_there_is_not_filled_in_again(before: int, after: int) -> None:
    there = {(part.council, number) for part in parts(before) for number in _copies(part)} if before else set()
    added = {(part.council, number) for part in still_to_fill(before, after) for number in _copies(part)}
    wanted = {(part.council, number) for part in parts(after) for number in _copies(part)}
    assert not there & added
    assert there | added == wanted


def _copies(part: Part) -> range:
    return range(part.first, part.last + 1)


PERSON, BUDGET = uuid4(), uuid4()


@pytest.fixture
def template(tmp_path: Path) -> Template:
    """Of one person, as the stories leave fourteen."""
    (tmp_path / "assessment.person.rows").write_text(f"{PERSON}\t{EXAMPLE_COUNCIL}\tearly-user-1\tAda\n")
    names = ("person_id", "council", "reference", "name")
    (tmp_path / "assessment.person.json").write_text(_columns(names))
    document = json.dumps({"about": str(PERSON), "said": "so " * 60})
    (tmp_path / "ledger.budget.rows").write_text(f"{BUDGET}\t{EXAMPLE_COUNCIL}\t{PERSON}\t{document}\n")
    (tmp_path / "ledger.budget.json").write_text(_columns(("budget_id", "council", "person_id"), "told"))
    (tmp_path / "entries.json").write_text("[]")
    return read_template(tmp_path)


def _columns(names: tuple[str, ...], *documents: str) -> str:
    plain = [{"name": name, "is_document": False} for name in names]
    return json.dumps(plain + [{"name": name, "is_document": True} for name in documents])


def test_a_copy_has_ids_of_its_own_wherever_an_id_stands(template: Template) -> None:
    names = template.names("E06990001", 3)
    person, budget = (table.rows(names, short=False).decode() for table in template.tables)
    theirs = str(renamed(PERSON, "E06990001", 3))
    assert person.split("\t")[:3] == [theirs, "E06990001", "copy-3-early-user-1"]
    assert budget.split("\t")[:3] == [str(renamed(BUDGET, "E06990001", 3)), "E06990001", theirs]
    assert f'"about": "{theirs}"' in budget
    assert str(PERSON) not in person + budget


def test_no_two_copies_share_an_id() -> None:
    made = {renamed(PERSON, council, number) for council in ("E06990001", "E06990002") for number in range(1, 500)}
    assert len(made) == 2 * 499
    assert all(isinstance(one, UUID) for one in made)


def test_long_documents_are_left_empty_where_there_is_no_room(template: Template) -> None:
    budget = template.tables[1].rows(template.names("E06990001", 1), short=True).decode()
    assert budget.endswith("\t{}\n")
