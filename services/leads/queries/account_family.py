"""An account with all those that were merged into it: their records are shown together."""

from services.leads.documents import Account


def family_of(account_id: str) -> list[str]:
    """The account's id first, then those of all that are part of it, however many merges ago."""
    family = [account_id]
    newest = [account_id]
    while newest:
        found = Account.collection().find({"merged_into": {"$in": newest}}, {"_id": 1})
        newest = [row["_id"] for row in found if row["_id"] not in family]
        family += newest
    return family
