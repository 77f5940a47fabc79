"""Properties of every attribution and every refund."""

from hypothesis import given
from hypothesis import strategies as st

from services.ledger.domain.chart_of_accounts import Account
from services.ledger.domain.spending.attribution import (
    BY_THE_COUNCIL,
    DrawnPart,
    FundRoom,
    Obstacle,
    attribute,
    given_back,
    in_order_given,
)
from tests.ledger.spending.builders import ASC, FIRST_DAY, ILF, LAST_DAY, SP, an_id

PENCE = st.integers(0, 10_000)


@st.composite
def rooms(draw: st.DrawFn) -> list[FundRoom]:
    return [
        FundRoom(
            an_id(stream),
            stream,
            stream,
            FIRST_DAY,
            LAST_DAY,
            draw(PENCE),
            draw(PENCE),
            # A fund whose award was lowered may be over-committed.
            draw(st.integers(-5_000, 10_000)),
            draw(st.sampled_from([None, None, Obstacle.USE])),
            ("Not permitted.",),
        )
        for stream in (SP, ILF, ASC)
    ]


@given(pence=st.integers(1, 60_000), funds=rooms())
def test_what_is_paid_and_what_is_asked_add_up_to_what_was_spent(pence: int, funds: list[FundRoom]) -> None:
    attribution = attribute(pence, FIRST_DAY, funds, in_order_given)

    assert sum(part.pence for part in attribution.parts) + attribution.left_pence == pence
    assert (attribution.obstacle is None) == (attribution.left_pence == 0)


@given(pence=st.integers(1, 60_000), funds=rooms())
def test_no_fund_pays_more_than_it_has_or_against_its_rules(pence: int, funds: list[FundRoom]) -> None:
    by_id = {fund.fund_id: fund for fund in funds}
    for part in attribute(pence, FIRST_DAY, funds, in_order_given).parts:
        fund = by_id[part.fund_id]
        has = {
            Account.FUND_ADVANCED: fund.advanced_pence,
            Account.FUND_COMMITTED: fund.held_pence,
            Account.FUND_AVAILABLE: fund.available_pence,
        }
        assert 0 < part.pence <= has[part.account]
        assert fund.obstacle is None


@given(pence=st.integers(1, 60_000), funds=rooms())
def test_what_the_council_pays_is_never_drawn_from_the_person_s_account(pence: int, funds: list[FundRoom]) -> None:
    attribution = attribute(pence, FIRST_DAY, funds, in_order_given, BY_THE_COUNCIL)

    assert Account.FUND_ADVANCED not in {part.account for part in attribution.parts}


@given(spent=st.lists(st.integers(1, 9_999), min_size=1, max_size=5), backs=st.lists(st.integers(1, 9_999), max_size=6))
def test_refund_after_refund_never_gives_a_fund_more_than_it_paid(spent: list[int], backs: list[int]) -> None:
    out = list(spent)
    for back in backs:
        drawn = [
            DrawnPart(an_id(str(place)), ASC, Account.FUND_ADVANCED, pence) for place, pence in enumerate(out) if pence
        ]
        given = given_back(back, drawn)
        for part in given.parts:
            place = next(at for at in range(len(out)) if an_id(str(at)) == part.fund_id)
            out[place] -= part.pence
        assert min(out) >= 0
        assert sum(part.pence for part in given.parts) + given.left_pence == back
        assert given.left_pence == 0 or sum(out) == 0
