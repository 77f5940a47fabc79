"""Each refusal has a case, and of several that fit the first in their order is told."""

from collections.abc import Collection
from dataclasses import replace
from itertools import combinations
from uuid import uuid4

from services.ledger.domain.journal import EntryKind
from services.ledger.domain.refusals import Refusal
from services.ledger.posting.columns import Postable, Posting
from tests.ledger.journal.model import LooseEntry
from tests.ledger.ledger_under_test import LedgerUnderTest
from tests.ledger.proof.scene import LEGS, LOCKED_UNTIL, Scene, a_scene

#: What an entry of its own account can be refused for, in order.
FAULTS = [fault for fault in Refusal if fault in LEGS or fault in ("id_used_for_something_else", "period_locked")]
#: Of an account that is not there no stream is known, so that nobody can say whether its stream balances.
NOT_TOGETHER = ({"unbalanced_stream", "not_confirmed"}, {"unbalanced_stream", "no_account"})


async def answers_to(scene: Scene, *entries: Postable | Posting) -> list[str]:
    """Codes, one an entry."""
    told = await scene.ledger.post(*entries)
    return ["replayed" if each.is_replay else str(each.refusal or "posted") for each in told]


def can_be(faults: Collection[Refusal]) -> bool:
    return not any(pair <= set(faults) for pair in NOT_TOGETHER)


async def test_every_fault_alone_has_its_own_answer_and_leaves_no_trace(ledger: LedgerUnderTest) -> None:
    scene = await a_scene(ledger)
    before = (await ledger.proof()).entries

    told = await answers_to(scene, *(scene.wrong_in([fault]) for fault in FAULTS))

    assert told == FAULTS
    assert (await ledger.proof()).entries == before
    assert await answers_to(scene, scene.wrong_in([])) == ["posted"]


async def test_of_any_two_faults_the_first_is_told(ledger: LedgerUnderTest) -> None:
    scene = await a_scene(ledger)
    pairs = [pair for pair in combinations(FAULTS, 2) if can_be(pair)]

    told = await answers_to(scene, *(scene.wrong_in(pair) for pair in pairs))

    assert dict(zip(pairs, told, strict=True)) == {pair: pair[0] for pair in pairs}


async def test_with_all_that_can_be_wrong_at_once_the_first_is_told(ledger: LedgerUnderTest) -> None:
    scene = await a_scene(ledger)
    faults = [fault for fault in FAULTS if fault not in ("not_confirmed", "no_account")]

    told = await answers_to(scene, *(scene.wrong_in(faults[place:]) for place in range(len(faults))))

    assert told == faults


async def test_of_what_is_wrong_with_a_reversal_the_first_is_told(ledger: LedgerUnderTest) -> None:
    scene = await a_scene(ledger)
    spent = scene.entry(scene.spent("right", 3))
    back = the_reverse(spent)
    assert await answers_to(scene, spent, back) == ["posted", "posted"]

    another_sum = tuple(replace(leg, amount_pence=2 * leg.amount_pence) for leg in back.legs)
    cases = {
        "no reversal, and names one": (scene.entry(scene.spent("right", 1), reverses=spent.entry_id), "no_entry"),
        "of a reversal": (the_reverse(back), "no_entry"),
        "of nothing, in a locked period": (locked(replace(back, entry_id=uuid4(), reverses=uuid4())), "period_locked"),
        "of nothing, and another sum": (replace(the_reverse(spent), legs=another_sum, reverses=uuid4()), "no_entry"),
        "another sum, and reversed before": (replace(the_reverse(spent), legs=another_sum), "not_the_reverse"),
        "reversed before, in a locked period": (locked(the_reverse(spent)), "period_locked"),
        "reversed before": (the_reverse(spent), "already_reversed"),
    }

    told = await answers_to(scene, *(entry for entry, _ in cases.values()))

    assert dict(zip(cases, told, strict=True)) == {name: code for name, (_, code) in cases.items()}


async def test_a_repeat_is_answered_as_the_first_time_whatever_has_become_of_the_rules(ledger: LedgerUnderTest) -> None:
    scene = await a_scene(ledger)
    entry = scene.entry(scene.spent("right", 999))
    assert await answers_to(scene, entry) == ["posted"]

    await ledger.lock_period(entry.value_date)

    assert await answers_to(scene, entry, replace(entry, entry_id=uuid4())) == ["replayed", "period_locked"]


async def test_the_guilty_of_a_group_is_told_why_and_its_neighbours_that_they_fell_with_it(
    ledger: LedgerUnderTest,
) -> None:
    scene = await a_scene(ledger)
    groups = [[scene.wrong_in([]), scene.wrong_in([fault]), scene.wrong_in([])] for fault in FAULTS]
    linked = [Posting(entry, linked=number) for number, group in enumerate(groups) for entry in group]

    told = await answers_to(scene, *linked, groups[0][0])

    assert told == [code for fault in FAULTS for code in ("linked_refused", fault, "linked_refused")] + ["posted"]


def the_reverse(entry: LooseEntry) -> LooseEntry:
    legs = tuple(replace(leg, amount_pence=-leg.amount_pence) for leg in entry.legs)
    return replace(entry, entry_id=uuid4(), kind=EntryKind.REVERSAL, legs=legs, reverses=entry.entry_id)


def locked(entry: LooseEntry) -> LooseEntry:
    return replace(entry, value_date=LOCKED_UNTIL)
