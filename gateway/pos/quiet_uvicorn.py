"""uvicorn as a guest on an event loop whose process has its own signals and its own log."""

import contextlib
from collections.abc import Iterator

import uvicorn
from starlette.types import ASGIApp

_KEEP_ALIVE_S = 75
_STOP_S = 10
_BACKLOG = 1024


class QuietServer(uvicorn.Server):
    """Serves until `should_exit`."""

    def __init__(self, app: ASGIApp, host: str, port: int) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                host=host,
                port=port,
                http="httptools",
                ws="none",
                lifespan="off",
                access_log=False,
                log_config=None,
                server_header=False,
                proxy_headers=False,
                backlog=_BACKLOG,
                timeout_keep_alive=_KEEP_ALIVE_S,
                timeout_graceful_shutdown=_STOP_S,
            )
        )

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """The process handles them itself."""
        yield
