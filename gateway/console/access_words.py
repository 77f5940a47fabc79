"""What was done with a person's record, in words: every route that leaves an access record, as people would say it.

Words begin with a verb, so that they can say what was done ("Saw the support plans") and what was tried ("Tried to see
the support plans"). A test holds them to the routes.
"""

from collections.abc import Mapping

from braid.kit.permissions import PERMISSIONS, Action
from gateway.console import wording

_OK_LEAST, _REFUSED_LEAST, _FORBIDDEN, _NOT_FOUND = 200, 400, 403, 404
#: The pages that are recorded by the gateway itself.
AUDIT_PAGE, LOOKED_PAGE = "/audit", "/people/{person_id}/who-has-looked"

#: Method and route -> what is done by it.
DONE: Mapping[str, str] = {
    "GET /v1/people": "see the name in the list of people",
    "POST /v1/people": "open a case",
    "POST /v1/people:search": "see the name in a list or a search",
    "GET /v1/people/{person_id}": "see the name and the details of the case",
    "GET /v1/people/{person_id}/whole-budget": "see the whole budget",
    "GET /v1/people/{person_id}/open-questions": "see what is still to be asked",
    "GET /v1/people/{person_id}/access-records": "see who has looked at the record",
    "GET /v1/access-records": "see who has looked at records",
    f"GET {AUDIT_PAGE}": "see who has looked at records",
    f"GET {LOOKED_PAGE}": "see who has looked at the record",
    **dict.fromkeys(
        ("GET /v1/dead-letters", "POST /internal/dead-letters:search"), "see that a message could not be handled"
    ),
    **dict.fromkeys(
        ("GET /v1/dead-letters/{service}/{letter_id}", "GET /internal/dead-letters/{letter_id}"),
        "see why a message could not be handled",
    ),
    **dict.fromkeys(
        ("POST /v1/dead-letters/{service}/{letter_id}/showing", "POST /internal/dead-letters/{letter_id}/showing"),
        "read a message that could not be handled",
    ),
    **dict.fromkeys(
        (
            "POST /v1/dead-letters:replay",
            "POST /v1/dead-letters/{service}/{letter_id}/replay",
            "POST /internal/dead-letters/{letter_id}/replay",
        ),
        "have a message handled again",
    ),
    **dict.fromkeys(
        ("POST /v1/dead-letters/{service}/{letter_id}/discard", "POST /internal/dead-letters/{letter_id}/discard"),
        "discard a message that could not be handled",
    ),
    **dict.fromkeys(("GET /v1/parked-keys", "GET /internal/parked-keys"), "see that messages wait"),
    # By whoever runs the installation, with a command (docs/moving.md).
    "COMMAND braid council export": "take the council’s whole record out of this installation",
    "COMMAND braid council import": "take the council’s whole record into this installation",
    "POST /v1/people/{person_id}/assessments": "begin an assessment",
    "GET /v1/assessments/{assessment_id}": "see the assessment and its answers",
    "GET /v1/assessments/{assessment_id}/history": "see who answered what, and when",
    "GET /v1/people-acted-for": "see for whom one acts",
    "PUT /v1/assessments/{assessment_id}/answers": "write the answers of an assessment",
    "POST /v1/assessments/{assessment_id}/submission": "hand in an assessment",
    "POST /v1/assessments/{assessment_id}/agreement": "agree an assessment",
    "PUT /v1/assessments/{assessment_id}/answers/{question_id}": "write an answer of an assessment",
    "GET /v1/assessments/{assessment_id}/answers/{question_id}": "see how an answer came about",
    "POST /v1/assessments/{assessment_id}/confirmations": "confirm answers of an assessment",
    "PUT /v1/assessments/{assessment_id}/disputes/{question_id}": "dispute an answer",
    "POST /v1/assessments/{assessment_id}/disputes/{question_id}/settlement": "settle a disputed answer",
    "POST /v1/assessments/{assessment_id}/changes-of-circumstances": "tell of a change of circumstances",
    "GET /v1/assessments/{assessment_id}/differences": "see where the answers of an assessment differ",
    "GET /v1/assessments/{assessment_id}/alignment": "see how the assessment serves each funding stream",
    "POST /v1/people/{person_id}/withdrawal": "withdraw from the assessment",
    "POST /v1/people/{person_id}/corrections": "correct the details of the case",
    "GET /v1/people/{person_id}/corrections": "see what was corrected in the details",
    "POST /v1/people/{person_id}/authorities": "record who may act for the person",
    "GET /v1/people/{person_id}/authorities": "see who may act for the person",
    "POST /v1/authorities/{authority_id}/revocation": "end somebody’s authority to act",
    "POST /v1/authorities/{authority_id}/objection": "object to somebody’s authority to act",
    "POST /v1/people/{person_id}/carers": "name a carer",
    "GET /v1/people/{person_id}/carers": "see the carers",
    "POST /v1/carers/{carer_id}/statements": "write down what a carer says",
    "POST /v1/carers/{carer_id}/assessments": "record a carer’s own assessment",
    "GET /v1/carers/{carer_id}/assessments": "see a carer’s own assessment",
    "POST /v1/people/{person_id}/evidence": "attach evidence",
    "GET /v1/people/{person_id}/evidence": "see the list of evidence",
    "GET /v1/evidence/{evidence_id}/content": "open a piece of evidence",
    "GET /v1/people/{person_id}/subject-access.{form}": "take a copy of all that is held",
    "POST /v1/people/{person_id}/legal-holds": "put the record under legal hold",
    "GET /v1/people/{person_id}/legal-holds": "see the legal holds",
    "POST /v1/legal-holds/{hold_id}/lifting": "lift a legal hold",
    "POST /v1/people/{person_id}/erasure": "erase the record",
    "GET /v1/people/{person_id}/allocation": "see the allocation",
    "GET /v1/people/{person_id}/allocation/explanation": "see how the allocation was worked out",
    "GET /v1/people/{person_id}/allocation/history": "see earlier figures of the allocation",
    "POST /v1/people/{person_id}/allocation/settlement": "settle the final figure",
    "GET /v1/scenarios": "see which other tables and prices were tried",
    "POST /v1/scenarios": "try other tables and prices",
    "GET /v1/scenarios/{scenario_id}": "see what other tables and prices come to",
    "GET /v1/scenarios/{scenario_id}/people.{form}": "take a copy of what they come to for each person",
    "GET /v1/people/{person_id}/awards": "see what each funding stream decided",
    "GET /v1/people/{person_id}/awards/{stream}/explanation": "see why a funding stream decided as it did",
    "GET /v1/people/{person_id}/awards/{stream}/what-would-change": "see what would change a decision",
    "POST /v1/people/{person_id}/what-if": "try what other answers would change",
    "GET /v1/people/{person_id}/alignment": "see which facts the funding streams need",
    "POST /v1/partners/{agency}/decisions": "tell an agency’s decision",
    "GET /v1/partners/{agency}/decisions/{reference}": "see what became of an agency’s decision",
    "GET /v1/people/{person_id}/budget": "see the budget",
    "GET /v1/people/{person_id}/budget/entries": "see the journal of the budget",
    "POST /v1/entries:batch": "post entries to the journal",
    "POST /v1/entries": "post an entry to the journal",
    "GET /v1/entries/{entry_id}": "see an entry of the journal",
    "POST /v1/entries/{entry_id}/reversal": "take back an entry of the journal",
    "GET /v1/people/{person_id}/budget/balances": "see what is left of the budget",
    "GET /v1/funds/{fund_id}/balances": "see what is left of a fund",
    "POST /v1/people/{person_id}/budget/plan-check": "ask what the budget could pay for",
    "POST /v1/people/{person_id}/budget/commitments": "hold money for an item",
    "GET /v1/people/{person_id}/budget/commitments": "see the money that is held",
    "GET /v1/people/{person_id}/budget/commitments/{commitment_id}": "see money that is held for an item",
    "POST /v1/people/{person_id}/budget/commitments/{commitment_id}/settlements": "settle money that was held",
    "POST /v1/people/{person_id}/budget/commitments/{commitment_id}/release": "let go of money that was held",
    "POST /v1/commitments:expire": "end what money was held for too long",
    "POST /v1/people/{person_id}/budget/transfers": "move money between funds",
    "POST /v1/people/{person_id}/budget/spending-files": "take in a file of what was spent",
    "GET /v1/people/{person_id}/budget/spends": "see what was spent",
    "POST /v1/people/{person_id}/budget/spends/{spend_id}/correction": "correct what a spend was for",
    "PUT /v1/people/{person_id}/budget/items/{item_id}": "keep an item that spending is matched to",
    "GET /v1/people/{person_id}/budget/items": "see the items that spending is matched to",
    "GET /v1/people/{person_id}/budget/queries": "see the questions about spending",
    "POST /v1/people/{person_id}/budget/queries/{query_id}/answer": "answer a question about spending",
    "GET /v1/spending-queries": "see a question about spending in the council’s list",
    "GET /v1/people/{person_id}/budget/standing": "see how the spending stands",
    "POST /v1/people/{person_id}/budget/watch": "look for alerts in the budget",
    "POST /v1/budget-watch": "look for alerts in every budget",
    "POST /v1/spending:tell": "have it told what was spent, week by week",
    "GET /v1/budget-alerts": "see an alert in the council’s list",
    "GET /v1/people/{person_id}/budget/statement": "see the statement",
    "GET /v1/people/{person_id}/budget/statement.pdf": "take a copy of the statement",
    "GET /v1/people/{person_id}/budget/statement.csv": "take the statement as a table",
    "GET /v1/people/{person_id}/budget/statement/entries": "see the entries of the statement",
    "POST /v1/people/{person_id}/payees": "record who is paid",
    "GET /v1/people/{person_id}/payees": "see who is paid",
    "POST /v1/payees/{payee_id}/accounts": "record a bank account",
    "POST /v1/payees/{payee_id}/accounts/{version}/confirmation": "confirm a bank account",
    "GET /v1/people/{person_id}/payment-matters": "see what payments lack",
    "GET /v1/payment-matters": "see what payments lack in the council’s list",
    "POST /v1/people/{person_id}/payment-schedules": "record when payments are made",
    "GET /v1/people/{person_id}/payment-schedules": "see when payments are made",
    "POST /v1/payment-schedules/{schedule_id}/versions": "change when payments are made",
    "POST /v1/people/{person_id}/receipts": "record a receipt",
    "POST /v1/people/{person_id}/certificates": "record a certificate",
    "POST /v1/people/{person_id}/invoices-due": "record an invoice",
    "GET /v1/people/{person_id}/payments": "see the payments",
    "POST /v1/payments-due/{due_id}/let-go": "let go of a payment that was due",
    "POST /v1/people/{person_id}/payment-stops": "stop the payments",
    "GET /v1/people/{person_id}/payment-stops": "see why payments are stopped",
    "POST /v1/payment-stops/{stop_id}/lifting": "let the payments go on",
    "POST /v1/payment-runs": "build a payment run",
    "GET /v1/payment-runs": "see the payment runs",
    "GET /v1/payment-runs/{run_id}": "see a payment run",
    "GET /v1/payment-runs/{run_id}/items": "see the payments of a run",
    "POST /v1/payment-runs/{run_id}/check": "check a payment run",
    "POST /v1/payment-runs/{run_id}/approval": "approve a payment run",
    "POST /v1/payment-runs/{run_id}/cancellation": "cancel a payment run",
    "POST /v1/payment-runs/{run_id}/file": "make the bank’s file of a payment run",
    "GET /v1/payment-runs/{run_id}/file": "take the bank’s file of a payment run",
    "POST /v1/payment-runs/{run_id}/sent": "record that a payment run was sent",
    "POST /v1/payment-runs/{run_id}/results": "record what became of a payment run",
    "POST /v1/payment-runs/{run_id}/finish": "finish a payment run",
    "POST /v1/payment-status-reports": "take in the bank’s answer",
    "POST /v1/payment-account-statements": "take in the bank’s statement",
    "POST /v1/people/{person_id}/recoveries": "propose to ask money back",
    "GET /v1/people/{person_id}/recoveries": "see what money is asked back",
    "POST /v1/people/{person_id}/year-ends": "end a year of the budget",
    "POST /v1/recoveries/{recovery_id}/decision": "decide whether money is asked back",
    "POST /v1/recoveries/{recovery_id}/appeal": "record an appeal against money asked back",
    "POST /v1/recoveries/{recovery_id}/appeal/outcome": "decide an appeal against money asked back",
    "POST /v1/recoveries/{recovery_id}/write-off": "decide to write money off",
    "POST /v1/recoveries/{recovery_id}/receipts": "record money that came back",
    "POST /v1/forgetting": "forget the words around money of erased records",
    "GET /v1/people/{person_id}/progress": "see where the budget has got to",
    "POST /v1/people/{person_id}/plans": "begin a support plan",
    "GET /v1/people/{person_id}/plans": "see the support plans",
    "GET /v1/plans/{plan_id}": "see a support plan",
    "PUT /v1/plans/{plan_id}": "write a support plan",
    "GET /v1/plans/{plan_id}/check": "see whether a support plan can be paid for",
    "GET /v1/plans/{plan_id}/versions/{version}": "see an earlier support plan",
    "GET /v1/plans/{plan_id}/differences": "see what changed in a support plan",
    "POST /v1/plans/{plan_id}/submission": "hand in a support plan",
    "POST /v1/plans/{plan_id}/withdrawal": "take back a support plan",
    "POST /v1/plans/{plan_id}/decision": "decide on a support plan",
    "POST /v1/people/{person_id}/involvements": "record who is involved",
    "GET /v1/people/{person_id}/involvements": "see who is involved",
    "GET /v1/plans/{plan_id}/holding": "see how the money is held",
    "POST /v1/plans/{plan_id}/holding": "change how the money is held",
    "POST /v1/people/{person_id}/challenges": "challenge a decision",
    "GET /v1/people/{person_id}/challenges": "see the challenges of decisions",
    "GET /v1/challenges-to-answer": "see a challenge in the council’s list",
    "GET /v1/challenges/{challenge_id}": "see a challenge of a decision",
    "POST /v1/challenges/{challenge_id}/answer": "answer a challenge of a decision",
    "GET /v1/people/{person_id}/reviews": "see the reviews",
    "POST /v1/people/{person_id}/reviews": "ask for a review",
    "GET /v1/reviews/{review_id}": "see a review",
    "POST /v1/reviews/{review_id}/result": "record what came of a review",
    "GET /v1/plans-to-approve": "see a support plan in the list of those to approve",
    "GET /v1/planning-times": "see how long planning takes",
    "GET /v1/cases": "see where the budget has got to in the list of cases",
    "GET /v1/overdue": "see the case in the list of what is overdue",
    "POST /v1/people/{person_id}/outcome-responses": "record answers about the person’s life",
    "GET /v1/people/{person_id}/outcome-responses": "see the answers about the person’s life",
    "POST /v1/outcome-responses/{response_id}/taking-back": "take back answers about the person’s life",
    "GET /v1/outcome-waves-due": "see in the council’s list that answers about the person’s life are due",
    "GET /v1/people/{person_id}/outcome-waves": "see which answers about the person’s life are due",
    "POST /v1/outcome-evaluations": "have costs and outcomes of the council’s people compared",
    "GET /v1/outcome-evaluations": "see which comparisons of costs and outcomes were asked for",
    "GET /v1/outcome-evaluations/{evaluation_id}": "see what a comparison of costs and outcomes found",
    "GET /v1/outcome-evaluations/{evaluation_id}/report": "see the report of costs and outcomes",
    "POST /v1/client-level-data-returns": "have the return to the Department made and checked",
    "GET /v1/client-level-data-returns": "see which returns to the Department were made",
    "POST /v1/client-level-data-returns:discard": "discard old files of returns to the Department",
    "GET /v1/client-level-data-returns/{return_id}": "see how a return to the Department fared in its checks",
    "GET /v1/client-level-data-returns/{return_id}/file.csv": "take the file of a return to the Department",
    "GET /v1/client-level-data-returns/{return_id}/faults.csv": "see the faults of a return to the Department",
    "GET /v1/webhook-event-types": "see of which events systems may be told",
    "POST /v1/webhook-subscriptions": "have a system told of events",
    "GET /v1/webhook-subscriptions": "see which systems are told of events",
    "GET /v1/webhook-subscriptions/{subscription_id}": "see of which events a system is told",
    "PUT /v1/webhook-subscriptions/{subscription_id}": "change of which events a system is told",
    "POST /v1/webhook-subscriptions/{subscription_id}/ending": "stop telling a system of events",
    "POST /v1/webhook-subscriptions/{subscription_id}/secret": "change the secret that signs messages to a system",
    "POST /v1/webhook-subscriptions/{subscription_id}/test-message": "send a system a test message",
    "GET /v1/webhook-subscriptions/{subscription_id}/deliveries": "see which messages a system was sent",
    "GET /v1/webhook-subscriptions/{subscription_id}/deliveries/{delivery_id}": "see what became of a message",
    "POST /v1/webhook-subscriptions/{subscription_id}/deliveries/{delivery_id}/redelivery": (
        "send a message to a system again"
    ),
    "POST /v1/webhook-subscriptions/{subscription_id}/recovery": "send all messages of a time to a system again",
}

#: How the route of a message begins that a system was sent; the kind of event comes after it.
_SENT = "webhook "

_IRREGULAR: Mapping[str, str] = {
    "be": "was",
    "see": "saw",
    "send": "sent",
    "have": "had",
    "begin": "began",
    "write": "wrote",
    "tell": "told",
    "take": "took",
    "put": "put",
    "hold": "held",
    "let": "let",
    "keep": "kept",
    "build": "built",
    "make": "made",
    "forget": "forgot",
    "withdraw": "withdrew",
    "stop": "stopped",
    "try": "tried",
    "cancel": "cancelled",
    "read": "read",
}


def done_in_words(method: str, route: str, action: Action, status: int, *, is_repeat: bool = False) -> str:
    """What was done, or tried, as a sentence without its stop."""
    words = _words_of(method, route, action)
    if _OK_LEAST <= status < _REFUSED_LEAST:
        return wording.sentence(_past(words)) + (" again, with nothing new done" if is_repeat else "")
    return f"Tried to {words}{_ENDED.get(status, ': it did not work')}"


def _words_of(method: str, route: str, action: Action) -> str:
    if route.startswith(_SENT):
        happened = " ".join(route.removeprefix(_SENT).split(".")[2:-1]).replace("-", " ")
        return f"be sent the message ‘{happened}’"
    return DONE.get(f"{method} {route}") or wording.inside(PERMISSIONS[action].meaning)


_ENDED: Mapping[int, str] = {
    _FORBIDDEN: ": refused",
    _NOT_FOUND: ": there was nothing, or it was not theirs to see",
}


def _past(words: str) -> str:
    verb, _, rest = words.partition(" ")
    past = _IRREGULAR.get(verb) or (f"{verb}d" if verb.endswith("e") else f"{verb}ed")
    return f"{past} {rest}".rstrip()
