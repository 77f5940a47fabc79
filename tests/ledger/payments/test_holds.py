"""The check of a run's items: what is held, and why."""

from dataclasses import replace
from datetime import date
from uuid import UUID, uuid4

import pytest

from services.ledger.domain.payments.holds import (
    MAY_BE_LET_GO,
    Checker,
    FundPart,
    HoldCode,
    HoldStands,
    ItemFacts,
    let_go,
)
from services.ledger.domain.payments.periods import Period

AWARD = Period(date(2010, 4, 5), date(2011, 4, 3))
MAY = Period(date(2010, 5, 1), date(2010, 5, 28))
FUND = UUID("00000000-0000-4000-8000-0000000000f1")
LIMIT = 500_000


def a_part(pence: int = 80_000, *, fund: UUID = FUND, available: int = 520_000) -> FundPart:
    return FundPart(fund, pence, available, AWARD, is_confirmed=True)


def an_item(*parts: FundPart, sent_pence: int = 80_000) -> ItemFacts:
    return ItemFacts(sent_pence, MAY, parts or (a_part(),), account_version=2, is_account_confirmed=True)


def codes(item: ItemFacts) -> list[HoldCode]:
    return [hold.code for hold in Checker(LIMIT).holds(item)]


def test_an_item_with_nothing_against_it_is_paid() -> None:
    assert codes(an_item()) == []


@pytest.mark.parametrize(
    ("item", "held"),
    [
        (an_item(sent_pence=0), HoldCode.NOTHING_DUE),
        (an_item(sent_pence=LIMIT + 1), HoldCode.ABOVE_LIMIT),
        (replace(an_item(), has_twin=True), HoldCode.DUPLICATE),
        (replace(an_item(), died_on=date(2010, 5, 3)), HoldCode.DIED),
        (replace(an_item(), suspended_because="In hospital."), HoldCode.SUSPENDED),
        (an_item(replace(a_part(), is_confirmed=False)), HoldCode.AWARD_NOT_CONFIRMED),
        (an_item(replace(a_part(), award=Period(AWARD.from_on, date(2010, 5, 27)))), HoldCode.OUTSIDE_AWARD),
        (an_item(replace(a_part(), award=Period(date(2010, 5, 2), AWARD.to_on))), HoldCode.OUTSIDE_AWARD),
        (replace(an_item(), account_version=None), HoldCode.ACCOUNT_MISSING),
        (replace(an_item(), is_account_confirmed=False), HoldCode.ACCOUNT_NOT_CONFIRMED),
        (replace(an_item(), refused_version=2), HoldCode.ACCOUNT_REFUSED_BEFORE),
        (an_item(a_part(available=79_999)), HoldCode.FUND_SHORT),
    ],
    ids=lambda value: value.value if isinstance(value, HoldCode) else "",
)
def test_an_item_is_held_for_its_reason(item: ItemFacts, held: HoldCode) -> None:
    (hold,) = Checker(LIMIT).holds(item)

    assert hold.code is held
    assert hold.words[0].isupper()


@pytest.mark.parametrize(
    "item",
    [
        an_item(sent_pence=LIMIT),
        replace(an_item(), died_on=MAY.to_on),
        replace(an_item(), refused_version=1),
        an_item(replace(a_part(), award=MAY)),
        an_item(a_part(available=80_000)),
    ],
    ids=["at the limit", "death on the last day", "account changed since", "award of just these days", "last penny"],
)
def test_an_item_just_within_the_rules_is_paid(item: ItemFacts) -> None:
    assert codes(item) == []


def test_everything_against_an_item_is_told_at_once() -> None:
    item = replace(an_item(sent_pence=LIMIT + 1), died_on=date(2010, 4, 30), is_account_confirmed=False)

    assert codes(item) == [HoldCode.ABOVE_LIMIT, HoldCode.DIED, HoldCode.ACCOUNT_NOT_CONFIRMED]


def test_two_items_do_not_spend_the_same_money() -> None:
    checker = Checker(LIMIT)
    first, second, small = (an_item(a_part(pence, available=100_000)) for pence in (80_000, 80_000, 20_000))

    assert checker.holds(first) == ()
    assert [hold.words for hold in checker.holds(second)] == ["A fund has £600.00 less than its part of £800.00."]
    assert checker.holds(small) == ()


def test_an_item_that_is_held_takes_no_money_from_the_others() -> None:
    checker = Checker(LIMIT)
    held = replace(an_item(a_part(80_000, available=80_000)), has_twin=True)

    assert checker.holds(held)
    assert checker.holds(an_item(a_part(80_000, available=80_000))) == ()


def test_where_one_fund_is_short_the_other_funds_of_the_item_keep_their_money() -> None:
    checker, other = Checker(LIMIT), uuid4()
    braided = an_item(a_part(50_000, fund=other, available=50_000), a_part(30_000, available=1))

    assert [hold.code for hold in checker.holds(braided)] == [HoldCode.FUND_SHORT]
    assert checker.holds(an_item(a_part(50_000, fund=other, available=50_000))) == ()


@pytest.mark.parametrize("code", sorted(MAY_BE_LET_GO))
def test_what_somebody_looked_at_and_let_go_is_paid(code: HoldCode) -> None:
    item = replace(an_item(sent_pence=LIMIT + 1), has_twin=True, let_go=frozenset({let_go(code)}))

    assert code not in codes(item)


@pytest.mark.parametrize("code", sorted(set(HoldCode) - MAY_BE_LET_GO))
def test_what_has_a_cause_to_mend_cannot_be_let_go(code: HoldCode) -> None:
    with pytest.raises(HoldStands):
        let_go(code)
