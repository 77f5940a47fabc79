"""The ledger's scenarios about payments, row by row, over the rules."""

from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from braid.kit.strict_yaml import read_yaml
from services.ledger.domain.payments.death import PaidPeriod, recoverable_after_death
from services.ledger.domain.payments.periods import Every, Period
from services.ledger.domain.payments.receipts import ClaimRules, Receipt, claim
from services.ledger.domain.payments.recovery import Plan, Recovery, appeal, close_appeal, decide, instalments
from services.ledger.domain.payments.schedules import (
    ContributionPaid,
    DuePayment,
    Terms,
    WeeklyRate,
    WeeklyRates,
    WholeSum,
    due_payments,
    revised,
)
from services.ledger.domain.payments.shares import split
from services.ledger.domain.payments.stages import StagePlan, pay_stage
from services.ledger.domain.payments.year_end import YearEndRule, year_end

Given = Mapping[str, Any]
CASES: list[Given] = read_yaml((Path(__file__).parent.parent / "cases" / "payments.yaml").read_text())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["row"])
def test_the_case_comes_out_as_its_row_says(case: Given) -> None:
    outcome = WORKED_OUT[case["kind"]](case["given"])

    assert {name: outcome[name] for name in case["expect"]} == case["expect"], case["source"]


def _split(given: Given) -> Given:
    return {"parts": list(split(given["pence"], given["weights"]))}


def _schedule(given: Given) -> Given:
    return _told(due_payments(_terms(given["terms"])))


def _revision(given: Given) -> Given:
    taken = due_payments(_terms(given["before"]))[: given["taken"]]
    revision = revised(_terms(given["terms"]), taken)
    return {
        **_told(revision.due),
        "back_pay": revision.back_pay_pence,
        "recoverable": revision.recoverable_pence,
    }


def _terms(given: Given) -> Terms:
    rates = tuple(WeeklyRate(**rate) for rate in given.get("rates") or ())
    return Terms(
        starts_on=given["starts_on"],
        ends_on=given["ends_on"],
        every=Every(given["every"]),
        in_advance=given["in_advance"],
        paid=ContributionPaid(given["paid"]),
        amount=WeeklyRates(rates) if rates else WholeSum(given["whole_sum"]),
        cycle_on=given.get("cycle_on"),
    )


def _told(due: tuple[DuePayment, ...]) -> Given:
    return {
        "payments": len(due),
        "sent": dict(Counter(each.sent_pence for each in due)),
        "sent_in_order": [each.sent_pence for each in due],
        "first_sent": due[0].sent_pence if due else None,
        "last_sent": due[-1].sent_pence if due else None,
        "total_sent": sum(each.sent_pence for each in due),
        "contribution": dict(Counter(each.contribution_pence for each in due)),
        "first_days": [each.period.from_on for each in due],
        "first_due_on": due[0].due_on if due else None,
        "last_due_on": due[-1].due_on if due else None,
        "working": list(due[0].working) if due else [],
    }


def _stages(given: Given) -> Given:
    plan = StagePlan(given["grant"], tuple(given["shares"]))
    paid: list[int] = []
    held_back = []
    for stage, certified in enumerate(given["certified"], 1):
        payment = pay_stage(plan, paid, stage, certified)
        paid.append(payment.payable_pence)
        held_back.append(payment.held_back_pence)
    return {"paid": paid, "held_back": held_back, "left": payment.left_pence}


def _receipts(given: Given) -> Given:
    rules = ClaimRules(Period(**given["award"]), given.get("months_most"))
    receipts = [Receipt(*receipt) for receipt in given["receipts"]]
    sorted_out = claim(
        receipts, rules, claimed_on=given["claimed_on"], paid_before=frozenset(given.get("paid_before", ()))
    )
    return {
        "payable": sorted_out.payable_pence,
        "refused": {refused.receipt.reference: refused.rule for refused in sorted_out.refused},
    }


def _death(given: Given) -> Given:
    paid = [PaidPeriod(Period(first, last), pence) for first, last, pence in given["paid"]]
    recoverable = recoverable_after_death(paid, given["died_on"])
    return {"recoverable": recoverable.pence, "working": list(recoverable.working)}


def _year_end(given: Given) -> Given:
    rule = YearEndRule("a_stream", given["weeks_kept_most"], "A source.", is_confirmed=False)
    end = year_end(rule, unspent_pence=given["unspent"], pence_per_week=given["pence_per_week"])
    return {"carried_over": end.carried_over_pence, "recoverable": end.recoverable_pence}


def _recovery(given: Given) -> Given:
    plan = Plan(
        given["pence"],
        given["instalments"],
        Every.MONTH,
        given["first_due_on"],
        notice_on=given["notice_on"],
        reply_by=given["reply_by"],
    )
    recovery = decide(Recovery(plan, author="finance", reason="Paid after the award ended"), by="approver")
    opened, closed = [*given.get("appeal", ()), None, None][:2]
    if opened:
        recovery = appeal(recovery, on=opened, reason="The money was spent on care")
    if closed:
        recovery = close_appeal(recovery, on=closed, let_off_pence=given.get("let_off", 0), reason="Heard")
    return {"due": [[each.pence, each.due_on] for each in instalments(recovery)]}


WORKED_OUT: Mapping[str, Callable[[Given], Given]] = {
    "split": _split,
    "schedule": _schedule,
    "revision": _revision,
    "stages": _stages,
    "receipts": _receipts,
    "death": _death,
    "year_end": _year_end,
    "recovery": _recovery,
}
