"""What stands in the databases and queues, read directly: independent of what the platform says about itself."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import httpx
import orjson
from pymongo import MongoClient

from chassis.queues import messages_ready
from chassis.topology import parked_exchange
from contracts.topology import SERVICES
from devstack.servers import Servers

Json = dict[str, Any]
_WORK = {
    "leads-rpc": ("leads", "leads"),
    "leads-worker": ("leads", "responsibility_entries"),
    "notify-worker": ("notify", "inbox_items"),
    "gateway-audit": ("gateway", "audit_entries"),
}


class FinalState:
    """The platform's state by the administrator's eyes."""

    def __init__(self, servers: Servers) -> None:
        self._mongo: MongoClient[Json] = MongoClient(servers.mongo_url(), tz_aware=True)
        self._management_url = servers.management_url
        self._amqp_url = servers.amqp_url()

    def close(self) -> None:
        self._mongo.close()

    def work_done(self, process: str) -> int:
        """How many documents a process has written of those that it alone writes."""
        database, collection = _WORK[process]
        return self._mongo[database][collection].estimated_document_count()

    def leads(self, lead_ids: Iterable[str] | None = None) -> list[Json]:
        """The stored leads, or those of `lead_ids`."""
        where = {} if lead_ids is None else {"_id": {"$in": list(lead_ids)}}
        return list(self._mongo["leads"]["leads"].find(where))

    def accounts(self) -> list[Json]:
        return list(self._mongo["leads"]["accounts"].find())

    def salespeople(self) -> list[Json]:
        return list(self._mongo["leads"]["salespeople"].find())

    def assignments(self) -> list[Json]:
        """The responsibility log."""
        return list(self._mongo["leads"]["responsibility_entries"].find())

    def told(self) -> Counter[tuple[str, str]]:
        """How many inbox items tell (whom, of which lead)."""
        found = self._mongo["notify"]["inbox_items"].find({"template": "lead_assigned"})
        return Counter((item["recipient_id"], item["subject"].removeprefix("leads/")) for item in found)

    def is_told(self, lead_id: str) -> bool:
        """Whether anybody's inbox has this lead."""
        return self._mongo["notify"]["inbox_items"].find_one({"subject": f"leads/{lead_id}"}) is not None

    def audited_versions(self, collection: str) -> Mapping[str, list[int]]:
        """By document of leads: the versions that its chain tells of, in ascending order."""
        versions: dict[str, list[int]] = defaultdict(list)
        for entry in self._mongo["gateway"]["audit_entries"].find({"service": "leads"}, {"record": 1}):
            record = orjson.loads(entry["record"])
            if record["collection"] == collection:
                versions[record["document_id"]].append(int(record["version"]))
        return {document_id: sorted(found) for document_id, found in versions.items()}

    def unpublished(self) -> Counter[str]:
        """Documents with events in their outbox, by collection."""
        found: Counter[str] = Counter()
        for service in SERVICES:
            for name in self._mongo[service].list_collection_names():
                if waiting := self._mongo[service][name].count_documents({"outbox.0": {"$exists": True}}):
                    found[f"{service}.{name}"] = waiting
        return found

    def waiting(self, owners: Iterable[str]) -> dict[str, int]:
        """Messages in the owners' queues, also those that a consumer holds; the broker's figures are up to 5 s old."""
        answer = httpx.get(f"{self._management_url}/api/queues/saleloop", timeout=10)
        answer.raise_for_status()
        found = {queue["name"]: queue.get("messages", 0) for queue in answer.json()}
        return {name: number for name, number in found.items() if number and name.split(".")[0] in owners}

    def parked(self) -> int:
        """Messages and deadlines that were given up."""
        deadlines = sum(self._mongo[service]["parked_deadlines"].count_documents({}) for service in SERVICES)
        return deadlines + messages_ready(self._amqp_url, [parked_exchange(service) for service in SERVICES])
