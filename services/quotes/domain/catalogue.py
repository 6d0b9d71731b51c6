"""Products and their prices by quantity."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.quotes.domain.amounts import check_currency, check_minor, check_quantity
from services.quotes.domain.errors import InvalidValue
from services.quotes.domain.texts import check_sku, check_text

TIERS_MAX = 50


@dataclass(frozen=True, slots=True)
class PriceTier:
    """From this quantity on, one unit costs this much."""

    min_quantity: int
    unit_price_minor: int


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """What the catalogue says about one product; checks itself, raises InvalidValue with the field's path."""

    sku: str
    name: str
    unit: str
    category: str
    currency_code: str
    tiers: tuple[PriceTier, ...]
    floor_price_minor: int
    cost_minor: int

    def __post_init__(self) -> None:
        check_sku(self.sku, "product.sku")
        check_text(self.name, "product.name", longest=200)
        check_text(self.unit, "product.unit", longest=20, required=False)
        check_text(self.category, "product.category", longest=100, required=False)
        check_currency(self.currency_code, "product.currency_code")
        check_minor(self.floor_price_minor, "product.floor_price_minor")
        check_minor(self.cost_minor, "product.cost_minor")
        check_tiers(self.tiers, self.floor_price_minor)


def check_tiers(tiers: Sequence[PriceTier], floor_price_minor: int) -> None:
    """Tiers start at quantity 1, ascend, and never go below the floor; raises InvalidValue.

    A larger quantity never costs more for one unit: such a list is a typing error.
    """
    if not 1 <= len(tiers) <= TIERS_MAX:
        raise InvalidValue(f"A product has 1 to {TIERS_MAX} price tiers.", field="product.tiers")
    if tiers[0].min_quantity != 1:
        raise InvalidValue("The first tier starts at quantity 1.", field="product.tiers[0].min_quantity")
    for index, tier in enumerate(tiers):
        path = f"product.tiers[{index}]"
        check_quantity(tier.min_quantity, f"{path}.min_quantity")
        check_minor(tier.unit_price_minor, f"{path}.unit_price_minor", least=1)
        if tier.unit_price_minor < floor_price_minor:
            raise InvalidValue("A tier is below the price floor.", field=f"{path}.unit_price_minor")
        if index and tier.min_quantity <= tiers[index - 1].min_quantity:
            raise InvalidValue("Tiers ascend by quantity.", field=f"{path}.min_quantity")
        if index and tier.unit_price_minor > tiers[index - 1].unit_price_minor:
            raise InvalidValue("A larger quantity costs more for one unit.", field=f"{path}.unit_price_minor")


def tier_price(tiers: Sequence[PriceTier], quantity: int) -> int:
    """The unit price, in minor units, of the highest tier that `quantity` reaches."""
    return max((t for t in tiers if t.min_quantity <= quantity), key=lambda t: t.min_quantity).unit_price_minor
