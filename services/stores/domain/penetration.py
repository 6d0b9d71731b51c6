"""How many receipts and members have at least one product of a set."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from services.stores.domain.ranking import share_bp

# SKUs of one receipt, its weight (a void takes back what it cancels), and its member ("" for none).
Basket = tuple[Collection[str], int, str]


@dataclass(slots=True)
class Penetration:
    """`members` have bought more than was voided; those with the product likewise of receipts that hold it."""

    receipts: int = 0
    with_product: int = 0
    visits: dict[str, int] = field(default_factory=dict)
    visits_with_product: dict[str, int] = field(default_factory=dict)

    def add(self, baskets: Iterable[Basket], wanted: frozenset[str]) -> None:
        """Count these receipts."""
        for skus, weight, member in baskets:
            has_product = not wanted.isdisjoint(skus)
            self.receipts += weight
            self.with_product += weight * has_product
            if member:
                self.visits[member] = self.visits.get(member, 0) + weight
                if has_product:
                    self.visits_with_product[member] = self.visits_with_product.get(member, 0) + weight

    def add_all(self, other: "Penetration") -> None:
        """Count what the other counted; a member of both stays one."""
        self.receipts += other.receipts
        self.with_product += other.with_product
        for own, others in ((self.visits, other.visits), (self.visits_with_product, other.visits_with_product)):
            for member, visits in others.items():
                own[member] = own.get(member, 0) + visits

    @property
    def members(self) -> int:
        """Members with at least one receipt left."""
        return sum(visits > 0 for visits in self.visits.values())

    @property
    def members_with_product(self) -> int:
        """Members with at least one receipt left that holds a product of the set."""
        return sum(visits > 0 for visits in self.visits_with_product.values())

    @property
    def receipts_bp(self) -> int:
        """Share of the receipts in basis points; 0 without receipts."""
        return share_bp(self.with_product, self.receipts)

    @property
    def members_bp(self) -> int:
        """Share of the members in basis points; 0 without members."""
        return share_bp(self.members_with_product, self.members)
