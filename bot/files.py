"""The files that messages refer to, for the messengers: loaded once, and not again for each of ten thousand."""

import asyncio
from collections import OrderedDict

from sqlalchemy.exc import DBAPIError

from handlers.messages import Attachment, Message, StoredFile
from schedules.retry import DeliveryError, Silence
from storage.announcement_files import file_content, file_reference, remember_reference
from storage.database import Database

KEPT = 2  # files in memory; each is bounded where it comes in


class StoredFiles:
    """Files by their number, and what a platform calls them. Raises DeliveryError when one cannot be had."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kept: OrderedDict[int, Attachment] = OrderedDict()
        self._references: dict[tuple[int, str], str] = {}
        self._loading = asyncio.Lock()

    async def attached(self, message: Message) -> Message:
        """The message with the file itself where it refers to one."""
        if message.file is None:
            return message
        return message.model_copy(update={"file": None, "attachment": await self.attachment(message.file)})

    async def attachment(self, file: StoredFile) -> Attachment:
        """The file itself."""
        async with self._loading:
            if file.number not in self._kept:
                found = None
                try:
                    async with self._database.reading() as session:
                        found = await file_content(session, file.number)
                except (DBAPIError, OSError) as error:
                    raise DeliveryError("database away", retry_after=1.0, silence=Silence.NOTHING) from error
                if found is None:
                    raise DeliveryError("the file is gone", permanent=True)
                name, media_type, content = found
                self._kept[file.number] = Attachment(filename=name, media_type=media_type, content=content)
                while len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
            return self._kept[file.number]

    async def reference(self, file: StoredFile, platform: str) -> str:
        """What the platform calls the file; empty while it has not got it, or nobody can say."""
        key = file.number, platform
        if not self._references.get(key):
            try:
                async with self._database.reading() as session:
                    self._references[key] = await file_reference(session, *key)
            except (DBAPIError, OSError):
                return ""
        return self._references[key]

    async def remember(self, file: StoredFile, platform: str, reference: str) -> None:
        """Keep what the platform calls the file. A database that is away only costs sending it once more."""
        if self._references.get((file.number, platform)) == reference:
            return
        self._references[file.number, platform] = reference
        try:
            async with self._database.transaction() as session:
                await remember_reference(session, file.number, platform, reference)
        except (DBAPIError, OSError):
            return
