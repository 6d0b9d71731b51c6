"""Move everything that points at an account to another one, and back."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from pymongo.client_session import ClientSession

from chassis.bulk import Changes
from chassis.documents import Aggregate
from services.leads.commands.routing.workload import move_untouched
from services.leads.documents import FOLLOWING, Account, AccountMerge, Lead, Salesperson
from services.leads.documents.merging import MOVING, Moving
from services.leads.domain.intake.errors import MergeTooLarge
from services.leads.domain.intake.merging import OWNER_FIELDS, fields_back
from services.leads.domain.lead_state import LeadState

LIMIT = 2_000  # documents in one transaction
_KEPT = tuple(each for each in FOLLOWING if each.document not in {moving.document for moving in MOVING})


class Move:
    """The moves of one transaction; `write` last."""

    def __init__(self, why: str, session: ClientSession) -> None:
        self._why, self._session = why, session
        self._changes = Changes()
        self._untouched: list[tuple[str, str, datetime, datetime]] = []
        self.count = 0

    def to_winner(self, loser: Account, winner: Account) -> dict[str, list[dict[str, Any]]]:
        """What moved, by collection, with the former values of what else changed. Raises MergeTooLarge."""
        given = owner_values(winner, self._session)
        moved: dict[str, list[dict[str, Any]]] = {}
        for moving in MOVING:
            for document in self._of_account(moving, loser.id):
                former = {"id": document.id}
                if moving.is_open(document):
                    former |= self._set(document, given)
                document.account_id = winner.id
                self._changes.add(document, self._why)
                moved.setdefault(moving.document.collection_name(), []).append(former)
        return moved

    def back_to_loser(self, merge: AccountMerge, loser: Account, winner: Account) -> None:
        """What moved and still is with the winner goes back."""
        own, given = owner_values(loser, self._session), {"owner_id": merge.owner_id}
        for moving in MOVING:
            formers = {each["id"]: each for each in merge.moved.get(moving.document.collection_name(), ())}
            if loser.owner_id != merge.previous_owner_id:  # who had it sells no longer, or gave it away with all else
                formers = {key: {n: v for n, v in each.items() if n == "region"} for key, each in formers.items()}
            found = moving.document.load_many(list(formers), session=self._session)
            for document in found.values():
                if document.account_id != winner.id:
                    continue
                present = {name: getattr(document, name) for name in OWNER_FIELDS if hasattr(document, name)}
                is_with_winner = moving.is_open(document) and document.owner_id == winner.owner_id
                back = fields_back(formers[document.id], present | {"is_with_winner": is_with_winner}, given, own)
                self._set(document, back)
                document.account_id = loser.id
                self._changes.add(document, self._why)

    def let_follow(self, loser: Account) -> None:
        """What is kept under the loser's own id stays there, and belongs to whoever owns the loser from now on."""
        given = owner_values(loser, self._session)
        for following in _KEPT:
            cls, where = following.document, {following.account: loser.id, **following.open}
            values = {name: given[name] for name in OWNER_FIELDS[:-1] if name in cls._fields}
            for row in cls.collection().find(where, {"version": 1, **dict.fromkeys(values, 1)}, session=self._session):
                self._changes.set_fields(cls, row, values, self._why)

    def write(self) -> None:
        """Raises VersionConflict."""
        self._changes.write(self._session)
        move_untouched(self._untouched, self._session)
        self._changes.accept(self._session)

    def _of_account(self, moving: Moving, account_id: str) -> Iterator[Any]:
        left = LIMIT - self.count
        cls: type[Aggregate] = moving.document
        found = cls.collection().find({"account_id": account_id}, {"outbox": 0}, session=self._session).limit(left + 1)
        for row in found:
            self.count += 1
            if self.count > LIMIT:
                raise MergeTooLarge(f"more than {LIMIT} leads and opportunities would move", account_id=account_id)
            yield cls._from_son(row)

    def _set(self, document: Any, values: Mapping[str, Any]) -> dict[str, Any]:
        """Set what differs and return how it was; a lead not yet contacted counts for its owner."""
        former = {
            name: getattr(document, name)
            for name, value in values.items()
            if hasattr(document, name) and getattr(document, name) != value
        }
        if isinstance(document, Lead):
            former.pop("region", None)  # where the interest came from, whoever owns it
            if "owner_id" in former and document.state == LeadState.ASSIGNED and document.assign_time is not None:
                assigned = document.assign_time
                self._untouched.append((former["owner_id"], values["owner_id"], assigned, assigned))
        for name in former:
            setattr(document, name, values[name])
        return former


def owner_values(account: Account, session: ClientSession) -> dict[str, str]:
    """What open work of this account says about whose it is."""
    person = Salesperson.find(account.owner_id, session=session)
    return {
        "owner_id": account.owner_id,
        "team_id": account.team_id,
        "supervisor_id": person.supervisor_id if person else "",
        "region": account.region,
    }


def meet_routing(owner_ids: set[str], session: ClientSession) -> None:
    """Conflict with every routing decision that is under way for these owners: it may be about to use an account that
    changes here, and one of the two has to see what the other did."""
    Salesperson.collection().update_many({"_id": {"$in": sorted(owner_ids)}}, {"$inc": {"merges": 1}}, session=session)
