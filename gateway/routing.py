"""Which service answers which path: the one table, held to the services' own routes by a test."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import format_datetime

from braid.kit.permissions import Action

#: Largest request body, in bytes, of a route that does not say otherwise.
BODY_BYTES_MAX = 1_000_000


@dataclass(frozen=True)
class Deprecation:
    """A route that will go.

    Args:
        since: from when on it should not be used by anything new; told in ``Deprecation`` (RFC 9745).
        gone_on: the first day on which it may be gone; told in ``Sunset`` (RFC 8594).
        instead: address of what to use in its place, where there is something.
    """

    since: date
    gone_on: date
    instead: str | None = None

    @property
    def headers(self) -> Mapping[str, str]:
        """As every answer of the route tells it."""
        told = {
            "Deprecation": f"@{int(_midnight(self.since).timestamp())}",
            "Sunset": format_datetime(_midnight(self.gone_on), usegmt=True),
        }
        return told | ({"Link": f'<{self.instead}>; rel="successor-version"'} if self.instead else {})


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


@dataclass(frozen=True)
class Row:
    """One route through the gateway; the path is the same on both sides.

    Args:
        action: what is done by it; the service's own route names the same one.
    """

    method: str
    path: str
    service: str
    action: Action
    body_bytes_max: int = BODY_BYTES_MAX
    deprecation: Deprecation | None = None


ROUTES: tuple[Row, ...] = (
    Row("GET", "/v1/people", "assessment", Action.LIST_PEOPLE),
    Row("POST", "/v1/people", "assessment", Action.OPEN_CASE),
    Row("POST", "/v1/people:search", "assessment", Action.LIST_PEOPLE),
    Row("GET", "/v1/people/{person_id}", "assessment", Action.READ_RECORD),
    Row("POST", "/v1/people/{person_id}/assessments", "assessment", Action.CHANGE_RECORD),
    Row("GET", "/v1/questionnaires", "assessment", Action.READ_PUBLISHED),
    Row("GET", "/v1/questionnaires/{questionnaire}/{version}", "assessment", Action.READ_PUBLISHED),
    Row("GET", "/v1/assessments/{assessment_id}", "assessment", Action.READ_RECORD),
    Row("PUT", "/v1/assessments/{assessment_id}/answers", "assessment", Action.CHANGE_RECORD),
    Row("POST", "/v1/assessments/{assessment_id}/submission", "assessment", Action.CHANGE_RECORD),
    Row("POST", "/v1/assessments/{assessment_id}/agreement", "assessment", Action.AGREE_ASSESSMENT),
    Row("PUT", "/v1/assessments/{assessment_id}/answers/{question_id}", "assessment", Action.CHANGE_RECORD),
    Row("GET", "/v1/assessments/{assessment_id}/answers/{question_id}", "assessment", Action.READ_RECORD),
    Row("POST", "/v1/assessments/{assessment_id}/confirmations", "assessment", Action.CHANGE_RECORD),
    Row("PUT", "/v1/assessments/{assessment_id}/disputes/{question_id}", "assessment", Action.AGREE_ASSESSMENT),
    Row(
        "POST",
        "/v1/assessments/{assessment_id}/disputes/{question_id}/settlement",
        "assessment",
        Action.AGREE_ASSESSMENT,
    ),
    Row("POST", "/v1/assessments/{assessment_id}/changes-of-circumstances", "assessment", Action.CHANGE_RECORD),
    Row("GET", "/v1/assessments/{assessment_id}/differences", "assessment", Action.READ_RECORD),
    Row("GET", "/v1/assessments/{assessment_id}/history", "assessment", Action.READ_RECORD),
    Row("GET", "/v1/assessments/{assessment_id}/alignment", "assessment", Action.READ_RECORD),
    Row("GET", "/v1/questionnaires/{questionnaire}/{version}/alignment", "assessment", Action.READ_PUBLISHED),
    Row("POST", "/v1/people/{person_id}/withdrawal", "assessment", Action.CHANGE_RECORD),
    Row("POST", "/v1/people/{person_id}/corrections", "assessment", Action.CORRECT_PERSON),
    Row("GET", "/v1/people/{person_id}/corrections", "assessment", Action.CORRECT_PERSON),
    Row("POST", "/v1/people/{person_id}/authorities", "assessment", Action.RECORD_AUTHORITY),
    Row("GET", "/v1/people/{person_id}/authorities", "assessment", Action.READ_RECORD),
    Row("GET", "/v1/people-acted-for", "assessment", Action.READ_RECORD),
    Row("POST", "/v1/authorities/{authority_id}/revocation", "assessment", Action.RECORD_AUTHORITY),
    Row("POST", "/v1/authorities/{authority_id}/objection", "assessment", Action.OBJECT_TO_AUTHORITY),
    Row("POST", "/v1/people/{person_id}/carers", "assessment", Action.CHANGE_RECORD),
    Row("GET", "/v1/people/{person_id}/carers", "assessment", Action.READ_RECORD),
    Row("POST", "/v1/carers/{carer_id}/statements", "assessment", Action.CHANGE_RECORD),
    Row("POST", "/v1/carers/{carer_id}/assessments", "assessment", Action.ASSESS_CARER),
    Row("GET", "/v1/carers/{carer_id}/assessments", "assessment", Action.READ_CARER_ASSESSMENT),
    # A scanned letter of a few pages, 5 MB, in base64.
    Row("POST", "/v1/people/{person_id}/evidence", "assessment", Action.CHANGE_RECORD, body_bytes_max=6_800_000),
    Row("GET", "/v1/people/{person_id}/evidence", "assessment", Action.READ_RECORD),
    Row("GET", "/v1/evidence/{evidence_id}/content", "assessment", Action.READ_RECORD),
    Row("GET", "/v1/people/{person_id}/subject-access.{form}", "assessment", Action.READ_RECORD),
    Row("POST", "/v1/people/{person_id}/legal-holds", "assessment", Action.HOLD_RECORD),
    Row("GET", "/v1/people/{person_id}/legal-holds", "assessment", Action.HOLD_RECORD),
    Row("POST", "/v1/legal-holds/{hold_id}/lifting", "assessment", Action.HOLD_RECORD),
    Row("POST", "/v1/people/{person_id}/erasure", "assessment", Action.ERASE_RECORD),
    Row("GET", "/v1/people/{person_id}/allocation", "ras", Action.READ_ALLOCATION),
    Row("GET", "/v1/people/{person_id}/allocation/explanation", "ras", Action.READ_ALLOCATION),
    Row("GET", "/v1/people/{person_id}/allocation/history", "ras", Action.READ_ALLOCATION),
    Row("POST", "/v1/people/{person_id}/allocation/settlement", "ras", Action.SETTLE_ALLOCATION),
    Row("GET", "/v1/allocation-tables/{council}", "ras", Action.READ_PUBLISHED),
    # A population as a file inside the body.
    Row("POST", "/v1/scenarios", "ras", Action.RUN_SCENARIO, body_bytes_max=30_000_000),
    Row("GET", "/v1/scenarios", "ras", Action.RUN_SCENARIO),
    Row("GET", "/v1/scenarios/{scenario_id}", "ras", Action.RUN_SCENARIO),
    Row("GET", "/v1/scenarios/{scenario_id}/people.{form}", "ras", Action.RUN_SCENARIO),
    Row("GET", "/v1/people/{person_id}/awards", "funding_streams", Action.READ_AWARDS),
    Row("GET", "/v1/people/{person_id}/awards/{stream}/explanation", "funding_streams", Action.READ_AWARDS),
    Row("GET", "/v1/people/{person_id}/awards/{stream}/what-would-change", "funding_streams", Action.READ_AWARDS),
    Row("POST", "/v1/people/{person_id}/what-if", "funding_streams", Action.READ_AWARDS),
    Row("GET", "/v1/people/{person_id}/alignment", "funding_streams", Action.READ_AWARDS),
    Row("POST", "/v1/decisions:evaluate", "funding_streams", Action.EVALUATE_RULES),
    # Ten thousand people, with a little over a thousand bytes of facts each.
    Row("POST", "/v1/decisions:evaluate-in-bulk", "funding_streams", Action.EVALUATE_RULES, body_bytes_max=20_000_000),
    Row("POST", "/v1/facts:missing", "funding_streams", Action.EVALUATE_RULES),
    Row("GET", "/v1/streams", "funding_streams", Action.READ_PUBLISHED),
    Row("GET", "/v1/facts", "funding_streams", Action.READ_PUBLISHED),
    Row("GET", "/v1/figures", "funding_streams", Action.READ_PUBLISHED),
    Row("GET", "/v1/council-settings", "funding_streams", Action.READ_PUBLISHED),
    Row("GET", "/v1/council-settings/{name}", "funding_streams", Action.READ_PUBLISHED),
    Row("PUT", "/v1/council-settings/{name}", "funding_streams", Action.CHOOSE_FOR_COUNCIL),
    Row("POST", "/v1/partners/{agency}/decisions", "funding_streams", Action.TELL_PARTNER_DECISION),
    Row("GET", "/v1/partners/{agency}/decisions/{reference}", "funding_streams", Action.TELL_PARTNER_DECISION),
    Row("GET", "/v1/people/{person_id}/budget", "ledger", Action.READ_BUDGET),
    Row("GET", "/v1/people/{person_id}/budget/entries", "ledger", Action.READ_BUDGET),
    Row("GET", "/v1/journal/proof", "ledger", Action.READ_BOOKS),
    # Five thousand entries of a few legs each.
    Row("POST", "/v1/entries:batch", "ledger", Action.POST_ENTRIES, body_bytes_max=10_000_000),
    Row("POST", "/v1/entries", "ledger", Action.POST_ENTRIES),
    Row("GET", "/v1/entries/{entry_id}", "ledger", Action.READ_ANY_ACCOUNT),
    Row("POST", "/v1/entries/{entry_id}/reversal", "ledger", Action.POST_ENTRIES),
    Row("GET", "/v1/people/{person_id}/budget/balances", "ledger", Action.READ_BUDGET),
    Row("GET", "/v1/funds/{fund_id}/balances", "ledger", Action.READ_ANY_ACCOUNT),
    Row("GET", "/v1/streams/{stream}/balances", "ledger", Action.READ_BOOKS),
    Row("GET", "/v1/balances", "ledger", Action.READ_BOOKS),
    Row("POST", "/v1/people/{person_id}/budget/plan-check", "ledger", Action.READ_BUDGET),
    Row("POST", "/v1/people/{person_id}/budget/commitments", "ledger", Action.HOLD_MONEY),
    Row("GET", "/v1/people/{person_id}/budget/commitments", "ledger", Action.READ_BUDGET),
    Row("GET", "/v1/people/{person_id}/budget/commitments/{commitment_id}", "ledger", Action.READ_BUDGET),
    Row(
        "POST",
        "/v1/people/{person_id}/budget/commitments/{commitment_id}/settlements",
        "ledger",
        Action.SETTLE_HELD_MONEY,
    ),
    Row("POST", "/v1/people/{person_id}/budget/commitments/{commitment_id}/release", "ledger", Action.HOLD_MONEY),
    Row("POST", "/v1/commitments:expire", "ledger", Action.SETTLE_HELD_MONEY),
    Row("POST", "/v1/people/{person_id}/budget/transfers", "ledger", Action.POST_ENTRIES),
    Row("POST", "/v1/people/{person_id}/budget/spending-files", "ledger", Action.TAKE_IN_SPENDING),
    Row("GET", "/v1/people/{person_id}/budget/spends", "ledger", Action.READ_BUDGET),
    Row("POST", "/v1/people/{person_id}/budget/spends/{spend_id}/correction", "ledger", Action.CORRECT_SPENDING),
    Row("PUT", "/v1/people/{person_id}/budget/items/{item_id}", "ledger", Action.KEEP_PLAN_ITEMS),
    Row("GET", "/v1/people/{person_id}/budget/items", "ledger", Action.READ_BUDGET),
    Row("GET", "/v1/people/{person_id}/budget/queries", "ledger", Action.READ_BUDGET),
    Row("POST", "/v1/people/{person_id}/budget/queries/{query_id}/answer", "ledger", Action.ANSWER_QUERY),
    Row("GET", "/v1/spending-queries", "ledger", Action.READ_ANY_ACCOUNT),
    Row("GET", "/v1/people/{person_id}/budget/standing", "ledger", Action.READ_BUDGET),
    Row("POST", "/v1/people/{person_id}/budget/watch", "ledger", Action.WATCH_BUDGET),
    Row("POST", "/v1/budget-watch", "ledger", Action.WATCH_ALL_BUDGETS),
    Row("POST", "/v1/spending:tell", "ledger", Action.TELL_SPENDING),
    Row("GET", "/v1/budget-alerts", "ledger", Action.READ_ANY_ACCOUNT),
    Row("GET", "/v1/people/{person_id}/budget/statement", "ledger", Action.READ_BUDGET),
    Row("GET", "/v1/people/{person_id}/budget/statement.pdf", "ledger", Action.READ_BUDGET),
    Row("GET", "/v1/people/{person_id}/budget/statement.csv", "ledger", Action.READ_BUDGET),
    Row("GET", "/v1/people/{person_id}/budget/statement/entries", "ledger", Action.READ_BUDGET),
    Row("GET", "/v1/returns/{stream}", "ledger", Action.READ_BOOKS),
    Row("GET", "/v1/trial-balance", "ledger", Action.READ_BOOKS),
    Row("GET", "/v1/aged-commitments", "ledger", Action.READ_BOOKS),
    Row("PUT", "/v1/general-ledger-mapping", "ledger", Action.CHOOSE_FOR_COUNCIL),
    Row("GET", "/v1/general-ledger-mapping", "ledger", Action.READ_BOOKS),
    Row("GET", "/v1/general-ledger-export", "ledger", Action.READ_BOOKS),
    Row("GET", "/v1/ledger-settings", "ledger", Action.READ_BOOKS),
    Row("PUT", "/v1/ledger-settings/{name}", "ledger", Action.CHOOSE_FOR_COUNCIL),
    Row("POST", "/v1/people/{person_id}/payees", "ledger", Action.KEEP_PAYMENTS_DUE),
    Row("GET", "/v1/people/{person_id}/payees", "ledger", Action.KEEP_PAYMENTS_DUE),
    Row("POST", "/v1/payees/{payee_id}/accounts", "ledger", Action.KEEP_PAYMENTS_DUE),
    Row("POST", "/v1/payees/{payee_id}/accounts/{version}/confirmation", "ledger", Action.KEEP_PAYMENTS_DUE),
    Row("GET", "/v1/people/{person_id}/payment-matters", "ledger", Action.READ_BUDGET),
    Row("GET", "/v1/payment-matters", "ledger", Action.READ_PAYMENT_STOPS),
    Row("POST", "/v1/people/{person_id}/payment-schedules", "ledger", Action.KEEP_PAYMENTS_DUE),
    Row("GET", "/v1/people/{person_id}/payment-schedules", "ledger", Action.KEEP_PAYMENTS_DUE),
    Row("POST", "/v1/payment-schedules/{schedule_id}/versions", "ledger", Action.KEEP_PAYMENTS_DUE),
    Row("POST", "/v1/people/{person_id}/receipts", "ledger", Action.KEEP_PAYMENTS_DUE),
    Row("POST", "/v1/people/{person_id}/certificates", "ledger", Action.KEEP_PAYMENTS_DUE),
    Row("POST", "/v1/people/{person_id}/invoices-due", "ledger", Action.KEEP_PAYMENTS_DUE),
    Row("GET", "/v1/people/{person_id}/payments", "ledger", Action.READ_BUDGET),
    Row("POST", "/v1/payments-due/{due_id}/let-go", "ledger", Action.KEEP_PAYMENTS_DUE),
    Row("POST", "/v1/people/{person_id}/payment-stops", "ledger", Action.STOP_PAYMENTS),
    Row("GET", "/v1/people/{person_id}/payment-stops", "ledger", Action.READ_PAYMENT_STOPS),
    Row("POST", "/v1/payment-stops/{stop_id}/lifting", "ledger", Action.STOP_PAYMENTS),
    Row("POST", "/v1/payment-runs", "ledger", Action.RUN_PAYMENTS),
    Row("GET", "/v1/payment-runs", "ledger", Action.READ_PAYMENT_RUNS),
    Row("GET", "/v1/payment-runs/{run_id}", "ledger", Action.READ_PAYMENT_RUNS),
    Row("GET", "/v1/payment-runs/{run_id}/items", "ledger", Action.READ_PAYMENT_RUNS),
    Row("POST", "/v1/payment-runs/{run_id}/check", "ledger", Action.RUN_PAYMENTS),
    Row("POST", "/v1/payment-runs/{run_id}/approval", "ledger", Action.APPROVE_PAYMENTS),
    Row("POST", "/v1/payment-runs/{run_id}/cancellation", "ledger", Action.RUN_PAYMENTS),
    Row("POST", "/v1/payment-runs/{run_id}/file", "ledger", Action.RUN_PAYMENTS),
    Row("GET", "/v1/payment-runs/{run_id}/file", "ledger", Action.RUN_PAYMENTS),
    Row("POST", "/v1/payment-runs/{run_id}/sent", "ledger", Action.RUN_PAYMENTS),
    Row("POST", "/v1/payment-runs/{run_id}/results", "ledger", Action.RUN_PAYMENTS, body_bytes_max=5_000_000),
    Row("POST", "/v1/payment-runs/{run_id}/finish", "ledger", Action.RUN_PAYMENTS),
    # A hundred thousand payments, each with its status and its reason.
    Row("POST", "/v1/payment-status-reports", "ledger", Action.RUN_PAYMENTS, body_bytes_max=100_000_000),
    Row("POST", "/v1/payment-account-statements", "ledger", Action.RUN_PAYMENTS, body_bytes_max=100_000_000),
    Row("POST", "/v1/people/{person_id}/recoveries", "ledger", Action.RECOVER_MONEY),
    Row("GET", "/v1/people/{person_id}/recoveries", "ledger", Action.READ_BUDGET),
    Row("POST", "/v1/people/{person_id}/year-ends", "ledger", Action.RECOVER_MONEY),
    Row("POST", "/v1/recoveries/{recovery_id}/decision", "ledger", Action.DECIDE_RECOVERY),
    Row("POST", "/v1/recoveries/{recovery_id}/appeal", "ledger", Action.DECIDE_RECOVERY),
    Row("POST", "/v1/recoveries/{recovery_id}/appeal/outcome", "ledger", Action.DECIDE_RECOVERY),
    Row("POST", "/v1/recoveries/{recovery_id}/write-off", "ledger", Action.DECIDE_RECOVERY),
    Row("POST", "/v1/recoveries/{recovery_id}/receipts", "ledger", Action.RECOVER_MONEY),
    Row("POST", "/v1/forgetting", "ledger", Action.FORGET_MONEY_WORDS),
    Row("GET", "/v1/people/{person_id}/progress", "support_planning", Action.READ_PLAN),
    Row("POST", "/v1/people/{person_id}/plans", "support_planning", Action.WRITE_PLAN),
    Row("GET", "/v1/people/{person_id}/plans", "support_planning", Action.READ_PLAN),
    Row("GET", "/v1/plans/{plan_id}", "support_planning", Action.READ_PLAN),
    Row("PUT", "/v1/plans/{plan_id}", "support_planning", Action.WRITE_PLAN),
    Row("GET", "/v1/plans/{plan_id}/check", "support_planning", Action.READ_PLAN),
    Row("GET", "/v1/plans/{plan_id}/versions/{version}", "support_planning", Action.READ_PLAN),
    Row("GET", "/v1/plans/{plan_id}/differences", "support_planning", Action.READ_PLAN),
    Row("POST", "/v1/plans/{plan_id}/submission", "support_planning", Action.WRITE_PLAN),
    Row("POST", "/v1/plans/{plan_id}/withdrawal", "support_planning", Action.WRITE_PLAN),
    Row("POST", "/v1/plans/{plan_id}/decision", "support_planning", Action.DECIDE_PLAN),
    Row("POST", "/v1/people/{person_id}/involvements", "support_planning", Action.RECORD_INVOLVEMENT),
    Row("GET", "/v1/people/{person_id}/involvements", "support_planning", Action.READ_PLANNING_QUEUES),
    Row("GET", "/v1/plans/{plan_id}/holding", "support_planning", Action.READ_PLAN),
    Row("POST", "/v1/plans/{plan_id}/holding", "support_planning", Action.CHANGE_HOLDING),
    Row("POST", "/v1/people/{person_id}/challenges", "support_planning", Action.CHALLENGE_DECISION),
    Row("GET", "/v1/people/{person_id}/challenges", "support_planning", Action.READ_PLAN),
    Row("GET", "/v1/challenges-to-answer", "support_planning", Action.READ_PLANNING_QUEUES),
    Row("GET", "/v1/challenges/{challenge_id}", "support_planning", Action.READ_PLAN),
    Row("POST", "/v1/challenges/{challenge_id}/answer", "support_planning", Action.ANSWER_CHALLENGE),
    Row("GET", "/v1/people/{person_id}/reviews", "support_planning", Action.READ_PLAN),
    Row("POST", "/v1/people/{person_id}/reviews", "support_planning", Action.ASK_REVIEW),
    Row("GET", "/v1/reviews/{review_id}", "support_planning", Action.READ_PLAN),
    Row("POST", "/v1/reviews/{review_id}/result", "support_planning", Action.HOLD_REVIEW),
    Row("GET", "/v1/plans-to-approve", "support_planning", Action.READ_PLANNING_QUEUES),
    Row("GET", "/v1/planning-times", "support_planning", Action.READ_PLANNING_QUEUES),
    Row("GET", "/v1/cases", "support_planning", Action.READ_PLANNING_QUEUES),
    Row("GET", "/v1/overdue", "support_planning", Action.READ_PLANNING_QUEUES),
    Row("GET", "/v1/planning-choices/{name}", "support_planning", Action.READ_PLANNING_CHOICES),
    Row("PUT", "/v1/planning-choices/{name}", "support_planning", Action.CHOOSE_FOR_COUNCIL),
    Row("GET", "/v1/outcome-instruments", "outcomes", Action.READ_INSTRUMENTS),
    Row("GET", "/v1/outcome-instruments/{instrument_id}/licence", "outcomes", Action.STATE_LICENCE),
    Row("PUT", "/v1/outcome-instruments/{instrument_id}/licence", "outcomes", Action.STATE_LICENCE),
    Row("POST", "/v1/people/{person_id}/outcome-responses", "outcomes", Action.RECORD_OUTCOME),
    Row("GET", "/v1/people/{person_id}/outcome-responses", "outcomes", Action.READ_OUTCOMES),
    Row("POST", "/v1/outcome-responses/{response_id}/taking-back", "outcomes", Action.RECORD_OUTCOME),
    Row("GET", "/v1/people/{person_id}/outcome-waves", "outcomes", Action.READ_OUTCOMES),
    Row("GET", "/v1/outcome-waves-due", "outcomes", Action.READ_WAVES_DUE),
    # A file of some ten thousand people to compare with.
    Row("POST", "/v1/outcome-evaluations", "outcomes", Action.RUN_EVALUATION, body_bytes_max=6_000_000),
    Row("GET", "/v1/outcome-evaluations", "outcomes", Action.READ_EVALUATIONS),
    Row("GET", "/v1/outcome-evaluations/{evaluation_id}", "outcomes", Action.READ_EVALUATIONS),
    Row("GET", "/v1/outcome-evaluations/{evaluation_id}/report", "outcomes", Action.READ_EVALUATIONS),
    Row("POST", "/v1/client-level-data-returns", "outcomes", Action.MAKE_RETURN),
    Row("GET", "/v1/client-level-data-returns", "outcomes", Action.READ_RETURNS),
    Row("POST", "/v1/client-level-data-returns:discard", "outcomes", Action.MAKE_RETURN),
    Row("GET", "/v1/client-level-data-returns/{return_id}", "outcomes", Action.READ_RETURNS),
    Row("GET", "/v1/client-level-data-returns/{return_id}/file.csv", "outcomes", Action.DOWNLOAD_RETURN),
    Row("GET", "/v1/client-level-data-returns/{return_id}/faults.csv", "outcomes", Action.READ_RETURNS),
    Row("GET", "/v1/council-reports", "outcomes", Action.READ_COUNCIL_REPORTS),
    Row("GET", "/v1/council-reports/{report}", "outcomes", Action.READ_COUNCIL_REPORTS),
    Row("GET", "/v1/council-reports/{report}/table.csv", "outcomes", Action.READ_COUNCIL_REPORTS),
    Row("GET", "/v1/council-reports/{report}/page", "outcomes", Action.READ_COUNCIL_REPORTS),
    Row("GET", "/v1/webhook-event-types", "webhooks", Action.READ_WEBHOOKS),
    Row("POST", "/v1/webhook-subscriptions", "webhooks", Action.KEEP_WEBHOOKS),
    Row("GET", "/v1/webhook-subscriptions", "webhooks", Action.READ_WEBHOOKS),
    Row("GET", "/v1/webhook-subscriptions/{subscription_id}", "webhooks", Action.READ_WEBHOOKS),
    Row("PUT", "/v1/webhook-subscriptions/{subscription_id}", "webhooks", Action.KEEP_WEBHOOKS),
    Row("POST", "/v1/webhook-subscriptions/{subscription_id}/ending", "webhooks", Action.KEEP_WEBHOOKS),
    Row("POST", "/v1/webhook-subscriptions/{subscription_id}/secret", "webhooks", Action.KEEP_WEBHOOKS),
    Row("POST", "/v1/webhook-subscriptions/{subscription_id}/test-message", "webhooks", Action.KEEP_WEBHOOKS),
    Row("GET", "/v1/webhook-subscriptions/{subscription_id}/deliveries", "webhooks", Action.READ_WEBHOOKS),
    Row(
        "GET", "/v1/webhook-subscriptions/{subscription_id}/deliveries/{delivery_id}", "webhooks", Action.READ_WEBHOOKS
    ),
    Row(
        "POST",
        "/v1/webhook-subscriptions/{subscription_id}/deliveries/{delivery_id}/redelivery",
        "webhooks",
        Action.KEEP_WEBHOOKS,
    ),
    Row("POST", "/v1/webhook-subscriptions/{subscription_id}/recovery", "webhooks", Action.KEEP_WEBHOOKS),
)

#: Changes that the gateway takes to the service that they name, with what is done by each.
CHANGES: Mapping[str, Action] = {
    "/v1/dead-letters:replay": Action.MEND_DEAD_LETTERS,
    "/v1/dead-letters/{service}/{letter_id}/showing": Action.SHOW_DEAD_LETTER,
    "/v1/dead-letters/{service}/{letter_id}/replay": Action.MEND_DEAD_LETTERS,
    "/v1/dead-letters/{service}/{letter_id}/discard": Action.MEND_DEAD_LETTERS,
}

#: Reads that the gateway puts together itself, with what is done by each.
COMPOSED: Mapping[str, Action] = {
    "/v1/people/{person_id}/whole-budget": Action.READ_RECORD,
    "/v1/people/{person_id}/open-questions": Action.READ_AWARDS,
    "/v1/people/{person_id}/access-records": Action.READ_ACCESS_RECORDS,
    "/v1/access-records": Action.READ_ACCESS_RECORDS,
    "/v1/dead-letters": Action.READ_DEAD_LETTERS,
    "/v1/dead-letters/{service}/{letter_id}": Action.READ_DEAD_LETTERS,
    "/v1/parked-keys": Action.READ_DEAD_LETTERS,
}
