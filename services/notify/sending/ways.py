"""The ways out: HTTP to robots, SMTP to mail servers. Plain sockets of the standard library, which eventlet makes
cooperative; redirects are never followed."""

import json
import smtplib
import ssl
from collections.abc import Sequence
from email.message import EmailMessage
from email.policy import SMTP
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import unquote, urlsplit

from chassis import telemetry
from chassis.clocks import real_clock
from services.notify.documents import Channel
from services.notify.domain import robots
from services.notify.domain.robots import Answer, ChannelKind

TIMEOUT_S = 10.0
_MAX_ANSWER_BYTES = 65_536


def post_to_robot(channel: Channel, text: str) -> Answer:
    """Post one message to a robot and read its answer."""
    kind = ChannelKind(channel.kind)
    timestamp_ms = int(real_clock.now().timestamp() * 1000)
    parts = urlsplit(robots.address(kind, channel.url, channel.secret, timestamp_ms))
    make = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = make(parts.hostname or "", parts.port, timeout=TIMEOUT_S)
    try:
        body = json.dumps(robots.payload(text), ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json; charset=utf-8", "traceparent": telemetry.traceparent()}
        connection.request("POST", f"{parts.path or '/'}?{parts.query}", body, headers)
        answer = connection.getresponse()
        return robots.answer_of(kind, answer.status, _object_in(answer.read(_MAX_ANSWER_BYTES)))
    except (OSError, HTTPException, ValueError) as error:
        return Answer(succeeded=False, text=_described(error))
    finally:
        connection.close()


def _object_in(body: bytes) -> dict[str, Any]:
    """The robot's own answer; empty for the page of a proxy, whose status says enough."""
    try:
        told = json.loads(body)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def send_mail(channel: Channel, addresses: Sequence[str], title: str, text: str) -> Answer:
    """Hand one mail to the server; encrypted whenever the server can."""
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Subject"] = channel.sender, ", ".join(addresses), title
    message.set_content(text)
    parts = urlsplit(channel.url)
    try:
        with _mail_server(parts.scheme, parts.hostname or "", parts.port) as server:
            if parts.username and channel.secret:
                server.login(unquote(parts.username), channel.secret)
            refused = server.send_message(message, channel.sender, list(addresses))
        return Answer(succeeded=True, text=f"accepted, {len(refused)} addresses refused")
    except (OSError, smtplib.SMTPException, ValueError) as error:
        return Answer(succeeded=False, text=_described(error))


def _mail_server(scheme: str, host: str, port: int | None) -> smtplib.SMTP:
    if scheme == "smtps":
        return smtplib.SMTP_SSL(host, port or 465, timeout=TIMEOUT_S, context=ssl.create_default_context())
    server = smtplib.SMTP(host, port or 25, timeout=TIMEOUT_S)
    server.ehlo()
    if server.has_extn("starttls"):
        server.starttls(context=ssl.create_default_context())
    return server


def _described(error: Exception) -> str:
    """The kind of failure; its text could hold the address with the robot's key."""
    code = f" {error.smtp_code}" if isinstance(error, smtplib.SMTPResponseException) else ""
    return f"{type(error).__name__}{code}: no answer" if isinstance(error, OSError) else f"{type(error).__name__}{code}"
