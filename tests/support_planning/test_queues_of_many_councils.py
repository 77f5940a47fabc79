"""What waits in a council is read by an index of the council's own, however many other councils share the database."""

from datetime import date

from sqlalchemy import text

from braid.kit.unit_of_work import UnitOfWork
from services.support_planning import plan_store, waiting
from tests.support_planning.desk import Desk


async def _plan_of(work: UnitOfWork, query: str, **values: object) -> str:
    # So few rows are read quicker as they lie; what is looked at is whether an index would do for many.
    await work.session.execute(text("SET LOCAL enable_seqscan = off"))
    await work.session.execute(text("SET LOCAL enable_bitmapscan = off"))
    rows = await work.session.execute(text(f"EXPLAIN {query}"), values)
    return "\n".join(row[0] for row in rows)


async def test_plans_that_wait_are_read_in_their_order(desk: Desk) -> None:
    async with desk.units.for_council(desk.council) as work:
        told = await _plan_of(work, plan_store.SUBMITTED, council=desk.council, most=50)

    assert "ix_plan_submitted" in told
    assert "Sort" not in told


async def test_how_long_planning_takes_is_read_without_what_the_plans_say(desk: Desk) -> None:
    async with desk.units.for_council(desk.council) as work:
        told = await _plan_of(work, str(waiting.TIMES))

    assert "Index Only Scan using ix_plan_change_times" in told


async def test_the_next_page_goes_on_where_the_last_one_ended(desk: Desk) -> None:
    async with desk.units.for_council(desk.council) as work:
        for number, (day, pence) in enumerate((("2026-05-02", 5), ("2026-05-01", 5), ("2026-05-01", 9)), start=1):
            await work.session.execute(text(_PLAN), {"number": number, "told": _SUBMISSION % (day, pence)})
        first = await plan_store.submitted(work, None, 1)
        last = first[-1]
        place = date.fromisoformat(last.submission["submitted_on"]), -9, last.plan_id
        rest = await plan_store.submitted(work, place, 5)

    asked = [(one.submission["submitted_on"], one.submission["pence_in_a_year"]) for one in [*first, *rest]]
    assert asked == [("2026-05-01", 9), ("2026-05-01", 5), ("2026-05-02", 5)]


_SUBMISSION = '{"submitted_on": "%s", "pence_in_a_year": %d}'
_PLAN = """
INSERT INTO plan (plan_id, council, person_id, number, version, state, content, submission)
VALUES (
    gen_random_uuid(), current_setting('braid.council'), gen_random_uuid(), :number, 1, 'submitted', '{}',
    CAST(:told AS jsonb)
)
"""
