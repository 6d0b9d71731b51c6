"""Two chat groups on loopback: the salespeople's WeCom robot and head office's DingTalk robot."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from demo.api import Json, Session
from demo.robot import Robot, RobotServer
from demo.story import Story

_SECRET = "SEC-demo-0123456789"  # noqa: S105  # signs messages to a robot that ends with the demo
_SALES = ("salesperson", "supervisor", "customer_success")
_HEAD_OFFICE = ("finance", "legal", "director", "general_manager")


@dataclass(frozen=True)
class Chat:
    """The robots and the channels that reach them."""

    admin: Session
    robots: Sequence[Robot]
    channels: Sequence[Json]

    @property
    def received(self) -> int:
        """Messages that the robots accepted."""
        return sum(len(robot.accepted) for robot in self.robots)

    def put_channels(self, *, is_enabled: bool) -> None:
        """Tell the platform to use the robots, or to leave them alone."""
        for channel in self.channels:
            self.admin.put(f"/v1/channels/{channel['id']}", {**channel, "language": "zh", "enabled": is_enabled})

    def wait_until_silent(self, story: Story) -> None:
        """Wait until nothing is left to be sent; robots take 20 messages a minute, the rest is merged."""

        def silent() -> bool:
            waiting = self.admin.get("/v1/deliveries", state="DELIVERY_STATE_PENDING", page_size=1)
            return not waiting.get("deliveries")

        story.wait_for("the last message to the robots", silent)


@contextmanager
def chat(story: Story, admin: Session) -> Iterator[Chat]:
    """Robots that print what they are told, known to the platform while the block runs."""
    sales, head_office = Robot(say=partial(_tell, story, "WeCom")), Robot(secret=_SECRET)
    head_office.say = partial(_tell, story, "DingTalk")
    with RobotServer(sales) as wecom, RobotServer(head_office) as dingtalk:
        channels = [
            {"id": "sales", "kind": "CHANNEL_KIND_WECOM_ROBOT", "url": wecom.wecom_url, "roles": list(_SALES)},
            {
                "id": "head-office",
                "kind": "CHANNEL_KIND_DINGTALK_ROBOT",
                "url": dingtalk.dingtalk_url,
                "secret": _SECRET,
                "roles": list(_HEAD_OFFICE),
            },
        ]
        group = Chat(admin, (sales, head_office), channels)
        group.put_channels(is_enabled=True)
        yield group
        # The robots end with the demo, so nobody should go on talking to them.
        group.put_channels(is_enabled=False)


def _tell(story: Story, group: str, text: str) -> None:
    first, *rest = text.strip().splitlines()
    story.say(f"[{group}] {first}" + (f" (and {len(rest)} more lines)" if rest else ""))
