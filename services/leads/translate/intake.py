"""From stored values of intake to protobuf and back."""

from collections.abc import Iterable, Mapping, Sequence

from saleloop.leads.v1 import intake_service_pb2 as pb
from saleloop.leads.v1 import leads_service_pb2 as leads_pb
from services.leads.commands.intake.webhook_sources import SourceDefinition
from services.leads.domain.errors import FieldProblem
from services.leads.domain.intake.draft import Intake
from services.leads.domain.intake.form import FormDefinition
from services.leads.queries.intake.duplicates import FoundDuplicate
from services.leads.translate.leads import account_to_proto
from services.leads.translate.values import Row, timestamp

_IMPORT_STATES: "Mapping[str, pb.ImportState.ValueType]" = {
    "running": pb.IMPORT_STATE_RUNNING,
    "done": pb.IMPORT_STATE_DONE,
    "cancelled": pb.IMPORT_STATE_CANCELLED,
    "failed": pb.IMPORT_STATE_FAILED,
}
_IMPORT_WORDS = {number: word for word, number in _IMPORT_STATES.items()}
_MERGE_STATES: "Mapping[str, pb.MergeState.ValueType]" = {
    "merged": pb.MERGE_STATE_MERGED,
    "undone": pb.MERGE_STATE_UNDONE,
}
_REASONS: "Mapping[str, pb.DuplicateReason.ValueType]" = {
    "phone": pb.DUPLICATE_REASON_PHONE,
    "name": pb.DUPLICATE_REASON_COMPANY,
}


def import_state_word(number: "pb.ImportState.ValueType") -> str:
    """IMPORT_STATE_DONE -> done; unspecified is empty. Raises FieldProblem."""
    if number == pb.IMPORT_STATE_UNSPECIFIED:
        return ""
    if number not in _IMPORT_WORDS:
        raise FieldProblem("state", "UNKNOWN_STATE", "未知状态", "unknown state")
    return _IMPORT_WORDS[number]


def changed_paths(paths: Iterable[str], known: Sequence[str]) -> frozenset[str]:
    """The fields that an update names; none means all. Raises FieldProblem for one that cannot be changed."""
    given = frozenset(paths)
    named = given - {"version", "id", "key"}
    if unknown := sorted(named - frozenset(known)):
        raise FieldProblem(
            "update_mask",
            "UNKNOWN_FIELD",
            f"不可修改的字段 {unknown[0][:50]}",
            f"only {', '.join(known)} can be changed",
        )
    return named if given else frozenset(known)


def form_from(message: pb.IntakeForm) -> FormDefinition:
    """A form as the request describes it."""
    return FormDefinition(
        key=message.key,
        title=message.title,
        channel=message.channel,
        region=message.region,
        fields=tuple(message.fields),
        active=message.active,
        language=message.language or "zh",
        address_limit=message.address_limit,
        form_limit=message.form_limit,
    )


def form_to_proto(row: Row) -> pb.IntakeForm:
    """A stored form."""
    return pb.IntakeForm(
        key=row["_id"],
        title=row["title"],
        channel=row["channel"],
        region=row["region"],
        fields=row["fields"],
        active=row["active"],
        language=row["language"],
        address_limit=row["address_limit"],
        form_limit=row["form_limit"],
        create_time=timestamp(row["create_time"]),
        version=row["version"],
    )


def submission_from(request: pb.SubmitIntakeFormRequest) -> Intake:
    """What the visitor wrote."""
    return Intake(
        company=request.company,
        phone=request.phone,
        contact_name=request.contact_name,
        region=request.region,
        budget_range=request.budget_range,
        urgency=request.urgency,
        needs=tuple(request.needs),
    )


def source_from(message: pb.WebhookSource) -> SourceDefinition:
    """A source as the request describes it."""
    return SourceDefinition(
        name=message.name,
        channel=message.channel,
        region=message.region,
        field_mapping=dict(message.field_mapping),
        active=message.active,
    )


def source_to_proto(row: Row) -> pb.WebhookSource:
    """A stored source; its secret never leaves with it."""
    return pb.WebhookSource(
        id=row["_id"],
        name=row["name"],
        channel=row["channel"],
        region=row["region"],
        field_mapping=row["field_mapping"],
        active=row["active"],
        create_time=timestamp(row["create_time"]),
        version=row["version"],
    )


def delivery_to_proto(row: Row) -> pb.WebhookDelivery:
    """A stored line of the deliveries."""
    return pb.WebhookDelivery(
        webhook_id=row["webhook_id"],
        receive_time=timestamp(row["receive_time"]),
        accepted=row["accepted"],
        lead_id=row["lead_id"],
        reason=row["reason"],
        company=row["company"],
        phone=row["masked_phone"],
    )


def mapping_to_proto(row: Row) -> pb.ColumnMapping:
    """A stored column mapping."""
    return pb.ColumnMapping(
        id=row["_id"],
        name=row["name"],
        columns=row["columns"],
        created_by=row["created_by"],
        create_time=timestamp(row["create_time"]),
        version=row["version"],
    )


def import_to_proto(row: Row, problems: Sequence[Row] = ()) -> pb.LeadImport:
    """A stored import with some of its problems."""
    return pb.LeadImport(
        id=row["_id"],
        state=_IMPORT_STATES[row["state"]],
        file_name=row["file_name"],
        sha256=row["sha256"],
        validate_only=row["validate_only"],
        columns=row["columns"],
        mapping_id=row["mapping_id"],
        mapping_version=row["mapping_version"],
        rows_total=row["rows_total"],
        rows_read=row["rows_read"],
        created=row["created"],
        unchanged=row["unchanged"],
        bad=row["bad"],
        created_by=row["created_by"],
        create_time=timestamp(row["create_time"]),
        end_time=timestamp(row.get("end_time")),
        failure=row["failure"],
        problems=map(_problem_to_proto, problems),
        version=row["version"],
    )


def duplicate_to_proto(found: FoundDuplicate) -> pb.Duplicate:
    """An account and what may be the same company."""
    return pb.Duplicate(
        account=account_to_proto(found.account),
        other=account_to_proto(found.other) if found.other else None,
        reasons=[_REASONS[reason] for reason in found.reasons],
        needs_supervisor=found.needs_supervisor,
        waiting_lead_ids=found.waiting_lead_ids,
    )


def merge_to_proto(row: Row) -> pb.AccountMerge:
    """A stored merge."""
    return pb.AccountMerge(
        id=row["_id"],
        state=_MERGE_STATES[row["state"]],
        winner_id=row["winner_id"],
        loser_id=row["loser_id"],
        owner_id=row["owner_id"],
        previous_owner_id=row["previous_owner_id"],
        why=row["why"],
        merged_by=row["merged_by"],
        merge_time=timestamp(row["merge_time"]),
        undone_by=row["undone_by"],
        undo_time=timestamp(row.get("undo_time")),
        undo_why=row["undo_why"],
        moved=sum(len(each) for each in row["moved"].values()),
        version=row["version"],
    )


def _problem_to_proto(row: Row) -> leads_pb.RowProblem:
    return leads_pb.RowProblem(
        row=row["row"],
        field=row["field"],
        reason=row["problem"],
        description={"zh": row["zh"], "en": row["en"]},
    )
