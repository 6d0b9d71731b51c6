"""The roles of an installation."""

from enum import StrEnum


class Role(StrEnum):
    """What a person may be; one person can have several."""

    ADMIN = "admin"
    DIRECTOR = "director"
    GENERAL_MANAGER = "general_manager"
    REGIONAL_MANAGER = "regional_manager"
    SUPERVISOR = "supervisor"
    SALESPERSON = "salesperson"
    MARKETING = "marketing"
    FINANCE = "finance"
    LEGAL = "legal"
    CUSTOMER_SUCCESS = "customer_success"
    REGIONAL_SUPERVISOR = "regional_supervisor"
    STORE_MANAGER = "store_manager"
    SRE = "sre"
    # Not people: the gateway itself, and whoever holds a public link.
    GATEWAY = "gateway"
    PUBLIC = "public"
