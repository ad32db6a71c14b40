"""The command line. Every command ends with code 2 and one clear sentence when it cannot begin."""

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.admin import admin
from bot.deliveries import deliveries
from bot.doing import do
from bot.terminal import say

app = typer.Typer(
    name="concerte",
    help="An assistant in Slack, Telegram and the browser for a federated network in the middle of a consultation.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(admin)
app.add_typer(deliveries, name="deliveries")

Now = Annotated[
    datetime | None,
    typer.Option("--now", formats=["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M%z"], help="the calendar's instant, ISO 8601"),
]
Speed = Annotated[float, typer.Option("--speed", min=0.001, help="how fast the moved calendar runs")]


@app.command()
def demo() -> None:
    """The rehearsal: embedded database, the pack, a browser page, a clock that can be moved."""
    from bot.rehearsal import run_rehearsal

    do(run_rehearsal)


@app.command()
def run(now: Now = None, speed: Speed = 1.0) -> None:
    """Everything in one process, on the channels that have tokens."""
    from bot.channel import Parts
    from bot.running import run_parts

    do(lambda settings: run_parts(settings, Parts.ALL, now=now, speed=speed))


@app.command()
def web(now: Now = None, speed: Speed = 1.0) -> None:
    """The HTTP half of `run`, for several machines."""
    from bot.channel import Parts
    from bot.running import run_parts

    do(lambda settings: run_parts(settings, Parts.WEB, now=now, speed=speed))


@app.command()
def worker(now: Now = None, speed: Speed = 1.0) -> None:
    """The polling and sending half of `run`, for several machines."""
    from bot.channel import Parts
    from bot.running import run_parts

    do(lambda settings: run_parts(settings, Parts.WORKER, now=now, speed=speed))


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
        do(lambda settings: ask_lines(settings, now, sys.stdin, sys.stdout))
    elif question.strip():
        do(lambda settings: ask_once(settings, now, question, explain=explain))
    else:
        say("concerte: écrivez une question, par exemple\u00a0: concerte ask « C’est quand l’AG ? »", error=True)
        raise typer.Exit(2)


@app.command("import")
def import_files(
    files: Annotated[
        list[Path] | None, typer.Argument(help="a pack (a folder), members (.csv, .xlsx), agendas (.ics)")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="say what would change, change nothing")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="undo the last import of members")] = False,
    skip_refused: Annotated[bool, typer.Option("--skip-refused", help="import the rows that are not refused")] = False,
    column: Annotated[
        list[str] | None, typer.Option("--column", help="what a column is: « Tél. pro=telephone », once for all")
    ] = None,
) -> None:
    """Load data, all or nothing; faults are said with file, line and reason."""
    from bot.importing import import_all
    from bot.importing import undo as undo_last

    if undo and not files:
        do(undo_last)
    elif files and not undo:
        do(
            lambda settings: import_all(
                settings, files, dry_run=dry_run, skip_refused=skip_refused, columns=column or ()
            )
        )
    else:
        say("concerte: nommez les fichiers à importer, ou --undo seul.", error=True)
        raise typer.Exit(2)


@app.command("export")
def export_results(
    slug: Annotated[str, typer.Argument(help="the short name of the consultation")],
    extension: Annotated[str, typer.Option("--format", help="csv, xlsx, json or docx")] = "csv",
    output: Annotated[Path | None, typer.Option("--output", help="the file to write")] = None,
) -> None:
    """The results of a consultation, as far as the promise to its voters allows."""
    from bot.exporting import export

    do(lambda settings: export(settings, slug, extension, output))


@app.command()
def invite(
    who: Annotated[str, typer.Argument(help="one person, by e-mail or name: the links are shown")] = "",
    csv: Annotated[Path | None, typer.Option("--csv", help="a new file for a mail merge, one line a person")] = None,
    role: Annotated[list[str] | None, typer.Option("--role", help="only these: direction, elu, participant…")] = None,
    region: Annotated[list[str] | None, typer.Option("--region", help="only these regions, by code")] = None,
    everybody: Annotated[bool, typer.Option("--all", help="those with a chat account too")] = False,
    days: Annotated[int, typer.Option("--days", min=1, max=366, help="how long the links are good")] = 60,
) -> None:
    """Personal links for one person or for a mail merge: Telegram, and the browser."""
    from bot.inviting import invite_many, invite_one

    if who and csv is None:
        do(lambda settings: invite_one(settings, who, days))
    elif csv is not None and not who:
        do(lambda settings: invite_many(settings, csv, role or (), region or (), everybody=everybody, days=days))
    else:
        say("concerte: name one person, or --csv and a file.", error=True)
        raise typer.Exit(2)


@app.command()
def check() -> None:
    """Say what is configured, what is missing, what would fail, before it does."""
    from bot.checking import check_all

    do(check_all)


@app.command()
def migrate() -> None:
    """Bring the database to the newest revision."""
    from bot.importing import migrate_database

    do(migrate_database)
