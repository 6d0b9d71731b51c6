"""Settings of the stores processes."""

from pydantic import Field

from chassis.settings import ServiceSettings


class StoresSettings(ServiceSettings):
    """What every service has, and how the ingest process takes batches from its queues."""

    mongo_database: str = "stores"
    # Batches of each of the 64 queues that one ingest process holds unacknowledged; what a kill has delivered again.
    ingest_prefetch: int = Field(default=8, ge=1, le=100)
