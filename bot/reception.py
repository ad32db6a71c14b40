"""What comes in: every update is in the inbox before it is acknowledged, and what a channel may ask first.

Committed once, by platform and update id: what has been stored will have its effect, whatever becomes of the process.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from sqlalchemy import func, select

from bot.files import StoredFiles
from handlers.request import Inbound
from schedules.clock import Clock
from storage.base import insert_or_ignore
from storage.channels import remember_bot
from storage.database import Database
from storage.inbox import InboxItem, InboxState
from storage.members import these_workspaces
from storage.people import Person, Role, find_account, roles_of
from storage.uploads import keep_uploads, upload_row

BIGGEST_FILE = 8 * 1024 * 1024
_STAFF = (Role.STAFF, Role.ADMIN, Role.REGIONAL_STAFF)


class Reception:
    """What every channel hands its updates to. Any number of them may share a database."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.clock = clock
        self.files = StoredFiles(database)  # what messages refer to, for the channels' messengers
        self._database = database
        self._wake = asyncio.Event()

    async def serve_workspaces(self, first: str, served: Sequence[str], *, complete: bool = True) -> None:
        """Say which Slack workspaces are ours; see `storage.members.these_workspaces`."""
        async with self._database.transaction() as session:
            await these_workspaces(session, first, served, complete=complete)

    async def remember_bot(self, platform: str, **facts: str) -> None:
        """Keep what a channel says of its own bot: the links of invitations are made with it."""
        async with self._database.transaction() as session:
            await remember_bot(session, platform, **facts)

    async def is_known(self, inbound: Inbound) -> bool:
        """Whether the account an update comes from belongs to somebody."""
        async with self._database.reading() as session:
            account = await find_account(session, inbound.platform, inbound.workspace, inbound.account)
        return account is not None and account.person_id is not None

    async def is_somebodys(self, email: str) -> bool:
        """Whether that e-mail is in the directory."""
        async with self._database.reading() as session:
            query = select(Person.id).where(func.lower(Person.email) == email.strip().lower())
            return await session.scalar(query.limit(1)) is not None

    async def store(self, updates: Sequence[Inbound]) -> int:
        """Commit a batch of updates to the inbox; those known already are passed over. Returns how many were new.

        When this returns, the updates may be acknowledged: each will have its effect, once.
        """
        rows = [
            {
                "platform": update.platform,
                "update_id": update.update_id,
                "sender": f"{update.platform}:{update.workspace}:{update.account}",
                "state": InboxState.PENDING,
                "payload": update.model_dump(mode="json"),
                "error": None,
                "stored_at": update.received_at,
                "handled_at": None,
            }
            for update in updates
        ]
        files = [
            upload_row(update.platform, update.update_id, file.name, file.media_type, file.content, update.received_at)
            for update in updates
            if (file := update.file) is not None
        ]
        async with self._database.transaction() as session:
            new = await insert_or_ignore(session, InboxItem, rows)
            await keep_uploads(session, files)
        self._wake.set()
        return new

    async def with_file(self, inbound: Inbound, size: int, fetch: Callable[[], Awaitable[bytes]]) -> Inbound:
        """The update with the content of its file, asked for only where staff in private send one that is not too
        large; empty when it cannot be had. Without a file for all others, who are told that it was not read.
        """
        assert inbound.file is not None
        if inbound.chat_kind == "private" and await self._is_from_staff(inbound):
            content = await fetch() if size <= BIGGEST_FILE else b""
            if len(content) > BIGGEST_FILE:
                content = b""
            return inbound.model_copy(update={"file": inbound.file.model_copy(update={"content": content})})
        unread = "" if inbound.text else "picture" if inbound.file.media_type.startswith("image/") else "file"
        return inbound.model_copy(update={"file": None, "unread": unread})

    async def _is_from_staff(self, inbound: Inbound) -> bool:
        async with self._database.reading() as session:
            account = await find_account(session, inbound.platform, inbound.workspace, inbound.account)
            grants = await roles_of(session, account.person_id) if account and account.person_id else ()
            return any(grant.role in _STAFF for grant in grants)
