"""What a payment posts, from held to paid and back."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ledger.domain.chart_of_accounts import Account
from services.ledger.domain.journal import Entry
from services.ledger.domain.payments.entries import PartForUse, Payment, came_back, held, let_go, paid
from services.ledger.domain.postings import Part

PAYMENT = UUID("00000000-0000-4000-8000-0000000000aa")
BUDGET = UUID("00000000-0000-4000-8000-0000000000bb")

USES = st.sampled_from([None, "care.personal", "work.support"])


@st.composite
def some_payments(draw: st.DrawFn) -> Payment:
    parts = tuple(
        PartForUse(
            Part(UUID(int=number), draw(st.sampled_from(["asc", "sp"])), draw(st.integers(1, 10**9))), draw(USES)
        )
        for number in range(draw(st.integers(1, 5)))
    )
    is_advance = draw(st.booleans())
    kept_pence = draw(st.integers(0, parts[0].part.pence)) if is_advance else 0
    return Payment(PAYMENT, BUDGET, date(2009, 6, 1), parts, kept_pence, is_advance)


def balances(entries: Iterable[Entry]) -> dict[tuple[str, Account], int]:
    """What stands on each account of each stream; nothing is left out."""
    pence: dict[tuple[str, Account], int] = defaultdict(int)
    for entry in entries:
        for leg in entry.legs:
            pence[leg.stream, leg.account] += leg.amount_pence
    return {name: total for name, total in pence.items() if total}


@given(some_payments())
def test_what_is_held_and_let_go_leaves_nothing_behind(payment: Payment) -> None:
    assert balances((*held(payment), *let_go(payment, "Rejected"))) == {}


@given(some_payments())
def test_what_came_back_leaves_nothing_behind(payment: Payment) -> None:
    assert balances((*held(payment), *paid(payment), *came_back(payment, "Returned"))) == {}


@given(some_payments())
def test_the_bank_pays_all_but_what_the_person_adds(payment: Payment) -> None:
    after = balances((*held(payment), *paid(payment)))

    whole = sum(each.part.pence for each in payment.parts)
    by_account: dict[Account, int] = defaultdict(int)
    for (_, account), pence in after.items():
        by_account[account] += pence
    assert by_account[Account.COUNCIL_BANK] == payment.kept_pence - whole
    assert by_account[Account.FUND_ADVANCED if payment.is_advance else Account.FUND_PAID] == -whole
    assert by_account[Account.FUND_COMMITTED] == 0


@given(some_payments())
def test_the_same_payment_posts_the_same_entries(payment: Payment) -> None:
    assert (held(payment), paid(payment)) == (held(payment), paid(payment))
    everything = (*held(payment), *paid(payment), *came_back(payment, "Returned"))
    assert len({entry.entry_id for entry in everything}) == len(everything)


@pytest.mark.parametrize("step", [held, paid])
def test_one_invoice_for_two_uses_is_two_entries_about_one_payment(step: object) -> None:
    """L16."""
    parts = (
        PartForUse(Part(UUID(int=1), "access_to_work", 20_000), "work.support"),
        PartForUse(Part(UUID(int=2), "supporting_people", 10_000), "housing.support"),
    )
    payment = Payment(PAYMENT, BUDGET, date(2009, 6, 30), parts, 0, is_advance=False)

    entries = step(payment)  # type: ignore[operator]

    assert [entry.use for entry in entries] == ["work.support", "housing.support"]
    assert {entry.subject_id for entry in entries} == {PAYMENT}
