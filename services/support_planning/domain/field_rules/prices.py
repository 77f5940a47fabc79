"""Whether the money is enough: prices held to what things cost where the person lives."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from services.support_planning.domain.findings import Finding, Rule, Weight
from services.support_planning.domain.plan import Item, PayeeKind, Plan, Unit, to_the_penny


@dataclass(frozen=True)
class Price:
    """An entry of the council's catalogue: what a unit of something costs.

    Args:
        low_pence, usual_pence, high_pence: the range that is paid, and what most pay.
        by_area: the same three by area of the council, where it costs other there.
    """

    price_id: str
    text: str
    use: str
    unit: Unit
    payee: PayeeKind | None
    low_pence: int
    usual_pence: int
    high_pence: int
    by_area: Mapping[str, tuple[int, int, int]] = field(default_factory=dict)

    def there(self, area: str | None) -> tuple[int, int, int]:
        """Low, usual and high in an area; the council's own where the area has none."""
        return self.by_area.get(area or "", (self.low_pence, self.usual_pence, self.high_pence))


def price_of(item: Item, catalogue: Mapping[str, Price]) -> Price | None:
    """The catalogue's price that an item is held to: the one it names, or the one for its use, unit and payee."""
    if item.price_id:
        return catalogue.get(item.price_id)
    kind = item.payee.kind if item.payee else None
    fitting = (
        one for one in catalogue.values() if (one.use, one.unit) == (item.use, item.unit) and one.payee in (None, kind)
    )
    return next(fitting, None)


def sufficiency(plan: Plan, catalogue: Mapping[str, Price], rule: Rule) -> Iterator[Finding]:
    """Prices below what things cost there, so that the sum may not buy what is planned; and prices well above."""
    for one in plan.costed():
        price = price_of(one.item, catalogue)
        unit_pence = one.item.unit_pence or 0
        if price is None or not unit_pence:
            continue
        low, usual, high = price.there(plan.area)
        if unit_pence < low:
            short = to_the_penny(one.units_in_plan * usual) - one.total_pence
            yield Finding(
                "below_local_price",
                Weight.ASKS,
                f"{one.item.text} is planned at {_pounds(unit_pence)}; it costs at least {_pounds(low)}. {rule.text}",
                (one.item.item_id,),
                rule.citation,
                rule.unconfirmed,
                f"Plan it at the usual {_pounds(usual)}, or say who gives it for less.",
                short,
            )
        elif unit_pence > high:
            text = f"{one.item.text} is planned at {_pounds(unit_pence)}; most pay {_pounds(usual)} there."
            yield Finding("above_local_price", Weight.NOTES, text, (one.item.item_id,))


def _pounds(pence: int) -> str:
    return f"£{pence // 100:,}.{pence % 100:02d}"
