"""Create or replace SKUs and members in bulk, and take over the catalogue's products."""

from collections.abc import Iterable, Mapping, Sequence

from pymongo import UpdateOne
from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError

from chassis import documents
from chassis.errors import InvalidArgument, field
from chassis.ids import derived_id, new_id
from services.stores.documents import MasterDataChange
from services.stores.domain.master_data import allow_text, require_key
from services.stores.ledger import Doc, Ledger

MAX_ENTRIES = 1_000
Entry = tuple[str, Mapping[str, str]]


def put_skus(entries: Sequence[Entry]) -> int:
    """Store-side SKUs (key; name, category, brand); returns how many are new or differ.

    What the catalogue owns stays as the catalogue tells it. Raises InvalidArgument.
    """
    _check("skus", "sku", entries)
    return _put("skus", Ledger().skus, entries, is_private=False)


def put_members(entries: Sequence[Entry]) -> int:
    """Members (key; name); returns how many are new or differ. Raises InvalidArgument."""
    _check("members", "id", entries)
    return _put("members", Ledger().members, entries, is_private=True)


def copy_product(sku: str, fields: Mapping[str, str], version: int) -> bool:
    """Keep the catalogue's product; False when this version or a later one is here already."""
    older = {"_id": sku, "$or": [{"catalogue_version": {"$lt": version}}, {"catalogue_version": {"$exists": False}}]}
    try:
        done = Ledger().skus.update_one(older, {"$set": {**fields, "catalogue_version": version}}, upsert=True)
    except DuplicateKeyError:
        return False
    return bool(done.matched_count or done.upserted_id)


def _put(kind: str, collection: Collection[Doc], entries: Sequence[Entry], *, is_private: bool) -> int:
    def work(session: ClientSession) -> int:
        keys = [key for key, _ in entries]
        stored = {found["_id"]: found for found in collection.find({"_id": {"$in": keys}}, session=session)}
        changed = [(key, fields) for key, fields in entries if _differs(stored.get(key), fields)]
        if not changed:
            return 0
        collection.bulk_write(
            [UpdateOne({"_id": key}, {"$set": dict(fields)}, upsert=True) for key, fields in changed],
            ordered=False,
            session=session,
        )
        record = MasterDataChange(id=new_id(), kind=kind)
        record.changes = [
            [key, _told(key, stored.get(key), fields, is_private), _told(key, fields, fields, is_private)]
            for key, fields in changed
        ]
        record.commit(session=session)
        return len(changed)

    return documents.transaction(work)


def _differs(stored: Doc | None, fields: Mapping[str, str]) -> bool:
    if stored is None:
        return True
    return "catalogue_version" not in stored and any(stored.get(name) != value for name, value in fields.items())


def _told(key: str, values: Mapping[str, str] | None, names: Iterable[str], is_private: bool) -> str:
    if values is None:
        return ""
    told = " | ".join(values.get(name, "") for name in names)
    return derived_id(key, told) if is_private else told


def _check(path: str, key_name: str, entries: Sequence[Entry]) -> None:
    if len(entries) > MAX_ENTRIES:
        raise InvalidArgument(message=f"at most {MAX_ENTRIES} at once", field=path)
    if len({key for key, _ in entries}) != len(entries):
        raise InvalidArgument(message="one is listed twice", field=path)
    for index, (key, fields) in enumerate(entries):
        with field(f"{path}[{index}].{key_name}"):
            require_key(key)
        for name, value in fields.items():
            with field(f"{path}[{index}].{name}"):
                allow_text(value)
