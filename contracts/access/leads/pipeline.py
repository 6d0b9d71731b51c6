"""Who may do what: opportunities, proposals, losses, and the timeline of an account.

Deals are worked on by their owners and those who lead them. Customer success reads an account's history before
it calls.
"""

from chassis.access import Grant, Rule
from contracts.access.leads.leads import LEADERS, SALES_LINE
from contracts.roles import Role

_POLICY_MAKERS = {role: Grant() for role in (Role.DIRECTOR, Role.GENERAL_MANAGER, Role.ADMIN)}
_READERS = {**SALES_LINE, Role.CUSTOMER_SUCCESS: Grant()}

RULES = (
    Rule("leads.OpenOpportunity", {Role.SALESPERSON: SALES_LINE[Role.SALESPERSON]}),
    Rule("leads.GetOpportunity", SALES_LINE),
    Rule("leads.ListOpportunities", SALES_LINE),
    Rule("leads.UpdateOpportunity", SALES_LINE),
    Rule("leads.UpdateSurvey", SALES_LINE),
    Rule("leads.MoveOpportunity", SALES_LINE),
    Rule("leads.UploadAcceptance", SALES_LINE),
    Rule("leads.CloseWon", SALES_LINE),
    Rule("leads.CloseLost", SALES_LINE),
    Rule("leads.ReopenOpportunity", SALES_LINE),
    Rule("leads.ListRefusedJumps", SALES_LINE),
    Rule("leads.ListCoaching", SALES_LINE),
    Rule("leads.ListWonCases", SALES_LINE),
    Rule("leads.ListLossReasons", {role: Grant() for role in (*SALES_LINE, Role.MARKETING, Role.ADMIN)}),
    Rule("leads.PutLossReason", _POLICY_MAKERS),
    Rule("leads.ExplainWinRate", LEADERS),
    Rule("leads.CreateProposal", SALES_LINE),
    Rule("leads.GetProposal", SALES_LINE),
    Rule("leads.ListProposals", SALES_LINE),
    Rule("leads.GetProposalPdf", SALES_LINE),
    # The mail system calls with an administrator's account: whoever sells cannot vouch for his own delivery.
    Rule("leads.RecordDeliveryReceipt", {Role.ADMIN: Grant()}),
    Rule("leads.DeliverProposal", SALES_LINE),
    Rule("leads.OpenProposal", public=True),
    Rule("leads.ListTimeline", _READERS),
    Rule("leads.LogTouch", {Role.SALESPERSON: SALES_LINE[Role.SALESPERSON]}),
)
