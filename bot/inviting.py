"""What `concerte invite` does: links for one person, or the file of a mail merge."""

import os
import time
from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from bot.channel import CannotStart
from bot.granting import US, person_called, region_called, role_called
from bot.opening import open_database
from bot.settings import Settings
from bot.terminal import say
from handlers.account.merging import merge
from handlers.account.personal import address
from schedules.clock import SystemClock
from storage.audit import Act, note
from storage.channels import remember_bot, telegram_address
from storage.linking import make_invitations
from storage.network import home
from storage.personal import DAY, make_link
from storage.roles import people_with


async def invite_one(settings: Settings, who: str, days: int) -> int:
    """Show the links of one person; returns the exit code. Raises CannotStart."""
    database = await open_database(settings)
    try:
        async with database.transaction() as session:
            bot = await _ways(settings, session)
            one = await person_called(session, who)
            number, machine, life = one.person.id, time.time(), days * DAY
            say(f"{one.person.name}, for {days} days; for nobody else's eyes:")
            if bot:
                token = (await make_invitations(session, [number], None, machine + life))[number]
                say(f"  Telegram  {await telegram_address(session, token)}")
            if settings.public_url:
                token = await make_link(session, number, None, machine, life)
                say(f"  browser   {address(settings.public_url, token)}")
            await note(session, Act.INVITED, SystemClock().now(), by=US, about=number)
    finally:
        await database.close()
    return 0


async def invite_many(
    settings: Settings, path: Path, roles: Sequence[str], regions: Sequence[str], *, everybody: bool, days: int
) -> int:
    """Write the file of a mail merge, readable by its owner only; returns the exit code. Raises CannotStart."""
    wanted = frozenset(role_called(word) for word in roles)
    database = await open_database(settings)
    try:
        async with database.transaction() as session:
            await _ways(settings, session)
            places = [(await region_called(session, word)).id for word in regions] or None
            found = await people_with(session, wanted, places, unreached=not everybody)
            people = [one for one in found if not one.person.fictional]
            if not people:
                raise CannotStart("nobody is meant by these options who has no chat account yet; see --all.")
            zone = ZoneInfo((await home(session))[0])
            made = await merge(session, people, None, time.time(), settings.public_url, zone, days * DAY)
            await note(session, Act.INVITED, SystemClock().now(), by=US, about="mail merge", people=made.people)
            _write(path, made.content)
    finally:
        await database.close()
    count = "1 person" if made.people == 1 else f"{made.people} people"
    say(f"{path}: {count}, links good until {made.until:%Y-%m-%d}.")
    say("Whoever has this file has everybody's page: delete it once the letters have left.")
    return 0


async def _ways(settings: Settings, session: AsyncSession) -> str:
    """The bot's address on Telegram if there is one. Raises CannotStart when there is nowhere to invite to."""
    if settings.telegram_bot_token and not await telegram_address(session):
        from bot.telegram.channel import who_am_i

        await remember_bot(session, "telegram", username=(await who_am_i(settings)).removeprefix("@"))
    bot = await telegram_address(session)
    if not bot and not settings.public_url:
        raise CannotStart("there is nowhere to invite to: set PUBLIC_URL, or TELEGRAM_BOT_TOKEN.")
    return bot


def _write(path: Path, content: bytes) -> None:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
    except FileExistsError:
        raise CannotStart(f"{path} is there already; choose another name, or delete it.") from None
    except OSError as error:
        raise CannotStart(f"{path} cannot be written ({error.strerror}).") from None
