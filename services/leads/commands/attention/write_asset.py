"""Record an asset, or write its next edition."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chassis import files
from chassis.documents import commit_many
from chassis.principal import Principal
from services.leads.commands.attention.repeats import id_for
from services.leads.documents import Asset
from services.leads.domain.attention.asset import FILE_BYTES, AssetContent, AssetKind, check_content, terms_of
from services.leads.domain.attention.checks import words
from services.leads.domain.attention.errors import AttentionDataChanged
from services.leads.domain.errors import RequestIdReused

FILE_NAME_CHARS = 200
FILE_TYPES = frozenset({"application/pdf", "image/jpeg", "image/png", "image/webp", files.XLSX})
Cut = Callable[[str], Sequence[str]]


@dataclass(frozen=True)
class AssetUpload:
    """A file as it was sent."""

    name: str
    media_type: str
    content: bytes


def create_asset(
    kind: AssetKind,
    content: AssetContent,
    upload: AssetUpload | None,
    *,
    request_id: str,
    by: Principal,
    at: datetime,
    cut: Cut,
) -> Asset:
    """The new asset, or the one that this request made before. `cut` divides text into words.

    Raises FieldProblem, FileRefused, RequestIdReused, RequestIdTooLong.
    """
    checked = check_content(content)
    asset_id = id_for("asset", by.subject, request_id)
    earlier = Asset.find(asset_id) if request_id else None
    if earlier is not None:
        if (earlier.kind, earlier.title, earlier.text) != (kind, checked.title, checked.text):
            raise RequestIdReused("this request_id came with other content before", asset_id=earlier.id)
        return earlier
    asset = Asset(
        id=asset_id,
        kind=kind.value,
        author_id=by.subject,
        team_id=by.team_id,
        region=by.region,
        create_time=at,
    )
    edition = asset.write(checked, terms_of(checked, cut), _kept(upload), by.subject, at)
    commit_many([asset, edition], why="asset recorded")
    return asset


def update_asset(
    asset_id: str,
    content: AssetContent,
    upload: AssetUpload | None,
    *,
    expected_edition: int,
    by: Principal,
    at: datetime,
    cut: Cut,
) -> Asset:
    """The asset with its next edition; the same content again makes none. Without `upload` the file stays.

    Raises AssetNotFound, AttentionDataChanged, FieldProblem, FileRefused.
    """
    checked = check_content(content)
    asset = Asset.load(asset_id)
    if expected_edition and expected_edition != asset.edition:
        raise AttentionDataChanged(f"it has edition {asset.edition} by now", asset_id=asset_id)
    now = AssetContent(asset.title, asset.text, tuple(asset.tags), asset.segment, asset.language)
    if now == checked and upload is None:
        return asset
    file = asset.file if upload is None else _kept(upload)
    edition = asset.write(checked, terms_of(checked, cut), file, by.subject, at)
    commit_many([asset, edition], why="asset edited")
    return asset


def _kept(upload: AssetUpload | None) -> dict[str, Any] | None:
    if upload is None:
        return None
    name = words("file.name", upload.name, FILE_NAME_CHARS)
    kept = files.keep(upload.content, name=name, media_type=upload.media_type, allowed=FILE_TYPES, max_bytes=FILE_BYTES)
    return {"id": kept.id, "name": name, "media_type": kept.media_type, "size": kept.size}
