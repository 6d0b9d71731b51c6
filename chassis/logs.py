"""JSON lines on standard error, one for each message, with trace id; without phone numbers, tokens and passwords.

The standard library's logging with a small formatter: structlog would cost 4 MiB in each of 14 processes.
"""

import json
import logging
import re
import sys
from collections.abc import MutableMapping
from datetime import UTC, datetime
from typing import Any

from chassis import principal, telemetry

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}

# The digits of a phone number may be parted by blanks, dots or dashes. Letters, digits and dots beside them mean that
# it is a part of something else (an id, a hash, a time).
_EDGE_LEFT, _EDGE_RIGHT = r"(?<![\w.+-])", r"(?![\w-])"
_PHONE = re.compile(
    _EDGE_LEFT
    + r"(?:\+\d[\d \-.()]{6,18}\d"  # international
    + r"|(?:(?:00)?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}"  # Chinese mobile
    + r"|\(?0\d{2,3}\)?[ -]?\d{7,8})"  # Chinese landline
    + _EDGE_RIGHT
)
_SECRETS = (
    (re.compile(r"(?i)\bbearer\s+[\w.~+/=-]+"), "Bearer ***"),
    (re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*"), "***"),
    (re.compile(r"(://[^/\s:@\"]*:)[^@\s\"]+@"), r"\1***@"),
    (re.compile(r"(?i)([?&](?:key|access_token|token|sign|secret|password)=)[^&\s\"]+"), r"\1***"),
)
_CHATTY = ("pika", "amqp", "kombu", "nameko", "pymongo", "urllib3", "httpx", "httpcore", "opentelemetry", "asyncio")
_SECRET_NAMES = re.compile(r"(?i)(password|secret|token|authorization|private_key)$")


def mask(text: str) -> str:
    """`text` without what must not stand in a log: phone numbers keep their last two digits, secrets nothing."""
    for pattern, replacement in _SECRETS:
        text = pattern.sub(replacement, text)
    return _PHONE.sub(lambda match: f"***{match[0][-2:]}", text)


def _printable(value: object) -> object:
    """Numbers that could be phones become text, so that masking them leaves the line valid JSON."""
    if isinstance(value, dict):
        return {str(key): _printable(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_printable(item) for item in value]
    return str(value) if type(value) is int and value > 1_000_000_000 else value


class JsonFormatter(logging.Formatter):
    """One JSON object for each record, with the values given as `extra`."""

    def __init__(self, service: str, process: str) -> None:
        super().__init__()
        self._service, self._process = service, process

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "service": self._service,
            "process": self._process,
            "logger": record.name,
            "event": record.getMessage(),
        }
        context = principal.current()
        optional = {
            "trace_id": telemetry.trace_id(),
            "operation": context.operation,
            "subject": context.principal.subject if context.operation else "",
        }
        line |= {name: value for name, value in optional.items() if value}
        for name, value in vars(record).items():
            if name not in _STANDARD:
                line[name] = "***" if _SECRET_NAMES.search(name) else _printable(value)
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return mask(json.dumps(line, ensure_ascii=False, default=str))


class Logger(logging.LoggerAdapter[logging.Logger]):
    """`log.info("lead routed", lead_id=..., score=...)`: keyword arguments become fields of the line."""

    def process(self, msg: Any, kwargs: MutableMapping[str, Any]) -> tuple[Any, MutableMapping[str, Any]]:
        passed = {name: kwargs.pop(name) for name in ("exc_info", "stack_info", "stacklevel") if name in kwargs}
        extra = {f"{name}_" if name in _STANDARD else name: value for name, value in kwargs.items()}
        return msg, {**passed, "extra": extra}

    def log(self, level: int, msg: object, *args: object, **kwargs: Any) -> None:
        if self.isEnabledFor(level):
            msg, kwargs = self.process(msg, kwargs)  # type: ignore[assignment]  # a dict is a mutable mapping
            self.logger.log(level, msg, *args, **kwargs)


def get_logger(name: str = "saleloop") -> Logger:
    """A logger whose messages take keyword arguments as fields."""
    return Logger(logging.getLogger(name))


def configure(service: str, process: str, level: str = "INFO") -> None:
    """Send every log of this process to standard error as JSON; repeated calls replace the former one."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter(service, process))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for chatty in _CHATTY:
        logging.getLogger(chatty).setLevel(max(logging.WARNING, logging.getLevelName(level)))
