"""The hash chain: one changed byte shows, and where (L32)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from services.ledger.domain.hash_chain import FIRST_LINK, ChainChecker, ChainedEntry, check_chain
from services.ledger.domain.journal import Account, Entry, EntryKind, Leg
from tests.ledger.builders import ASC, ILF, SP, a_leg, an_award_entry, an_entry, chained

entries = st.builds(
    lambda amount, stream, reason: an_entry(
        a_leg(amount, stream=stream, account=Account.FUNDER_RECEIVABLE), a_leg(-amount, stream=stream), reason=reason
    ),
    st.integers(1, 10**12),
    st.sampled_from([ASC, SP, ILF]),
    st.text(max_size=20),
)
journals = st.lists(entries, min_size=1, max_size=8).map(lambda all_: chained(*all_))


@given(journals)
def test_a_journal_as_it_was_written_holds(journal: list[ChainedEntry]) -> None:
    proof = check_chain(journal)

    assert proof.holds
    assert proof.entries == len(journal)
    assert set(proof.pence_by_stream.values()) == {0}


def test_an_empty_journal_holds() -> None:
    assert check_chain([]).holds
    assert ChainChecker().proof(FIRST_LINK).holds


def _double(leg: Leg) -> Leg:
    return replace(leg, amount_pence=leg.amount_pence * 2)


CHANGES: dict[str, Callable[[Entry], Entry]] = {
    "amounts": lambda entry: replace(entry, legs=tuple(_double(leg) for leg in entry.legs)),
    "stream": lambda entry: replace(entry, legs=tuple(replace(leg, stream="health") for leg in entry.legs)),
    "fund": lambda entry: replace(entry, legs=tuple(replace(leg, fund_id=UUID(int=1)) for leg in entry.legs)),
    "account": lambda entry: replace(
        entry, legs=tuple(replace(leg, account=Account.PERSON_CONTRIBUTION_RECEIVABLE) for leg in entry.legs)
    ),
    "order of legs": lambda entry: replace(entry, legs=entry.legs[::-1]),
    "two legs more": lambda entry: replace(entry, legs=(*entry.legs, a_leg(5), a_leg(-5))),
    "value date": lambda entry: replace(entry, value_date=entry.value_date + timedelta(days=1)),
    "budget": lambda entry: replace(entry, budget_id=UUID(int=2)),
    "reason": lambda entry: replace(entry, reason=entry.reason + " "),
    "kind": lambda entry: replace(entry, kind=EntryKind.REVERSAL, reverses=1),
}


@pytest.mark.parametrize("what", CHANGES)
@settings(max_examples=30)
@given(journal=journals, data=st.data())
def test_an_entry_that_was_changed_is_named(what: str, journal: list[ChainedEntry], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(journal) - 1))
    forged = CHANGES[what](journal[place].entry)

    proof = check_chain([*journal[:place], replace(journal[place], entry=forged), *journal[place + 1 :]])

    assert not proof.holds
    assert (proof.broken_at, proof.difference) == (place + 1, "the entry is not as it was written")
    assert proof.entries == place


@given(journals, st.data())
def test_one_flipped_bit_of_a_link_is_named(journal: list[ChainedEntry], data: st.DataObject) -> None:
    place, bit = data.draw(st.integers(0, len(journal) - 1)), data.draw(st.integers(0, 255))
    link = (int.from_bytes(journal[place].link) ^ (1 << bit)).to_bytes(32)

    proof = check_chain([*journal[:place], replace(journal[place], link=link), *journal[place + 1 :]])

    assert proof.broken_at == place + 1


@given(journals, st.data())
def test_an_entry_that_was_removed_is_named(journal: list[ChainedEntry], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(journal) - 1))
    head, checker = journal[-1].link, ChainChecker()

    for chained_entry in [*journal[:place], *journal[place + 1 :]]:
        checker.add(chained_entry)
    proof = checker.proof(head)

    assert not proof.holds
    assert proof.broken_at == place + 1


@given(journals, st.data())
def test_entries_cut_off_at_the_end_are_named(journal: list[ChainedEntry], data: st.DataObject) -> None:
    kept = data.draw(st.integers(0, len(journal) - 1))
    checker = ChainChecker()

    for chained_entry in journal[:kept]:
        checker.add(chained_entry)
    proof = checker.proof(journal[-1].link)

    assert not proof.holds
    assert (proof.broken_at, proof.difference) == (kept + 1, "the last entries are missing")


@given(journals, st.data())
def test_two_entries_that_changed_places_are_named(journal: list[ChainedEntry], data: st.DataObject) -> None:
    assume(len(journal) > 1)
    first = data.draw(st.integers(0, len(journal) - 2))
    second = data.draw(st.integers(first + 1, len(journal) - 1))
    assume(journal[first].entry != journal[second].entry)
    swapped = list(journal)
    swapped[first] = replace(journal[first], entry=journal[second].entry)
    swapped[second] = replace(journal[second], entry=journal[first].entry)

    proof = check_chain(swapped)

    assert proof.broken_at == first + 1


@given(journals, entries)
def test_an_entry_slipped_in_between_is_named(journal: list[ChainedEntry], stranger: Entry) -> None:
    forged = ChainedEntry(1, stranger, chained(stranger)[0].link)
    moved = [replace(each, sequence=each.sequence + 1) for each in journal]

    proof = check_chain([forged, *moved])

    assert proof.broken_at == 2


def test_only_the_first_difference_is_named() -> None:
    journal = chained(*(an_award_entry(pence) for pence in (100, 200, 300)))
    forged = [replace(each, entry=an_award_entry(999)) for each in journal]

    assert check_chain(forged).broken_at == 1


def test_the_same_entries_in_a_chain_make_the_same_links_again() -> None:
    assert chained(an_award_entry(1), an_award_entry(2)) == chained(an_award_entry(1), an_award_entry(2))
