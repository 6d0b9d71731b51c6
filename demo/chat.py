"""Two chat groups on loopback: the salespeople's WeCom robot and head office's DingTalk robot.

The robots are processes of their own and stay after the demo, like the platform, so that whoever plays on still gets
messages; `make down` ends them, and `make logs ARGS=robot-sales` shows what they were told.
"""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from demo.api import Json, Session
from demo.story import FigureDiffers, Story
from devstack.child import RUN_DIR_VARIABLE, SUPERVISED_VARIABLE
from devstack.wiring import ROOT

_SECRET = "SEC-demo-0123456789"  # noqa: S105  # signs messages to a robot on loopback
_SALES = ("salesperson", "supervisor", "customer_success")
_HEAD_OFFICE = ("finance", "legal", "director", "general_manager")
_MESSAGE = "[chat] "
_START_SECONDS = 20.0


class Group:
    """One chat group: its robot's process, and what the demo has seen of its messages."""

    def __init__(self, story: Story, run_dir: Path, name: str, title: str, secret: str = "") -> None:
        self.received = 0
        self._story, self._title = story, title
        self._log = run_dir / "logs" / f"robot-{name}.log"
        self._log.parent.mkdir(parents=True, exist_ok=True)
        # `make down` finds what it has to end by these variables.
        env = {**os.environ, RUN_DIR_VARIABLE: str(run_dir), SUPERVISED_VARIABLE: "1"}
        with self._log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "demo.robot", "--secret", secret],
                cwd=ROOT,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        threading.Thread(target=self._follow, name=f"chat-{name}", daemon=True).start()

    def url(self, kind: str) -> str:
        """The robot's address, as its first lines tell it. Raises FigureDiffers when it does not start."""
        give_up_at = time.monotonic() + _START_SECONDS
        while time.monotonic() < give_up_at:
            for line in self._log.read_text().splitlines():
                name, _, address = line.partition(" ")
                if name == kind and address.strip():
                    return address.strip()
            time.sleep(0.05)
        raise FigureDiffers(f"the robot did not start: {self._log.read_text()}")

    def _follow(self) -> None:
        with self._log.open(encoding="utf-8") as log:
            while self.process.poll() is None:
                line = log.readline()
                if line.startswith(_MESSAGE):
                    self.received += 1
                    if not self._story.is_finished:
                        self._story.say(f"[{self._title}] {line.removeprefix(_MESSAGE).strip()}")
                elif not line:
                    time.sleep(0.1)


def open_groups(story: Story, admin: Session, run_dir: Path) -> Sequence[Group]:
    """Start both robots and tell the platform whose messages go where."""
    sales = Group(story, run_dir, "sales", "WeCom")
    head_office = Group(story, run_dir, "head-office", "DingTalk", _SECRET)
    _put(admin, "sales", {"kind": "CHANNEL_KIND_WECOM_ROBOT", "url": sales.url("WeCom"), "roles": _SALES})
    dingtalk = {"kind": "CHANNEL_KIND_DINGTALK_ROBOT", "url": head_office.url("DingTalk"), "secret": _SECRET}
    _put(admin, "head-office", {**dingtalk, "roles": _HEAD_OFFICE})
    return sales, head_office


def _put(admin: Session, channel_id: str, channel: Json) -> None:
    admin.put(f"/v1/channels/{channel_id}", {"id": channel_id, "language": "zh", "enabled": True, **channel})
