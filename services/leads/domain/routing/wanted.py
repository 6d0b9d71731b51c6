"""What a lead asks of a salesperson: its needs, and the account's attributes that somebody has a tag for."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from services.leads.domain.routing.routing_policy import RoutingPolicy

INDUSTRY = "industry"
_SEPARATOR = re.compile(r"[,，;；、/|]")


@dataclass(frozen=True)
class Wanted:
    """Tags with their weights in thousandths. `segment` is the account's industry, empty when unknown."""

    needs: tuple[str, ...]
    attributes: tuple[str, ...]
    weights: tuple[tuple[str, int], ...]
    segment: str = ""

    @property
    def whole_milli(self) -> int:
        """The weight of everything."""
        return sum(weight for _, weight in self.weights)

    def matched_milli(self, tags: Collection[str]) -> int:
        """The weight of what the tags cover."""
        return sum(weight for tag, weight in self.weights if tag in tags)


def wanted_by(
    needs: Collection[str], attributes: Mapping[str, str], known_tags: Collection[str], policy: RoutingPolicy
) -> Wanted:
    """`known_tags` are those of the staff: an attribute that no tag speaks of, such as a name, says nothing here."""
    named = tuple(dict.fromkeys(needs))
    values = dict.fromkeys(
        part.strip() for value in attributes.values() for part in (value, *_SEPARATOR.split(value)) if part.strip()
    )
    told = tuple(value for value in values if value in known_tags and value not in named)
    weights = [(need, policy.tag_weight_milli(need)) for need in named]
    weights += [(value, policy.tag_weight_milli(value) * policy.attribute_weight_milli // 1_000) for value in told]
    return Wanted(named, told, tuple(weights), attributes.get(INDUSTRY, "").strip())
