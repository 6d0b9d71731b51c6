"""A loss reason as it is stored."""

from typing import Any, ClassVar

import mongoengine

from chassis.documents import Aggregate, PlainField
from services.leads.domain.pipeline.loss_reasons import PRESETS, LossReasonData, PlaybookStep

_PRESETS = {preset.code: preset for preset in PRESETS}


class LossReason(Aggregate):
    """A reason with its playbook; its id is its code. Until somebody changes a preset there is no document of it."""

    meta: ClassVar[dict[str, Any]] = {"collection": "loss_reasons"}

    name_zh: str = mongoengine.StringField(default="")
    name_en: str = mongoengine.StringField(default="")
    active: bool = mongoengine.BooleanField(default=True)
    text_zh: str = mongoengine.StringField(default="")
    text_en: str = mongoengine.StringField(default="")
    steps: list[dict[str, str]] = PlainField(default=list)

    @classmethod
    def current(cls, code: str) -> "LossReason | None":
        """The stored reason, else the preset (version 0), else None."""
        found = cls.find(code)
        if found is None and code in _PRESETS:
            found = cls(id=code)
            found.take_over(_PRESETS[code])
        return found

    @classmethod
    def all_current(cls) -> list["LossReason"]:
        """Every reason by its code, presets that nobody changed included."""
        codes = {row["_id"] for row in cls.collection().find({}, {"_id": 1})} | _PRESETS.keys()
        found = (cls.current(code) for code in sorted(codes))
        return [reason for reason in found if reason is not None]

    @property
    def data(self) -> LossReasonData:
        """The reason as the rules see it."""
        return LossReasonData(
            code=self.id,
            name_zh=self.name_zh,
            name_en=self.name_en,
            active=self.active,
            text_zh=self.text_zh,
            text_en=self.text_en,
            steps=tuple(PlaybookStep(step["zh"], step["en"]) for step in self.steps),
        )

    def take_over(self, reason: LossReasonData) -> None:
        """Hold these values from the next commit on."""
        self.name_zh, self.name_en, self.active = reason.name_zh, reason.name_en, reason.active
        self.text_zh, self.text_en = reason.text_zh, reason.text_en
        self.steps = [{"zh": step.zh, "en": step.en} for step in reason.steps]
