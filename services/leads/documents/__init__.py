"""What leads stores. Each document guards its own steps; commands load, decide and commit."""

from services.leads.documents.account import Account
from services.leads.documents.account_money_risk import AccountMoneyRisk
from services.leads.documents.asset import Asset, AssetEdition, AssetUse
from services.leads.documents.attention_policy import AttentionPolicy
from services.leads.documents.engagement import Engagement
from services.leads.documents.engagement_signal import EngagementSignal
from services.leads.documents.lead import Lead
from services.leads.documents.nurture_package import NurturePackage
from services.leads.documents.nurture_run import NurtureRun
from services.leads.documents.opportunity import Opportunity
from services.leads.documents.responsibility_entry import ResponsibilityEntry
from services.leads.documents.risk_script import RiskScript
from services.leads.documents.salesperson import Salesperson
from services.leads.documents.stored_policy import StoredPolicy
from services.leads.documents.suggestion import Suggestion
from services.leads.documents.timeline_entry import TimelineEntry
from services.leads.documents.voice import Voice
from services.leads.documents.voice_dictionary import VoiceDictionary
from services.leads.documents.weekly_three import WeeklyReminder, WeeklyThree

__all__ = [
    "Account",
    "AccountMoneyRisk",
    "Asset",
    "AssetEdition",
    "AssetUse",
    "AttentionPolicy",
    "Engagement",
    "EngagementSignal",
    "Lead",
    "NurturePackage",
    "NurtureRun",
    "Opportunity",
    "ResponsibilityEntry",
    "RiskScript",
    "Salesperson",
    "StoredPolicy",
    "Suggestion",
    "TimelineEntry",
    "Voice",
    "VoiceDictionary",
    "WeeklyReminder",
    "WeeklyThree",
]
