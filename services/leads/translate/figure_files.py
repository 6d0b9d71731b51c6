"""Figures as files. Text that a spreadsheet would take for a formula is told to be text."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime

from services.leads.domain.figures.members import Member
from services.leads.domain.figures.period import CHINA
from services.leads.domain.intake.cell_safety import neutralised
from services.leads.queries.figures import Told
from services.leads.workbook import Cell, workbook

Table = Sequence[Sequence[Cell]]
CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def watermark(name: str, at: datetime) -> str:
    """The first line: who took the file, and when (China's time)."""
    return f"{name} · {at.astimezone(CHINA):%Y-%m-%d %H:%M:%S} UTC+8"


def table_of_rows(told: Told) -> Table:
    """The numbers, with what they mean."""
    title, meaning = told.figure.title, told.figure.definition
    lines: list[Sequence[Cell]] = [
        (f"{title['zh']} / {title['en']}", f"{told.period.first} - {told.period.last}"),
        (f"{meaning['zh']} / {meaning['en']}",),
        ("key", "label", "numerator", "denominator", told.figure.unit, "alert"),
    ]
    for row in told.rows:
        value: Cell = "" if row.value is None else row.value
        alert = "!" if told.figure.is_alert(row.value) else ""
        lines.append((row.key, told.labels.get(row.key, row.key), row.numerator, row.denominator, value, alert))
    return lines


def table_of_members(members: Iterable[Member]) -> Table:
    """What is behind a number."""
    lines: list[Sequence[Cell]] = [
        ("id", "kind", "title", "time", "amount", "person_id", "team_id", "region", "channel", "segment")
    ]
    for member in members:
        at = f"{member.time.astimezone(CHINA):%Y-%m-%d %H:%M:%S}"
        lines.append((member.id, member.kind, member.title, at, member.amount, *member.place))
    return lines


def csv_file(mark: str, table: Table) -> bytes:
    """UTF-8 with BOM, so that spreadsheets read Chinese."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([_harmless(mark)])
    writer.writerows([_harmless(cell) for cell in line] for line in table)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def xlsx_file(mark: str, table: Table) -> bytes:
    """One sheet."""
    return workbook("figures", ((mark,), *table))


def _harmless(cell: Cell) -> Cell:
    if not isinstance(cell, str):
        return cell
    return neutralised("".join(sign for sign in cell if sign >= " " or sign in "\t\r\n"))
