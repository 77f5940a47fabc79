"""Instruments: what they are made of, what answers come to, and what is refused."""

import json
import shutil
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.outcomes.domain.errors import OutsideTheLevels, UnknownItem
from services.outcomes.domain.instruments import Instrument
from services.outcomes.domain.scoring import Score, plain, scores
from services.outcomes.instrument_files import INSTRUMENTS, InstrumentRefused, read_instrument, released_instruments

RELEASED = released_instruments()
ASCOT = RELEASED["ascot-sct4", 1]
GHQ = RELEASED["ghq-12", 1]
LIFE = RELEASED["life", 1]


def score(instrument: Instrument, scoring: str, answers: Mapping[str, int]) -> Score:
    return next(one for one in scores(instrument, answers) if one.scoring_id == scoring)


def every_item_at(instrument: Instrument, level: int) -> dict[str, int]:
    return dict.fromkeys(instrument.items, level)


@pytest.mark.parametrize(("level", "index"), [(1, "0.9986"), (2, "0.7575"), (3, "0.1696"), (4, "-0.1706")])
def test_the_index_of_ascot_has_its_four_published_corners(level: int, index: str) -> None:
    found = score(ASCOT, "social_care_related_quality_of_life", every_item_at(ASCOT, level))

    assert found.value is not None
    assert plain(found.value) == index


@given(st.fixed_dictionaries(dict.fromkeys(ASCOT.items, st.integers(1, 4))), st.sampled_from(sorted(ASCOT.items)))
def test_a_worse_level_never_raises_the_index(answers: dict[str, int], item: str) -> None:
    better = score(ASCOT, "social_care_related_quality_of_life", answers | {item: 1}).value
    worse = score(ASCOT, "social_care_related_quality_of_life", answers | {item: 4}).value

    assert better is not None
    assert worse is not None
    assert worse < better


@pytest.mark.parametrize(
    ("scoring", "by_place"),
    [("standard", (0, 0, 12, 12)), ("likert", (0, 12, 24, 36)), ("corrected", (0, 6, 12, 12))],
)
def test_ghq_is_scored_in_its_three_ways(scoring: str, by_place: tuple[int, ...]) -> None:
    found = [score(GHQ, scoring, every_item_at(GHQ, place)).value for place in (1, 2, 3, 4)]

    assert found == list(by_place)
    assert not GHQ.scorings[scoring].higher_is_better


def test_a_missing_answer_makes_no_score_and_says_which_it_is() -> None:
    answers = every_item_at(ASCOT, 1)
    del answers["dignity"]

    for one in scores(ASCOT, answers):
        assert (one.value, one.missing) == (None, ("dignity",))
        assert "nothing is put in its place" in one.reasons[0]


def test_a_single_item_has_its_score_whatever_else_is_missing() -> None:
    found = {one.scoring_id: one.value for one in scores(LIFE, {"satisfaction": 6})}

    assert found == {"quality_of_life": None, "control_over_daily_life": None, "satisfaction": 6}


def test_a_score_shows_how_it_was_worked_out() -> None:
    reasons = score(ASCOT, "social_care_related_quality_of_life", every_item_at(ASCOT, 2)).reasons

    assert "control: level 2 counts 0.919." in reasons
    assert "-0.466 + 0.203 x 6.027 = 0.7575." in reasons


def test_weights_that_no_source_confirms_say_so_with_every_score() -> None:
    found = score(ASCOT, "social_care_related_quality_of_life", every_item_at(ASCOT, 1))

    assert found.unconfirmed
    assert any(reason.startswith("Not confirmed in a source") for reason in found.reasons)
    assert not score(GHQ, "standard", every_item_at(GHQ, 1)).unconfirmed


@pytest.mark.parametrize("level", [0, 5, -1, True])
def test_an_answer_outside_the_levels_is_refused(level: int) -> None:
    with pytest.raises(OutsideTheLevels, match="control was answered"):
        scores(ASCOT, {"control": level})


def test_an_answer_to_what_was_not_asked_is_refused() -> None:
    with pytest.raises(UnknownItem):
        scores(ASCOT, {"happiness": 1})


@pytest.mark.parametrize("instrument", RELEASED.values(), ids=lambda one: one.instrument_id)
def test_licensed_instruments_have_no_wording_and_ours_have_all_of_it(instrument: Instrument) -> None:
    words = [item.text for item in instrument.items.values()]
    words += [text for item in instrument.items.values() for text in item.levels.values()]

    assert all(words) != instrument.licence.is_needed
    assert any(words) != instrument.licence.is_needed


@pytest.mark.parametrize("instrument", RELEASED.values(), ids=lambda one: one.instrument_id)
def test_every_scoring_says_where_it_comes_from(instrument: Instrument) -> None:
    assert all(one.source and one.lowest < one.highest for one in instrument.scorings.values())


def test_a_released_version_that_was_changed_is_refused(tmp_path: Path) -> None:
    shutil.copytree(INSTRUMENTS, tmp_path / "changed")
    file = tmp_path / "changed" / "life" / "1.yaml"
    file.write_text(file.read_text().replace("Very bad", "Terrible"))

    with pytest.raises(InstrumentRefused, match="never changes"):
        released_instruments(tmp_path / "changed")


def test_every_file_of_an_instrument_is_released() -> None:
    there = {str(file.relative_to(INSTRUMENTS)) for file in INSTRUMENTS.rglob("*.yaml")}

    assert there == set(json.loads((INSTRUMENTS / "released.json").read_text()))


LIFE_TEXT = (INSTRUMENTS / "life" / "1.yaml").read_text()


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("needed: false", "needed: true", "licensed and may not stand here"),
        ("    text: How content are you", "    txt: How content are you", "Extra inputs"),
        ("months: 0,", "months: 1,", "exactly one wave is the baseline"),
        ('points: {satisfaction: {1: "1", ', "points: {satisfaction: {", "does not score every level"),
        ("points: {satisfaction:", "points: {happiness:", "which is not asked"),
        ("text: How content are you with the help that you get to live your life?", "text: ''", "no words"),
    ],
)
def test_an_unsound_file_is_refused_with_its_reason(old: str, new: str, reason: str) -> None:
    assert old in LIFE_TEXT

    with pytest.raises(InstrumentRefused, match=reason):
        read_instrument(LIFE_TEXT.replace(old, new), "life")


def test_numbers_are_written_with_at_most_four_decimals() -> None:
    assert [plain(Fraction(n)) for n in ("0.99860", "24", "-0.00001", "1/3")] == ["0.9986", "24", "0", "0.3333"]
