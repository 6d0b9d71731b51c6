"""The coded values of attention: stored words and their numbers in the contract."""

from typing import Any

from saleloop.leads.v1 import attention_service_pb2 as pb
from services.leads.domain.attention.asset import AssetKind
from services.leads.domain.attention.engagement import SignalKind
from services.leads.domain.attention.nurture import StepKind
from services.leads.domain.attention.suggestion import SuggestionState
from services.leads.domain.attention.voice import VoiceState
from services.leads.domain.errors import FieldProblem


def step_kind_number(word: str) -> "pb.NurtureStepKind.ValueType":
    """case -> NURTURE_STEP_KIND_CASE."""
    return pb.NurtureStepKind.Value(f"NURTURE_STEP_KIND_{word.upper()}")


def step_kind_from(number: "pb.NurtureStepKind.ValueType", field: str) -> StepKind:
    """Raises FieldProblem."""
    return StepKind(_word(pb.NurtureStepKind, "NURTURE_STEP_KIND_", number, field, required=True))


def run_state_number(word: str) -> "pb.NurtureRunState.ValueType":
    """running -> NURTURE_RUN_STATE_RUNNING."""
    return pb.NurtureRunState.Value(f"NURTURE_RUN_STATE_{word.upper()}")


def run_state_word(number: "pb.NurtureRunState.ValueType") -> str:
    """Empty when unspecified. Raises FieldProblem."""
    return _word(pb.NurtureRunState, "NURTURE_RUN_STATE_", number, "state")


def signal_kind_number(word: str) -> "pb.SignalKind.ValueType":
    """document_opened -> SIGNAL_KIND_DOCUMENT_OPENED."""
    return pb.SignalKind.Value(f"SIGNAL_KIND_{word.upper()}")


def signal_kind_from(number: "pb.SignalKind.ValueType") -> SignalKind:
    """Raises FieldProblem."""
    return SignalKind(_word(pb.SignalKind, "SIGNAL_KIND_", number, "kind", required=True))


def voice_state_number(word: str) -> "pb.VoiceState.ValueType":
    """open -> VOICE_STATE_OPEN."""
    return pb.VoiceState.Value(f"VOICE_STATE_{word.upper()}")


def voice_state_from(number: "pb.VoiceState.ValueType") -> VoiceState | None:
    """None when unspecified. Raises FieldProblem."""
    word = _word(pb.VoiceState, "VOICE_STATE_", number, "state")
    return VoiceState(word) if word else None


def suggestion_state_number(word: str) -> "pb.SuggestionState.ValueType":
    """open -> SUGGESTION_STATE_OPEN."""
    return pb.SuggestionState.Value(f"SUGGESTION_STATE_{word.upper()}")


def suggestion_state_from(number: "pb.SuggestionState.ValueType") -> SuggestionState | None:
    """None when unspecified. Raises FieldProblem."""
    word = _word(pb.SuggestionState, "SUGGESTION_STATE_", number, "state")
    return SuggestionState(word) if word else None


def weekly_kind_number(word: str) -> "pb.WeeklyItemKind.ValueType":
    """problem -> WEEKLY_ITEM_KIND_PROBLEM."""
    return pb.WeeklyItemKind.Value(f"WEEKLY_ITEM_KIND_{word.upper()}")


def asset_kind_number(word: str) -> "pb.AssetKind.ValueType":
    """solution -> ASSET_KIND_SOLUTION."""
    return pb.AssetKind.Value(f"ASSET_KIND_{word.upper()}")


def asset_kind_from(number: "pb.AssetKind.ValueType") -> AssetKind | None:
    """None when unspecified. Raises FieldProblem."""
    word = _word(pb.AssetKind, "ASSET_KIND_", number, "kind")
    return AssetKind(word) if word else None


def asset_kind_required(number: "pb.AssetKind.ValueType") -> AssetKind:
    """Raises FieldProblem, also when unspecified."""
    return AssetKind(_word(pb.AssetKind, "ASSET_KIND_", number, "kind", required=True))


def order_is_likes(number: "pb.SuggestionOrder.ValueType") -> bool:
    """Unspecified means the newest first. Raises FieldProblem."""
    return _word(pb.SuggestionOrder, "SUGGESTION_ORDER_", number, "order") == "likes"


def _word(enum: Any, prefix: str, number: int, field: str, *, required: bool = False) -> str:
    """The stored word of a number; empty for 0. Raises FieldProblem."""
    if number == 0 and not required:
        return ""
    values: dict[int, str] = {value: name for name, value in enum.items()}
    if number == 0 or number not in values:
        raise FieldProblem(field, "UNKNOWN_VALUE", "未知取值", "must be one of the known values")
    return values[number].removeprefix(prefix).lower()
