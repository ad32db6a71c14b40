"""`SEND=off|only:<e-mail>`: real sending is held back, the browser goes on."""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.outbox import Delivery
from storage.people import Person


class SendHold:
    """Skips deliveries to real platforms, all or all but one person's; the report says why."""

    def __init__(self, send: str) -> None:
        self._only = send.removeprefix("only:").strip().lower() if send.startswith("only:") else ""
        self._off = send == "off"

    async def reason(self, session: AsyncSession, delivery: Delivery) -> str:
        """Why the delivery must not leave; empty when it may."""
        if delivery.platform == "web":
            return ""
        if self._off:
            return "held back by SEND=off"
        if self._only:
            email = await session.scalar(select(func.lower(Person.email)).where(Person.id == delivery.person_id))
            return "" if email == self._only else "held back by SEND=only"
        return ""
