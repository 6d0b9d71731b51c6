"""What leads stores. Each document guards its own steps; commands load, decide and commit."""

from services.leads.documents.account import Account
from services.leads.documents.account_merge import AccountMerge
from services.leads.documents.account_money import AccountMoney
from services.leads.documents.account_money_risk import AccountMoneyRisk
from services.leads.documents.asset import Asset, AssetEdition, AssetUse
from services.leads.documents.attention_policy import AttentionPolicy
from services.leads.documents.channel_cost import ChannelCost
from services.leads.documents.check_in import CheckInRecord
from services.leads.documents.column_mapping import ColumnMapping
from services.leads.documents.competitor_list import CompetitorList
from services.leads.documents.confirmer import Confirmer
from services.leads.documents.customer_stock import CustomerStock
from services.leads.documents.duplicate_dismissal import DuplicateDismissal
from services.leads.documents.engagement import Engagement
from services.leads.documents.engagement_signal import EngagementSignal
from services.leads.documents.focus_day import FocusDay
from services.leads.documents.following import FOLLOWING
from services.leads.documents.hand_over import HandOver
from services.leads.documents.intake_form import IntakeForm
from services.leads.documents.lead import Lead
from services.leads.documents.lead_import import ImportChunk, LeadImport
from services.leads.documents.loss_reason import LossReason
from services.leads.documents.nurture_package import NurturePackage
from services.leads.documents.nurture_run import NurtureRun
from services.leads.documents.opportunity import Opportunity
from services.leads.documents.ownership_conflict import OwnershipConflict
from services.leads.documents.proposal import Proposal
from services.leads.documents.rate_window import RateWindow
from services.leads.documents.refused_jump import RefusedJump
from services.leads.documents.responsibility_entry import ResponsibilityEntry
from services.leads.documents.risk_script import RiskScript
from services.leads.documents.salesperson import Salesperson
from services.leads.documents.stored_policy import PolicyVersion, StoredPolicy
from services.leads.documents.stored_sla_policy import StoredSlaPolicy
from services.leads.documents.suggestion import Suggestion
from services.leads.documents.timeline_entry import TimelineEntry
from services.leads.documents.visit import Visit
from services.leads.documents.voice import Voice
from services.leads.documents.voice_dictionary import VoiceDictionary
from services.leads.documents.webhook_source import WebhookDelivery, WebhookSource
from services.leads.documents.weekly_three import WeeklyReminder, WeeklyThree

__all__ = [
    "FOLLOWING",
    "Account",
    "AccountMerge",
    "AccountMoney",
    "AccountMoneyRisk",
    "Asset",
    "AssetEdition",
    "AssetUse",
    "AttentionPolicy",
    "ChannelCost",
    "CheckInRecord",
    "ColumnMapping",
    "CompetitorList",
    "Confirmer",
    "CustomerStock",
    "DuplicateDismissal",
    "Engagement",
    "EngagementSignal",
    "FocusDay",
    "HandOver",
    "ImportChunk",
    "IntakeForm",
    "Lead",
    "LeadImport",
    "LossReason",
    "NurturePackage",
    "NurtureRun",
    "Opportunity",
    "OwnershipConflict",
    "PolicyVersion",
    "Proposal",
    "RateWindow",
    "RefusedJump",
    "ResponsibilityEntry",
    "RiskScript",
    "Salesperson",
    "StoredPolicy",
    "StoredSlaPolicy",
    "Suggestion",
    "TimelineEntry",
    "Visit",
    "Voice",
    "VoiceDictionary",
    "WebhookDelivery",
    "WebhookSource",
    "WeeklyReminder",
    "WeeklyThree",
]
