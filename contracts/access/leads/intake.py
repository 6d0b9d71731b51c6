"""Who may do what: intake beside the single lead: forms, webhooks, files, duplicates."""

from collections.abc import Mapping

from chassis.access import Grant, Rule, Scope
from contracts.access.leads.leads import SALES_LINE
from contracts.roles import Role

# Whose files of bad rows show contacts; to marketing and administrators they are masked.
SEES_CONTACTS = frozenset(SALES_LINE)
# Doors to the outside: whoever answers for channels opens and closes them.
_DOORS: Mapping[str, Grant] = {
    Role.MARKETING: Grant(),
    Role.ADMIN: Grant(),
    Role.DIRECTOR: Grant(),
    Role.GENERAL_MANAGER: Grant(),
}
# Everybody who may import sees his own imports; those who answer for the whole company see all.
_IMPORTERS: Mapping[str, Grant] = {**_DOORS, Role.SUPERVISOR: Grant(Scope.OWN), Role.REGIONAL_MANAGER: Grant(Scope.OWN)}
# Mappings hold no customers: whoever imports uses and keeps up those of the others.
_MAPPERS: Mapping[str, Grant] = {role: Grant() for role in _IMPORTERS}
_UPDATERS: Mapping[str, Grant] = {**SALES_LINE, Role.ADMIN: Grant(masked=("account.phone",))}

RULES: tuple[Rule, ...] = (
    Rule("leads.CreateIntakeForm", _DOORS),
    Rule("leads.UpdateIntakeForm", _DOORS),
    Rule("leads.GetIntakeForm", _DOORS),
    Rule("leads.ListIntakeForms", _DOORS),
    Rule("leads.GetPublicForm", public=True),
    Rule("leads.SubmitIntakeForm", public=True),
    Rule("leads.CreateWebhookSource", _DOORS),
    Rule("leads.UpdateWebhookSource", _DOORS),
    Rule("leads.RotateWebhookSecret", _DOORS),
    Rule("leads.ListWebhookSources", _DOORS),
    Rule("leads.ListWebhookDeliveries", _DOORS),
    Rule("leads.ReceiveWebhook", public=True),
    Rule("leads.CreateColumnMapping", _MAPPERS),
    Rule("leads.UpdateColumnMapping", _MAPPERS),
    Rule("leads.GetColumnMapping", _MAPPERS),
    Rule("leads.ListColumnMappings", _MAPPERS),
    Rule("leads.DeleteColumnMapping", _MAPPERS),
    Rule("leads.StartImport", _IMPORTERS),
    Rule("leads.GetImport", _IMPORTERS),
    Rule("leads.ListImports", _IMPORTERS),
    Rule("leads.CancelImport", _IMPORTERS),
    Rule("leads.GetImportBadRows", _IMPORTERS),
    Rule("leads.ListDuplicates", SALES_LINE),
    Rule("leads.DismissDuplicate", SALES_LINE),
    Rule("leads.MergeAccounts", SALES_LINE),
    Rule("leads.UndoMerge", SALES_LINE),
    Rule("leads.ListAccountMerges", SALES_LINE),
    Rule("leads.UpdateAccount", _UPDATERS),
)
