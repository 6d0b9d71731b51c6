"""Who may do what with stores: head office all of them, regional supervisors their region, store managers their own."""

from collections.abc import Mapping

from chassis.access import Grant, Rule, Scope
from contracts.roles import Role

_OWNERS: Mapping[str, Grant] = {
    Role.ADMIN: Grant(),
    Role.DIRECTOR: Grant(),
    Role.GENERAL_MANAGER: Grant(),
}
_HEAD_OFFICE: Mapping[str, Grant] = {**_OWNERS, Role.MARKETING: Grant(), Role.FINANCE: Grant()}
_FIELD: Mapping[str, Grant] = {
    Role.REGIONAL_SUPERVISOR: Grant(Scope.REGION),
    Role.STORE_MANAGER: Grant(Scope.STORES),
}
_READERS: Mapping[str, Grant] = {**_HEAD_OFFICE, **_FIELD}

RULES = (
    Rule("stores.BatchPutStores", _OWNERS),
    Rule("stores.GetStore", _READERS),
    Rule("stores.ListStores", _READERS),
    Rule("stores.BatchPutSkus", {**_OWNERS, Role.MARKETING: Grant()}),
    Rule("stores.BatchPutMembers", {**_OWNERS, Role.MARKETING: Grant()}),
    Rule("stores.BatchCreateEnrolmentCodes", {**_OWNERS, **_FIELD}),
    Rule("stores.EnrolTerminal", public=True),
    Rule("stores.RevokeTerminal", {**_OWNERS, **_FIELD, Role.SRE: Grant()}),
    # The edge of the gateway looks up the keys of terminals.
    Rule("stores.GetTerminal", {**_READERS, Role.SRE: Grant(), Role.GATEWAY: Grant()}),
    Rule("stores.ListTerminals", {**_READERS, Role.SRE: Grant()}),
    # Whether numbers are lost is for head office and the stores' supervisors, not for the till's own manager alone.
    Rule("stores.ConfirmNumberJump", {**_OWNERS, **_FIELD}),
    Rule("stores.DeclareLoss", {**_OWNERS, Role.REGIONAL_SUPERVISOR: Grant(Scope.REGION)}),
    Rule("stores.RequestResend", {**_OWNERS, **_FIELD, Role.SRE: Grant()}),
    # Terminals ask for it through the edge of the gateway.
    Rule("stores.ListReceiptOutcomes", {**_READERS, Role.SRE: Grant(), Role.GATEWAY: Grant()}),
    # Finance checks amounts; who bought is none of its business.
    Rule("stores.GetReceipt", {**_READERS, Role.FINANCE: Grant(hidden=("receipt.member_id",))}),
    Rule("stores.ListReceiptProblems", {**_READERS, Role.SRE: Grant()}),
    Rule("stores.GetRanking", _READERS),
    Rule("stores.GetHourlyFigures", _READERS),
    Rule("stores.GetProductPenetration", _READERS),
    Rule("stores.ListSkuFigures", _READERS),
    Rule("stores.GetStoreRanking", _READERS),
    Rule("stores.WatchRanking", _READERS),
    Rule("stores.GetStoreDayHeatmap", _READERS),
    Rule("stores.GetWeekHeatmap", _READERS),
    Rule("stores.GetGeography", _READERS),
    Rule("stores.GetSkuSetPenetration", _READERS),
    Rule("stores.GetMemberFigures", {**_OWNERS, Role.MARKETING: Grant(), **_FIELD}),
    Rule("stores.GetDayStatement", _READERS),
    Rule("stores.RecordCountedCash", {**_OWNERS, Role.FINANCE: Grant(), **_FIELD}),
)
