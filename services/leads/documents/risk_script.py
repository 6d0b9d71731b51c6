"""What to say to an account at risk, as somebody wrote it."""

from typing import Any, ClassVar

from chassis.documents import Aggregate, PlainField


class RiskScript(Aggregate):
    """A script under the name of its cause; without one the default of the rules holds."""

    meta: ClassVar[dict[str, Any]] = {"collection": "risk_scripts"}

    texts: dict[str, str] = PlainField(default=dict)
