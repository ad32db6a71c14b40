"""`concerte run`, `web` and `worker`: start the parts, wait for a signal, end cleanly."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import Callable
from datetime import datetime

from bot.app import App
from bot.channel import CannotStart, Parts
from bot.logs import log_to_stderr
from bot.opening import open_database
from bot.settings import Settings
from handlers.collecting import uncollected
from schedules.clock import Clock, MovedClock, SystemClock

log = logging.getLogger(__name__)


def clock_for(settings: Settings, now: datetime | None, speed: float) -> Clock:
    """The calendar's clock; a moved one is refused where real people would be written to."""
    if now is None and speed == 1.0:
        return SystemClock()
    if settings.official_addresses:
        raise CannotStart(
            "A moved clock would write to real people on "
            f"{' and '.join(settings.official_addresses)}; unset the tokens, or set SLACK_API_URL and "
            "TELEGRAM_API_URL to servers of your own."
        )
    start = now or SystemClock().now()
    if start.tzinfo is None:
        raise CannotStart("--now needs a time zone, for instance 2024-03-15T10:00:00+01:00.")
    return MovedClock(start, speed)


async def run_parts(settings: Settings, parts: Parts, *, now: datetime | None = None, speed: float = 1.0) -> int:
    """Run until SIGTERM or SIGINT. Raises CannotStart with one clear sentence."""
    with uncollected():  # a fifth of the time that imports take is looking for garbage where there is none
        from bot.web.server import WebServer

    log_to_stderr()
    clock = clock_for(settings, now, speed)
    database = await open_database(settings)
    app = App(settings, database, clock)
    try:
        add_platforms(app, parts)
        if Parts.WEB in parts:
            app.add(WebServer(settings, app, routes=app.routes()))
        elif not app.channels:
            raise CannotStart("Nothing to do: set SLACK_BOT_TOKEN and SLACK_APP_TOKEN, or TELEGRAM_BOT_TOKEN.")
        await until_told(app)
    finally:
        await app.stop()
    log.info("concerte has ended: what has not left waits in the database")
    return 0


def add_platforms(app: App, parts: Parts = Parts.ALL) -> None:
    """The platforms that have tokens. A process without `WORKER` replies, and leaves what is pushed to the workers."""
    settings, pushes = app.settings, Parts.WORKER in parts
    with uncollected():
        if settings.telegram_bot_token:
            from bot.telegram.channel import TelegramChannel

            app.add(TelegramChannel(settings, app.gateway, app.database, app.owner, parts), pushes=pushes)
        if settings.slack_bot_token:
            from bot.slack.channel import SlackChannel

            app.add(SlackChannel(settings, app.gateway, parts=parts), pushes=pushes)


async def until_told(app: App, started: Callable[[], None] = lambda: None) -> None:
    """Start, say so, and wait for SIGTERM or SIGINT."""
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError):  # Windows has no signal handlers in its loop
            loop.add_signal_handler(name, told.set)
    with uncollected():  # what stands by now stays: a search through it holds everybody up for a tenth of a second
        await app.start()
    started()
    log.info("concerte runs: %s", ", ".join(channel.name for channel in app.channels))
    await told.wait()
    log.info("concerte ends")
