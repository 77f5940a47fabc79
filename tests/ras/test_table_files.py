"""Table files: refused whole, with reasons, when anything in them is unknown or unsound; found by council and date."""

import hashlib
import json
import shutil
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
import yaml

from braid.contracts.codes import UserGroup
from services.assessment.domain.questionnaire import Aspect, Kind
from services.assessment.questionnaire_files import latest_released_version, released_questionnaire
from services.ras.domain.errors import NoTableInForce, TableNotSound
from services.ras.domain.protection import Phasing
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
        ("statement: Made up for tests.", 'statement: "  "', "cannot say where it comes from"),
        ("home_need: {nothing: 0, part: 3, whole: 6}", "home_need: {nothing: 0, part: -3, whole: 6}", "home_need.part"),
        (
            "home_need: {nothing: 0, part: 3, whole: 6}",
            "home_need: {nothing: 0, part: 3, whole: six}",
            "home_need.whole",
        ),
        ("kind: linear_between_knots", "kind: secret_model", "secret_model"),
    ],
)
def test_a_file_that_is_not_sound_is_refused_with_its_reason(before: str, after: str, reason: str) -> None:
    text = table_text("synthetic")
    assert text.count(before) == 1

    with pytest.raises(TableRefused, match=reason):
        read_table(text.replace(before, after), QUESTIONNAIRES, "table")


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ("  weights: {garden_need: [{factor: 1}]}", "weighs 'garden_need', which is no question"),
        ("  no_order: [garden_need]", "weighs 'garden_need', which is no question"),
        (
            "  weights: {home_need: [{factor: 1, where: {home_need: [huge]}}]}",
            "huge at 'home_need', which is no answer",
        ),
        ("  weights: {home_need: [{factor: -1}]}", "weights.home_need"),
        ("  least_scores: [{points: 5, text: Why, where: {x: [y]}}]", "y at 'x', which is no answer"),
        ("  least_scores: [{points: 5, text: Why, where: {}}]", "least_scores"),
        ("days: {source: *ours, multipliers: {good: 2, other: 1, bad: 3}}", "a good day counts for 1 or less"),
        ("days: {source: *ours, multipliers: {good: 1, bad: 1}}", "days need a multiplier"),
        ("settlement: {}", "tolerance"),
        ("hours: {source: *ours, by_question: [{question: x, rate: y, per_week: {}}], rates: {}}", "'x', which is no"),
    ],
)
def test_a_part_that_does_not_hold_is_refused_with_its_reason(more: str, reason: str) -> None:
    text = table_text("synthetic")
    place = "money:" if more.startswith("  ") else "rate_card:"
    with pytest.raises(TableRefused, match=reason):
        read_table(text.replace(place, f"{more}\n{place}"), QUESTIONNAIRES, "table")


def test_a_phasing_that_never_arrives_is_refused() -> None:
    with pytest.raises(TableNotSound):
        Phasing(Fraction(0))


def test_bands_begin_where_they_say() -> None:
    with pytest.raises(TableNotSound, match="no row for 100 points"):
        replace(a_table("one-band").money, begins_at=100)  # type: ignore[type-var]


def test_version_2_of_the_released_table_changes_no_points_and_no_sums() -> None:
    first, second = a_table("example-council"), a_table("example-council:2")

    assert (first.scoring, first.money, first.rate_card) == (second.scoring, second.money, second.rate_card)
    assert second.hours
    assert second.days
    assert second.settlement != first.settlement


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
@pytest.mark.parametrize(
    ("on", "table"), [(date(2009, 7, 29), "example-council"), (date(2026, 6, 1), "example-council:2")]
)
def test_under_a_generic_table_the_label_of_the_group_changes_nothing(group: UserGroup, on: date, table: str) -> None:
    assert released_tables().in_force(COUNCIL, group, on) == a_table(table)


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


@pytest.mark.parametrize("version", [1, 2])
def test_the_copy_of_the_questionnaire_is_true_to_the_original(version: int) -> None:
    """The assessment service owns the questionnaire; this service scores a copy of its questions about needs."""
    copy = yaml.safe_load((PARAMETERS / f"questionnaires/example-council/{version}.yaml").read_text())
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


def test_a_table_scores_every_version_that_asks_about_needs_in_the_same_words() -> None:
    first = (PARAMETERS / "questionnaires/example-council/1.yaml").read_text()
    later = {
        f"questionnaires/example-council/{version}.yaml": first.replace("version: 1\n", f"version: {version}\n")
        for version in (1, 2, 3)
    }
    later["questionnaires/example-council/3.yaml"] = later["questionnaires/example-council/3.yaml"].replace(
        "I need no help", "I want no help"
    )
    table = (PARAMETERS / "allocation_tables/example-council/1.yaml").read_text()

    assert read_table(table, later, "table").questionnaire_versions == {1, 2}


def test_the_rate_card_prices_all_specialist_support_that_the_questionnaire_names() -> None:
    original = released_questionnaire("example-council", latest_released_version("example-council"))
    named = {question.about for question in original.asking(Aspect.SPECIALIST_SUPPORT)}

    assert named == set(a_table("example-council").rate_card.rates)
