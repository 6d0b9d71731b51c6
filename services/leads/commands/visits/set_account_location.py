"""Say where an account is to be visited."""

from services.leads.documents import Account
from services.leads.domain.errors import FieldProblem
from services.leads.domain.visits.places import Place, check_place

ADDRESS_LENGTH = 300


def set_account_location(account_id: str, place: Place, address: str) -> Account:
    """The account at its place. Raises AccountNotFound, FieldProblem."""
    check_place(place, "place")
    if len(address) > ADDRESS_LENGTH:
        raise FieldProblem(
            "address", "TOO_LONG", f"最多 {ADDRESS_LENGTH} 个字符", f"at most {ADDRESS_LENGTH} characters"
        )
    account = Account.load(account_id)
    account.latitude_microdegrees = place.latitude_microdegrees
    account.longitude_microdegrees = place.longitude_microdegrees
    account.address = address.strip()
    account.commit(why="its place was set")
    return account
