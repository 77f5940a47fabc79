"""The Right to Control: which decisions carry its terms, and on what a direct payment may be refused."""

from datetime import date
from pathlib import Path

import pytest

from services.funding_streams.discovery import adapters
from services.funding_streams.domain.decide_all import decide_all
from services.funding_streams.domain.decision import ADULT_SOCIAL_CARE, INDEPENDENT_LIVING_FUND, SUPPORTING_PEOPLE
from services.funding_streams.domain.right_to_control import (
    AREA,
    GROUNDS,
    SCHEME,
    Circumstances,
    RefusalGround,
    SupportPlan,
    grounds_for_refusal,
    plan_problems,
    refusal_problems,
)
from services.funding_streams.rule_files import SHARED_RULES, check_rule_files, rule_files

from .builders import a_case

IN_FORCE = date(2011, 3, 1)
COVERED = {stream for block in rule_files().figures.added_terms[SCHEME] for stream in block.streams}


def streams_with_its_terms(on: date, area: str | None) -> set[str]:
    case = a_case(on, council={} if area is None else {AREA: area}, ilf_existing_user=True, ilf_applied_on="2001-05-01",
                  ilf_asks_for_more_hours=False)  # fmt: skip
    told = decide_all(case, adapters())
    return {one.stream for one in told if any("Right to Control" in term.text for term in one.terms)}


@pytest.mark.parametrize("area", ["december_2010", "march_2011"])
def test_awards_of_covered_streams_carry_its_terms_in_its_areas(area: str) -> None:
    awarded = {ADULT_SOCIAL_CARE, SUPPORTING_PEOPLE, INDEPENDENT_LIVING_FUND}

    assert streams_with_its_terms(IN_FORCE, area) >= awarded
    assert streams_with_its_terms(IN_FORCE, area) <= COVERED


@pytest.mark.parametrize(
    ("on", "area"), [(date(2010, 12, 12), "december_2010"), (IN_FORCE, "april_2011"), (IN_FORCE, None)]
)
def test_nothing_is_added_before_its_day_or_outside_its_areas(on: date, area: str | None) -> None:
    assert streams_with_its_terms(on, area) == set()


def test_every_covered_stream_is_one_of_the_platforms() -> None:
    assert {adapter.stream for adapter in adapters()} >= COVERED


@pytest.mark.parametrize(
    ("circumstances", "ground"),
    [
        (Circumstances(manages_with_help=False), RefusalGround.CANNOT_MANAGE),
        (Circumstances(meets_need=False), RefusalGround.CANNOT_MEET_NEED),
        (Circumstances(unreasonable_burden=True), RefusalGround.UNREASONABLE_BURDEN),
        (Circumstances(harms_others=True), RefusalGround.HARM_TO_OTHERS),
        (Circumstances(practicable=False), RefusalGround.NOT_PRACTICABLE),
        (Circumstances(excluded=True), RefusalGround.EXCLUDED_PERSON),
    ],
    ids=lambda value: value.value if isinstance(value, RefusalGround) else "",
)
def test_a_direct_payment_may_be_refused_on_the_ground_that_holds_alone(
    circumstances: Circumstances, ground: RefusalGround
) -> None:
    assert grounds_for_refusal(circumstances) == (ground,)
    assert [one for one in RefusalGround if not refusal_problems(one, "As recorded.", circumstances)] == [ground]


def test_where_no_ground_holds_a_direct_payment_must_be_offered() -> None:
    assert grounds_for_refusal(Circumstances()) == ()
    assert set(GROUNDS) == set(RefusalGround)


def test_all_that_a_plan_lacks_is_told_at_once() -> None:
    assert len(plan_problems(SupportPlan((), None, False))) == 3
    assert plan_problems(SupportPlan(("Stay at home.",), 0, True)) == ()


def test_a_file_of_added_terms_without_a_source_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "example"
    folder.mkdir()
    text = (SHARED_RULES / SCHEME / "added_terms.yaml").read_text(encoding="utf-8")
    (folder / "added_terms.yaml").write_text(text, encoding="utf-8")
    assert check_rule_files(tmp_path) == []

    (folder / "added_terms.yaml").write_text(text.replace("        citation: *schedule_2\n", ""), encoding="utf-8")
    assert "example/added_terms.yaml: blocks.1.terms.0.citation: Field required" in check_rule_files(tmp_path)
