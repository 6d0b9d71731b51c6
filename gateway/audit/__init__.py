"""Every change of every service, in one hash chain for each service."""
