"""Who acts, in what operation and why: carried by a context variable from the entrypoint to the audit record."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody who acts. `subject` is a person's id, or names a part of the system ("timer", "event", "public")."""

    subject: str
    roles: frozenset[str] = frozenset()
    team_id: str = ""
    region: str = ""
    store_ids: frozenset[str] = field(default_factory=frozenset)

    @classmethod
    def system(cls, name: str) -> "Principal":
        """The system itself, for example `Principal.system("timer")`: no person stands behind it."""
        return cls(subject=name, roles=frozenset({"system"}))

    def has_role(self, *roles: str) -> bool:
        """True when the principal has at least one of `roles`."""
        return not self.roles.isdisjoint(roles)


@dataclass(frozen=True, slots=True)
class Context:
    """What goes on: `operation` is the rpc ("leads.CreateLead"), the handler or the deadline that runs."""

    principal: Principal
    operation: str = ""
    why: str = ""


_OUTSIDE = Context(Principal.system("process"))
_context: ContextVar[Context] = ContextVar("saleloop_context", default=_OUTSIDE)


def current() -> Context:
    """The running operation; outside any (scripts, start-up) the process itself acts."""
    return _context.get()


@contextmanager
def acting(principal: Principal, operation: str, why: str = "") -> Iterator[Context]:
    """Run a block as an operation of `principal`."""
    context = Context(principal, operation, why)
    token = _context.set(context)
    try:
        yield context
    finally:
        _context.reset(token)
