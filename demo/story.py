"""What the demo tells while it happens, and the figures it insists on."""

import time
from collections.abc import Callable
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

T = TypeVar("T")

_PATIENCE_SECONDS = 300.0


class FigureDiffers(Exception):
    """A figure is not what it must be: the demo has failed."""


class Story:
    """Prints steps above a progress bar; a figure that differs ends the demo."""

    def __init__(self, steps: int) -> None:
        self.console = Console(highlight=False)
        self.facts: list[tuple[str, str, str]] = []
        self.checks = 0
        self.is_finished = False
        self._started = time.monotonic()
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("[bold]{task.description}"),
            BarColumn(bar_width=40),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self.console,
        )
        self._whole = self._progress.add_task("the loop", total=steps)
        self._part: TaskID | None = None

    def __enter__(self) -> "Story":
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    @property
    def seconds(self) -> float:
        """Since the demo began."""
        return time.monotonic() - self._started

    def step(self, title: str) -> None:
        """The next step of the story begins."""
        self._end_part()
        self._progress.update(self._whole, advance=1, description=title)
        self.console.print(f"[cyan]{self.seconds:6.1f} s[/]  [bold]{title}[/]")

    def say(self, text: str) -> None:
        """A line about what happened."""
        self.console.print(f"          {text}", markup=False, soft_wrap=True)

    def expect(self, title: str, total: int) -> Callable[[int], None]:
        """A second bar for many things of one kind; the answer moves it forward."""
        self._end_part()
        self._part = part = self._progress.add_task(f"  {title}", total=total)
        return lambda done: self._progress.update(part, advance=done)

    def fact(self, part: str, what: str, figure: object) -> None:
        """A line of the table at the end."""
        self.facts.append((part, what, str(figure)))

    def check(self, what: str, is_so: object, expected: object = True) -> None:
        """Insist on a figure. Raises FigureDiffers with both values."""
        self.checks += 1
        if is_so != expected:
            raise FigureDiffers(f"{what}: {is_so!r} instead of {expected!r}")

    def wait_for(self, what: str, look: Callable[[], T | None]) -> T:
        """What `look` answers once it is there; events take a moment. Raises FigureDiffers after a minute."""
        give_up_at = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < give_up_at:
            found = look()
            if found:
                return found
            time.sleep(0.1)
        raise FigureDiffers(f"{what} did not happen within {_PATIENCE_SECONDS:.0f} s")

    def finish(self) -> None:
        """The last step is done; what still happens is not told below the results."""
        self.is_finished = True
        self._end_part()
        self._progress.update(self._whole, description="done", completed=self._progress.tasks[self._whole].total)

    def _end_part(self) -> None:
        if self._part is not None:
            self._progress.remove_task(self._part)
            self._part = None


def yuan(amount_minor: int) -> str:
    """An amount in CNY as people read it."""
    return f"¥{amount_minor / 100:,.2f}"
