"""What people and systems do, as Locust does it: acts of the load model, drawn as often as the model says.

It reads all that it needs from the file that LOAD_SCENE names, and nothing of the platform, so that Locust may have a
Python of its own.
"""

import base64
import json
import os
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

from locust import HttpUser, constant, task

SCENE: dict[str, Any] = json.loads(Path(os.environ["LOAD_SCENE"]).read_text())
#: How often it is asked whether all streams have decided, in seconds, and for how long.
POLL_S, PATIENCE_S = 1.0, 180.0
ILF = "independent_living_fund"


class Council(HttpUser):
    """One desk after the other: each turn is an act of the model."""

    wait_time = constant(0)

    def on_start(self) -> None:
        """Have a chance of one's own."""
        self.chance = random.Random(os.urandom(8))

    @task
    def act(self) -> None:
        """Do what comes next."""
        names, weights = zip(*SCENE["acts"].items(), strict=True)
        (name,) = self.chance.choices(names, weights)
        started = time.perf_counter()
        failure = None
        try:
            ACTS[name](self)
        except Exception as error:
            failure = error
        self.environment.events.request.fire(
            request_type="ACT",
            name=name,
            response_time=(time.perf_counter() - started) * 1_000,
            response_length=0,
            exception=failure,
        )

    def api(self, role: str, method: str, path: str, name: str, body: Any = None, etag: str | None = None) -> Any:
        """One request of a system; the answer of what must succeed."""
        headers = {"authorization": f"Bearer {SCENE['tokens'][role]}", "accept": "application/json"}
        if method == "POST":
            headers["idempotency-key"] = str(uuid4())
        if etag:
            headers["if-match"] = etag
        answer = self.client.request(method, path, json=body, headers=headers, name=name)
        if not answer.ok:
            raise RuntimeError(f"{method} {name}: {answer.status_code} {answer.text[:300]}")
        return answer

    def page(self, role: str, path: str, name: str) -> None:
        """One page of the console, as a browser with a session asks for it."""
        cookie = {"braid_session": SCENE["sessions"][role]}
        answer = self.client.get(path, cookies=cookie, name=f"page: {name}")
        if not answer.ok:
            raise RuntimeError(f"page {name}: {answer.status_code}")

    def anybody(self) -> dict[str, Any]:
        """Anybody who has a budget."""
        found: dict[str, Any] = self.chance.choice(SCENE["people"])
        return found


def way_from_case_to_plan(at: Council) -> None:
    """Somebody comes: assessed, allocated, decided on by every stream, planned for, approved, and by a partner."""
    told, on = SCENE["newcomer"], SCENE["newcomer"]["agreed_on"]
    case = {"reference": f"load-{uuid4().hex[:12]}", "name": told["name"], "opened_on": on}
    case["user_group"] = told["user_group"]
    person = at.api("practitioner", "POST", "/v1/people", "case opened", case).json()["person_id"]
    questionnaire = {"questionnaire": SCENE["questionnaire"]}
    last = at.api("practitioner", "POST", f"/v1/people/{person}/assessments", "assessment begun", questionnaire)
    path = f"/v1/assessments/{last.json()['assessment_id']}"

    def step(method: str, where: str, name: str, body: Any) -> None:
        nonlocal last
        last = at.api("practitioner", method, path + where, name, body, last.headers["etag"])

    step("PUT", "/answers", "answers saved", {"answered_as": "person", "answers": told["answers"]})
    step("POST", "/submission", "assessment handed in", {"submitted_on": on})
    answers = {"answered_as": "practitioner", "answers": told["practitioner_answers"]}
    step("PUT", "/answers", "answers saved", answers)
    step("POST", "/agreement", "assessment agreed", {"agreed_on": on})
    funds = _settled(at, person)
    _planned(at, person, next(fund for fund in funds if fund["stream"] == "adult_social_care"))
    _partner_decided(at, person)


def _settled(at: Council, person: str) -> list[dict[str, Any]]:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        whole = at.api("practitioner", "GET", f"/v1/people/{person}/whole-budget", "whole budget read").json()
        funds: list[dict[str, Any]] = whole["budget"]["funds"] if whole["budget"] else []
        if len(funds) >= SCENE["newcomer"]["funds"] and whole["progress"]:
            return funds
        time.sleep(POLL_S)
    raise RuntimeError("no budget in time")


def _planned(at: Council, person: str, fund: dict[str, Any]) -> None:
    dates = {name: fund[name] for name in ("starts_on", "ends_on")}
    told = SCENE["plan"]
    content = {**told, **dates, "items": [{**item, "item_id": str(uuid4())} for item in told["items"]]}
    plan = at.api("practitioner", "POST", f"/v1/people/{person}/plans", "plan begun", content)
    path = f"/v1/plans/{plan.json()['plan_id']}"
    for _ in range(SCENE["edits"]):
        content["items"][0]["unit_pence"] += 1
        plan = at.api("practitioner", "PUT", path, "plan saved and checked", content, plan.headers["etag"])
    submitted = {"submitted_on": fund["starts_on"]}
    plan = at.api("practitioner", "POST", f"{path}/submission", "plan handed in", submitted, plan.headers["etag"])
    decision = {
        "decision": "approve",
        "reasons": "As was agreed with the person.",
        "decided_on": fund["starts_on"],
        "answers": dict.fromkeys(plan.json()["submission"]["route"]["questions"], "As was talked about."),
        "declares_no_interest": True,
    }
    at.api("approver", "POST", f"{path}/decision", "plan decided", decision, plan.headers["etag"])


def plan_revised(at: Council) -> None:
    """A plan is read and the money asked what it could pay for."""
    somebody = at.anybody()
    at.api("practitioner", "GET", f"/v1/plans/{somebody['plan_id']}", "plan read")
    check = {"items": [_item(at)]}
    path = f"/v1/people/{somebody['person_id']}/budget/plan-check"
    for _ in range(SCENE["edits"]):
        at.api("practitioner", "POST", path, "plan checked", check)


def review_asked_and_read(at: Council) -> None:
    """A review is asked for, and what there is to review is read."""
    path = f"/v1/people/{at.anybody()['person_id']}"
    body = {"reason": "As every year", "due_on": SCENE["later"]}
    at.api("practitioner", "POST", f"{path}/reviews", "review asked for", body)
    at.api("practitioner", "GET", f"{path}/reviews", "reviews read")
    at.api("practitioner", "GET", f"{path}/budget/statement?{SCENE['period']}", "statement read")


def _partner_decided(at: Council, person: str) -> None:
    """A partner agency decides on its stream."""
    on = SCENE["first_day"]
    decision = {
        "person_id": person,
        "council": SCENE["council"],
        "agency": SCENE["agency"],
        "stream": ILF,
        "reference": f"ILF-{uuid4().hex[:12]}",
        "version": 1,
        "kind": "change",
        "decided_on": on,
        "effective_on": on,
        "ends_on": None,
        "money": "weekly",
        "amount_pence": 10_000 + at.chance.randrange(5_000),
        "contribution_pence": 0,
        "reasons": ["The trustees meet some of the hours that were asked for."],
        "challenge": None,
    }
    at.api("partner", "POST", f"/v1/partners/{SCENE['agency']}/decisions", "partner's decision told", decision)


def spending_taken_in(at: Council) -> None:
    """A statement of an account is taken in, line by line."""
    on, chance = SCENE["first_day"], at.chance
    lines = ["Date,Amount,Payee,Text"]
    lines += [f"{on},-{chance.randrange(500, 4_000) / 100:.2f},Shop {number},Line {number}" for number in range(8)]
    body = {
        "format": "csv",
        "content": base64.b64encode("\r\n".join(lines).encode()).decode(),
        "mapping": SCENE["mapping"],
        "account": f"{chance.randrange(10**14):014}",
        "is_card": False,
    }
    path = f"/v1/people/{at.anybody()['person_id']}/budget/spending-files"
    at.api("finance_officer", "POST", path, "bank statement taken in", body)


def query_answered(at: Council) -> None:
    """Somebody looks which questions about spending are open, and answers one."""
    queries = at.api("practitioner", "GET", "/v1/spending-queries?most=20", "spending queries listed").json()["queries"]
    if queries:
        query = at.chance.choice(queries)
        path = f"/v1/people/{query['person_id']}/budget/queries/{query['query_id']}/answer"
        told = {"answer": "personal_money", "on": SCENE["first_day"]}
        headers = {"authorization": f"Bearer {SCENE['tokens']['practitioner']}", "idempotency-key": str(uuid4())}
        with at.client.post(path, json=told, headers=headers, name="query answered", catch_response=True) as answer:
            # Another desk may have answered it meanwhile.
            if answer.status_code == 409:
                answer.success()


def money_held_and_settled(at: Council) -> None:
    """Money is held for an item and settled."""
    path = f"/v1/people/{at.anybody()['person_id']}/budget/commitments"
    held = at.api("practitioner", "POST", path, "money held", {"item": _item(at)}).json()["commitment_id"]
    body = {"pence": None, "on": SCENE["first_day"], "reason": "Invoice"}
    at.api("finance_officer", "POST", f"{path}/{held}/settlements", "held money settled", body)


def _item(at: Council) -> dict[str, Any]:
    return {
        "item_id": str(uuid4()),
        "pence": 100 + at.chance.randrange(100),
        "text": "Pottery course",
        "use": "community.access",
        "cadence": "one_off",
        "relation": "not_related",
        "starts_on": SCENE["first_day"],
        "ends_on": SCENE["last_day"],
    }


def record_read_by_a_system(at: Council) -> None:
    """The case-management system asks where a budget has got to and what is in it."""
    path = f"/v1/people/{at.anybody()['person_id']}"
    at.api("system", "GET", f"{path}/progress", "progress read")
    at.api("system", "GET", f"{path}/budget", "budget read")


def practitioners_pages(at: Council) -> None:
    """The list, the person, and one thing of theirs."""
    at.page("practitioner", "/people", "people")
    path = f"/people/{at.anybody()['person_id']}"
    at.page("practitioner", path, "person")
    part = at.chance.choice(("allocation", "timeline", "statement", "plans", "reviews"))
    at.page("practitioner", f"{path}/{part}", part)


def approvers_pages(at: Council) -> None:
    """What waits to be approved, and one plan."""
    at.page("approver", "/approvals", "approvals")
    at.page("approver", f"/plans/{at.anybody()['plan_id']}", "plan")


def finance_pages(at: Council) -> None:
    """Runs, questions, and a person's money."""
    at.page("finance_officer", "/payments", "payments")
    at.page("finance_officer", "/money/queries", "queries")
    at.page("finance_officer", f"/people/{at.anybody()['person_id']}/money", "money of a person")


def auditors_pages(at: Council) -> None:
    """Who looked at whose record."""
    at.api("auditor", "GET", "/v1/access-records?limit=50", "access records listed")


def holders_pages(at: Council) -> None:
    """A person's own pages."""
    holder = at.chance.choice(SCENE["holders"])
    for part in ("my-budget", "how-worked-out"):
        cookie = {"braid_session": holder["session"]}
        at.client.get(f"/people/{holder['person_id']}/{part}", cookies=cookie, name=f"page: {part}")


def statement_sent(at: Council) -> None:
    """A statement for the person, as a letter."""
    path = f"/v1/people/{at.anybody()['person_id']}/budget/statement.pdf?{SCENE['period']}"
    at.api("practitioner", "GET", path, "statement as PDF")


ACTS: dict[str, Callable[[Council], None]] = {
    act.__name__: act
    for act in (
        way_from_case_to_plan,
        plan_revised,
        review_asked_and_read,
        spending_taken_in,
        query_answered,
        money_held_and_settled,
        record_read_by_a_system,
        practitioners_pages,
        approvers_pages,
        finance_pages,
        auditors_pages,
        holders_pages,
        statement_sent,
    )
}
