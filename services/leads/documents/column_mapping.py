"""A column mapping as it is stored."""

from datetime import datetime
from typing import Any, ClassVar

import mongoengine

from chassis.documents import Aggregate, PlainField
from services.leads.domain.intake.errors import MappingNotFound


class ColumnMapping(Aggregate):
    """Which column of a file holds which field, kept for the next file of the same kind."""

    meta: ClassVar[dict[str, Any]] = {"collection": "column_mappings"}
    not_found = MappingNotFound

    name: str = mongoengine.StringField(required=True)
    columns: dict[str, str] = PlainField(default=dict)
    created_by: str = mongoengine.StringField(default="")
    create_time: datetime = mongoengine.DateTimeField()
    # Imports name it, so it is kept; nobody finds it any more.
    delete_time: datetime | None = mongoengine.DateTimeField()

    @classmethod
    def load_kept(cls, mapping_id: str) -> "ColumnMapping":
        """The mapping. Raises MappingNotFound, also for a deleted one."""
        mapping = cls.load(mapping_id)
        if mapping.delete_time is not None:
            raise MappingNotFound(f"there is no column mapping {mapping_id}", mapping_id=mapping_id)
        return mapping
