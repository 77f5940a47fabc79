"""One line of the posting SQL wrong at a time, and the fast test that must notice."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.ledger import test_journal_in_the_database as database
from tests.ledger.ledger_under_test import LedgerUnderTest
from tests.ledger.proof import test_at_the_same_time as at_once
from tests.ledger.proof import test_limits as limits

Test = Callable[[LedgerUnderTest], Awaitable[None]]


@dataclass(frozen=True)
class Mutant:
    """A change to one function of the database.

    Args:
        name: what is wrong.
        function: its name.
        right, wrong: a part of its text, which stands in it once, and what takes its place.
        killer: the test that must fail.
    """

    name: str
    function: str
    right: str
    wrong: str
    killer: Test


def _post(name: str, right: str, wrong: str, killer: Test) -> Mutant:
    return Mutant(name, "post_entries", right, wrong, killer)


MUTANTS = (
    Mutant(
        "the chain is not locked",
        "locked_head",
        "SELECT * INTO head FROM chain_head WHERE council = acting FOR UPDATE;\n    IF",
        "SELECT * INTO head FROM chain_head WHERE council = acting;\n    IF",
        at_once.test_every_entry_reversed_twice_at_once_is_reversed_once,
    ),
    # Sums.
    _post(
        "a penny more than there is",
        "balance > 0 AND amount > 0",
        "balance > 1 AND amount > 0",
        limits.test_a_fund_is_spent_to_the_last_penny_and_no_further,
    ),
    _post(
        "the last penny cannot be spent",
        "balance > 0 AND amount > 0",
        "balance >= 0 AND amount > 0",
        limits.test_a_fund_is_spent_to_the_last_penny_and_no_further,
    ),
    _post(
        "any reversal may overdraw",
        "may_overdraw := coalesce(original.kind IN ('award', 'award_revision'), false)",
        "may_overdraw := true",
        limits.test_only_an_award_that_is_taken_back_leaves_a_fund_overdrawn,
    ),
    _post(
        "no award may be taken back once it is spent",
        "may_overdraw := coalesce(original.kind IN ('award', 'award_revision'), false)",
        "may_overdraw := false",
        limits.test_only_an_award_that_is_taken_back_leaves_a_fund_overdrawn,
    ),
    _post(
        "balances may grow beyond what is exact",
        "balance NOT BETWEEN -pence_most AND pence_most",
        "false",
        limits.test_the_largest_amount_is_posted_and_a_balance_beyond_it_is_not,
    ),
    _post(
        "the running balance is the leg's own sum",
        "leg_balances[leg] := balance",
        "leg_balances[leg] := amount",
        limits.test_a_journal_in_many_blocks_is_one_chain,
    ),
    _post(
        "what a refused entry took is not given back",
        "balances[place] := balances[place] - leg_amounts[each]",
        "NULL",
        limits.test_a_refused_entry_gives_back_its_places_and_pence_on_every_account,
    ),
    _post(
        "a refused leg keeps its place",
        "numbers[place] := numbers[place] - 1",
        "NULL",
        limits.test_a_refused_entry_gives_back_its_places_and_pence_on_every_account,
    ),
    # Days.
    _post(
        "the last day of a locked period is open",
        "value_dates[this] <= locked_until",
        "value_dates[this] < locked_until",
        limits.test_the_last_day_of_a_locked_period_is_locked_and_the_next_is_open,
    ),
    _post(
        "the lock that goes furthest holds",
        "ORDER BY p.period_lock_id DESC",
        "ORDER BY p.locked_until DESC",
        limits.test_the_latest_lock_holds_though_an_earlier_went_further,
    ),
    _post(
        "a fund pays a day too long",
        "value_dates[this] NOT BETWEEN opens[place] AND ends[place]",
        "value_dates[this] NOT BETWEEN opens[place] AND ends[place] + 1",
        limits.test_a_fund_pays_on_its_first_and_last_day_and_on_none_beside_them,
    ),
    _post(
        "a fund pays a day too early",
        "value_dates[this] NOT BETWEEN opens[place] AND ends[place]",
        "value_dates[this] NOT BETWEEN opens[place] - 1 AND ends[place]",
        limits.test_a_fund_pays_on_its_first_and_last_day_and_on_none_beside_them,
    ),
    Mutant(
        "a new version does not reach the accounts",
        "keep_fund_rules",
        "WHERE r.fund_id = any(fund_ids)",
        "WHERE false",
        limits.test_a_new_version_of_an_award_holds_for_what_comes_next,
    ),
    # What and whose.
    _post(
        "any use will do",
        "strpos(pays_only[place], its_use) = 0",
        "strpos(pays_only[place], its_use) < 0",
        limits.test_a_use_is_permitted_by_its_whole_name_and_money_on_its_way_needs_none,
    ),
    _post(
        "a part of a use's name will do",
        "coalesce(' ' || uses[this] || ' ', '-')",
        "coalesce(uses[this], '-')",
        limits.test_a_use_is_permitted_by_its_whole_name_and_money_on_its_way_needs_none,
    ),
    _post(
        "money is held for any use",
        "is_spending := kind IN ('commitment', 'payment', 'spend')",
        "is_spending := kind IN ('payment', 'spend')",
        limits.test_a_commitment_is_ring_fenced_as_what_is_spent_is,
    ),
    _post(
        "a closed account takes money",
        "any_closed AND closed[place]",
        "false",
        limits.test_a_closed_account_takes_nothing,
    ),
    Mutant(
        "money moves between funds without a transfer",
        "refusal_of_mixed_entry",
        "AND 1 < (",
        "AND 9 < (",
        limits.test_money_goes_from_fund_to_fund_by_a_transfer_alone,
    ),
    Mutant(
        "a transfer may not move money between funds",
        "refusal_of_mixed_entry",
        "kind NOT IN ('transfer', 'carry_over')",
        "true",
        limits.test_money_goes_from_fund_to_fund_by_a_transfer_alone,
    ),
    Mutant(
        "an entry on no fund is somebody's",
        "refusal_of_mixed_entry",
        "WHEN NOT EXISTS (SELECT FROM legs WHERE fund_id IS NOT NULL) THEN 7",
        "",
        limits.test_an_entry_on_no_fund_is_nobodys,
    ),
    # Once.
    _post(
        "an id that was used is posted again as a repeat, whatever it says",
        "refusal := CASE WHEN known_digests[this] = digests[this] THEN 0 ELSE 1 END",
        "refusal := 0",
        limits.test_an_id_stands_for_one_entry_in_a_batch_and_after_it,
    ),
    _post(
        "an id twice in a batch is a repeat, whatever it says",
        "WHEN digests[other] = digests[this] THEN 0 ELSE 1 END",
        "ELSE 0 END",
        limits.test_an_id_stands_for_one_entry_in_a_batch_and_after_it,
    ),
    Mutant(
        "an entry's digest leaves out what it is about",
        "entry_digest",
        "value_date, budget_id, use, subject_id, reverses",
        "value_date, budget_id, use, NULL::uuid, reverses",
        limits.test_an_id_stands_for_one_entry_in_a_batch_and_after_it,
    ),
    _post(
        "a reversal of another sum is one",
        "original.digest <> reversed_digest",
        "NULL <> reversed_digest",
        limits.test_a_reversal_is_exact_and_once_in_a_batch_and_after_it,
    ),
    _post(
        "what was reversed is reversed again",
        "original.is_reversed OR",
        "false OR",
        limits.test_a_reversal_is_exact_and_once_in_a_batch_and_after_it,
    ),
    _post(
        "twice in a batch it is reversed twice",
        "OR is_reversed_before(this, reversed_ids, places)",
        "",
        limits.test_a_reversal_is_exact_and_once_in_a_batch_and_after_it,
    ),
    Mutant(
        "a refused entry of the batch may be reversed",
        "posted_before",
        "(n.place IS NOT NULL) AND ",
        "",
        limits.test_what_was_posted_under_an_id_that_was_refused_before_is_reversed_in_the_same_batch,
    ),
    # All or none.
    _post(
        "a refused group keeps its places in the journal",
        "posted := posted_before_group",
        "NULL",
        limits.test_a_refused_group_gives_back_all_that_it_had_taken,
    ),
    _post(
        "only the guilty entry of a group is taken back",
        "undo_from := group_first_leg",
        "NULL",
        limits.test_a_refused_group_gives_back_all_that_it_had_taken,
    ),
    _post(
        "entries that are not linked fall together",
        "linked_groups[this] IS NULL OR this = 1 OR",
        "this = 1 OR",
        limits.test_a_refused_entry_gives_back_its_places_and_pence_on_every_account,
    ),
    # Commitments.
    _post(
        "a penny more than is held",
        "amount > still_held THEN",
        "amount > still_held + 1 THEN",
        limits.test_of_a_commitment_all_is_settled_and_no_penny_more,
    ),
    _post(
        "the last penny held cannot be settled",
        "amount > still_held THEN",
        "amount >= still_held THEN",
        limits.test_of_a_commitment_all_is_settled_and_no_penny_more,
    ),
    _post(
        "what was let go is held on",
        "held_pence[other] - settled_pence[other] - released_pence[other]",
        "held_pence[other] - settled_pence[other]",
        limits.test_what_was_let_go_of_a_commitment_cannot_be_settled,
    ),
    _post(
        "a commitment lasts a day longer",
        "value_dates[this] > CASE",
        "value_dates[this] - 1 > CASE",
        limits.test_a_commitment_is_settled_up_to_its_last_day_and_not_after_it_was_let_run_out,
    ),
    _post(
        "a commitment lasts a day less",
        "value_dates[this] > CASE",
        "value_dates[this] >= CASE",
        limits.test_a_commitment_is_settled_up_to_its_last_day_and_not_after_it_was_let_run_out,
    ),
    _post(
        "what has run out is held again",
        "are_expired[other] OR amount",
        "false OR amount",
        limits.test_a_commitment_is_settled_up_to_its_last_day_and_not_after_it_was_let_run_out,
    ),
    _post(
        "a refused entry has settled its commitment",
        "settled_pence[other] := leg_settled_before[each]",
        "NULL",
        limits.test_a_refused_entry_gives_back_what_it_held_of_a_commitment,
    ),
    Mutant(
        "what is settled is not kept",
        "keep_commitments",
        "settled_pence = n.settled,",
        "",
        limits.test_of_a_commitment_all_is_settled_and_no_penny_more,
    ),
    Mutant(
        "what is let go is not kept",
        "keep_commitments",
        "released_pence = n.released,",
        "",
        limits.test_what_was_let_go_of_a_commitment_cannot_be_settled,
    ),
    # What holds for the owner too.
    Mutant(
        "legs need not balance",
        "legs_must_balance",
        "HAVING sum(amount_pence) <> 0",
        "HAVING false",
        database.test_legs_that_balance_only_across_two_entries_are_refused,
    ),
    Mutant(
        "legs may belong to no entry",
        "legs_must_balance",
        "IS NOT false",
        "IS NULL AND false",
        database.test_legs_without_an_entry_are_refused,
    ),
    Mutant(
        "an old entry takes new legs",
        "legs_must_balance",
        "IF span.first <=",
        "IF span.first * 0 >",
        database.test_an_entry_takes_no_legs_after_it_was_recorded,
    ),
    # The chain, and balances of any day.
    Mutant(
        "a block is not chained to the one before",
        "record_block",
        "head.link, head.council",
        "'\\x00'::bytea, head.council",
        limits.test_a_journal_in_many_blocks_is_one_chain,
    ),
    Mutant(
        "sums by day keep the latest posting alone",
        "keep_account_days",
        "pence = d.pence + excluded.pence",
        "pence = excluded.pence",
        limits.test_the_councils_account_is_summed_for_a_day_as_known_at_each_moment,
    ),
    Mutant(
        "the day itself is left out",
        "balance_as_of",
        "AND l.value_date <= for_date",
        "AND l.value_date < for_date",
        limits.test_a_funds_account_is_summed_for_a_day_as_known_at_each_moment,
    ),
    Mutant(
        "the day itself is left out of the council's sums",
        "balance_as_of",
        "d.value_date <= for_date",
        "d.value_date < for_date",
        limits.test_the_councils_account_is_summed_for_a_day_as_known_at_each_moment,
    ),
    Mutant(
        "the last leg tells the balance of days before it too",
        "balance_as_of",
        "d.value_date > for_date",
        "d.value_date < for_date AND d.value_date > for_date",
        limits.test_the_councils_account_is_summed_for_a_day_as_known_at_each_moment,
    ),
    Mutant(
        "the moment itself is left out",
        "balance_as_of",
        "known_at + interval '1 microsecond'",
        "known_at",
        limits.test_a_funds_account_is_summed_for_a_day_as_known_at_each_moment,
    ),
    Mutant(
        "an indicative fund has accounts",
        "open_accounts",
        "(n.fund_id IS NULL OR r.fund_id IS NOT NULL)",
        "true",
        limits.test_indicative_money_has_no_accounts,
    ),
)
