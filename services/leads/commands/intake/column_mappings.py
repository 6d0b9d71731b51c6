"""Keep column mappings for the next file of the same kind."""

from collections.abc import Collection, Mapping

from chassis.clocks import clock
from chassis.documents import VersionConflict
from chassis.ids import derived_id, new_id
from services.leads.commands.intake.versions import require_version
from services.leads.documents import ColumnMapping
from services.leads.domain.errors import RequestIdReused
from services.leads.domain.intake.column_mapping import checked_columns, checked_name


def create_column_mapping(name: str, columns: Mapping[str, str], *, request_id: str, by: str) -> ColumnMapping:
    """The mapping; a repeated request_id gives the first one. Raises FieldProblem, RequestIdReused."""
    mapping = ColumnMapping(
        id=derived_id("column mapping", by, request_id) if request_id else new_id(),
        name=checked_name(name),
        columns=checked_columns(columns),
        created_by=by,
        create_time=clock.now(),
    )
    try:
        mapping.commit()
    except VersionConflict:
        earlier = ColumnMapping.load(mapping.id)
        if (earlier.name, earlier.columns) != (mapping.name, mapping.columns):
            raise RequestIdReused("this request_id came with another mapping before", mapping_id=earlier.id) from None
        return earlier
    return mapping


def update_column_mapping(
    mapping_id: str, name: str, columns: Mapping[str, str], *, paths: Collection[str], expected_version: int
) -> ColumnMapping:
    """The changed mapping; imports keep what they ran with. Raises MappingNotFound, ChangedMeanwhile, FieldProblem."""
    mapping = ColumnMapping.load_kept(mapping_id)
    require_version(mapping, expected_version)
    if "name" in paths:
        mapping.name = checked_name(name)
    if "columns" in paths:
        mapping.columns = checked_columns(columns)
    mapping.commit()
    return mapping


def delete_column_mapping(mapping_id: str) -> None:
    """Nobody finds it any more; imports that ran with it still name it. Raises MappingNotFound for one never made."""
    mapping = ColumnMapping.load(mapping_id)
    if mapping.delete_time is None:
        mapping.delete_time = clock.now()
        mapping.commit(why="deleted")
