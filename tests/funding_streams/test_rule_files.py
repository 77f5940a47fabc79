"""The rule files: what is refused, and what must hold of every figure."""

import time
from datetime import date
from pathlib import Path

import pytest

from braid.contracts.uses import Use
from services.funding_streams.domain import eras
from services.funding_streams.domain.errors import NoValueInForce, SettingRefused, UnknownFigure, UnknownSetting
from services.funding_streams.rule_files import (
    STREAMS,
    RuleFilesWrong,
    check_rule_files,
    load_rule_files,
    rule_files,
)

FIGURES = rule_files().figures
PERCENTAGE = "adult_social_care.charging_percentage"
GOOD = """\
description: A limit.
unit: pence
period: week
values:
  - start: 2025-04-07
    value: 10000
    citation: {title: Example Order 2025, pinpoint: art. 3, key: S1}
  - start: 2026-04-06
    value: 10350
    citation: {title: Example Order 2026, pinpoint: art. 3, key: S1}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "example" / "figures").mkdir(parents=True)
    return tmp_path


def _problems(folder: Path, text: str) -> list[str]:
    (folder / "example" / "figures" / "limit.yaml").write_text(text, encoding="utf-8")
    return check_rule_files(folder)


def test_the_platforms_own_rule_files_are_in_order() -> None:
    assert check_rule_files() == []


def test_a_good_file_is_taken(folder: Path) -> None:
    assert _problems(folder, GOOD) == []


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (GOOD.replace("unit: pence", "unit: pence\nlabel: x"), "label: Extra inputs are not permitted"),
        (GOOD.replace("value: 10350", "valeu: 10350"), "values.1.value"),
        (GOOD.replace("start: 2026-04-06", "start: 2025-04-07"), "values.1.start: 2025-04-07 does not come after"),
        (
            GOOD.replace("    citation: {title: Example Order 2026, pinpoint: art. 3, key: S1}\n", ""),
            "values.1.citation",
        ),
        (GOOD.replace("pinpoint: art. 3, ", "", 1), "values.0.citation.pinpoint"),
        (GOOD.replace("unit: pence", "unit: pounds"), "unit: Input should be"),
        (GOOD.replace("value: 10350", "value: 103.5"), "values.1.value"),
        (GOOD.replace("value: 10350", "value: -5"), "values.1.value: must be a whole number of pence"),
        (GOOD.replace("value: 10350", "value: true"), "values.1.value"),
        (GOOD.replace("value: 10000", "value: null"), "a figure cannot end before it has begun"),
        (GOOD.replace("unit: pence", "unit: date"), "must be a date"),
        (GOOD.replace("key: S1", "key: M", 1), "a value from memory must be marked unconfirmed"),
        (GOOD.replace("value: 10350", "value: 10350\n    value: 1"), "key given twice: value"),
        (GOOD.replace("unit: pence", "unit: [pence"), "cannot be read as YAML"),
        ("", "Input should be"),
    ],
)
def test_a_wrong_file_is_refused_with_file_key_and_reason(folder: Path, wrong: str, told: str) -> None:
    problems = _problems(folder, wrong)

    assert problems, wrong
    assert all(problem.startswith("example/figures/limit.yaml: ") for problem in problems)
    assert any(told in problem for problem in problems), problems


def test_half_a_penny_is_taken_as_an_exact_fraction(folder: Path) -> None:
    (folder / "example" / "figures" / "limit.yaml").write_text(GOOD.replace("10350", '"10350.5"'), encoding="utf-8")

    assert load_rule_files(folder).figures.at("example.limit", date(2026, 5, 1)).pence * 2 == 20_701


def test_a_file_that_would_go_unread_is_refused(folder: Path) -> None:
    (folder / "example" / "figures" / "limit.yml").write_text(GOOD, encoding="utf-8")

    (problem,) = check_rule_files(folder)
    assert problem.startswith("example/figures/limit.yml: not a rule file: it must be ")


def test_wrong_rule_files_cannot_be_loaded(folder: Path) -> None:
    _problems(folder, GOOD.replace("unit", "units"))

    with pytest.raises(RuleFilesWrong, match=r"example/figures/limit\.yaml"):
        load_rule_files(folder)


def test_an_unknown_use_is_refused(folder: Path) -> None:
    text = (STREAMS / "supporting_people" / "permitted_uses.yaml").read_text(encoding="utf-8")
    (folder / "example" / "permitted_uses.yaml").write_text(
        text.replace("housing.support", "housing.rent"), encoding="utf-8"
    )

    assert any("values.0.uses.0.use" in problem for problem in check_rule_files(folder))


def test_the_day_a_new_value_starts_uses_the_new_value() -> None:
    name = "adult_social_care.capital_limit_upper"

    assert FIGURES.at(name, date(2009, 4, 5)).pence == 2_225_000
    assert FIGURES.at(name, date(2009, 4, 6)).pence == 2_300_000


def test_a_figure_before_its_first_start_is_an_error() -> None:
    with pytest.raises(NoValueInForce, match=r"capital_limit_upper is in force on 2004-04-11"):
        FIGURES.at("adult_social_care.capital_limit_upper", date(2004, 4, 11))


def test_a_figure_that_ended_is_an_error() -> None:
    assert FIGURES.at("adult_social_care.fairer_charging_buffer_percent", date(2015, 3, 31)).whole == 25
    with pytest.raises(NoValueInForce):
        FIGURES.at("adult_social_care.fairer_charging_buffer_percent", date(2015, 4, 1))


def test_a_figure_that_no_file_holds_is_an_error() -> None:
    with pytest.raises(UnknownFigure):
        FIGURES.at("adult_social_care.nothing_of_the_kind", date(2009, 1, 1))


def test_every_use_is_in_the_shared_taxonomy() -> None:
    known = {use.value for use in Use}

    for listed in FIGURES.uses_by_stream.values():
        assert {line.use for dated in listed for line in dated.uses} <= known


def test_days_in_the_code_are_the_days_in_the_rule_files() -> None:
    day = date(2005, 1, 1)

    assert FIGURES.at("supporting_people.first_day", day).day == eras.SUPPORTING_PEOPLE_FIRST_DAY
    assert FIGURES.at("supporting_people.last_day", day).day == eras.SUPPORTING_PEOPLE_LAST_DAY
    assert FIGURES.at("independent_living_fund.last_day", day).day == eras.ILF_LAST_DAY
    work = FIGURES.by_name["independent_living_fund.hours_of_work_least"].values[0]
    framework = FIGURES.at("adult_social_care.eligibility_framework", eras.CARE_ACT_FIRST_DAY)
    assert work.start == eras.ILF_WORK_RULE_FIRST_DAY
    assert (framework.start, framework.code) == (eras.CARE_ACT_FIRST_DAY, "care_act")


def test_a_council_may_set_what_is_declared_and_nothing_else() -> None:
    settings = rule_files().council_defaults

    assert settings.choosing({"adult_social_care.charging_percentage": 80}).whole(PERCENTAGE) == 80
    for value in (101, -1, "80", True, None):
        with pytest.raises(SettingRefused, match="charging_percentage must"):
            settings.choosing({PERCENTAGE: value})
    with pytest.raises(UnknownSetting):
        settings.choosing({"adult_social_care.capital_limit_upper": 1})


def test_a_step_tells_a_councils_choice_from_the_default() -> None:
    settings = rule_files().council_defaults

    assert settings.choice(PERCENTAGE).used().citation.startswith("Default where a council says nothing")
    chosen = settings.choosing({PERCENTAGE: 80}).choice(PERCENTAGE).used()
    assert (chosen.value, chosen.citation[:22]) == ("80 percent", "Choice of this council")


def test_rule_files_are_read_in_well_under_a_second() -> None:
    started = time.process_time()
    load_rule_files()

    assert time.process_time() - started < 1.0
    assert rule_files() is rule_files()
