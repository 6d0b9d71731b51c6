"""Who may do what: what needs attention: nurture, engagement, accounts at risk, voices, suggestions, assets.

Whatever concerns an account follows the sales line's rows; customer success cares for all accounts. Suggestions and
assets belong to the whole staff.
"""

from collections.abc import Mapping

from chassis.access import Grant, Rule, Scope
from contracts.access.leads.leads import LEADERS, SALES_LINE
from contracts.roles import Role

_STAFF: Mapping[str, Grant] = {role: Grant() for role in Role if role not in (Role.GATEWAY, Role.PUBLIC)}
_CARING: Mapping[str, Grant] = {**SALES_LINE, Role.CUSTOMER_SUCCESS: Grant()}
_HEADS: Mapping[str, Grant] = {role: Grant() for role in (Role.GENERAL_MANAGER, Role.DIRECTOR, Role.ADMIN)}
_CONTENT: Mapping[str, Grant] = {**{role: Grant() for role in _CARING}, Role.MARKETING: Grant(), Role.ADMIN: Grant()}

RULES: tuple[Rule, ...] = (
    Rule("leads.ListNurturePackages", _CONTENT),
    Rule("leads.PutNurturePackage", {**_HEADS, Role.MARKETING: Grant()}),
    Rule("leads.StartNurture", SALES_LINE),
    Rule("leads.StopNurture", SALES_LINE),
    Rule("leads.ListNurtureRuns", SALES_LINE),
    Rule("leads.RecordEngagement", {**_CARING, Role.ADMIN: Grant(Scope.ALL)}),
    Rule("leads.GetEngagement", _CARING),
    Rule("leads.ListEngagements", _CARING),
    Rule("leads.GetAttentionPolicy", _CONTENT),
    Rule("leads.UpdateAttentionPolicy", _HEADS),
    Rule("leads.ListAccountsAtRisk", _CARING),
    Rule("leads.ListRiskScripts", _CONTENT),
    Rule("leads.UpdateRiskScript", {**_HEADS, Role.CUSTOMER_SUCCESS: Grant()}),
    Rule("leads.AddVoice", _CARING),
    Rule("leads.ListVoices", _CARING),
    Rule("leads.ResolveVoice", _CARING),
    Rule("leads.GetVoiceWall", _CARING),
    Rule("leads.GetVoiceThemes", _CONTENT),
    Rule("leads.UpdateVoiceThemes", {**_HEADS, Role.MARKETING: Grant()}),
    Rule("leads.CreateSuggestion", _STAFF),
    Rule("leads.ListSuggestions", _STAFF),
    Rule("leads.LikeSuggestion", _STAFF),
    Rule("leads.UnlikeSuggestion", _STAFF),
    Rule("leads.AnswerSuggestion", {**{role: Grant() for role in LEADERS}, Role.ADMIN: Grant()}),
    Rule("leads.GetWeeklyThree", {Role.DIRECTOR: Grant()}),
    Rule("leads.TickWeeklyItem", {Role.DIRECTOR: Grant()}),
    Rule("leads.CreateAsset", _CONTENT),
    Rule("leads.UpdateAsset", _CONTENT),
    Rule("leads.GetAsset", _CONTENT),
    Rule("leads.GetAssetFile", _CONTENT),
    Rule("leads.SearchAssets", _CONTENT),
    Rule("leads.MarkAssetUsed", _CARING),
    Rule("leads.ListAssetAuthors", _CONTENT),
)
