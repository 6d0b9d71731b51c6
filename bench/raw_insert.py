"""What the database alone can do, measured in the same run: the machine's speed drifts between hours."""

import time

from pymongo import MongoClient, WriteConcern

from chassis.ids import new_id
from devstack.supervisor import Platform


def single_majority_inserts_per_s(running: Platform, seconds: float = 4.0) -> float:
    """One client, one document of a lead's size at a time, majority."""
    with MongoClient[dict[str, object]](running.servers.mongo_url()) as client:
        collection = client["bench"].get_collection("raw", write_concern=WriteConcern("majority"))
        begin = time.perf_counter()
        count = 0
        while time.perf_counter() - begin < seconds:
            collection.insert_one({"_id": new_id(), "company": "上海测试贸易有限公司", "text": "x" * 400})
            count += 1
        return count / (time.perf_counter() - begin)
