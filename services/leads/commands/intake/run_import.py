"""Carry out an import, chunk by chunk."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from chassis import files, principal
from chassis.bulk import CHUNK, insert_many_committed
from chassis.clocks import clock
from chassis.documents import VersionConflict
from chassis.ids import derived_id
from chassis.principal import Principal
from services.leads.commands.intake.import_leads import intake_key
from services.leads.commands.intake.start_import import read_table
from services.leads.documents import ImportChunk, Lead, LeadImport
from services.leads.documents.lead_import import ImportState
from services.leads.domain.errors import LeadsError
from services.leads.domain.intake.import_file import ReadRow, RowDraft, read_rows

OPERATION = "leads.StartImport"


@dataclass(frozen=True)
class _Chunk:
    """Rows that are committed together. `drafts` are those whose key no earlier row of the file has."""

    first: int
    rows: Sequence[ReadRow]
    drafts: Sequence[RowDraft]

    @property
    def end(self) -> int:
        return self.first + len(self.rows)


def run_import(import_id: str, *, normalise_phone: Callable[[str], str]) -> None:
    """Read the file from the first row that is not dealt with to the end, unless it is cancelled meanwhile.

    May be cut off and called again at any moment, also twice at once: rows are known by their keys, and progress is
    written with the version that it was read with. Raises ImportNotFound, VersionConflict.
    """
    lead_import = LeadImport.load(import_id)
    # The audit names who sent the file, not the worker.
    with principal.acting(Principal(lead_import.created_by), OPERATION):
        try:
            _run(lead_import, normalise_phone)
        except LeadsError as error:
            lead_import.end(ImportState.FAILED, clock.now(), error.message)
            lead_import.commit(why=error.reason)


def _run(lead_import: LeadImport, normalise_phone: Callable[[str], str]) -> None:
    if lead_import.state != ImportState.RUNNING:
        return
    for chunk in _chunks(lead_import, normalise_phone):
        if chunk.end <= lead_import.rows_read:
            continue
        created = _take_in(lead_import, chunk)
        bad = _keep_problems(lead_import, chunk)
        lead_import = _recorded(lead_import, chunk, created, bad)
        if lead_import.state != ImportState.RUNNING:
            return
    if lead_import.state == ImportState.RUNNING:
        lead_import.end(ImportState.DONE, clock.now())
        lead_import.commit()


def _recorded(lead_import: LeadImport, chunk: _Chunk, created: int, bad: int) -> LeadImport:
    """The import with this chunk counted. Raises VersionConflict when somebody else carries it out."""
    counted = {"created": created, "unchanged": len(chunk.rows) - bad - created, "bad": bad}
    try:
        lead_import.advance(len(chunk.rows), **counted)
        lead_import.commit()
        return lead_import
    except VersionConflict:
        stored = LeadImport.load(lead_import.id)
        if stored.state != ImportState.CANCELLED or stored.rows_read != chunk.first:
            raise
    # Cancelled meanwhile: what this chunk brought is counted all the same.
    stored.advance(len(chunk.rows), **counted)
    stored.commit()
    return stored


def _chunks(lead_import: LeadImport, normalise_phone: Callable[[str], str]) -> Iterator[_Chunk]:
    _, content = files.read(lead_import.file_id)
    rows = read_rows(read_table(content), lead_import.columns, normalise_phone)
    keys: set[str] = set()
    first = 0
    while together := list(islice(rows, CHUNK)):
        drafts = []
        for row in together:
            if row.draft is not None and (key := intake_key(row.draft)) not in keys:
                keys.add(key)
                drafts.append(row.draft)
        yield _Chunk(first, together, drafts)
        first += len(together)


def _take_in(lead_import: LeadImport, chunk: _Chunk) -> int:
    """How many leads this import made of the chunk, those of an earlier attempt included."""
    there = _there_already(chunk.drafts)
    missing = [draft for draft in chunk.drafts if intake_key(draft) not in there]
    own = sum(1 for draft in chunk.drafts if there.get(intake_key(draft)) == (lead_import.id, draft.row))
    if lead_import.validate_only:
        return len(missing)
    at = clock.now()
    leads = []
    for draft in missing:
        lead = Lead.taken_in(draft.draft, [intake_key(draft)], at)
        lead.import_id, lead.import_row = lead_import.id, draft.row
        leads.append(lead)
    refused = insert_many_committed(leads, why=f"import {lead_import.id}")
    return own + len(leads) - len(refused)


def _there_already(drafts: Sequence[RowDraft]) -> dict[str, tuple[str, int]]:
    """Intake key -> the import and the row that brought it."""
    keys = [intake_key(draft) for draft in drafts]
    shown = {"intake_keys": 1, "import_id": 1, "import_row": 1}
    return {
        key: (found.get("import_id", ""), found.get("import_row", 0))
        for found in Lead.collection().find({"intake_keys": {"$in": keys}}, shown)
        for key in found["intake_keys"]
    }


def _keep_problems(lead_import: LeadImport, chunk: _Chunk) -> int:
    """The number of bad rows; what is wrong with them is kept under an id that a second attempt meets again."""
    problems = [
        {"row": row.row, "field": problem.field, "problem": problem.problem, **problem.description}
        for row in chunk.rows
        for problem in row.problems
    ]
    if problems:
        kept = ImportChunk(
            id=derived_id(lead_import.id, str(chunk.first)),
            import_id=lead_import.id,
            first_row=chunk.first,
            problems=problems,
        )
        ImportChunk.collection().replace_one({"_id": kept.id}, kept.to_mongo().to_dict(), upsert=True)
    return sum(1 for row in chunk.rows if row.problems)
