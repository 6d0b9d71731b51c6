"""How much is done to the POS ingestion: little in CI, much with `make chaos`, or as variables say."""

import os
import random
from dataclasses import dataclass, fields, replace

CHAOS_VARIABLE = "RESILIENCE_CHAOS"
_PREFIX = "RESILIENCE_"


@dataclass(frozen=True, slots=True)
class Scale:
    """Rates are receipts a second of all tills together, times are seconds.

    Each can be set by a variable, as RESILIENCE_KILLS=50 or RESILIENCE_BROKER_AWAY_S=60.
    """

    stores: int = 10
    terminals: int = 2
    rate: float = 200.0
    kills: int = 20
    broker_away_s: float = 10.0
    broker_away_rate: float = 200.0
    edge_bytes: int = 64 * 1024
    database_away_s: float = 6.0
    disk_full_s: float = 3.0
    forgeries: int = 100
    cluster_kills: int = 1
    patience_s: float = 120.0
    seed: int = 0  # of the random moments; 0: another one each time


LONG = Scale(
    stores=20,
    kills=200,
    broker_away_s=600.0,
    broker_away_rate=2_000.0,
    edge_bytes=1024 * 1024,
    database_away_s=60.0,
    disk_full_s=30.0,
    forgeries=2_000,
    cluster_kills=5,
    patience_s=600.0,
)


def is_long() -> bool:
    """Whether this is the long form."""
    return os.environ.get(CHAOS_VARIABLE) == "1"


def scale() -> Scale:
    """The numbers of this run."""
    chosen = LONG if is_long() else Scale()
    given = {each.name: os.environ.get(_PREFIX + each.name.upper(), "") for each in fields(Scale)}
    made = replace(chosen, **{name: type(getattr(chosen, name))(text) for name, text in given.items() if text})
    return made if made.seed else replace(made, seed=random.randrange(1, 10**6))
