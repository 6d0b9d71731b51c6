"""The shape of `figure_parts`: what transactions add to a store's business day by SKU and by member.

Each transaction inserts small documents and changes none; the figures of a day are the sum of all its parts, which are
merged now and then (`commands/merge_parts`). So readers of several parts read them in one snapshot.
"""

import struct
from collections.abc import Iterator, Mapping
from itertools import chain

from bson import Binary

from chassis.ids import new_id
from services.stores.domain.figures import COUNTERS, DayFigures, MemberFigures, MemberSums, SkuSums
from services.stores.ledger import Doc

# A part takes entries up to this size, as estimated from the lengths of their names.
PART_BYTES = 400_000
# One of this size is left as it is: merging it again would save few reads, and cost as much as what it holds.
_WHOLE_BYTES = PART_BYTES // 4
WHOLE = 99
_SKU_BYTES = 1 + 8 * len(COUNTERS)
_MEMBER_BYTES = 200
_CATEGORY_BYTES = 24


def part_documents(store_id: str, day: str, figures: DayFigures, level: int = 0) -> Iterator[Doc]:
    """What these figures add by SKU and member; entries of 0 are left out. `level` counts the merges behind it, and is
    WHOLE for a part that is large enough."""
    skus, members, size = _empty()
    for sku, counters in figures.skus.items():
        if any(counters):
            size += len(sku.encode()) + _SKU_BYTES
            skus[sku] = counters
            if size > PART_BYTES:
                yield _document(store_id, day, WHOLE, skus, members)
                skus, members, size = _empty()
    for member_id, found in figures.members.items():
        size += _MEMBER_BYTES + sum([len(name.encode()) + _CATEGORY_BYTES for name in found.categories])
        members[member_id] = found
        if size > PART_BYTES:
            yield _document(store_id, day, WHOLE, skus, members)
            skus, members, size = _empty()
    if skus or members:
        yield _document(store_id, day, level if size < _WHOLE_BYTES else WHOLE, skus, members)


def add_part(part: Mapping[str, object], figures: DayFigures) -> None:
    """Add what a part holds to the figures of its day."""
    skus, members = figures.skus, figures.members
    for sku, counters in sku_rows(part):
        known = skus.get(sku)
        if known is None:
            skus[sku] = list(counters)
        else:
            for index, value in enumerate(counters):
                known[index] += value
    for member_id, found in member_rows(part):
        if member_id in members:
            members[member_id].add_all(found)
        else:
            members[member_id] = found


def sku_rows(part: Mapping[str, object]) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Each SKU of a part with its counters (see domain.figures)."""
    names, packed = str(part.get("skus", "")), part.get("counters", b"")
    if names and isinstance(packed, bytes):
        yield from zip(names.split("\n"), struct.iter_unpack(f"<{len(COUNTERS)}q", packed), strict=True)


def member_rows(part: Mapping[str, object]) -> Iterator[tuple[str, MemberFigures]]:
    """Each member of a part, or the one that was asked for."""
    visits = part.get("visits", ())
    for visit in visits if isinstance(visits, list) else ():
        hours, categories = visit["h"], visit["c"]
        yield (
            visit["m"],
            MemberFigures(
                visit["r"],
                visit["v"],
                visit["u"],
                visit.get("f"),
                visit.get("l"),
                dict(zip(hours[::2], hours[1::2], strict=True)),
                dict(zip(categories[::2], categories[1::2], strict=True)),
            ),
        )


def _empty() -> tuple[SkuSums, MemberSums, int]:
    return {}, {}, 0


def _document(store_id: str, day: str, level: int, skus: SkuSums, members: MemberSums) -> Doc:
    made: Doc = {"_id": f"{store_id}/{day}/{new_id()}", "store_id": store_id, "business_day": day, "level": level}
    if skus:
        # SKUs are printable, so none holds a line break.
        made["skus"] = "\n".join(skus)
        made["counters"] = Binary(struct.pack(f"<{len(COUNTERS) * len(skus)}q", *chain.from_iterable(skus.values())))
    if members:
        made["members"] = list(members)
        made["visits"] = [_visit(member_id, found) for member_id, found in members.items()]
    return made


def _visit(member_id: str, found: MemberFigures) -> Doc:
    visit: Doc = {
        "m": member_id,
        "r": found.receipts,
        "v": found.revenue_minor,
        "u": found.units_milli,
        "h": list(chain.from_iterable(found.hours.items())),
        "c": list(chain.from_iterable(found.categories.items())),
    }
    if found.last_seconds is not None:
        visit["f"], visit["l"] = found.first_seconds, found.last_seconds
    return visit
