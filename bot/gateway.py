"""The gateway: every update that was stored (see `reception`) is handled once, in one transaction.

The transaction that handles an update also holds its row of the inbox, so a kill gives the update back untouched;
its reply and every push are rows of the outbox in the same transaction.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping

from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.acknowledging import Acknowledge, Acknowledging
from bot.identity import account_of, someone
from bot.reception import Reception
from bot.replying import write_reply
from bot.together import answer, gather, kind_of
from handlers.errors import NotYet, Refusal
from handlers.messages import Message, Reply
from handlers.request import Inbound, Request, Someone
from handlers.router import Router
from schedules.blame import blame, trouble
from schedules.clock import Clock, machine_now
from schedules.delivery import Worker
from schedules.looking import Watch
from schedules.messenger import Outgoing
from storage.audit import Act, note
from storage.conversations import conversation
from storage.database import Database
from storage.inbox import ANY_PENDING, InboxItem, InboxState, blind, next_pending
from storage.network import setting
from storage.outbox import by_about
from storage.people import Account
from storage.web import PLATFORM, leave_notice

log = logging.getLogger(__name__)

APOLOGY = (
    "Je suis désolé, quelque chose s’est mal passé de mon côté et votre message n’a rien changé. "
    "Merci de réessayer ; si cela se reproduit, prévenez l’équipe d’animation du réseau."
)


class Gateway(Reception):
    """The way in for all channels: what it has stored, it handles."""

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
        super().__init__(database, clock)
        self._machine = machine
        self._router = router
        self._worker = worker
        self._public_url = public_url
        self._acknowledging = Acknowledging()
        self._stopping = False
        self._postponed: dict[
            int, asyncio.Task[None]
        ] = {}  # updates that wait for something to be made, and its making
        worker.watch(Watch(ANY_PENDING, 1.0, self._wake.set))

    @property
    def commands(self) -> frozenset[str]:
        """The words that are commands, for the menus of the platforms."""
        return frozenset(self._router.commands)

    def acknowledge_with(self, platform: str, acknowledge: Acknowledge) -> None:
        """How presses of a platform are acknowledged."""
        self._acknowledging.by(platform, acknowledge)

    async def run(self) -> None:
        """Handle what comes until `stop()`; the worker sees what another process left, and tells us."""
        while not self._stopping:
            pause: float | None = None
            try:
                await self.handle_all()
            except (SQLAlchemyError, OSError) as error:
                log.warning("the inbox waits for the database (%s)", trouble(error))
                pause = 2.0
            except Exception as error:  # whatever it is, the next update is still to be handled
                log.error("the inbox stumbled (%s at %s)", *blame(error))
                pause = 1.0
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._wake.wait()
            self._wake.clear()

    async def stop(self) -> None:
        """Handle nothing more after the update under way."""
        self._stopping = True
        self._wake.set()
        for task in self._postponed.values():  # what waits is in the inbox, for the next process
            task.cancel()
        await asyncio.gather(*self._postponed.values(), return_exceptions=True)
        await self._acknowledging.finish(within=2.0)

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
        except NotYet as missing:
            self._postpone(taken[0], missing)
            return True
        except Exception as error:
            # Not in a handler but around it: an update that cannot even be read must not hold up those behind it.
            if not taken:
                raise
            async with self._database.transaction() as session:
                item = await session.get_one(InboxItem, taken[0])
                self._fault(item, error)
                item.payload, item.handled_at = {}, self.clock.now()
            return True

    def _postpone(self, number: int, missing: NotYet) -> None:
        """Leave an update in the inbox until what it needs has been made; others go on, but for its own sender's."""

        def ready(task: asyncio.Task[None]) -> None:
            del self._postponed[number]
            if not task.cancelled() and (error := task.exception()) is not None:
                log.warning("what an answer needs could not be made (%s at %s)", *blame(error))
            self._wake.set()

        task = self._postponed[number] = asyncio.create_task(self._prepare(missing))
        task.add_done_callback(ready)

    async def _prepare(self, missing: NotYet) -> None:
        async with self._database.reading() as session:
            await missing.prepare(session)

    async def _handle_next(self, taken: list[int]) -> bool:
        leased: list[Outgoing] = []
        async with self._database.transaction() as session:
            item = await next_pending(session, self._postponed)
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
                abouts = await write_reply(session, item, inbound, account, reply, self.clock.now())
                if inbound.platform == PLATFORM and inbound.press and reply.notice and not reply.secret:
                    await leave_notice(session, inbound.chat, inbound.callback, reply.notice, alert=reply.alert)
                if abouts:
                    leased = await self._worker.lease(session, await by_about(session, abouts))
        self._worker.send_now(leased)
        self._worker.wake()
        for inbound, reply in answered:
            if inbound.press is not None:
                self._acknowledging.start(inbound, reply)
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
        except NotYet:
            raise
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


def _is_passing(error: DBAPIError) -> bool:
    """Whether the same transaction may succeed if tried again: locks, serialisation, a full disk, a lost server."""
    state = str(getattr(error.orig, "sqlstate", "") or "")
    name = str(getattr(error.orig, "sqlite_errorname", "") or "")
    return state[:2] in ("08", "40", "53", "57") or name.startswith(
        ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_FULL", "SQLITE_IOERR")
    )
