"""Settings of leads."""

from chassis.settings import ServiceSettings

SERVICE = "leads"


class LeadsSettings(ServiceSettings):
    """What every process has; leads adds nothing but its database."""

    mongo_database: str = SERVICE
