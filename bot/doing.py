"""Running a command to its end."""

import asyncio
import signal
from collections.abc import Callable, Coroutine
from typing import Any

import typer

from bot.channel import CannotStart
from bot.settings import BadSetting, Settings, read_settings
from bot.terminal import say


def do(work: Callable[[Settings], Coroutine[Any, Any, int | None]]) -> None:
    """Run a command to its end. What it cannot do is one sentence on stderr and code 2."""
    from bot.logs import quiet_libraries

    quiet_libraries()
    # What is under way is rolled back and files are closed; commands that serve put a gentler end in its place.
    signal.signal(signal.SIGTERM, _end)
    try:
        if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:  # which is for the time before (see `bot.__main__`)
            signal.signal(signal.SIGINT, signal.default_int_handler)
        code = asyncio.run(work(read_settings()))
    except (BadSetting, CannotStart) as error:
        say(f"concerte: {error}", error=True)
        raise typer.Exit(2) from None
    except KeyboardInterrupt:
        raise typer.Exit(0) from None
    raise typer.Exit(code or 0)


def _end(*_: object) -> None:
    raise SystemExit(0)
