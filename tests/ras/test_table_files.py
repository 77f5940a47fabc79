"""Table files: refused whole, with reasons, when anything in them is unknown or unsound; found by council and date."""

import hashlib
import json
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import yaml

from braid.contracts.codes import UserGroup
from services.assessment.domain.questionnaire import Aspect, Kind
from services.assessment.questionnaire_files import released_questionnaire
from services.ras.domain.errors import NoTableInForce
from services.ras.table_files import PARAMETERS, AllocationTables, TableRefused, read_table, released_tables
from tests.ras.material import QUESTIONNAIRES, a_table, table_text

COUNCIL = "E10009999"


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ("points: 25, pence_per_week: 15000", "points: 25, pence_per_week: 1", "the sum falls at 25 points"),
        ("points: 25, pence_per_week", "points: 10, pence_per_week", "two rows for 10 points"),
        ("{points: 0, pence_per_week: 0, source: *ours}", "{points: 1, pence_per_week: 0, source: *ours}", "no row"),
        ("home_need: {nothing: 0, part: 3, whole: 6}", "garden_need: {nothing: 0}", "'garden_need', which is no"),
        ("home_need: {nothing: 0, part: 3, whole: 6}", "home_need: {nothing: 0, part: 3}", "each needs its points"),
        ("home_need: {nothing: 0, part: 3, whole: 6}", "home_need: {nothing: 0, part: 3, whole: 2}", "fall at 'whole'"),
        ("    home_need: {nothing: 0, part: 3, whole: 6}\n", "", "no points to 'home_need'"),
        ("counting: {safety_risks: add}", "counting: {}", "how several answers count"),
        ('some: "0.70", most: "0.40"', 'some: "0.40", most: "0.70"', "never rise"),
        ('none: "1.00", ', "", "needs a multiplier"),
        ('some: "0.70"', "some: 0.70", "multipliers.some"),
        ("questionnaire: {id: synthetic", "questionnaire: {id: unheard_of", "which is not there"),
        ("title: Synthetic table", "title: Synthetic table\ntitle: Again", "key given twice"),
        ("points: 10, pence_per_week: 6000", "points: 10", "one of the two"),
        ("in_force_from: 2009-04-01", "in_force_from: 2009-04-01\nin_force_to: 2009-03-31", "ends before it begins"),
        ("council: E10009998", "council: Barset", "council"),
        ("points: 10, pence_per_week: 6000, source: *ours", "points: 10, pence_per_week: 6000", "source"),
    ],
)
def test_a_file_that_is_not_sound_is_refused_with_its_reason(before: str, after: str, reason: str) -> None:
    text = table_text("synthetic")
    assert text.count(before) == 1

    with pytest.raises(TableRefused, match=reason):
        read_table(text.replace(before, after), QUESTIONNAIRES, "table")


@pytest.mark.parametrize("supply", ["beds_available: 12", "vacancies: {respite: 3}", "supply_factor: '0.9'"])
def test_what_is_left_to_hand_out_is_never_an_input(supply: str) -> None:
    with pytest.raises(TableRefused, match="supply, beds or vacancies are never an input"):
        read_table(f"{table_text('synthetic')}{supply}\n", QUESTIONNAIRES, "table")


def test_the_table_of_the_day_is_the_latest_that_has_begun() -> None:
    first = replace(a_table("example-council"), in_force_from=date(2009, 4, 1))
    second = replace(first, version=2, in_force_from=date(2010, 4, 1))
    tables = AllocationTables((second, first))

    assert tables.in_force(COUNCIL, "older_people", date(2010, 3, 31)).version == 1
    assert tables.in_force(COUNCIL, "older_people", date(2010, 4, 1)).version == 2


def test_a_table_for_the_group_goes_before_the_one_for_everybody() -> None:
    everybody = a_table("example-council")
    tables = AllocationTables((everybody, replace(everybody, table_id="own", user_group="mental_health")))

    assert tables.in_force(COUNCIL, "mental_health", date(2010, 1, 1)).table_id == "own"
    assert tables.in_force(COUNCIL, "older_people", date(2010, 1, 1)).table_id == "example-council"


@pytest.mark.parametrize("group", list(UserGroup))
def test_under_a_generic_table_the_label_of_the_group_changes_nothing(group: UserGroup) -> None:
    assert released_tables().in_force(COUNCIL, group, date(2009, 7, 29)) == a_table("example-council")


@pytest.mark.parametrize(("council", "on"), [(COUNCIL, date(2009, 3, 31)), ("E10009998", date(2010, 1, 1))])
def test_a_day_or_council_without_a_table_is_an_error_and_never_a_guess(council: str, on: date) -> None:
    with pytest.raises(NoTableInForce):
        released_tables().in_force(council, "older_people", on)


def test_a_table_that_has_ended_is_no_longer_in_force() -> None:
    ended = AllocationTables((replace(a_table("example-council"), in_force_to=date(2010, 3, 31)),))

    assert ended.in_force(COUNCIL, "older_people", date(2010, 3, 31))
    with pytest.raises(NoTableInForce):
        ended.in_force(COUNCIL, "older_people", date(2010, 4, 1))


def test_two_tables_that_begin_on_one_day_are_refused() -> None:
    table = a_table("example-council")

    with pytest.raises(TableRefused, match="begin on 2009-04-01"):
        AllocationTables((table, replace(table, version=2)))


def test_a_released_table_never_changes(tmp_path: Path) -> None:
    folder = tmp_path / "parameters"
    shutil.copytree(PARAMETERS, folder)
    changed = folder / "allocation_tables/example-council/1.yaml"
    changed.write_text(changed.read_text().replace("6100000", "6000000"))

    with pytest.raises(TableRefused, match="never changes"):
        released_tables(folder)


def test_every_file_of_parameters_is_released() -> None:
    on_disk = {
        file.relative_to(PARAMETERS).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for folder in ("allocation_tables", "questionnaires")
        for file in (PARAMETERS / folder).rglob("*.yaml")
    }

    assert json.loads((PARAMETERS / "released.json").read_text()) == on_disk


def test_the_copy_of_the_questionnaire_is_true_to_the_original() -> None:
    """The assessment service owns the questionnaire; this service scores a copy of its questions about needs."""
    copy = yaml.safe_load((PARAMETERS / "questionnaires/example-council/1.yaml").read_text())
    original = released_questionnaire(copy["id"], copy["version"])

    assert list(copy["domains"].items()) == list(original.domains.items())
    assert copy["questions"] == [
        {
            "id": question.question_id,
            "label": question.label,
            "domain": question.about,
            "several": question.kind is Kind.SEVERAL_CHOICES,
            "choices": {choice.code: choice.text for choice in question.choices},
        }
        for question in original.asking(Aspect.NEED)
    ]


def test_the_rate_card_prices_all_specialist_support_that_the_questionnaire_names() -> None:
    original = released_questionnaire("example-council", 1)
    named = {question.about for question in original.asking(Aspect.SPECIALIST_SUPPORT)}

    assert named == set(a_table("example-council").rate_card.rates)
