"""People are read strictly: every fault names its row, its column and its reason."""

from pathlib import Path

import numpy as np
import pytest

from services.ras.population.people import People
from services.ras.population.people_files import PeopleRefused, read_people, write_people
from tests.ras.calibration.material import made_up

HEADER = "person,user_group,pence_per_week,points_home,help_home,willing_and_able\n"


def read(folder: Path, text: str) -> People:
    file = folder / "people.csv"
    file.write_text(text)
    return read_people(file)


def faults(folder: Path, text: str) -> list[str]:
    with pytest.raises(PeopleRefused) as refused:
        read(folder, text)
    return [str(fault) for fault in refused.value.faults]


def test_a_file_in_good_order_is_read_to_the_thousandth_of_a_point(tmp_path: Path) -> None:
    people = read(tmp_path, HEADER + "a,older_people,12345,9.8,some,yes\nb,mental_health,0,0.125,none,not_asked\n")

    assert people.person.words().tolist() == ["a", "b"]
    assert people.pence_per_week is not None
    assert people.pence_per_week.tolist() == [12345, 0]
    assert people.points_thousandths["home"].tolist() == [9800, 125]
    assert people.informal_help["home"].words().tolist() == ["some", "none"]
    assert not people.synthetic
    assert not people.reassessed.any(), "what nobody recorded has not happened"


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (",older_people,1,1,none,yes", "row 3, person: '' must name somebody"),
        ("b,children,1,1,none,yes", "row 3, user_group: 'children' must be one of older_people"),
        ("b,older_people,12.50,1,none,yes", "row 3, pence_per_week: '12.50' must be a whole number from 0"),
        ("b,older_people,-1,1,none,yes", "row 3, pence_per_week: '-1' must be a whole number from 0"),
        ("b,older_people,,1,none,yes", "row 3, pence_per_week: '' must be a whole number from 0"),
        ("b,older_people,100000001,1,none,yes", "row 3, pence_per_week: '100000001' must be a whole number from 0"),
        ("b,older_people,1,many,none,yes", "row 3, points_home: 'many' must be points from 0"),
        ("b,older_people,1,-2,none,yes", "row 3, points_home: '-2' must be points from 0"),
        ("b,older_people,1,1.2345,none,yes", "row 3, points_home: '1.2345' must be points from 0"),
        ("b,older_people,1,nan,none,yes", "row 3, points_home: 'nan' must be points from 0"),
        ("b,older_people,1,1,plenty,yes", "row 3, help_home: 'plenty' must be one of none, some, most, all"),
        ("b,older_people,1,1,none,perhaps", "row 3, willing_and_able: 'perhaps' must be one of yes, no, not_asked"),
    ],
)
def test_a_bad_row_is_named_with_its_reason(tmp_path: Path, row: str, fault: str) -> None:
    (found,) = faults(tmp_path, f"{HEADER}a,older_people,1,1,none,yes\n{row}\nc,older_people,1,1,none,yes\n")

    assert found.startswith(fault)


def test_a_long_cell_is_shortened_in_its_refusal(tmp_path: Path) -> None:
    (found,) = faults(tmp_path, f"{HEADER}a,{'x' * 1000},1,1,none,yes\n")

    assert found.startswith(f"row 2, user_group: '{'x' * 60}…' must be one of")


DAYS_HEADER = "person,user_group,points_home,days_good,days_other,days_bad\n"


def test_good_and_bad_days_make_a_week_or_were_not_told(tmp_path: Path) -> None:
    people = read(tmp_path, DAYS_HEADER + "a,older_people,1,2,3,2\nb,older_people,1,0,0,0\n")

    assert {kind: days.tolist() for kind, days in people.days_per_week.items()} == {
        "good": [2, 0],
        "other": [3, 0],
        "bad": [2, 0],
    }
    assert faults(tmp_path, DAYS_HEADER + "a,older_people,1,2,3,1\n") == [
        "row 2, days_good, days_other, days_bad: 6 days are no week: together the kinds of day make 7, or 0 where"
        " nobody told"
    ]
    found = faults(tmp_path, DAYS_HEADER + "a,older_people,1,8,0,0\n")
    assert found[0] == "row 2, days_good: '8' must be a whole number from 0 to 7"


def test_a_sum_is_told_by_the_week_or_by_the_year(tmp_path: Path) -> None:
    yearly = read(tmp_path, "person,user_group,points_home,pence_per_year\na,older_people,1,5201\n")
    weekly = read(tmp_path, "person,user_group,points_home,pence_per_week\na,older_people,1,100\n")

    assert yearly.pence_per_year is not None
    assert weekly.pence_per_year is not None
    assert (yearly.pence_per_year.tolist(), weekly.pence_per_year.tolist()) == ([5201], [5200])
    (found,) = faults(
        tmp_path, "person,user_group,points_home,pence_per_week,pence_per_year\na,older_people,1,100,5200\n"
    )
    assert found.endswith("a sum is told by the week or by the year, not both")


def test_every_bad_row_is_named_at_once(tmp_path: Path) -> None:
    found = faults(tmp_path, HEADER + "a,older_people,x,1,none,yes\nb,older_people,1,y,none,maybe\n")

    assert [fault.split(":")[0] for fault in found] == [
        "row 2, pence_per_week",
        "row 3, points_home",
        "row 3, willing_and_able",
    ]


@pytest.mark.parametrize("column", ["beds", "vacancies", "points", "name"])
def test_a_column_that_is_not_known_is_refused_and_supply_above_all(tmp_path: Path, column: str) -> None:
    (found,) = faults(tmp_path, f"person,user_group,points_home,{column}\na,older_people,1,1\n")

    assert found.startswith(f"{column}: is not known here")
    assert "supply, beds or vacancies are never an input" in found


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("person,points_home\na,1\n", "user_group: this column is missing"),
        ("person,user_group\na,older_people\n", "points_… or answer_…: people need points by domain, or answers"),
        ("person,user_group,points_home\n", "file: there is nobody in it"),
        ("", "file: "),
    ],
)
def test_a_file_without_what_is_needed_is_refused(tmp_path: Path, text: str, fault: str) -> None:
    assert faults(tmp_path, text)[0].startswith(fault)


def test_real_and_made_up_people_are_never_in_one_file(tmp_path: Path) -> None:
    rows = "person,user_group,points_home,synthetic\na,older_people,1,yes\nb,older_people,1,no\n"

    assert faults(tmp_path, rows) == ["synthetic: a file holds synthetic people or real ones, never both"]


@pytest.mark.parametrize("name", ["people.csv", "people.parquet"])
def test_what_is_written_is_read_again(tmp_path: Path, name: str) -> None:
    people = made_up()
    write_people(people, tmp_path / name)

    again = read_people(tmp_path / name)

    assert again.synthetic
    assert again.person.words().tolist() == people.person.words().tolist()
    for mapping in ("answers", "informal_help", "equality"):
        before, after = getattr(people, mapping), getattr(again, mapping)
        assert {key: column.words().tolist() for key, column in after.items()} == {
            key: column.words().tolist() for key, column in before.items()
        }
    assert again.pence_per_week is not None
    assert people.pence_per_week is not None
    assert again.pence_per_week.tolist() == people.pence_per_week.tolist()
    assert again.reassessed.tolist() == people.reassessed.tolist()
    for kind, days in people.days_per_week.items():
        assert again.days_per_week[kind].tolist() == days.tolist()
    for code, minutes in people.specialist_minutes_per_day.items():
        assert again.specialist_minutes_per_day[code].tolist() == minutes.tolist()


def test_some_rows_are_some_rows_of_every_column() -> None:
    chosen = made_up().chosen(np.asarray([3, 1]))

    assert len(chosen) == 2
    assert chosen.person.words().tolist() == ["synthetic-0000003", "synthetic-0000001"]
    assert all(len(column.codes) == 2 for column in chosen.answers.values())
