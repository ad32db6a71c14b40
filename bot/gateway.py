"""The gateway: every update is stored before it is acknowledged, then handled once, in one transaction.

The transaction that handles an update also holds its row of the inbox, so a kill gives the update back untouched;
its reply and every push are rows of the outbox in the same transaction.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.files import StoredFiles
from bot.identity import account_of, someone
from bot.showing import as_shown
from bot.together import answer, gather, kind_of
from handlers.errors import Refusal
from handlers.messages import Message, Reply
from handlers.request import Inbound, Request, Someone
from handlers.router import Router
from schedules.blame import blame
from schedules.clock import Clock, machine_now
from schedules.delivery import Worker
from schedules.messenger import Outgoing
from storage.audit import Act, note
from storage.base import insert_or_ignore
from storage.channels import remember_bot
from storage.conversations import conversation
from storage.database import Database
from storage.forgetting import BLIND, GOODBYE, SECRET
from storage.inbox import InboxItem, InboxState, blind, is_any_pending, next_pending
from storage.members import this_workspace
from storage.network import setting
from storage.outbox import Kind, by_about, enqueue
from storage.people import Account, Person, Role, find_account, roles_of
from storage.uploads import keep_uploads, upload_row
from storage.web import PLATFORM, leave_notice

log = logging.getLogger(__name__)

APOLOGY = (
    "Je suis désolé, quelque chose s’est mal passé de mon côté et votre message n’a rien changé. "
    "Merci de réessayer ; si cela se reproduit, prévenez l’équipe d’animation du réseau."
)

BIGGEST_FILE = 8 * 1024 * 1024
_STAFF = (Role.STAFF, Role.ADMIN, Role.REGIONAL_STAFF)
GOODBYE_LASTS = timedelta(hours=1)  # the last words to somebody who was erased are given up after that

ACKNOWLEDGED_AT_ONCE = 40  # so that a storm of presses leaves room for what is sent

Acknowledge = Callable[[Inbound, Reply], Awaitable[None]]
"""Ends the waiting of a press on its platform, with the reply's notice or none. Best effort: it holds no fact."""


class Gateway:
    """The way in for all channels. Any number of gateways may share a database."""

    def __init__(
        self,
        database: Database,
        router: Router,
        worker: Worker,
        clock: Clock,
        public_url: str = "",
        *,
        machine: Callable[[], float] = machine_now,
    ) -> None:
        self.clock = clock
        self._machine = machine
        self._database = database
        self._router = router
        self._worker = worker
        self._public_url = public_url
        self.files = StoredFiles(database)  # what messages refer to, for the channels' messengers
        self._acknowledgers: dict[str, Acknowledge] = {}
        self._acknowledging: set[asyncio.Task[None]] = set()
        self._room = asyncio.Semaphore(ACKNOWLEDGED_AT_ONCE)
        self._wake = asyncio.Event()
        self._stopping = False

    @property
    def commands(self) -> frozenset[str]:
        """The words that are commands, for the menus of the platforms."""
        return frozenset(self._router.commands)

    def acknowledge_with(self, platform: str, acknowledge: Acknowledge) -> None:
        """How presses of a platform are acknowledged."""
        self._acknowledgers[platform] = acknowledge

    async def serve_workspace(self, workspace: str) -> None:
        """Say which Slack workspace is ours: member ids that an import announced are of that one, and no other."""
        async with self._database.transaction() as session:
            await this_workspace(session, workspace)

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

    async def run(self) -> None:
        """Handle what comes until `stop()`; look once a second for what another process left."""
        woken = True
        while not self._stopping:
            try:
                if woken or await self._database.together(is_any_pending):
                    await self.handle_all()
                pause = 1.0
            except (SQLAlchemyError, OSError) as error:
                log.warning("the inbox waits for the database (%s)", type(error).__name__)
                pause = 2.0
            except Exception as error:  # whatever it is, the next update is still to be handled
                log.error("the inbox stumbled (%s at %s)", *blame(error))
                pause = 1.0
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._wake.wait()
            woken = self._wake.is_set() or pause > 1.0
            self._wake.clear()

    async def stop(self) -> None:
        """Handle nothing more after the update under way."""
        self._stopping = True
        self._wake.set()
        if self._acknowledging:
            await asyncio.wait(self._acknowledging, timeout=2.0)

    async def handle_all(self) -> int:
        """Handle everything that waits; returns how many updates."""
        handled = 0
        while not self._stopping and await self.handle_one():
            handled += 1
        return handled

    async def handle_one(self) -> bool:
        """Handle the oldest update that may be handled now; False when there is none."""
        taken: list[int] = []
        try:
            return await self._handle_next(taken)
        except (DBAPIError, OSError):
            raise
        except Exception as error:
            # Not in a handler but around it: an update that cannot even be read must not hold up those behind it.
            if not taken:
                raise
            async with self._database.transaction() as session:
                item = await session.get_one(InboxItem, taken[0])
                self._fault(item, error)
                item.payload, item.handled_at = {}, self.clock.now()
            return True

    async def _handle_next(self, taken: list[int]) -> bool:
        leased: list[Outgoing] = []
        async with self._database.transaction() as session:
            item = await next_pending(session)
            if item is None:
                return False
            taken.append(item.id)
            inbound = Inbound.model_validate(item.payload)
            answered = await self._handle_together(session, item, inbound)
            if not answered:
                account = await account_of(session, inbound)
                reply = await self._handle(session, item, inbound, account)
                answered = [(inbound, reply)]
                item.payload = {}  # what was written is kept where it belongs, not here
                item.handled_at = self.clock.now()
                if any(message.secret for message in reply.messages):
                    blind(item)
                abouts = await self._write_reply(session, item, inbound, account, reply)
                if inbound.platform == PLATFORM and inbound.press and reply.notice and not reply.secret:
                    await leave_notice(session, inbound.chat, inbound.callback, reply.notice)
                if abouts:
                    leased = await self._worker.lease(session, await by_about(session, abouts))
        self._worker.send_now(leased)
        self._worker.wake()
        for inbound, reply in answered:
            if inbound.press is not None:
                self._acknowledge(inbound, reply)
        return True

    async def _handle_together(
        self, session: AsyncSession, item: InboxItem, inbound: Inbound
    ) -> list[tuple[Inbound, Reply]]:
        """The answers to this press and those like it that wait, in one go; nothing when it must be handled alone."""
        together = kind_of(self._router, inbound)
        if together is None:
            return []
        gathered = await gather(session, item, inbound, self._router)
        zone = await self._zone(session)
        try:
            return await answer(session, gathered, together, self._request_of, zone, self.clock.now())
        except DBAPIError as error:
            if error.connection_invalidated or _is_passing(error):
                raise
            return []

    async def _handle(self, session: AsyncSession, item: InboxItem, inbound: Inbound, account: Account) -> Reply:
        try:
            try:
                reply = await self._answer(session, inbound, account)
            except IntegrityError:
                # Another was faster with the same thing; what it wrote is visible now.
                reply = await self._answer(session, inbound, account)
            item.state = InboxState.DONE
        except Refusal as refusal:
            item.state = InboxState.DONE
            if refusal.audit:
                who = account.person_id or f"account:{inbound.platform}"
                await note(session, Act.RIGHT_REFUSED, self.clock.now(), by=who, reason=refusal.audit)
            return Reply(messages=(Message(text=refusal.sentence),))
        except DBAPIError as error:
            if error.connection_invalidated or _is_passing(error):
                raise  # the database is away or wants a retry: the update stays in the inbox
            return self._fault(item, error)
        except Exception as error:
            return self._fault(item, error)
        return reply

    async def _answer(self, session: AsyncSession, inbound: Inbound, account: Account) -> Reply:
        async with session.begin_nested():  # a refusal or a fault leaves no half effect
            request = await self._request(session, inbound, account)
            talk = await conversation(session, request.holder)
            return await self._router.answer(request, session, talk)

    def _fault(self, item: InboxItem, error: Exception) -> Reply:
        where = blame(error)
        log.error("update %s %s could not be handled (%s at %s)", item.platform, item.update_id, *where)
        item.state, item.error = InboxState.FAILED, where[0]
        return Reply(messages=(Message(text=APOLOGY),))

    async def _request(self, session: AsyncSession, inbound: Inbound, account: Account) -> Request:
        person = await someone(session, account.person_id, lock=True) if account.person_id else None
        return self._request_of(inbound, account, person, await self._zone(session))

    async def _zone(self, session: AsyncSession) -> str:
        network: Mapping[str, object] = await setting(session, "network")
        return str(network.get("zone", "Europe/Paris"))

    def _request_of(self, inbound: Inbound, account: Account, person: Someone | None, zone: str) -> Request:
        return Request(
            inbound=inbound,
            account_id=account.id,
            person=person,
            zone=zone,
            machine=self._machine(),
            public_url=self._public_url,
            rates={name: one.rate for name, one in self._worker.messengers.items() if one.rate is not None},
        )

    async def _write_reply(
        self, session: AsyncSession, item: InboxItem, inbound: Inbound, account: Account, reply: Reply
    ) -> list[str]:
        now = self.clock.now()
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

    def _acknowledge(self, inbound: Inbound, reply: Reply) -> None:
        if acknowledge := self._acknowledgers.get(inbound.platform):
            task = asyncio.ensure_future(self._in_turn(acknowledge, inbound, reply))
            self._acknowledging.add(task)
            task.add_done_callback(self._acknowledging.discard)

    async def _in_turn(self, acknowledge: Acknowledge, inbound: Inbound, reply: Reply) -> None:
        async with self._room:
            await acknowledge(inbound, reply)


def _is_passing(error: DBAPIError) -> bool:
    """Whether the same transaction may succeed if tried again: locks, serialisation, a full disk, a lost server."""
    state = str(getattr(error.orig, "sqlstate", "") or "")
    name = str(getattr(error.orig, "sqlite_errorname", "") or "")
    return state[:2] in ("08", "40", "53", "57") or name.startswith(
        ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_FULL", "SQLITE_IOERR")
    )
