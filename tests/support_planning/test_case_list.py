"""The list of cases: whichever filters are put together, its pages are exactly whom each single rule names."""

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest

from braid.contracts.assessment import AssessmentAgreed, CaseOpened
from braid.contracts.codes import UserGroup
from braid.kit.paging import cursor_of
from services.support_planning import case_list, council_choices, progress_store
from services.support_planning.domain.process import due
from services.support_planning.domain.progress import Progress
from services.support_planning.domain.stages import Awaited, Milestone, Stage, awaited
from services.support_planning.tables import AwardRow
from tests.support_planning.desk import ENDS_ON, STARTS_ON, Desk
from tests.support_planning.test_where_is_my_budget import an

PEOPLE, STREAMS = 80, ("adult_social_care", "access_to_work")


async def fill(desk: Desk) -> dict[UUID, tuple[Progress, str, set[str]]]:
    """People at every stage before planning, each of some group, with decisions of some streams."""
    chance = random.Random(desk.person.int)
    known: dict[UUID, tuple[Progress, str, set[str]]] = {}
    async with desk.units.for_council(desk.council) as work:
        for _ in range(PEOPLE):
            moment = datetime(2009, 6, 1, tzinfo=UTC) - timedelta(hours=chance.randrange(2_000))
            person, group = UUID(int=chance.getrandbits(128)), chance.choice(list(UserGroup))
            progress = Progress(reached={chance.choice(list(Milestone)): moment})
            streams = {stream for stream in STREAMS if chance.random() < 0.4}
            known[person] = progress, group, streams
            await progress_store.save(work, person, progress)
            await progress_store.keep_group(work, person, group)
            for stream in STREAMS:
                work.session.add(an_award(desk, UUID(int=chance.getrandbits(128)), person, stream, stream in streams))
        await work.commit()
    return known


def an_award(desk: Desk, award_id: UUID, person: UUID, stream: str, is_eligible: bool) -> AwardRow:
    return AwardRow(
        award_id=award_id,
        council=desk.council,
        person_id=person,
        version=1,
        stream=stream,
        status="confirmed" if is_eligible else "not_eligible",
        amount_pence=100 if is_eligible else 0,
        starts_on=STARTS_ON,
        ends_on=ENDS_ON,
    )


async def told(desk: Desk, **asked: Any) -> tuple[list[str], int]:
    """Everybody on the pages of a list, and the number that its first page tells."""
    found: list[str] = []
    after: str | None = ""
    count = -1
    while after is not None:
        query = urlencode({**asked, "most": 7, **({"after": after} if after else {})}, doseq=True)
        page = await desk.get(f"/v1/cases?{query}")
        found += [one["person_id"] for one in page["cases"]]
        count = page["count"] if count < 0 else count
        after = page["next"]
    return found, count


async def test_filters_together_give_whom_the_rules_name_the_longest_wait_first(desk: Desk) -> None:
    known = await fill(desk)
    async with desk.units.for_council(desk.council) as work:
        limits = (await council_choices.time_limits(work, work.now.date())).steps
    today = desk.clock.now.date()

    def fits(person: UUID, asked: dict[str, Any]) -> bool:
        progress, group, streams = known[person]
        last_day = due(progress, limits)
        return (
            progress.stage in asked.get("stage", list(Stage))
            and awaited(progress.stage) in asked.get("awaited", list(Awaited))
            and (not asked.get("is_overdue") or (last_day is not None and last_day < today))
            and asked.get("user_group", group) == group
            and ("stream" not in asked or asked["stream"] in streams)
        )

    questions: list[dict[str, Any]] = [
        {},
        {"is_overdue": True},
        {"stage": ["case_open", "ready_to_plan"]},
        {"awaited": ["practitioner", "funding_streams"]},
        {"awaited": ["person"], "is_overdue": True, "user_group": "older_people"},
        {"stream": "access_to_work"},
        {"stream": "adult_social_care", "user_group": "mental_health", "awaited": ["person"]},
        {"awaited": ["nobody"], "is_overdue": True},
    ]
    for asked in questions:
        wanted = sorted(
            (person for person in known if fits(person, asked)),
            key=lambda person: (known[person][0].since, person),
        )
        found, count = await told(desk, **asked)
        mine = [one for one in found if UUID(one) in known]
        assert mine == [str(person) for person in wanted], asked
        assert count == len(found), asked


async def test_a_case_tells_whose_turn_it_is_and_since_when(desk: Desk) -> None:
    person = UUID(int=random.Random(desk.person.int + 1).getrandbits(128))
    async with desk.units.for_council(desk.council) as work:
        waits = Progress(reached={Milestone.ASSESSMENT_SUBMITTED: datetime(2009, 5, 1, tzinfo=UTC)})
        await progress_store.save(work, person, waits)
        await work.commit()

    one = (await desk.get(f"/v1/cases?person_id={person}"))["cases"][0]

    assert (one["stage"], one["awaited"]) == ("waiting_for_agreement", "practitioner")
    assert one["is_overdue"] == (one["due_on"] < "2009-06-01")


@pytest.mark.parametrize("event", [CaseOpened, AssessmentAgreed])
async def test_the_group_is_that_of_the_case(desk: Desk, event: type[CaseOpened] | type[AssessmentAgreed]) -> None:
    own = {"assessment_id": str(desk.person)} if event is AssessmentAgreed else {}
    heard = an(event, desk.person, council=desk.council, user_group="mental_health", **own)
    await desk.hear(heard)

    assert (await told(desk, user_group="mental_health"))[0] == [str(desk.person)]


async def test_people_who_are_named_are_told_and_nobody_else(desk: Desk) -> None:
    known = await fill(desk)
    some = sorted(known)[:3]

    found, count = await told(desk, person_id=[str(person) for person in some])

    assert (sorted(found), count) == ([str(person) for person in some], 3)


async def test_many_are_counted_no_further_than_is_of_use(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    await fill(desk)
    monkeypatch.setattr(case_list, "COUNTED_MOST", 10)
    monkeypatch.setattr("services.support_planning.api.cases.COUNTED_MOST", 10)

    page = await desk.get("/v1/cases")

    assert (page["count"], page["count_is_least"]) == (10, True)


@pytest.mark.parametrize("cursor", ["2009-06-01", "yesterday/me", "/", cursor_of(date(2009, 6, 1), UUID(int=1))])
async def test_a_cursor_that_is_none_of_ours_is_told_so(desk: Desk, cursor: str) -> None:
    answer = await desk.ask("GET", f"/v1/cases?{urlencode({'after': cursor})}")

    assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[-1]) == (422, "cursor-refused")
