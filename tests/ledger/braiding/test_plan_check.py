"""The plan check over the streams' own rules: who may pay is read from each award."""

from datetime import date
from typing import Any

from braid.contracts.uses import Condition, PayeeBar, PermittedUse, Relation, Requirement, SpendItem, Use
from services.ledger.domain.braiding.mends import MendKind
from services.ledger.domain.braiding.plan import Per
from services.ledger.plan_check import FundRules, PlannedItem, allowances, check, flexibility_of
from tests.ledger.braiding.plans import a_fund, an_item

SPOUSE_BARRED = PayeeBar(
    relations=(Relation.SPOUSE_OR_PARTNER,),
    only_in_same_household=False,
    unless="necessity",
    text="Not a husband, wife or partner.",
    citation="S67",
)
FOR_OUTCOMES = (Condition(requirement=Requirement.OUTCOME_IN_PLAN),)
SOCIAL_CARE = (
    PermittedUse(use=Use.CARE_PERSONAL, condition=None),
    PermittedUse(use=Use.LEISURE_ACTIVITY, condition="Where it serves an outcome.", requires=FOR_OUTCOMES),
)


def social_care(pence: int = 1_000_000) -> FundRules:
    return FundRules(
        a_fund("asc", pence, flexibility_of(SOCIAL_CARE), label="Social care"), "asc", SOCIAL_CARE, (SPOUSE_BARRED,)
    )


def ilf(pence: int, **changes: Any) -> FundRules:
    permitted = (PermittedUse(use=Use.CARE_PERSONAL, condition=None),)
    return FundRules(a_fund("ilf", pence, 1, label="The ILF", **changes), "ilf", permitted)


def a_planned_item(item_id: str, pence: int, use: Use, **changes: Any) -> PlannedItem:
    circumstances = {"relation": Relation.NOT_RELATED, **changes}
    return PlannedItem(an_item(item_id, pence, label=item_id.capitalize()), SpendItem(use=use, **circumstances))


CARE = a_planned_item("care", 500_000, Use.CARE_PERSONAL)


def test_a_plan_that_confirmed_money_pays_is_payable() -> None:
    found = check([CARE], [social_care()])

    assert found.is_payable
    assert found.text == "Everything can be paid: £5,000.00."
    assert [(one.item_id, one.fund_id, one.pence) for one in found.now.payments] == [("care", "asc", 500_000)]


def test_indicative_money_pays_once_it_is_confirmed_and_is_named() -> None:
    found = check([CARE], [social_care(300_000), ilf(300_000, confirmed=False)])

    assert (found.is_payable, found.is_payable_once_confirmed, found.awaiting) == (False, True, ("ilf",))
    assert found.text == "Not payable yet: £2,000.00 is missing. Payable once The ILF confirms."
    [short] = found.short
    assert [(one.fund_id, one.reasons) for one in short.shortage.kept_out] == [
        ("ilf", ("The ILF is not confirmed yet.",))
    ]
    assert short.mends[0].kind is MendKind.CONFIRM


def test_indicative_money_is_awaited_only_for_what_confirmed_money_cannot_pay() -> None:
    grants = [ilf(300_000, confirmed=False), social_care(450_000)]

    found = check([CARE], grants)

    assert found.once_confirmed
    assert {one.fund_id: one.pence for one in found.once_confirmed.payments} == {"asc": 450_000, "ilf": 50_000}


def test_what_is_missing_even_then_is_told_too() -> None:
    found = check([CARE], [social_care(100_000), ilf(300_000, confirmed=False)])

    assert not found.is_payable_once_confirmed
    assert found.text == "£4,000.00 cannot be paid now, and £1,000.00 cannot even once The ILF confirms."
    assert [short.missing_pence for short in found.still_short] == [100_000]


def test_a_use_that_no_award_permits_is_told_in_plain_words() -> None:
    found = check([a_planned_item("shower", 500, Use.ADAPTATION_MAJOR)], [social_care()])

    [short] = found.short
    assert short.shortage.text == ("Shower needs £5.00; no money in the budget may pay for it; so £5.00 is missing.")
    assert short.shortage.kept_out[0].reasons == (
        "Shower: large changes to the home is not a permitted use of this money.",
    )


def test_a_barred_payee_is_mended_by_another_payee_or_a_recorded_decision() -> None:
    wife = a_planned_item("care", 500, Use.CARE_PERSONAL, relation=Relation.SPOUSE_OR_PARTNER)

    found = check([wife], [social_care()])

    [short] = found.short
    assert short.shortage.kept_out[0].reasons == ("Care: Not a husband, wife or partner.",)
    assert [(one.kind, one.text) for one in short.mends[:2]] == [
        (MendKind.PAYEE, "Care: pay somebody who is not related."),
        (MendKind.EXCEPTION, "Care: ask for a recorded decision of necessity."),
    ]


def test_what_is_not_known_is_asked_and_never_guessed() -> None:
    found = check([a_planned_item("gym", 500, Use.LEISURE_ACTIVITY)], [social_care()])

    [short] = found.short
    assert not found.is_payable
    assert short.shortage.kept_out[0].reasons == ("Gym: It is not known yet: outcome in plan.",)
    assert (short.mends[0].kind, short.mends[0].text) == (
        MendKind.ANSWER,
        "Gym: tell what is asked, if it is so (outcome in plan).",
    )


def test_another_use_that_is_permitted_mends_too() -> None:
    cruise = a_planned_item("cruise", 500, Use.TRAVEL_OTHER)
    with_another = PlannedItem(cruise.item, cruise.spend, other_uses=(Use.CARE_PERSONAL,))

    [short] = check([with_another], [social_care()]).short

    assert (short.mends[0].kind, short.mends[0].text) == (MendKind.USE, "Cruise: have personal care instead.")


def test_a_streams_share_of_an_item_is_the_most_that_its_fund_pays() -> None:
    tablet = PlannedItem(
        an_item("tablet", 100_000, per=Per.ONCE, ends_on=date(2009, 4, 6)), CARE.spend, shares={"ilf": 57_143}
    )

    found = check([tablet], [ilf(500_000), social_care()])

    assert {one.fund_id: one.pence for one in found.now.payments} == {"ilf": 57_143, "asc": 42_857}


def test_every_fund_is_asked_about_every_item() -> None:
    found = allowances([CARE], [social_care(), ilf(1)])

    assert set(found) == {("care", "asc"), ("care", "ilf")}
