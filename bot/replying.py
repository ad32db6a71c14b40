"""A reply becomes rows of the outbox, in the transaction of the update that it answers."""

import logging
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.showing import as_shown
from handlers.messages import Reply
from handlers.request import Inbound
from storage.forgetting import BLIND, GOODBYE, SECRET
from storage.inbox import InboxItem
from storage.outbox import Kind, enqueue
from storage.people import Account

log = logging.getLogger(__name__)

GOODBYE_LASTS = timedelta(hours=1)  # the last words to somebody who was erased are given up after that


async def write_reply(
    session: AsyncSession, item: InboxItem, inbound: Inbound, account: Account, reply: Reply, now: datetime
) -> list[str]:
    """Write what the reply says; returns what its rows are about, in the order of its messages."""
    pressed = inbound.press.message if inbound.press else ""
    about = GOODBYE if reply.goodbye else SECRET if reply.secret else "reply:"
    rows = [
        {
            "about": f"{BLIND if message.secret else about}{item.id}:{index}",
            "kind": Kind.REPLY,
            "platform": inbound.platform,
            "workspace": inbound.workspace,
            "chat": inbound.chat,
            "account_id": None if reply.goodbye else account.id,
            "person_id": None if reply.goodbye or inbound.chat_kind != "private" else account.person_id,
            "expires_at": now + GOODBYE_LASTS if reply.goodbye or reply.secret else None,
            "payload": message.model_dump(mode="json", exclude_defaults=True),
            "edits": pressed if reply.replace and index == 0 else "",
            "due_at": now,
            "created_at": now,
        }
        for index, message in enumerate(shown for message in reply.messages for shown in as_shown(message))
    ]
    await session.flush()
    if await enqueue(session, rows) < len(rows):
        log.error("a reply to update %s %s was written before and is not sent again", item.platform, item.update_id)
    return [str(row["about"]) for row in rows]
