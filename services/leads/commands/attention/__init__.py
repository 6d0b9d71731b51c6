"""What attention can do: one function for each use case."""

from services.leads.commands.attention.add_voice import add_visit_voice, add_voice
from services.leads.commands.attention.change_policy import update_attention_policy
from services.leads.commands.attention.change_risk_script import update_risk_script
from services.leads.commands.attention.change_voice_themes import update_voice_themes
from services.leads.commands.attention.mark_asset_used import mark_asset_used
from services.leads.commands.attention.note_money import (
    note_account_risk,
    note_purchase,
    note_receivable_overdue,
    note_receivable_settled,
)
from services.leads.commands.attention.put_nurture_package import put_nurture_package
from services.leads.commands.attention.record_engagement import record_engagement
from services.leads.commands.attention.remind_of_week import plan_weekly_reminder, remind_of_week
from services.leads.commands.attention.resolve_voice import resolve_voice
from services.leads.commands.attention.start_nurture import start_nurture
from services.leads.commands.attention.stop_nurture import hand_out_step, stop_nurture, stop_nurture_of_account
from services.leads.commands.attention.suggest import answer_suggestion, create_suggestion, like_suggestion
from services.leads.commands.attention.take_weekly_three import tick_weekly_item, weekly_three_of
from services.leads.commands.attention.watch_silence import end_hot_phase, raise_silence_alarm
from services.leads.commands.attention.write_asset import AssetUpload, create_asset, update_asset

__all__ = [
    "AssetUpload",
    "add_visit_voice",
    "add_voice",
    "answer_suggestion",
    "create_asset",
    "create_suggestion",
    "end_hot_phase",
    "hand_out_step",
    "like_suggestion",
    "mark_asset_used",
    "note_account_risk",
    "note_purchase",
    "note_receivable_overdue",
    "note_receivable_settled",
    "plan_weekly_reminder",
    "put_nurture_package",
    "raise_silence_alarm",
    "record_engagement",
    "remind_of_week",
    "resolve_voice",
    "start_nurture",
    "stop_nurture",
    "stop_nurture_of_account",
    "tick_weekly_item",
    "update_asset",
    "update_attention_policy",
    "update_risk_script",
    "update_voice_themes",
    "weekly_three_of",
]
