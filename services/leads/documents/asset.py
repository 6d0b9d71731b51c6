"""An asset as it is stored, its editions, and its uses."""

from datetime import datetime
from typing import Any, ClassVar

import mongoengine

from chassis.documents import Aggregate, PlainField
from chassis.ids import derived_id
from services.leads.domain.attention.asset import AssetContent
from services.leads.domain.attention.errors import AssetNotFound


class Asset(Aggregate):
    """The latest edition, with what it is found by."""

    meta: ClassVar[dict[str, Any]] = {
        "collection": "assets",
        "indexes": [
            {"fields": ["terms", "-use_count", "-_id"], "name": "terms"},
            {"fields": ["kind", "-use_count", "-_id"], "name": "kind"},
            {"fields": ["tags", "-use_count", "-_id"], "name": "tags"},
            {"fields": ["segment", "-use_count", "-_id"], "name": "segment"},
            {"fields": ["-use_count", "-_id"], "name": "most_used"},
            {"fields": ["author_id", "kind", "reuse_count"], "name": "author"},
        ],
    }
    not_found = AssetNotFound

    kind: str = mongoengine.StringField(required=True)
    title: str = mongoengine.StringField(required=True)
    text: str = mongoengine.StringField(required=True)
    tags: list[str] = PlainField(default=list)
    segment: str = mongoengine.StringField(default="")
    language: str = mongoengine.StringField(default="zh")
    # id, name, media_type, size; None without file.
    file: dict[str, Any] | None = PlainField()
    # The author's place, for figures.
    author_id: str = mongoengine.StringField(required=True)
    team_id: str = mongoengine.StringField(default="")
    region: str = mongoengine.StringField(default="")
    edited_by: str = mongoengine.StringField(default="")
    edition: int = mongoengine.IntField(default=0)
    use_count: int = mongoengine.IntField(default=0)
    # Uses by others than the author.
    reuse_count: int = mongoengine.IntField(default=0)
    create_time: datetime = mongoengine.DateTimeField(required=True)
    edit_time: datetime = mongoengine.DateTimeField(required=True)
    terms: list[str] = PlainField(default=list)

    def write(
        self, content: AssetContent, terms: list[str], file: dict[str, Any] | None, by: str, at: datetime
    ) -> "AssetEdition":
        """Make this the next edition at `at` (UTC), and return it for keeping."""
        self.title, self.text, self.tags = content.title, content.text, list(content.tags)
        self.segment, self.language = content.segment, content.language
        self.file, self.terms = file, terms
        self.edited_by, self.edit_time = by, at
        self.edition += 1
        return AssetEdition(
            id=edition_id(self.id, self.edition),
            asset_id=self.id,
            edition=self.edition,
            content={
                name: getattr(self, name)
                for name in ("title", "text", "tags", "segment", "language", "file", "edited_by", "edit_time")
            },
        )


class AssetEdition(Aggregate):
    """One edition of an asset, written once."""

    meta: ClassVar[dict[str, Any]] = {
        "collection": "asset_editions",
        # It is a record itself; the change is audited with the asset.
        "audited": False,
    }
    not_found = AssetNotFound

    asset_id: str = mongoengine.StringField(required=True)
    edition: int = mongoengine.IntField(required=True)
    content: dict[str, Any] = PlainField(default=dict)


class AssetUse(Aggregate):
    """Somebody used an asset with a customer: once for each person and account or opportunity."""

    meta: ClassVar[dict[str, Any]] = {
        "collection": "asset_uses",
        "indexes": [
            {"fields": ["asset_id", "_id"], "name": "asset"},
            {"fields": ["account_id", "_id"], "name": "account"},
        ],
    }

    asset_id: str = mongoengine.StringField(required=True)
    account_id: str = mongoengine.StringField(required=True)
    opportunity_id: str = mongoengine.StringField(default="")
    used_by: str = mongoengine.StringField(required=True)
    use_time: datetime = mongoengine.DateTimeField(required=True)


def edition_id(asset_id: str, edition: int) -> str:
    """The id of an edition."""
    return derived_id("asset_edition", asset_id, edition)


def use_id(asset_id: str, account_id: str, opportunity_id: str, person_id: str) -> str:
    """The id of a use; a second one of the same meets it."""
    return derived_id("asset_use", asset_id, account_id, opportunity_id, person_id)
