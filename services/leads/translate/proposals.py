"""Proposals and the timeline between storage and protobuf."""

from collections.abc import Mapping

from saleloop.leads.v1 import pipeline_service_pb2 as pb
from services.leads.domain.errors import FieldProblem
from services.leads.translate.values import Row, timestamp

_STATES: "Mapping[str, pb.ProposalState.ValueType]" = {
    "draft": pb.PROPOSAL_STATE_DRAFT,
    "delivered": pb.PROPOSAL_STATE_DELIVERED,
}
_TOUCHES: "Mapping[pb.TouchKind.ValueType, str]" = {
    pb.TOUCH_KIND_CALL: "call",
    pb.TOUCH_KIND_VISIT: "visit",
    pb.TOUCH_KIND_MAIL: "mail",
    pb.TOUCH_KIND_CHAT: "chat",
}


def touch_word(number: "pb.TouchKind.ValueType") -> str:
    """TOUCH_KIND_CALL -> call. Raises FieldProblem."""
    if number not in _TOUCHES:
        raise FieldProblem("kind", "UNKNOWN_KIND", "请选择电话、拜访、邮件或聊天", "name call, visit, mail or chat")
    return _TOUCHES[number]


def proposal_to_proto(row: Row, path: str) -> pb.Proposal:
    """A stored proposal; `path` is the customer's link, empty where the caller gets none."""
    return pb.Proposal(
        id=row["_id"],
        opportunity_id=row["opportunity_id"],
        account_id=row["account_id"],
        company=row["company"],
        owner_id=row["owner_id"],
        state=_STATES[row["state"]],
        title=row["title"],
        text=row["text"],
        items=[pb.ProposalItem(title=item["title"], text=item["text"]) for item in row["items"]],
        recipient_name=row["recipient_name"],
        recipient_email=row["recipient_email"],
        pdf_sha256=row["pdf_sha256"],
        create_time=timestamp(row["create_time"]),
        by=row["by"],
        path=path,
        evidence=[
            pb.ProposalEvidence(kind=each["kind"], time=timestamp(each["time"]), detail=each["detail"])
            for each in row["evidence"]
        ],
        openings=[pb.ProposalOpening(day=each["day"], time=timestamp(each["time"])) for each in row["openings"]],
        deliver_time=timestamp(row.get("deliver_time")),
        version=row["version"],
    )


def timeline_entry_to_proto(row: Row) -> pb.TimelineEntry:
    """A stored line of an account's history."""
    return pb.TimelineEntry(
        id=row["_id"],
        account_id=row["account_id"],
        lead_id=row["lead_id"],
        opportunity_id=row["opportunity_id"],
        kind=row["kind"],
        source=row["source"],
        time=timestamp(row["time"]),
        by=row["by"],
        owner_id=row["owner_id"],
        why=row["why"],
        details=row["details"],
    )
