"""Which money may pay for what: one reading of the rule for planning, streams and ledger."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from braid.contracts.uses import (
    PAYS_A_PERSON,
    Condition,
    PayeeBar,
    PermittedUse,
    Relation,
    Requirement,
    SpendItem,
    Use,
    Verdict,
    may_pay,
)

GARDEN = PermittedUse(
    use=Use.DOMESTIC_GARDEN,
    condition="Where the need is in the agreed plan.",
    requires=(Condition(requirement=Requirement.NEED_IN_PLAN),),
)
RESPITE = PermittedUse(
    use=Use.RESPITE_RESIDENTIAL,
    condition="Up to four weeks in a year.",
    requires=(Condition(requirement=Requirement.WEEKS_IN_A_YEAR_AT_MOST, limit=4),),
)
CARE = PermittedUse(use=Use.CARE_PERSONAL, condition=None)
SPOUSE = PayeeBar(
    relations=(Relation.SPOUSE_OR_PARTNER,),
    only_in_same_household=False,
    unless="necessity",
    text="A husband, wife or partner may not be paid.",
    citation="an order",
)
RELATIVE = PayeeBar(
    relations=(Relation.CLOSE_RELATIVE,),
    only_in_same_household=True,
    unless="necessity",
    text="A close relative in the same household may not be paid.",
    citation="an order",
)
BARS = (SPOUSE, RELATIVE)


def care_by(relation: Relation | None, same_household: bool | None = None, *recorded: str) -> SpendItem:
    return SpendItem(
        use=Use.CARE_PERSONAL,
        relation=relation,
        same_household=same_household,
        recorded_decisions=frozenset(recorded),
    )


def test_a_use_that_is_not_listed_is_barred() -> None:
    told = may_pay(SpendItem(use=Use.WORK_EQUIPMENT), (CARE, GARDEN))

    assert (told.verdict, told.reasons) == (Verdict.BARRED, ("work.equipment is not a permitted use of this money.",))


@pytest.mark.parametrize("use", [use for use in Use if use.startswith("never.")])
def test_what_no_stream_may_pay_is_barred_even_where_a_rule_lists_it(use: Use) -> None:
    listed = (PermittedUse(use=use, condition=None),)

    assert may_pay(SpendItem(use=use), listed).verdict is Verdict.BARRED


@pytest.mark.parametrize(
    ("answer", "verdict"), [(True, Verdict.PERMITTED), (False, Verdict.BARRED), (None, Verdict.ASK)]
)
def test_a_condition_is_met_refused_or_asked_for(answer: bool | None, verdict: Verdict) -> None:
    known = {} if answer is None else {Requirement.NEED_IN_PLAN: answer}
    told = may_pay(SpendItem(use=Use.DOMESTIC_GARDEN, circumstances=known), (GARDEN,))

    assert told.verdict is verdict
    assert told.asks == (("need_in_plan",) if answer is None else ())
    assert told.reasons == (("Where the need is in the agreed plan.",) if answer is False else ())


@pytest.mark.parametrize(("weeks", "verdict"), [(0, Verdict.PERMITTED), (4, Verdict.PERMITTED), (5, Verdict.BARRED)])
def test_a_limit_holds_to_the_last_unit(weeks: int, verdict: Verdict) -> None:
    item = SpendItem(use=Use.RESPITE_RESIDENTIAL, circumstances={Requirement.WEEKS_IN_A_YEAR_AT_MOST: weeks})

    assert may_pay(item, (RESPITE,)).verdict is verdict


@pytest.mark.parametrize(
    ("relation", "same_household", "verdict"),
    [
        (Relation.SPOUSE_OR_PARTNER, False, Verdict.BARRED),
        (Relation.SPOUSE_OR_PARTNER, True, Verdict.BARRED),
        (Relation.CLOSE_RELATIVE, True, Verdict.BARRED),
        (Relation.CLOSE_RELATIVE, False, Verdict.PERMITTED),
        (Relation.CLOSE_RELATIVE, None, Verdict.ASK),
        (Relation.OTHER_RELATIVE, True, Verdict.PERMITTED),
        (Relation.FRIEND, True, Verdict.PERMITTED),
        (Relation.NOT_RELATED, None, Verdict.PERMITTED),
        (None, None, Verdict.ASK),
    ],
)
def test_who_may_be_paid(relation: Relation | None, same_household: bool | None, verdict: Verdict) -> None:
    assert may_pay(care_by(relation, same_household), (CARE,), BARS).verdict is verdict


def test_a_recorded_decision_lifts_the_bar_that_names_it_and_no_other() -> None:
    assert may_pay(care_by(Relation.SPOUSE_OR_PARTNER, True, "necessity"), (CARE,), BARS).verdict is Verdict.PERMITTED
    never = (SPOUSE.model_copy(update={"unless": None}),)
    assert may_pay(care_by(Relation.SPOUSE_OR_PARTNER, True, "necessity"), (CARE,), never).verdict is Verdict.BARRED


def test_who_is_paid_is_asked_only_where_somebody_is_paid_for_their_time() -> None:
    things = PermittedUse(use=Use.EQUIPMENT_TELECARE, condition=None)

    assert may_pay(SpendItem(use=Use.EQUIPMENT_TELECARE), (things,), BARS).verdict is Verdict.PERMITTED
    assert {Use.CARE_NIGHT, Use.WORK_SUPPORT, Use.HOUSING_SUPPORT} <= PAYS_A_PERSON
    assert not PAYS_A_PERSON & {Use.LEISURE_ACTIVITY, Use.ADAPTATION_MAJOR, Use.TRAVEL_TO_WORK}


def test_every_reason_is_told_and_a_bar_outweighs_a_question() -> None:
    garden_by_spouse = SpendItem(use=Use.DOMESTIC_GARDEN, relation=Relation.SPOUSE_OR_PARTNER)
    told = may_pay(garden_by_spouse, (GARDEN,), BARS)

    assert (told.verdict, told.reasons, told.asks) == (Verdict.BARRED, (SPOUSE.text,), ("need_in_plan",))


@given(st.sampled_from(Use), st.sampled_from([None, *Relation]), st.sampled_from([None, True, False]))
def test_more_answers_never_bar_what_was_permitted(
    use: Use, relation: Relation | None, same_household: bool | None
) -> None:
    item = SpendItem(use=use, relation=relation, same_household=same_household)
    if may_pay(item, (CARE, GARDEN, RESPITE), BARS).verdict is not Verdict.PERMITTED:
        return
    for need, weeks in product((None, True, False), (None, 3, 5)):
        answers = {Requirement.NEED_IN_PLAN: need, Requirement.WEEKS_IN_A_YEAR_AT_MOST: weeks}
        known = {name: answer for name, answer in answers.items() if answer is not None}
        more = item.model_copy(update={"circumstances": known})
        assert may_pay(more, (CARE, GARDEN, RESPITE), BARS).verdict is Verdict.PERMITTED
