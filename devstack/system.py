"""Install the few system packages the platform needs; run by the system's Python before anything is set up."""

import os
import shutil
import subprocess
import sys
from ctypes.util import find_library
from pathlib import Path

_POLICY = Path("/usr/sbin/policy-rc.d")
_FONT = Path("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc")
_FONT_PACKAGE = "fonts-wqy-microhei"
_ELSEWHERE = {
    "rabbitmq-server": "set SALELOOP_AMQP_URL to a RabbitMQ elsewhere",
    "libcurl4": "set SALELOOP_MONGO_URL to a MongoDB replica set elsewhere",
    _FONT_PACKAGE: "set SALELOOP_FONT_DIR to a folder that holds WenQuanYi Micro Hei, for the PDF of a quote",
}


def missing_packages() -> list[str]:
    """Debian packages that are needed and not there; what runs elsewhere is not needed here."""
    missing = []
    if "SALELOOP_AMQP_URL" not in os.environ and not Path("/usr/lib/rabbitmq/bin/rabbitmq-server").exists():
        missing.append("rabbitmq-server")
    if "SALELOOP_MONGO_URL" not in os.environ and find_library("curl") is None and not _has_libcurl():
        missing.append("libcurl4")
    if "SALELOOP_FONT_DIR" not in os.environ and not _FONT.exists():
        missing.append(_FONT_PACKAGE)
    return missing


def install(packages: list[str]) -> int:
    """Install Debian packages without letting them start a service of their own; returns apt-get's exit code."""
    command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    guard = not _POLICY.exists()
    if guard:
        _POLICY.write_text("#!/bin/sh\nexit 101\n")
        _POLICY.chmod(0o755)
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        for step in (["apt-get", "update", "-qq"], command):
            done = subprocess.run(step, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
            if done.returncode:
                print(f"saleloop: '{' '.join(step)}' failed:\n{done.stdout}{done.stderr}", file=sys.stderr)
                return done.returncode
    finally:
        if guard:
            _POLICY.unlink(missing_ok=True)
    return 0


def main() -> int:
    """Install what is missing where that is possible, else say the exact command and what works without; 2 then."""
    packages = missing_packages()
    if not packages:
        return 0
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print(f"Installing {', '.join(packages)} ...", flush=True)
        return install(packages)
    others = [f"  {_ELSEWHERE[package]}" for package in packages]
    print(
        f"saleloop: {', '.join(packages)} must be installed, as root:\n"
        f"  apt-get install -y --no-install-recommends {' '.join(packages)}\n"
        "Or, without root:\n" + "\n".join(others),
        file=sys.stderr,
    )
    return 2


def _has_libcurl() -> bool:
    """Where ldconfig is missing, find_library finds nothing; look at the usual places."""
    return any(Path("/usr/lib").glob("*/libcurl.so.4"))


if __name__ == "__main__":
    sys.exit(main())
