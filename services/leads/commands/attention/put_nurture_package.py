"""Make or change a nurture package."""

from services.leads.commands.attention.versions import require_version
from services.leads.documents import NurturePackage
from services.leads.domain.attention.checks import words
from services.leads.domain.attention.nurture import ID_CHARS, Package, check_package


def put_nurture_package(package_id: str, package: Package, *, expected_version: int) -> NurturePackage:
    """The package under this id; runs go on with the steps they were started with.

    Raises FieldProblem, AttentionDataChanged.
    """
    known = words("nurture_package.id", package_id, ID_CHARS)
    checked = check_package(package)
    stored = NurturePackage.find(known) or NurturePackage(id=known)
    require_version(stored, expected_version)
    stored.take_over(checked)
    stored.commit(why="nurture package changed")
    return stored
