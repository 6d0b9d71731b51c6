"""Change the dictionary of the voice wall."""

from collections.abc import Sequence

from services.leads.commands.attention.versions import require_version
from services.leads.documents import VoiceDictionary
from services.leads.domain.attention.themes import Theme, check_themes


def update_voice_themes(themes: Sequence[Theme], *, expected_version: int) -> VoiceDictionary:
    """The dictionary with these themes and no others; walls are sorted by it from now on.

    Raises FieldProblem, AttentionDataChanged.
    """
    checked = check_themes(themes)
    stored = VoiceDictionary.current()
    require_version(stored, expected_version)
    stored.take_over(checked)
    stored.commit(why="voice themes changed")
    return stored
