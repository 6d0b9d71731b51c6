"""What import-linter cannot see by itself: packages without a place, and what the rules of a service import."""

import ast
import configparser
import sys
from pathlib import Path

import pytest

from devstack.wiring import ROOT

_NOT_PACKAGES = {"docs", "gen", "k8s", "node_modules", "protos", "tests", "third_party"}
_DOMAIN_FILES = sorted([*ROOT.glob("services/*/domain/**/*.py"), *ROOT.glob("gateway/*/domain/**/*.py")])


def test_every_top_level_package_has_a_place_in_the_import_rules() -> None:
    rules = configparser.ConfigParser()
    rules.read(ROOT / ".importlinter")
    known = set(rules["importlinter"]["root_packages"].split())
    folders = {path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith(".")}
    assert folders - _NOT_PACKAGES == known


def test_every_service_has_a_place_in_the_procfile() -> None:
    services = {path.parent.name for path in ROOT.glob("services/*/__main__.py")}
    started = {line.split("-", 1)[0] for line in (ROOT / "Procfile").read_text().splitlines() if "-rpc:" in line}
    assert services == started


@pytest.mark.parametrize("path", _DOMAIN_FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_domain_imports_only_the_standard_library_and_itself(path: Path) -> None:
    own = ".".join(path.relative_to(ROOT).parts[:3])
    foreign = [name for name in _imports(path) if not _is_standard(name) and not f"{name}.".startswith(f"{own}.")]
    assert foreign == []


def _is_standard(name: str) -> bool:
    return name.split(".")[0] in sys.stdlib_module_names


def _imports(path: Path) -> list[str]:
    """Full names of the imported modules; a relative import would hide where it leads, so none is allowed."""
    found: list[str] = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found.append("." if node.level else str(node.module))
    return found
