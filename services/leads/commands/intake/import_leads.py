"""Take in a file of leads."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from chassis.bulk import CHUNK, insert_many_committed
from chassis.clocks import clock
from services.leads.documents import Lead
from services.leads.documents.intake_keys import external_key, row_key
from services.leads.domain.intake.import_file import RowDraft, RowProblem, read_import


@dataclass(frozen=True)
class ImportOutcome:
    """What became of the rows. `unchanged` were there already; `created` of a validation would be new."""

    created: int
    unchanged: int
    problems: tuple[RowProblem, ...]
    lead_ids: tuple[str, ...]


def import_leads(
    content: bytes, *, columns: Mapping[str, str], validate_only: bool, normalise_phone: Callable[[str], str]
) -> ImportOutcome:
    """Take in the good rows of a CSV file and report the bad ones. Importing the same rows again changes nothing.

    Chunks are committed one by one: an import that was cut off is finished by repeating it. Raises ImportUnreadable,
    ImportMissingColumn, ImportTooLarge, FieldProblem.
    """
    file = read_import(content, columns, normalise_phone)
    # An external id that stands in several rows is one lead: the first row's.
    rows = list({intake_key(row): row for row in reversed(file.drafts)}.values())[::-1]
    created: list[str] = []
    for start in range(0, len(rows), CHUNK):
        new = _not_yet_there(rows[start : start + CHUNK])
        created += [row.key for row in new] if validate_only else _take_in(new)
    lead_ids = () if validate_only else tuple(created)
    return ImportOutcome(len(created), len(file.drafts) - len(created), file.problems, lead_ids)


def _take_in(rows: Sequence[RowDraft]) -> list[str]:
    """The ids of the leads that were new."""
    at = clock.now()
    leads = [Lead.taken_in(row.draft, [intake_key(row)], at) for row in rows]
    # Another import of the same file may run at the same time, and be first with some.
    refused = {lead.id for lead in insert_many_committed(leads, why="import")}
    return [lead.id for lead in leads if lead.id not in refused]


def _not_yet_there(rows: Sequence[RowDraft]) -> list[RowDraft]:
    keys = [intake_key(row) for row in rows]
    known: set[str] = set()
    for found in Lead.collection().find({"intake_keys": {"$in": keys}}, {"intake_keys": 1}):
        known.update(found["intake_keys"])
    return [row for row, key in zip(rows, keys, strict=True) if key not in known]


def intake_key(row: RowDraft) -> str:
    """What a row comes in under, the same whenever it is imported again."""
    if row.draft.external_id:
        return external_key(row.draft.channel, row.draft.external_id)
    return row_key(row.key)
