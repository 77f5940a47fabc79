"""Evaluations of what is on record, asked for over HTTP: what they find, what they refuse, and that none is lost."""

import hashlib
import re
from base64 import b64encode
from datetime import date
from typing import Any

import psutil
import pytest

from braid.kit.identity import Role
from braid.kit.jobs.runner import JobRunner
from services.outcomes.jobs import evaluation_process
from tests.outcomes.jobs_desk import EVALUATIONS, FOUR_WEEKS, MONDAYS, SLEEPS, JobsDesk, OnRecord
from tests.ras.scenarios.test_runs_that_die import until

BEFORE_AND_AFTER: dict[str, Any] = {**FOUR_WEEKS, "compare": "before_and_after", "draws": 100}
ARMS: dict[str, Any] = {**FOUR_WEEKS, "compare": "arms", "draws": 100, "measures": ["life.satisfaction"]}
TEN = [OnRecord() for _ in range(10)]
#: No budget, and nothing is known of what they cost.
WAITING = [OnRecord(satisfaction=(3, 4), budget_opened_on=None, pence={}) for _ in range(10)]


async def test_a_person_week_costs_everything_spent_over_every_week_lived(jobs_desk: JobsDesk) -> None:
    died = OnRecord(died_on=date(2026, 1, 18), pence=dict.fromkeys(MONDAYS[:2], 24_500))
    nothing_told = OnRecord(satisfaction=(None, None), budget_opened_on=None, pence={})
    await jobs_desk.put_on_record(*TEN, died, nothing_told)

    where = await jobs_desk.asked(EVALUATIONS, **BEFORE_AND_AFTER)
    told = await jobs_desk.ended(where)
    found = told["results"]

    # Ten people of four weeks at £100, and two weeks at £245: £4,490 over 42 weeks.
    [everybody] = [one for one in found["costs"] if one["stream"] == "all streams" and one["group"] is None]
    assert everybody["budget"]["value"] == pytest.approx(449_000 / 42)
    assert everybody["comparison"] is None
    satisfaction = next(one for one in found["outcomes"] if one["measure"] == "life.satisfaction")
    assert (satisfaction["estimate"]["value"], satisfaction["people"]) == (2, [11, 11])
    assert found["people"] == {"budget": 11, "comparison": 0}
    assert found["left_out"] == [{"why": "no budget, and nothing answered", "people": 1}]
    assert (told["question"]["weeks_from"], told["question"]["weeks_to"]) == ("2026-01-05", "2026-02-01")

    report = await jobs_desk.ask("GET", f"{where}/report", role=Role.AUDITOR)
    assert report.headers["content-type"].startswith("text/html")
    assert "<h2>What it costs</h2>" in report.text
    policy = report.headers["content-security-policy"]
    style = re.search(r"<style>(.*?)</style>", report.text, re.DOTALL)
    assert style
    assert b64encode(hashlib.sha256(style[1].encode()).digest()).decode() in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


async def test_people_without_a_budget_are_beside_those_with_one_and_nothing_is_made_up_of_what_they_cost(
    jobs_desk: JobsDesk,
) -> None:
    await jobs_desk.put_on_record(*TEN, *WAITING)

    found = await jobs_desk.results(EVALUATIONS, **ARMS)

    assert found["people"] == {"budget": 10, "comparison": 10}
    [pooled] = [one for one in found["outcomes"] if (one["group"], one["answered"]) == (None, "all")]
    assert pooled["estimate"]["value"] == 1
    assert "Nobody was given a budget by chance" in found["arms"]["comparison"]
    assert {(one["comparison"], one["difference"]) for one in found["costs"]} == {(None, None)}
    assert found["cost_and_effect"] == []
    assert any("not in the ledger" in warning for warning in found["warnings"])


async def test_a_file_of_people_with_their_costs_makes_cost_and_effect_comparable(jobs_desk: JobsDesk) -> None:
    await jobs_desk.put_on_record(*TEN, *WAITING)
    columns = "arm,user_group,weeks,cost_pence_adult_social_care,before_life.satisfaction,after_life.satisfaction"
    rows = [f"comparison,older_people,4,{48_000 + 100 * number},3,{3 + number % 2}" for number in range(12)]

    found = await jobs_desk.results(EVALUATIONS, **ARMS, comparison_csv="\n".join([columns, *rows]))

    assert found["people"] == {"budget": 10, "comparison": 12}
    [everybody] = [one for one in found["costs"] if (one["stream"], one["group"]) == ("all streams", None)]
    assert everybody["difference"]["value"] == pytest.approx(10_000 - (48_000 + 550) / 4)
    assert [one["verdict"] for one in found["cost_and_effect"] if one["group"] is None] == ["budget_dominates"]
    assert await jobs_desk.rows("SELECT FROM evaluation_file WHERE name = 'comparison.csv'") == []


async def test_a_file_that_cannot_be_used_and_arms_that_are_too_small_are_told_with_the_reason(
    jobs_desk: JobsDesk,
) -> None:
    await jobs_desk.put_on_record(*TEN[:9], *WAITING)

    refused = await jobs_desk.problem(EVALUATIONS, **ARMS, comparison_csv="arm,weeks\ncomparison,4\n")
    too_small = await jobs_desk.problem(EVALUATIONS, **ARMS)

    assert refused["type"] == "people-refused"
    assert any("user_group" in fault["message"] for fault in refused["errors"])
    assert too_small["type"] == "groups-too-small"
    assert "9 people" in too_small["detail"]


async def test_where_nobody_has_answered_there_is_nothing_to_evaluate(jobs_desk: JobsDesk) -> None:
    await jobs_desk.put_on_record(OnRecord(satisfaction=(None, None)))

    answer = await jobs_desk.ask_for(EVALUATIONS, **BEFORE_AND_AFTER)

    assert answer.status_code == 409
    assert answer.json()["type"].endswith("/nothing-answered")


@pytest.mark.parametrize(
    ("change", "type_"),
    [
        ({"from_day": "2026-01-06", "to_day": "2026-01-17"}, "no-whole-week"),
        ({"from_day": "2026-03-01"}, "invalid-request"),
        ({"measures": ["life.happiness"]}, "unknown-measure"),
        ({"comparison_csv": "arm\n"}, "invalid-request"),
        ({"draws": 99}, "invalid-request"),
        ({"compare": "with_luck"}, "invalid-request"),
    ],
)
async def test_a_question_that_makes_no_sense_is_refused_at_once(
    jobs_desk: JobsDesk, change: dict[str, Any], type_: str
) -> None:
    answer = await jobs_desk.ask_for(EVALUATIONS, **{**BEFORE_AND_AFTER, **change})

    assert answer.status_code == 422
    assert answer.json()["type"].endswith(f"/{type_}"), answer.text


async def test_without_the_analysis_packages_it_says_what_to_install(
    jobs_desk: JobsDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluation_process, "PACKAGES", ("a_package_that_is_not_there",))

    answer = await jobs_desk.ask_for(EVALUATIONS, **BEFORE_AND_AFTER)

    assert answer.status_code == 501
    assert "a_package_that_is_not_there" in answer.json()["detail"]


async def test_evaluations_are_listed_the_latest_first_to_their_own_council_alone(
    jobs_desk: JobsDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(JobRunner, "start", lambda *_: None)
    await jobs_desk.put_on_record(OnRecord())
    asked = [await jobs_desk.asked(EVALUATIONS, **BEFORE_AND_AFTER, seed=seed) for seed in (1, 2, 3)]

    first = await jobs_desk.get(f"{EVALUATIONS}?limit=2", role=Role.AUDITOR)
    second = await jobs_desk.get(f"{EVALUATIONS}?limit=2&after={first['next']}", role=Role.AUDITOR)

    listed = [*first["evaluations"], *second["evaluations"]]
    assert {f"{EVALUATIONS}/{one['evaluation_id']}" for one in listed} == set(asked)
    assert second["next"] is None
    assert "licensed" not in listed[0]["question"]
    other: dict[str, Any] = {"role": Role.AUDITOR, "council": "E10999123"}
    assert (await jobs_desk.get(EVALUATIONS, **other))["evaluations"] == []
    for path in (asked[0], f"{asked[0]}/report"):
        assert (await jobs_desk.ask("GET", path, **other)).status_code == 404
    assert (await jobs_desk.ask("GET", f"{asked[0]}/report", role=Role.AUDITOR)).status_code == 409


async def test_an_auditor_reads_evaluations_and_asks_none(jobs_desk: JobsDesk) -> None:
    for role in (Role.AUDITOR, Role.PRACTITIONER, Role.BUDGET_HOLDER):
        assert (await jobs_desk.ask_for(EVALUATIONS, role=role, **BEFORE_AND_AFTER)).status_code == 403
    assert (await jobs_desk.ask("GET", EVALUATIONS, role=Role.PRACTITIONER)).status_code == 403


async def test_a_killed_worker_is_told_with_the_likely_reason(
    jobs_desk: JobsDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluation_process, "MODULE", SLEEPS)
    await jobs_desk.put_on_record(OnRecord())
    where = await jobs_desk.asked(EVALUATIONS, **BEFORE_AND_AFTER)

    def workers() -> list[psutil.Process]:
        return [child for child in psutil.Process().children() if SLEEPS in " ".join(child.cmdline())]

    await until(lambda: len(workers()) == 1)
    workers()[0].kill()

    problem = (await jobs_desk.ended(where))["problem"]
    assert problem["type"] == "worker-ended"
    assert "memory" in problem["detail"]


async def test_an_evaluation_that_nobody_began_is_taken_up_when_somebody_looks(
    jobs_desk: JobsDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await jobs_desk.put_on_record(*TEN)
    with monkeypatch.context() as died:
        died.setattr(JobRunner, "start", lambda *_: None)
        where = await jobs_desk.asked(EVALUATIONS, **BEFORE_AND_AFTER)

    assert (await jobs_desk.ended(where))["status"] == "done"
