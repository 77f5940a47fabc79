"""A scenario over the API: kept, worked out in a process of its own, and told with everything that was asked for."""

import base64
import io
from fractions import Fraction
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import polars as pl
import pytest

from braid.kit.identity import Role
from services.ras.domain.sums import rounded_half_up
from services.ras.population.people_files import write_people
from services.ras.scenarios import process
from tests.ras.calibration.material import base, made_up
from tests.ras.material import table_text
from tests.ras.office import OTHER_COUNCIL
from tests.ras.scenarios.desk import TWENTY_POINTS, Desk, question, rows

PROTECTION = {"most_lost_a_year": "0.10", "years": 2}


async def test_who_wins_who_loses_and_what_may_not_fall_are_told_to_the_penny(desk: Desk) -> None:
    found = await desk.results(protection=PROTECTION, budget_pence_per_year=1)

    everybody, older_people = found["groups"]
    assert older_people == {**everybody, "name": "older_people"}
    assert (everybody["people"], everybody["for_a_person"]) == (4, 1)
    assert (everybody["winners"], everybody["losers"]) == (1, 1)
    assert everybody["gained_pence"] == TWENTY_POINTS - 100_000
    assert everybody["lost_pence"] == 9_000_000 - TWENTY_POINTS
    assert found["reductions_refused"] == 1
    assert found["total_pence"] == 2 * TWENTY_POINTS + 18_000_000
    assert found["covered"] == 1
    assert [year["pence"] for year in found["years"]] == [
        TWENTY_POINTS + 8_100_000 + 18_000_000,
        TWENTY_POINTS + 7_200_000 + 18_000_000,
        found["total_pence"],
    ]
    assert len(found["deciles"]) == 10
    assert found["cliffs"][0]["pence_per_year"] >= found["cliffs"][1]["pence_per_year"]
    assert found["without_figure"]["above_the_table"] == 1
    assert any("above the budget" in warning for warning in found["warnings"])


async def test_it_says_at_once_that_it_is_kept_and_how_far_it_is(desk: Desk) -> None:
    answer = await desk.ask("POST", body=question())
    told = answer.json()

    assert (answer.status_code, told["status"], told["progress"]) == (202, "waiting", 0)
    assert told["asked_by"] == "finance_officer:somebody"
    assert told["question"]["table"] == {"released": "example-council:1"}
    assert "people" not in told["question"]
    assert (await desk.ended(told["scenario_id"]))["progress"] == 1


async def test_the_same_request_sent_again_is_the_same_scenario(desk: Desk) -> None:
    key = str(uuid4())

    first, again = [await desk.ask("POST", body=question(), key=key) for _ in range(2)]

    assert again.json()["scenario_id"] == first.json()["scenario_id"]
    assert again.headers["idempotency-replayed"] == "true"
    await desk.ended(first.json()["scenario_id"])


@pytest.mark.parametrize("form", ["csv", "parquet"])
async def test_a_population_comes_as_a_file_and_goes_as_one(desk: Desk, tmp_path: Path, form: str) -> None:
    write_people(made_up(300), tmp_path / f"people.{form}")
    content = (tmp_path / f"people.{form}").read_bytes()
    people = {"csv": content.decode()} if form == "csv" else {"parquet_base64": base64.b64encode(content).decode()}

    scenario_id = await desk.asked(table={"released": "example-council:2"}, people=people)
    found = (await desk.ended(scenario_id))["results"]

    for given in ("csv", "parquet"):
        file = await desk.ask("GET", f"/{scenario_id}/people.{given}")
        read = pl.read_csv if given == "csv" else pl.read_parquet
        everybody = read(io.BytesIO(file.content))
        assert everybody["after_pence_per_year"].sum() == found["total_pence"]
        assert everybody["synthetic"].all()
    assert "These people are made up." in found["warnings"]
    assert {group["name"] for group in found["groups"]} == {"everybody", *made_up(300).user_group.values}
    for group in found["groups"]:
        assert group["costed_hours_pence"] > 0
        assert group["below_costed_hours"] <= group["people"] - group["for_a_person"]
    assert sum(group["gap_pence"] for group in found["groups"][1:]) == found["groups"][0]["gap_pence"]


async def test_a_table_that_nobody_has_released_can_be_tried_against_one_that_is(desk: Desk) -> None:
    dearer = base().text.replace("pence_per_week: 11221", "pence_per_week: 12000")

    found = await desk.results(table={"text": dearer}, against={"released": "example-council:1"})

    assert (found["groups"][0]["winners"], found["groups"][0]["losers"]) == (3, 0)


async def test_other_prices_multiply_every_sum(desk: Desk) -> None:
    found = await desk.results(prices="1.5", against={"released": "example-council:1"})

    exact = 52 * (8291 + Fraction(2930 * 4, 6))
    assert found["groups"][0]["before_pence"] == 3 * rounded_half_up(exact)
    assert found["groups"][0]["after_pence"] == 3 * rounded_half_up(exact * Fraction(3, 2))


@pytest.mark.parametrize("role", sorted({*Role} - {Role.FINANCE_OFFICER, Role.SYSTEM}))
async def test_only_finance_officers_and_systems_ask_for_scenarios(desk: Desk, role: Role) -> None:
    for method, path in (("POST", ""), ("GET", f"/{uuid4()}"), ("GET", f"/{uuid4()}/people.csv")):
        assert (await desk.ask(method, path, question() if method == "POST" else None, role=role)).status_code == 403


async def test_a_councils_system_may_ask(desk: Desk) -> None:
    answer = await desk.ask("POST", body=question(), role=Role.SYSTEM)

    assert answer.status_code == 202
    await desk.ended(answer.json()["scenario_id"])


async def test_no_council_sees_anothers_scenarios(desk: Desk) -> None:
    scenario_id = await desk.asked()
    await desk.ended(scenario_id)

    for path in (f"/{scenario_id}", f"/{scenario_id}/people.csv"):
        assert (await desk.ask("GET", path)).status_code == 200
        assert (await desk.ask("GET", path, council=OTHER_COUNCIL)).status_code == 404


async def test_every_bad_row_of_the_people_is_named_with_its_column(desk: Desk) -> None:
    people = rows()
    people[1] |= {"pence_per_year": "lots"}
    people[3] |= {"user_group": "children"}

    problem = await desk.problem(people={"rows": people})

    assert problem["type"] == "people-refused"
    assert [(fault["row"], fault["column"]) for fault in problem["errors"]] == [
        (3, "pence_per_year"),
        (5, "user_group"),
    ]


@pytest.mark.parametrize(
    ("people", "row", "column", "message"),
    [
        ({"csv": "person,user_group,answer_risks\na,older_people,fire\n"}, 2, "answer_risks", "no points for 'fire'"),
        ({"csv": "person,user_group,beds\na,older_people,1\n"}, None, "points_… or answer_…", "need points"),
        ({"csv": "\n"}, None, "file", ""),
        ({"parquet_base64": base64.b64encode(b"PAR1 no such file").decode()}, None, "file", ""),
        (
            {"csv": "person,user_group,answer_risks,days_good\na,older_people,hurt_myself,5\n"},
            2,
            "days_good",
            "are no week",
        ),
    ],
)
async def test_people_who_cannot_be_read_are_told_and_not_guessed(
    desk: Desk, people: dict[str, str], row: int | None, column: str, message: str
) -> None:
    fault = (await desk.problem(people=people))["errors"][0]

    assert (fault["row"], fault["column"]) == (row, column)
    assert message in fault["message"]


async def test_people_without_sums_need_a_table_to_compare_with(desk: Desk) -> None:
    without = [{name: value for name, value in row.items() if name != "pence_per_year"} for row in rows()]

    assert (await desk.problem(people={"rows": without}))["type"] == "scenario-refused"
    found = await desk.results(people={"rows": without}, against={"released": "example-council:1"})
    assert found["covered"] is None


@pytest.mark.parametrize(
    ("changes", "type_"),
    [
        ({"table": {"released": "example-council:99"}}, "table-refused"),
        ({"table": {"text": "money: [not a table"}}, "table-refused"),
        ({"table": {"text": table_text("synthetic").replace("points: 10", "points: 11", 1)}}, "table-refused"),
        ({"against": {"released": "nobody:1"}}, "table-refused"),
        ({"table": {"released": "../../main:1"}}, "invalid-request"),
        ({"table": {}}, "invalid-request"),
        ({"table": {"released": "example-council:1", "text": "x"}}, "invalid-request"),
        ({"prices": "0"}, "invalid-request"),
        ({"protection": {"most_lost_a_year": "1.5", "years": 2}}, "invalid-request"),
        ({"protection": {"most_lost_a_year": "0.1"}}, "invalid-request"),
        ({"people": {}}, "invalid-request"),
        ({"people": {"rows": []}}, "invalid-request"),
        ({"people": {"csv": ""}}, "invalid-request"),
        ({"people": {"stored": False}}, "invalid-request"),
        ({"people": {"rows": [{"person": {"name": "x"}}]}}, "invalid-request"),
        ({"supply": 5}, "invalid-request"),
    ],
)
async def test_a_question_that_makes_no_sense_is_refused_at_once(desk: Desk, changes: Any, type_: str) -> None:
    answer = await desk.ask("POST", body=question(**changes))

    assert answer.status_code == 422
    assert answer.json()["type"].endswith(f"/{type_}"), answer.text
    assert "Traceback" not in answer.text


async def test_results_that_are_not_there_yet_are_a_conflict(desk: Desk) -> None:
    problem = await desk.asked(people={"csv": "person\n"})
    await desk.ended(problem)

    assert (await desk.ask("GET", f"/{problem}/people.csv")).status_code == 409
    assert (await desk.ask("GET", f"/{problem}/people.xlsx")).status_code == 422


async def test_without_the_analysis_packages_it_says_what_to_install(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "PACKAGES", ("polars", "a_package_that_is_not_there"))

    answer = await desk.ask("POST", body=question())

    assert answer.status_code == 501
    assert "a_package_that_is_not_there" in answer.json()["detail"]
    assert "make analysis" in answer.json()["detail"]


async def test_what_was_asked_is_listed_page_by_page_the_latest_first_without_what_it_found(desk: Desk) -> None:
    unreleased = {"text": base().text.replace("pence_per_week: 11221", "pence_per_week: 12000")}
    asked = [await desk.asked(budget_pence_per_year=pence, against=unreleased) for pence in (1, 2, 3)]
    for scenario_id in asked:
        await desk.ended(scenario_id)
    found: list[dict[str, Any]] = []
    path = "?limit=2"
    while {each["scenario_id"] for each in found} < set(asked):
        page = (await desk.ask("GET", path)).json()
        assert len(page["scenarios"]) <= 2
        found += page["scenarios"]
        path = f"?{urlencode({'limit': 2, 'after': page['next']})}"

    ours = [each for each in found if each["scenario_id"] in asked]
    assert [each["scenario_id"] for each in ours] == asked[::-1]
    assert [each["asked_at"] for each in found] == sorted((each["asked_at"] for each in found), reverse=True)
    assert [each["question"]["budget_pence_per_year"] for each in ours] == [3, 2, 1]
    assert (ours[0]["status"], ours[0]["progress"], ours[0]["asked_by"]) == ("done", 1, "finance_officer:somebody")
    assert (ours[0]["question"]["table"], ours[0]["question"]["against"]) == ({"released": "example-council:1"}, {})
    assert "left_out" not in ours[0]["question"]
    assert not {"results", "problem"} & set(ours[0])


async def test_nobody_is_shown_what_another_council_asked(desk: Desk) -> None:
    await desk.ended(await desk.asked())

    assert (await desk.ask("GET", council=OTHER_COUNCIL)).json() == {"scenarios": [], "next": None}
    assert (await desk.ask("GET", role=Role.PRACTITIONER)).status_code == 403
    assert (await desk.ask("GET", "?after=nothing")).status_code == 422
