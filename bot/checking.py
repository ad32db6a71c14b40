"""`concerte check`: what is configured, what is missing, what would fail, before it does."""

import socket

from sqlalchemy.exc import SQLAlchemyError

from bot.channel import CannotStart
from bot.pack.reading import PackError, read_pack
from bot.settings import Settings
from bot.terminal import say
from storage.database import BadDatabaseUrl, Database
from storage.migrating import newest, revision


async def check_all(settings: Settings) -> int:
    """Look at every part and say a line about each; 2 when something would fail, else 0."""
    faults = 0
    for name, look in (
        ("database", _database),
        ("pack", _pack),
        ("Telegram", _telegram),
        ("Slack", _slack),
        ("web", _web),
        ("sending", _sending),
    ):
        try:
            say(f"  ok       {name}: {await look(settings)}")
        except _Missing as missing:
            say(f"  missing  {name}: {missing}")
        except CannotStart as fault:
            faults += 1
            say(f"  fault    {name}: {fault}")
    say("Everything that is configured works." if not faults else f"{faults} would fail.")
    return 2 if faults else 0


class _Missing(Exception):
    """Not configured; that is no fault."""


async def _database(settings: Settings) -> str:
    try:
        database = Database(settings.database)
    except BadDatabaseUrl as error:
        raise CannotStart(f"{error}.") from None
    except OSError as error:
        raise CannotStart(f"the data folder cannot be used ({error.strerror}); set CONCERTE_DATA.") from None
    try:
        at = await revision(database)
    except (SQLAlchemyError, OSError) as error:
        raise CannotStart(f"not reachable ({type(error).__name__}); check DATABASE_URL.") from None
    finally:
        await database.close()
    kind = "SQLite" if settings.is_embedded else "PostgreSQL"
    if at == newest():
        return f"{kind}, at the newest revision."
    if settings.is_embedded:
        return f"{kind}, will be brought to the newest revision at the next start."
    raise CannotStart(f"{kind}, at revision {at or 'none'}; run « concerte migrate ».")


async def _pack(settings: Settings) -> str:
    folder = settings.concerte_pack
    if not folder.is_dir():
        raise CannotStart(f"{folder} is no folder; set CONCERTE_PACK to the pack's.")
    try:
        pack = read_pack(folder)
    except PackError as error:
        # What is wrong is said in French to whoever keeps the data; this page is for whoever runs the machine.
        first, count = error.faults[0], len(error.faults)
        faults = f"{count} faults, the first" if count > 1 else "a fault"
        raise CannotStart(
            f"{folder} has {faults} in {first.place}; « concerte import --dry-run {folder} » explains."
        ) from None
    return f"{pack.network.name} ({folder})."


async def _telegram(settings: Settings) -> str:
    if settings.telegram_bot_token is None:
        raise _Missing("set TELEGRAM_BOT_TOKEN to use it.")
    from bot.telegram.channel import who_am_i

    return f"connected as {await who_am_i(settings)}."


async def _slack(settings: Settings) -> str:
    if settings.slack_bot_token is None:
        raise _Missing("set SLACK_BOT_TOKEN and SLACK_APP_TOKEN to use it.")
    from bot.slack.channel import who_we_are

    return f"connected as {await who_we_are(settings)}."


async def _web(settings: Settings) -> str:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise CannotStart(
                f"{settings.host}:{settings.port} cannot be used ({error.strerror}); set PORT or HOST."
            ) from None
    return f"{settings.host}:{settings.port} is free" + (
        f", reached at {settings.public_url}." if settings.public_url else "."
    )


async def _sending(settings: Settings) -> str:
    if settings.send == "off":
        return "held back (SEND=off): nothing real leaves."
    return "on." if settings.send == "on" else "only to one person (SEND=only:…)."
