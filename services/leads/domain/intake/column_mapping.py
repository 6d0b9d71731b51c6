"""What a column mapping may say."""

from collections.abc import Mapping

from services.leads.domain.errors import FieldProblem
from services.leads.domain.intake.draft import TEXT_LENGTH, one_line
from services.leads.domain.intake.import_columns import require_known_fields

NAME = "column_mapping.name"
COLUMNS = "column_mapping.columns"


def checked_name(name: str) -> str:
    """The name in its one form. Raises FieldProblem."""
    line = one_line(NAME, name)
    if not line:
        raise FieldProblem(NAME, "MISSING", "缺少名称", "the name is missing")
    return line


def checked_columns(columns: Mapping[str, str]) -> dict[str, str]:
    """Field -> column name, at least one. Raises FieldProblem."""
    if not columns:
        raise FieldProblem(COLUMNS, "MISSING", "缺少列映射", "no column is mapped")
    require_known_fields(columns, COLUMNS)
    lines = {field: one_line(f"{COLUMNS}.{field}", name, TEXT_LENGTH) for field, name in columns.items()}
    if empty := sorted(field for field, name in lines.items() if not name):
        raise FieldProblem(f"{COLUMNS}.{empty[0]}", "MISSING", "缺少列名", "the column's name is missing")
    return lines
