"""Items, spends and funds to try the rules with."""

from datetime import date
from uuid import UUID, uuid5

from services.ledger.domain.spending.attribution import FundRoom, Obstacle
from services.ledger.domain.spending.money_out import Source, Spend
from services.ledger.domain.spending.planned_items import ItemCadence, PlannedItem

ASC, SP, ILF, ATW = "adult_social_care", "supporting_people", "independent_living_fund", "access_to_work"
FIRST_DAY, LAST_DAY = date(2009, 6, 1), date(2010, 5, 30)

_IDS = UUID("5a0e8a55-0d9f-5f1c-9a55-7c3c5a4a8a1b")


def an_id(name: str) -> UUID:
    """The id that goes with a name."""
    return uuid5(_IDS, name)


def an_item(
    text: str = "Maria, my assistant",
    *,
    pence: int = 20_000,
    cadence: ItemCadence = ItemCadence.WEEKLY,
    use: str = "care.personal",
    payees: tuple[str, ...] = ("Maria Kowalska",),
    references: tuple[str, ...] = (),
    starts_on: date = FIRST_DAY,
    ends_on: date = LAST_DAY,
) -> PlannedItem:
    """An item of the plan: an assistant who is paid each week."""
    return PlannedItem(an_id(text), text, use, pence, cadence, starts_on, ends_on, payees, references)


def a_spend(
    pence: int = 20_000,
    on: date = FIRST_DAY,
    payee: str = "Maria Kowalska",
    *,
    reference: str = "",
    source: Source = Source.BANK_STATEMENT,
    name: str = "",
) -> Spend:
    """A payment out of the person's account."""
    return Spend(an_id(name or f"{pence} {on} {payee} {source}"), source, on, pence, payee, reference)


def a_room(
    stream: str = ASC,
    *,
    starts_on: date = FIRST_DAY,
    ends_on: date = LAST_DAY,
    advanced: int = 0,
    held: int = 0,
    available: int = 0,
    obstacle: str | None = None,
) -> FundRoom:
    """What a fund could pay."""
    return FundRoom(
        an_id(f"{stream} {starts_on}"),
        stream,
        stream.replace("_", " ").capitalize(),
        starts_on,
        ends_on,
        advanced,
        held,
        available,
        Obstacle(obstacle) if obstacle else None,
        ("The rules say so.",) if obstacle else (),
    )
