"""Every failure into problem+json, in this one place."""

import orjson

from chassis import errors, logs, problems, telemetry
from chassis.errors import Failure
from chassis.rpc_client import RemoteError
from gateway.http.answers import Answer
from gateway.http.refusals import DOMAIN, Refusal

_RETRY_AFTER_SECONDS = {"UNAVAILABLE": "1", "RESOURCE_EXHAUSTED": "1", "ABORTED": "1"}
_HTTP_TITLES = {
    405: ("The method is not allowed here", "此地址不支持该方法"),
    408: ("The body took too long", "请求内容接收超时"),
    413: ("The body is too large", "请求内容过大"),
    415: ("The media type is not supported", "不支持的内容类型"),
    422: ("The idempotency key belongs to another request", "幂等键已用于另一请求"),
}

log = logs.get_logger(__name__)


def problem_answer(error: BaseException, *, instance: str, accept_language: str) -> Answer:
    """What the caller is told about `error`; unknown exceptions are logged and told without any detail."""
    failure = _failure(error)
    if failure.is_internal:
        log.error("request failed", instance=instance, exc_info=error)
    language = preferred_language(accept_language)
    details = problems.problem(failure, instance=instance, trace_id=telemetry.trace_id(), language=language)
    headers: dict[str, str] = {"content-language": language}
    if failure.code in _RETRY_AFTER_SECONDS:
        headers["retry-after"] = failure.metadata.get("retry_after_seconds", _RETRY_AFTER_SECONDS[failure.code])
    if failure.code == "UNAUTHENTICATED":
        headers["www-authenticate"] = 'Bearer realm="saleloop"'
    if isinstance(error, Refusal):
        headers |= error.headers
        if error.http_status is not None:
            details["status"] = error.http_status
            english, chinese = _HTTP_TITLES[error.http_status]
            details["title"] = chinese if language == "zh" else english
    status: int = details["status"]
    return Answer(status, problems.CONTENT_TYPE, orjson.dumps(details), tuple(headers.items()))


def preferred_language(accept_language: str) -> str:
    """ "zh" or "en", whichever the header names with the higher weight; English when it names neither."""
    best, best_weight = "en", 0.0
    for part in accept_language[:200].split(","):
        tag, _, parameters = part.partition(";")
        language = tag.strip().lower().split("-")[0]
        try:
            weight = float(parameters.strip().removeprefix("q=")) if parameters else 1.0
        except ValueError:
            continue
        if language in ("zh", "en") and weight > best_weight:
            best, best_weight = language, weight
    return best


def _failure(error: BaseException) -> Failure:
    if isinstance(error, RemoteError):
        failure = error.failure
        # A service that cannot be reached tells nothing itself; grpc's own text names addresses.
        if failure.code in ("UNAVAILABLE", "DEADLINE_EXCEEDED") and not failure.domain:
            reason = "SERVICE_UNAVAILABLE" if failure.code == "UNAVAILABLE" else failure.code
            return Failure(failure.code, reason, problems.title(failure.code), domain=DOMAIN)
        return failure
    described = errors.describe(error)
    return Failure(
        described.code, described.reason, described.message, described.metadata, described.violations, DOMAIN
    )
