"""Take in a file in the background."""

import hashlib
from collections.abc import Mapping

from chassis import files
from chassis.clocks import clock
from chassis.documents import VersionConflict
from chassis.ids import derived_id, new_id
from services.leads.documents import ColumnMapping, LeadImport
from services.leads.domain.errors import RequestIdReused
from services.leads.domain.intake.draft import one_line
from services.leads.domain.intake.import_columns import find_columns
from services.leads.domain.intake.table import Table, csv_table
from services.leads.workbooks import is_workbook, workbook_table

CSV = "text/csv"
FILE_LIMIT_BYTES = 10 * 1024 * 1024
NAME_LENGTH = 200


def start_import(
    content: bytes,
    *,
    file_name: str,
    columns: Mapping[str, str],
    mapping_id: str,
    validate_only: bool,
    request_id: str,
    by: str,
) -> LeadImport:
    """The import, which the worker carries out; a repeated request_id gives the first one.

    What is wrong with the file as a whole is told here. Raises ImportUnreadable, ImportMissingColumn, ImportTooLarge,
    MappingNotFound, FieldProblem, RequestIdReused, FileRefused.
    """
    mapping = ColumnMapping.load_kept(mapping_id) if mapping_id else None
    chosen = {**(mapping.columns if mapping else {}), **columns}
    table = read_table(content)
    find_columns(table.header, chosen)
    lead_import = LeadImport(
        id=derived_id("import", by, request_id) if request_id else new_id(),
        file_name=one_line("file_name", file_name, NAME_LENGTH),
        sha256=hashlib.sha256(content).hexdigest(),
        validate_only=validate_only,
        columns=chosen,
        mapping_id=mapping_id,
        mapping_version=mapping.version if mapping else 0,
        rows_total=len(table.rows),
        created_by=by,
        create_time=clock.now(),
    )
    earlier = LeadImport.find(lead_import.id)
    return _same(earlier, lead_import) if earlier else _kept(lead_import, content)


def read_table(content: bytes) -> Table:
    """The table in a file of either format. Raises ImportUnreadable, ImportTooLarge."""
    return workbook_table(content) if is_workbook(content) else csv_table(content)


def _kept(lead_import: LeadImport, content: bytes) -> LeadImport:
    media_type = files.XLSX if is_workbook(content) else CSV
    kept = files.keep(
        content,
        name=lead_import.file_name,
        media_type=media_type,
        allowed=(CSV, files.XLSX),
        max_bytes=FILE_LIMIT_BYTES,
    )
    lead_import.file_id = kept.id
    lead_import.start()
    try:
        lead_import.commit(why="import")
    except VersionConflict:
        files.drop(kept.id)  # the same request was faster on another way; it is found when this one is repeated
        raise
    return lead_import


def _same(earlier: LeadImport, wanted: LeadImport) -> LeadImport:
    told = ("sha256", "columns", "mapping_id", "validate_only")
    if any(getattr(earlier, name) != getattr(wanted, name) for name in told):
        raise RequestIdReused("this request_id came with another file or mapping before", import_id=earlier.id)
    return earlier
