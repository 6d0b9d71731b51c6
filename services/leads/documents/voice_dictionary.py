"""The dictionary of themes as it is stored: one document for the installation."""

from collections.abc import Sequence
from typing import Any, ClassVar

from chassis.documents import Aggregate, PlainField
from services.leads.domain.attention.theme_defaults import DEFAULT_THEMES
from services.leads.domain.attention.themes import Theme

DICTIONARY_ID = "voice_dictionary"


class VoiceDictionary(Aggregate):
    """The themes that keywords point to; until somebody changes it the default holds."""

    meta: ClassVar[dict[str, Any]] = {"collection": "voice_dictionaries"}

    entries: list[dict[str, Any]] = PlainField(default=list)

    @classmethod
    def current(cls) -> "VoiceDictionary":
        """The stored dictionary, or the default that is not stored (version 0)."""
        found = cls.find(DICTIONARY_ID)
        if found is not None:
            return found
        default = cls(id=DICTIONARY_ID)
        default.take_over(DEFAULT_THEMES)
        return default

    @property
    def themes(self) -> tuple[Theme, ...]:
        """The themes as the rules see them."""
        return tuple(Theme(each["key"], each["titles"], tuple(each["keywords"])) for each in self.entries)

    def take_over(self, themes: Sequence[Theme]) -> None:
        """Hold these from the next commit on."""
        self.entries = [
            {"key": theme.key, "titles": dict(theme.titles), "keywords": list(theme.keywords)} for theme in themes
        ]
