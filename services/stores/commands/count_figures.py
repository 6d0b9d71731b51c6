"""The figures that receipts add, and the writes that add them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from pymongo import UpdateOne
from pymongo.client_session import ClientSession

from services.stores.domain.business_day import final_time
from services.stores.domain.figures import COUNTERS, DayFigures, MemberFigures, Placed
from services.stores.figure_parts import part_documents
from services.stores.ledger import Doc, Ledger, field_name


class FigureSums:
    """What receipts of any stores add, by (store, day)."""

    def __init__(self) -> None:
        self.days: dict[tuple[str, str], DayFigures] = defaultdict(DayFigures)

    def add(self, document: Doc, receipts: Sequence[Placed]) -> None:
        """Count the receipts of a document of `receipt_batches`, each with its hour of the week."""
        store_id, day, receive_time = document["store_id"], document["business_day"], document["receive_time"]
        is_late = receive_time > final_time(day, *document["place"])
        figures = self.days[store_id, day]
        figures.add(receipts, receive_time.date().isoformat() if is_late else "")
        self._add_members(document, receipts, figures)
        for flags in document["flags"].values():
            figures.flags.update(flags)
        if figures.receive_time is None or receive_time > figures.receive_time:
            figures.receive_time = receive_time

    @staticmethod
    def _add_members(document: Doc, receipts: Iterable[Placed], figures: DayFigures) -> None:
        members, receive_seconds = figures.members, int(document["receive_time"].timestamp())
        categories = dict(document["categories"])
        for receipt, hour in receipts:
            member_id = receipt.member_id
            if member_id:
                found = members.get(member_id)
                if found is None:
                    found = members[member_id] = MemberFigures()
                found.add(receipt, hour, categories, receive_seconds)


def add_figures(sums: FigureSums, ledger: Ledger, session: ClientSession) -> None:
    """Add the sums to what is stored."""
    if not sums.days:
        return
    days = [_day_update(store_id, day, figures) for (store_id, day), figures in sums.days.items()]
    parts = [part for key, figures in sums.days.items() for part in part_documents(*key, figures)]
    ledger.days.bulk_write(days, ordered=False, session=session)
    if parts:
        ledger.parts.insert_many(parts, ordered=False, session=session)


def day_counters(figures: DayFigures) -> dict[str, int]:
    """Every counter of a day that is not 0, by its path."""
    added = {f"totals.{name}": value for name, value in figures.totals.items() if value}
    for group, counters in (("discounts", figures.discounts), ("tenders", figures.tenders), ("flags", figures.flags)):
        for name, value in counters.items():
            if value:
                added[f"{group}.{field_name(name)}"] = value
    for hour, values in figures.hours.items():
        _add(added, f"hours.{hour}.", COUNTERS, values)
    for date, values in figures.corrections.items():
        _add(added, f"corrections.{date}.", ("receipts", "revenue_minor", "units_milli"), values)
    return added


def _day_update(store_id: str, day: str, figures: DayFigures) -> UpdateOne:
    update = _update({"store_id": store_id, "business_day": day}, day_counters(figures))
    update["$max"] = {"receive_time": figures.receive_time}
    update["$currentDate"] = {"changed": True}
    return UpdateOne({"_id": f"{store_id}/{day}"}, update, upsert=True)


def _add(added: dict[str, int], prefix: str, names: Sequence[str], values: Sequence[int]) -> None:
    """A counter that stays as it is need not be sent; readers take a missing one as 0."""
    for name, value in zip(names, values, strict=True):
        if value:
            added[prefix + name] = value


def _update(identity: Doc, added: Mapping[str, int]) -> Doc:
    return {"$setOnInsert": identity, "$inc": added} if added else {"$setOnInsert": identity}
