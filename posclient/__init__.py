"""The reference client for tills: sells on without a network, and hands over every receipt once."""

from posclient.enrolment import EnrolmentRefused
from posclient.store import Identity, LocalStore
from posclient.terminal import Terminal

__all__ = ["EnrolmentRefused", "Identity", "LocalStore", "Terminal"]
