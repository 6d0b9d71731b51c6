"""An import of a file as it is stored, and what was wrong with its rows."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar

import mongoengine

from chassis.documents import Aggregate, PlainField
from services.leads.announcements import intake as announcements
from services.leads.domain.intake.errors import ImportEnded, ImportNotFound

# The kind of the deadline at which the file of an ended import is deleted: it is full of people's names and phones.
FORGET_FILE = "forget_import_file"
FILE_KEPT = timedelta(days=30)


class ImportState(StrEnum):
    """Where an import stands."""

    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


class LeadImport(Aggregate):
    """A file on its way in: how far it got, and what became of its rows."""

    meta: ClassVar[dict[str, Any]] = {
        "collection": "lead_imports",
        "indexes": [
            {"fields": ["created_by", "-create_time", "-_id"], "name": "created_by"},
            {"fields": ["-create_time", "-_id"], "name": "newest"},
        ],
    }
    not_found = ImportNotFound

    state: str = mongoengine.StringField(default=ImportState.RUNNING)
    # Empty once the file is deleted.
    file_id: str = mongoengine.StringField(default="")
    file_name: str = mongoengine.StringField(default="")
    sha256: str = mongoengine.StringField(default="")
    validate_only: bool = mongoengine.BooleanField(default=False)
    # Our field -> the file's column, with what the saved mapping said in the version that it had.
    columns: dict[str, str] = PlainField(default=dict)
    mapping_id: str = mongoengine.StringField(default="")
    mapping_version: int = mongoengine.IntField(default=0)
    rows_total: int = mongoengine.IntField(default=0)
    # The first so many rows are dealt with for good; after a kill the import goes on behind them.
    rows_read: int = mongoengine.IntField(default=0)
    created: int = mongoengine.IntField(default=0)
    unchanged: int = mongoengine.IntField(default=0)
    bad: int = mongoengine.IntField(default=0)
    created_by: str = mongoengine.StringField(default="")
    create_time: datetime = mongoengine.DateTimeField()
    end_time: datetime | None = mongoengine.DateTimeField()
    failure: str = mongoengine.StringField(default="")

    def start(self) -> None:
        """Have the worker read it."""
        self.emit(announcements.lead_import_started(self))

    def advance(self, rows: int, *, created: int, unchanged: int, bad: int) -> None:
        """So many more rows are dealt with."""
        self.rows_read += rows
        self.created += created
        self.unchanged += unchanged
        self.bad += bad

    def end(self, state: ImportState, at: datetime, failure: str = "") -> None:
        """Nothing more happens to it, but for its file, which is deleted later."""
        self.state, self.end_time, self.failure = state, at, failure
        self.schedule(FORGET_FILE, at + FILE_KEPT)
        self.emit(announcements.lead_import_finished(self))

    def cancel_import(self, at: datetime) -> None:
        """Stop before the next chunk; repeating it changes nothing. Raises ImportEnded."""
        if self.state == ImportState.CANCELLED:
            return
        if self.state != ImportState.RUNNING:
            raise ImportEnded(f"the import is {self.state}", import_id=self.id)
        self.end(ImportState.CANCELLED, at)


class ImportChunk(Aggregate):
    """The problems of one chunk of rows, written again under the same id when the chunk is read again."""

    meta: ClassVar[dict[str, Any]] = {
        "collection": "import_chunks",
        "indexes": [{"fields": ["import_id", "first_row"], "name": "import"}],
        # It tells what stands in the kept file; nobody changes it.
        "audited": False,
    }

    import_id: str = mongoengine.StringField(required=True)
    first_row: int = mongoengine.IntField(required=True)
    # row, field, problem, zh, en.
    problems: list[dict[str, Any]] = PlainField(default=list)
