"""`concerte deliveries list|cancel|retry`: what waits, failed or is in doubt."""

from typing import Annotated

import typer

from bot.doing import do
from bot.opening import open_database
from bot.settings import Settings
from bot.terminal import say
from schedules.clock import SystemClock
from storage.outbox import Delivery, State
from storage.outbox_listing import UNSETTLED, Chosen, cancel_chosen, listed, retry_chosen

deliveries = typer.Typer(help="What waits, failed or is in doubt.", no_args_is_help=True)

Numbers = Annotated[list[int] | None, typer.Argument(help="numbers as « list » shows them")]
OfAnnouncement = Annotated[int | None, typer.Option("--announcement", min=1, help="all of this announcement")]
States = Annotated[list[State] | None, typer.Option("--state", help="only in this state; may be repeated")]
Limit = Annotated[int, typer.Option("--limit", min=1, help="lines shown at most")]


@deliveries.command("list")
def list_them(announcement: OfAnnouncement = None, state: States = None, limit: Limit = 50) -> None:
    """One line each: number, state, why, tries, when it is due, platform, what it is, for whom."""
    do(lambda settings: show(settings, Chosen((), announcement, state or UNSETTLED), limit))


@deliveries.command()
def cancel(numbers: Numbers = None, announcement: OfAnnouncement = None) -> None:
    """Never send what has not left yet."""
    chosen = _chosen(numbers, announcement)
    do(lambda settings: change(settings, chosen, retry=False))


@deliveries.command()
def retry(numbers: Numbers = None, announcement: OfAnnouncement = None, state: States = None) -> None:
    """Send again what failed or is in doubt; what is in doubt may arrive twice."""
    chosen = _chosen(numbers, announcement, state)
    do(lambda settings: change(settings, chosen, retry=True))


async def show(settings: Settings, chosen: Chosen, limit: int) -> int:
    """Write the list."""
    database = await open_database(settings)
    async with database.reading() as session:
        total, rows = await listed(session, chosen, limit)
    await database.close()
    for row, name in rows:
        say(_line(row, name))
    say(_count(total) + (f", the first {limit} shown" if total > limit else ""))
    return 0


async def change(settings: Settings, chosen: Chosen, *, retry: bool) -> int:
    """Cancel or retry, and say how many; code 1 when there was nothing."""
    database = await open_database(settings)
    now = SystemClock().now()
    async with database.transaction() as session:
        done = await (retry_chosen if retry else cancel_chosen)(session, chosen, now)
    await database.close()
    say(f"{_count(done)} " + ("will be sent again" if retry else "cancelled"))
    return 0 if done else 1


def _chosen(numbers: list[int] | None, announcement: int | None, states: list[State] | None = None) -> Chosen:
    if not numbers and announcement is None:
        say("concerte: name deliveries by number, or --announcement.", error=True)
        raise typer.Exit(2)
    return Chosen(numbers or (), announcement, states or ())


def _count(number: int) -> str:
    return f"{number} deliver{'y' if number == 1 else 'ies'}"


def _line(row: Delivery, name: str) -> str:
    what = f"announcement {row.announcement_id}" if row.announcement_id is not None else row.kind
    why = f" ({row.reason})" if row.reason else ""
    due = row.due_at.strftime("%Y-%m-%d %H:%M UTC")
    return "\t".join(
        [str(row.id), f"{row.state}{why}", f"{row.tries} tries", due, row.platform or "-", what, name or "-"]
    )
