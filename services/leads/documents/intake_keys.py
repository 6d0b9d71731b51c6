"""What a lead came in under. Each key is unique, so that a repetition of any kind meets the first lead."""


def request_key(subject: str, request_id: str) -> str:
    """A request_id is the caller's own: two callers may use the same."""
    return f"request:{subject}:{request_id}"


def external_key(channel: str, external_id: str) -> str:
    """An external id is its channel's own: visitor 7 of the expo is not form 7 of the website."""
    return f"external:{channel}:{external_id}"


def row_key(content_key: str) -> str:
    """A row of a file without an external id."""
    return f"row:{content_key}"


def form_key(form: str, nonce: str) -> str:
    """A submitted form: its token is good for one lead."""
    return f"form:{form}:{nonce}"


def webhook_key(source_id: str, webhook_id: str) -> str:
    """A delivery of a source: it may be sent again and again."""
    return f"webhook:{source_id}:{webhook_id}"
