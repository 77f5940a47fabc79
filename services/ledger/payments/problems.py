"""How refusals about payments are told over HTTP."""

from braid.kit.problems import ProblemKind, ProblemTable
from services.ledger.bank_files.bank_text import TextCannotBeSent
from services.ledger.domain.bank import AccountDetailsImpossible, PaymentImpossible
from services.ledger.domain.payments import holds, payees, periods, recovery, runs, schedules, stages, year_end
from services.ledger.payments import (
    bank_answers,
    by_hand,
    fund_accounts,
    recoveries,
    run_file,
    run_steps,
    stops,
    what_is_due,
    year_ends,
)
from services.ledger.payments import payees as stored_payees
from services.ledger.payments import schedules as stored_schedules


def _not_found(title: str) -> ProblemKind:
    return ProblemKind(404, "not-found", title)


def _out_of_turn(error: runs.StepOutOfTurn) -> list[dict[str, str]]:
    return [{"name": error.code, "message": str(error)}]


PROBLEMS: ProblemTable = {
    run_steps.NoSuchRun: _not_found("There is no such payment run"),
    run_steps.RunDiffers: ProblemKind(409, "run-built-otherwise", "The run was built otherwise"),
    runs.StepOutOfTurn: ProblemKind(409, "step-out-of-turn", "It is not this step's turn", _out_of_turn),
    runs.ApprovedByItsBuilder: ProblemKind(403, "same-person", "A second person has to do this"),
    runs.NotAWorkingDay: ProblemKind(422, "not-a-working-day", "Banks do not pay on this day"),
    run_file.NothingToPay: ProblemKind(422, "nothing-to-pay", "Nothing is left to pay"),
    run_file.FileDiffers: ProblemKind(500, "file-differs", "The file is not what it was; do not send it"),
    bank_answers.TooEarlyToFinish: ProblemKind(409, "too-early", "The bank may still reject payments"),
    PaymentImpossible: ProblemKind(422, "payment-impossible", "The bank cannot carry these payments"),
    TextCannotBeSent: ProblemKind(422, "payment-impossible", "The bank cannot carry these payments"),
    AccountDetailsImpossible: ProblemKind(422, "account-impossible", "There can be no such account"),
    payees.AccountFailsItsCheck: ProblemKind(422, "account-fails-its-check", "The account's digits are not right"),
    payees.SameEyesTwice: ProblemKind(403, "same-person", "A second person has to do this"),
    payees.NothingToConfirm: ProblemKind(409, "nothing-to-confirm", "There is nothing to confirm"),
    stored_payees.NoSuchPayee: _not_found("There is no such payee"),
    stored_schedules.NoSuchSchedule: _not_found("There is no such schedule"),
    stored_schedules.ScheduleThereAlready: ProblemKind(409, "schedule-there-already", "The schedule is there already"),
    stored_schedules.UseMissing: ProblemKind(422, "use-missing", "It has to be told what is paid for"),
    by_hand.FollowsThePlan: ProblemKind(409, "follows-the-plan", "The schedule follows the plan"),
    by_hand.PaidByThePlan: ProblemKind(409, "paid-by-the-plan", "The plan pays it already"),
    fund_accounts.NoMoneyInFund: _not_found("There is no confirmed money in such a fund"),
    what_is_due.NotDue: _not_found("There is nothing due of this id"),
    what_is_due.DueOtherwise: ProblemKind(409, "due-otherwise", "It is due already, and otherwise"),
    what_is_due.PartsDoNotAddUp: ProblemKind(422, "parts-do-not-add-up", "The parts are not the whole"),
    holds.HoldStands: ProblemKind(409, "hold-stands", "This has to be mended at its cause"),
    periods.PeriodOutOfRange: ProblemKind(422, "dates-out-of-order", "The days cannot be paid for"),
    schedules.RateMissing: ProblemKind(422, "rate-missing", "Each day needs one rate"),
    schedules.ContributionAboveRate: ProblemKind(422, "contribution-above-rate", "The contribution is above the whole"),
    stages.StageNotNext: ProblemKind(409, "stage-not-next", "It is another stage's turn"),
    stops.NoSuchStop: _not_found("There is nothing to lift"),
    recoveries.NoSuchRecovery: _not_found("There is no such recovery"),
    recoveries.RecoveryNotPosted: ProblemKind(409, "recovery-not-posted", "The journal refuses the recovery"),
    year_ends.YearNotOver: ProblemKind(409, "year-not-over", "The award has days left"),
    year_ends.CarryOverNotPosted: ProblemKind(409, "carry-over-not-posted", "The journal refuses the carry-over"),
    year_end.NoYearEndRule: ProblemKind(409, "no-year-end-rule", "Nobody has said what becomes of this stream's money"),
    recovery.DecidedByItsAuthor: ProblemKind(403, "same-person", "A second person has to do this"),
    recovery.NotInThisState: ProblemKind(409, "recovery-out-of-turn", "The recovery is not in a state for this"),
    recovery.RecoveryRefused: ProblemKind(422, "recovery-refused", "The recovery is against a rule"),
}
