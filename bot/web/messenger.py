"""The way out to the browser: a delivery is a row of the page, once."""

from sqlalchemy.exc import DBAPIError

from bot.web.live import REHEARSAL, Hub, Ping
from schedules.clock import Clock
from schedules.messenger import NO_WORKSPACE, Outgoing
from schedules.retry import DeliveryError, Silence
from storage.database import Database
from storage.web import PLATFORM, write_out


class WebMessenger:
    """Writes deliveries to the pages, idempotent by delivery, and tells the tabs that are open here."""

    platform = PLATFORM
    workspaces = NO_WORKSPACE
    rate: float | None = None

    def __init__(self, database: Database, clock: Clock, hub: Hub) -> None:
        self._database = database
        self._clock = clock
        self._hub = hub

    async def send(self, outgoing: Outgoing) -> str:
        """Put the message on the page or in the place of another; returns its id there. Raises DeliveryError."""
        try:
            async with self._database.transaction() as session:
                message_id = await write_out(
                    session,
                    outgoing.chat,
                    outgoing.id,
                    outgoing.kind,
                    outgoing.payload,
                    outgoing.edits,
                    self._clock.now(),
                    anew=not outgoing.only_there,
                )
        except (DBAPIError, OSError) as error:
            # Repeating is harmless: the row is unique by delivery. So this is a delay, never a doubt.
            raise DeliveryError("database away", retry_after=1.0, silence=Silence.NOTHING) from error
        if message_id is None:
            raise DeliveryError("no such page", permanent=True, unreachable=True)
        if not message_id:
            raise DeliveryError("message_not_found", permanent=True)
        self._hub.publish(outgoing.chat, Ping("chat"))
        if outgoing.kind != "reply":
            self._hub.publish(REHEARSAL, Ping("rehearsal"))
        return str(message_id)
