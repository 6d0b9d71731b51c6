"""A disk in memory whose size can be changed, for a server's data: full whenever that is wanted."""

import os
import shutil
import subprocess
from pathlib import Path

_ROOMY = "8g"  # takes only as much memory as is written
_TRIES = 10
_MIB = 1024**2


class SmallDisk:
    """A tmpfs at `place`; `why_not` says why there is none, when the machine lets us mount nothing."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.why_not = ""

    def mount(self) -> None:
        """Mount it, or say why not; the folder is there in either case."""
        self.place.mkdir(parents=True, exist_ok=True)
        if os.geteuid() != 0:
            self.why_not = "only root can mount a disk to fill"
            return
        done = _run("mount", "-t", "tmpfs", "-o", f"size={_ROOMY}", "tmpfs", str(self.place))
        self.why_not = done.stderr.strip() and f"a disk to fill cannot be mounted: {done.stderr.strip()}"

    def unmount(self) -> None:
        """Take it away with everything on it; a lazy unmount, since a dying server may still hold files."""
        if not self.why_not:
            _run("umount", "--lazy", str(self.place))

    def fill(self, left_mib: int) -> None:
        """Leave room for so much more."""
        for _ in range(_TRIES):  # its server writes meanwhile, and a disk does not shrink below what is on it
            used = shutil.disk_usage(self.place).used
            if self._resize(f"{used // _MIB + 1 + left_mib}m"):
                return
        raise AssertionError("the disk grows faster than it can be made small")

    def free(self) -> None:
        """Room again."""
        assert self._resize(_ROOMY)

    def _resize(self, size: str) -> bool:
        return not _run("mount", "-o", f"remount,size={size}", str(self.place)).returncode


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=20)
