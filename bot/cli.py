"""The command line. Every command ends with code 2 and one clear sentence when it cannot begin."""

import asyncio
import signal
import sys
from collections.abc import Callable, Coroutine
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.channel import CannotStart
from bot.deliveries import deliveries
from bot.settings import BadSetting, Settings, read_settings
from bot.terminal import say

app = typer.Typer(
    name="concerte",
    help="An assistant in Slack, Telegram and the browser for a federated network in the middle of a consultation.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(deliveries, name="deliveries")

Now = Annotated[
    datetime | None,
    typer.Option("--now", formats=["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M%z"], help="the calendar's instant, ISO 8601"),
]
Speed = Annotated[float, typer.Option("--speed", min=0.001, help="how fast the moved calendar runs")]


def _end(*_: object) -> None:
    raise SystemExit(0)


def _do(work: Callable[[Settings], Coroutine[Any, Any, int | None]]) -> None:
    """Run a command to its end. What it cannot do is one sentence on stderr and code 2."""
    from bot.logs import quiet_libraries

    quiet_libraries()
    # What is under way is rolled back and files are closed; commands that serve put a gentler end in its place.
    signal.signal(signal.SIGTERM, _end)
    try:
        code = asyncio.run(work(read_settings()))
    except (BadSetting, CannotStart) as error:
        say(f"concerte: {error}", error=True)
        raise typer.Exit(2) from None
    except KeyboardInterrupt:
        raise typer.Exit(0) from None
    raise typer.Exit(code or 0)


@app.command()
def demo() -> None:
    """The rehearsal: embedded database, the pack, a browser page, a clock that can be moved."""
    from bot.rehearsal import run_rehearsal

    _do(run_rehearsal)


@app.command()
def run(now: Now = None, speed: Speed = 1.0) -> None:
    """Everything in one process, on the channels that have tokens."""
    from bot.channel import Parts
    from bot.running import run_parts

    _do(lambda settings: run_parts(settings, Parts.ALL, now=now, speed=speed))


@app.command()
def web(now: Now = None, speed: Speed = 1.0) -> None:
    """The HTTP half of `run`, for several machines."""
    from bot.channel import Parts
    from bot.running import run_parts

    _do(lambda settings: run_parts(settings, Parts.WEB, now=now, speed=speed))


@app.command()
def worker(now: Now = None, speed: Speed = 1.0) -> None:
    """The polling and sending half of `run`, for several machines."""
    from bot.channel import Parts
    from bot.running import run_parts

    _do(lambda settings: run_parts(settings, Parts.WORKER, now=now, speed=speed))


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="what you would type in the chat")] = "",
    now: Now = None,
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help='read {"id","q","context"} lines, write {"id","answer"}')
    ] = False,
    explain: Annotated[bool, typer.Option("--explain", help="show how the question was read")] = False,
) -> None:
    """One answer in the terminal."""
    from bot.asking import ask_lines, ask_once

    if jsonl:
        _do(lambda settings: ask_lines(settings, now, sys.stdin, sys.stdout))
    elif question.strip():
        _do(lambda settings: ask_once(settings, now, question, explain=explain))
    else:
        say("concerte: write a question: concerte ask « C’est quand l’AG ? »", error=True)
        raise typer.Exit(2)


@app.command("import")
def import_files(
    files: Annotated[
        list[Path] | None, typer.Argument(help="the folder of a pack, or members files (.csv, .xlsx)")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="say what would change, change nothing")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="undo the last import of members")] = False,
    skip_refused: Annotated[bool, typer.Option("--skip-refused", help="import the rows that are not refused")] = False,
    column: Annotated[
        list[str] | None, typer.Option("--column", help="what a column is: « Tél. pro=telephone », once for all")
    ] = None,
) -> None:
    """Load data, all or nothing; faults are said with file, line and reason."""
    from bot.importing import import_all
    from bot.importing import undo as undo_last

    if undo and not files:
        _do(undo_last)
    elif files and not undo:
        _do(
            lambda settings: import_all(
                settings, files, dry_run=dry_run, skip_refused=skip_refused, columns=column or ()
            )
        )
    else:
        say("concerte: name files to import, or --undo alone.", error=True)
        raise typer.Exit(2)


@app.command("export")
def export_results(
    slug: Annotated[str, typer.Argument(help="the short name of the consultation")],
    extension: Annotated[str, typer.Option("--format", help="csv, xlsx, json or docx")] = "csv",
    output: Annotated[Path | None, typer.Option("--output", help="the file to write")] = None,
) -> None:
    """The results of a consultation, as far as the promise to its voters allows."""
    from bot.exporting import export

    _do(lambda settings: export(settings, slug, extension, output))


@app.command()
def check() -> None:
    """Say what is configured, what is missing, what would fail, before it does."""
    from bot.checking import check_all

    _do(check_all)


@app.command()
def migrate() -> None:
    """Bring the database to the newest revision."""
    from bot.importing import migrate_database

    _do(migrate_database)


def main() -> None:
    """The entry point `concerte`."""
    app()
