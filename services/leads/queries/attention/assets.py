"""Finding assets, their editions and their authors."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from chassis import files
from chassis.files import StoredFile
from chassis.pages import Page
from services.leads.documents import Asset, AssetEdition
from services.leads.documents.asset import edition_id
from services.leads.domain.attention.asset import AssetKind, terms_wanted
from services.leads.domain.attention.errors import AssetNotFound
from services.leads.queries.accounts import Row
from services.leads.queries.attention.positions import after_largest, largest_position

AUTHORS_MOST = 200
_LEFT_OUT = {"outbox": 0, "handled": 0, "deadlines": 0, "terms": 0}


def get_asset(asset_id: str, edition: int) -> Row:
    """The asset as of an edition; 0 is the latest. Raises AssetNotFound."""
    row = Asset.collection().find_one({"_id": asset_id}, _LEFT_OUT)
    if row is None:
        raise AssetNotFound(f"there is no asset {asset_id}", asset_id=asset_id)
    if edition in (0, row["edition"]):
        return row
    earlier = AssetEdition.load(edition_id(asset_id, edition))
    return {**row, "file": None, **earlier.content, "edition": edition}


def read_asset_file(asset_id: str, edition: int) -> tuple[StoredFile, bytes]:
    """The file of an edition, and its content. Raises AssetNotFound, FileNotKept."""
    file = get_asset(asset_id, edition).get("file")
    if not file:
        raise AssetNotFound("the asset has no file", asset_id=asset_id)
    return files.read(file["id"])


def search_assets(
    page: Page,
    cut: Callable[[str], Sequence[str]],
    *,
    text: str,
    kind: AssetKind | None,
    tag: str,
    segment: str,
    language: str,
) -> tuple[Sequence[Row], str]:
    """One page of assets that have all of this, the most used first, and the next page's token.

    `cut` divides text into words. Raises FieldProblem.
    """
    where: list[dict[str, Any]] = [after_largest("use_count", page)]
    if text.strip():
        # A text without a single word is found nowhere.
        where.append({"terms": {"$all": terms_wanted(text, cut) or [""]}})
    wanted = {"kind": kind.value if kind else "", "tags": tag.strip().lower(), "segment": segment, "language": language}
    where += [{field: value} for field, value in wanted.items() if value]
    order = [("use_count", -1), ("_id", -1)]
    rows = list(Asset.collection().find({"$and": where}, _LEFT_OUT).sort(order).limit(page.size + 1))
    return page.cut(rows, largest_position("use_count"))


def asset_authors() -> list[tuple[str, Mapping[str, int], int]]:
    """Each author with the number of assets by kind and of uses by others, the most reused first."""
    counts = {kind.value: {"$sum": {"$cond": [{"$eq": ["$kind", kind.value]}, 1, 0]}} for kind in AssetKind}
    steps: list[Mapping[str, Any]] = [
        {"$match": {"author_id": {"$gt": ""}}},  # everybody, read from the index alone
        {"$group": {"_id": "$author_id", "reused": {"$sum": "$reuse_count"}, **counts}},
        {"$sort": {"reused": -1, "_id": 1}},
        {"$limit": AUTHORS_MOST},
    ]
    return [
        (row["_id"], {kind.value: row[kind.value] for kind in AssetKind}, row["reused"])
        for row in Asset.collection().aggregate(steps)
    ]
