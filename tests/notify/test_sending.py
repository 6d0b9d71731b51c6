"""What reaches the robots and mailboxes, which are real servers that check what they get."""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest

from chassis import telemetry
from chassis.clocks import real_clock
from demo.robot import Robot, RobotServer
from services.notify.commands.tell import tell
from services.notify.documents import Channel, Delivery
from services.notify.domain.robots import Answer, ChannelKind
from services.notify.sending import claims, places, rounds
from tests.notify.mailbox import Mailbox, MailServer
from tests.notify.stories import TRACE, event, lead_assigned, overdue, robot_channel, staff

pytestmark = pytest.mark.usefixtures("connected")


@pytest.fixture
def robot() -> Iterator[RobotServer]:
    with RobotServer(Robot(key="k1", secret="SECxyz")) as server:
        yield server


def states() -> dict[str, int]:
    counted = Delivery.collection().aggregate([{"$group": {"_id": "$state", "count": {"$sum": 1}}}])
    return {each["_id"]: each["count"] for each in counted}


def tell_leads(count: int) -> None:
    for number in range(count):
        tell(event(lead_assigned(f"Company {number}", f"lead{number}")))


def let_time_pass(channel_id: str = "room") -> None:
    """As if a minute had passed: the places are free, and what waits is due."""
    Channel.collection().update_one({"_id": channel_id}, {"$set": {"pace.taken": []}})
    Delivery.collection().update_many({}, {"$set": {"next_attempt_time": real_clock.now() - timedelta(seconds=1)}})


@pytest.mark.parametrize("kind", [ChannelKind.WECOM_ROBOT, ChannelKind.DINGTALK_ROBOT])
def test_a_robot_gets_the_message_and_its_trace(robot: RobotServer, kind: ChannelKind) -> None:
    url = robot.wecom_url if kind is ChannelKind.WECOM_ROBOT else robot.dingtalk_url
    robot_channel(kind, url, secret="SECxyz")
    tell_leads(1)
    assert rounds.send_waiting("room") == 1
    (message,) = robot.robot.accepted
    assert message.text.startswith("New lead: Company 0")
    assert telemetry.trace_id(message.traceparent) == telemetry.trace_id(TRACE)
    (delivery,) = Delivery.collection().find()
    assert (delivery["state"], delivery["attempts"][0]["succeeded"]) == ("sent", True)


def test_dingtalk_refuses_a_wrong_signature_and_the_delivery_waits(robot: RobotServer) -> None:
    robot_channel(ChannelKind.DINGTALK_ROBOT, robot.dingtalk_url, secret="wrong")
    tell_leads(1)
    assert rounds.send_waiting("room") == 0
    assert robot.robot.refused == ["sign not match"]
    (delivery,) = Delivery.collection().find()
    assert delivery["state"] == "pending"
    assert "310000" in delivery["attempts"][0]["answer"]
    assert delivery["next_attempt_time"] > real_clock.now()


def test_more_than_the_limit_is_merged_and_nothing_is_lost(robot: RobotServer) -> None:
    staff()
    robot_channel(ChannelKind.WECOM_ROBOT, robot.wecom_url)
    tell_leads(15)
    assert rounds.send_waiting("room") == 15
    tell_leads(60)
    tell(event(overdue("RED", 7)))
    rounds.send_waiting("room")
    assert len(robot.robot.accepted) <= 20
    assert robot.robot.refused == []
    merged = robot.robot.accepted[15].text.splitlines()
    assert merged[0].startswith("‼ Receivable overdue")
    while "pending" in states():
        let_time_pass()
        robot.robot._recent.clear()
        assert rounds.send_waiting("room") > 0
    text = "\n".join(each.text for each in robot.robot.accepted)
    assert all(f"Company {number} " in text for number in range(60))
    assert states()["sent"] == len(robot.robot.accepted)
    carriers = Delivery.collection().distinct("carrier_id", {"state": "merged"})
    assert Delivery.collection().count_documents({"_id": {"$in": carriers}, "state": "sent"}) == len(carriers)


def test_the_limit_leaves_two_places_for_critical_messages(robot: RobotServer) -> None:
    robot_channel(ChannelKind.WECOM_ROBOT, robot.wecom_url)
    for _ in range(18):
        assert places.take("room", 18) is not None
    assert places.take("room", 18) is None
    tell_leads(1)
    assert rounds.send_waiting("room") == 0
    tell(event(overdue("RED", 7)))
    assert rounds.send_waiting("room") == 1
    assert robot.robot.accepted[0].text.startswith("Receivable overdue (red)")


def test_a_failed_message_comes_again_and_none_twice(robot: RobotServer) -> None:
    robot_channel(ChannelKind.WECOM_ROBOT, robot.wecom_url)
    robot.robot.fail_next = 2
    tell_leads(1)
    for _ in range(3):
        rounds.send_waiting("room")
        let_time_pass()
    assert len(robot.robot.accepted) == 1
    (delivery,) = Delivery.collection().find()
    assert [attempt["succeeded"] for attempt in delivery["attempts"]] == [False, False, True]


def test_a_robot_that_is_away_costs_attempts_until_the_delivery_has_failed() -> None:
    robot_channel(ChannelKind.WECOM_ROBOT, "http://127.0.0.1:1/cgi-bin/webhook/send?key=topsecret")
    tell_leads(1)
    for _ in range(12):
        rounds.send_waiting("room")
        let_time_pass()
    (delivery,) = Delivery.collection().find()
    assert (delivery["state"], len(delivery["attempts"])) == ("failed", 12)
    assert "topsecret" not in str(delivery)


def test_the_page_of_a_proxy_is_recorded_with_its_status() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as proxy:

        def answer() -> None:
            caller, _ = proxy.accept()
            with caller:
                caller.recv(65_536)
                caller.sendall(b"HTTP/1.1 429 Slow down\r\nContent-Length: 6\r\n\r\n<html>")

        answering = threading.Thread(target=answer)
        answering.start()
        robot_channel(ChannelKind.WECOM_ROBOT, f"http://127.0.0.1:{proxy.getsockname()[1]}/send?key=k")
        tell_leads(1)
        rounds.send_waiting("room")
        answering.join(5)
    (delivery,) = Delivery.collection().find()
    assert delivery["attempts"][0]["answer"].startswith("HTTP 429")
    assert delivery["next_attempt_time"] > real_clock.now() + timedelta(seconds=50), "the robot asked for a pause"


def test_a_robot_that_asks_for_a_pause_gets_one(robot: RobotServer) -> None:
    robot_channel(ChannelKind.WECOM_ROBOT, robot.wecom_url)
    robot.robot._recent.extend([real_clock.monotonic()] * 20)
    tell_leads(1)
    rounds.send_waiting("room")
    (delivery,) = Delivery.collection().find()
    assert delivery["next_attempt_time"] > real_clock.now() + timedelta(seconds=50)


def test_several_workers_share_the_work_and_the_limit(robot: RobotServer) -> None:
    robot_channel(ChannelKind.WECOM_ROBOT, robot.wecom_url)
    tell_leads(18)
    workers = [threading.Thread(target=rounds.send_waiting, args=("room",)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    rounds.send_waiting("room")
    text = "\n".join(each.text for each in robot.robot.accepted)
    assert [text.count(f"Company {number} (") for number in range(18)] == [1] * 18
    assert robot.robot.refused == []


def test_a_claim_runs_out(robot: RobotServer) -> None:
    robot_channel(ChannelKind.WECOM_ROBOT, robot.wecom_url)
    tell_leads(1)
    first = claims.claim(claims.waiting("room"))
    assert len(first) == 1
    assert claims.waiting("room") == []
    let_time_pass()
    assert rounds.send_waiting("room") == 1
    claims.record(first, Answer(succeeded=False, text="too late"))
    assert states() == {"sent": 1}


def test_mail_goes_to_the_people_concerned() -> None:
    staff()
    mailbox = Mailbox()
    with MailServer(mailbox) as server:
        robot_channel(ChannelKind.MAIL, server.url, "mail", sender="sales@example.com", language="zh")
        tell(event(overdue("RED", 7)))
        mailbox.refuse = True
        assert rounds.send_waiting("mail") == 0
        mailbox.refuse = False
        let_time_pass("mail")
        assert rounds.send_waiting("mail") == 1
    ((addresses, message),) = mailbox.mails
    assert addresses == ["fay@example.com", "lee@example.com", "sally@example.com"]
    assert message["Subject"] == "应收逾期（红色）：Acme ¥12,345.67"
    assert "合同 C-1" in str(message.get_content())


def test_a_name_cannot_write_headers_of_a_mail() -> None:
    staff()
    mailbox = Mailbox()
    with MailServer(mailbox) as server:
        robot_channel(ChannelKind.MAIL, server.url, "mail", sender="sales@example.com")
        tell(event(lead_assigned("Evil\r\nBcc: all@example.com")))
        assert rounds.send_waiting("mail") == 1
    message: Any = mailbox.mails[0][1]
    assert message["Bcc"] is None
    assert "Evil Bcc: all@example.com" in message["Subject"]
