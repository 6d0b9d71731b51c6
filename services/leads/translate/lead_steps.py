"""The fields of a lead that tell of its first contact, its qualification and its end."""

from typing import Any

from services.leads.translate.values import Row, timestamp


def steps_to_proto(row: Row) -> dict[str, Any]:
    """Fields of pb.Lead, from a stored lead."""
    pauses = row.get("first_contact_pauses") or [{"start_time": None, "end_time": None}]
    return {
        "first_contact_warn_time": timestamp(row.get("first_contact_warn_time")),
        "first_contact_move_time": timestamp(row.get("first_contact_move_time")),
        "pause_start_time": None if pauses[-1]["end_time"] else timestamp(pauses[-1]["start_time"]),
        "moves": row.get("moves", 0),
        "is_calendar_assumed": row.get("is_calendar_assumed", False),
        "is_contact_in_time": bool(row.get("contact_in_time")),
        "is_path_complete": row.get("path_complete", False),
        "is_path_in_time": row.get("path_in_time", False),
        "budget_confirmed_by": row.get("budget_confirmed_by", ""),
        "fit_confirmed_by": row.get("fit_confirmed_by", ""),
        "qualify_evidence": row.get("qualify_evidence", ""),
        "qualify_time": timestamp(row.get("qualify_time")),
        "close_reason": row.get("close_reason", ""),
        "close_why": row.get("close_why", ""),
        "close_time": timestamp(row.get("close_time")),
    }
