"""Settings of the gateway's processes."""

from pydantic import Field

from chassis.settings import ServiceSettings


class GatewaySettings(ServiceSettings):
    """Addresses of the services, keys, ports and limits. Rates are requests a second; bursts are requests."""

    mongo_database: str = "gateway"
    # Ed25519 seed, base64url: signs people's tokens and the short-lived ones for the services.
    access_private_key: str = Field(default="", repr=False)
    admin_password: str = Field(default="", repr=False)

    http_port: int = Field(default=8080, ge=0, le=65535)
    pos_port: int = Field(default=8090, ge=0, le=65535)
    pos_http_port: int = Field(default=8091, ge=0, le=65535)
    public_url: str = ""
    targets_file: str = ""

    leads_address: str = ""
    quotes_address: str = ""
    billing_address: str = ""
    stores_address: str = ""
    notify_address: str = ""

    # The burst of public calls lets a chain enrol its terminals in one go; passwords have their own lock.
    # Each process counts for itself: with n gateways a principal gets up to n times as much.
    rate_per_principal: float = Field(default=1000.0, gt=0)
    burst_per_principal: int = Field(default=1000, gt=0)
    rate_public: float = Field(default=20.0, gt=0)
    burst_public: int = Field(default=600, gt=0)

    # What may wait for the broker at the POS edge, in bytes of each process; a batch beyond that is refused at once.
    pos_waiting_bytes: int = Field(default=64 * 1024 * 1024, ge=64 * 1024)
    # How long the POS edge trusts a terminal's key before it asks again. Revocations come as events; this is the net.
    pos_key_check_s: float = Field(default=300.0, ge=2, le=3_600)

    def address(self, service: str) -> str:
        """host:port of a service's rpc process."""
        return str(getattr(self, f"{service}_address"))
