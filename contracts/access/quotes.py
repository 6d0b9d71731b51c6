"""Who may see, price, approve and sign quotes.

Salespeople reach their own quotes, supervisors their team's, regional managers their region's; those who answer for
the whole company reach all. What a product costs is shown to finance only. Whether a person decides a certain step
is a rule of the quote (its approvers), not of this table.
"""

from chassis.access import Grant, Rule, Scope
from contracts.roles import Role

_SELLERS: dict[str, Grant] = {
    Role.SALESPERSON: Grant(Scope.OWN),
    Role.SUPERVISOR: Grant(Scope.TEAM),
}
_REGION: dict[str, Grant] = {Role.REGIONAL_MANAGER: Grant(Scope.REGION)}
_HEAD_OFFICE: dict[str, Grant] = {
    Role.FINANCE: Grant(),
    Role.LEGAL: Grant(),
    Role.DIRECTOR: Grant(),
    Role.GENERAL_MANAGER: Grant(),
}
_READERS: dict[str, Grant] = _SELLERS | _REGION | _HEAD_OFFICE
APPROVERS: dict[str, Grant] = {Role.SUPERVISOR: Grant(Scope.TEAM)} | _REGION | _HEAD_OFFICE
# They set names and prices; the cost stays finance's.
_KEEPERS: dict[str, Grant] = dict.fromkeys((Role.ADMIN, Role.DIRECTOR), Grant(hidden=("product.cost_minor",)))


def _catalogue(field: str) -> dict[str, Grant]:
    """Everybody inside reads the catalogue; its cost only finance."""
    hidden = Grant(hidden=(f"{field}.cost_minor",))
    readers: tuple[str, ...] = (
        Role.ADMIN,
        Role.DIRECTOR,
        Role.GENERAL_MANAGER,
        Role.REGIONAL_MANAGER,
        Role.SUPERVISOR,
        Role.SALESPERSON,
        Role.MARKETING,
        Role.LEGAL,
        Role.CUSTOMER_SUCCESS,
        Role.REGIONAL_SUPERVISOR,
        Role.STORE_MANAGER,
    )
    return dict.fromkeys(readers, hidden) | {Role.FINANCE: Grant()}


RULES = (
    Rule("quotes.PutProduct", {**_KEEPERS, Role.FINANCE: Grant()}),
    Rule("quotes.GetProduct", _catalogue("product")),
    Rule("quotes.ListProducts", _catalogue("products")),
    Rule("quotes.CreateQuote", _SELLERS),
    Rule("quotes.UpdateQuote", _SELLERS),
    Rule("quotes.SubmitQuote", _SELLERS),
    Rule("quotes.GetSignLink", _SELLERS),
    Rule("quotes.GetQuote", _READERS),
    Rule("quotes.ListQuotes", _READERS),
    Rule("quotes.PreviewApproval", _READERS),
    Rule("quotes.GetQuotePdf", _READERS),
    Rule("quotes.ApproveQuote", APPROVERS),
    Rule("quotes.ReturnQuote", APPROVERS),
    Rule("quotes.RejectQuote", APPROVERS),
    Rule("quotes.GetSignPage", public=True),
    Rule("quotes.GetSignPagePdf", public=True),
    Rule("quotes.SignQuote", public=True),
    Rule("quotes.GetApprovalPolicy", _READERS | {Role.ADMIN: Grant()}),
    Rule(
        "quotes.UpdateApprovalPolicy",
        {Role.ADMIN: Grant(), Role.DIRECTOR: Grant(), Role.GENERAL_MANAGER: Grant()},
    ),
)
