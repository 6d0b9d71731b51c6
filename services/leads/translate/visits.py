"""Visits, stock and focus: from stored values to protobuf and back."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from saleloop.leads.v1 import leads_service_pb2 as leads_pb
from saleloop.leads.v1 import visits_service_pb2 as pb
from services.leads.commands.visits import Note, StockOutcome
from services.leads.documents import CompetitorList, FocusDay
from services.leads.domain.errors import FieldProblem
from services.leads.domain.visits import reorder
from services.leads.domain.visits.competitors import Competitor
from services.leads.queries.visits.visits import FieldPrecision
from services.leads.translate.leads import row_problem_to_proto
from services.leads.translate.values import Row, moment, timestamp

_STATES: "Mapping[str, pb.VisitState.ValueType]" = {
    "parsed": pb.VISIT_STATE_PARSED,
    "confirmed": pb.VISIT_STATE_CONFIRMED,
}
_STATE_WORDS = {number: word for word, number in _STATES.items()}
_ACTION_STATES: "Mapping[str, pb.NextActionState.ValueType]" = {
    "": pb.NEXT_ACTION_STATE_UNSPECIFIED,
    "open": pb.NEXT_ACTION_STATE_OPEN,
    "done": pb.NEXT_ACTION_STATE_DONE,
}


def visit_state_word(number: "pb.VisitState.ValueType") -> str:
    """VISIT_STATE_PARSED -> parsed; unspecified is empty. Raises FieldProblem."""
    if number and number not in _STATE_WORDS:
        raise FieldProblem("state", "UNKNOWN_STATE", "未知状态", "unknown state")
    return _STATE_WORDS.get(number, "")


def note_from(request: pb.RecordVisitRequest) -> Note:
    """What the request says about the visit."""
    visit_time = moment(request.visit_time, "visit_time") if request.HasField("visit_time") else None
    return Note(request.text, request.is_dictated, visit_time, request.voice_sentence)


def corrections_from(request: pb.ConfirmVisitRequest) -> dict[str, Any]:
    """The corrected fields in the form in which a visit keeps them; an unknown name maps to None."""
    fields = request.fields
    action, window = fields.next_action, fields.purchase_window
    due = moment(action.due_time, "fields.next_action.due_time") if action.HasField("due_time") else None
    stored = {
        "competitors": [{"name": each.name.strip(), "words": each.words} for each in fields.competitors],
        "concerns": [{"category": each.category, "words": each.words} for each in fields.concerns],
        "purchase_window": {"first_day": window.first_day, "last_day": window.last_day, "words": window.words}
        if fields.HasField("purchase_window")
        else None,
        "next_action": {"text": action.text, "due_time": due} if fields.HasField("next_action") else None,
    }
    return {name: stored.get(name) for name in request.corrected}


def visit_to_proto(row: Row) -> pb.Visit:
    """A stored visit."""
    return pb.Visit(
        id=row["_id"],
        account_id=row["account_id"],
        company=row["company"],
        owner_id=row["owner_id"],
        recorded_by=row["recorded_by"],
        text=row["text"],
        is_dictated=row["is_dictated"],
        visit_time=timestamp(row["visit_time"]),
        state=_STATES[row["state"]],
        parsed=_note_fields(row["parsed"]),
        fields=_note_fields(row["fields"]),
        corrections=[
            pb.FieldCorrection(field=each["field"], corrected_by=each["by"], correct_time=timestamp(each["time"]))
            for each in row["corrections"]
        ],
        next_action_state=_ACTION_STATES[row["next_action_state"]],
        next_action_done_time=timestamp(row.get("next_action_done_time")),
        voice_sentence=row["voice_sentence"],
        photos=map(photo_to_proto, row["photos"]),
        create_time=timestamp(row["create_time"]),
        confirm_time=timestamp(row.get("confirm_time")),
        confirmed_by=row["confirmed_by"],
        version=row["version"],
    )


def photo_to_proto(photo: Row) -> pb.SitePhoto:
    """A photo of a visit, without its content."""
    return pb.SitePhoto(
        id=photo["id"],
        media_type=photo["media_type"],
        size_bytes=photo["size"],
        caption=photo["caption"],
        create_time=timestamp(photo["create_time"]),
    )


def precision_to_proto(found: FieldPrecision) -> pb.FieldPrecision:
    """How well one field is read."""
    return pb.FieldPrecision(
        field=found.field, confirmed=found.confirmed, corrected=found.corrected, precision_bp=found.precision_bp
    )


def competitors_from(messages: Sequence[pb.Competitor]) -> list[Competitor]:
    """The dictionary of the request."""
    return [Competitor(each.name, tuple(each.aliases), tuple(each.not_in)) for each in messages]


def competitors_to_proto(stored: CompetitorList) -> list[pb.Competitor]:
    """The stored dictionary."""
    return [pb.Competitor(name=each.name, aliases=each.aliases, not_in=each.not_in) for each in stored.dictionary()]


def stock_outcome_to_proto(outcome: StockOutcome) -> pb.ImportCustomerStockResponse:
    """What became of an import."""
    return pb.ImportCustomerStockResponse(
        created=outcome.created,
        changed=outcome.changed,
        unchanged=outcome.unchanged,
        problems=map(row_problem_to_proto, outcome.problems),
    )


def stock_to_proto(row: Row) -> pb.CustomerStock:
    """What a customer has of a product."""
    purchases = [date.fromisoformat(day) for day in row["purchase_dates"]]
    return pb.CustomerStock(
        account_id=row["account_id"],
        company=row["company"],
        sku=row["sku"],
        on_hand=row["on_hand"],
        safety_level=row["safety_level"],
        last_purchase_date=row["purchase_dates"][-1] if row["purchase_dates"] else "",
        balance_minor=row["balance_minor"],
        is_below_safety_level=row["is_below"],
        usual_interval_days=reorder.usual_interval_days(purchases),
        update_time=timestamp(row["update_time"]),
    )


def focus_to_proto(focus: FocusDay) -> pb.DailyFocus:
    """What to act on, best first."""
    return pb.DailyFocus(
        salesperson_id=focus.owner_id,
        day=focus.day,
        items=[
            pb.FocusItem(
                account_id=item["account_id"],
                company=item["company"],
                score_milli=item["score_milli"],
                parts=[pb.FocusPart(**part) for part in item["parts"]],
                is_done=item["is_done"],
            )
            for item in focus.items
        ],
        compute_time=timestamp(focus.compute_time),
    )


def _note_fields(stored: Row) -> pb.NoteFields:
    window, action = stored["purchase_window"], stored["next_action"]
    return pb.NoteFields(
        competitors=[pb.CompetitorMention(**each) for each in stored["competitors"]],
        purchase_window=window and pb.PurchaseWindow(**window),
        concerns=[pb.TechnicalConcern(**each) for each in stored["concerns"]],
        next_action=action and next_action_to_proto(action),
    )


def next_action_to_proto(stored: Row) -> leads_pb.NextAction:
    """A stored plan."""
    return leads_pb.NextAction(text=stored["text"], due_time=timestamp(stored["due_time"]))
