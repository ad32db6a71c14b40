"""The emergency stop: everything that is not a reply is held, in every process, until staff let it go again."""

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.announcements import managing_wording
from handlers.announcements.managing import awake_from
from handlers.announcements.noting import note_stop
from handlers.messages import Button, Reply, plain, say
from handlers.request import Request
from storage.announcement_deliveries import put_off_all
from storage.conversations import Conversation
from storage.outbox import set_stop, stopped_by


async def halt(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """`announce:halt` asks, `announce:halt:yes` stops. National staff only."""
    person = request.staff()
    if by := await stopped_by(session):
        return say(managing_wording.halted_by(plain(by)), (_RESTART,))
    if request.arguments[:1] != ["yes"]:
        sure = Button(label=managing_wording.HALT_SURE, action="announce:halt:yes", style="danger")
        return say(managing_wording.HALT_ASK, (sure, Button(label=managing_wording.KEEP, action="announce:list")))
    await set_stop(session, on=True, by=person.name, now=request.received_at)
    await note_stop(request, session, on=True)
    return say(managing_wording.halted_by(plain(person.name)), (_RESTART,), replace=True)


async def restart(request: Request, session: AsyncSession, conversation: Conversation) -> Reply:
    """`announce:restart`: let everything go again; who is asleep by now is written to in the morning."""
    person = request.staff()
    if await stopped_by(session):
        await set_stop(session, on=False, by=person.name, now=request.received_at)
        await note_stop(request, session, on=False)
        await put_off_all(session, awake_from(request.received_at), request.received_at)
    return say(managing_wording.RESTARTED, replace=True)


_RESTART = Button(label=managing_wording.RESTART, action="announce:restart")
