"""The openness pack lets anybody work a figure out again, keeps small groups back, and makes nothing up."""

import csv
import hashlib
import io
import json
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from services.ras.calibration.comparison import compare
from services.ras.calibration.methods import Settings
from services.ras.calibration.report import as_data
from services.ras.domain.sums import WEEKS_PER_YEAR, rounded_half_up
from services.ras.openness.equality import PUBLISHED_PEOPLE_MIN, equality_figures, kept_back
from services.ras.openness.pack import Pack, openness_pack
from services.ras.openness.transparency_record import FIELDS, AboutRefused, read_about
from tests.ras.calibration.material import base, made_up, past

ABOUT = {"contact_email": "asc@example.org", "senior_responsible_owner": "Director of Adult Social Care"}


@lru_cache
def fit() -> dict[str, Any]:
    compared = compare(past(), Settings(), folds=3, codes=["price_per_point", "few_knots"])
    return as_data(compared, compared.judged[1])


@lru_cache
def pack() -> Pack:
    return openness_pack(base(), fit(), made_up(), ABOUT)


def rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(pack().files[name])))


def test_the_five_things_that_were_asked_for_are_there() -> None:
    for name in ("questionnaire.csv", "scoring.csv", "framework.csv", "price-per-point.csv", "sources.csv"):
        assert rows(name)


def test_the_points_of_every_answer_are_published() -> None:
    published = {(row["question code"], row["answer code"]): Fraction(row["points"]) for row in rows("scoring.csv")}

    assert published == {
        (asked.question_id, choice.code): choice.points
        for asked in base().table.scoring.questions
        for choice in asked.choices
    }


def test_every_whole_score_has_its_sum() -> None:
    money = base().table.money

    for row in rows("framework.csv"):
        exact = money.exact_pence_per_year(Fraction(row["points"]))
        assert exact is not None
        assert Fraction(row["£ a week"]) * 100 == rounded_half_up(exact / WEEKS_PER_YEAR)
    assert len(rows("framework.csv")) == 56


def test_every_source_of_the_table_is_named() -> None:
    titles = {row["title"] for row in rows("sources.csv")}

    assert any("Savva" in title for title in titles)
    assert any("KM" in title for title in titles)
    assert {row["kind"] for row in rows("sources.csv")} == {"published", "inferred", "made_up"}


def test_accuracy_is_what_the_fit_report_says() -> None:
    assert json.loads(pack().files["accuracy.json"]) == fit()


def test_the_record_has_every_field_of_the_standard_in_its_order() -> None:
    record = json.loads(pack().files["transparency-record.json"])

    assert [field["reference"] for field in record["fields"]] == [number for number, _, _ in FIELDS]
    values = {field["attribute"]: field["value"] for field in record["fields"]}
    assert values["contact_email"] == ABOUT["contact_email"]
    assert values["model_version"] == "1"
    assert "made-up people" in values["datasets"]


def test_what_only_the_council_knows_is_never_made_up() -> None:
    untold = " ".join(openness_pack(base(), None, None, {}).untold)

    for name in (
        "Senior responsible owner",
        "Contact email",
        "Appeals and review",
        "Impact assessment",
        "Model performance",
    ):
        assert name in untold
    assert "Senior responsible owner" not in " ".join(pack().untold)
    assert f"the council has not told {len(pack().untold)} fields" in pack().files["index.html"]


@pytest.mark.parametrize("text", ["beds: 3", "name: [a]", "- name", "beds: many", "name: a\nname: b"])
def test_what_the_standard_does_not_ask_for_is_refused(text: str) -> None:
    with pytest.raises(AboutRefused):
        read_about(text)


def test_a_pack_without_accuracy_or_people_says_so() -> None:
    page = openness_pack(base(), None, None, {}).files["index.html"]

    assert "Nothing is told about accuracy" in page
    assert "Nothing is told about fairness" in page


def test_groups_of_few_people_are_kept_back_and_cannot_be_worked_out() -> None:
    assert kept_back([50, 9, 30, 0]) == {1, 2}, "one alone would follow from the total"
    assert kept_back([50, 9, 8]) == {1, 2}
    assert kept_back([50, 10]) == set()


def test_no_figure_of_a_small_group_is_published() -> None:
    people = made_up()
    few = replace(people.user_group, codes=np.minimum(np.arange(len(people)) // 5, 1).astype(np.int32))

    table = equality_figures(base().table, replace(people, user_group=few, equality={}))

    assert [row[3:] for row in table.rows[:2]] == [(None, None, None, None)] * 2


def test_figures_of_each_group_are_those_of_its_people() -> None:
    counted = sum(int(row["people"]) for row in rows("equality.csv") if row["attribute"] == "user group")

    assert counted == len(made_up())
    assert {row["attribute"] for row in rows("equality.csv")} == {"user group", "age band", "sex"}
    assert PUBLISHED_PEOPLE_MIN == 10


def test_the_folder_lists_its_files_with_their_hashes(tmp_path: Path) -> None:
    pack().write(tmp_path)

    listed = json.loads((tmp_path / "manifest.json").read_text())
    there = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in tmp_path.iterdir()}
    assert listed == {name: digest for name, digest in there.items() if name != "manifest.json"}
    assert (tmp_path / "allocation-table.yaml").read_text() == base().text
