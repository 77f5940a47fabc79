"""Why an entry is not posted: each reason by its code, in the order of precedence, and in words.

The posting function in the database decides (``migrations/sql``); this is what it may answer. Where several reasons
fit, the one that stands first is told. What was refused left no trace, and its id may be used again.
"""

from enum import StrEnum


class Refusal(StrEnum):
    """Why an entry was not posted, the first that fits."""

    ID_USED_FOR_SOMETHING_ELSE = "id_used_for_something_else"
    BAD_AMOUNT = "bad_amount"
    UNBALANCED = "unbalanced"
    UNBALANCED_STREAM = "unbalanced_stream"
    SAME_ACCOUNT = "same_account"
    NOT_CONFIRMED = "not_confirmed"
    NO_ACCOUNT = "no_account"
    NOT_YOUR_FUND = "not_your_fund"
    CLOSED = "closed"
    PERIOD_LOCKED = "period_locked"
    NO_ENTRY = "no_entry"
    NOT_THE_REVERSE = "not_the_reverse"
    ALREADY_REVERSED = "already_reversed"
    BEFORE_AWARD = "before_award"
    AFTER_AWARD_END = "after_award_end"
    RING_FENCED = "ring_fenced"
    NO_COMMITMENT = "no_commitment"
    COMMITMENT_EXPIRED = "commitment_expired"
    COMMITMENT_ALREADY_SETTLED = "commitment_already_settled"
    COMMITMENT_ALREADY_RELEASED = "commitment_already_released"
    EXCEEDS_COMMITMENT = "exceeds_commitment"
    INSUFFICIENT = "insufficient"
    LINKED_REFUSED = "linked_refused"
    COMMITMENT_STANDS_OTHERWISE = "commitment_stands_otherwise"


#: For the caller who is refused, as whole sentences.
MEANING: dict[Refusal, str] = {
    Refusal.ID_USED_FOR_SOMETHING_ELSE: "An entry with this id says something else.",
    Refusal.BAD_AMOUNT: "An amount is nothing, or it or the balance after it is more than the journal can hold.",
    Refusal.UNBALANCED: "What is debited and what is credited differ.",
    Refusal.UNBALANCED_STREAM: "One stream's money would become another's.",
    Refusal.SAME_ACCOUNT: "Two legs are on one account.",
    Refusal.NOT_CONFIRMED: "The award is not confirmed: its money is shown and cannot be spent.",
    Refusal.NO_ACCOUNT: "There is no such fund for an account to be kept for.",
    Refusal.NOT_YOUR_FUND: "A fund belongs to another budget, or money would move between funds without a transfer.",
    Refusal.CLOSED: "An account is closed.",
    Refusal.PERIOD_LOCKED: "The period that the value date lies in is closed.",
    Refusal.NO_ENTRY: "There is no such entry to reverse; what a reversal took back is posted anew.",
    Refusal.NOT_THE_REVERSE: "A reversal takes back exactly what the entry did.",
    Refusal.ALREADY_REVERSED: "The entry was reversed before.",
    Refusal.BEFORE_AWARD: "The value date lies before the award begins.",
    Refusal.AFTER_AWARD_END: "The value date lies after the award ends.",
    Refusal.RING_FENCED: "The fund may not pay for this use.",
    Refusal.NO_COMMITMENT: "There is no such commitment of this fund.",
    Refusal.COMMITMENT_EXPIRED: "The commitment has run out.",
    Refusal.COMMITMENT_ALREADY_SETTLED: "The commitment was settled in whole.",
    Refusal.COMMITMENT_ALREADY_RELEASED: "Nothing is left of the commitment: the rest was let go.",
    Refusal.EXCEEDS_COMMITMENT: "That is more than is left of the commitment.",
    Refusal.INSUFFICIENT: "The fund does not have so much left.",
    Refusal.LINKED_REFUSED: "An entry that it is linked with was refused.",
    Refusal.COMMITMENT_STANDS_OTHERWISE: "The commitment stands for another use, item or last day.",
}
