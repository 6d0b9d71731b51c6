"""Generate Python code and type stubs from `protos/` into `gen/`.

The whole of `gen/` is built beside the old one and swapped in, so that a removed proto leaves no stale module
and a failed run leaves the old code usable.
"""

import shutil
import sys
import tempfile
from importlib.resources import files
from pathlib import Path

from grpc_tools import protoc

ROOT = Path(__file__).resolve().parent.parent
_BIN = Path(sys.executable).parent  # protoc finds its plugins here even when the venv is not activated


def generate(protos: Path, target: Path) -> int:
    """Write the modules of every proto below `protos` into `target`; returns protoc's exit code."""
    sources = sorted(str(path) for path in protos.rglob("*.proto"))
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".gen-") as scratch:
        fresh = Path(scratch) / "gen"
        fresh.mkdir()
        if sources:
            code = protoc.main(
                [
                    "protoc",
                    f"-I{protos}",
                    f"-I{files('grpc_tools') / '_proto'}",
                    f"-I{_googleapis()}",
                    f"--python_out={fresh}",
                    f"--grpc_python_out={fresh}",
                    f"--plugin=protoc-gen-mypy={_BIN / 'protoc-gen-mypy'}",
                    f"--plugin=protoc-gen-mypy_grpc={_BIN / 'protoc-gen-mypy_grpc'}",
                    f"--mypy_out=quiet:{fresh}",
                    f"--mypy_grpc_out=quiet:{fresh}",
                    # With comments: the OpenAPI document takes its descriptions from them.
                    "--include_source_info",
                    f"--descriptor_set_out={fresh / 'descriptors.binpb'}",
                    *sources,
                ]
            )
            if code:
                return int(code)
        (fresh / ".stamp").touch()
        shutil.rmtree(target, ignore_errors=True)
        fresh.rename(target)
    return 0


def _googleapis() -> Path:
    """Where googleapis-common-protos keeps google/api/annotations.proto."""
    from google.api import annotations_pb2

    return Path(str(annotations_pb2.__file__)).parents[2]


if __name__ == "__main__":
    sys.exit(generate(ROOT / "protos", ROOT / "gen"))
