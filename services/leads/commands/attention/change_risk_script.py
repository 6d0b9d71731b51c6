"""Write what to say to an account at risk."""

from collections.abc import Mapping

from services.leads.documents import RiskScript
from services.leads.domain.attention.checks import both_languages
from services.leads.domain.attention.risk import Cause
from services.leads.domain.attention.risk_scripts import SCRIPT_CHARS
from services.leads.domain.errors import FieldProblem


def update_risk_script(cause: str, texts: Mapping[str, str]) -> RiskScript:
    """The script of a cause in both languages. Raises FieldProblem."""
    if cause not in list(Cause):
        raise FieldProblem("risk_script.cause", "UNKNOWN_CAUSE", "未知原因", f"must be one of {', '.join(Cause)}")
    checked = both_languages("risk_script.texts", texts, SCRIPT_CHARS)
    script = RiskScript.find(cause) or RiskScript(id=cause)
    script.texts = checked
    script.commit(why="risk script changed")
    return script
