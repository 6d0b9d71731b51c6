"""A nurture package as it is stored."""

from typing import Any, ClassVar

from chassis.documents import Aggregate, PlainField
from services.leads.domain.attention.errors import NurturePackageNotFound
from services.leads.domain.attention.nurture import DEFAULT_PACKAGES, Package, Step, StepKind


def step_stored(step: Step) -> dict[str, Any]:
    """A step in the form in which packages and runs keep it."""
    return {
        "kind": step.kind.value,
        "offset_days": step.offset_days,
        "asset_id": step.asset_id,
        "texts": dict(step.texts),
    }


def step_from(stored: dict[str, Any]) -> Step:
    """The step as the rules see it."""
    return Step(StepKind(stored["kind"]), stored["offset_days"], stored["asset_id"], stored["texts"])


class NurturePackage(Aggregate):
    """A package under the id by which people start it. Runs keep the steps that they were started with."""

    meta: ClassVar[dict[str, Any]] = {"collection": "nurture_packages"}
    not_found = NurturePackageNotFound

    names: dict[str, str] = PlainField(default=dict)
    steps: list[dict[str, Any]] = PlainField(default=list)

    @classmethod
    def current(cls, package_id: str) -> "NurturePackage":
        """The stored package, or the one that holds without being stored (version 0). Raises NurturePackageNotFound."""
        found = cls.find(package_id)
        if found is not None:
            return found
        if package_id not in DEFAULT_PACKAGES:
            raise NurturePackageNotFound(f"there is no package {package_id}", nurture_package_id=package_id)
        return cls.of(package_id, DEFAULT_PACKAGES[package_id])

    @classmethod
    def of(cls, package_id: str, package: Package) -> "NurturePackage":
        """A new document with this content."""
        document = cls(id=package_id)
        document.take_over(package)
        return document

    def take_over(self, package: Package) -> None:
        """Hold this content from the next commit on."""
        self.names = dict(package.names)
        self.steps = [step_stored(step) for step in package.steps]
