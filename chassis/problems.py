"""The one mapping from failures to HTTP: problem+json (RFC 9457) with titles in English and Chinese."""

from typing import Any

from chassis.errors import Failure

CONTENT_TYPE = "application/problem+json"

HTTP_STATUS = {
    "CANCELLED": 499,
    "UNKNOWN": 500,
    "INVALID_ARGUMENT": 400,
    "OUT_OF_RANGE": 400,
    "UNAUTHENTICATED": 401,
    "PERMISSION_DENIED": 403,
    "NOT_FOUND": 404,
    "ALREADY_EXISTS": 409,
    "ABORTED": 409,
    "FAILED_PRECONDITION": 409,
    "RESOURCE_EXHAUSTED": 429,
    "INTERNAL": 500,
    "DATA_LOSS": 500,
    "UNIMPLEMENTED": 501,
    "UNAVAILABLE": 503,
    "DEADLINE_EXCEEDED": 504,
}

_TITLES = {
    "CANCELLED": ("The request was cancelled", "请求已取消"),
    "UNKNOWN": ("Something went wrong", "出现未知错误"),
    "INVALID_ARGUMENT": ("The request is not valid", "请求内容有误"),
    "OUT_OF_RANGE": ("The request is out of range", "请求超出范围"),
    "UNAUTHENTICATED": ("You are not signed in", "尚未登录或登录已失效"),
    "PERMISSION_DENIED": ("You may not do this", "没有权限执行此操作"),
    "NOT_FOUND": ("There is no such thing", "找不到该对象"),
    "ALREADY_EXISTS": ("It exists already", "该对象已存在"),
    "ABORTED": ("Somebody else was faster", "数据已被他人修改，请重试"),
    "FAILED_PRECONDITION": ("The state does not allow it", "当前状态不允许此操作"),
    "RESOURCE_EXHAUSTED": ("A limit is reached", "已达到限额，请稍后再试"),
    "INTERNAL": ("Something went wrong on our side", "服务器内部错误"),
    "DATA_LOSS": ("Data is damaged", "数据已损坏"),
    "UNIMPLEMENTED": ("This does not exist yet", "尚不支持此操作"),
    "UNAVAILABLE": ("The service is away for the moment", "服务暂时不可用，请稍后再试"),
    "DEADLINE_EXCEEDED": ("It took too long", "处理超时，请重试"),
}


def http_status(code: str) -> int:
    """The HTTP status for a google.rpc.Code name."""
    return HTTP_STATUS.get(code, 500)


def title(code: str, language: str = "en") -> str:
    """The short text for a code; `language` is a tag such as "zh-CN" or "en"."""
    english, chinese = _TITLES.get(code, _TITLES["UNKNOWN"])
    return chinese if language.lower().startswith("zh") else english


def problem(failure: Failure, *, instance: str = "", trace_id: str = "", language: str = "en") -> dict[str, Any]:
    """The problem details of a failure. `instance` is the request's path; `errors` lists the wrong fields."""
    details: dict[str, Any] = {
        "type": f"urn:saleloop:problem:{failure.reason.lower().replace('_', '-')}",
        "title": title(failure.code, language),
        "status": http_status(failure.code),
        "detail": failure.message,
        "code": failure.code,
        "reason": failure.reason,
    }
    optional = {
        "instance": instance,
        "domain": failure.domain,
        "metadata": dict(failure.metadata),
        "trace_id": trace_id,
        "errors": [{"field": item.field, "description": item.description} for item in failure.violations],
    }
    return details | {name: value for name, value in optional.items() if value}
