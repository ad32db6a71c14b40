"""`concerte export`: the results of a consultation as a file, as far as the promise to its voters allows."""

from pathlib import Path
from zoneinfo import ZoneInfo

from bot.channel import CannotStart
from bot.opening import open_database
from bot.settings import Settings
from bot.terminal import say
from handlers.consultations.acting import WRITERS
from handlers.errors import Refusal
from schedules.clock import SystemClock
from storage.audit import Act, note
from storage.consultations import consultation_by_slug
from storage.network import setting


async def export(settings: Settings, slug: str, extension: str, output: Path | None) -> None:
    """Write the file and say where. Raises CannotStart with one clear sentence."""
    if extension not in WRITERS:
        raise CannotStart(f"--format\u00a0: choisissez {' ou '.join(WRITERS)}.")
    database = await open_database(settings)
    try:
        now = SystemClock().now()
        async with database.transaction() as session:
            consultation = await consultation_by_slug(session, slug.lower())
            if consultation is None:
                raise CannotStart(
                    f"il n’y a pas de consultation «\u00a0{slug}\u00a0»\u202f; "
                    "dans la conversation, «\u00a0suivi\u00a0» les montre."
                )
            zone = ZoneInfo(str((await setting(session, "network")).get("zone", "Europe/Paris")))
            try:
                content = await WRITERS[extension].write(session, consultation, zone, now)
            except Refusal as refusal:
                raise CannotStart(refusal.sentence) from None
            await note(
                session,
                Act.EXPORTED,
                now,
                by="command-line",
                about=f"consultation:{consultation.slug}",
                format=extension,
            )
        path = output or Path(f"{slug.lower()}-{now.astimezone(zone):%Y-%m-%d}.{extension}")
        try:
            path.write_bytes(content)
        except OSError as error:
            raise CannotStart(f"{path} ne peut pas être écrit ({error.strerror}).") from None
        say(f"{path}")
    finally:
        await database.close()
