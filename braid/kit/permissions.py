"""Who may do what: every action, and how far each role reaches with it. The gateway and the services both ask it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any

from fastapi import Depends, Request

from braid.kit.identity import Principal, Role, authenticated
from braid.kit.problems import Problem


class Reach(StrEnum):
    """Whose records a role may use an action on; the services find out which records those are."""

    COUNCIL = "council"
    OWN = "own"
    ACTING = "acting"
    OWN_OR_ACTING = "own or acting"
    AGENCY = "agency"


#: What each reach means, for people.
REACHES: Mapping[Reach, str] = {
    Reach.COUNCIL: "every record of the council that the token is for",
    Reach.OWN: "the person's own record and budget",
    Reach.ACTING: "the record of a person for whom they have a recorded authority in force, or of whom they are a"
    " recorded carer",
    Reach.OWN_OR_ACTING: "their own record, and those of people for whom they act",
    Reach.AGENCY: "what their own agency told, and where it is told itself",
}


class Action(StrEnum):
    """What can be done."""

    READ_PUBLISHED = "read-published"
    EVALUATE_RULES = "evaluate-rules"
    LIST_PEOPLE = "list-people"
    OPEN_CASE = "open-case"
    CORRECT_PERSON = "correct-person"
    READ_RECORD = "read-record"
    CHANGE_RECORD = "change-record"
    AGREE_ASSESSMENT = "agree-assessment"
    RECORD_AUTHORITY = "record-authority"
    OBJECT_TO_AUTHORITY = "object-to-authority"
    ASSESS_CARER = "assess-carer"
    READ_CARER_ASSESSMENT = "read-carer-assessment"
    HOLD_RECORD = "hold-record"
    ERASE_RECORD = "erase-record"
    FORGET_MONEY_WORDS = "forget-money-words"
    READ_ALLOCATION = "read-allocation"
    SETTLE_ALLOCATION = "settle-allocation"
    RUN_SCENARIO = "run-scenario"
    READ_AWARDS = "read-awards"
    TELL_PARTNER_DECISION = "tell-partner-decision"
    READ_BUDGET = "read-budget"
    READ_ANY_ACCOUNT = "read-any-account"
    READ_BOOKS = "read-books"
    POST_ENTRIES = "post-entries"
    HOLD_MONEY = "hold-money"
    SETTLE_HELD_MONEY = "settle-held-money"
    KEEP_PLAN_ITEMS = "keep-plan-items"
    TAKE_IN_SPENDING = "take-in-spending"
    ANSWER_QUERY = "answer-query"
    CORRECT_SPENDING = "correct-spending"
    WATCH_BUDGET = "watch-budget"
    WATCH_ALL_BUDGETS = "watch-all-budgets"
    TELL_SPENDING = "tell-spending"
    KEEP_PAYMENTS_DUE = "keep-payments-due"
    STOP_PAYMENTS = "stop-payments"
    READ_PAYMENT_STOPS = "read-payment-stops"
    RUN_PAYMENTS = "run-payments"
    APPROVE_PAYMENTS = "approve-payments"
    READ_PAYMENT_RUNS = "read-payment-runs"
    RECOVER_MONEY = "recover-money"
    DECIDE_RECOVERY = "decide-recovery"
    READ_PLAN = "read-plan"
    WRITE_PLAN = "write-plan"
    DECIDE_PLAN = "decide-plan"
    RECORD_INVOLVEMENT = "record-involvement"
    READ_PLANNING_QUEUES = "read-planning-queues"
    CHANGE_HOLDING = "change-holding"
    ASK_REVIEW = "ask-review"
    HOLD_REVIEW = "hold-review"
    CHALLENGE_DECISION = "challenge-decision"
    ANSWER_CHALLENGE = "answer-challenge"
    READ_PLANNING_CHOICES = "read-planning-choices"
    CHOOSE_FOR_COUNCIL = "choose-for-council"
    READ_INSTRUMENTS = "read-instruments"
    STATE_LICENCE = "state-licence"
    RECORD_OUTCOME = "record-outcome"
    READ_OUTCOMES = "read-outcomes"
    READ_WAVES_DUE = "read-waves-due"
    RUN_EVALUATION = "run-evaluation"
    READ_EVALUATIONS = "read-evaluations"
    MAKE_RETURN = "make-return"
    READ_RETURNS = "read-returns"
    DOWNLOAD_RETURN = "download-return"
    READ_COUNCIL_REPORTS = "read-council-reports"
    READ_ACCESS_RECORDS = "read-access-records"
    READ_WEBHOOKS = "read-webhooks"
    KEEP_WEBHOOKS = "keep-webhooks"
    BE_TOLD_OF_EVENT = "be-told-of-event"
    READ_DEAD_LETTERS = "read-dead-letters"
    SHOW_DEAD_LETTER = "show-dead-letter"
    MEND_DEAD_LETTERS = "mend-dead-letters"
    MOVE_COUNCIL = "move-council"


@dataclass(frozen=True)
class Permission:
    """A row of the table.

    Args:
        meaning: what is done, in the words of those who do it.
        reach: how far each role that may do it reaches; a role that is not named may not.
    """

    meaning: str
    reach: Mapping[Role, Reach]

    @cached_property
    def roles(self) -> frozenset[Role]:
        """Who may do it."""
        return frozenset(self.reach)


def _row(meaning: str, *council_roles: Role, **persons: Reach) -> Permission:
    """A row: roles that reach the whole council, and the reach of the others by name of role."""
    others = {Role(name): reach for name, reach in persons.items()}
    return Permission(meaning, {**dict.fromkeys(council_roles, Reach.COUNCIL), **others})


_PRACTITIONER, _APPROVER, _FINANCE = Role.PRACTITIONER, Role.APPROVER, Role.FINANCE_OFFICER
_AUDITOR, _SYSTEM, _OPERATIONS = Role.AUDITOR, Role.SYSTEM, Role.OPERATIONS
_EVERYBODY = tuple(Role)
_STAFF = (_PRACTITIONER, _APPROVER, _FINANCE, _AUDITOR, _SYSTEM)
_OFFICE = (_PRACTITIONER, _SYSTEM)
_MONEY = (_FINANCE, _SYSTEM)
_CONTROL = (_FINANCE, _AUDITOR, _SYSTEM)
_SECOND = (_FINANCE, _APPROVER)
#: The person whose budget it is.
_OWN = {"budget_holder": Reach.OWN}
#: The person, and whoever acts for them.
_PERSON = {"budget_holder": Reach.OWN_OR_ACTING, "delegate": Reach.ACTING}
#: A carer, about themselves; a carer may have a budget of their own.
_CARER = {"budget_holder": Reach.ACTING, "delegate": Reach.ACTING}

#: The table. An auditor reads and changes nothing.
PERMISSIONS: Mapping[Action, Permission] = {
    Action.READ_PUBLISHED: _row("Read questionnaires, tables, streams, facts, figures and choices", *_EVERYBODY),
    Action.EVALUATE_RULES: _row("Put facts to the streams' rules; nothing is kept", *_EVERYBODY),
    Action.LIST_PEOPLE: _row("List the council's people", *_STAFF),
    Action.OPEN_CASE: _row("Open a case for a person", *_OFFICE),
    Action.CORRECT_PERSON: _row("Correct a person's name and identifiers, and see what was corrected", *_OFFICE),
    Action.READ_RECORD: _row("Read a person's assessments, authorities, carers and evidence", *_STAFF, **_PERSON),
    Action.CHANGE_RECORD: _row("Answer and hand in, name carers, attach evidence, withdraw", *_OFFICE, **_PERSON),
    Action.AGREE_ASSESSMENT: _row("Dispute answers, settle disputes and agree an assessment", *_OFFICE),
    Action.RECORD_AUTHORITY: _row("Record or end somebody's authority to act", *_OFFICE),
    Action.OBJECT_TO_AUTHORITY: _row("Object to an authority", *_OFFICE, **_OWN),
    Action.ASSESS_CARER: _row("Record a carer's own assessment", *_OFFICE),
    Action.READ_CARER_ASSESSMENT: _row("Read a carer's own assessment", *_STAFF, **_CARER),
    Action.HOLD_RECORD: _row("Put a record under legal hold, read and lift holds", *_OFFICE),
    Action.ERASE_RECORD: _row("Erase a record", *_OFFICE),
    Action.FORGET_MONEY_WORDS: _row("Forget the words around erased people's money when their time is over", *_MONEY),
    Action.READ_ALLOCATION: _row("Read an allocation and how it was worked out", *_STAFF, **_OWN),
    Action.SETTLE_ALLOCATION: _row("Settle the final figure", _PRACTITIONER, _APPROVER),
    Action.RUN_SCENARIO: _row("Try other tables and prices on a population", *_MONEY),
    Action.READ_AWARDS: _row("Read the streams' decisions, and what would change them", *_STAFF, **_OWN),
    Action.TELL_PARTNER_DECISION: _row("Tell an agency's decision, read what became of it", partner=Reach.AGENCY),
    Action.READ_BUDGET: _row("Read a budget and its spending, ask what it could pay for", *_STAFF, **_OWN),
    Action.READ_ANY_ACCOUNT: _row("Read entries, funds, questions and alerts across the council", *_STAFF),
    Action.READ_BOOKS: _row("Read the council's balances, returns, exports and the journal's proof", *_CONTROL),
    Action.POST_ENTRIES: _row("Post and reverse entries, move money between funds", *_MONEY),
    Action.HOLD_MONEY: _row("Hold money for an item, and let go of it", _PRACTITIONER, _APPROVER, *_MONEY),
    Action.SETTLE_HELD_MONEY: _row("Settle held money, and end what has expired", *_MONEY),
    Action.KEEP_PLAN_ITEMS: _row("Keep the items that spending is matched to", *_OFFICE, _APPROVER),
    Action.TAKE_IN_SPENDING: _row("Take in a file of what was spent", _PRACTITIONER, *_MONEY, **_OWN),
    Action.ANSWER_QUERY: _row("Answer a question about spending", _PRACTITIONER, _APPROVER, *_MONEY, **_OWN),
    Action.CORRECT_SPENDING: _row("Correct what a spend was for", _PRACTITIONER, _FINANCE),
    Action.WATCH_BUDGET: _row("Look for alerts in one budget", _PRACTITIONER, *_MONEY),
    Action.WATCH_ALL_BUDGETS: _row("Look for alerts in every budget", *_MONEY),
    Action.TELL_SPENDING: _row("Have it told what was spent, week by week", *_MONEY),
    Action.KEEP_PAYMENTS_DUE: _row("Keep payees, schedules, receipts and invoices", _FINANCE),
    Action.STOP_PAYMENTS: _row("Stop a person's payments, and let them go on", _PRACTITIONER, _FINANCE),
    Action.READ_PAYMENT_STOPS: _row(
        "Read why payments are stopped, or cannot begin", _PRACTITIONER, _FINANCE, _AUDITOR
    ),
    Action.RUN_PAYMENTS: _row("Build, check, send and finish payment runs", _FINANCE),
    Action.APPROVE_PAYMENTS: _row("Approve a payment run that somebody else built", *_SECOND),
    Action.READ_PAYMENT_RUNS: _row("Read payment runs", *_SECOND, _AUDITOR),
    Action.RECOVER_MONEY: _row("Propose a recovery, take in what comes back, end a year", _FINANCE),
    Action.DECIDE_RECOVERY: _row("Decide on a recovery, its appeal and its write-off", *_SECOND),
    Action.READ_PLAN: _row("Read plans, reviews, and where a budget has got to", *_STAFF, **_OWN),
    Action.WRITE_PLAN: _row("Write, hand in and take back a plan", *_OFFICE, **_OWN),
    Action.DECIDE_PLAN: _row("Approve a plan, ask for another, or refuse it", _APPROVER),
    Action.RECORD_INVOLVEMENT: _row("Record who is involved with a person", _PRACTITIONER, _APPROVER, *_MONEY),
    Action.READ_PLANNING_QUEUES: _row("Read what waits or is overdue, and who is involved", *_STAFF),
    Action.CHANGE_HOLDING: _row("Change how the money is held", _PRACTITIONER, *_MONEY),
    Action.ASK_REVIEW: _row("Ask for a review", _PRACTITIONER, *_MONEY, **_OWN),
    Action.HOLD_REVIEW: _row("Hold a review", *_OFFICE),
    Action.CHALLENGE_DECISION: _row("Challenge a decision", *_OFFICE, **_OWN),
    Action.ANSWER_CHALLENGE: _row("Answer a challenge of a decision that somebody else took", _APPROVER),
    Action.READ_PLANNING_CHOICES: _row("Read the council's choices on planning", *_STAFF, budget_holder=Reach.COUNCIL),
    Action.CHOOSE_FOR_COUNCIL: _row("Make the choices that the law leaves to a council", _FINANCE),
    Action.READ_INSTRUMENTS: _row(
        "Read the instruments that outcomes are measured with", *_STAFF, budget_holder=Reach.COUNCIL
    ),
    Action.STATE_LICENCE: _row("State the council's licences of instruments, and load their wording", _FINANCE),
    Action.RECORD_OUTCOME: _row("Record what was answered about somebody's life, and take it back", *_OFFICE, **_OWN),
    Action.READ_OUTCOMES: _row("Read what was answered about somebody's life, with its scores", *_STAFF, **_OWN),
    Action.READ_WAVES_DUE: _row("See whose answers about their lives are due", *_OFFICE),
    Action.RUN_EVALUATION: _row("Have costs and outcomes of the council's people compared", *_MONEY),
    Action.READ_EVALUATIONS: _row("Read what evaluations found", *_CONTROL),
    Action.MAKE_RETURN: _row("Have a client-level data return made and checked, and old ones discarded", *_MONEY),
    Action.READ_RETURNS: _row("Read how returns fared in the Department's checks", *_CONTROL),
    Action.DOWNLOAD_RETURN: _row("Take the file of a return, with everybody in it", *_MONEY),
    Action.READ_COUNCIL_REPORTS: _row("Read reports over the whole council, which name nobody", _APPROVER, *_CONTROL),
    Action.READ_ACCESS_RECORDS: _row("See who read or changed records, when, why and from where", _AUDITOR, **_OWN),
    Action.READ_WEBHOOKS: _row(
        "See which systems are told of events, and what became of each message",
        _AUDITOR,
        _SYSTEM,
        _OPERATIONS,
        partner=Reach.AGENCY,
    ),
    Action.KEEP_WEBHOOKS: _row(
        "Have a system told of events, change and end that, and have messages sent again",
        _SYSTEM,
        _OPERATIONS,
        partner=Reach.AGENCY,
    ),
    Action.BE_TOLD_OF_EVENT: _row("Be sent the events that were subscribed to", _SYSTEM, partner=Reach.AGENCY),
    Action.READ_DEAD_LETTERS: _row(
        "See which messages could not be handled and whose wait, but not what they say", _OPERATIONS, _AUDITOR
    ),
    Action.SHOW_DEAD_LETTER: _row("See what a message says that could not be handled, for a reason", _OPERATIONS),
    Action.MEND_DEAD_LETTERS: _row("Have such messages handled again, or discard them for a reason", _OPERATIONS),
    Action.MOVE_COUNCIL: _row("Take the council's whole record out of an installation, or into one", _OPERATIONS),
}

#: What touches nobody's record; everything else leaves an access record (`braid.kit.access_records`).
TOUCHES_NOBODY = frozenset(
    {
        Action.READ_PUBLISHED,
        Action.EVALUATE_RULES,
        Action.READ_BOOKS,
        Action.READ_PLANNING_CHOICES,
        Action.CHOOSE_FOR_COUNCIL,
        Action.READ_INSTRUMENTS,
        Action.STATE_LICENCE,
        Action.READ_COUNCIL_REPORTS,
    }
)


def acting(principal: Principal, action: Action) -> Principal:
    """A principal with those roles alone that an action is granted to.

    What another of their roles would let them read does not count: whoever plans their own budget and audits those of
    others plans nobody else's.

    Raises:
        Problem: 403, none of their roles may.
    """
    permission = PERMISSIONS[action]
    roles = principal.roles & permission.roles
    if not roles:
        needed = ", ".join(sorted(permission.roles))
        raise Problem(403, "not-allowed", "Your role does not allow this", f"This needs one of: {needed}.")
    return principal if roles == principal.roles else replace(principal, roles=roles)


@dataclass(frozen=True)
class Requirement:
    """A route's dependency: its caller may do the action. The route then sees them as `acting` says."""

    action: Action

    async def __call__(self, request: Request, principal: Annotated[Principal, Depends(authenticated)]) -> None:
        """Check the caller.

        Raises:
            Problem: 401, or 403.
        """
        request.state.caller = acting(principal, self.action)


def may(action: Action) -> Any:
    """The dependency that a service's route names its action with."""
    return Depends(Requirement(action))


async def caller_of(request: Request) -> Principal:
    """Who asks, with the roles that count for the route's action; a route without an action has no caller."""
    principal: Principal = request.state.caller
    return principal
