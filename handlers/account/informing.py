"""The privacy notice in short, as a button shows it; docs/confidentialite.md is the whole of it."""

from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.account import notice_wording as wording
from handlers.messages import Button, Reply, plain, say
from handlers.request import Request
from storage.conversations import Conversation
from storage.directory import Contact
from storage.network import setting
from storage.retention import Retention


@dataclass(frozen=True, slots=True)
class Notice:
    """What the notice depends on: whom to write to (PRIVACY_CONTACT, may be empty) and how long things are kept."""

    contact: str = ""
    retention: Retention = field(default_factory=Retention)

    async def show(self, request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
        """Who keeps what, why, for how long, where it goes, and what one may ask; for anybody."""
        network = str((await setting(session, "network")).get("name", ""))
        sources = await session.scalars(
            select(Contact.source).where(Contact.public, Contact.source != "").distinct().order_by(Contact.source)
        )
        text = wording.notice(
            plain(network), plain(self.contact), [plain(source) for source in sources], self.retention
        )
        if request.person is None or request.inbound.chat_kind != "private":
            return say(text)
        return say(text, (Button(label=wording.MY_DATA, action="data:show"),))
